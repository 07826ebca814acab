"""A district whose services only say what a test lets them say, and the figures of it in the embedded host."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events import assistance as a
from events import registry as r
from events.ids import CaseId, HouseholdId, PersonId
from events.service import Parked, Resumed
from services.chassis.clock import civil_date, midnight
from services.insight import Insight
from services.insight.answer import Answer, answer
from services.insight.taking import Figures
from tests.support import CODE, District, speaker

TOWNS = {"431202001000": "城中街道", "431202101000": "黄金坳镇", "431202201000": "盈口乡"}
URBAN, HILLS, FIELDS = TOWNS
SERVICES = ("registry", "living")
GROUNDS = a.Grounds(
    papers=(a.Paper(number="民发〔2021〕57号", clause="第四条"),), language="1", rows=(), illustrative=True
)
OFFICER = UUID(int=7, version=4)


class Town:
    """`insight` counts what `say` records, through the embedded host."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        registry, living = speaker("registry", PersonId, HouseholdId), speaker("living", CaseId)
        self.district = District(folder, [registry, living])
        self.insight = Insight(self.district.settings, SERVICES, TOWNS, self.district.clock)
        self.figures: Figures = self.insight.figures
        self.district.host.collect(self.figures)
        self.random = random.Random(seed)

    @property
    def today(self) -> date:
        return civil_date(self.district.clock.now())

    def until(self, day: date) -> None:
        self.district.clock.advance_to(midnight(day) + timedelta(hours=9))

    def new(self, kind: Any) -> Any:
        return kind(int=self.random.getrandbits(128))

    # -- what is said --------------------------------------------------------------------------------

    def enrol(self, township: str, count: int = 1) -> tuple[PersonId, ...]:
        people = tuple(self.new(PersonId) for _ in range(count))
        for person in people:
            fact = r.Enrolled(
                person=person, household=self.new(HouseholdId), categories=(r.Category.DIBAO,),
                township=township, since=self.today, clause="一",
            )  # fmt: skip
            self.district.say("registry", (person, fact))
        return people

    def apply(
        self, township: str, members: Sequence[PersonId] = (), limit: int | None = 30
    ) -> dict[str, Any]:
        """An application that was accepted; what every fact of the case says of it."""
        people = tuple(members) or (self.new(PersonId),)
        case = {
            "case": self.new(CaseId),
            "programme": "dibao",
            "household": self.new(HouseholdId),
            "members": people,
        }
        by = None if limit is None else self.today + timedelta(days=limit)
        self.say(
            a.Applied(**case, applicant=people[0], township=township, consent=True, on=self.today),
            a.Accepted(**case, on=self.today, basis="民发〔2021〕57号", decide_by=by),
        )
        return case

    def grant(self, case: dict[str, Any], amount_fen: int = 400_00) -> None:
        self.say(
            a.SubsidyGranted(
                **case, amount_fen=amount_fen, since=self.today, confirmed=self.today, officer=OFFICER,
                grounds=GROUNDS,
            )
        )  # fmt: skip

    def decline(self, case: dict[str, Any]) -> None:
        self.say(a.Declined(**case, reason="income", on=self.today, officer=OFFICER, grounds=GROUNDS))

    def pay(self, case: dict[str, Any], month: str, amount_fen: int = 400_00) -> None:
        self.say(a.MonthGranted(**case, month=month, amount_fen=amount_fen, illustrative=True))

    def end(self, case: dict[str, Any]) -> None:
        self.say(a.Exited(**case, reason="request", since=self.today, grounds=GROUNDS))

    def say(self, *facts: a.CaseFact) -> None:
        self.district.say("living", *((fact.case, fact) for fact in facts))

    def letter(self, *, resumed: bool = False) -> None:
        own = self.district.runtime("living").own
        about = {
            "letter_source": f"/{CODE}/registry",
            "letter_sequence": 1,
            "letter": UUID(int=9, version=4),
            "reason": "rule",
        }
        fact = Resumed(**{k: v for k, v in about.items() if k != "reason"}) if resumed else Parked(**about)
        self.district.say("living", (own, fact))

    # -- what is told --------------------------------------------------------------------------------

    def answer(self, **asked: Any) -> Answer:
        self.district.host.follow()
        return answer(self.figures, TOWNS, **({"small_withheld": False} | asked))

    def total(self, *measures: str, **asked: Any) -> list[Any]:
        found = self.answer(**asked).total.values
        return [found[measure] for measure in measures]

    def live(self, days: int, cases: int) -> None:
        """Made-up work over some days: every kind of fact that is counted, in an order from the seed."""
        open_cases: list[dict[str, Any]] = []
        granted: list[dict[str, Any]] = []
        for number in range(days):
            self.until(self.today + timedelta(days=1))
            for _ in range(cases):
                town = self.random.choice([*TOWNS])
                people = self.enrol(town, self.random.randint(1, 3))
                open_cases.append(self.apply(town, people[: self.random.randint(1, 3)], limit=5))
            for case in self.random.sample(open_cases, k=len(open_cases) // 2):
                open_cases.remove(case)
                if self.random.random() < 0.3:
                    self.decline(case)
                else:
                    self.grant(case)
                    granted.append(case)
            for case in granted:
                if self.random.random() < 0.2:
                    self.pay(case, f"{self.today:%Y-%m}")
            if granted and number % 3 == 0:
                case = granted.pop()
                self.say(a.HouseholdChanged(**case, township=FIELDS, reason="moved", since=self.today))
                self.end(case)
            if number % 4 == 0:
                self.letter()
