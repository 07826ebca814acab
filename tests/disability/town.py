"""A small district for disability's tests: the real registry, papers, a living that says what it is told, disability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from events import assistance as a
from events.base import Event
from events.ids import CaseId, HouseholdId, InstitutionId, PersonId
from events.registry import Category, Member
from services import disability, policy, registry
from services.assistance.automatic import case_of
from services.assistance.model import CASE, Case
from services.chassis.clock import civil_date, midnight
from services.chassis.service import Service
from services.chassis.work import Work
from services.disability.known import file_of
from services.disability.model import File
from services.registry.acts import Place, Register
from services.registry.identity import IdNumber, check_digit
from services.registry.people import Particulars
from tests.papers import DIBAO, publish_calendars, publish_shipped
from tests.support import District, speaker

PAPERS = (*DIBAO, "tekun-2021", "standards-relief-illustrative")
OWN = ("disability-subsidies-2015", "disability-measures-illustrative")
HERE = Place("431202101000", "431202101201")
OFFICER, SECOND = uuid4(), uuid4()
GROUNDS = a.Grounds(
    papers=(a.Paper(number="民发〔2021〕57号", clause="第二十一条"),), language="1", rows=("HOUSEHOLD",), illustrative=True
)  # fmt: skip
E = TypeVar("E", bound=Event)


def id_number(n: int, born: str = "19800115") -> str:
    """A made-up number with a good check digit; this one is the n-th of its day."""
    body = f"431202{born}{n:03d}"
    return body + check_digit(body)


class Town(District):
    def __init__(self, folder: Path, living: Service | None = None, more: Sequence[Service] = ()) -> None:
        said = living or speaker("living", CaseId, InstitutionId)
        super().__init__(folder, [policy.SERVICE, registry.SERVICE, said, disability.SERVICE, *more])
        self.numbers: dict[PersonId, str] = {}
        publish_shipped(self.runtime("policy"), (*PAPERS, *OWN))
        publish_calendars(self.runtime("policy"), 2020, 2021)
        self.host.drain()
        self.until(date(2020, 8, 3))

    @property
    def today(self) -> date:
        return civil_date(self.clock.now())

    def until(self, day: date) -> None:
        """Live through every day up to this one."""
        while self.today < day:
            self.clock.advance_to(midnight(self.today + timedelta(days=1)))
            self.host.settle(self.today)
        self.host.drain()

    # -- the registry ------------------------------------------------------------------------------------

    def registry(self, act: Callable[[Register], Any]) -> Any:
        result = self.runtime("registry").decide(lambda work: act(Register(work)))
        self.host.drain()
        return result

    def person(self, name: str = "石某某") -> PersonId:
        number = id_number(len(self.numbers) + 1)
        said = Particulars(name=name, id_number=IdNumber(number))
        person: PersonId = self.registry(lambda register: register.register_person(said, synthetic=True))
        self.numbers[person] = number
        return person

    def family(self, size: int = 1, enrolled: bool = True) -> tuple[HouseholdId, list[PersonId]]:
        people = [self.person() for _ in range(size)]
        if enrolled:
            poor = dict.fromkeys((Category.REGISTERED_POOR, Category.DIBAO), date(2018, 1, 1))
            for one in people:
                self.registry(lambda register, one=one: register.categorise(one, poor))
        members = [Member(person=one, relation="02" if one is people[0] else "20") for one in people]
        home: HouseholdId = self.registry(
            lambda register: register.register_household(people[0], members, HERE, self.today)
        )
        return home, people

    def alone(self) -> PersonId:
        """Somebody who lives here, no beneficiary."""
        _, (person,) = self.family(enrolled=False)
        return person

    # -- living, as told ---------------------------------------------------------------------------------

    def dibao(
        self, home: HouseholdId, people: Sequence[PersonId], since: date, programme: str = "dibao"
    ) -> CaseId:
        case = CaseId.of(self.ids.random())
        granted = a.SubsidyGranted(
            case=case, programme=programme, household=home, members=tuple(people), amount_fen=380_00,
            since=since, confirmed=self.today, officer=OFFICER, grounds=GROUNDS,
        )  # fmt: skip
        self.say("living", (case, granted))
        return case

    def dibao_ends(
        self,
        case: CaseId,
        home: HouseholdId,
        people: Sequence[PersonId],
        since: date,
        programme: str = "dibao",
    ) -> None:
        ended = a.Exited(
            case=case, programme=programme, household=home, members=tuple(people), reason="no_longer_eligible",
            since=since, grounds=GROUNDS,
        )  # fmt: skip
        self.say("living", (case, ended))

    # -- disability --------------------------------------------------------------------------------------

    def do(self, act: Any, *values: Any, **named: Any) -> Any:
        """A step of the service's own rooms; everybody reacts to it."""

        def decide(work: Work) -> Any:
            return act(work, *values, **named)

        result = self.runtime("disability").decide(decide)
        self.host.drain()
        return result

    def card_number(self, person: PersonId, kind: int = 4, grade: int = 2) -> str:
        return f"{self.numbers[person]}{kind}{grade}"

    def file(self, person: PersonId) -> File:
        return self.do(file_of, person)

    def case(self, person: PersonId, programme: str = "disability-living") -> Case | None:
        """The running one."""
        id = self.do(case_of, programme, person)
        return None if id is None else self.do(lambda work: work.load(CASE, id))

    def told(self, kind: type[E], programme: str = "disability-living") -> list[Any]:
        """Facts of disability's cases of a programme."""
        return [one for one in self.facts("disability", kind) if one.programme == programme]

    def months(self, programme: str = "disability-living") -> list[str]:
        return [one.month for one in self.told(a.MonthGranted, programme)]


def ids(n: int) -> UUID:
    return UUID(int=n, version=4)
