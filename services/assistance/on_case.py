"""One act on one case over HTTP: whose township, which version, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from fastapi import Request

from events.ids import CaseId
from services.assistance import steps
from services.assistance.admission import in_own_township
from services.assistance.answers import Answer, CaseAnswer, answer_now
from services.chassis.commands import execute, expect
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work

A = TypeVar("A", bound=Answer)


def act(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: UUID,
    version: int | None,
    answer: type[A],
    do: Callable[[Work, CaseId], A],
) -> A:
    identifier = CaseId.of(case)

    def decide(work: Work) -> A:
        in_own_township(caller, steps.case_of(work, identifier).township)
        expect(work, identifier, version)
        return do(work, identifier)

    return execute(request, runtime, caller, answer, decide)


def step(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: UUID,
    version: int | None,
    do: Callable[[Work, CaseId], object],
) -> CaseAnswer:
    """An act that is answered with the case as it is afterwards."""

    def then_tell(work: Work, of: CaseId) -> CaseAnswer:
        do(work, of)
        return answer_now(work, of)

    return act(request, runtime, caller, case, version, CaseAnswer, then_tell)
