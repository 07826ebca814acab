"""What is only read follows from the logs: views and the district log's index, built anew, are the same.

Also that the district log holds every event of every service once, with the very bytes of its service's log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console

from services.chassis.runtime import Runtime
from services.chassis.views import ViewReader
from services.cli.house import House
from services.history.district_log import DistrictLog

READ_AT_ONCE = 5000
INDEX_TABLES = ("timeline", "lineage", "membership")


def check_reading(house: House, console: Console) -> bool:
    """Rebuilds every view and the index, and prints which of them differ from what was there."""
    good = True
    for name, readers in house.readers.items():
        for reader in readers.values():
            before = _digest_of_view(reader)
            reader.rebuild()
            same = before == _digest_of_view(reader)
            console.print(f"  {name + ' ' + reader.view.name:<30}{_verdict(same)}")
            good = good and same
    if house.timelines is not None:
        log = house.timelines.log
        whole = holds_every_event_once(log, list(house.runtimes.values()))
        console.print(f"  {'history, every event once':<30}{_verdict(whole)}")
        rebuilt = rebuilt_is_the_same(log)
        console.print(f"  {'history, timelines':<30}{_verdict(rebuilt)}")
        good = good and whole and rebuilt
    return good


def holds_every_event_once(log: DistrictLog, runtimes: Iterable[Runtime]) -> bool:
    logs = {runtime.source: runtime.log() for runtime in runtimes}
    for entry in _entries(log):
        own = next(logs.get(entry.envelope.source, iter(())), None)
        # In the order of its source, and nothing between: so each is there once, and none is missing.
        if own is None or own != entry:
            return False
    return all(next(rest, None) is None for rest in logs.values())


def rebuilt_is_the_same(log: DistrictLog) -> bool:
    before = _digest_of_index(log)
    log.rebuild()
    return before == _digest_of_index(log)


def _entries(log: DistrictLog) -> Iterator[Any]:
    after = 0
    while found := log.entries(after, READ_AT_ONCE):
        yield from (entry for _, entry in found)
        after = found[-1][0]


def _digest_of_index(log: DistrictLog) -> str:
    with log.database.reading() as session:
        generation = session.execute("SELECT generation FROM log_head")[0][0]
        return _digest(session.execute(f"SELECT * FROM {table}_{generation}") for table in INDEX_TABLES)


def _digest_of_view(reader: ViewReader) -> str:
    with reader.reading() as tables:
        return _digest(tables.execute(f"SELECT * FROM {{{table}}}") for table in sorted(reader.view.tables))


def _digest(tables: Iterable[Iterable[Any]]) -> str:
    digest = hashlib.sha256()
    for rows in tables:
        for row in sorted(map(repr, rows)):
            digest.update(row.encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()


def _verdict(same: bool) -> str:
    return "[green]same[/]" if same else "[red]DIFFERENT[/]"
