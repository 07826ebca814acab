"""The HTTP of the townships' reserves as finance books them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict

from events.ids import ReserveId
from services.chassis.commands import execute
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.finance import reserves
from services.finance.views_reserves import COLUMNS
from services.finance.web import Done, Readers, Treasury, of_the_district

Town = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="division code of a township")]


class ReserveLine(BaseModel):
    """A township's reserve, in fen. In: `funded`; out: `spent`; `balance` is what is left by the movements. The same in
    the fund's books: `set_aside`, of it `paid`. `lacking`: what came in and is not set aside. `sound`: both ways agree
    to the fen, nothing lacks, and the month last compared (`month`) agreed with the township's book and money."""

    model_config = ConfigDict(frozen=True)

    township: str
    funded_fen: int
    spent_fen: int
    balance_fen: int
    set_aside_fen: int
    paid_fen: int
    lacking_fen: int
    month: str | None
    ours_fen: int | None
    told_fen: int | None
    counted_fen: int | None
    sound: bool


class Reserves(BaseModel):
    """`sound`: every township's is."""

    model_config = ConfigDict(frozen=True)

    items: tuple[ReserveLine, ...]
    sound: bool


def router(runtime: Runtime, reader: ViewReader) -> APIRouter:
    routes = APIRouter(prefix="/reserves", tags=["reserves"])

    @routes.get("")
    def every(caller: Readers) -> Reserves:
        """Every township's reserve, held against the fund's books and against what the township reconciled last."""
        of_the_district(caller)
        with reader.reading() as tables:
            rows = tables.execute(f"SELECT {', '.join(COLUMNS)} FROM {{reserves}} ORDER BY township")
        lines = tuple(_line(dict(zip(COLUMNS, row, strict=True))) for row in rows)
        return Reserves(items=lines, sound=all(one.sound for one in lines))

    @routes.post("/{township}/made-good", status_code=201)
    def make_good(township: Town, request: Request, caller: Treasury) -> Done:
        """Set aside what lacked while the fund had not enough."""

        def decide(work: Work) -> Done:
            found = work.fact("reserve", township)
            if found is None:
                raise NotFound(
                    "该乡镇（街道）没有备用金。", "This township has no reserve.", field="township"
                )
            reserves.make_good(work, ReserveId(found), caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    return routes


def _line(row: dict[str, int | str | None]) -> ReserveLine:
    number = {name: int(row[name] or 0) for name in COLUMNS if name.endswith("_fen")}
    balance = number["funded_fen"] - number["spent_fen"]
    by_books = number["set_aside_fen"] - number["paid_fen"]
    compared = row["ours_fen"] == row["told_fen"] == row["counted_fen"]
    return ReserveLine.model_validate(
        row
        | {"balance_fen": balance, "sound": balance == by_books and not number["lacking_fen"] and compared}
    )
