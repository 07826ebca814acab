"""The HTTP of departments' answers as they stand beside a case. What they say is opened at verification, for a purpose."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from events.ids import CaseId
from services.assistance.admission import Readers
from services.assistance.checks import REPORTS
from services.assistance.guards import in_own_township
from services.assistance.steps import case_of
from services.chassis.runtime import Runtime
from services.chassis.work import Work


class ReportOfCase(BaseModel):
    """`event`: of verification, by which the answer is found again; `age_days`: of its data, today."""

    model_config = ConfigDict(frozen=True)

    source: str
    as_of: date
    age_days: int
    stale: bool
    on: date
    event: UUID


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/cases", tags=["cases"])

    @routes.get("/{case}/check-reports")
    def reports(case: UUID, caller: Readers) -> list[ReportOfCase]:
        """Which departments have answered about the case's people, and of which day their data are."""
        identifier = CaseId.of(case)

        def decide(work: Work) -> list[ReportOfCase]:
            in_own_township(caller, case_of(work, identifier).township)
            rows = work.fact(REPORTS, identifier) or {}
            return [
                ReportOfCase(
                    source=source, age_days=(work.today - date.fromisoformat(row["as_of"])).days, **row
                )
                for source, row in sorted(rows.items())
            ]

        return runtime.decide(decide)

    return routes
