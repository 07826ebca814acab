"""What departments delivered, beside the log: rows of people of the district, closed, until a newer file replaces them.

They are no facts of ours and are not in the log: what is taken of them is recorded, the rest is disposed of
(政务数据共享条例 27). Lost with their database they are asked for again. A row lies closed under the service's key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.chassis.database import Database, open_database
from services.chassis.settings import Settings
from services.verification.pieces import Pieces
from services.verification.sources import Record

NAME = "verification"
ROWS_AT_ONCE = 2000
TABLES = (
    "CREATE TABLE IF NOT EXISTS feeds (feed TEXT PRIMARY KEY, state TEXT NOT NULL, begun TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS records (feed TEXT NOT NULL, person TEXT NOT NULL, line INTEGER NOT NULL,"
    " data TEXT NOT NULL, PRIMARY KEY (feed, person, line))",
    "CREATE TABLE IF NOT EXISTS progress (file TEXT PRIMARY KEY, feed TEXT NOT NULL, line INTEGER NOT NULL,"
    " rows INTEGER NOT NULL, kept INTEGER NOT NULL, strangers INTEGER NOT NULL, refused INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS refusals (feed TEXT NOT NULL, line INTEGER NOT NULL, field TEXT NOT NULL,"
    " rule TEXT NOT NULL, PRIMARY KEY (feed, line))",
)
Refusal = tuple[int, str, str]
"""Line, field, rule."""
REACHED = "feed, line, rows, kept, strangers, refused"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a file is taken: up to which line, and what became of the rows until there."""

    feed: UUID
    line: int = 0
    rows: int = 0
    kept: int = 0
    strangers: int = 0
    refused: int = 0

    @property
    def row(self) -> tuple[str | int, ...]:
        return str(self.feed), self.line, self.rows, self.kept, self.strangers, self.refused


class Closing(Protocol):
    """The part of the vault that closes a service's own restricted data."""

    def close_data(self, service: str, event_id: UUID, data: bytes) -> bytes: ...

    def open_data(self, service: str, event_id: UUID, data: bytes) -> bytes: ...


