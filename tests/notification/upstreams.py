"""The services to which notification listens, as it sees them: they record what a test says and decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from events import assistance, registry
from events import remedies as m
from events.base import Event
from events.ids import CaseId, HouseholdId, Identifier, PersonId
from events.sealed import Sealed
from services.chassis.folding import Fold
from services.chassis.runtime import Runtime
from services.chassis.service import Service

TOWNSHIP, VILLAGE = "431202101000", "431202101200"
NAME = "欧阳测试"
UPSTREAMS = ("registry", "living", "disability", "verification", "policy")
GROUNDS = assistance.Grounds(
    papers=(assistance.Paper(number="鹤民发〔2020〕43号", clause="三(一)1"),),
    language="1",
    rows=("income_below_standard",),
    illustrative=True,
)


def upstream(name: str) -> Service:
    service = Service(name)
    nothing: Fold[None] = Fold(None)
    for kind in (PersonId, HouseholdId, CaseId):
        service.stream(kind, nothing)
    return service


def record(runtime: Runtime, stream: Identifier, fact: Event) -> UUID:
    return runtime.decide(lambda work: work.record(stream, fact)).envelope.id


@dataclass(frozen=True)
class Family:
    """A household of one, with a dibao case, whose facts go into the two logs."""

    registry: Runtime
    living: Runtime
    person: PersonId
    household: HouseholdId
    case: CaseId

    @classmethod
    def registered(cls, registry_: Runtime, living: Runtime, *, township: str = TOWNSHIP) -> Family:
        ids = registry_.around.ids
        family = cls(
            registry_,
            living,
            PersonId.of(ids.random()),
            HouseholdId.of(ids.random()),
            CaseId.of(ids.random()),
        )
        person = family.person
        record(
            registry_,
            person,
            registry.PersonRegistered(
                person=person,
                name=Sealed.of(NAME, person),
                id_number=Sealed.of("431202199001010015", person),
                id_index=Sealed.of("x", person),
                sex="1",
                born=date(1990, 1, 1),
                synthetic=True,
            ),
        )
        record(
            registry_,
            family.household,
            registry.HouseholdRegistered(
                household=family.household,
                head=person,
                members=(registry.Member(person=person, relation="01"),),
                township=township,
                village=VILLAGE,
                since=date(2020, 8, 1),
            ),
        )
        return family

    def _about(self) -> dict[str, Any]:
        return {
            "case": self.case,
            "programme": "dibao",
            "household": self.household,
            "members": (self.person,),
        }

    def enrol(self) -> UUID:
        fact = registry.Enrolled(
            person=self.person,
            household=self.household,
            categories=(registry.Category.REGISTERED_POOR, registry.Category.DIBAO),
            township=TOWNSHIP,
            since=date(2020, 8, 1),
            clause="〔2020〕43 一",
        )
        return record(self.registry, self.person, fact)

    def recategorise(self) -> UUID:
        fact = registry.Recategorised(
            person=self.person,
            household=self.household,
            categories=(registry.Category.TEKUN,),
            since=date(2020, 8, 1),
        )
        return record(self.registry, self.person, fact)

    def leave(self) -> UUID:
        fact = registry.Exited(
            person=self.person,
            household=self.household,
            reason="definition_no_longer_met",
            since=date(2020, 9, 1),
            clause="〔2020〕43 二",
        )
        return record(self.registry, self.person, fact)

    def die(self) -> UUID:
        fact = registry.Died(person=self.person, household=self.household, on=date(2020, 8, 2))
        return record(self.registry, self.person, fact)

    def accept(self) -> UUID:
        fact = assistance.Accepted(**self._about(), on=date(2020, 8, 3), basis="民发〔2012〕220号")
        return record(self.living, self.case, fact)

    def post(self) -> UUID:
        fact = assistance.NoticePosted(**self._about(), on=date(2020, 8, 3), until=date(2020, 8, 9))
        return record(self.living, self.case, fact)

    def grant(self, amount_fen: int = 35_600, period: Literal["month", "once"] = "month") -> UUID:
        fact = assistance.SubsidyGranted(
            **self._about(),
            amount_fen=amount_fen,
            period=period,
            since=date(2020, 9, 1),
            confirmed=date(2020, 8, 20),
            officer=UUID(int=7, version=4),
            grounds=GROUNDS,
        )
        return record(self.living, self.case, fact)

    def decline(self) -> UUID:
        fact = assistance.Declined(
            **self._about(),
            reason="income_not_below_standard",
            on=date(2020, 8, 20),
            officer=UUID(int=7, version=4),
            grounds=GROUNDS,
        )
        return record(self.living, self.case, fact)

    def grant_month(self, month: str, fen: int = 35_600) -> UUID:
        fact = assistance.MonthGranted(**self._about(), month=month, amount_fen=fen, illustrative=True)
        return record(self.living, self.case, fact)

    def end(self) -> UUID:
        fact = assistance.Exited(**self._about(), reason="death", since=date(2020, 10, 1), grounds=GROUNDS)
        return record(self.living, self.case, fact)

    def contest(self) -> UUID:
        fact = m.ContestedDecision(
            **self._about(), contest=UUID(int=8, version=4), kind="report", decision=None, by=None, authority=None,
            decide_by=date(2020, 10, 10), provisional=False, on=date(2020, 8, 11), officer=UUID(int=7, version=4),
        )  # fmt: skip
        return record(self.living, self.case, fact)

    def review_overdue(self) -> UUID:
        fact = m.ReviewOverdue(**self._about(), contest=UUID(int=8, version=4), decide_by=date(2020, 10, 10))
        return record(self.living, self.case, fact)

    def review_decided(self) -> UUID:
        fact = m.ReviewDecided(
            **self._about(), contest=UUID(int=8, version=4), outcome="founded", decision=None, authority=None, township=TOWNSHIP,
            on=date(2020, 9, 1), officer=UUID(int=7, version=4),
        )  # fmt: skip
        return record(self.living, self.case, fact)

    def arrears(self) -> UUID:
        owed = m.MonthDifference(month="2020-08", due_fen=35_600, had_fen=0)
        fact = m.ArrearsGranted(
            **self._about(), arrears=UUID(int=9, version=4), months=(owed,), amount_fen=35_600, why="changed_decision",
            illustrative=True, on=date(2020, 9, 1), officer=UUID(int=7, version=4),
        )  # fmt: skip
        return record(self.living, self.case, fact)

    def recovery(self) -> UUID:
        had = m.MonthDifference(month="2020-08", due_fen=0, had_fen=35_600)
        fact = m.RecoveryOrdered(
            **self._about(), order=UUID(int=9, version=4), months=(had,), amount_fen=35_600, why="exit", illustrative=True, parts=2,
            first_due=date(2020, 10, 1), on=date(2020, 9, 1), officer=UUID(int=7, version=4),
        )  # fmt: skip
        return record(self.living, self.case, fact)
