"""Training, work and rehabilitation (三(七)): recorded as given; training or work is owed once a year.

Owed to beneficiaries of working age who hold a card; a need of work may be handed to human resources.
"""

from __future__ import annotations

from datetime import date

from events import disability as d
from events import registry as r
from events.base import Recorded
from events.ids import HouseholdId, PersonId, ReferralId
from services.assistance import owing, referring
from services.assistance.days import months_after
from services.assistance.duty import DUTY, Duty, id_of
from services.assistance.owing import Declared, declare
from services.assistance.referral import Need
from services.assistance.rules import must_be_a_day_between
from services.chassis.departments import Department
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.disability.known import file_of, whose
from services.disability.noting import must_live, note

CODE, REFERRAL = "training_and_work", "disability_employment"
FROM_AGE, TO_AGE = 16, 60
"""Working age, as pension insurance of residents counts it: 16 to 59."""


def owed_to(work: Work, person: PersonId) -> bool:
    known, born = work.fact("person", person), work.fact("born", person)
    if known is None or known["died"] is not None or born is None:
        return False
    birth = date.fromisoformat(born)
    of_age = months_after(birth, 12 * FROM_AGE) <= work.today < months_after(birth, 12 * TO_AGE)
    return of_age and file_of(work, person).card is not None and work.fact("enrolled", person) is not None


def still(work: Work, duty: Duty) -> bool:
    return any(owed_to(work, person) for person in duty.people)


YEARLY = declare(Declared(CODE, "disability", ours=False, still=still))


def owe(work: Work, person: PersonId) -> None:
    """From now on, where it is not owed already."""
    known = work.fact("person", person)
    if known is not None and known["household"] is not None and owed_to(work, person):
        owing.arise(work, CODE, HouseholdId.of(known["household"]), (person,), each=True)


def enrolled(work: Work, fact: Recorded[r.Enrolled]) -> None:
    owe(work, fact.data.person)


def train(work: Work, person: PersonId, service: str, on: date | None = None) -> None:
    """Counted against the year."""
    must_live(work, person)
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    if file_of(work, person).card is None:
        raise Conflict(
            "no-card", "该人员没有有效的残疾人证。", "The person holds no valid card.", field="person"
        )
    told = {"person": whose(work, person), "service": service, "on": day}
    note(work, person, d.TrainingGiven.model_validate(told))
    duty = work.load(DUTY, id_of(work.around.source, CODE, person))
    if duty.id is not None and duty.running and not duty.now.met and duty.now.since <= day:
        owing.deliver(work, duty.id, on=day)


def refer(work: Work, person: PersonId) -> ReferralId:
    """A need of work goes to human resources."""
    must_live(work, person)
    known = work.fact("person", person)
    if known is None or known["household"] is None:
        raise Conflict(
            "no-household", "该人员不在任何家庭中。", "The person lives in no household.", field="person"
        )
    need = Need(HouseholdId.of(known["household"]), (person,))
    return referring.send(work, REFERRAL, need, sender=Department.DISABLED_FEDERATION)


def rehabilitate(work: Work, person: PersonId, service: str, on: date | None = None) -> None:
    must_live(work, person)
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    told = {"person": whose(work, person), "service": service, "on": day}
    note(work, person, d.RehabGiven.model_validate(told))
