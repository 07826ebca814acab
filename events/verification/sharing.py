"""Agreements between departments about data, and the files that come by them (V2).

政务数据共享条例 (2025) 20–27.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import DepartmentCode
from events.base import Event
from events.ids import AgreementId, FeedId
from events.service import Digest
from events.verification.terms import FieldName, Purpose, Source


class SharingFact(Event, shape=True):
    """What every fact about an agreement says."""

    agreement: AgreementId
    source: Source


class ShareRequested(SharingFact):
    """A department is asked for its data, with purpose and fields; it replies within 1 working day, or 10 where sharing
    is conditional (数据共享条例 21)."""

    department: DepartmentCode
    purpose: Purpose
    fields: tuple[FieldName, ...] = Field(min_length=1, description="only those that the purpose needs")
    conditional: bool
    every_months: int = Field(ge=1, le=12)
    floor_fen: int = Field(
        ge=0, le=10**12, description="sums up to this contradict nothing; illustrative, in fen"
    )
    until: date = Field(description="the last day of the agreement")
    reply_by: date
    provisional: bool
    officer: UUID


class ShareGranted(SharingFact):
    """The department agreed; it delivers within 20 working days (22)."""

    on: date
    late: bool
    deliver_by: date
    provisional: bool
    officer: UUID


class ShareRefused(SharingFact):
    """The department does not agree, and says why (21)."""

    on: date
    late: bool
    reason: Literal["not_shareable", "incomplete", "no_such_data", "purpose_not_met"]
    officer: UUID


class ShareReplyOverdue(SharingFact):
    """No reply by the last day."""

    reply_by: date
    on: date


class FeedOverdue(SharingFact):
    """Nothing was delivered by the last day."""

    deliver_by: date
    on: date


class ShareEnded(SharingFact):
    """Nothing more is taken, and what was delivered is disposed of (27)."""

    on: date
    reason: Literal["period_over", "suspended", "not_needed"]


class FeedReceived(SharingFact):
    """A file was taken: rows of people of the district are kept for comparison, of others nothing is."""

    feed: FeedId
    as_of: date = Field(description="the day whose state the data are")
    digest: Digest
    rows: int = Field(ge=0)
    matched: int = Field(ge=0, description="rows of people of the district")
    strangers: int = Field(ge=0, description="rows of nobody registered here; not kept")
    refused: int = Field(ge=0, description="rows that break a rule; see the report")
    beyond: tuple[FieldName, ...] = Field(default=(), description="columns beyond the agreement; not read")
    beyond_other: int = Field(default=0, ge=0, description="further columns, of other names")
    late: bool
    current: bool = Field(description="whether it is the newest of its source, and compared with from now on")
    next_by: date = Field(description="last day for the next")
    officer: UUID | None = None


class FeedRefused(SharingFact):
    """A whole file breaks a rule."""

    digest: Digest
    field: str
    rule: str
    on: date
