"""`doudi state`, and `doudi timeline` as of two days: how they ask, and what they print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console

from services.chassis.refusal import Refused
from services.cli.house import House
from services.history.asof import AsOf, Question
from services.history.asof.api import as_shown
from services.history.lines import Sight, line
from services.history.subjects import Subject
from services.history.table import Language, render_timeline

DAY = ["%Y-%m-%d"]
Effective = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="the day on which it counted; unless said, the day known"),
]
Known = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="by the end of which day it was recorded; unless said, today"),
]
By = Annotated[
    str | None, typer.Option(metavar="SERVICE", help="as known to this service; unless said, to the district")
]


def day(said: datetime | None) -> date | None:
    return None if said is None else said.date()


def show_state(house: House, id: str, effective: date | None, known: date | None, by: str | None) -> None:
    """As JSON on standard output; that it is provisional, beside it."""
    with refusing():
        answer = _asof(house).state(id, effective=effective, known=known, by=by)
    typer.echo(as_shown(answer).model_dump_json(indent=2))
    _provisional(answer.question, answer.lagging)


def show_timeline_asof(
    house: House,
    id: Subject,
    console: Console,
    limit: int,
    lang: Language,
    effective: date | None,
    known: date | None,
    by: str | None,
) -> None:
    with refusing():
        found = _asof(house).timeline(id, effective=effective, known=known, by=by, limit=limit)
    asked = found.question
    title = f"{found.kind} {id} · 生效 effective {asked.effective} · 知悉 known {asked.known}"
    sight = Sight(house.runtimes["history"].around.keys, restricted=True)
    title += f" · {asked.by}" if asked.by else ""
    table = render_timeline((line(one, sight) for one in found.lines), title, lang)
    for column in table.columns:
        column.overflow = "fold"  # nothing of a sentence may be lost on a narrow terminal
    console.print(table)
    if found.after is not None:
        console.print(f"… and more; --limit shows more than {limit}")
    _provisional(asked, found.lagging)


def _asof(house: House) -> AsOf:
    assert house.timelines is not None, "history is among the services of this house"
    return AsOf(house.timelines.log, house.clock)


@contextmanager
def refusing() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        typer.secho(f"{refused.zh} {refused.en}", err=True, fg="red")
        raise typer.Exit(1 if refused.slug == "not-found" else 2) from refused


def _provisional(asked: Question, lagging: tuple[str, ...]) -> None:
    if lagging:
        names = ", ".join(lagging)
        typer.secho(
            f"暂定：{names} 尚未结清{asked.known}。 Provisional: {names} may still record something of"
            f" {asked.known}.",
            err=True,
            fg="yellow",
        )
