"""The sentences with which a step is refused, and what every decision on a case begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypedDict
from uuid import UUID

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services.assistance.citing import Act, must_be_citable, papers_for
from services.assistance.model import Admitted, Case, Stage
from services.assistance.published import Published
from services.assistance.ruling import Ruling
from services.chassis.redaction import redact
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.policy.rule import LANGUAGE

Facts = tuple[a.CaseFact, ...]


class About(TypedDict):
    case: CaseId
    programme: str
    household: HouseholdId
    members: tuple[PersonId, ...]
    admitted: Admitted


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events that hold the application and the latest survey, check and assessment."""

    application: UUID | None = None
    survey: UUID | None = None
    check: UUID | None = None
    assessment: UUID | None = None


def about(case: Case) -> About:
    """What every fact about a case says of it, and whom it is for by what was decided last; NotFound where there is no
    such case."""
    if case.id is None or case.household is None:
        raise NotFound("未找到该救助案件。", "There is no such case.", field="case")
    return About(
        case=case.id,
        programme=case.programme,
        household=case.household,
        members=case.members,
        admitted=case.admitted,
    )


def about_those(case: Case, admitted: Admitted) -> About:
    """The same of a fact that says for whom."""
    found = about(case)
    found["admitted"] = admitted
    return found


def must_be_at(case: Case, *stages: Stage) -> None:
    about(case)
    if case.stage not in stages:
        raise Conflict(
            "wrong-step",
            f"案件当前处于“{STAGE_ZH[case.stage]}”，不能办理此步骤。",
            f"The case is at `{case.stage}`; this step is not open.",
            field="case",
        )


def must_be_under_inquiry(case: Case) -> None:
    """Survey, check and assessment: of an accepted application, or of a review."""
    if not (case.stage is Stage.GRANTED and case.review_open):
        must_be_at(case, Stage.ACCEPTED)


def must_have(found: object, slug: str, zh: str, en: str) -> None:
    if found is None:
        raise Conflict(slug, zh, en, field="case")


def must_be_a_day_between(on: date, first: date, today: date) -> None:
    if on > today:
        raise Malformed("day-in-future", "日期不得晚于今天。", "The day lies in the future.", field="on")
    if on < first:
        raise Malformed(
            "day-too-early",
            f"日期不得早于上一步骤（{first.isoformat()}）。",
            f"The day lies before the step it follows ({first.isoformat()}).",
            field="on",
        )


def reason_to_depart(case: Case, departs: bool, reason: str | None) -> Sealed | None:
    """A decision other than the recommendation says why; one that follows it has nothing to say."""
    if departs and not (reason and reason.strip()):
        raise Refused(
            "departure-unexplained",
            "决定与初审意见不一致，须说明理由。",
            "The decision departs from the recommendation: say why.",
            field="departs",
        )
    if reason is not None and not departs:
        raise Refused(
            "nothing-departed",
            "决定与初审意见一致，无需填写理由。",
            "The decision follows the recommendation: leave `departs` out.",
            field="departs",
        )
    return Sealed.of(reason, *case.members) if reason is not None else None


def must_be_plain(findings: tuple[a.Finding, ...]) -> None:
    """Nothing found is a number by which somebody is known: what a case's facts tell is not for that."""
    for one in findings:
        records = one.value if isinstance(one.value, tuple) else ({one.name: one.value},)
        texts = [one.name, *(str(part) for record in records for entry in record.items() for part in entry)]
        if any(redact(text) != text for text in texts):
            raise Malformed(
                "found-personal",
                "查明的情况中不得填写证件号码或电话。",
                "What was found must not hold an ID or telephone number.",
                field="findings",
            )


def must_be_of_the_household(case: Case, means: a.Means | None, findings: tuple[a.Finding, ...]) -> None:
    """Survey and check find something; means tell of every member whom the case covers, of each once, of nobody else."""
    must_be_plain(findings)
    names = [one.name for one in findings]
    if len(set(names)) != len(names):
        raise Malformed(
            "found-twice", "同一项不得重复填写。", "Say of each thing once what was found.", field="findings"
        )
    if means is None:
        if not findings:
            raise Malformed(
                "nothing-found",
                "须填写查明的情况。",
                "Say what was found: means, or findings.",
                field="means",
            )
        return
    told = [member.person for member in means.members]
    if sorted(told) != sorted(case.members):
        raise Malformed(
            "means-of-members",
            "须逐一填写该家庭每个在世成员的情况，各一次。",
            "Say of every living member of the household what was found, of each once.",
            field="means.members",
        )


def grounds(
    case: Case,
    by: Published,
    act: Act,
    day: date,
    rows: tuple[str, ...],
    *,
    ruling: Ruling | None = None,
    assessment: UUID | None = None,
    cited: tuple[str, ...] = (),
) -> a.Grounds:
    """`cited`: the officer's choice among the papers in force; the case's own procedure always stands."""
    must_be_citable(by, cited, case.basis, day)
    papers = papers_for(by, case.basis, act, day, ruling)
    chosen = tuple(paper for paper in papers if not cited or paper.number in (case.basis, *cited))
    return a.Grounds(
        papers=chosen,
        language=str(LANGUAGE),
        rows=rows,
        assessment=assessment,
        illustrative=ruling is not None and ruling.rule.illustrative,
    )


STAGE_ZH = {
    Stage.NONE: "未申请",
    Stage.APPLIED: "已申请",
    Stage.ACCEPTED: "已受理",
    Stage.NOTICE: "公示中",
    Stage.NOTICE_ENDED: "公示期满",
    Stage.GRANTED: "保障中",
    Stage.DECLINED: "不予确认",
    Stage.WITHDRAWN: "已撤回",
    Stage.EXITED: "已停保",
}
