"""Duties as the service carries them: which it has, when they arise, are delivered, fall due.

    declare(Declared("gap_list", "living", does=gap_lists.make))     # the district's own: arises with its paper
    owing.arise(work, "care_visit", household, people)               # somebody's: arises with a decision
    owing.deliver(work, duty, None, on=day, staff=(...))

How often and until when stands in the papers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from events import policy as p
from events.base import Recorded
from events.ids import DutyId, HouseholdId, PersonId
from services.assistance import duty as model
from services.assistance.duty import DUTY, Duty, Period
from services.assistance.owed import duty_after, duty_of
from services.chassis.refusal import NotFound
from services.chassis.service import Shelf
from services.chassis.work import Work

PERIOD = "duty"
"""Due: the day after the last day of a period."""


def lives_here(work: Work, duty: Duty) -> bool:
    """The district's own duties go on; a family's while it lives here."""
    if duty.household is None:
        return True
    home = work.fact("household", duty.household)
    return home is not None and not home["gone"] and bool(home["members"])


@dataclass(frozen=True, slots=True)
class Declared:
    """`ours`: the district's, not a family's. `does`: what the service does by itself when the period is over, and
    which is the delivery. `still`: whether it goes on being owed."""

    code: str
    domain: str
    ours: bool = True
    does: Callable[[Work, DutyId, Period], None] | None = None
    still: Callable[[Work, Duty], bool] = lives_here


DECLARED: dict[tuple[str, str], Declared] = {}


def declare(duty: Declared) -> Declared:
    """Made known once, where its domain is declared."""
    if DECLARED.setdefault((duty.domain, duty.code), duty) != duty:
        raise ValueError(f"{duty.code} is declared twice")
    return duty


def arise(
    work: Work,
    code: str,
    household: HouseholdId | None = None,
    people: tuple[PersonId, ...] = (),
    *,
    on: date | None = None,
    cause: UUID | None = None,
    each: bool = False,
) -> DutyId | None:
    """From the period of `on` (today) on, period by period. None where no paper asks for it then; as it was, where
    it is owed already. `each`: owed to the first of the people, not to the family."""
    day = on or work.today
    id = model.id_of(work.around.source, code, people[0] if each else household)
    if work.load(DUTY, id).running:
        return id
    said = duty_of(work, code, day)
    if said is None:
        return None
    work.record(id, model.arise(id, said, day, household, people, cause))
    return id


def duty_in(work: Work, id: DutyId) -> Duty:
    """NotFound where there is none."""
    found = work.load(DUTY, id)
    if found.id is None:
        raise NotFound("未找到该职责。", "There is no such duty.", field="duty")
    return found


def deliver(
    work: Work,
    id: DutyId,
    period: str | None = None,
    *,
    on: date | None = None,
    result: str | None = None,
    staff: tuple[UUID, ...] = (),
    remarks: str | None = None,
) -> Duty:
    facts = model.deliver(
        duty_in(work, id),
        period,
        on=on or work.today,
        today=work.today,
        result=result,
        staff=staff,
        remarks=remarks,
    )
    for fact in facts:
        work.record(id, fact)
    return work.load(DUTY, id)


# -- by itself ---------------------------------------------------------------------------------------------


def paper_published(work: Work, fact: Recorded[p.PaperPublished]) -> None:
    """The district's own duties that a paper brings arise with it, from its first day on."""
    day = max(work.today, fact.data.effective)
    for declared in _of(work):
        if declared.ours:
            arise(work, declared.code, on=day, cause=fact.envelope.id)


def period_is_over(work: Work, id: DutyId) -> None:
    duty = work.load(DUTY, id)
    declared = DECLARED.get((work.around.service.name, duty.code))
    ended = duty.now
    assert ended.until is not None, "what has no last day never falls due"
    if declared is not None and declared.does is not None and not ended.met:
        declared.does(work, id, ended)
        deliver(work, id, on=ended.until)
        duty = work.load(DUTY, id)
    still = declared.still if declared is not None else lives_here
    following = _following(work, duty, ended.until + timedelta(days=1))
    for fact in model.period_ends(duty, following, today=work.today, alone=not still(work, duty)):
        work.record(id, fact)


def _following(work: Work, duty: Duty, first: date) -> a.DutyArose | None:
    """By the paper of its first day; where none asks for it then, by the next that will."""
    assert duty.id is not None, "only what has arisen falls due"
    day: date | None = first
    said = duty_of(work, duty.code, first)
    if said is None:
        day = duty_after(work, duty.code, first)
        said = duty_of(work, duty.code, day) if day is not None else None
    if said is None or day is None:
        return None
    return model.arise(duty.id, said, day, duty.household, duty.people)


def _of(work: Work) -> list[Declared]:
    return [one for one in DECLARED.values() if one.domain == work.around.service.name]


# -- kept ---------------------------------------------------------------------------------------------------


def arose(shelf: Shelf, fact: Recorded[a.DutyArose]) -> None:
    if fact.data.until is None:
        shelf.forget(PERIOD, fact.data.duty)
    else:
        shelf.remind(fact.data.until + timedelta(days=1), PERIOD, fact.data.duty)


def lapsed(shelf: Shelf, fact: Recorded[a.DutyLapsed]) -> None:
    shelf.forget(PERIOD, fact.data.duty)
