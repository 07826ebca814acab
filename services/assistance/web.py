"""All the HTTP and all the read models of a service that carries cases."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from services.assistance import (
    api,
    api_checks,
    api_choices,
    api_draws,
    api_duties,
    api_gaps,
    api_referrals,
    api_remedies,
    api_suspension,
    api_taken_over,
)
from services.assistance.ledger.marks import LEDGER
from services.assistance.views import CASES
from services.assistance.views_casework import CASEWORK
from services.assistance.views_duties import DUTIES, GAPS
from services.assistance.views_referrals import REFERRALS
from services.assistance.views_remedies import REMEDIES
from services.chassis.runtime import Runtime
from services.chassis.views import ViewReader

VIEWS = (CASES, LEDGER, REFERRALS, DUTIES, GAPS, CASEWORK, REMEDIES)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    return [
        *api.routers(runtime, readers),
        api_checks.router(runtime),
        *api_suspension.routers(runtime, readers["casework"]),
        *api_remedies.routers(runtime, readers["remedies"]),
        api_taken_over.router(runtime),
        *api_choices.routers(runtime, readers["casework"]),
        *api_draws.routers(runtime, readers["casework"]),
        *api_referrals.routers(runtime, readers["referrals"]),
        *api_duties.routers(runtime, readers["duties"]),
        *api_gaps.routers(runtime, readers["gaps"]),
    ]
