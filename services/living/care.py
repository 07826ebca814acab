"""Who cares for a tekun person, at home or in an institution: agreements, visits, wishes, places. Pure.

三(一)2 of 鹤民发〔2020〕43号: care at home is agreed with a named carer; whoever cannot care for themselves is to find a
place in an institution, by their own choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypedDict

from events import living as l
from events.ids import CaseId, InstitutionId, PersonId
from events.sealed import Sealed
from services.assistance.days import months_after
from services.assistance.published import Published
from services.assistance.rules import must_be_a_day_between
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.living.support import Institution, Support

VISITS = "care_visit"
MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Whose(TypedDict):
    case: CaseId
    person: PersonId


@dataclass(frozen=True, slots=True)
class Carer:
    """Whoever is to care: known to the register, or by name only. `dependent`: cannot care for themselves."""

    person: PersonId | None = None
    name: str | None = None
    known: bool = True
    dead: bool = False
    dependent: bool = False


def next_visit(by: Published, day: date) -> date:
    """The last day of the next visit, as the papers' duty `care_visit` says; monthly where none does."""
    duties = (duty for paper in by.rulebook.in_force(day) for duty in paper.duties if duty.duty == VISITS)
    return months_after(day, next((MONTHS.get(duty.period, 12) for duty in duties), 1))


def sign(
    whose: Whose,
    support: Support,
    by: Published,
    carer: Carer,
    since: date,
    until: date,
    hours: int,
    today: date,
) -> l.CareAgreementSigned:
    """Somebody who lives at home gets a carer; what care is paid with follows from the grade."""
    if support.institution is not None:
        raise Conflict("placed", "该人员已集中供养。", "The person lives in an institution.", field="person")
    if not support.grade:
        raise Conflict(
            "grade-unknown", "尚未评估生活自理能力。", "Self-care was not assessed.", field="person"
        )
    if support.agreement is not None:
        raise Conflict("has-carer", "已有在期的照料协议。", "There is an agreement already.", field="person")
    if not since <= until or until < today:
        raise Malformed(
            "until", "协议止期无效。", "The last day is not after the first, or past.", field="until"
        )
    _must_be_able(whose, carer)
    return l.CareAgreementSigned(
        **whose,
        carer=carer.person,
        carer_name=Sealed.of(carer.name, whose["person"]) if carer.name is not None else None,
        since=since,
        until=until,
        hours=hours,
        amount_fen=support.care_fen,
        illustrative=support.illustrative,
        visit_by=next_visit(by, max(since, today)),
    )


def _must_be_able(whose: Whose, carer: Carer) -> None:
    if (carer.person is None) == (carer.name is None):
        raise Malformed(
            "carer",
            "照料人填登记编号或者姓名，二者之一。",
            "Say the carer's id or name, one of both.",
            field="carer",
        )
    if carer.person == whose["person"]:
        raise Refused("carer-self", "照料人不得为本人。", "Nobody is their own carer.", field="carer")
    if not carer.known:
        raise Refused(
            "carer-unknown", "照料人未登记，请填写姓名。", "The carer is not registered.", field="carer"
        )
    if carer.dead:
        raise Refused("carer-dead", "照料人已死亡。", "The carer has died.", field="carer")
    if carer.dependent:
        raise Refused(
            "carer-dependent",
            "照料人自己生活不能自理，不得签订照料协议。",
            "The carer cannot care for themselves.",
            field="carer",
        )


def visit(
    whose: Whose, support: Support, by: Published, on: date, well: bool, remarks: str | None, today: date
) -> l.CareVisitRecorded:
    agreement = support.agreement
    if agreement is None:
        raise Conflict("no-carer", "没有在期的照料协议。", "There is no agreement.", field="person")
    must_be_a_day_between(on, max(agreement.since, agreement.visited or agreement.since), today)
    sealed = Sealed.of(remarks, whose["person"]) if remarks else None
    return l.CareVisitRecorded(**whose, on=on, well=well, remarks=sealed, visit_by=next_visit(by, on))


def end_agreement(
    whose: Whose,
    support: Support,
    reason: Literal["expired", "carer_died", "carer_dependent", "placed", "support_ended", "request"],
    since: date,
) -> tuple[l.CareAgreementEnded, ...]:
    """Nothing where there is none."""
    if support.agreement is None:
        return ()
    return (l.CareAgreementEnded(**whose, carer=support.agreement.carer, reason=reason, since=since),)


def place(
    whose: Whose,
    support: Support,
    institution: InstitutionId,
    home: Institution,
    taken: dict[str, str],
    bed: str,
    consent_by: Literal["person", "guardian"] | None,
    today: date,
) -> tuple[l.TekunFact, ...]:
    """A bed of an institution for somebody who consents; whoever moves between two leaves the first."""
    if not home.name:
        raise NotFound("未登记该供养机构。", "There is no such institution.", field="institution")
    if consent_by is None:
        raise Refused(
            "consent-needed",
            "集中供养须本人或者监护人同意。",
            "The person, or the guardian, must consent.",
            field="consent_by",
        )
    if support.wish == "scattered":
        raise Conflict(
            "wishes-to-stay",
            "本人意愿为分散供养；意愿改变的，先登记意愿。",
            "The person wishes to live at home: record another wish first.",
            field="person",
        )
    if bed in taken:
        raise Conflict("bed-taken", "该床位已有人入住。", "The bed is taken.", field="bed")
    if len(taken) - (support.institution == institution) >= home.beds:
        raise Conflict(
            "no-bed", f"机构共{home.beds}张床位，已满。", f"All {home.beds} beds are taken.", field="bed"
        )
    return (
        *leave(whose, support, "moved", today),
        *end_agreement(whose, support, "placed", today),
        l.PlacedInInstitution(**whose, institution=institution, bed=bed, consent_by=consent_by, since=today),
    )


def leave(
    whose: Whose, support: Support, reason: Literal["wish", "moved", "support_ended", "other"], today: date
) -> tuple[l.LeftInstitution, ...]:
    """Nothing where the person lives at home."""
    if support.institution is None:
        return ()
    return (
        l.LeftInstitution(
            **whose, institution=support.institution, bed=support.bed, reason=reason, since=today
        ),
    )
