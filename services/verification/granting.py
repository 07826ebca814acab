"""Help decided although departments' data already contradicted it: it is put to the family as if it had come first (V3).

A mismatch asks for a review when it is found. A case granted later is none of those that this reached: verification asks once
more, for that case, where the mismatch is open or was confirmed and the papers hold it against the programme. Which ones were
confirmed only verification may know, so that it is asked for here and not in the domains.
"""

from __future__ import annotations

from collections.abc import Iterator

from events import assistance as a
from events import verification as v
from events.base import Recorded
from events.ids import MismatchId, PersonId
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.registry.keeping import person_of
from services.verification.contradicting import Contradicting
from services.verification.mismatch import MISMATCH

STANDING = "mismatches"
"""Row: person → mismatches that nobody found to be none."""


def keep_standing(service: Service) -> None:
    service.keep(v.MismatchFound)(_found)
    service.keep(v.MismatchResolved)(_resolved)


def _found(shelf: Shelf, fact: Recorded[v.MismatchFound]) -> None:
    known = shelf.get(STANDING, fact.data.person) or []
    shelf.put(STANDING, fact.data.person, [*known, str(fact.data.mismatch)])


def _resolved(shelf: Shelf, fact: Recorded[v.MismatchResolved]) -> None:
    if fact.data.result == "confirmed":
        return
    known = shelf.get(STANDING, fact.data.person) or []
    others = [one for one in known if one != str(fact.data.mismatch)]
    shelf.put(STANDING, fact.data.person, others) if others else shelf.drop(STANDING, fact.data.person)


def granted(work: Work, fact: Recorded[a.SubsidyGranted | a.TakenOver]) -> None:
    told, contradicting = fact.data, Contradicting(work)
    for identifier, person in _standing(work, told.members):
        found = work.load(MISMATCH, identifier)
        if found.on is not None and contradicting.also(told.programme, found.source, found.papers, found.on):
            work.record(
                identifier,
                v.ReviewAsked(
                    household=told.household, people=(person,), case=told.case, reason="mismatch",
                    mismatch=identifier,
                ),
            )  # fmt: skip


def _standing(work: Work, members: tuple[PersonId, ...]) -> Iterator[tuple[MismatchId, PersonId]]:
    """Of the living; also under registrations merged into theirs."""
    for person in members:
        row = person_of(work, person)
        if row["died"] is not None:
            continue  # known: the case has followed it
        for one in (person, *row["also"]):
            for identifier in work.fact(STANDING, one) or ():
                yield MismatchId(identifier), person
