"""The gate over HTTP: a report of a department's own system, with the same answer for every repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from services.chassis import problems
from services.chassis.auth import allow, allow_any_department
from services.chassis.gate import Gate, NotEntitled, Receipt
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause


class Answer(BaseModel):
    """The answer to a report; the same for every repeat of it."""

    status: Literal["taken"] = "taken"
    source: str
    id: str
    report: UUID = Field(description="id of our event that records it")


def router(runtime: Runtime, gate: Gate, beside: Callable[[Request], Any] = id) -> APIRouter:
    """`beside`: gives where what is no fact is put, for a request."""
    routes = APIRouter(tags=["gate"], dependencies=[allow(*gate.departments)])

    @routes.post("/gate")
    def report(
        request: Request,
        message: Annotated[dict[str, Any], Body(description="a CloudEvents 1.0 message in structured JSON")],
        caller: Annotated[Caller, allow_any_department()],  # the router says which
    ) -> Answer:
        """Take a report of a department's own system, once; a refused one is on record with its rule."""
        cause = Cause(caller.to_actor(), request.state.request_id)
        receipt = gate.take(runtime, message, cause, beside(request))
        if not receipt.taken:
            raise _problem(receipt)
        return Answer(source=receipt.source, id=receipt.id, report=receipt.report)

    return routes


def _problem(receipt: Receipt) -> problems.Problem:
    if receipt.rule == NotEntitled.SLUG:
        return problems.not_allowed("贵单位无权报送该类型的报告。", "This type is not yours to report.")
    return problems.invalid(
        receipt.field,
        receipt.rule,
        f"报告未被接受：不符合规则“{receipt.rule}”。记录编号 {receipt.report}。",
        f"The report was not taken: it breaks the rule {receipt.rule}. On record as {receipt.report}.",
    )
