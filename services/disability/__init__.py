"""Disability: cards, the two subsidies, devices, homes, the yearly sweep, placement and carers. Clause 三(七) of
鹤民发〔2020〕43号; 国发〔2015〕52号.

Listens to registry (who lives where, who has died, who is enrolled), to living (whom dibao and tekun cover; its
institutions), to verification (what departments answer, what is to be heard), to policy and staff. Records `assistance.*` for
its cases, which `services.assistance` carries, and `disability.*` for what is its own.

Its rooms: `model` (a person's file) and `cards`, pure; `known` (what it keeps of others), `noting`; as taken: `filing` (cards,
consent, need of care, exclusions), `sweeps`, `care` (wish, placement, carers), `training`; the programmes: `subsidies` (and
when they are worked out anew), `measures` (devices and homes); `rows`, `views`, `lists`, `commands`, `api*`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import assistance as a
from events import registry as r
from services.assistance import web
from services.assistance.wiring import UPSTREAMS, carry_cases
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import ViewReader
from services.disability import api, api_reading, care, known, measures, rows, subsidies, sweeps, training
from services.disability.views import DISABLED

__all__ = ["DUTIES", "PROGRAMMES", "SERVICE", "VIEWS", "routers"]

PROGRAMMES = (*subsidies.BOTH, measures.DEVICES, measures.HOMES)
DUTIES = (sweeps.YEARLY, sweeps.ASSESSMENT, training.YEARLY, care.HOME_CARER)
VIEWS = (*web.VIEWS, DISABLED)

SERVICE = Service("disability", listens=(*UPSTREAMS, "living"))
carry_cases(SERVICE)
known.keep_upstreams(SERVICE)
rows.keep_files(SERVICE)
SERVICE.on(a.SubsidyGranted, a.TakenOver, a.Adjusted, a.HouseholdChanged, a.Exited)(subsidies.aid_changed)
SERVICE.on(r.HouseholdRegistered, r.MemberJoined)(subsidies.at_home)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    """What is its own comes first: its paths are more particular."""
    return [
        *api_reading.routers(runtime, readers["disabled"]),
        *api.routers(runtime),
        *web.routers(runtime, readers),
    ]
