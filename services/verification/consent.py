"""Consent to be asked about: given, withdrawn, run out. Pure, but for reading it where it is kept.

The applicant's consent is for the family living together (社会救助法 40); a supporter outside the household consents for
himself (41). How long it counts is local: the law sets no day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from events import verification as v
from events.base import Recorded
from events.ids import HouseholdId, PersonId
from services.assistance.days import months_after
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.work import Work
from services.registry.keeping import household_of, lives_in
from services.verification.limits import CONSENT_MONTHS
from services.verification.sources import EVERY


def counts(row: dict[str, Any] | None, source: str, day: date) -> bool:
    """Whether a kept row `consent` lets this source be asked on a day."""
    since, until = (row or {}).get(source, ("", ""))
    return bool(since) and since <= day.isoformat() < until


def consents(work: Work, person: object, source: str, day: date) -> bool:
    return counts(work.fact("consent", person), source, day)


def missing(work: Work, people: Iterable[PersonId], sources: Iterable[str]) -> list[PersonId]:
    """Of these people, who has not consented to any of these sources today."""
    asked = tuple(sources)
    return [one for one in people if not any(consents(work, one, source, work.today) for source in asked)]


def give(
    work: Work,
    person: PersonId,
    household: HouseholdId,
    capacity: v.Capacity,
    *,
    scope: Sequence[v.Source] = EVERY,
    since: date,
    until: date | None = None,
    form: str | None = None,
    officer: UUID | None = None,
    cause: UUID | None = None,
) -> None:
    """Refused for who is not of the household (a supporter: who is), and for days that cannot be."""
    if household_of(work, household) is None:
        raise NotFound("没有该家庭。", "There is no such household.", field="household")
    lives = lives_in(work, person, household)
    if lives is (capacity == "supporter"):
        raise Refused(
            "capacity",
            "共同生活的家庭成员随申请人授权，其他赡养、抚养、扶养义务人须另行授权。",
            "Members consent as members; a supporter is somebody outside the household.",
            field="capacity",
        )
    until = until or months_after(since, CONSENT_MONTHS)
    if since > work.today or until <= since:
        raise Refused(
            "consent-days", "授权日期不得晚于今天，有效期须在其后。", "Given by today, and until a later day.",
            field="until",
        )  # fmt: skip
    work.record(
        person,
        v.ConsentGiven(
            person=person, household=household, capacity=capacity, scope=tuple(scope), since=since, until=until,
            form=form, officer=officer, cause=cause,
        ),
        effective=since,
    )  # fmt: skip


def withdraw(work: Work, person: PersonId, officer: UUID) -> None:
    if work.fact("consent", person) is None:
        raise Conflict("no-consent", "没有可撤回的授权。", "There is no consent to withdraw.", field="person")
    work.record(person, v.ConsentWithdrawn(person=person, on=work.today, officer=officer))


def applied(work: Work, fact: Recorded[a.Applied]) -> None:
    """The application says it for the family living together."""
    told = fact.data
    if not told.consent:
        return
    for person in told.members:
        work.record(
            person,
            v.ConsentGiven(
                person=person, household=told.household, scope=EVERY, since=told.on,
                capacity="applicant" if person == told.applicant else "member",
                until=months_after(told.on, CONSENT_MONTHS), cause=fact.envelope.id,
            ),
            effective=told.on,
        )  # fmt: skip
