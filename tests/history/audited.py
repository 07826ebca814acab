"""A case decided by the real services, told to a log again event by event, so that a test can plant a fault in it.

What reactions would make of a fault is left out on purpose: each test plants one fault and looks for one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from events import assistance as a
from events import staff as s
from events.base import Actor, Event
from events.ids import (
    BatchId,
    BookId,
    CaseId,
    HouseholdId,
    Identifier,
    PaperId,
    PersonId,
    ServiceId,
    StaffId,
)
from events.sealed import Sealed
from services.chassis.clock import SimulatedClock, midnight
from services.chassis.codec import read
from services.chassis.database import SqliteDatabase
from services.chassis.runtime import Runtime
from services.chassis.vault import MemoryVault
from services.history.audit import Auditor
from services.history.district_log import DistrictLog
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from services.history.proof.keeping import ProofTrees
from services.history.proof.signing import Checkpoints
from tests.finance.treasury import Treasury, beside
from tests.history.logs import Logs, sources, src
from tests.living.office import OFFICER, SECOND, SURVEYOR, Office

LATER = date(2026, 11, 24)
ORIGIN = "doudi/431202"
SYSTEM = Actor("system")
EVERYTHING = 10**6
"""Read to the end of what is recorded, whatever was planted."""
KINDS: dict[str, type[Identifier]] = {
    kind.kind: kind for kind in (BatchId, BookId, CaseId, HouseholdId, PaperId, PersonId, ServiceId, StaffId)
}


@dataclass
class Told:
    """An event to be told again: by whom, when, on which stream."""

    service: str
    stream: Identifier
    fact: Any
    at: datetime
    effective: date
    id: UUID
    decision: UUID
    known: dict[str, int] = field(default_factory=dict)
    """How far the service had read each upstream, by the sequences of the clean log."""
    sequence: int = 0
    """In the clean log; 0 for what a test planted."""
    corrects: UUID | None = None
    actor: Actor = SYSTEM


Plant = Callable[[list[Told]], Iterable[Told]]


@cache
def clean() -> tuple[Told, ...]:
    """A family that applies in August 2020, is granted dibao, and is paid for two months."""
    return lived(lambda office, case: None)


def lived(more: Callable[[Office, CaseId], None]) -> tuple[Told, ...]:
    """The same, and what becomes of the case afterwards."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder))
        household, people = office.family(2)
        treasury = beside(office)
        case = office.grant(household, people[0])
        treasury.account(household, people[0])
        for month in ("2020-09", "2020-10"):
            office.until(date.fromisoformat(f"{month}-02"))
            assert treasury.pay(month)
        more(office, case)
        return told_by(office, treasury)


def told_by(office: Office, treasury: Treasury | None = None) -> tuple[Told, ...]:
    """What its services recorded, and who works there."""
    runtimes = {"policy": office.policy, "registry": office.registry, "living": office.living}
    if treasury is not None:
        runtimes["finance"] = treasury.runtime
    return told_of(runtimes)


def told_of(runtimes: Mapping[str, Runtime]) -> tuple[Told, ...]:
    """What services recorded, read by their own keys, and who works there."""
    told = []
    for name, runtime in runtimes.items():
        for entry in runtime.store.entries(0, 10_000):
            e, fact = entry.envelope, read(entry, runtime.around.keys).data
            kind = KINDS.get(e.subject.partition("/")[0])
            if kind is None:
                continue  # duties and gaps, of which no decision here tells
            stream = kind.of(e.stream)
            known = {source.rpartition("/")[2]: upto for source, upto in e.known.items()}
            told.append(
                Told(name, stream, fact, e.recordedtime, e.effective, e.id, e.decision, known, e.sequence)
            )
    told += list(staff(told[0].at))
    return tuple(sorted(told, key=lambda one: (one.at, one.service != "policy")))


