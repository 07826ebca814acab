"""Facts that every service records about itself: what it listens to, its days, its letters, its answers, its look-ups."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import Concerned

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]


class Listening(Event):
    """From here on the service takes these types from these sources; a later one replaces an earlier one."""

    sources: dict[str, tuple[str, ...]]


class DayClosed(Event):
    """The service has recorded all that it will record of this day; as-of answers up to it are final."""

    day: date


class Letter(Event, shape=True):
    """Speaks of one upstream event that waits."""

    letter_source: str
    letter_sequence: int = Field(gt=0)
    letter: UUID = Field(description="id of the waiting event")
    letter_concerns: tuple[Concerned, ...] = ()


class Parked(Letter):
    """An upstream event could not be taken, or waits behind one that touches the same people."""

    reason: str = Field(description="kind of the failure; never personal data")


class RetryRequested(Letter):
    """Somebody asked for a letter to be tried again; the inbox will do it."""

    reason: str


class RetryFailed(Letter):
    """The letter failed again and goes on waiting."""

    reason: str


class Resumed(Letter):
    """The letter was taken; its fact counts from here on."""


class Discarded(Letter):
    """The letter will never be taken; its fact does not count here."""

    reason: str = Field(min_length=1)


class Answered(Event, restricted=True):
    """A request that came under an Idempotency-Key was answered; the same request again gets the same answer."""

    key: Digest = Field(description="keyed, over the caller and the key: it tells nothing of either")
    request: Digest = Field(description="keyed, over method, path, query and body")
    answer: str = Field(description="as JSON: ids, codes and sums, no name and no text")
    until: date = Field(description="the last day on which it is remembered")


class Unsealed(Event):
    """Personal text was opened by the envelope's actor, for this purpose; a bulk look-up is recorded once."""

    purpose: str = Field(min_length=1)
    people: tuple[Concerned, ...] = Field(default=(), description="whose; empty for a bulk look-up")
    count: int = Field(gt=0)
    digest: Digest | None = Field(default=None, description="of the sorted ids of a bulk look-up")


class ReportReceived(Event):
    """A department's own system reported something at our gate, and it was taken as our fact."""

    report_source: str
    report_id: str
    report_type: str
    digest: Digest


class ReportRefused(Event):
    """What a department's system sent was not taken."""

    report_source: str
    report_id: str
    report_type: str
    digest: Digest
    field: str = Field(description="where it breaks the rule; empty where it is the whole message")
    rule: str
