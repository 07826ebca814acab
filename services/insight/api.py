"""The figures over HTTP: as JSON, and as server-sent events whenever they change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import StreamingResponse

from services.chassis.auth import allow_any_department, still_good
from services.chassis.departments import Department
from services.chassis.tokens import Caller
from services.insight.answer import LONGEST_WINDOW, Answer, Labels, answer
from services.insight.taking import Figures

SEES_ALL = frozenset({Department.CIVIL_AFFAIRS, Department.FINANCE, Department.DISTRICT, Department.AUDIT})
"""Who has the cases of the whole district anyway; for everybody else, a township's clerk too, numbers below 3 by
township are withheld."""
OFTEN_SECONDS = 1.0
QUIET_SECONDS = 15.0
"""A comment at the latest after so long: proxies cut a connection that says nothing."""

Code = Annotated[str | None, Query(pattern=r"^\d{12}$", description="division code of a township, 12 digits")]
Month = Annotated[str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Days = Annotated[int, Query(ge=1, le=LONGEST_WINDOW, description="length of a window, in days")]
Hop = Annotated[int, Query(ge=1, le=LONGEST_WINDOW, description="days between one window and the next")]


def router(figures: Figures, labels: Labels, ended: Callable[[], bool]) -> APIRouter:
    """`labels`: townships by code; `ended`: whether the program is about to stop, so that streams close."""
    routes = APIRouter(tags=["figures"])

    def asked(
        caller: Annotated[Caller, allow_any_department()],
        township: Code = None,
        department: Department | None = None,
        month: Month = None,
        window: Days = 30,
        hop: Hop = 7,
    ) -> Callable[[], Answer]:
        return lambda: answer(
            figures, labels, township=township, department=department.value if department else None,
            month=month, window=window, hop=hop,
            small_withheld=caller.department not in SEES_ALL or caller.township is not None,
        )  # fmt: skip

    @routes.get("/figures")
    def read_figures(now: Callable[[], Answer] = Depends(asked)) -> Answer:
        """The figures as they are now, by township, department, programme, month and hopping window."""
        return now()

    @routes.get(
        "/stream",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    def follow(request: Request, now: Callable[[], Answer] = Depends(asked)) -> StreamingResponse:
        """The same as server-sent events: whole at the start and, at most once a second, whenever it changes.

        It ends with the token: come back with another.
        """
        return StreamingResponse(
            _stream(figures, now, ended, lambda: still_good(request)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes


async def _stream(
    figures: Figures, now: Callable[[], Answer], ended: Callable[[], bool], good: Callable[[], bool]
) -> AsyncIterator[str]:
    """The program's end is looked for often: a server waits for its open connections."""
    seen: tuple[int, date] | None = None
    said = time.monotonic()
    while not ended() and await asyncio.to_thread(good):
        version, today = figures.version, figures.today
        if (version, today) != seen:
            found = await asyncio.to_thread(now)
            seen = (version, today)
            said = time.monotonic()
            yield f"event: figures\nid: {version}\ndata: {found.model_dump_json()}\n\n"
        elif time.monotonic() - said > QUIET_SECONDS:
            said = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(OFTEN_SECONDS)
