"""A service owed, period after period: arisen, delivered so often, met, or overdue. Pure.

One stream for each duty and each to whom it is owed: a family, or nobody, where it is the district's own. A new period
arises when the last one is over; what is delivered late still counts for its period. Nothing that is overdue holds
anything up: it stands on a list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict
from uuid import UUID, uuid5

from events import assistance as a
from events.ids import DutyId, HouseholdId, PersonId
from events.sealed import Sealed
from services.assistance.owed import Said, department_of, period_of
from services.chassis.departments import Department
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.policy.paper import Duty as Asked

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: names that are URLs


@dataclass(frozen=True, slots=True)
class Period:
    """`until`: the last day, if there is one."""

    name: str
    since: date
    until: date | None
    count: int
    soft: bool
    department: str
    delivered: int = 0
    met: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Duty:
    """`periods`: the one that runs, last, and those before it that are not met."""

    id: DutyId | None = None
    code: str = ""
    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = ()
    periods: tuple[Period, ...] = ()
    running: bool = False

    @property
    def now(self) -> Period:
        return self.periods[-1]

    def period(self, name: str | None) -> Period:
        """The one of this name, or the one that runs; NotFound where nothing is owed any more."""
        found = next((one for one in self.periods if name in (None, one.name)), None)
        if name is None and self.periods:
            found = self.now
        if found is None:
            raise NotFound("该期没有应履行的职责。", "Nothing is owed for that period.", field="period")
        return found


DUTY: Fold[Duty] = Fold(Duty())


@DUTY.on(a.DutyArose)
def _arose(duty: Duty, fact: a.DutyArose) -> Duty:
    period = Period(fact.period, fact.since, fact.until, fact.count, fact.soft, fact.department)
    open_still = tuple(one for one in duty.periods if not one.met)
    return Duty(fact.duty, fact.code, fact.household, fact.people, (*open_still, period), running=True)


@DUTY.on(a.ServiceDelivered)
def _delivered(duty: Duty, fact: a.ServiceDelivered) -> Duty:
    return _with(duty, replace(duty.period(fact.period), delivered=fact.number))


@DUTY.on(a.DutyMet)
def _met(duty: Duty, fact: a.DutyMet) -> Duty:
    return _with(duty, replace(duty.period(fact.period), met=True))


@DUTY.on(a.DutyOverdue)
def _overdue(duty: Duty, fact: a.DutyOverdue) -> Duty:
    return _with(duty, replace(duty.period(fact.period), overdue=True))


@DUTY.on(a.DutyLapsed)
def _lapsed(duty: Duty, fact: a.DutyLapsed) -> Duty:
    return replace(duty, running=False)


def _with(duty: Duty, period: Period) -> Duty:
    return replace(duty, periods=tuple(period if one.name == period.name else one for one in duty.periods))


class About(TypedDict):
    duty: DutyId
    code: str
    period: str
    household: HouseholdId | None
    people: tuple[PersonId, ...]


def id_of(source: str, code: str, whose: HouseholdId | PersonId | None = None) -> DutyId:
    """The same for the same duty of the same family or person (or of the district) in one service."""
    return DutyId.of(uuid5(NAMESPACE, f"{source}/duties/{code}/{whose or ''}"))


def about(duty: Duty, period: Period) -> About:
    assert duty.id is not None, "a duty with a period has arisen"
    return About(
        duty=duty.id, code=duty.code, period=period.name, household=duty.household, people=duty.people
    )


def arise(
    id: DutyId,
    said: Said[Asked],
    day: date,
    household: HouseholdId | None = None,
    people: tuple[PersonId, ...] = (),
    cause: UUID | None = None,
) -> a.DutyArose:
    """For the period in which a day lies, as the paper says."""
    name, since, until = period_of(said.part.period, day)
    return a.DutyArose(
        duty=id,
        code=said.part.duty,
        period=name,
        household=household,
        people=people,
        by=said.part.by,
        department=(department_of(said.part.by) or Department.CIVIL_AFFAIRS).value,
        since=since,
        until=until,
        count=said.part.count,
        soft=said.part.soft,
        illustrative=said.part.status == "illustrative",
        paper=said.cited,
        cause=cause,
    )


def deliver(
    duty: Duty,
    period: str | None,
    *,
    on: date,
    today: date,
    result: str | None = None,
    staff: tuple[UUID, ...] = (),
    remarks: str | None = None,
) -> tuple[a.DutyFact, ...]:
    """Counted against the period named, or the one that runs; a delivery too many is refused, a late one is not."""
    owed = duty.period(period)
    if owed.met:
        raise Conflict("duty-met", "该期已经完成。", "The period is met.", field="period")
    if not owed.since <= on <= today:
        raise Malformed(
            "day",
            "日期须在该期开始以后、今天以前。",
            "The day must lie between the start of the period and today.",
            field="on",
        )
    if remarks and not duty.people:
        raise Refused(
            "remarks-of-nobody",
            "区级职责不记录个人情况。",
            "A duty of the district holds no text about people.",
            field="remarks",
        )
    number = owed.delivered + 1
    delivered = a.ServiceDelivered(
        **about(duty, owed),
        on=on,
        number=number,
        result=result,
        staff=staff,
        remarks=Sealed.of(remarks, *duty.people) if remarks else None,
    )
    if number < owed.count:
        return (delivered,)
    late = owed.until is not None and on > owed.until
    return (delivered, a.DutyMet(**about(duty, owed), on=on, late=late))


def period_ends(
    duty: Duty, following: a.DutyArose | None, *, today: date, alone: bool
) -> tuple[a.DutyFact, ...]:
    """What is missing of the period that is over, then the next one, or that nothing further is owed.

    `alone`: nobody is left to whom it would be owed.
    """
    owed = duty.now
    facts: list[a.DutyFact] = []
    if not owed.met:
        facts.append(
            a.DutyOverdue(
                **about(duty, owed),
                department=owed.department,
                on=today,
                delivered=owed.delivered,
                count=owed.count,
                soft=owed.soft,
            )
        )
    if following is None or alone:
        facts.append(
            a.DutyLapsed(**about(duty, owed), reason="nobody_left" if alone else "no_paper", on=today)
        )
    else:
        facts.append(following)
    return tuple(facts)
