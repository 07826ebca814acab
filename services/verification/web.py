"""Who may do what in verification, and what its routes share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from events import verification as v
from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings
from services.chassis.tokens import Caller
from services.verification.records import Records
from services.verification.sources import DELIVERERS, deliverers

Office = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
"""Consents, agreements, checks, comparisons, mismatches."""
Deliverers = Annotated[Caller, allow(*DELIVERERS)]
"""Replies, files, answers: each department for its own sources."""
Readers = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.DISTRICT, Department.AUDIT)]
SourceQuery = Annotated[v.Source | None, Query(description="only of this source")]
Statement = Annotated[str, Field(min_length=1, max_length=2000, description="sealed under the person's key")]
Purpose = Annotated[str, Field(min_length=1, max_length=200, description="why it is looked at; recorded")]


class Done(BaseModel):
    model_config = ConfigDict(frozen=True)

    done: bool = True


def of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed("由区民政局办理。", "This is the district's to do, not a township's.")


def must_deliver(caller: Caller, source: v.Source) -> None:
    of_the_district(caller)
    if caller.department not in deliverers(source):
        raise not_allowed("该数据源由其他部门负责。", "This source is another department's.")


class Opened:
    """The rows beside the log, opened once a folder: where data lies is a setting of the host."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._opened: dict[Path, Records] = {}

    def __call__(self, request: Request) -> Records:
        settings: Settings = request.app.state.settings
        found = self._opened.get(settings.data)
        if found is None:
            found = self._opened[settings.data] = Records.open(settings, self._runtime.around.keys)
        return found
