"""Suitable work offered to whoever can work and has none, and three refusals running without good reason. Pure.

2021 办法 34 (and 2012 办法 36): after the third the member's share is reduced or stopped. That rests on these facts: nobody
types it. A good reason, or work taken up, breaks the run; so a later review counts the member again.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from events import casework as c
from events.assistance import Means, MemberMeans
from events.ids import PersonId
from events.sealed import Sealed
from services.assistance.entitlement import open_review
from services.assistance.model import Case, Stage
from services.assistance.rules import Facts, about, must_be_at
from services.chassis.refusal import Conflict, NotFound, Refused

Answer = Literal["accepted", "refused", "refused_with_reason"]
TIMES = 3


def offer(case: Case, *, id: UUID, person: PersonId, officer: UUID, today: date) -> Facts:
    must_be_at(case, Stage.GRANTED)
    means = _means(case, person)
    if not means.able_to_work or means.in_work:
        raise Refused(
            "not-to-work",
            "该成员经查明不具备劳动能力，或者已经就业，无须介绍工作。",
            "By what was found this member cannot work, or works already.",
            field="person",
        )
    if any(whose == person for _, whose in case.offers):
        raise Conflict(
            "offer-open",
            "上一次介绍的工作尚未答复。",
            "An earlier offer is not answered yet.",
            field="person",
        )
    return (c.WorkOffered(**about(case), offer=id, person=person, on=today, officer=officer),)


def answered(
    case: Case, *, offer: UUID, answer: Answer, officer: UUID, remarks: str | None = None, today: date
) -> Facts:
    """After the third refusal running, and when a run of three is broken, the case is looked at again."""
    must_be_at(case, Stage.GRANTED)
    person = dict(case.offers).get(offer)
    if person is None:
        raise NotFound("没有该次工作介绍，或者已答复。", "No such offer is open.", field="offer")
    if answer == "refused_with_reason" and not remarks:
        raise Refused(
            "reason-missing", "有正当理由的，须填写理由。", "Say what the good reason is.", field="remarks"
        )
    before = dict(case.refusals).get(person, 0)
    now = before + 1 if answer == "refused" else 0
    fact = c.WorkAnswered(
        **about(case),
        offer=offer,
        person=person,
        answer=answer,
        running=now,
        on=today,
        officer=officer,
        remarks=Sealed.of(remarks, person) if remarks else None,
    )
    changes = (before >= TIMES) != (now >= TIMES)
    if not changes or case.review_open:
        return (fact,)
    return (fact, *open_review(case, reason="work_refused" if now else "work_accepted"))


def told(case: Case, means: Means | None) -> Means | None:
    """What was found, with what these facts say of each member."""
    three = {person for person, times in case.refusals if times >= TIMES}
    if means is None or not three:
        return means
    members = tuple(
        one.model_copy(update={"refused_work": True}) if one.person in three else one for one in means.members
    )
    return means.model_copy(update={"members": members})


def must_not_be_typed(means: Means | None) -> None:
    if means is not None and any(one.refused_work for one in means.members):
        raise Refused(
            "worked-out-not-entered",
            "“连续三次拒绝工作”不是填写项：由介绍工作及其答复的记录得出。",
            "`refused_work` is not entered by hand: it follows from offers of work and their answers.",
            field="means.members.refused_work",
        )


def _means(case: Case, person: PersonId) -> MemberMeans:
    found = case.settled.found.means if case.settled is not None else None
    for one in found.members if found is not None else ():
        if one.person == person:
            return one
    raise Refused(
        "not-a-member", "该人员不是本案经调查的成员。", "No member of this case was found so.", field="person"
    )
