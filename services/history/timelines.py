"""Timelines of people, households, cases, funds and townships, in the causal order of the log, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from events.base import Entry
from services.chassis.database import Session
from services.history.district_log import DistrictLog
from services.history.index import decode
from services.history.kinship import (
    Knows,
    Through,
    Window,
    everything,
    is_household,
    townships,
    windows_of_household,
    windows_of_person,
)
from services.history.subjects import Subject
from services.history.townships import positions_in, stays_in

FETCHED_AT_ONCE = 500
DEEPEST_CHAIN = 32


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the log in somebody's timeline; `through` says under whose id it lies."""

    position: int
    through: Through
    entry: Entry


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`kind` of the subject: person, household, case, fund-book, township; `after` begins the next page, None on the
    last; `townships` in which the households concerned live."""

    kind: str
    lines: tuple[Found, ...]
    after: int | None
    townships: frozenset[str]


class Timelines:
    def __init__(self, log: DistrictLog) -> None:
        self.log = log

    def page(
        self, subject: Subject, kind: str | None = None, after: int = 0, limit: int = 50
    ) -> TimelinePage | None:
        """Lines behind position `after`; None where nothing is recorded of it, or it is of another kind."""
        with self.log.database.reading() as session:
            generation = session.execute("SELECT generation FROM log_head")[0][0]
            found = kind_of(session, generation, subject)
            if found is None or (kind is not None and found not in ("", kind)):
                return None
            kind = found or kind or "person"
            where = places_of(session, generation, kind, subject)
            places = where.behind(after, limit + 1)
            wanted = sorted(places)[:limit]
            entries = entries_at(session, wanted)
            places_lived = where.townships()
        lines = tuple(Found(position, places[position], entries[position]) for position in wanted)
        return TimelinePage(kind, lines, wanted[-1] if len(places) > limit else None, places_lived)

    def lines(self, subject: Subject, at_once: int = 500) -> Iterator[Found]:
        """The whole timeline of whatever is named; nothing if it is not known."""
        after: int | None = 0
        while after is not None and (page := self.page(subject, after=after, limit=at_once)) is not None:
            yield from page.lines
            after = page.after

    def townships_of(self, entry: Entry) -> frozenset[str]:
        """Where those live whom an event concerns."""
        with self.log.database.reading() as session:
            generation = session.execute("SELECT generation FROM log_head")[0][0]
            ids = {entry.envelope.stream.bytes, *(one.bytes for one in entry.envelope.concerns)}
            return townships(session, generation, ids)

    def townships_about(self, kind: str, subject: Subject) -> frozenset[str]:
        """As `Places.townships`."""
        with self.log.database.reading() as session:
            generation = session.execute("SELECT generation FROM log_head")[0][0]
            return places_of(session, generation, kind, subject).townships()

    def event(self, event: UUID) -> list[Found]:
        """The event and, behind it, its causes, the nearest first; empty if it is not kept."""
        chain: list[Found] = []
        wanted: UUID | None = event
        with self.log.database.reading() as session:
            while wanted is not None and len(chain) < DEEPEST_CHAIN:
                found = session.execute(
                    "SELECT position, envelope, data FROM district_log WHERE id = ?", (wanted.bytes,)
                )
                if not found:
                    break
                position, envelope, data = found[0]
                chain.append(Found(position, "own", decode(envelope, data)))
                wanted = chain[-1].entry.envelope.causationid
        return chain


def whose(session: Session, generation: int, windows: list[Window]) -> set[bytes]:
    """The entities of a timeline, and whom the first event of each concerns: a case lives nowhere itself."""
    ids = {window.entity for window in windows}
    for window in windows:
        if window.days is None:
            first = positions_of(session, generation, window, 0, 1)
            for entry in entries_at(session, first).values():
                ids.update(one.bytes for one in entry.envelope.concerns)
    return ids


def kind_of(session: Session, generation: int, subject: Subject) -> str | None:
    """What it is, by its own stream; empty where it is only mentioned, None where it is unknown."""
    if isinstance(subject, str):
        return "township"
    entity = subject.bytes
    found = session.execute(
        "SELECT own, (SELECT subject FROM district_log l WHERE l.position = t.position)"
        f" FROM timeline_{generation} t WHERE entity = ? AND position = COALESCE("
        f"(SELECT min(position) FROM timeline_{generation} WHERE entity = ? AND own = 1),"
        f" (SELECT min(position) FROM timeline_{generation} WHERE entity = ?))",
        (entity, entity, entity),
    )
    if not found:
        return None
    own, named = found[0]
    if own:
        return str(named).partition("/")[0]
    return "household" if is_household(session, generation, entity) else ""


@dataclass(frozen=True, slots=True)
class Places:
    """`behind(after, limit)`: where the first lines of a timeline behind a position lie, and through whom; at least
    `limit` of them, if there are. `townships()`: where those live whom it is about; empty where nothing is recorded."""

    behind: Callable[[int, int], dict[int, Through]]
    townships: Callable[[], frozenset[str]]


def places_of(
    session: Session, generation: int, kind: str, subject: Subject, knows: Knows = everything
) -> Places:
    if isinstance(subject, str):
        stays = cache(lambda: stays_in(session, generation, subject, knows))
        return Places(
            lambda after, limit: dict.fromkeys(
                positions_in(session, generation, stays(), after, limit), "own"
            ),
            lambda: frozenset({subject}),
        )
    windows = windows_of(session, generation, kind, subject.bytes, knows)

    def behind(after: int, limit: int) -> dict[int, Through]:
        found: dict[int, Through] = {}
        for window in windows:
            for position in positions_of(session, generation, window, after, limit):
                found.setdefault(position, window.through)
        return found

    return Places(behind, lambda: townships(session, generation, whose(session, generation, windows)))


def windows_of(
    session: Session, generation: int, kind: str, entity: bytes, knows: Knows = everything
) -> list[Window]:
    if kind == "person":
        return windows_of_person(session, generation, entity, knows)
    if kind == "household":
        return windows_of_household(session, generation, entity, knows)
    return [Window(entity, "own")]


def positions_of(session: Session, generation: int, window: Window, after: int, limit: int) -> list[int]:
    if window.days is None:
        found = session.execute(
            f"SELECT position FROM timeline_{generation} WHERE entity = ? AND position > ? AND position <= ?"
            " ORDER BY position LIMIT ?",
            (window.entity, after, window.upto, limit),
        )
    else:
        found = session.execute(
            f"SELECT position FROM timeline_{generation} WHERE entity = ? AND position > ? AND own = 1"
            " AND effective BETWEEN ? AND ? ORDER BY position LIMIT ?",
            (window.entity, after, *window.days, limit),
        )
    return [row[0] for row in found]


def entries_at(session: Session, positions: list[int]) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    for start in range(0, len(positions), FETCHED_AT_ONCE):
        some = positions[start : start + FETCHED_AT_ONCE]
        marks = ", ".join("?" * len(some))
        for position, envelope, data in session.execute(
            f"SELECT position, envelope, data FROM district_log WHERE position IN ({marks})",
            some,
        ):
            entries[position] = decode(envelope, data)
    return entries
