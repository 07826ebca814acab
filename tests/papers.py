"""The shipped papers published at once, for tests of whoever decides by them.

    publish_shipped(district.runtime("policy"))
    district.host.drain()

The facts are those that two officers leave over HTTP. Left out is only what takes long and is tested
elsewhere: the checks of `doudi policy check`, which the shipped papers pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from uuid import UUID

from events.policy import DayOff, PaperProposed
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.cli.policy import SHIPPED
from services.policy import calendars, model, steps
from services.policy.paper import Paper
from services.policy.reading import canonical, digest, read_paper

AUTHOR, APPROVER = UUID(int=0xA7, version=4), UUID(int=0xA9, version=4)

DIBAO = (
    "dibao-2012",
    "dibao-2021",
    "dibao-notice-2022-10",
    "hecheng-2020-43",
    "hecheng-successor-illustrative",
    "social-assistance-law-2026",
    "standards-illustrative",
)
"""Everything that dibao was and is decided by, of the whole time that the shipped papers cover."""


@cache
def shipped(id: str) -> Paper:
    return read_paper(SHIPPED / id).paper


@cache
def text_of(id: str) -> tuple[str, str]:
    """Digest and canonical text of a shipped paper."""
    paper = shipped(id)
    return digest(paper), canonical(paper).decode()


def publish_shipped(runtime: Runtime, ids: Sequence[str] = DIBAO) -> None:
    """Publish shipped papers. `runtime`: of policy. Whoever listens hears of it at the next `drain`."""
    runtime.decide(lambda work: record_shipped(work, ids))


def record_shipped(work: Work, ids: Sequence[str] = DIBAO) -> None:
    """Inside a decision: each paper in effect from the day it says, as if it had been approved in time."""
    for id in ids:
        proposed = _proposed(id)
        work.record(proposed.paper, model.propose(work.load(model.DOSSIER, proposed.paper), proposed))
        dossier = work.load(model.DOSSIER, proposed.paper)
        the_day_before = proposed.in_force_from - timedelta(days=1)
        published = model.approve(dossier, proposed.digest, APPROVER, the_day_before)
        work.record(proposed.paper, published, effective=published.effective)


def publish_calendars(runtime: Runtime, *years: int) -> None:
    """Publish calendars of working days as `chinesecalendar` knows them. `runtime`: of policy."""

    def decide(work: Work) -> None:
        for year in years:
            found = calendars.propose(year)
            steps.publish_calendar(
                work,
                year,
                [DayOff(on=on, occasion=what) for on, what in found.holidays],
                [DayOff(on=on, occasion=what) for on, what in found.working_weekends],
                "chinesecalendar",
                APPROVER,
            )

    runtime.decide(decide)


def _proposed(id: str) -> PaperProposed:
    told = shipped(id).identity
    digest, text = text_of(id)
    return PaperProposed(
        paper=model.paper_id(told.id),
        code=told.id,
        number=told.number,
        digest=digest,
        title=told.title,
        text=text,
        in_force_from=told.in_force.first,
        in_force_to=told.in_force.last,
        author=AUTHOR,
    )
