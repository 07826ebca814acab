"""The history in Python, for analysts: open it, ask in SQL, fold it, take a table along.

    with History.open("data") as history:
        history.run("spend").to_polars()
        history.sql("SELECT type, count(*) FROM facts GROUP BY 1").to_arrow()
        history.fold("my_fold.py", where="programme = 'dibao'").write(Path("out.xlsx"))

It reads. Names, numbers and addresses are not in it; see docs/replay.md for who may have what is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from events.base import UPCASTERS
from events.contracting.catalogue import facts, type_of
from services.chassis.clock import SystemClock, civil_date
from services.history.asof import Answer, AsOf
from services.history.asof.question import must_have_come
from services.history.lake.columns import bucket_of
from services.history.lake.folder import Lake
from services.history.lake.manifest import NAME as MANIFEST
from services.history.lake.manifest import Manifest
from services.history.lake.reading import opened
from services.history.lake.selection import Selection, quoted
from services.history.marks import VERSION
from services.history.replay.fact import Fact
from services.history.replay.folding import keyed
from services.history.replay.projection import BadProjection, Fold, Projection, Sql, load
from services.history.replay.result import Result
from services.history.replay.running import Progress, run
from services.history.replay.sources import KafkaTopics, NoHistory, PostgresLog, Source, SqliteLog

LOG_FILE = "history-views.sqlite"


def source_at(where: str | Path, partition: int = 0) -> Source | Lake:
    """A lake's folder, an installation's data folder, history's SQLite file, `postgresql://…`, or
    `kafka://HOST:PORT/DISTRICT`. NoHistory where it is none of these."""
    text = str(where)
    if text.startswith("kafka://"):
        bootstrap, _, district = text.removeprefix("kafka://").partition("/")
        if not bootstrap or not district:
            raise NoHistory(f"{text}: name the district, kafka://HOST:PORT/431202")
        return KafkaTopics(bootstrap, district, partition)
    if text.startswith(("postgresql://", "postgres://")):
        return PostgresLog(text)
    path = Path(text.removeprefix("sqlite:///"))
    if (path / MANIFEST).is_file():
        return Lake(path)
    for file in (path, path / LOG_FILE):
        if file.is_file():
            return SqliteLog(file)
    raise NoHistory(f"{text} is no lake, no data folder, no history file and no address")


@contextmanager
def laid_out(where: str | Path, keep: Path | None = None, partition: int = 0) -> Iterator[Lake]:
    """A lake of what is there: itself, or a copy laid out for the purpose (in `keep`, where it stays)."""
    source = source_at(where, partition)
    if isinstance(source, Lake):
        yield source
        return
    with TemporaryDirectory(prefix="doudi-lake-") as scratch:
        lake = Lake(Path(scratch) if keep is None else keep)
        lake.follow(source.lines)
        yield lake


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A district log where it lies, for as-of: opened so that nothing can be written."""

    database: SqliteLog | PostgresLog
    sources: tuple[str, ...]

    @classmethod
    def of(cls, database: SqliteLog | PostgresLog) -> ReadLog:
        """NoHistory where its index is another version's: history builds it anew when it starts."""
        with database.reading() as session:
            [(version,)] = session.execute("SELECT version FROM log_head")
            sources = tuple(
                source for (source,) in session.execute("SELECT source FROM sources ORDER BY source")
            )
        if version != VERSION:
            raise NoHistory(f"the index of this log has version {version}, not {VERSION}: start history once")
        return cls(database, sources)


def must_be_known(selection: Selection) -> None:
    """Malformed (`known-in-future`) where it asks for what was known on a day that has not come."""
    if selection.known is not None:
        must_have_come(selection.known, civil_date(SystemClock().now()))


