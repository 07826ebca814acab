"""What else follows from a fact of a tekun case, in the decision that records it; and from what the registry tells."""

from __future__ import annotations

from uuid import UUID

from events import assistance as a
from events import living as l
from events import registry as r
from events.assistance import CaseFact
from events.base import Recorded
from events.ids import CaseId
from services.assistance import application, steps
from services.assistance.entitlement import Change, Home, follow
from services.assistance.model import CASE, Stage
from services.assistance.published import published
from services.assistance.rules import Evidence
from services.assistance.steps import running
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.living import care, ending, self_care
from services.living.care import Whose
from services.living.caring import carer_lost, graded, note
from services.living.support import SUPPORT
from services.living.tekun import ASSESS, CODE, DIBAO, MODE, of_tekun, without_tekun


def beside(work: Work, fact: Recorded[CaseFact]) -> None:
    told = fact.data
    if isinstance(told, a.StepFound) and told.step == ASSESS:
        _renew_opinion(work, told.case)
        self_care.assessed(work, told)
    elif isinstance(told, a.Assessed):
        _grade(work, told)
    elif isinstance(told, a.SubsidyGranted):
        _begin(work, told, fact.envelope.id)
        self_care.begins(work, told.household, told.members, fact.envelope.id)
    elif isinstance(told, a.TakenOver):
        _went_on(work, told, fact.envelope.id)
    elif isinstance(told, a.Reviewed):
        ending.reviewed(work, told.members[0], told)
    elif isinstance(told, a.Exited):
        _ended(work, told)


def _renew_opinion(work: Work, case: CaseId) -> None:
    """An opinion rests on everything that is known: self-care assessed after the notice changes its sum."""
    found = work.load(CASE, case)
    if found.inquiry.recommendation is None or found.stage not in (Stage.ACCEPTED, Stage.NOTICE_ENDED):
        return
    row: dict[str, str] = work.fact("evidence", case) or {}
    facts = application.assess(
        found,
        published(work, CODE),
        Evidence(**{name: UUID(event) for name, event in row.items()}),
        local=of_tekun(work, found),
        renewed=True,
        today=work.today,
    )
    steps.record(work, case, facts)


def _grade(work: Work, told: a.Assessed) -> None:
    person = told.members[0]
    known = work.load(SUPPORT, person)
    found = graded(told.worked, told.grounds.illustrative)
    if found == {name: getattr(known, name) for name in found}:
        return
    note(work, l.SelfCareAssessed(case=told.case, person=person, on=work.today, **found))


def _begin(work: Work, told: a.SubsidyGranted, cause: UUID) -> None:
    (person,) = told.members
    wishes = {one.name: one.value for one in work.load(CASE, told.case).stated}
    wish: l.Mode = "centralised" if wishes.get(MODE) == "centralised" else "scattered"
    note(work, l.PlacementWishRecorded(case=told.case, person=person, wish=wish, on=work.today))
    for case, code in running(work, "case-of-person", person).items():
        if code == DIBAO:
            _leave_dibao(work, CaseId.of(case), Change("tekun", work.today, cause))
    if work.load(SUPPORT, person).dependent:
        carer_lost(work, person, "carer_dependent")


def _went_on(work: Work, told: a.TakenOver, cause: UUID) -> None:
    """Supported at home until somebody says otherwise; self-care is assessed within the year."""
    (person,) = told.members
    note(work, l.PlacementWishRecorded(case=told.case, person=person, wish="scattered", on=work.today))
    self_care.begins(work, told.household, told.members, cause, assessed=False)


def _leave_dibao(work: Work, case: CaseId, change: Change) -> None:
    """Dibao goes on for the others and is reviewed; for somebody alone it ends where tekun begins."""
    found = work.load(CASE, case)
    members = without_tekun(work, found.members)
    home = Home(members, found.township, "" if members else "tekun")
    facts = follow(found, published(work, DIBAO), home, change, today=work.today)
    twice = any(found.supports(one) for one in found.members if one not in members)
    if twice and members and not any(isinstance(one, a.Adjusted | a.Exited) for one in facts):
        raise Conflict(
            "dibao-runs-on",
            "其余家庭成员的低保金不能按现有情况重新核定，须先办理低保复核，再确认特困。",
            "Dibao of the rest of the family cannot be worked out anew: review it before tekun is confirmed.",
            field="case",
        )
    steps.record(work, case, facts)


def _ended(work: Work, told: a.Exited) -> None:
    """Carer and bed are free; whoever asks to leave is shown first, like every other end (26)."""
    person = told.members[0]
    if told.reason == "request":
        raise Conflict(
            "end-not-shown",
            "自愿退出的，先办理复核（终止情形：withdrawn）并公示，再作终止决定。",
            "Whoever asks to leave is reviewed, and the end is shown first.",
            field="case",
        )
    whose, support = Whose(case=told.case, person=person), work.load(SUPPORT, person)
    note(
        work,
        *care.end_agreement(whose, support, "support_ended", work.today),
        *care.leave(whose, support, "support_ended", work.today),
        l.SupportEnded(**whose, since=told.since),
    )


def carer_died(work: Work, fact: Recorded[r.Died]) -> None:
    carer_lost(work, fact.data.person, "carer_died")
