"""Facts of notification: what was told to whom, and how it went. The text itself is never in the log.

Where a recipient is reached is a matter of the installation's settings and no fact: the log names recipients
by code only, `township:431202101000` or `department:finance`.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.assistance import Month
from events.base import Event
from events.ids import HouseholdId, MessageId, PersonId
from events.sealed import Sealed
from events.service import Digest

Recipient = Annotated[
    str,
    Field(
        pattern=r"^(township:[0-9]{12}|department:[a-z][a-z-]*)$",
        description="code of the recipient: township:431202101000, department:finance",
    ),
]


class Channel(StrEnum):
    CONSOLE = "console"
    MAIL = "mail"
    WEBHOOK = "webhook"
    NONE = "none"


class MessageFact(Event, shape=True):
    message: MessageId
    person: PersonId | None = None
    household: HouseholdId | None = None


class SummaryBegun(MessageFact):
    """The first of many like facts came: from here until `closes` they are gathered into one message."""

    month: Month
    domain: str = Field(
        default="living", pattern=r"^[a-z]+$", description="the service whose grants they are"
    )
    about: UUID = Field(description="the event that began it")
    closes: date = Field(description="on this day it is composed from all that came until then")


class MessageComposed(MessageFact):
    """A fact is to be told; the template says in which words."""

    template: str
    wording: Digest = Field(description="SHA-256 of the template's text: which words were meant")
    about: UUID = Field(description="the event that is told")
    recipient: Recipient
    values: dict[str, str] = Field(
        default_factory=dict, description="what the template needs; nothing personal"
    )
    subject_name: Sealed | None = Field(default=None, description="opened only while sending")


class SendingStarted(MessageFact):
    """Committed before the first byte leaves: after a crash the attempt is known and its id used again."""

    attempt: int = Field(gt=0)
    channel: Channel


class Sent(MessageFact):
    """The other side said that it has it."""

    attempt: int = Field(gt=0)


class SendingFailed(MessageFact):
    """The other side refused or did not answer; tried again later unless `final`."""

    attempt: int = Field(gt=0)
    reason: str = Field(
        description="kind of the failure, e.g. `smtp 550`, `http 503`; never the other side's words"
    )
    final: bool
    again: datetime | None = Field(default=None, description="when it is tried again; none when final")


class RetryAsked(MessageFact):
    """A person wants the message to be tried again now, with its back-off begun anew."""

    reason: str = Field(min_length=1)


class GivenUp(MessageFact):
    """A person has decided that the message will not be sent."""

    reason: str = Field(min_length=1)
