"""A message as it leaves the house, and what a channel promises: one method, three ways to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from events import notification as facts


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All that is told. The same message, tried again, is the same to the byte: only `attempt` differs.

    `text` may hold a name, and is for the recipient alone: it must not reach a log.
    """

    id: UUID
    source: str
    template: str
    recipient: str
    about: UUID
    composed: datetime
    attempt: int
    person: UUID | None
    household: UUID | None
    values: Mapping[str, str]
    subject: str = field(repr=False)
    text: str = field(repr=False)


class NotSent(Exception):
    """`reason` goes into the log: a kind of failure (`smtp 550`), never the other side's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(NotSent):
    """The other side will never take this message: trying again is of no use."""


class Unreachable(NotSent):
    """Not now: no answer, or one that asks for patience."""


class Channel(Protocol):
    @property
    def kind(self) -> facts.Channel: ...

    @property
    def says_names(self) -> bool:
        """Whether a name may go this way; else the text speaks of a number."""

    @property
    def together(self) -> int:
        """How many messages may be begun in one commit: so many may be in doubt after a crash."""

    def send(self, message: Outgoing) -> None:
        """Returns once the other side has said that it has the message; raises Refused or Unreachable."""

    def close(self) -> None: ...
