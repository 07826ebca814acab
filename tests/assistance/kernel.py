"""A district for tests of the kernel: the papers, a registry that only records, and living over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events import assistance as a
from events import registry as r
from events.base import Actor
from events.ids import CaseId, HouseholdId, PersonId
from services import living, policy
from services.assistance import steps
from services.chassis.clock import civil_date, midnight
from services.chassis.service import Service
from services.chassis.work import Work
from tests.living.office import RURAL, VILLAGE, registry
from tests.papers import DIBAO, publish_calendars, publish_shipped
from tests.support import District

RELIEF = (*DIBAO, "temporary-relief-2018")
OFFICER = UUID(int=0x0F, version=4)


class Kernel(District):
    """`papers`: ids of shipped ones; `more`: other services. It begins on 2020-08-03."""

    def __init__(self, folder: Path, papers: Sequence[str] = DIBAO, more: Sequence[Service] = ()) -> None:
        super().__init__(folder, [policy.SERVICE, registry(), living.SERVICE, *more])
        publish_shipped(self.runtime("policy"), papers)
        publish_calendars(self.runtime("policy"), 2020, 2021)
        self.host.drain()
        self.serve("living", living.routers, living.VIEWS)

    @property
    def today(self) -> date:
        return civil_date(self.clock.now())

    def until(self, day: date) -> None:
        while self.today < day:
            self.clock.advance_to(midnight(self.today + timedelta(days=1)))
            self.host.settle(self.today)
        self.host.follow()

    def tell(self, *facts: Any) -> None:
        """The registry records facts."""
        for fact in facts:
            stream = getattr(fact, "household", None) or fact.person
            self.say("registry", (stream, fact))

    def family(self, size: int = 1, township: str = RURAL) -> tuple[HouseholdId, list[PersonId]]:
        household = HouseholdId.of(self.ids.random())
        people = [PersonId.of(self.ids.random()) for _ in range(size)]
        members = tuple(r.Member(person=one, relation="02" if one is people[0] else "20") for one in people)
        self.tell(
            r.HouseholdRegistered(
                household=household, head=people[0], members=members, township=township,
                village=VILLAGE[township], since=self.today,
            )
        )  # fmt: skip
        return household, people

    def mark(self, person: PersonId, category: r.Category, since: date | None = None) -> None:
        self.tell(r.Categorised(person=person, category=category, since=since or self.today))

    def record(self, case: CaseId, *facts: a.CaseFact) -> None:
        """Facts of a case as living's own decisions record them, without the steps that lead there."""
        self.runtime("living").decide(lambda work: steps.record(work, case, facts))
        self.host.follow()

    def applied(self, household: HouseholdId, people: Sequence[PersonId], programme: str = "dibao") -> CaseId:
        case = CaseId.of(self.ids.random())
        about = self.about(case, household, people, programme)
        fact = a.Applied(**about, applicant=people[0], township=RURAL, consent=True, on=self.today)
        self.record(case, fact)
        return case

    def granted(
        self, household: HouseholdId, people: Sequence[PersonId], programme: str = "dibao", **named: Any
    ) -> CaseId:
        case = self.applied(household, people, programme)
        month = (self.today.replace(day=28) + timedelta(days=4)).replace(day=1)
        told = {"amount_fen": 300_00, "since": month, "confirmed": self.today, "officer": OFFICER} | named
        about = self.about(case, household, people, programme)
        self.record(case, a.SubsidyGranted(**about, **told, grounds=GROUNDS))
        return case

    @staticmethod
    def about(
        case: CaseId, household: HouseholdId, people: Sequence[PersonId], programme: str = "dibao"
    ) -> dict[str, Any]:
        return {"case": case, "programme": programme, "household": household, "members": tuple(people)}

    def answered(self, department: str, fact: a.ReferralAnswered) -> None:
        """The receiving department's own service says so by an event."""
        runtime = self.runtime("registry")

        def decide(work: Work) -> None:
            work.record(fact.household, fact)

        runtime.decide(decide, runtime.cause(Actor(department=department, post="clerk")))
        self.host.drain()


GROUNDS = a.Grounds(
    papers=(a.Paper(number="鹤民发〔2020〕43号", clause="三(一)1"),),
    language="1",
    rows=("HOUSEHOLD",),
    illustrative=True,
)
