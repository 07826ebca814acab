"""A month's figures as a department submitted them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from events.assistance.terms import Month, Programme
from events.base import Event, Value
from events.ids import ReportId
from events.registry import Township
from events.service import Digest


class ReportFigure(Value):
    """A figure of a monthly report: of one township, what was counted and how much it came to."""

    township: Township
    what: str = Field(max_length=80, description="code: granted, late, paid, `deducted:` and a paper's name")
    cases: int = Field(ge=0)
    people: int = Field(ge=0)
    amount_fen: int = Field(ge=0, description="in fen; 0 where no money belongs to it")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")


class ReportSubmitted(Event, restricted=True):
    """A month's figures as they were submitted; they stay so whatever becomes known later.

    Restricted: where a township has one case, its figure is that family's.
    """

    report: ReportId
    programme: Programme
    month: Month
    number: int = Field(gt=0, description="1 for the first, n for its (n-1)-th correction")
    on: date
    officer: UUID
    as_of: int = Field(ge=0, description="how far the service's own log was counted")
    figures: tuple[ReportFigure, ...]
    digest: Digest = Field(description="of programme, month and figures, as canonical JSON")
