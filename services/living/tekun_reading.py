"""Reading tekun: figures as JSON and as tables, and the lists of whom something is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from services.assistance.admission import CivilAffairs, Readers, seen_by
from services.assistance.api import CSV
from services.assistance.days import months_after
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.tokens import Township
from services.chassis.views import ViewReader
from services.living.tekun_figures import Cell, Rate, rates, rates_csv, table_csv, table_on

Month = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
MONTHS_AT_MOST = 120


class After(Cursor):
    """Behind this person."""

    person: str


class Owed(BaseModel):
    """A tekun person to whom something is owed."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    case: UUID
    township: str
    grade: str
    wish: str | None
    day: date | None = Field(description="the last day, where the list has one")
    missed: int = Field(description="visits missed in a row")


LISTS = {
    "without-carer": ("mode = 'scattered' AND agreement_until IS NULL", "NULL"),
    "wishing-place": ("mode = 'scattered' AND wish = 'centralised'", "NULL"),
    "reassessments": ("reassess_by IS NOT NULL", "reassess_by"),
    "reassessments-overdue": ("reassess_by < ?", "reassess_by"),
    "visits-missed": ("visits_missed > 0", "visit_by"),
    "agreements-ending": ("agreement_until < ?", "agreement_until"),
}
"""Of people who are supported now: the condition, and the day that counts. A mark stands for today; of agreements, for
a month from now."""


def reading_router(runtime: Runtime, reader: ViewReader) -> APIRouter:
    router = APIRouter(prefix="/tekun", tags=["tekun"])

    def span(first: str | None, last: str | None, today: date) -> tuple[date, date]:
        to = date.fromisoformat(f"{last}-01") if last else today.replace(day=1)
        begin = date.fromisoformat(f"{first}-01") if first else months_after(to, -11)
        return max(begin, months_after(to, 1 - MONTHS_AT_MOST)), to

    @router.get("/figures")
    def figures(
        caller: Readers, on: date | None = None, township: Township | None = None
    ) -> tuple[Cell, ...]:
        """Grade by township by mode on a day (today)."""
        return table_on(reader, on or runtime.looking().today, seen_by(caller, township))

    @router.get("/figures.csv", response_class=Response, responses=CSV)
    def figures_csv(caller: Readers, on: date | None = None, township: Township | None = None) -> Response:
        cells = table_on(reader, on or runtime.looking().today, seen_by(caller, township))
        return _file(table_csv(cells), "tekun")

    @router.get("/rates")
    def rate(
        caller: Readers,
        first: Month | None = None,
        last: Month | None = None,
        township: Township | None = None,
    ) -> tuple[Rate, ...]:
        """Of those who cannot care for themselves, how many live in an institution: month by month, the last twelve."""
        today = runtime.looking().today
        return rates(reader, *span(first, last, today), today, seen_by(caller, township))

    @router.get("/rates.csv", response_class=Response, responses=CSV)
    def rate_csv(
        caller: Readers,
        first: Month | None = None,
        last: Month | None = None,
        township: Township | None = None,
    ) -> Response:
        today = runtime.looking().today
        months = rates(reader, *span(first, last, today), today, seen_by(caller, township))
        return _file(rates_csv(months), "tekun-rates")

    for name, (condition, day) in LISTS.items():
        router.add_api_route(
            f"/lists/{name}", _listing(runtime, reader, condition, day), methods=["GET"], name=name
        )
    return router


def _listing(runtime: Runtime, reader: ViewReader, condition: str, day: str) -> Any:
    def listed(
        caller: CivilAffairs, township: Township | None = None, cursor: CursorText = None, limit: Limit = 50
    ) -> Page[Owed]:
        """By person; a township's clerk sees the township's."""
        after = After.decode(cursor)
        own, today = seen_by(caller, township), runtime.looking().today
        values: list[Any] = [after.person if after else ""]
        if "?" in condition:
            values.append((months_after(today, 1) if day == "agreement_until" else today).isoformat())
        if own is not None:
            values.append(own)
        with reader.reading() as tables:
            rows = tables.execute(
                f"SELECT person, tekun_case, township, grade, wish, {day}, visits_missed FROM {{people}}"
                f" WHERE granted = 1 AND person > ? AND {condition}{' AND township = ?' if own else ''}"
                " ORDER BY person LIMIT ?",
                (*values, limit + 1),
            )
        names = ("person", "case", "township", "grade", "wish", "day", "missed")
        items = tuple(Owed.model_validate(dict(zip(names, row, strict=True))) for row in rows[:limit])
        more = len(rows) > limit
        return Page(items=items, next=After(person=rows[limit - 1][0]).encode() if more else None)

    return listed


def _file(lines: Iterator[bytes], name: str) -> Response:
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
