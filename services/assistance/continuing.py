"""Leaving poverty by itself ends no help (一, 脱贫不脱政策): it is recorded that help goes on, and looked at yearly.

No reaction anywhere ends a case because a member left poverty; what a review later finds is another matter and has its
own reason.
"""

from __future__ import annotations

from datetime import date

from events import assistance as a
from events import registry as r
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import owing
from services.assistance.duty import Duty
from services.chassis.work import Work

CODE = "help_continues"
SINCE = date(2020, 1, 1)
"""The paper's title: 2020年之后帮扶不散. Whoever left poverty before belongs to earlier papers."""


def lifted(work: Work, fact: Recorded[r.Categorised]) -> None:
    """The exit flag came in for somebody in a running case."""
    told = fact.data
    if told.category is not r.Category.LIFTED or told.since < SINCE:
        return
    cases: dict[str, str] = work.fact("case-of-person", told.person) or {}
    person = work.fact("person", told.person)
    granted = [case for case in cases if work.fact("granted-case", case) is not None]
    if not granted or person is None or person["household"] is None:
        return
    household = HouseholdId.of(person["household"])
    home = work.fact("household", household)
    members = tuple(PersonId.of(one) for one in home["members"]) if home is not None else (told.person,)
    duty = owing.arise(work, CODE, household, members, cause=fact.envelope.id)
    if duty is None:
        return
    continued = a.HelpContinued(
        household=household,
        people=(told.person,),
        lifted=told.since,
        cases=tuple(CaseId.of(case) for case in granted),
        duty=duty,
        cause=fact.envelope.id,
    )
    work.record(duty, continued, effective=told.since)


def still(work: Work, duty: Duty) -> bool:
    """While anybody of the family is helped; what was ended since, and why, stands in its case."""
    if not owing.lives_here(work, duty) or duty.household is None:
        return False
    cases: dict[str, str] = work.fact("case-of-household", duty.household) or {}
    return any(work.fact("granted-case", case) is not None for case in cases)
