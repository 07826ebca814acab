"""Who may do what in finance, and the answers that its routes share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.tokens import Caller
from services.chassis.workbook import MEDIA_TYPE

Treasury = Annotated[Caller, allow(Department.FINANCE)]
"""Budgets, approval, the bank."""
Office = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
"""Accounts, and the making of batches."""
Readers = Annotated[
    Caller, allow(Department.CIVIL_AFFAIRS, Department.FINANCE, Department.DISTRICT, Department.AUDIT)
]
FundCode = Annotated[str, Path(pattern=r"^[a-z][a-z-]*$", max_length=40)]
BudgetYear = Annotated[int, Path(ge=2000, le=2099)]
MonthQuery = Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the paper on file")]


def _file(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


CSV, XLSX = _file("text/csv"), _file(MEDIA_TYPE)


class Done(BaseModel):
    model_config = ConfigDict(frozen=True)

    done: bool = True


def of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed("由区民政局汇总发放。", "Batches are made by the district, not a township.")
