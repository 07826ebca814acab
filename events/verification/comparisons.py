"""Everybody helped compared with what departments' data say (V3)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.ids import ComparisonId, FeedId
from events.verification.terms import Half, Source


class ComparisonScheduled(Event):
    """Recipients are compared every quarter or every half-year, from the next that begins."""

    every_months: Literal[3, 6]
    officer: UUID | None = None


class FeedUsed(Value):
    """A source as it was compared with."""

    source: Source
    feed: FeedId
    as_of: date


class ComparisonOpened(Event):
    """A comparison begins, with the newest file of each source."""

    comparison: ComparisonId
    period: Half
    number: int = Field(gt=0, description="1 for the scheduled one, more for those asked for beside it")
    feeds: tuple[FeedUsed, ...] = Field(min_length=1)
    on: date
    officer: UUID | None = None


class ComparisonSkipped(Event):
    """The period began and nothing was compared: no department's data were there, or the last still ran."""

    comparison: ComparisonId
    period: Half
    reason: Literal["no_data", "still_running"]
    on: date


class Count(Value):
    """Of one source."""

    source: Source
    compared: int = Field(ge=0, description="people whose consent is in date")
    hits: int = Field(ge=0, description="of them, those of whom the data contradict the help")
    found: int = Field(ge=0, description="of the hits, mismatches that are new")


class PieceCompared(Event, restricted=True):
    """A piece of a comparison is done; it goes on behind `upto`."""

    comparison: ComparisonId
    upto: str = Field(
        pattern=r"^([a-z]+:[0-9a-f-]{36})?$",
        examples=["living:f47ac10b-58cc-4372-a567-0e02b2c3d479"],
        description="how far, in the order of random ids",
    )
    done: bool
    people: int = Field(ge=0)
    unconsented: int = Field(ge=0, description="people left out: no consent in date")
    counts: tuple[Count, ...]


class ComparisonDone(Event):
    """All recipients were compared."""

    comparison: ComparisonId
    people: int = Field(ge=0)
    unconsented: int = Field(ge=0)
    counts: tuple[Count, ...]
    on: date
