"""Policy: the papers that decisions rest on, as data in the log; proposed by one person, published by another.

Serves clause 四(四) (the rules in plain words for everybody) and carries the clauses of all papers. Listens to
nobody. Records `PaperProposed`, `PaperPublished`, `PaperWithdrawn`, `PaperLapseNear`, `CalendarPublished`; every service that
decides keeps what is published (`keeping.py`) and decides by it itself.

Its rooms: `paper` and `reading` (what a paper is, and its canonical text), `language` (formulas), `checking`
(what is refused), `rulebook` and `rule` (papers put together, and decided by), `sql` (the same for a million),
`explaining` (for a citizen), `calendars` (working days), `papers` (those that Doudi ships).
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import policy
from events.ids import PaperId
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import View, ViewReader
from services.policy import keeping
from services.policy.api import paper_routes
from services.policy.api_calendars import calendar_routes
from services.policy.lapsing import keep_lapses
from services.policy.model import DOSSIER
from services.policy.views import PAPERS

SERVICE = Service("policy")
VIEWS: tuple[View, ...] = (PAPERS,)

SERVICE.stream(PaperId, DOSSIER)

SERVICE.keep(policy.PaperProposed)(keeping.proposed)
SERVICE.keep(policy.PaperPublished, policy.PaperWithdrawn)(keeping.settled)
SERVICE.keep(policy.PaperPublished)(keeping.published)
SERVICE.keep(policy.CalendarPublished)(keeping.calendar)
keep_lapses(SERVICE)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    papers = readers[PAPERS.name]
    return [paper_routes(runtime, papers), calendar_routes(runtime, papers)]