class History:
    def __init__(self, lake: Lake, log: SqliteLog | PostgresLog | None = None) -> None:
        """`log`: where the lake was laid out from a district log; as-of reads that itself."""
        self.lake = lake
        self._log = log

    @classmethod
    @contextmanager
    def open(cls, where: str | Path, keep: Path | None = None, partition: int = 0) -> Iterator[History]:
        """A history, wherever it is (`source_at`); its files stay until the block ends."""
        source = source_at(where, partition)
        with laid_out(where, keep, partition) as lake, lake.reading():
            yield cls(lake, source if isinstance(source, SqliteLog | PostgresLog) else None)

    @property
    def manifest(self) -> Manifest:
        """How far it goes: events, and the last sequence of every source."""
        return self.lake.manifest()

    def files(self) -> list[str]:
        """The Parquet files that count, for DuckDB's `read_parquet` or `polars.scan_parquet`."""
        return self.lake.paths(self.manifest.files)

    # -- one entity ----------------------------------------------------------------------------------

    def timeline(self, entity: UUID | str, selection: Selection | None = None) -> list[Fact]:
        """All that concerns a person, a household or a case under this very id, as it was recorded."""
        return self._facts(entity, Fold("timeline", "", list, lambda state, fact: state, "entity"), selection)

    def _facts(self, entity: UUID | str, fold: Fold, selection: Selection | None) -> list[Fact]:
        selection = selection or Selection()
        must_be_known(selection)
        key = str(UUID(str(entity)))
        files = self.manifest.of_bucket(bucket_of(key))
        with opened(self.lake.folder, self.lake.paths(files), selection) as connection:
            connection.execute(f"CREATE OR REPLACE VIEW events AS FROM lake WHERE {_of(key, selection)}")
            return list(keyed(connection, fold))

    def asof(
        self,
        entity: UUID | str,
        effective: date | None = None,
        known: date | None = None,
        by: str | None = None,
    ) -> Answer:
        """What was the case on one day, as known on another, to the district or to a service (`by`): of a person,
        household, case or fund by id, of a township by code. As `doudi state`: corrections, mergers and late news
        count as docs/history.md says.

        NoHistory of a lake or of topics, which have no index; refusals as `asof.AsOf.state`.
        """
        if self._log is None:
            raise NoHistory(
                "as-of asks the district log: open a data folder, its SQLite file or postgresql://…"
            )
        asof = AsOf(ReadLog.of(self._log), SystemClock())
        return asof.state(entity, effective=effective, known=known, by=by)

    def state(
        self,
        entity: UUID | str,
        projection: str | Path | Fold | None = None,
        effective: date | None = None,
        known: date | None = None,
        by: str | None = None,
    ) -> Any:
        """The state of an entity on one day as known on another (`asof`); with a projection, what that fold makes of
        everything about it that counted by `effective`, known by `known`."""
        if projection is None:
            return self.asof(entity, effective, known, by).state
        if by is not None:
            raise BadProjection(
                "a fold knows what the district knew: ask `state` without a projection for one service"
            )
        fold = projection if isinstance(projection, Fold) else load(str(projection))
        if not isinstance(fold, Fold):
            raise BadProjection(f"{fold.name} is no fold")
        _must_exist(fold)
        state = fold.initial()
        for fact in self._facts(entity, fold, Selection(until=effective, known=known)):
            state = fold.evolve(state, fact)
        return state

    # -- all of it -----------------------------------------------------------------------------------

    def run(
        self,
        projection: str | Path | Projection,
        selection: Selection | None = None,
        *,
        work: Path | None = None,
        processes: int | None = None,
        progress: Progress = lambda done, of: None,
    ) -> Result:
        """One of ours by name, or a file, over what `selection` leaves (see `replay.running.run`). Refusals of the day
        known as `asof`'s."""
        selection = selection or Selection()
        must_be_known(selection)
        loaded = projection if isinstance(projection, (Sql, Fold)) else load(str(projection))
        if isinstance(loaded, Fold):
            _must_exist(loaded)
        return run(loaded, self.lake, selection, work=work, processes=processes, progress=progress)

    def fold(self, projection: str | Path | Fold, **days: Any) -> Result:
        """A fold; `since`, `until`, `known`, `where` as in `Selection`."""
        loaded = projection if isinstance(projection, Fold) else load(str(projection))
        if not isinstance(loaded, Fold):
            raise BadProjection(f"{loaded.name} is no fold")
        return self.run(loaded, Selection(**days))

    def sql(self, query: str, **days: Any) -> Result:
        """An SQL query over the views `events` (a row for everybody concerned) and `facts` (each event once)."""
        return self.run(Sql("query", query), Selection(**days))

    def to_arrow(self, **days: Any) -> Any:
        """Every event once, as a `pyarrow.Table`, in the order in which it was recorded: all in memory."""
        with self.sql("FROM facts ORDER BY recordedtime, source, sequence", **days) as found:
            return found.to_arrow()

    def to_polars(self, **days: Any) -> Any:
        """The same as a `polars.DataFrame`."""
        with self.sql("FROM facts ORDER BY recordedtime, source, sequence", **days) as found:
            return found.to_polars()


def _must_exist(fold: Fold) -> None:
    """BadProjection for a type that is none: it would be a sum of nothing, and nobody told."""
    names = {type_of(schema) for schema in [*facts(), *UPCASTERS]}
    if unheard := sorted(set(fold.types) - names):
        raise BadProjection(
            f"{fold.name}: no type {', '.join(unheard)}; events/contracts has all that there are"
        )


def _of(key: str, selection: Selection) -> str:
    return f"entity = {quoted(key)} AND {selection.condition()}"