class Records:
    def __init__(self, database: Database, keys: Closing) -> None:
        self._database = database
        self._keys = keys
        with database.founding() as session:
            for table in TABLES:
                session.execute(table)
        self.pieces = Pieces(database)

    @classmethod
    def open(cls, settings: Settings, keys: Closing) -> Records:
        """On SQLite in a file of its own: a large file taken in never makes the views wait."""
        file = (settings.data / f"{NAME}-feeds.sqlite").resolve()
        url = settings.postgres(NAME) or f"sqlite:///{file}"
        return cls(open_database(url, f"{NAME}_feeds"), keys)

    def begin(self, file: str, feed: UUID, day: date) -> Reached:
        """Where the taking of a file goes on: nowhere yet, as `feed`, or where whatever cut it off left it."""
        with self._database.transaction() as session:
            mine = session.execute(
                "INSERT INTO progress VALUES (?, ?, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING RETURNING file",
                (file, str(feed)),
            )
            if mine:
                session.execute("INSERT INTO feeds VALUES (?, 'taking', ?)", (str(feed), day.isoformat()))
            [(name, *counts)] = session.execute(f"SELECT {REACHED} FROM progress WHERE file = ?", (file,))
        return Reached(UUID(name), *counts)

    def add(
        self,
        file: str,
        before: Reached,
        after: Reached,
        rows: Sequence[tuple[str, int, bytes]],
        refusals: Sequence[Refusal],
    ) -> bool:
        """Rows as person, line and JSON, and how far the file is taken with them; False where it is further by now."""
        feed = before.feed
        closed = [
            (str(feed), person, line, self._keys.close_data(NAME, feed, data).decode())
            for person, line, data in rows
        ]
        with self._database.transaction() as session:
            moved = session.execute(
                "UPDATE progress SET line = ?, rows = ?, kept = ?, strangers = ?, refused = ?"
                " WHERE file = ? AND feed = ? AND line = ? RETURNING line",
                (*after.row[1:], file, str(feed), before.line),
            )
            if not moved:
                return False
            session.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", closed)
            session.executemany(
                "INSERT INTO refusals VALUES (?, ?, ?, ?)", ((str(feed), *one) for one in refusals)
            )
        return True

    def taken(self, feed: UUID) -> None:
        """Its event is recorded."""
        with self._database.transaction() as session:
            session.execute("UPDATE feeds SET state = 'taken' WHERE feed = ?", (str(feed),))
            session.execute("DELETE FROM progress WHERE feed = ?", (str(feed),))

    def drop(self, feed: UUID) -> None:
        with self._database.transaction() as session:
            for table in ("records", "refusals", "progress", "feeds"):
                session.execute(f"DELETE FROM {table} WHERE feed = ?", (str(feed),))

    def keep_only(self, wanted: Iterable[str]) -> int:
        """Dispose of the rows of every file that is taken and wanted no more; how many files. Refusals stay: they name
        lines, nobody."""
        kept = set(wanted)
        with self._database.transaction() as session:
            old = [
                (feed,)
                for (feed,) in session.execute("SELECT feed FROM feeds WHERE state = 'taken'")
                if feed not in kept
            ]
            session.executemany("DELETE FROM records WHERE feed = ?", old)
            session.executemany("UPDATE feeds SET state = 'disposed' WHERE feed = ?", old)
        return len(old)

    def lost(self, feed: UUID) -> bool:
        """Whether nothing is known of a file that was taken: this database is another than the one it was put into."""
        with self._database.reading() as session:
            return not session.execute("SELECT 1 FROM feeds WHERE feed = ?", (str(feed),))

    def unfinished(self, before: date) -> list[UUID]:
        """Files that a process began to take on an earlier day, and was cut off."""
        with self._database.reading() as session:
            rows = session.execute(
                "SELECT feed FROM feeds WHERE state = 'taking' AND begun < ?", (before.isoformat(),)
            )
        return [UUID(feed) for (feed,) in rows]

    def forget(self, people: Iterable[str]) -> None:
        """Nothing of an erased person stays."""
        with self._database.transaction() as session:
            session.executemany("DELETE FROM records WHERE person = ?", ((one,) for one in people))

    def between(self, feed: UUID, after: str, upto: str) -> dict[str, list[Record]]:
        """Records by person, of people behind `after` up to and with `upto`, in the order of their ids."""
        return self._read(feed, "person > ? AND person <= ?", (after, upto))

    def of(self, feed: UUID, person: str) -> list[Record]:
        """The records of one person."""
        return self._read(feed, "person = ?", (person,)).get(person, [])

    def texts(self, feed: UUID, people: Iterable[str]) -> dict[str, set[str]]:
        """Of these people what stands in a file already, as JSON."""
        found: dict[str, set[str]] = {}
        asked = sorted(people)
        with self._database.reading() as session:
            for piece in (asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE)):
                sql = f"SELECT person, data FROM records WHERE feed = ? AND person IN ({', '.join('?' * len(piece))})"
                for person, data in session.execute(sql, (str(feed), *piece)):
                    found.setdefault(person, set()).add(
                        self._keys.open_data(NAME, feed, data.encode()).decode()
                    )
        return found

    def _read(self, feed: UUID, where: str, values: tuple[str, ...]) -> dict[str, list[Record]]:
        sql = f"SELECT person, data FROM records WHERE feed = ? AND {where} ORDER BY person, line"
        with self._database.reading() as session:
            rows = session.execute(sql, (str(feed), *values))
        found: dict[str, list[Record]] = {}
        for person, data in rows:
            record: Record = json.loads(self._keys.open_data(NAME, feed, data.encode()))
            found.setdefault(person, []).append(record)
        return found

    def refusals(self, feed: UUID) -> Iterator[Refusal]:
        """Every refused row of a file, by line, read in pieces."""
        after = 0
        while True:
            with self._database.reading() as session:
                rows = session.execute(
                    "SELECT line, field, rule FROM refusals WHERE feed = ? AND line > ? ORDER BY line LIMIT ?",
                    (str(feed), after, ROWS_AT_ONCE),
                )
            yield from ((line, field, rule) for line, field, rule in rows)
            if len(rows) < ROWS_AT_ONCE:
                return
            after = rows[-1][0]

    def close(self) -> None:
        self._database.close()
