"""Reading over HTTP: the lists, and the sweep's coverage by village; as JSON and as tables."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.assistance.guards import seen_by
from services.assistance.listing import CSV
from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.runtime import Runtime
from services.chassis.spreadsheet import table
from services.chassis.tokens import Caller, Township
from services.chassis.views import ViewReader
from services.disability import lists

Office = Annotated[Caller, allow(Department.DISABLED_FEDERATION, Department.CIVIL_AFFAIRS)]
Readers = Annotated[
    Caller,
    allow(
        Department.DISABLED_FEDERATION,
        Department.CIVIL_AFFAIRS,
        Department.HEALTH,
        Department.DISTRICT,
        Department.AUDIT,
    ),
]
Name = Annotated[
    Literal["without-carer", "wishing-place", "suspects", "without-consent", "cards-ending"],
    Path(description="which list"),
]
Year = Annotated[int, Query(ge=2020, le=2100, description="this year if left out")]
HEADINGS = (
    "乡镇街道代码", "村（社区）代码", "村（社区）", "摸底日期", "走访户数", "疑似残疾人", "已评定", "已办证",
)  # fmt: skip


class After(Cursor):
    """Behind this person."""

    person: str


class Line(BaseModel):
    """Somebody on a list."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    township: str | None = Field(description="where the person lived when it was last told")
    until: date | None = Field(description="last day of the card")
    suspected: date | None = Field(description="found by a sweep and not assessed since")


class Village(BaseModel):
    """A village in the year's sweep."""

    model_config = ConfigDict(frozen=True)

    township: str
    village: str
    name: str
    swept: date | None = Field(description="the last time that year; missing: not swept")
    households: int
    suspects: int
    assessed: int
    cards: int


def routers(runtime: Runtime, reader: ViewReader) -> list[APIRouter]:
    router = APIRouter(tags=["lists"])

    @router.get("/disabled/lists/{name}")
    def listed(
        name: Name,
        caller: Office,
        township: Township | None = None,
        cursor: CursorText = None,
        limit: Limit = 50,
    ) -> Page[Line]:
        """By person; a township's clerk sees the township's."""
        after = After.decode(cursor)
        today, own = runtime.looking().today, seen_by(caller, township)
        rows = lists.listed(reader, name, own, today, after.person if after else "", limit + 1)
        more = After(person=rows[limit - 1]["person"]).encode() if len(rows) > limit else None
        return Page(items=tuple(Line.model_validate(row) for row in rows[:limit]), next=more)

    @router.get("/sweeps/coverage")
    def coverage(
        caller: Readers, year: Year | None = None, township: Township | None = None
    ) -> tuple[Village, ...]:
        """Village by village: swept or not, suspects, assessed, cards. A statistic: nothing hangs on it."""
        return tuple(Village.model_validate(row) for row in _coverage(caller, year, township))

    @router.get("/sweeps/coverage.csv", response_class=Response, responses=CSV)
    def coverage_table(
        caller: Readers, year: Year | None = None, township: Township | None = None
    ) -> Response:
        """The same as a table."""
        return table("sweep-coverage", HEADINGS, (row.values() for row in _coverage(caller, year, township)))

    def _coverage(caller: Caller, year: int | None, township: str | None) -> list[dict[str, Any]]:
        return lists.coverage(reader, year or runtime.looking().today.year, seen_by(caller, township))

    return [router]
