"""History: one consumer keeps every event of every service as it was recorded, and tells what happened.

It decides nothing, so as a service it listens to nobody, and records only facts about itself:
`service.DayClosed`, and `service.Unsealed` when somebody looks at personal text. The log that it keeps of
all others is no decision of its own and lies in tables of its own. It carries no clause: what it answers is
how any clause was kept.

Its rooms: `district_log` (taking what is recorded, in causal order), `tables` and `marks` and `index` (how it
lies, and how it is found again), `kinship` (splits, merges, moves, duplicates), `timelines`, `wording*` and
`lines` (an event as one sentence), `api`, `table` (the terminal).
"""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter

from services.chassis.runtime import Runtime
from services.chassis.service import Service, source_of
from services.history import api
from services.history.district_log import DistrictLog
from services.history.tables import HistoryDatabase
from services.history.timelines import Timelines

SERVICE = Service("history")


def open_log(runtime: Runtime, database: HistoryDatabase, services: Iterable[str]) -> DistrictLog:
    """The log of the runtime's district; `services` are the names of all others that record in it."""
    names = dict.fromkeys((*services, SERVICE.name))
    sources = [source_of(runtime.around.district, name) for name in names]
    return DistrictLog(database, sources, runtime.around.clock, runtime.metrics)


def routers(runtime: Runtime, timelines: Timelines) -> list[APIRouter]:
    return [api.router(runtime, timelines)]
