"""Read models: tables that follow a service's own log, built again beside the live ones and swapped.

A view names its tables and has one small function a fact. Its tables carry a generation; `views` says which
generation is live and how far it has read, in the transaction that wrote the rows. Raising `version` makes
the next start build a new generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from events.base import CATALOGUE, Event, Recorded, UnknownType, current
from services.chassis.codec import Opener, decode_state, label_of, read
from services.chassis.database import Database, Row, Session
from services.chassis.store import Store

E = TypeVar("E", bound=Event)

READ_AT_ONCE = 1000

VIEWS = (
    "CREATE TABLE IF NOT EXISTS views (name TEXT PRIMARY KEY, version INTEGER NOT NULL,"
    " generation INTEGER NOT NULL, sequence BIGINT NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Tables:
    """A session in which `{people}` stands for the people table of one generation."""

    session: Session
    names: Mapping[str, str]

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.session.execute(sql.format_map(self.names), values)


class View:
    """`tables`: name → the columns' definition; `indexes`: pairs of table and columns."""

    def __init__(
        self,
        name: str,
        version: int,
        tables: Mapping[str, str],
        indexes: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.tables = tables
        self.indexes = indexes
        self._steps: dict[type[Event], Callable[[Tables, Any], None]] = {}

    def on(self, *facts: type[E]) -> Callable[[Callable[[Tables, Any], None]], Callable[[Tables, Any], None]]:
        """Register `step(tables, fact: Recorded)`: the rows that follow from a fact."""

        def register(step: Callable[[Tables, Any], None]) -> Callable[[Tables, Any], None]:
            for fact in facts:
                self._steps[fact] = step
            return step

        return register

    def wants(self, schema: str) -> bool:
        try:
            return CATALOGUE[current(schema)] in self._steps
        except UnknownType:
            return False

    def apply(self, tables: Tables, fact: Recorded[Event]) -> None:
        self._steps[type(fact.data)](tables, fact)

    def names(self, generation: int) -> dict[str, str]:
        return {table: f"{self.name}_{table}_{generation}" for table in self.tables}


class ViewReader:
    """One view of one service: followed by `advance`, read by `reading`, built anew by `rebuild`."""

    def __init__(self, view: View, database: Database, store: Store, opener: Opener) -> None:
        self.view = view
        self._database = database
        self._store = store
        self._opener = opener
        with database.founding() as session:
            session.execute(VIEWS)
            found = session.execute("SELECT version FROM views WHERE name = ?", (view.name,))
            if not found:
                self._create(session, 1)
                session.execute("INSERT INTO views VALUES (?, ?, 1, 0)", (view.name, view.version))
        if found and found[0][0] != view.version:
            self.rebuild()

    def advance(self) -> int:
        """Read on in the log; how many entries went forward."""
        if not self._store.stored(self.sequence, 1):
            return 0
        with self._database.transaction() as session:
            self._lock(session)
            generation, sequence = self._live(session)
            return self._read_on(session, generation, sequence)

    @contextmanager
    def reading(self) -> Iterator[Tables]:
        """The live generation, as one snapshot."""
        with self._database.reading() as session:
            generation, _ = self._live(session)
            yield Tables(session, self.view.names(generation))

    @property
    def sequence(self) -> int:
        with self._database.reading() as session:
            return self._live(session)[1]

    def rebuild(self) -> int:
        """Build the next generation from the first event beside the live one, then swap; events read."""
        building = f"{self.view.name} (building)"
        with self._database.transaction() as session:
            self._lock(session)
            generation = self._live(session)[0] + 1
            self._drop(session, generation)  # what a rebuild that was cut off left behind
            self._drop(session, generation - 2)  # no longer read by anybody: see below
            self._create(session, generation)
            session.execute("DELETE FROM views WHERE name = ?", (building,))
            session.execute(
                "INSERT INTO views VALUES (?, ?, ?, 0)", (building, self.view.version, generation)
            )
        total = 0
        while True:
            with self._database.transaction() as session:
                self._lock(session)  # always before any other row or table: no two wait for each other
                found = session.execute(
                    "UPDATE views SET sequence = sequence WHERE name = ? AND generation = ? RETURNING sequence",
                    (building, generation),
                )
                if not found:  # another process built with us, and has swapped
                    return total
                sequence = found[0][0]
                moved = self._read_on(session, generation, sequence, building)
                total += moved
                if moved == 0:
                    session.execute("DELETE FROM views WHERE name = ?", (building,))
                    session.execute(
                        "UPDATE views SET version = ?, generation = ?, sequence = ? WHERE name = ?",
                        (self.view.version, generation, sequence, self.view.name),
                    )
                    # The tables of before stay until the next rebuild: whoever asked which generation is
                    # live a moment ago is about to read them.
                    return total

    def _lock(self, session: Session) -> None:
        """The row is locked by writing it: of two processes that follow one view, each reads on behind the
        other, and no fact is applied twice."""
        session.execute("UPDATE views SET sequence = sequence WHERE name = ?", (self.view.name,))

    def _live(self, session: Session) -> tuple[int, int]:
        found = session.execute("SELECT generation, sequence FROM views WHERE name = ?", (self.view.name,))
        return found[0][0], found[0][1]

    def _read_on(self, session: Session, generation: int, sequence: int, name: str = "") -> int:
        states = self._store.stored(sequence, READ_AT_ONCE)
        if not states:
            return 0
        tables = Tables(session, self.view.names(generation))
        for state in states:
            schema, sequence = label_of(state)  # most facts are no concern of most views
            if self.view.wants(schema):
                self.view.apply(tables, read(decode_state(state), self._opener))
        session.execute("UPDATE views SET sequence = ? WHERE name = ?", (sequence, name or self.view.name))
        return len(states)

    def _create(self, session: Session, generation: int) -> None:
        names = self.view.names(generation)
        for table, columns in self.view.tables.items():
            session.execute(f"CREATE TABLE {names[table]} ({columns})")
        for number, (table, columns) in enumerate(self.view.indexes):
            session.execute(f"CREATE INDEX {names[table]}_i{number} ON {names[table]} ({columns})")

    def _drop(self, session: Session, generation: int) -> None:
        for name in self.view.names(generation).values():
            session.execute(f"DROP TABLE IF EXISTS {name}")
