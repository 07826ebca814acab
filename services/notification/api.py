"""HTTP of notification: how messages stand, which need a person, and what that person decides.

Answers name messages, templates and recipients' codes; never whom a message is about, nor its text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from events.ids import MessageId
from events.notification import GivenUp, RetryAsked
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.problems import not_allowed
from services.chassis.redaction import redact
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.work import Work
from services.notification import views
from services.notification.model import IN_DOUBT_AFTER, MESSAGE, Message, State, ask_retry, give_up

#: They keep the register, or watch over all that keep it: they see every message of the district.
OVERSEERS = (Department.CIVIL_AFFAIRS, Department.DISTRICT, Department.AUDIT)

Reader = Annotated[Caller, allow_any_department()]
Decider = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.DISTRICT)]
Listed = Literal["waiting", "sending", "sent", "failed", "given_up"]


class MessageLine(BaseModel):
    """One message. `again`: when it is tried next; `failure`: why the last attempt failed."""

    model_config = ConfigDict(frozen=True)

    message: UUID
    state: Listed
    template: str
    recipient: str
    about: UUID = Field(description="id of the event that is told")
    composed: datetime
    changed: datetime
    attempts: int
    channel: str | None
    failure: str | None
    again: datetime | None


class Standing(BaseModel):
    """How many messages stand in each state; states without any are left out."""

    model_config = ConfigDict(frozen=True)

    counts: dict[Listed, int]


class Attention(BaseModel):
    """What waits for a person: finally failed; and attempts begun long ago of which no end is known."""

    model_config = ConfigDict(frozen=True)

    failed: tuple[MessageLine, ...]
    in_doubt: tuple[MessageLine, ...]


class Decision(Command):
    reason: str = Field(min_length=1, max_length=200, description="why; nothing personal")


class Decided(BaseModel):
    model_config = ConfigDict(frozen=True)

    message: UUID
    state: Listed
    attempts: int


class _After(Cursor):
    ordinal: int = Field(ge=0, lt=1 << 63)


def message_routes(runtime: Runtime, messages: ViewReader) -> APIRouter:
    routes = APIRouter(tags=["messages"])

    @routes.get("/messages")
    def list_messages(
        caller: Reader, state: Listed | None = None, cursor: CursorText = None, limit: Limit = 100
    ) -> Page[MessageLine]:
        """Messages in the order in which they were composed: all, or the caller's own."""
        after = _After.decode(cursor)
        with messages.reading() as tables:
            rows = views.listed(
                tables,
                recipient=_seen_by(caller),
                state=None if state is None else State(state),
                after=0 if after is None else after.ordinal,
                limit=limit + 1,
            )
        more = _After(ordinal=rows[limit - 1].ordinal).encode() if len(rows) > limit else None
        return Page(items=tuple(map(_line, rows[:limit])), next=more)

    @routes.get("/messages/counts")
    def count_messages(caller: Reader) -> Standing:
        """How many messages stand in each state."""
        with messages.reading() as tables:
            return Standing.model_validate({"counts": views.counted(tables, _seen_by(caller))})

    @routes.get("/messages/attention")
    def messages_for_a_person(caller: Reader, limit: Limit = 100) -> Attention:
        """Messages that failed for good, and those of which nobody knows whether they arrived."""
        recipient = _seen_by(caller)
        long_ago = runtime.around.clock.now() - IN_DOUBT_AFTER
        with messages.reading() as tables:
            failed = views.listed(tables, recipient=recipient, state=State.FAILED, limit=limit)
            in_doubt = views.listed(
                tables, recipient=recipient, state=State.SENDING, changed_before=long_ago, limit=limit
            )
        return Attention(failed=tuple(map(_line, failed)), in_doubt=tuple(map(_line, in_doubt)))

    @routes.post("/messages/{message}/retry")
    def retry(message: UUID, body: Decision, request: Request, caller: Decider) -> Decided:
        """Try the message again now, under its old id."""

        def decide(work: Work) -> Decided:
            state = _of_caller(work, message, caller)
            fact: RetryAsked = ask_retry(state, redact(body.reason))
            return _record(work, message, fact)

        return execute(request, runtime, caller, Decided, decide)

    @routes.post("/messages/{message}/give-up")
    def give_up_message(message: UUID, body: Decision, request: Request, caller: Decider) -> Decided:
        """The message will not be sent. An attempt under way may still arrive, and is then recorded."""

        def decide(work: Work) -> Decided:
            state = _of_caller(work, message, caller)
            fact: GivenUp = give_up(state, redact(body.reason))
            return _record(work, message, fact)

        return execute(request, runtime, caller, Decided, decide)

    return routes


def _seen_by(caller: Caller) -> str | None:
    """Whose messages the caller sees; None: everybody's."""
    if caller.township is not None:
        return f"township:{caller.township}"
    return None if caller.department in OVERSEERS else f"department:{caller.department.value}"


def _of_caller(work: Work, message: UUID, caller: Caller) -> Message:
    found = work.load(MESSAGE, MessageId.of(message))
    recipient = found.told.recipient
    if _seen_by(caller) not in (None, recipient):
        raise not_allowed("该消息不属于您的辖区。", "The message is another township's.")
    return found


def _record(work: Work, message: UUID, fact: RetryAsked | GivenUp) -> Decided:
    identifier = MessageId.of(message)
    work.record(identifier, fact)
    now = work.load(MESSAGE, identifier)
    return Decided.model_validate({"message": message, "state": now.state.value, "attempts": now.attempt})


def _line(row: views.Row) -> MessageLine:
    return MessageLine.model_validate(
        {
            "message": row.message,
            "state": row.state,
            "template": row.template,
            "recipient": row.recipient,
            "about": row.about,
            "composed": row.composed,
            "changed": row.changed,
            "attempts": row.attempts,
            "channel": row.channel,
            "failure": row.failure,
            "again": row.again,
        }
    )
