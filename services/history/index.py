"""The index of the district log: written with it, or built again beside the live one and swapped.

Its tables carry a generation; `log_head` says which is live. A rebuild reads the log in pieces, each in a
transaction of its own with how far it came, so it goes on where it was cut off and needs no memory for more
than one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from events.base import Entry, Envelope
from services.chassis.database import Database, Row, Session
from services.history import heap
from services.history.heap import Rows
from services.history.marks import TYING, VERSION, Marks
from services.history.sql import among
from services.history.tables import Engine

READ_AT_ONCE = 5000
READ = "SELECT position, envelope, data FROM district_log WHERE position > ? ORDER BY position LIMIT ?"
READ_ENVELOPES = "SELECT position, envelope FROM district_log WHERE position > ? ORDER BY position LIMIT ?"
DATA = "SELECT position, data FROM district_log WHERE position IN ({}) ORDER BY position"


class _Line(msgspec.Struct, gc=False):
    """What the index wants of an envelope; a whole one takes five times as long to decode."""

    type: str
    stream: str
    concerns: tuple[str, ...]
    effective: date
    source: str
    sequence: int
    recordedtime: datetime
    corrects: UUID | None


_line = msgspec.json.Decoder(_Line)
_envelope = msgspec.json.Decoder(Envelope)


def write(engine: Engine, session: Session, generation: int, marks: Marks) -> None:
    suffix = f"_{generation}"
    # Sorted, so that neighbours in the tree are written together.
    marks.timeline.sort()
    engine.insert(session, "timeline", marks.timeline, suffix)
    engine.insert(session, "lineage", marks.lineage, suffix)
    engine.insert(session, "membership", sorted(marks.membership.values()), suffix)
    engine.insert(session, "residence", sorted(marks.residence), suffix)
    engine.insert(session, "letters", marks.letters, suffix)
    engine.insert(session, "corrections", marks.corrections, suffix)
    engine.insert(session, "listening", marks.listening, suffix)
    session.executemany(
        f"INSERT INTO days{suffix} VALUES (?, ?, ?) ON CONFLICT (source, day)"
        " DO UPDATE SET sequence = excluded.sequence",
        [(source, day, sequence) for (source, day), sequence in marks.days.items()],
    )


def entries(session: Session, after: int, limit: int) -> list[tuple[int, Entry]]:
    """Lines of the log behind a position, in order."""
    found = session.execute(READ, (after, limit))
    return [(position, decode(envelope, data)) for position, envelope, data in found]


def decode(envelope: bytes, data: bytes) -> Entry:
    return Entry(_envelope.decode(envelope), bytes(data))


def rebuild(database: Database, engine: Engine, progress: Callable[[int], None]) -> int:
    """Build the next generation, then swap; how many events were read by this call.

    First all are read and the timeline's rows heaped, then these are put in order, then what was taken
    meanwhile is added as it always is. Each step is a transaction that finds in the tables how far it all is.
    """
    generation = _begin(database, engine)
    total = 0
    while True:
        with database.transaction() as session:
            # Two rebuilds at once wait for each other here; the second finds the swap done.
            mine = session.execute(
                "UPDATE building SET position = position WHERE generation = ? RETURNING position",
                (generation,),
            )
            if not mine:
                return total
            heaping = engine.heap.open(session, generation)
            if not heaping and engine.heap.arrange(session, generation):
                continue
            found = session.execute(READ_ENVELOPES, (mine[0][0], READ_AT_ONCE))
            nearly = len(found) < READ_AT_ONCE
            if nearly and not heaping:
                # The last piece: whoever takes events waits from here to the swap, so none is left out.
                session.execute("UPDATE log_head SET position = position")
                found = session.execute(READ_ENVELOPES, (mine[0][0], 2 * READ_AT_ONCE))
            last = found[-1][0] if found else mine[0][0]
            marks, rows = _read(session, found)
            if heaping:
                engine.heap.add(session, generation, last, rows)
            else:
                marks.timeline = rows.ordered().unpacked()
            write(engine, session, generation, marks)
            total += len(found)
            session.execute("UPDATE building SET position = ?", (last,))
            if nearly and heaping:
                engine.heap.arrange(session, generation)
            elif nearly and last == session.execute("SELECT position FROM log_head")[0][0]:
                engine.analyze(session, generation)
                engine.heap.drop(session, generation)
                _swap(session, generation)
        progress(last)


def _read(session: Session, found: Sequence[Row]) -> tuple[Marks, Rows]:
    """As `Marks.add` of each line, from the bytes, but the timeline's rows apart. Data is fetched only where it
    ties identifiers; nothing decoded outlives its line, so that no garbage has to be searched."""
    marks = Marks()
    entities: list[str] = []
    counts: list[int] = []
    places: list[int] = []
    tying: dict[int, Envelope] = {}
    for position, envelope in found:
        line = _line.decode(envelope)
        entities.append(line.stream)
        entities += line.concerns
        counts.append(1 + len(line.concerns))
        places.append(heap.mark(position, line.effective.toordinal()))
        marks.recorded(line.source, line.sequence, line.recordedtime)
        if line.corrects is not None:
            marks.corrections.append((line.corrects.bytes, position))
        if line.type in TYING:
            tying[position] = _envelope.decode(envelope)
    for position, data in among(session, DATA, list(tying)):
        marks.tie(position, Entry(tying[position], bytes(data)))
    return marks, Rows.of(entities, counts, places)


def _begin(database: Database, engine: Engine) -> int:
    """The generation to be built: one that was cut off, or a new one."""
    with database.transaction() as session:
        # Read under the locks, so that two processes that begin at once build one generation.
        session.execute("UPDATE building SET position = position")
        live, events = session.execute(
            "UPDATE log_head SET position = position RETURNING generation, position"
        )[0]
        begun = session.execute("SELECT generation, version FROM building")
        generation = int(live) + 1
        if begun == [(generation, _build())]:
            return generation
        session.execute("DELETE FROM building")
        engine.drop_index(session, generation)
        # Kept until now: somebody may have been reading it when it ceased to be the live one.
        engine.drop_index(session, generation - 2)
        engine.create_index(session, generation)
        engine.heap.create(session, generation, events)
        session.execute("INSERT INTO building VALUES (1, 0, ?, ?)", (generation, _build()))
        return generation


def _build() -> int:
    """What is being built, and how: a rebuild that another program began otherwise is not gone on with."""
    return heap.FORMAT << 16 | VERSION


def _swap(session: Session, generation: int) -> None:
    session.execute("DELETE FROM building")
    session.execute("UPDATE log_head SET generation = ?, version = ?", (generation, VERSION))
