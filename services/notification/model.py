"""A message: composed, sent or tried again, and what may be decided about it. Pure.

Nobody can send exactly once. So every attempt is begun in the log before the first byte leaves; an attempt
without an end is in doubt, and is repeated under the same message id until it ends or a person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from events.ids import MessageId
from events.notification import (
    Channel,
    GivenUp,
    MessageComposed,
    RetryAsked,
    SendingFailed,
    SendingStarted,
    Sent,
    SummaryBegun,
)
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound

#: How long after each failed attempt the next one follows. After the last one a person is asked.
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)

#: Longer than any channel waits for an answer: who has not ended an attempt by then is gone.
IN_DOUBT_AFTER = timedelta(minutes=5)

_MESSAGES = UUID("5b0f6d3e-6f3c-5d53-9a35-0c6f4b3d2f11")


class State(StrEnum):
    UNKNOWN = "unknown"
    GATHERING = "gathering"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Message:
    """`attempt`: the last one begun. `failures`: attempts since the back-off began that did not succeed."""

    state: State = State.UNKNOWN
    composed: MessageComposed | None = None
    summary: SummaryBegun | None = None
    attempt: int = 0
    failures: int = 0

    @property
    def told(self) -> MessageComposed:
        if self.composed is None:
            raise NotFound(field="message")
        return self.composed


MESSAGE: Fold[Message] = Fold(Message())


@MESSAGE.on(SummaryBegun)
def _gathering(message: Message, fact: SummaryBegun) -> Message:
    return replace(message, state=State.GATHERING, summary=fact)


@MESSAGE.on(MessageComposed)
def _composed(message: Message, fact: MessageComposed) -> Message:
    return replace(message, state=State.WAITING, composed=fact)


@MESSAGE.on(SendingStarted)
def _started(message: Message, fact: SendingStarted) -> Message:
    in_doubt = message.state is State.SENDING
    failures = message.failures + 1 if in_doubt else message.failures
    return replace(message, state=State.SENDING, attempt=fact.attempt, failures=failures)


@MESSAGE.on(Sent)
def _sent(message: Message, fact: Sent) -> Message:
    return replace(message, state=State.SENT)


@MESSAGE.on(SendingFailed)
def _failed(message: Message, fact: SendingFailed) -> Message:
    state = State.FAILED if fact.final else State.WAITING
    return replace(message, state=state, failures=message.failures + 1)


@MESSAGE.on(RetryAsked)
def _asked(message: Message, fact: RetryAsked) -> Message:
    return replace(message, state=State.WAITING, failures=0)


@MESSAGE.on(GivenUp)
def _given_up(message: Message, fact: GivenUp) -> Message:
    return replace(message, state=State.GIVEN_UP)


def message_id(about: UUID, template: str, recipient: str) -> MessageId:
    """One fact told to one recipient is one message, however often it is composed."""
    return MessageId.of(uuid5(_MESSAGES, f"{about}|{template}|{recipient}"))


def begin_summary(message: MessageId, domain: str, month: str, about: UUID, today: date) -> SummaryBegun:
    """What a domain grants today for the month goes into one message, composed tomorrow."""
    tomorrow = today + timedelta(days=1)
    return SummaryBegun(message=message, domain=domain, month=month, about=about, closes=tomorrow)


def start(message: Message, channel: Channel) -> SendingStarted | SendingFailed | None:
    """Begin the next attempt; None where there is nothing to send any more.

    After as many attempts in doubt as the back-off has steps, a person is asked instead: a message that
    kills its sender would otherwise be repeated for ever.
    """
    told = message.told
    if message.state is State.SENDING and message.failures >= len(BACK_OFF):
        return _failure(told, message.attempt, "in doubt")
    if message.state not in (State.WAITING, State.SENDING):
        return None
    return SendingStarted(
        message=told.message,
        person=told.person,
        household=told.household,
        attempt=message.attempt + 1,
        channel=channel,
    )


def succeed(message: Message, attempt: int) -> Sent | None:
    """The other side has it. Also where somebody has given up meanwhile: what is, is."""
    if message.state is State.SENT:
        return None  # an attempt that had been in doubt: said once is enough
    told = message.told
    return Sent(message=told.message, person=told.person, household=told.household, attempt=attempt)


def fail(message: Message, attempt: int, reason: str, final: bool, now: datetime) -> SendingFailed | None:
    """The attempt did not succeed. One that was overtaken by a later attempt says nothing any more."""
    if message.state is not State.SENDING or message.attempt != attempt:
        return None
    told = message.told
    final = final or message.failures >= len(BACK_OFF)
    return _failure(told, attempt, reason, None if final else now + BACK_OFF[message.failures])


def _failure(
    told: MessageComposed, attempt: int, reason: str, again: datetime | None = None
) -> SendingFailed:
    return SendingFailed(
        message=told.message,
        person=told.person,
        household=told.household,
        attempt=attempt,
        reason=reason,
        final=again is None,
        again=again,
    )


def ask_retry(message: Message, reason: str) -> RetryAsked:
    told = message.told
    if message.state is State.SENT:
        raise _settled("该消息已送达，无需重发。", "The message was sent: it needs no retry.")
    if message.state is State.SENDING:
        raise Conflict(
            "message-being-sent",
            "该消息正在发送；结果不明的将自动以同一编号重发。",
            "The message is being sent; an attempt in doubt is repeated under the same id by itself.",
            field="message",
        )
    return RetryAsked(message=told.message, person=told.person, household=told.household, reason=reason)


def give_up(message: Message, reason: str) -> GivenUp:
    told = message.told
    if message.state is State.SENT:
        raise _settled("该消息已送达，不能放弃。", "The message was sent: it cannot be given up.")
    if message.state is State.GIVEN_UP:
        raise _settled("该消息已放弃发送。", "The message was given up already.")
    return GivenUp(message=told.message, person=told.person, household=told.household, reason=reason)


def _settled(zh: str, en: str) -> Conflict:
    return Conflict("message-settled", zh, en, field="message")
