"""Who may ask an audit over HTTP, and of which days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.tokens import Caller

Entitled = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.AUDIT)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Since = Annotated[Day | None, Query(description="first day, of recording")]
Until = Annotated[Day | None, Query(description="last day, of recording")]
