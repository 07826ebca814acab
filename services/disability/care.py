"""Where a severely disabled person is cared for (三(七)): in an institution by their will, else at home by somebody named.

The will comes first: without it nobody is placed. Whoever wishes to stay at home is owed a carer (`home_carer`): kin,
neighbours, volunteers or a group; those without one are a list.
"""

from __future__ import annotations

from datetime import date

from events import disability as d
from events import registry as r
from events.base import Recorded
from events.ids import HouseholdId, InstitutionId, PersonId
from events.sealed import Sealed
from services.assistance import owing
from services.assistance.duty import DUTY, Duty, id_of
from services.assistance.owing import Declared, declare
from services.assistance.rules import must_be_a_day_between
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.chassis.work import Work
from services.disability.known import file_of, whose
from services.disability.noting import must_live, note, township_of
from services.registry.keeping import survivor

CARER = "home_carer"


def still_without(work: Work, duty: Duty) -> bool:
    """While the person wishes to stay at home and nobody cares for them."""
    return any(_wants_carer(work, person) for person in duty.people)


def _wants_carer(work: Work, person: PersonId) -> bool:
    known, file = work.fact("person", person), file_of(work, person)
    alive = known is not None and known["died"] is None
    return alive and file.severe and file.wish == "home" and not file.cared_for


HOME_CARER = declare(Declared(CARER, "disability", ours=False, still=still_without))


def wish(work: Work, person: PersonId, wanted: str, by: d.By, on: date | None = None) -> None:
    """Of a beneficiary with a card of grade 1 or 2."""
    must_live(work, person)
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    if not file_of(work, person).severe or work.fact("enrolled", person) is None:
        raise Refused(
            "not-entitled",
            "照护安置限兜底保障对象中的一级、二级残疾人。",
            "Care is for beneficiaries with a card of grade 1 or 2.",
            field="person",
        )
    fact = d.CareWishRecorded.model_validate(
        {
            "person": whose(work, person),
            "wish": wanted,
            "by": by,
            "township": township_of(work, person),
            "on": day,
        }
    )
    note(work, person, fact)
    _owe_carer(work, person)


def place(work: Work, person: PersonId, institution: InstitutionId, since: date | None = None) -> None:
    """By their will, into an institution that living has registered; whoever cared for them at home is free."""
    must_live(work, person)
    day, file, id = since or work.today, file_of(work, person), whose(work, person)
    must_be_a_day_between(day, date.min, work.today)
    if work.fact("institution", institution) is None:
        raise NotFound("未登记该机构。", "There is no such institution.", field="institution")
    if file.wish != "institution" or not file.severe:
        raise Refused(
            "no-will",
            "没有登记集中照护意愿，不得安置。",
            "No will to be cared for in an institution is recorded.",
            field="person",
        )
    if file.institution == institution:
        raise Conflict("placed", "已在该机构照护。", "The person lives there.", field="institution")
    if file.institution is not None:
        note(work, person, d.LeftCare(person=id, institution=file.institution, reason="moved", since=day))
    if file.cared_for:
        note(work, person, d.CarerGone(person=id, carer=file.carer, reason="placed", since=day))
    note(work, person, d.PlacedInCare(person=id, institution=institution, since=day))


def leave(work: Work, person: PersonId, reason: str, since: date | None = None) -> None:
    """Who leaves by wish wishes to be cared for at home from then on."""
    day, file, id = since or work.today, file_of(work, person), whose(work, person)
    must_be_a_day_between(day, date.min, work.today)
    if file.institution is None:
        raise Conflict(
            "not-placed", "该人员不在照护机构。", "The person lives in no institution.", field="person"
        )
    told = {"person": id, "institution": file.institution, "reason": reason, "since": day}
    note(work, person, d.LeftCare.model_validate(told))
    if reason == "wish" and file.severe and work.fact("enrolled", person) is not None:
        wish(work, person, "home", "person", day)


def name_carer(
    work: Work,
    person: PersonId,
    bond: str,
    *,
    carer: PersonId | None = None,
    carer_name: str | None = None,
    since: date | None = None,
) -> None:
    """For somebody who wishes to stay at home; another one in place of the one before."""
    must_live(work, person)
    day, file, id = since or work.today, file_of(work, person), whose(work, person)
    must_be_a_day_between(day, date.min, work.today)
    if file.wish != "home":
        raise Refused(
            "no-will",
            "没有登记居家照护意愿。",
            "No wish to be cared for at home is recorded.",
            field="person",
        )
    _must_be_able(work, person, carer, carer_name)
    if file.cared_for:
        note(work, person, d.CarerGone(person=id, carer=file.carer, reason="replaced", since=day))
    named = {"person": id, "carer": carer, "bond": bond, "since": day}
    sealed = None if carer_name is None else Sealed.of(carer_name, id)
    note(work, person, d.CarerNamed.model_validate(named | {"carer_name": sealed}))
    duty = work.load(DUTY, id_of(work.around.source, CARER, person))
    if duty.id is not None and duty.running and not duty.now.met and duty.now.since <= day:
        owing.deliver(work, duty.id, on=day)


def carer_gone(work: Work, person: PersonId, since: date | None = None) -> None:
    """At the wish of either."""
    day, file = since or work.today, file_of(work, person)
    must_be_a_day_between(day, date.min, work.today)
    if not file.cared_for:
        raise Conflict("no-carer", "没有照护人。", "Nobody is named.", field="person")
    note(work, person, d.CarerGone(person=whose(work, person), carer=file.carer, reason="request", since=day))
    _owe_carer(work, person)


def _owe_carer(work: Work, person: PersonId) -> None:
    known = work.fact("person", person)
    if _wants_carer(work, person) and known is not None and known["household"] is not None:
        owing.arise(work, CARER, HouseholdId.of(known["household"]), (person,), each=True)


def _must_be_able(work: Work, person: PersonId, carer: PersonId | None, name: str | None) -> None:
    if (carer is None) == (name is None):
        raise Malformed(
            "carer",
            "照护人填登记编号或者姓名、名称，二者之一。",
            "Say the carer's id or name, one of both.",
            field="carer",
        )
    if carer is None:
        return
    known = work.fact("person", carer)
    if carer == person:
        raise Refused("carer-self", "照护人不得为本人。", "Nobody is their own carer.", field="carer")
    if known is None or known["died"] is not None or known["merged_into"] is not None:
        raise Refused(
            "carer-unknown",
            "照护人未登记或者已死亡。",
            "The carer is not registered, or has died.",
            field="carer",
        )
    if file_of(work, carer).severe:
        raise Refused(
            "carer-disabled",
            "照护人自己是重度残疾人。",
            "The carer is severely disabled.",
            field="carer",
        )


# -- by itself ---------------------------------------------------------------------------------------------


def died(work: Work, fact: Recorded[r.Died]) -> None:
    """Whoever the dead cared for is without a carer; and nobody is cared for after their own death."""
    dead, day = fact.data.person, fact.data.on
    for person in (PersonId.of(one) for one in work.fact("disability-cares-for", dead) or ()):
        note(work, person, d.CarerGone(person=person, carer=dead, reason="carer_died", since=day))
        _owe_carer(work, PersonId.of(survivor(work, person)))
    file, id = file_of(work, dead), whose(work, dead)
    if file.institution is not None:
        note(work, dead, d.LeftCare(person=id, institution=file.institution, reason="death", since=day))
    if file.cared_for:
        note(work, dead, d.CarerGone(person=id, carer=file.carer, reason="person_died", since=day))
