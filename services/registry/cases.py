"""Whom the cases of a domain cover, and what of them is contested: for categories, and for the duty to keep data."""

from __future__ import annotations

from collections.abc import Iterator

from events import assistance, remedies
from events.base import Recorded
from events.ids import PersonId
from services.chassis.service import Service, Shelf
from services.chassis.work import Work

DOMAINS: tuple[str, ...] = ("living", "disability")


def kind_of(kind: str, domain: str) -> str:
    """Living's rows are called as they were when it was alone: a store from then goes on."""
    return kind if domain == "living" else f"{kind}-{domain}"


def open_programmes(work: Work, person: PersonId) -> set[str]:
    """Of the cases that cover the person and are not over."""
    return {programme for _, programme in _rows(work, "open-case", person) if programme}


def involved(work: Work, person: PersonId) -> bool:
    """Whether a case that is not over is about the person, or about the family whose means theirs are a part of."""
    return any(_rows(work, "open-case", person))


def contested(work: Work, person: PersonId) -> bool:
    """Whether a review or a report of a case that covers the person is not decided yet."""
    return any(_rows(work, "open-contest", person))


def _rows(work: Work, kind: str, person: PersonId) -> Iterator[tuple[str, str]]:
    for domain in DOMAINS:
        yield from work.facts(kind_of(kind, domain), f"{person}:", f"{person};")


def keep_cases(service: Service, domain: str) -> None:
    """Once for each domain: rows are folded from one source only."""
    of_case, open_case, open_contest = (kind_of(one, domain) for one in ("case", "open-case", "open-contest"))

    def covers(shelf: Shelf, fact: Recorded[assistance.CaseFact]) -> None:
        told = fact.data
        known = shelf.get(of_case, told.case) or {"members": []}
        members, covered = ([str(one) for one in people] for people in (told.members, told.covered))
        for person in known["members"]:
            if person not in members:
                shelf.drop(open_case, f"{person}:{told.case}")
        for person in members:
            # Of a family of whom some are admitted the others have an open case, and no programme by it.
            shelf.put(open_case, f"{person}:{told.case}", told.programme if person in covered else "")
        before = known.get("covered", known["members"])
        row = {"programme": told.programme, "members": members, "covered": covered, "before": before}
        shelf.put(of_case, told.case, row)

    def is_over(shelf: Shelf, fact: Recorded[assistance.CaseFact]) -> None:
        case = shelf.get(of_case, fact.data.case)
        if case is None:
            return
        for person in case["members"]:
            shelf.drop(open_case, f"{person}:{fact.data.case}")
        before = case.get("covered", case["members"])
        shelf.put(of_case, fact.data.case, case | {"members": [], "covered": [], "before": before})

    def is_contested(
        shelf: Shelf, fact: Recorded[remedies.ContestedDecision | remedies.LawsuitFiled]
    ) -> None:
        for person in fact.data.members:
            shelf.put(open_contest, f"{person}:{fact.data.contest}", getattr(fact.data, "kind", "lawsuit"))

    def is_decided(shelf: Shelf, fact: Recorded[remedies.ReviewDecided | remedies.CourtRuled]) -> None:
        for person in fact.data.members:
            shelf.drop(open_contest, f"{person}:{fact.data.contest}")

    service.keep(
        assistance.Applied, assistance.SubsidyGranted, assistance.Adjusted, assistance.TakenOver, of=domain
    )(covers)
    service.keep(assistance.Exited, assistance.Declined, assistance.Withdrawn, of=domain)(is_over)
    service.keep(remedies.ContestedDecision, remedies.LawsuitFiled, of=domain)(is_contested)
    service.keep(remedies.ReviewDecided, remedies.CourtRuled, of=domain)(is_decided)
