"""Facts of notification: what was told to whom, and how it went. The text itself is never in the log."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import HouseholdId, MessageId, PersonId
from events.sealed import Sealed


class Channel(StrEnum):
    CONSOLE = "console"
    MAIL = "mail"
    WEBHOOK = "webhook"


class MessageFact(Event, shape=True):
    message: MessageId
    person: PersonId | None = None
    household: HouseholdId | None = None


class MessageComposed(MessageFact):
    """A fact is to be told; the template says in which words."""

    channel: Channel
    template: str
    about: UUID = Field(description="the event that is told")
    recipient: str = Field(
        description="code of the recipient: township:431202101000, department:finance, webhook:NAME"
    )
    values: dict[str, str] = Field(
        default_factory=dict, description="what the template needs; nothing personal"
    )
    subject_name: Sealed | None = Field(default=None, description="opened only while sending")


class SendingStarted(MessageFact):
    """Committed before the first byte leaves: after a crash the attempt is known, and its id is used again."""

    attempt: int = Field(gt=0)


class Sent(MessageFact):
    """The other side said that it has it."""

    attempt: int = Field(gt=0)


class SendingFailed(MessageFact):
    """The other side refused or did not answer; tried again later unless `final`."""

    attempt: int = Field(gt=0)
    reason: str
    final: bool
