"""Devices and homes (三(七)): cases for a person, decided by the paper's catalogue and its table.

A device is one of the catalogue, and fitted again only when its years are over. A home is changed once a household, for
a severely disabled beneficiary, and not where the house is to come down; it is accepted with evidence of before and
after. Whether a house is of grade D is found at the survey until housing tells it.
"""

from __future__ import annotations

from datetime import date

from events import assistance as a
from events import disability as d
from events.assistance import CaseFact, Finding
from events.base import Recorded
from events.ids import CaseId
from services.assistance import steps
from services.assistance.asking import must_be_asked
from services.assistance.choosing import papers_of
from services.assistance.days import first_of_next_month
from services.assistance.entitlement import end
from services.assistance.model import CASE, Case
from services.assistance.programme import Local, Programme, declare
from services.assistance.published import Published
from services.assistance.rules import grounds
from services.assistance.ruling import rule_on
from services.chassis.evidence import attachments_of
from services.chassis.refusal import Conflict, Malformed
from services.chassis.work import Work
from services.disability.known import file_of
from services.disability.subsidies import text

DEVICE, YEARS, INSPECT = "器具", "使用年限", "inspect"
NEVER = 1200
SOURCES = {"apply": frozenset({"application"}), "survey": frozenset({"survey"})}


def admits(by: Published, today: date, step: str, findings: tuple[Finding, ...]) -> None:
    """Exactly what the paper asks of the step."""
    inputs = by.rule(today).definition.inputs
    for one in findings:
        must_be_asked(inputs, SOURCES, step, one)
    told = {one.name for one in findings}
    wanted = {name for name, asked in inputs.items() if asked.source in SOURCES.get(step, ())}
    for name in sorted(wanted - told):
        raise Malformed("finding-missing", f"缺少：{name}。", f"`{name}` is missing.", field=name)


def of_device(work: Work, case: Case) -> Local:
    file = file_of(work, case.members[0])
    device = next((str(one.value) for one in case.stated if one.name == DEVICE), "")
    last = file.fitted(device)
    months = NEVER if last is None else _months_between(last.on, work.today)
    return {"残疾人证有效": text(file.card is not None), "距上次适配月数": str(months)}


def of_home(work: Work, case: Case) -> Local:
    (person,) = case.members
    file = file_of(work, person)
    return {
        "兜底保障对象": text(work.fact("enrolled", person) is not None),
        "残疾人证有效": text(file.card is not None),
        "残疾等级": str(file.grade),
        "已改造": text(work.fact("adapted", case.household) is not None),
    }


def fitted(work: Work, fact: Recorded[CaseFact]) -> None:
    """The device is fitted with the decision; its years run from that day, by the catalogue of that day."""
    told = fact.data
    if not isinstance(told, a.SubsidyGranted):
        return
    case = work.load(CASE, told.case)
    assert case.settled is not None, "a granted case was settled"
    month = first_of_next_month(told.confirmed)
    known = case.told(case.settled.found, case.settled.township, case.settled.local, month)
    outputs = rule_on(papers_of(work, case).rule(told.confirmed), known).outcome.outputs
    (person,) = told.members
    work.record(
        person,
        d.DeviceFitted(
            person=person,
            case=told.case,
            device=next(str(one.value) for one in case.stated if one.name == DEVICE),
            years=int(str(outputs[YEARS])),
            on=told.confirmed,
        ),
        effective=told.confirmed,
    )


def inspected(work: Work, fact: Recorded[CaseFact]) -> None:
    """Accepted after the work: with evidence of both, and the case is completed."""
    told = fact.data
    if not isinstance(told, a.StepTaken) or told.step != INSPECT:
        return
    _must_have_evidence(work, told.case)
    (person,) = told.members
    adapted = d.HomeAdapted(person=person, case=told.case, household=told.household, on=told.on)
    work.record(person, adapted, effective=told.on)
    found, by = steps.case_and_papers(work, told.case)
    reasons = grounds(found, by, "end", work.today, ("completed",))
    steps.record(work, told.case, end(found, "completed", told.on, work.today, reasons))


def _must_have_evidence(work: Work, case: CaseId) -> None:
    have = {one.step for one in attachments_of(work, case)}
    for step, zh, en in (("survey", "改造前", "before"), (INSPECT, "改造后", "after")):
        if step not in have:
            raise Conflict(
                "evidence-missing",
                f"缺少{zh}照片，不能验收。",
                f"There is no photograph of {en}: it cannot be accepted.",
                field="evidence",
            )


def _months_between(first: date, last: date) -> int:
    """Whole months."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(0, months - (last.day < first.day))


DEVICES = declare(
    Programme(
        "assistive-device",
        "disability",
        ("辅助器具适配补贴", "subsidy for an assistive device"),
        "assistive-device",
        of_device,
        admits=admits,
        beside=fitted,
    )
)
HOMES = declare(
    Programme(
        "home-adaptation",
        "disability",
        ("家庭无障碍改造", "a home made free of barriers"),
        "home-adaptation",
        of_home,
        admits=admits,
        beside=inspected,
    )
)
