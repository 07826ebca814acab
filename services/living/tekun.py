"""Tekun (特困人员救助供养): what living knows of a case by itself, and which step brings what.

Clause 三(一)2 of 鹤民发〔2020〕43号, by 民发〔2021〕43号. Who is entitled, to how much, and in which steps stands in the
papers; nobody enters a grade of self-care: it is worked out of the six items.
"""

from __future__ import annotations

from datetime import date

from events.assistance import Finding
from events.ids import CaseId, PersonId
from services.assistance.asking import must_be_asked, not_of_this_step
from services.assistance.model import CASE, Case
from services.assistance.programme import Local
from services.assistance.published import Published
from services.assistance.steps import running
from services.chassis.refusal import Malformed
from services.chassis.work import Work

CODE, DIBAO = "tekun", "dibao"
ASSESS = "assess_self_care"
STILL_DIBAO, END_CASE, MODE = "继续领取低保", "终止情形", "供养方式"
GRADE, UNMET, CARE = "自理档次", "未达项数", "照料护理费"

SOURCES = {
    "apply": frozenset({"application", "registry"}),
    "survey": frozenset({"survey", "verification", "registry"}),
    "check": frozenset({"survey", "verification", "registry"}),
    ASSESS: frozenset({"assessment"}),
}
"""Whose findings a step brings, by the `source` that the paper names of each input; other steps bring none."""


def of_tekun(work: Work, case: Case) -> Local:
    """Whether dibao is paid to the person, and whether they have died."""
    (person,) = case.members
    row = work.fact("person", person)
    return {
        STILL_DIBAO: "true" if granted_case(work, person, DIBAO) is not None else "false",
        END_CASE: "dead" if row is not None and row["died"] is not None else "none",
    }


def granted_case(work: Work, person: PersonId, programme: str) -> CaseId | None:
    """The case of a programme by which the person is supported now."""
    for case, code in running(work, "case-of-person", person).items():
        if code == programme and work.load(CASE, CaseId.of(case)).supports(person):
            return CaseId.of(case)
    return None


def without_tekun(work: Work, members: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
    """Whom dibao covers: nobody is paid both in a month."""
    return tuple(one for one in members if granted_case(work, one, CODE) is None)


# -- what a step may bring -------------------------------------------------------------------------------


def admits(by: Published, today: date, step: str, findings: tuple[Finding, ...]) -> None:
    """Only what the paper asks for, and asks for of this step; self-care item by item, all of them."""
    if not findings and step != ASSESS:
        return
    inputs = by.rule(today).definition.inputs
    for one in findings:
        must_be_asked(inputs, SOURCES, step, one)
        if one.name == STILL_DIBAO and (step != "apply" or one.value is not False):
            raise not_of_this_step(one.name)  # only the pledge to leave it
    if step == ASSESS:
        told = {one.name: one.value for one in findings}
        for name in (name for name, asked in inputs.items() if asked.source == "assessment"):
            if not isinstance(told.get(name), bool):
                raise Malformed(
                    "self-care-item-missing",
                    f"须逐项评估六项指标，缺少或者没有填“是、否”：{name}。",
                    f"Each of the six items is assessed, true or false: `{name}` is missing.",
                    field=name,
                )
