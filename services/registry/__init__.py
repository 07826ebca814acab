"""The registry: people and households of the district, who is a beneficiary and why, from roster to exit.

Serves clauses 一 (who is a beneficiary), 二 (leaving poverty ends nothing) and 三(四) (the list for each
department) of 鹤民发〔2020〕43号. Listens to living, whose grants make and end the categories dibao and
tekun, and to disability, whose cards make and end that of the disabled (`cards.py`). Records `registry.*`.

One ID number belongs to one person, one person to one household, and a household with members has one living
head; see `households.py` and `people.py` for the decisions, `reactions.py` for what is kept beside the log.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from services.chassis import gate_api
from services.chassis.runtime import Runtime
from services.chassis.views import ViewReader
from services.registry import api_exchange, api_households, api_imports, api_people, cards
from services.registry.erasure import KeyDestroyer
from services.registry.erasure import ask as ask_erasure
from services.registry.reactions import SERVICE
from services.registry.reports import GATE
from services.registry.views import REGISTER, VIEWS

cards.keep_cards(SERVICE)

__all__ = ["GATE", "SERVICE", "VIEWS", "KeyDestroyer", "ask_erasure", "routers"]


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    """The routes of the registry; `readers` by the names of `VIEWS`."""
    view = readers[REGISTER.name]
    destroy_keys = KeyDestroyer.of(runtime)
    return [
        api_people.router(runtime, destroy_keys),
        api_households.router(runtime, view),
        api_imports.router(runtime),
        api_exchange.router(runtime, view),
        gate_api.router(runtime, GATE),
    ]
