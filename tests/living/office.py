"""A small district for living's tests: a registry that only records, the papers, living itself, days that pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from events import registry as r
from events.assistance import Means, MemberMeans
from events.base import Event, Recorded
from events.ids import CaseId, HouseholdId, Identifier, PersonId
from events.policy import PaperProposed
from services.assistance import steps
from services.assistance.model import CASE, Case, Stage
from services.assistance.published import Published
from services.chassis.clock import SeededIds, SimulatedClock, civil_date, midnight
from services.chassis.codec import read
from services.chassis.embedded import EmbeddedHost
from services.chassis.folding import Fold
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.runtime import Runtime, log_of
from services.chassis.service import Service
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.work import Work
from services.living import SERVICE, programmes
from services.policy import SERVICE as POLICY
from services.policy import model as dossiers
from services.policy.calendars import WorkingDays
from services.policy.paper import Paper
from services.policy.reading import canonical, digest
from services.policy.rulebook import Rulebook
from services.staff import SERVICE as STAFF
from tests.casework import take_owed
from tests.papers import APPROVER, AUTHOR, DIBAO, publish_calendars, publish_shipped, shipped, text_of
from tests.support import speaker

DISTRICT = "431202"
URBAN, RURAL = "431202001000", "431202201000"
VILLAGE = {URBAN: "431202001001", RURAL: "431202201200"}
OFFICER, SURVEYOR, SECOND = uuid4(), uuid4(), uuid4()
E = TypeVar("E", bound=Event)
Found = Callable[[Sequence[PersonId]], Means]


def having(
    income_fen: int = 0,
    *,
    within: bool = True,
    unstable: bool = False,
    each: dict[str, Any] | None = None,
    first: dict[str, Any] | None = None,
    **family: Any,
) -> Found:
    """What a family has: an income from farming, of which no paper deducts anything; `first`: of its first member
    (`wage`, `in_work` ...), `each`: of all."""

    def means(people: Sequence[PersonId]) -> Means:
        members = tuple(
            MemberMeans.model_validate(
                {"person": person, "age": 40, **(each or {}), **((first or {}) if number == 0 else {})}
            )
            for number, person in enumerate(people)
        )
        return Means(
            members=members,
            business_income=income_fen,
            property_within_rule=within,
            unstable=unstable,
            **family,
        )

    return means


POOR = having(300_00)


@cache
def by(*ids: str) -> Published:
    """Shipped papers as living decides by them: those of dibao, unless others are named; no calendar."""
    ids, days = ids or DIBAO, WorkingDays.of({})
    rulebook = Rulebook(map(shipped, ids), days.is_working)
    return Published(programmes.DIBAO, rulebook, days, {id: text_of(id)[0] for id in ids})


def registry() -> Service:
    service = Service("registry", listens=("living",))
    nothing: Fold[None] = Fold(None)
    for kind in (PersonId, HouseholdId):
        service.stream(kind, nothing)
    return service


class Office:
    """`store`: a folder for SQLite, or the URL of a PostgreSQL."""

    def __init__(
        self, store: Path | str, start: date = date(2020, 8, 3), papers: Sequence[str] = DIBAO
    ) -> None:
        self.clock = SimulatedClock(midnight(start))
        self.vault = MemoryVault(clock=self.clock, reader="living")
        self.ids = SeededIds(1)
        self.store = store
        self.registry = self.runtime(registry())
        self.policy = self.runtime(POLICY)
        self.living = self.runtime(SERVICE)
        self.staff = self.runtime(STAFF)
        quiet = self.runtime(speaker("verification"))
        self.host = EmbeddedHost([self.policy, self.registry, self.staff, self.living, quiet])
        publish_shipped(self.policy, papers)
        publish_calendars(self.policy, 2020, 2021)
        self.host.drain()

    def runtime(self, service: Service) -> Runtime:
        """Another process of the service, on the same store."""
        url = self.store if isinstance(self.store, str) else f"sqlite:///{self.store}/{service.name}.db"
        store = open_store(url, service.name)
        return Runtime(
            service,
            store,
            district=DISTRICT,
            clock=self.clock,
            ids=self.ids,
            keys=self.vault.for_reader(service.name),
        )

    # -- days ----------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return civil_date(self.clock.now())

    def until(self, day: date) -> None:
        """Live through every day up to this one; what is due on it is settled."""
        while self.today < day:
            self.clock.advance_to(midnight(self.today + timedelta(days=1)))
            self.host.settle(self.today)

    def publish(self, paper: Paper, on: date | None = None) -> None:
        """Another paper, or another text of one: effective on the day after `on` (today), or when it says."""
        identity, text = paper.identity, canonical(paper).decode()
        proposed = PaperProposed(
            paper=dossiers.paper_id(identity.id), code=identity.id, number=identity.number, digest=digest(paper),
            title=identity.title, text=text, in_force_from=identity.in_force.first,
            in_force_to=identity.in_force.last, author=AUTHOR,
        )  # fmt: skip

        def decide(work: Work) -> None:
            dossier = work.load(dossiers.DOSSIER, proposed.paper)
            work.record(proposed.paper, dossiers.propose(dossier, proposed))
            dossier = work.load(dossiers.DOSSIER, proposed.paper)
            fact = dossiers.approve(dossier, proposed.digest, APPROVER, on or self.today)
            work.record(proposed.paper, fact, effective=fact.effective)

        self.policy.decide(decide)
        self.host.drain()

    # -- the registry --------------------------------------------------------------------------------

    def tell(self, fact: Event, effective: date | None = None) -> Recorded[Event]:
        """The registry records a fact; living takes it."""
        recorded = self.note(fact, effective)
        self.host.drain()
        return recorded

    def note(self, fact: Event, effective: date | None = None) -> Recorded[Event]:
        """The registry records a fact, and nobody has read it yet."""
        person = getattr(fact, "person", None)
        stream: Identifier = getattr(fact, "household", None) or person
        return self.registry.decide(lambda work: work.record(stream, fact, effective=effective))

    def family(self, size: int = 1, township: str = RURAL) -> tuple[HouseholdId, list[PersonId]]:
        household = HouseholdId.of(self.ids.random())
        people = [PersonId.of(self.ids.random()) for _ in range(size)]
        self.tell(self.registered(household, people, township))
        return household, people

    def registered(
        self, household: HouseholdId, people: list[PersonId], township: str = RURAL
    ) -> r.HouseholdRegistered:
        members = [r.Member(person=one, relation="02" if one is people[0] else "20") for one in people]
        return r.HouseholdRegistered(
            household=household,
            head=people[0],
            members=tuple(members),
            township=township,
            village=VILLAGE[township],
            since=self.today,
        )

    # -- living --------------------------------------------------------------------------------------

    def do(self, step: Any, case: CaseId, *values: Any, **named: Any) -> Case:
        result: Case = self.living.decide(lambda work: step(work, case, *values, **named))
        return result

    def apply(self, household: HouseholdId, applicant: PersonId, **named: Any) -> CaseId:
        named = {"consent": True, **named}
        named = {"programme": "dibao", **named}
        return self.living.decide(
            lambda work: steps.apply(work, named.pop("programme"), household, applicant, **named)
        )

    def look_into(self, case: CaseId, found: Found = POOR) -> None:
        means = found(self.case(case).members)
        self.do(steps.survey, case, (SURVEYOR, SECOND), means)
        self.do(steps.check, case, means)
        self.do(steps.assess, case)

    def take_what_is_owed(self, case: CaseId) -> bool:
        """Every step that is owed before the next notice, or before the decision; whether a notice is next."""
        return self.living.decide(lambda work: take_owed(work, case, (SURVEYOR, SECOND)))

    def ready(self, *cases: CaseId) -> None:
        """Live through whatever is left until the district may decide: steps, and notices to their end."""
        while True:
            for case in cases:
                if self.case(case).stage is not Stage.NOTICE and self.take_what_is_owed(case):
                    self.do(steps.post_notice, case)
            running = [found for found in map(self.case, cases) if found.stage is Stage.NOTICE]
            if not running:
                return
            self.until(max(found.notice_until for found in running) + timedelta(days=1))

    def post(self, household: HouseholdId, applicant: PersonId, found: Found = POOR, **named: Any) -> CaseId:
        case = self.apply(household, applicant, **named)
        self.do(steps.accept, case)
        self.look_into(case, found)
        self.take_what_is_owed(case)
        self.do(steps.post_notice, case)
        return case

    def grant(self, household: HouseholdId, applicant: PersonId, found: Found = POOR, **named: Any) -> CaseId:
        """From application to confirmation: eight days and, under the procedure of 2012, a second notice."""
        case = self.post(household, applicant, found, **named)
        self.ready(case)
        self.do(steps.confirm, case, OFFICER)
        return case

    def case(self, case: CaseId) -> Case:
        return self.living.decide(lambda work: work.load(CASE, case))

    def facts(self, case: CaseId, kind: type[E] | None = None) -> list[Any]:
        return [one.data for one in self.recorded(case) if kind is None or isinstance(one.data, kind)]

    def recorded(self, case: CaseId) -> Iterator[Recorded[Event]]:
        for entry in self.living.store.stream(UUID(int=case.int)):
            yield read(entry, self.vault)

    def names(self, case: CaseId) -> list[str]:
        return [type(fact).__name__ for fact in self.facts(case)]

    def months(self, case: CaseId) -> list[str]:
        from events.assistance import MonthGranted

        return [fact.month for fact in self.facts(case, MonthGranted)]

    def differs(self) -> list[str]:
        """Where replaying the logs gives other rows than the store holds."""
        stores = {one.source: one.store for one in self.host.runtimes}
        was = reconstruct(
            SERVICE, DISTRICT, self.vault, lambda source: log_of(stores[source]),
            positions=self.living.store.snapshot().positions,
        )  # fmt: skip
        return differences(was, self.living.store.snapshot().rows)
