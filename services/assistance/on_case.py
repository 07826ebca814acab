"""One step of one case over HTTP: whose township, which version, and the case as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import Request

from events.ids import CaseId
from services.assistance import steps
from services.assistance.admission import in_own_township
from services.assistance.answers import CaseAnswer, answer_now
from services.chassis.commands import execute, expect
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work


def step(
    request: Request,
    runtime: Runtime,
    caller: Caller,
    case: UUID,
    version: int | None,
    do: Callable[[Work, CaseId], object],
) -> CaseAnswer:
    identifier = CaseId.of(case)

    def decide(work: Work) -> CaseAnswer:
        in_own_township(caller, steps.case_of(work, identifier).township)
        expect(work, identifier, version)
        do(work, identifier)
        return answer_now(work, identifier)

    return execute(request, runtime, caller, CaseAnswer, decide)
