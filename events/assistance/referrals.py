"""A need handed over to the department that can meet it, and what came of it (三(一)3)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance.terms import Code, DepartmentCode, Paper
from events.base import Event
from events.ids import CaseId, HouseholdId, PersonId, ReferralId
from events.sealed import Sealed

ReturnReason = Literal["not_ours", "not_entitled", "incomplete", "helped_already", "not_found"]


ReferralResult = Literal["helped", "not_entitled", "family_declined", "passed_on", "need_gone", "withdrawn"]


class ReferralFact(Event, shape=True):
    """What every fact about a need handed over says of it (三(一)3)."""

    referral: ReferralId
    kind: Code = Field(description="as the paper names it: medical, education, housing, drinking_water ...")
    household: HouseholdId
    people: tuple[PersonId, ...] = Field(min_length=1, description="whose need it is")
    case: CaseId | None = Field(default=None, description="the case in which it was found")


class ReferralSent(ReferralFact):
    """A need goes to the department that can meet it."""

    sender: DepartmentCode
    to: DepartmentCode
    named: bool = Field(description="by the district, because the paper names no department")
    on: date
    reply_by: date | None = Field(default=None, description="last day to accept or return it")
    provisional: bool = Field(default=False, description="that day may still move")
    illustrative: bool = Field(default=False, description="the paper names no limit; this one is an example")
    need: Sealed | None = None
    paper: Paper
    before: ReferralId | None = Field(default=None, description="the one that came back and is sent anew")
    cause: UUID | None = Field(default=None, description="the event that made it necessary")


class ReferralAccepted(ReferralFact):
    """The department takes it on."""

    on: date
    officer: UUID | None = None
    cause: UUID | None = Field(default=None, description="the department's own ReferralAnswered")


class ReferralReturned(ReferralFact):
    """The department does not take it on, and says why."""

    reason: ReturnReason
    on: date
    officer: UUID | None = None
    remarks: Sealed | None = None
    cause: UUID | None = None


class ReferralClosed(ReferralFact):
    """What came of it."""

    result: ReferralResult
    by: DepartmentCode
    on: date
    officer: UUID | None = None
    remarks: Sealed | None = None
    cause: UUID | None = None


class ReferralOverdue(ReferralFact):
    """Neither accepted nor returned by the last day."""

    to: DepartmentCode
    reply_by: date
    on: date


class ReferralAnswered(Event):
    """The receiving service's own word on a referral of another service, which follows it."""

    referral: ReferralId
    household: HouseholdId
    people: tuple[PersonId, ...] = Field(min_length=1)
    answer: Literal["accepted", "returned", "closed"]
    reason: ReturnReason | None = Field(default=None, description="where returned")
    result: ReferralResult | None = Field(default=None, description="where closed")
    officer: UUID | None = None
    remarks: Sealed | None = None
    on: date


class ReferralAnswerNotUsed(ReferralFact):
    """An answer came that the referral can no longer take; it stays on record and changes nothing."""

    answer: Literal["accepted", "returned", "closed"]
    why: str = Field(description="code of the refusal: wrong-step, not-addressed, reason-required ...")
    cause: UUID
