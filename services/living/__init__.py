"""Living: dibao, tekun, temporary relief with the townships' reserves, and rigid expenditure. Clause 三(一) of
鹤民发〔2020〕43号.

Listens to registry: who lives together and where, who has died, who has left, who is in which category; and to
policy: the papers by which it decides, and the working days; to verification: what departments answer of its cases.
Records `assistance.*` for its cases, which `services.assistance` carries, and `living.*` for what is its own.

Its rooms: `programmes` (what it carries), `duties` (what it owes beside its cases, and what a refusal demands). Of tekun:
`tekun` (what it knows and admits), `support` (a person's state), `care` (decisions, pure), `caring` and `ending` (as
taken), `following` (what follows from a case), `rows`, `tekun_*` (views, HTTP). Of relief: `known` (what is known when
it is decided), `relief` (paying first), `links` (between dibao and relief), `reserve` (a township's money), `keeping`,
`views`, `books`, `api`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import assistance as a
from events import living as l
from events.ids import ReserveId
from services.assistance import web
from services.assistance.wiring import UPSTREAMS, carry_cases
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import ViewReader
from services.living import api, duties, keeping, known, programmes, relief
from services.living.reserve import RESERVE
from services.living.rows import care_for
from services.living.tekun_api import institutions_router, steps_router
from services.living.tekun_reading import reading_router
from services.living.tekun_views import TEKUN
from services.living.views import RELIEF, RESERVES

__all__ = ["DUTIES", "PROGRAMMES", "SERVICE", "VIEWS", "routers"]

DUTIES = duties.ALL
VIEWS = (*web.VIEWS, TEKUN, RELIEF, RESERVES)
PROGRAMMES = programmes.ALL

SERVICE = Service("living", listens=UPSTREAMS)
carry_cases(SERVICE)
care_for(SERVICE)

SERVICE.stream(ReserveId, RESERVE)
SERVICE.keep(a.Applied, of="living")(known.applied)
SERVICE.keep(a.SubsidyGranted, of="living")(known.granted)
SERVICE.keep(a.Withdrawn, of="living")(known.withdrawn)
SERVICE.keep(a.StepTaken, of="living")(keeping.step_taken)
SERVICE.keep(l.PaidFirst, of="living")(keeping.paid_first)
SERVICE.keep(l.PapersOverdue, of="living")(keeping.papers_overdue)
SERVICE.keep(l.ReserveAdvanced, of="living")(keeping.advanced)
SERVICE.keep(l.ReconciliationDue, of="living")(keeping.reconciliation_is_due)
SERVICE.due(keeping.PAPERS_DUE)(relief.papers_are_overdue)
SERVICE.due(keeping.RECONCILE)(keeping.month_is_over)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    """What is living's own comes first: its paths are more particular than those of a case or a person."""
    return [
        reading_router(runtime, readers["tekun"]),
        steps_router(runtime),
        institutions_router(runtime),
        *api.routers(runtime, readers),
        *web.routers(runtime, readers),
    ]
