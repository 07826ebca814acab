"""Known and rule of many decisions at once, as sets: from the lake's columns, by joins and by the rule in SQL.

`laying` reads the facts of whole cases out of the lake, typed; `resting` finds what each recommendation and decision
rests on; `situations` asks the papers, once for all that were decided in the same one; `writing` writes every
recommendation again, from what was known and by the rule; `judging` puts these together and says which decisions
came out equal. It never says of one that it is wrong: of whatever did not come out equal the account is made elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.history.audit.columns.judging import judge
from services.history.audit.columns.laying import DECISIONS, lay, named
from services.history.audit.columns.poor import Poor, strangers
from services.history.audit.columns.situations import Situations
from services.history.audit.columns.whole import Rare, same_log
from services.history.audit.finding import Window
from services.history.audit.lean import LeanLog
from services.history.audit.reconstruct import TYPES, Reader
from services.history.lake.folder import Lake
from services.history.lake.manifest import File, Manifest, NoLake
from services.history.lake.reading import opened

EVENTS_AT_ONCE = 200_000
"""Of the lake, in whole buckets: a case lies in one."""


def from_lake(
    reader: Reader, lake: Lake, window: Window, progress: Callable[[int, int], None] = lambda done, of: None
) -> tuple[int, list[int]] | None:
    """Of the decisions recorded within the window: how many came out equal, and where all others lie in the log. None
    where there is no lake, or it is not of this log. `reader`: over a `LeanLog`."""
    log = reader.log
    assert isinstance(log, LeanLog), "as asked for"
    try:
        with lake.reading() as manifest:
            return _from(reader, log, lake, manifest, window, progress)
    except NoLake:
        return None


def _from(
    reader: Reader,
    log: LeanLog,
    lake: Lake,
    manifest: Manifest,
    window: Window,
    progress: Callable[[int, int], None],
) -> tuple[int, list[int]] | None:
    with opened(lake.folder, lake.paths(manifest.files)) as connection:
        if not same_log(connection, log, manifest):
            return None
        rare = Rare.of(connection, log, manifest)
    situations, turns = Situations(reader, log), log.turns()
    poor, left_out = Poor(log, rare.categories), strangers(log, rare.dead)
    equal, others = 0, list[int]()
    asked = f"type IN ({named(DECISIONS)}) AND {window.days('day')}"
    groups = list(_groups(manifest))
    for done, files in enumerate(groups):
        progress(done, len(groups))
        with opened(lake.folder, lake.paths(files)) as connection:
            lay(connection, log.opener, manifest.sources)
            judge(connection, situations, turns, left_out, poor)
            here = f"FROM lines {{}} JOIN right_ones ON right_ones.id = lines.id WHERE {asked}"
            [(right,)] = connection.execute(f"SELECT count(*) {here.format('SEMI')}").fetchall()
            rest = connection.execute(f"SELECT lines.id {here.format('ANTI')}").fetchall()
        equal += right
        found = log.positions([id for (id,) in rest])
        if len(found) != len(rest):
            return None  # of another log
        others += found
    progress(len(groups), len(groups))
    return equal, sorted((*others, *log.behind(manifest.position, TYPES, *window.moments)))


def _groups(manifest: Manifest) -> Iterator[list[File]]:
    some: list[File] = []
    for bucket in range(manifest.buckets):
        files = manifest.of_bucket(bucket)
        if some and sum(one.events for one in (*some, *files)) > EVENTS_AT_ONCE:
            yield some
            some = []
        some += files
    if some:
        yield some
