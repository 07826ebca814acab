"""Self-care of a tekun person is assessed once a year (三(一)2 of 鹤民发〔2020〕43号; yearly is illustrative).

The duty arises with the grant, for each person; the assessment of the application is that of the first year. Whoever is
not assessed by the end of a year is overdue and listed; nothing is stopped for that.
"""

from __future__ import annotations

from uuid import UUID

from events import assistance as a
from events.ids import HouseholdId, PersonId
from services.assistance import owing
from services.assistance.duty import DUTY, Duty, id_of
from services.assistance.model import CASE, Stage
from services.chassis.work import Work
from services.living.tekun import CODE, granted_case

YEARLY = "self_care_assessment"


def begins(
    work: Work, household: HouseholdId, people: tuple[PersonId, ...], cause: UUID, *, assessed: bool = True
) -> None:
    """`assessed`: in the application, which counts for the first year."""
    id = owing.arise(work, YEARLY, household, people, cause=cause, each=True)
    if id is not None and assessed and not work.load(DUTY, id).now.met:
        owing.deliver(work, id)


def assessed(work: Work, told: a.StepFound) -> None:
    """Of a running case: counted against the year that runs, once."""
    (person,) = told.members
    duty = work.load(DUTY, id_of(work.around.source, YEARLY, person))
    if work.load(CASE, told.case).stage is not Stage.GRANTED or duty.id is None or not duty.running:
        return
    if not duty.now.met and duty.now.since <= told.on:
        owing.deliver(work, duty.id, on=told.on)


def still(work: Work, duty: Duty) -> bool:
    return any(granted_case(work, person, CODE) is not None for person in duty.people)
