"""Where an entity's facts lie: under its own id, and under the ids from which or through which it came.

A person's are also those recorded under a duplicate's id, and those of the households lived in, while the
person lived there. A household's are also those of the household it split from, up to the split, and of
every household merged into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.chassis.database import Session
from services.history.marks import SAME, SPLIT

Through = Literal["own", "duplicate", "household", "predecessor"]
Knows = Callable[[int], bool]
"""Whether a line of the log, by its position, is known to whoever asks."""
END = 2**62
LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Window:
    """Lines about one entity, as far as they count: up to a position, or its own stream between two days."""

    entity: bytes
    through: Through
    upto: int = END
    days: tuple[int, int] | None = None


def everything(position: int) -> bool:
    return True


def windows_of_person(
    session: Session, generation: int, person: bytes, knows: Knows = everything
) -> list[Window]:
    survivor = surviving(session, generation, person, knows)
    same = registrations(session, generation, survivor, knows)
    windows = [Window(one, "own" if one == survivor else "duplicate") for one in same]
    for one in same:
        windows += _lived_in(session, generation, one, knows)
    return windows


def registrations(
    session: Session, generation: int, survivor: bytes, knows: Knows = everything
) -> list[bytes]:
    """The ids that are one person: the survivor's first, then those merged into it."""
    same = {survivor: None}
    for one in list_growing(same):
        for (duplicate,) in session.execute(
            f"SELECT DISTINCT predecessor FROM lineage_{generation} WHERE successor = ? AND kind = ?",
            (one, SAME),
        ):
            # Merged into this one first and into another later: it is the other's.
            if merged_into(session, generation, bytes(duplicate), knows) == one:
                same.setdefault(bytes(duplicate))
    return list(same)


def list_growing(found: dict[bytes, None]) -> Iterator[bytes]:
    """The keys, also those that are added on the way."""
    done = 0
    while done < len(found):
        for one in list(found)[done:]:
            done += 1
            yield one


def surviving(session: Session, generation: int, person: bytes, knows: Knows = everything) -> bytes:
    """The registration that a duplicate was merged into; the person's own where there is none."""
    seen = {person}
    while True:
        survivor = merged_into(session, generation, person, knows)
        if survivor is None or survivor in seen:
            return person
        person = survivor
        seen.add(person)


def merged_into(session: Session, generation: int, person: bytes, knows: Knows) -> bytes | None:
    """The registration that the last merger known of put this one into."""
    found = session.execute(
        f"SELECT successor, position FROM lineage_{generation} WHERE predecessor = ? AND kind = ?"
        " ORDER BY position DESC",
        (person, SAME),
    )
    return next((bytes(successor) for successor, position in found if knows(position)), None)


def _lived_in(session: Session, generation: int, person: bytes, knows: Knows) -> list[Window]:
    """In the order in which it was told: who joined later than they left has not lived there."""
    since: dict[bytes, int] = {}
    windows = []
    for household, day, joined, position in session.execute(
        f"SELECT household, since, joined, position FROM membership_{generation} WHERE person = ?"
        " ORDER BY position, joined",
        (person,),
    ):
        if not knows(position):
            continue
        household = bytes(household)
        if joined:
            since[household] = min(day, since.get(household, day))
        elif household in since:
            windows.append(Window(household, "household", days=(since.pop(household), day)))
    still = [Window(household, "household", days=(day, LAST_DAY)) for household, day in since.items()]
    return windows + still


def is_household(session: Session, generation: int, entity: bytes) -> bool:
    """Whether somebody split from it, merged into it, or the other way round."""
    found = session.execute(
        f"SELECT 1 FROM lineage_{generation} WHERE (successor = ? OR predecessor = ?) AND kind <> ? LIMIT 1",
        (entity, entity, SAME),
    )
    return bool(found)


def windows_of_household(
    session: Session, generation: int, household: bytes, knows: Knows = everything
) -> list[Window]:
    reach = {household: END}
    waiting = [household]
    while waiting:
        successor = waiting.pop()
        for predecessor, position, kind in session.execute(
            f"SELECT predecessor, position, kind FROM lineage_{generation} WHERE successor = ?", (successor,)
        ):
            if kind == SAME or position > reach[successor] or not knows(position):
                continue
            upto = position if kind == SPLIT else reach[successor]
            if reach.get(bytes(predecessor), 0) < upto:
                reach[bytes(predecessor)] = upto
                waiting.append(bytes(predecessor))
    return [Window(one, "own" if one == household else "predecessor", upto) for one, upto in reach.items()]


def townships(session: Session, generation: int, ids: Iterable[bytes]) -> frozenset[str]:
    """Where the households among the ids live, and those in which the people among them live or lived."""
    found: set[str] = set()
    for one in ids:
        homes = [one] + [
            bytes(row[0])
            for row in session.execute(
                f"SELECT DISTINCT household FROM membership_{generation} WHERE person = ?", (one,)
            )
        ]
        for home in homes:
            found.update(
                row[0]
                for row in session.execute(
                    f"SELECT township FROM residence_{generation} WHERE household = ?"
                    " ORDER BY position DESC LIMIT 1",
                    (home,),
                )
            )
    return frozenset(found)
