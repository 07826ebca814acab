"""The HTTP of the price link: a month's indices, and granting what they trigger."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.commands import execute
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.finance import price
from services.finance.price import PRICE, price_of
from services.finance.web import Office, Treasury, of_the_district

MonthPath = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Percent = Annotated[
    str, Field(pattern=r"^-?[0-9]{1,2}\.[0-9]{1,2}$", description="percent on the year, as published: 2.8")
]


class Indices(Command):
    consumer: Percent
    food: Percent
    scpi: Percent
    released: date


class PriceAnswer(BaseModel):
    """`pay_by`: none where nothing triggered the link; `left`: whether some are still to be granted."""

    model_config = ConfigDict(frozen=True)

    month: str
    pay_by: date | None
    left: bool
    cases: int
    total_fen: int


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/prices/{month}", tags=["price link"])

    def answer(work: Work, month: str) -> PriceAnswer:
        state = work.load(PRICE, price_of(month))
        left = state.pay_by is not None and not state.complete
        return PriceAnswer(
            month=month, pay_by=state.pay_by, left=left, cases=state.cases, total_fen=state.total_fen
        )

    @routes.post("", status_code=201)
    def record(month: MonthPath, body: Indices, request: Request, caller: Treasury) -> PriceAnswer:
        """Record the month's indices; the paper in force decides whether the link pays, and by when."""

        def decide(work: Work) -> PriceAnswer:
            said = body.consumer, body.food, body.scpi, body.released
            price.record_index(work, month, *said, caller.person)
            return answer(work, month)

        return execute(request, runtime, caller, PriceAnswer, decide)

    @routes.post("/allowances")
    def grant(month: MonthPath, request: Request, caller: Office) -> PriceAnswer:
        """Grant the next piece. Repeat while `left`; the next batch pays them."""
        of_the_district(caller)

        def decide(work: Work) -> PriceAnswer:
            price.grant(work, month)
            return answer(work, month)

        return execute(request, runtime, caller, PriceAnswer, decide)

    return routes
