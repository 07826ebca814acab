"""A small district in which people apply for tekun: what an application, a survey and the six items say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from events.assistance import Finding
from events.base import Event
from events.ids import CaseId, HouseholdId, InstitutionId, PersonId
from services.assistance import steps
from services.chassis.codec import read
from services.chassis.runtime import log_of
from services.living import caring
from services.living.support import SUPPORT, Support
from tests.living.office import OFFICER, RURAL, SECOND, SURVEYOR, Office
from tests.papers import DIBAO

PAPERS = (*DIBAO, "tekun-2021", "standards-relief-illustrative")
ITEMS = ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内自主行走", "自主洗澡")
SURVEYED: dict[str, Any] = {
    "周岁": 70, "在校": False, "残疾类别": "none", "残疾等级": 0, "省定无劳动能力": False, "工资性收入": "0.00",
    "经营净收入": "0.00", "财产净收入": "0.00", "转移净收入": "150.00", "不计入的转移收入": "103.00",
    "财产符合": True, "法定义务人": (),
}  # fmt: skip
SON: dict[str, Any] = {
    "特困": False, "低保": False, "周岁": 45, "残疾类别": "none", "残疾等级": 0, "本人年收入": "30000.00",
    "低收入财产符合": True, "无民事行为能力": False, "被宣告失踪": False, "在监狱服刑": False,
    "省定无履行义务能力": False,
}  # fmt: skip


def findings(told: dict[str, Any]) -> tuple[Finding, ...]:
    return tuple(Finding(name=name, value=value) for name, value in told.items())


def items(unmet: int = 0) -> tuple[Finding, ...]:
    """The six items, the first `unmet` of them not met."""
    return findings({name: number >= unmet for number, name in enumerate(ITEMS)})


def wishing(mode: str = "scattered", **more: Any) -> tuple[Finding, ...]:
    return findings({"供养方式": mode, "选择孤儿保障": False, **more})


class TekunOffice(Office):
    def __init__(self, store: Path, start: date = date(2021, 7, 5), papers: Sequence[str] = PAPERS) -> None:
        super().__init__(store, start, papers)

    def alone(self, township: str = RURAL) -> tuple[HouseholdId, PersonId]:
        household, (person,) = self.family(1, township)
        return household, person

    def opinion(
        self, household: HouseholdId, person: PersonId, unmet: int = 0, mode: str = "scattered", **found: Any
    ) -> CaseId:
        """Applied, accepted, surveyed, self-care assessed, and the opinion. `pledge`: to leave dibao."""
        more = {"继续领取低保": False} if found.pop("pledge", False) else {}
        case = self.apply(household, person, programme="tekun", findings=wishing(mode, **more))
        self.do(steps.accept, case)
        self.do(steps.survey, case, (SURVEYOR, SECOND), findings=findings(SURVEYED | found))
        self.do(steps.take_step, case, "assess_self_care", (OFFICER,), findings=items(unmet))
        self.do(steps.assess, case)
        return case

    def tekun(
        self, household: HouseholdId, person: PersonId, unmet: int = 0, mode: str = "scattered", **found: Any
    ) -> CaseId:
        """The whole way to the confirmation."""
        case = self.opinion(household, person, unmet, mode, **found)
        self.do(steps.post_notice, case)
        self.ready(case)
        self.do(steps.confirm, case, OFFICER)
        return case

    def act(self, step: Any, person: PersonId | InstitutionId, *values: Any, **named: Any) -> None:
        self.living.decide(lambda work: step(work, person, *values, **named))

    def support(self, person: PersonId) -> Support:
        return self.living.decide(lambda work: work.load(SUPPORT, person))

    def of(self, person: PersonId | InstitutionId, kind: type[Event]) -> list[Any]:
        """What was recorded beside the case, of one kind."""
        from uuid import UUID

        entries = self.living.store.stream(UUID(int=person.int))
        return [
            one.data for one in (read(entry, self.vault) for entry in entries) if isinstance(one.data, kind)
        ]

    def owed(self, kind: type[Event]) -> list[Any]:
        """Facts of duties, of one kind, in the order of the log."""
        log = log_of(self.living.store)
        return [one.data for one in (read(entry, self.vault) for entry in log) if isinstance(one.data, kind)]

    def institution(self, beds: int = 2, township: str = RURAL) -> InstitutionId:
        place = InstitutionId.of(uuid4())
        self.act(caring.register_institution, place, name="中心敬老院", township=township, beds=beds)
        return place
