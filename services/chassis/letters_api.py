"""Dead letters over HTTP, the same for every service: list, ask for a retry, discard with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from services.chassis import letters
from services.chassis.auth import allow
from services.chassis.codec import decode_state
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work

Number = Annotated[int, Path(ge=1, le=2**62)]
Operator = Annotated[Caller, allow(Department.DISTRICT)]


class LetterShown(BaseModel):
    """One waiting letter: what it is and why it waits; nothing of what it says."""

    number: int
    source: str
    sequence: int
    type: str
    subject: str
    reason: str
    retry_requested: bool


class Letters(BaseModel):
    items: list[LetterShown]
    next: int | None


class Reason(Command):
    reason: str = Field(
        min_length=1, max_length=500, description="never personal data: it is recorded in clear"
    )


class Settled(BaseModel):
    number: int
    requested: str


def shown(work: Work, first: int, limit: int) -> Letters:
    found = letters.waiting(work, first, limit + 1)
    items = []
    for number, row in found[:limit]:
        e = decode_state(row["entry"].encode()).envelope
        asked = work.fact("retry", letters.letter_key(number)) is not None
        items.append(
            LetterShown(
                number=number,
                source=e.source,
                sequence=e.sequence,
                type=e.type,
                subject=e.subject,
                reason=row["reason"],
                retry_requested=asked,
            )
        )
    return Letters(items=items, next=found[limit][0] if len(found) > limit else None)


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/letters", tags=["dead letters"])

    @routes.get("")
    def list_letters(
        caller: Operator,
        first: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Letters:
        """Letters in order of arrival, from number `first` on."""
        return runtime.decide(lambda work: shown(work, first, limit))

    @routes.post("/{number}/retry", status_code=202)
    def retry_letter(request: Request, caller: Operator, number: Number, body: Reason) -> Settled:
        """Ask for a retry; the inbox does it, and the letter stays if it fails again."""

        def decide(work: Work) -> Settled:
            letters.ask_retry(work, number, body.reason)
            return Settled(number=number, requested="retry")

        return execute(request, runtime, caller, Settled, decide)

    @routes.post("/{number}/discard")
    def discard_letter(request: Request, caller: Operator, number: Number, body: Reason) -> Settled:
        """The letter will never count here."""

        def decide(work: Work) -> Settled:
            letters.discard(work, number, body.reason)
            return Settled(number=number, requested="discard")

        return execute(request, runtime, caller, Settled, decide)

    return routes
