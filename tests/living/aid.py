"""An office that grants relief: its papers, what a survey finds, and the way of a case of either kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from events.assistance import Finding
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import steps
from services.living import reserve
from services.living.reserve import RESERVE, Reserve, reserve_of
from tests.living.office import OFFICER, RURAL, SECOND, SURVEYOR, Office
from tests.papers import DIBAO

PAPERS = (*DIBAO, "standards-relief-illustrative", "temporary-relief-2018", "rigid-expenditure-2025")
EMERGENCY, EXPENDITURE, RIGID = "relief-emergency", "relief-expenditure", "rigid-expenditure"
CLERK = uuid4()

SUDDEN: dict[str, Any] = {
    "对象类别": "none", "救助人数": 1, "急难情形": "accident", "基本生活严重困难": True, "需立即救助": True,
    "困难程度": "heavier", "困难持续月数": 2, "一事一议": False, "一事一议金额": "0.00",
}  # fmt: skip
"""One person for two months: 834 yuan, small enough to be paid first."""
SPENDING: dict[str, Any] = {
    "对象类别": "none", "家庭年可支配收入": "30000.00", "财产符合": True, "基本生活严重困难": True,
    "必需支出": ({"类别": "medical", "金额": "25000.00", "报销补助": "5000.00"},), "困难程度": "heavier",
    "困难持续月数": 2, "一事一议": False, "一事一议金额": "0.00",
}  # fmt: skip
"""Three people for two months: 2502 yuan."""
ILL: dict[str, Any] = {
    "家庭年总收入": "60000.00", "财产符合": True, "符合地方条件": True,
    "刚性支出": (
        {"类别": "medical", "金额": "50000.00", "报销补助": "0.00", "同类公办标准": "0.00", "符合规定": True},
    ),
}  # fmt: skip


def found(**told: Any) -> tuple[Finding, ...]:
    return tuple(Finding(name=name, value=value) for name, value in told.items())


def named(event: str) -> tuple[Finding, ...]:
    return found(事由编号=event)


class Aid(Office):
    ILL = ILL

    def one(self) -> tuple[HouseholdId, PersonId]:
        household, people = self.family(1)
        return household, people[0]

    def __init__(self, store: Path | str, more: Sequence[str] = (), **named: Any) -> None:
        """`more`: papers beside those of dibao and relief."""
        super().__init__(store, papers=(*PAPERS, *more), **named)

    def asked(
        self, household: HouseholdId, applicant: PersonId, event: str = "fire-1", programme: str = EMERGENCY
    ) -> CaseId:
        case = self.apply(household, applicant, programme=programme, findings=named(event))
        self.do(steps.accept, case)
        return case

    def assessed(
        self,
        household: HouseholdId,
        applicant: PersonId,
        event: str = "fire-1",
        programme: str = EMERGENCY,
        **told: Any,
    ) -> CaseId:
        """Asked, looked into and assessed; what the survey finds differs from the usual in what is `told`."""
        case = self.asked(household, applicant, event, programme)
        usual = {EMERGENCY: SUDDEN, EXPENDITURE: SPENDING, RIGID: ILL}[programme]
        findings = found(**{name: value for name, value in (usual | told).items() if value is not None})
        self.do(steps.survey, case, (SURVEYOR, SECOND), findings=findings)
        if programme == EXPENDITURE:
            self.do(steps.check, case, findings=findings)
        self.do(steps.assess, case)
        return case

    def relieved(self, household: HouseholdId, applicant: PersonId, event: str, **told: Any) -> CaseId:
        case = self.assessed(household, applicant, event, **told)
        self.ready(case)
        self.do(steps.confirm, case, OFFICER)
        return case

    def advance(self, amount_fen: int, township: str = RURAL) -> None:
        self.living.decide(
            lambda work: work.record(reserve_of(township), reserve.advance(township, amount_fen, work.today))
        )

    def reserve(self, township: str = RURAL) -> Reserve:
        return self.living.decide(lambda work: work.load(RESERVE, reserve_of(township)))
