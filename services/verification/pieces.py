"""What came of a file that a department sends in pieces: as it came, closed, beside the log, until the file is whole.

A step names the message by which it is made: the same message again finds it made, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.ids import AgreementId
from services.chassis.database import Database, Session

TABLES = (
    "CREATE TABLE IF NOT EXISTS sendings (file TEXT PRIMARY KEY, agreement TEXT NOT NULL, as_of TEXT NOT NULL,"
    " form TEXT NOT NULL, begun TEXT NOT NULL, opened_by TEXT NOT NULL, pieces INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " ended_by TEXT, field TEXT, rule TEXT)",
    "CREATE TABLE IF NOT EXISTS pieces (file TEXT NOT NULL, number INTEGER NOT NULL, message TEXT NOT NULL,"
    " content TEXT NOT NULL, PRIMARY KEY (file, number))",
)
_COLUMNS = "file, agreement, as_of, form, begun, opened_by, pieces, bytes, ended_by, field, rule"


@dataclass(frozen=True, slots=True)
class Sending:
    """`pieces` and `bytes`: how much came. `ended_by`: the message that closed it, or what else ended it; `field` and
    `rule`: why it was refused, empty where it was taken."""

    file: UUID
    agreement: AgreementId
    as_of: date
    form: str
    begun: date
    opened_by: str
    pieces: int = 0
    bytes: int = 0
    ended_by: str | None = None
    field: str = ""
    rule: str = ""


class Pieces:
    def __init__(self, database: Database) -> None:
        self._database = database
        with database.founding() as session:
            for table in TABLES:
                session.execute(table)

    def find(self, file: UUID) -> Sending | None:
        with self._database.reading() as session:
            found = _sendings(session, "file = ?", str(file))
        return found[0] if found else None

    def running(self, agreement: AgreementId) -> list[Sending]:
        """Sendings of an agreement that have no end yet."""
        with self._database.reading() as session:
            return _sendings(session, "agreement = ? AND ended_by IS NULL", str(agreement))

    def unfinished(self, before: date) -> list[Sending]:
        """Sendings that began on an earlier day and have no end."""
        with self._database.reading() as session:
            return _sendings(session, "begun < ? AND ended_by IS NULL", before.isoformat())

    def open(self, new: Sending) -> Sending:
        """The sending of this file as it stands: this one, or the one that another message opened before."""
        said = (str(new.file), str(new.agreement), new.as_of.isoformat(), new.form, new.begun.isoformat())
        with self._database.transaction() as session:
            session.execute(
                f"INSERT INTO sendings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 0, 0, NULL, '', '') ON CONFLICT DO NOTHING",
                (*said, new.opened_by),
            )
            return _sendings(session, "file = ?", str(new.file))[0]

    def add(self, file: UUID, number: int, message: str, content: str, size: int) -> bool:
        """The next piece; False where another is the next by now. The same message again changes nothing."""
        with self._database.transaction() as session:
            moved = session.execute(
                "UPDATE sendings SET pieces = ?, bytes = bytes + ? WHERE file = ? AND pieces = ? AND ended_by IS NULL"
                " RETURNING file",
                (number, size, str(file), number - 1),
            )
            if moved:
                session.execute(
                    "INSERT INTO pieces VALUES (?, ?, ?, ?)", (str(file), number, message, content)
                )
                return True
            there = session.execute(
                "SELECT message FROM pieces WHERE file = ? AND number = ?", (str(file), number)
            )
            return there == [(message,)]

    def contents(self, file: UUID) -> Iterator[str]:
        """The pieces in their order, one at a time."""
        number = 0
        while True:
            number += 1
            with self._database.reading() as session:
                rows = session.execute(
                    "SELECT content FROM pieces WHERE file = ? AND number = ?", (str(file), number)
                )
            if not rows:
                return
            yield rows[0][0]

    def end(self, file: UUID, by: str, field: str = "", rule: str = "") -> None:
        """Nothing of it is kept but how it ended: who asks again hears the same."""
        with self._database.transaction() as session:
            session.execute(
                "UPDATE sendings SET ended_by = ?, field = ?, rule = ? WHERE file = ? AND ended_by IS NULL",
                (by, field, rule, str(file)),
            )
            session.execute("DELETE FROM pieces WHERE file = ?", (str(file),))


def _sendings(session: Session, where: str, *values: str) -> list[Sending]:
    rows = session.execute(f"SELECT {_COLUMNS} FROM sendings WHERE {where} ORDER BY begun, file", values)
    return [
        Sending(UUID(file), AgreementId(agreement), date.fromisoformat(as_of), form, date.fromisoformat(begun), *rest)
        for file, agreement, as_of, form, begun, *rest in rows
    ]  # fmt: skip
