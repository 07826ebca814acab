"""A toy service that keeps evidence: a case is opened for a person, and its steps rest on what came in."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel

from events.base import Event
from events.evidence import EvidenceAttached
from events.ids import CaseId, Concerned, PersonId
from services.chassis.auth import allow
from services.chassis.clock import FixedClock, SimulatedClock, SystemIds
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.evidence import Evidence, Reference, keep_evidence
from services.chassis.evidence_api import router
from services.chassis.folding import Fold
from services.chassis.problems import not_allowed
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.store import open_store
from services.chassis.tokens import Caller, tokens_of
from services.chassis.vault import Vault
from services.chassis.web import create_app
from services.chassis.work import Work

START = datetime(2021, 3, 1, 1, tzinfo=UTC)
ANNA, BEN = PersonId(int=0xA, version=4), PersonId(int=0xB, version=4)
CASE, OTHER_CASE = CaseId(int=0xCA5E, version=4), CaseId(int=0xCA5F, version=4)
STAFF = UUID(int=5, version=4)
LIMIT = 1 << 20

PDF = b"%PDF-1.7\n" + "入户调查表（签字）".encode() * 9000 + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) + b"\xff\xd9"


class CaseOpened(Event):
    """Somebody asked for something."""

    case: CaseId
    person: PersonId
    township: str


class Surveyed(Command):
    """The toy's step: evidence must come with it."""

    case: CaseId
    attachments: tuple[Reference, ...]


class Done(BaseModel):
    attached: int


def toy_service() -> Service:
    service = Service("toys")
    fold: Fold[CaseOpened | None] = Fold(None)
    fold.on(CaseOpened)(lambda state, fact: fact)
    fold.on(EvidenceAttached)(lambda state, fact: state)
    service.stream(CaseId, fold)
    keep_evidence(service)
    return service


def admit(work: Work, caller: Caller, case: CaseId) -> Sequence[Concerned]:
    found = work.load(work.service.streams["case"], case)
    if found is None:
        raise NotFound
    if caller.township not in (None, found.township):
        raise not_allowed("非本乡镇的申请。", "Another township's case.")
    return (found.person,)


class Office:
    """The toy on real files: store, vault and folder lie in `folder` and outlive the process."""

    def __init__(self, folder: Path, clock: SimulatedClock | FixedClock | None = None) -> None:
        self.clock = clock or SimulatedClock(START)
        self.settings = Settings(
            data=folder, token_development=True, evidence_limit=LIMIT, body_limit=4096, import_limit=2 << 20
        )
        self.vault = Vault.open(f"sqlite:///{folder / 'vault.sqlite'}", bytes(range(32)), clock=self.clock)
        self.runtime = Runtime(
            toy_service(),
            open_store(f"sqlite:///{folder / 'toys.sqlite'}", "toys"),
            district="431202",
            clock=self.clock,
            ids=SystemIds(),
            keys=self.vault.for_reader("toys"),
        )
        self.evidence = Evidence.of(self.runtime, self.settings)

    def open_case(self, case: CaseId = CASE, person: PersonId = ANNA, township: str = "431202001000") -> None:
        fact = CaseOpened(case=case, person=person, township=township)
        self.runtime.decide(lambda work: work.record(case, fact))

    def record(self, *given: Reference, case: CaseId = CASE, of: PersonId = ANNA) -> int:
        """The step's decision: what was handed in is named by an event."""

        def decide(work: Work) -> int:
            attachments = self.evidence.named(work, given, (of,))
            fact = EvidenceAttached(
                case=case, step="survey", attachments=attachments, by=STAFF, on=work.today
            )
            return work.record(case, fact).envelope.sequence

        return self.runtime.decide(decide)

    def app(self) -> FastAPI:
        return create_app(
            "toys",
            "附件",
            "A service that keeps evidence",
            [router(self.runtime, admit), self._steps()],
            settings=self.settings,
            tokens=tokens_of(self.settings),
            metrics=self.runtime.metrics,
        )

    def _steps(self) -> APIRouter:
        routes = APIRouter()

        @routes.post("/survey")
        def survey(
            request: Request, body: Surveyed, caller: Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
        ) -> Done:
            def decide(work: Work) -> Done:
                owners = admit(work, caller, body.case)
                attachments = self.evidence.named(work, body.attachments, owners)
                fact = EvidenceAttached(
                    case=body.case, step="survey", attachments=attachments, by=caller.person, on=work.today
                )
                work.record(body.case, fact)
                return Done(attached=len(attachments))

            return execute(request, self.runtime, caller, Done, decide)

        return routes

    def close(self) -> None:
        self.runtime.store.close()
        self.vault.close()


def reference(attachment: object) -> Reference:
    return Reference.model_validate({"id": attachment.id, "digest": attachment.digest})  # type: ignore[attr-defined]


class _Stalling(BytesIO):
    """A file whose reading stops half-way until somebody ends the process."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 100_000:
            _say("half-way")
        return super().read(size)


def _say(word: str) -> None:
    print(word, flush=True)
    time.sleep(60)


def main(folder: str, until: str) -> None:
    """A process that is to be killed: `half-way` through the file, with it `kept`, or with it `named`."""
    office = Office(Path(folder), FixedClock(START))
    source = _Stalling(PDF) if until == "half-way" else BytesIO(PDF)
    attached = office.evidence.attach(source, "survey_form", (ANNA,))
    if until == "named":
        office.record(reference(attached))
    _say(f"{until} {attached.digest}")


if __name__ == "__main__":
    main(*sys.argv[1:])