def staff(at: datetime) -> Iterable[Told]:
    """The officer and the surveyors, in their posts."""
    name = Sealed.from_json({"of": [str(OFFICER)], "event": str(OFFICER), "field": "name", "box": "AAAA"})
    for number, (who, role) in enumerate(
        ((OFFICER, s.Role.APPROVER), (SURVEYOR, s.Role.SURVEYOR), (SECOND, s.Role.SURVEYOR))
    ):
        post = f"post-{number}"
        for fact in (
            s.StaffRegistered(staff=StaffId.of(who), name=name),
            s.PostCreated(
                post=post, title="岗位", department="civil-affairs", roles=(role,), since=date(2020, 1, 1)
            ),
            s.PostAssigned(post=post, staff=StaffId.of(who), since=date(2020, 1, 1)),
        ):
            id = uuid4()
            yield Told("staff", StaffId.of(who), fact, at, date(2020, 1, 1), id, id)


class World:
    """The clean log with what a test planted, in history's database; an auditor over it."""

    def __init__(
        self,
        folder: Path,
        plant: Plant = lambda told: told,
        base: Callable[[], tuple[Told, ...]] = clean,
        *,
        sealed: bool = False,
    ) -> None:
        """`sealed`: what is restricted lies closed in the log, as a service records it."""
        self.folder = folder
        self.logs = Logs()
        self.clock = SimulatedClock(midnight(LATER))
        self.keys = MemoryVault(clock=self.clock, reader="history")
        self._sealed = sealed
        self.told = [replace(one) for one in base()]
        told = list(plant(self.told))
        self.logs.now = told[0].at - timedelta(hours=1)
        for one in told:
            self._record(one)
        self.database = SqliteDatabase(str(folder / "history.db"))
        names = (
            "policy", "registry", "living", "disability", "finance", "staff", "verification", "history",
        )  # fmt: skip
        self.log = DistrictLog(self.database, sources(names), self.clock)
        self.log.pump(self.logs.feeds())
        self.key_file = folder / "checkpoint.key"
        self.checkpoints = Checkpoints(ProofTrees(self.log), ORIGIN, self.clock, self.key_file, 60)
        self.auditor = Auditor(self.log, self.keys, self.checkpoints)

    def _record(self, one: Told) -> None:
        self.logs.now = max(one.at - timedelta(seconds=1), self.logs.now)
        for upstream, upto in one.known.items():
            mine = self.logs.of.get(src(upstream), [])
            if upto == EVERYTHING:
                read_so_far = len(mine)
            else:
                ids = {one.id for one in self.told if one.service == upstream and 0 < one.sequence <= upto}
                read_so_far = max((e.envelope.sequence for e in mine if e.envelope.id in ids), default=0)
            if read_so_far:
                self.logs.sees(one.service, upstream, read_so_far)
        entry = self.logs.record(
            one.service, one.stream, one.fact, effective=one.effective, id=one.id, corrects=one.corrects,
            actor=one.actor, data=(closed := self._closed(one)), audience=one.service if closed else None,
        )  # fmt: skip
        self.logs.of[src(one.service)][-1] = replace(
            entry, envelope=replace(entry.envelope, decision=one.decision)
        )

    def _closed(self, one: Told) -> bytes | None:
        """The data of what is restricted, for its audience; None where it lies open."""
        if not (self._sealed and one.fact.RESTRICTED):
            return None
        return self.keys.for_reader(one.service).close_data(
            one.service, one.id, one.fact.model_dump_json().encode()
        )

    def lake(self) -> Lake:
        """Of the log as it lies there now, built anew."""
        lake = Lake(self.folder / "lake")
        lake.begin_anew()
        lake.append(lines_of(self.log, 0))
        return lake

    def decision(self, kind: type[Event] = a.SubsidyGranted) -> UUID:
        """The last one of its kind."""
        found = [e.envelope.id for e in self.logs.of[src("living")] if e.envelope.type == kind.TYPE]
        return found[-1]

    def close(self) -> None:
        self.database.close()
