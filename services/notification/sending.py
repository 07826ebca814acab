"""The sender: the only code from which anything leaves the house. No replay can reach it.

For each message due: commit `SendingStarted`, send, commit how it ended. Between the other side's answer and
our commit the process may die; then the attempt has no end, and after a while it is repeated under the same
message id, by which the other side can tell. Nobody can do better than that.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog

from events.base import Actor
from events.ids import MessageId
from events.notification import MessageComposed, SendingFailed, SendingStarted, Sent
from services.chassis.clock import Clock
from services.chassis.runtime import Runtime
from services.chassis.store import INFRASTRUCTURE
from services.chassis.unsealing import unseal
from services.chassis.work import Cause, Work
from services.notification.keeping import moment
from services.notification.model import IN_DOUBT_AFTER, MESSAGE, Message, fail, start, succeed
from services.notification.outgoing import Channel, NotSent, Outgoing, Refused
from services.notification.wording import TEMPLATES

log = structlog.get_logger(__name__)

LOOKED_AT_ONCE = 500
ROUND = 2000
PAUSE_SECONDS = 1.0


class Directory(Protocol):
    """How each recipient is reached."""

    def towards(self, recipient: str) -> Channel: ...


@dataclass(frozen=True, slots=True)
class _Begun:
    """An attempt whose beginning is durable."""

    channel: Channel
    message: Outgoing
    cause: Cause


@dataclass(frozen=True, slots=True)
class _Ended:
    begun: _Begun
    failure: NotSent | None = None


class Sender:
    """Several may run on one store, in threads or processes: an attempt is begun by one of them only.

    `in_doubt_after` must be longer than any channel waits for its answer.
    """

    def __init__(
        self,
        runtime: Runtime,
        channels: Directory,
        clock: Clock,
        *,
        in_doubt_after: timedelta = IN_DOUBT_AFTER,
    ) -> None:
        self._runtime = runtime
        self._channels = channels
        self._clock = clock
        self._in_doubt_after = in_doubt_after
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def send_due(self) -> int:
        """Send what is due now; how many attempts were made or given up. Long work is left for later."""
        count = 0
        while count < ROUND and self._anything_due():
            begun, settled = self._runtime.decide(self._begin)
            if not begun and not settled:
                break
            self._end([self._send(one) for one in begun])
            count += len(begun) + settled
        return count

    # -- one round -----------------------------------------------------------------------------------

    def _bounds(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Where what is due lies: kind of row, and the first key that is not due."""
        now = self._clock.now()
        return ("started", moment(now - self._in_doubt_after)), ("outbox", moment(now))

    def _anything_due(self) -> bool:
        store = self._runtime.store
        return any(store.kept_range(kind, "", last + "~", 1) for kind, last in self._bounds())

    def _begin(self, work: Work) -> tuple[list[_Begun], int]:
        """Begin the attempts that one commit may begin; and how many were settled without an attempt."""
        begun: list[_Begun] = []
        settled = 0
        outer = work.cause
        for message in self._due(work):
            state = work.load(MESSAGE, message)
            channel = self._channels.towards(state.told.recipient)
            if begun and (channel.kind is not begun[0].channel.kind or len(begun) >= channel.together):
                break
            cause = _cause(work, message)
            work.begin(cause)
            fact = start(state, channel.kind)
            if fact is None:
                raise LookupError(f"{message} lies among what is due, and is {state.state}")
            recorded = work.record(message, fact)
            if isinstance(recorded.data, SendingStarted):
                begun.append(_Begun(channel, self._written(work, recorded.data, channel), cause))
            else:
                settled += 1
        work.begin(outer)
        return begun, settled

    def _due(self, work: Work) -> list[MessageId]:
        rows = [
            value
            for kind, last in self._bounds()
            for _, value in work.facts(kind, "", last + "~", LOOKED_AT_ONCE)
        ]
        return [MessageId.of(value) for value in rows]

    def _written(self, work: Work, attempt: SendingStarted, channel: Channel) -> Outgoing:
        """The message in full. The only place where a name is opened; its opening is recorded."""
        told = work.load(MESSAGE, attempt.message).told
        row = _place(work, told.message)
        subject, text = TEMPLATES[told.template].render(
            told.values | {"number": _number(told), "whom": _whom(work, told, channel)}
        )
        return Outgoing(
            id=told.message,
            source=self._runtime.source,
            template=told.template,
            recipient=told.recipient,
            about=told.about,
            composed=datetime.fromisoformat(row["composed"]),
            attempt=attempt.attempt,
            person=told.person,
            household=told.household,
            values=told.values,
            subject=subject,
            text=text,
        )

    def _send(self, begun: _Begun) -> _Ended:
        try:
            begun.channel.send(begun.message)
        except NotSent as failure:
            log.warning(
                "message not sent",
                message=str(begun.message.id),
                recipient=begun.message.recipient,
                attempt=begun.message.attempt,
                reason=failure.reason,
            )
            return _Ended(begun, failure)
        return _Ended(begun)

    def _end(self, ended: Sequence[_Ended]) -> None:
        if not ended:
            return

        def record(work: Work) -> None:
            for one in ended:
                message = MessageId.of(one.begun.message.id)
                fact = _ending(work, work.load(MESSAGE, message), one)
                if fact is not None:
                    work.begin(one.begun.cause)
                    work.record(message, fact)

        self._runtime.decide(record)

    # -- beside the scheduler ------------------------------------------------------------------------

    def start(self) -> None:
        """Send in a thread of its own, so that a slow mail server delays mails and nothing else."""
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the message being sent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                sent = self.send_due()
            except INFRASTRUCTURE:
                log.exception("the machine failed; trying again")
                sent = 0
            except Exception:  # one message must not silence all: its attempt stays in doubt, and is listed
                log.exception("sending failed in a way that no channel foresaw")
                sent = 0
            if not sent:
                self._stop.wait(PAUSE_SECONDS)


def _ending(work: Work, message: Message, ended: _Ended) -> Sent | SendingFailed | None:
    attempt, failure = ended.begun.message.attempt, ended.failure
    if failure is None:
        return succeed(message, attempt)
    return fail(message, attempt, failure.reason, isinstance(failure, Refused), work.now)


def _cause(work: Work, message: MessageId) -> Cause:
    """What is recorded of a message follows from its being composed."""
    row = _place(work, message)
    actor = Actor("system", work.service.name)
    return Cause(actor, UUID(row["correlation"]), UUID(row["event"]), row["depth"] + 1)


def _place(work: Work, message: MessageId) -> dict[str, Any]:
    row: dict[str, Any] | None = work.fact("place", message)
    if row is None:
        raise LookupError(f"{message} is to be sent and has no place")
    return row


def _whom(work: Work, told: MessageComposed, channel: Channel) -> str:
    if told.subject_name is not None and channel.says_names:
        name = unseal(work, f"发送通知 {told.template}", told.subject_name)[0]
        if name is not None:
            return name
    return f"编号{_number(told)}"


def _number(told: MessageComposed) -> str:
    return str(told.person or told.household or "")
