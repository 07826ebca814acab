"""A household's economic status asked of departments and answered (V1)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Programme
from events.base import Event, Value
from events.ids import CaseId, CheckId, FeedId, HouseholdId, MismatchId, PersonId
from events.sealed import Sealed
from events.verification.terms import Source, Unused


class CheckFact(Event, shape=True):
    """What every fact about a check says."""

    check: CheckId
    case: CaseId
    household: HouseholdId


class CheckOwed(CheckFact):
    """A case was accepted or is reviewed: its check begins within three working days (2021 办法 17)."""

    programme: Programme
    members: tuple[PersonId, ...]
    start_by: date
    provisional: bool
    cause: UUID
    sources: tuple[Source, ...] = Field(
        default=(), description="those that the papers of the programme name; none: whoever delivers is asked"
    )


class CheckRequested(CheckFact):
    """The departments are asked about these people, as the household is now, by their consents."""

    people: tuple[PersonId, ...] = Field(min_length=1)
    version: int = Field(ge=0, description="how often the household has changed")
    sources: tuple[Source, ...] = Field(min_length=1)
    on: date
    late: bool
    answer_by: date
    provisional: bool


class CheckOverdue(CheckFact):
    """It has not begun by the last day."""

    start_by: date
    on: date


class Finding(Value):
    """What a source has on record of one person: `record` is JSON, a list, empty where there is nothing."""

    person: PersonId
    record: Sealed


class CheckReported(CheckFact):
    """A source's answer, with the day of its data and their age. `unused`: it came too late to be used."""

    source: Source
    feed: FeedId | None = Field(
        default=None, description="the file that it is from; none for a direct answer"
    )
    as_of: date
    age_days: int = Field(ge=0)
    stale: bool = Field(description="older than a report may be; illustrative")
    findings: tuple[Finding, ...]
    unused: Unused | None = None
    on: date


class RecordsCounted(CheckFact, restricted=True):
    """Of how many of the people asked about the source has something on record."""

    source: Source
    asked: int = Field(ge=0)
    hits: int = Field(ge=0)


class CheckClosed(CheckFact):
    """Every source has answered, or the check is given up."""

    outcome: Literal["answered", "decided", "lapsed", "consent_withdrawn", "household_changed", "asked_anew"]
    on: date


class ReviewAsked(Event):
    """Departments' data, or an answer that came too late, are to be put to the family before anything follows (48)."""

    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = Field(min_length=1)
    case: CaseId | None = Field(default=None, description="that case; else all that the people are in")
    reason: Literal["mismatch", "late_report"]
    mismatch: MismatchId | None = None
