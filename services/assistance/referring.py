"""Referrals as the office sends and answers them, what is kept of them, when they fall due, and answers of others.

    runtime.decide(lambda work: referring.send(work, "medical", need, sender=Department.CIVIL_AFFAIRS))

Row `referral-of-household`: the referrals of a household that are not closed, with their kinds and people.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from events import assistance as a
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId, ReferralId
from services.assistance import referral as model
from services.assistance.owed import Said, department_of, referral_of
from services.assistance.referral import REFERRAL, By, Need, Referral, State
from services.chassis.departments import Department
from services.chassis.refusal import Conflict, Refused
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.policy import keeping
from services.policy.paper import Referral as Asked

UNANSWERED = "referral"
"""Due: the day after the last day to answer."""


def send(
    work: Work,
    kind: str,
    need: Need,
    *,
    sender: Department,
    to: Department | None = None,
    before: ReferralId | None = None,
    cause: UUID | None = None,
) -> ReferralId:
    """A need found in somebody of a household that lives here; one open referral of a kind for each person."""
    said = referral_of(work, kind, work.today)
    if said is None:
        raise Refused(
            "referral-unknown",
            f"现行政策文件没有“{kind}”这种转介。",
            f"No paper in force has a referral `{kind}`.",
            field="kind",
        )
    _must_live_together(work, need)
    _must_not_be_open(work, kind, need)
    if before is not None:
        _must_have_come_back(work, before, kind, need)
    return _record(work, said, need, sender=sender, to=to, before=before, cause=cause)


def send_by_rule(
    work: Work, kind: str, need: Need, *, sender: Department, cause: UUID | None = None
) -> ReferralId | None:
    """What a paper demands by itself (a refused dibao opens a relief check). None where no paper in force demands
    it, where the district would have to name the department, or where the same is open already."""
    said = referral_of(work, kind, work.today)
    if said is None or _open_for(work, kind, need) or department_of(said.part.to) is None:
        return None
    return _record(work, said, need, sender=sender, cause=cause)


def _record(
    work: Work,
    said: Said[Asked],
    need: Need,
    *,
    sender: Department,
    to: Department | None = None,
    before: ReferralId | None = None,
    cause: UUID | None = None,
) -> ReferralId:
    id = ReferralId.of(work.around.ids.random())
    fact = model.send(
        id,
        said,
        need,
        sender=sender.value,
        named=to,
        days=keeping.working_days(work),
        today=work.today,
        before=before,
        cause=cause,
    )
    work.record(id, fact)
    return id


def referral_in(work: Work, id: ReferralId) -> Referral:
    """NotFound where there is none."""
    found = work.load(REFERRAL, id)
    model.about(found)
    return found


def accept(work: Work, id: ReferralId, by: By) -> None:
    work.record(id, model.accept(referral_in(work, id), by, today=work.today))


def send_back(work: Work, id: ReferralId, by: By, reason: str | None, remarks: str | None = None) -> None:
    fact = model.send_back(referral_in(work, id), by, reason=reason, remarks=remarks, today=work.today)
    work.record(id, fact)


def close(work: Work, id: ReferralId, by: By, result: str | None, remarks: str | None = None) -> None:
    fact = model.close(referral_in(work, id), by, result=result, remarks=remarks, today=work.today)
    work.record(id, fact)


# -- by itself ---------------------------------------------------------------------------------------------


def unanswered(work: Work, id: ReferralId) -> None:
    work.record(id, model.miss(work.load(REFERRAL, id), today=work.today))


def answered(work: Work, fact: Recorded[a.ReferralAnswered]) -> None:
    """Another service's answer; of a referral that some other service has sent nothing is known here."""
    id = fact.data.referral
    state = work.load(REFERRAL, id)
    if state.id is None:
        return
    by = By(fact.envelope.actor.department, fact.data.officer, fact.envelope.id)
    work.record(id, model.follow(state, fact.data, by, today=work.today), effective=fact.data.on)


# -- kept ---------------------------------------------------------------------------------------------------


def sent(shelf: Shelf, fact: Recorded[a.ReferralSent]) -> None:
    data = fact.data
    others = shelf.get("referral-of-household", data.household) or {}
    row = {"kind": data.kind, "people": [str(one) for one in data.people]}
    shelf.put("referral-of-household", data.household, {**others, str(data.referral): row})
    if data.reply_by is not None:
        shelf.remind(data.reply_by + timedelta(days=1), UNANSWERED, data.referral)


def replied(
    shelf: Shelf,
    fact: Recorded[a.ReferralAccepted | a.ReferralReturned | a.ReferralClosed | a.ReferralOverdue],
) -> None:
    data = fact.data
    shelf.forget(UNANSWERED, data.referral)
    if isinstance(data, a.ReferralReturned | a.ReferralClosed):
        open_now: dict[str, Any] = shelf.get("referral-of-household", data.household) or {}
        others = {id: row for id, row in open_now.items() if id != str(data.referral)}
        if others:
            shelf.put("referral-of-household", data.household, others)
        else:
            shelf.drop("referral-of-household", data.household)


# -- refusals -----------------------------------------------------------------------------------------------


def _must_live_together(work: Work, need: Need) -> None:
    home = work.fact("household", need.household)
    if home is None or home["gone"]:
        raise Refused(
            "household-unknown",
            "未登记该家庭，或者该家庭已注销、迁出。",
            "No such household lives here.",
            field="household",
        )
    if not need.people or any(str(person) not in home["members"] for person in need.people):
        raise Refused(
            "not-of-household",
            "须写明是哪些家庭成员的困难。",
            "Say whose need it is: members of the household.",
            field="people",
        )


def _must_not_be_open(work: Work, kind: str, need: Need) -> None:
    if _open_for(work, kind, need):
        raise Conflict(
            "referral-open",
            "同一人的同类转介尚未办结。",
            "A referral of this kind is open for the same person.",
            field="kind",
        )


def _open_for(work: Work, kind: str, need: Need) -> bool:
    rows: dict[str, Any] = work.fact("referral-of-household", need.household) or {}
    people = {str(one) for one in need.people}
    return any(row["kind"] == kind and people & set(row["people"]) for row in rows.values())


def _must_have_come_back(work: Work, before: ReferralId, kind: str, need: Need) -> None:
    was = referral_in(work, before)
    same = was.kind == kind and was.household == need.household
    if was.state is not State.RETURNED or not same:
        raise Conflict(
            "not-returned",
            "只有已退回的同一事项才能重新转介。",
            "Only a referral of the same need that came back is sent anew.",
            field="before",
        )


def need_of(
    household: UUID, people: tuple[UUID, ...], case: UUID | None = None, text: str | None = None
) -> Need:
    """From the ids of a request."""
    return Need(
        HouseholdId.of(household),
        tuple(PersonId.of(one) for one in dict.fromkeys(people)),
        None if case is None else CaseId.of(case),
        text,
    )
