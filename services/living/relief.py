"""Temporary relief: what it demands of an application and a decision, and paying first with the papers after.

The papers say who is relieved, with how much, who approves, whether it may be paid first and until when the papers
are completed (民发〔2018〕23号 二); here stands what follows from that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from events import assistance as a
from events import living as l
from events.ids import CaseId
from services.assistance import steps
from services.assistance.application import changed, confirm, ruling_to_decide
from services.assistance.entitlement import end, open_review
from services.assistance.independence import of_decider
from services.assistance.model import CASE, Case, Stage
from services.assistance.programme import Local
from services.assistance.published import Published, published
from services.assistance.rules import about, grounds, must_be_at
from services.assistance.ruling import Ruling
from services.assistance.steps import case_and_papers, evidence_of
from services.chassis.refusal import Conflict, Refused
from services.chassis.work import Work
from services.living import links, reserve
from services.living.known import EMERGENCY, EVENT, event_of, of_relief
from services.living.reserve import RESERVE, reserve_of
from services.living.tekun import DIBAO, granted_case

HANDLING, PAY_FIRST, CHECK_DIBAO, PAPERS = "办理方式", "pay_first", "核查低保", "complete_papers"
MOST_MONTHS, TIMES, TIMES_TO_CHECK = "单次封顶月数", "十二月内救助次数", "低保核查触发次数"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,39}")


def follows(work: Work, case: Case, facts: Sequence[a.CaseFact]) -> Sequence[a.CaseFact]:
    """What relief adds to a decision, or why it refuses it."""
    more: list[a.CaseFact] = []
    for fact in facts:
        match fact:
            case a.Applied():
                _must_name_its_event(fact)
            case a.SubsidyGranted():
                more += _granted(work, case)
            case a.InstalmentsPlanned():
                _must_not_stand_for_dibao(work, case, fact)
            case a.StepTaken(step=step) if step == PAPERS:
                more += _papers_completed(work, case)
            case _:
                pass
    return more


def pay_first(work: Work, case_id: CaseId, officer: UUID) -> Case:
    """An emergency within the small limit is paid at once from the township's reserve; its papers follow.

    Refused for expenditure, for what the rule does not pay first, and beyond what is in the reserve.
    """
    case, by = case_and_papers(work, case_id)
    if case.programme != EMERGENCY:
        raise Refused(
            "not-an-emergency",
            "只有急难型临时救助可以先行救助。",
            "Only relief in an emergency is paid first.",
            field="case",
        )
    must_be_at(case, Stage.ACCEPTED)
    ruling = ruling_to_decide(case, by, work.today)
    if not ruling.eligible or ruling.outcome.outputs.get(HANDLING) != PAY_FIRST:
        raise Refused(
            "not-paid-first",
            "不属于情况紧急、金额较小，不能先行救助。",
            "Not urgent and small: not paid first.",
            field="case",
        )
    spent = reserve.spend(
        work.load(RESERVE, reserve_of(case.township)), case.township, case, ruling.amount_fen, work.today
    )
    acting = of_decider(work, case, by, officer)
    decided = confirm(
        case,
        by,
        evidence_of(work, case_id),
        officer=officer,
        acting=acting,
        today=work.today,
        instalments=None,
    )
    papers_by, provisional, illustrative = _papers_by(case, by, work)
    paid = l.PaidFirst(
        **about(case),
        township=case.township,
        reserve=spent.reserve,
        amount_fen=ruling.amount_fen,
        on=work.today,
        officer=officer,
        papers_by=papers_by,
        provisional=provisional,
        illustrative=illustrative or ruling.rule.illustrative,
    )
    result = steps.record(work, case_id, (*decided, paid))
    work.record(spent.reserve, spent, effective=work.today)
    return result


def papers_are_overdue(work: Work, case_id: CaseId) -> None:
    """Their last day is over: once."""
    case, row = work.load(CASE, case_id), work.fact("papers-owed", case_id)
    if row is not None and not row["overdue"]:
        steps.record(work, case_id, (l.PapersOverdue(**about(case), papers_by=row["by"]),))


def _papers_by(case: Case, by: Published, work: Work) -> tuple[date, bool, bool]:
    step = by.proceeding(case.basis, work.today).step(PAPERS)
    if step is None or step.finish_within is None:
        raise Conflict(
            "no-limit-for-papers",
            "政策文件没有补办手续的期限，不能先行救助。",
            "The paper sets no limit for completing the papers.",
            field="case",
        )
    last, provisional = by.end_of(step.finish_within, work.today)
    return last, provisional, step.finish_within.status == "illustrative"


def _must_name_its_event(fact: a.Applied) -> None:
    event = event_of(fact.findings)
    if event is None or not CODE.fullmatch(event):
        raise Refused(
            "event-not-named",
            f"须填写“{EVENT}”（3至40位字母、数字或连字符，不得含个人信息）。",
            f"Name the event by a code as `{EVENT}`: 3 to 40 letters, digits or hyphens, nothing personal.",
            field=EVENT,
        )


def _granted(work: Work, case: Case) -> Sequence[a.CaseFact]:
    advice = case.inquiry.recommendation
    now = tuple(of_relief(work, case).items())
    # Two cases assessed side by side would otherwise both be granted for one event, or beyond the most of a year.
    if advice is None or changed(advice.local, now):
        raise Conflict(
            "assessed-on-less",
            "初审以后情况有变（其他救助、对象类别），须重新提出意见。",
            "Since the assessment something else became known: assess the case again.",
            field="case",
        )
    by = published(work, case.programme)
    ruling = ruling_to_decide(case, by, work.today)
    _look_at_running_dibao(work, case, ruling, dict(now))
    if ruling.outcome.outputs.get(CHECK_DIBAO) is not True:
        return ()
    return links.suggested(case, by, links.DIBAO_CHECK, "dibao", "DIBAO_CHECK", work.today)


def _look_at_running_dibao(work: Work, case: Case, ruling: Ruling, local: Local) -> None:
    """Whoever is relieved so often while on dibao has their dibao reviewed: it may no longer fit what they need."""
    asked = _constant(ruling, TIMES_TO_CHECK)
    if asked is None or Decimal(local.get(TIMES, "0")) + 1 < asked:
        return
    cause = evidence_of(work, case.id).assessment if case.id is not None else None
    for identifier in {granted_case(work, member, DIBAO) for member in case.members} - {None}:
        assert identifier is not None, "left out above"
        dibao = work.load(CASE, identifier)
        if not dibao.review_open:
            steps.record(work, identifier, open_review(dibao, reason="relief_repeated", cause=cause))


def _must_not_stand_for_dibao(work: Work, case: Case, fact: a.InstalmentsPlanned) -> None:
    """Relief is not paid month by month in place of dibao: no longer than one relief is reckoned for."""
    ruling = ruling_to_decide(case, published(work, case.programme), work.today)
    most = _constant(ruling, MOST_MONTHS)
    first, last = fact.instalments[0].due, fact.instalments[-1].due
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if most is not None and months > most:
        raise Refused(
            "relief-in-place-of-dibao",
            f"临时救助分阶段发放不得超过{most}个月，不得代替按月低保。",
            f"Relief is not paid over more than {most} months in place of dibao.",
            field="instalments",
        )


def _constant(ruling: Ruling, name: str) -> Decimal | None:
    constant = ruling.rule.definition.constants.get(name)
    return Decimal(str(constant.chosen.value)) if constant is not None else None


def _papers_completed(work: Work, case: Case) -> Sequence[a.CaseFact]:
    if case.stage is not Stage.GRANTED or work.fact("papers-owed", case.id) is None:
        raise Refused(
            "nothing-paid-first",
            "该案件没有先行救助，无需补齐手续。",
            "Nothing was paid first: there are no papers to complete.",
            field="step",
        )
    by = published(work, case.programme)
    reasons = grounds(case, by, "end", work.today, ("completed",))
    return end(case, "completed", work.today, work.today, reasons)
