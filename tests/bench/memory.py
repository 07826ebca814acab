"""A process of its own that takes a log and says how much memory it holds: one line of JSON a mark.

python -m tests.bench.memory history|inbox|batch|comparison FOLDER EVENTS
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from events.base import Entry
from events.ids import AgreementId
from services.chassis.clock import SystemClock, SystemIds
from services.chassis.database import open_database
from services.chassis.runtime import Runtime
from services.chassis.service import source_of
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault, Vault
from services.history.district_log import DistrictLog
from tests.bench.test_batch import Office
from tests.bench.test_comparison import Bureau, write
from tests.bench.test_kafka import keeper
from tests.bench.workload import DISTRICT, entries

UPSTREAM = "bench"
AT_ONCE = 5_000


def resident() -> float:
    """MiB this process holds in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def tell(what: str, events: int) -> None:
    print(json.dumps({"what": what, "events": events, "mib": round(resident(), 1)}), flush=True)


def batches(events: int, size: int) -> Iterator[list[Entry]]:
    log = entries(UPSTREAM)
    for _ in range(0, events, size):
        yield list(islice(log, size))


def history(folder: Path, events: int) -> None:
    database = open_database(f"sqlite:///{folder / 'history.db'}", "history")
    source = source_of(DISTRICT, UPSTREAM)
    log = DistrictLog(database, [source], SystemClock())
    tell("history, taking", 0)
    taken = 0
    for some in batches(events, AT_ONCE):
        taken += log.take(source, some).entries
        if taken in (events // 10, events):
            tell("history, taking", taken)
    marks = {events // 10, events}

    def progress(position: int) -> None:
        if position in marks:
            marks.discard(position)
            tell("history, rebuilding", position)

    log.rebuild(progress)


def inbox(folder: Path, events: int) -> None:
    service, clock = keeper(UPSTREAM), SystemClock()
    store = open_store(f"sqlite:///{folder / 'inbox.db'}", "inbox")
    keys = MemoryVault(clock=clock).for_reader(service.name)
    runtime = Runtime(service, store, district=DISTRICT, clock=clock, ids=SystemIds(), keys=keys)
    source = source_of(DISTRICT, UPSTREAM)
    runtime.start({})
    tell("inbox", 0)
    taken = 0
    for some in batches(events, 500):
        taken += runtime.take(source, some).entries
        if taken in (events // 10, events):
            tell("inbox", taken)


def batch(folder: Path, cases: int) -> None:
    """The most that each step of a month's batch held, in a process that has made nothing of it itself."""
    if os.fork() == 0:
        _office(folder).fill(cases)
        os._exit(0)
    os.wait()
    tell("a month's batch, at its start", 0)

    peak()

    def say(step: str) -> None:
        told = {"what": f"a month's batch, {step}", "events": cases, "mib": round(peak(), 1)}
        print(json.dumps(told), flush=True)

    _office(folder, say).pay()


def _office(folder: Path, say: Callable[[str], None] = str) -> Office:
    names = iter(("registry", "living", "finance", "policy", "disability"))
    return Office(lambda: f"sqlite:///{folder / next(names)}.db", _vault(folder), say)


def comparison(folder: Path, people: int) -> None:
    """The same of a file of ten rows for each recipient, and of their comparison with it."""
    file, (reading, giving) = folder / "cars.csv", os.pipe()
    if os.fork() == 0:
        with file.open("w", encoding="utf-8", newline="") as out:
            write(out, 10 * people)
        os.write(giving, str(_bureau(folder).fill(people)).encode())
        os._exit(0)
    os.wait()
    agreement = AgreementId(os.read(reading, 100).decode())
    bureau = _bureau(folder)
    peak()

    def say(step: str) -> None:
        told = {"what": f"a comparison, {step}", "events": people, "mib": round(peak(), 1)}
        print(json.dumps(told), flush=True)

    say("at its start")
    bureau.take(file, agreement)
    say("the file taken")
    bureau.compare()
    say("everybody compared")


def _bureau(folder: Path) -> Bureau:
    urls = iter(
        f"sqlite:///{folder / f'{name}.db'}"
        for name in ("registry", "living", "bureau", "policy", "disability", "rows")
    )
    return Bureau(lambda: next(urls), folder, _vault(folder))


def _vault(folder: Path) -> Vault:
    return Vault.open(f"sqlite:///{folder / 'vault.db'}", bytes(32), clock=SystemClock())


def peak() -> float:
    """The most MiB held at once since this was asked last."""
    most = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    Path("/proc/self/clear_refs").write_text("5")
    return int(most.split()[1]) / 1024


if __name__ == "__main__":
    {"history": history, "inbox": inbox, "batch": batch, "comparison": comparison}[sys.argv[1]](
        Path(sys.argv[2]), int(sys.argv[3])
    )
