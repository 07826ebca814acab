"""The messages as a table: where each stands, how often it was tried, why it failed. No name, no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.base import Recorded
from events.notification import (
    GivenUp,
    MessageComposed,
    RetryAsked,
    SendingFailed,
    SendingStarted,
    Sent,
)
from services.chassis.views import Tables, View
from services.notification.keeping import moment
from services.notification.model import State

MESSAGES = View(
    "messages",
    1,
    {
        "messages": (
            "message TEXT PRIMARY KEY, ordinal BIGINT NOT NULL, state TEXT NOT NULL, template TEXT NOT NULL,"
            " recipient TEXT NOT NULL, about TEXT NOT NULL, composed TEXT NOT NULL, changed TEXT NOT NULL,"
            " attempts INTEGER NOT NULL, channel TEXT, failure TEXT, again TEXT"
        ),
        "counts": "recipient TEXT NOT NULL, state TEXT NOT NULL, messages BIGINT NOT NULL,"
        " PRIMARY KEY (recipient, state)",
    },
    indexes=(("messages", "ordinal"), ("messages", "state, ordinal"), ("messages", "recipient, ordinal")),
)

_COLUMNS = (
    "message, ordinal, state, template, recipient, about, composed, changed,"
    " attempts, channel, failure, again"
)


@dataclass(frozen=True, slots=True)
class Row:
    message: str
    ordinal: int
    state: str
    template: str
    recipient: str
    about: str
    composed: str
    changed: str
    attempts: int
    channel: str | None
    failure: str | None
    again: str | None


@MESSAGES.on(MessageComposed)
def _composed(tables: Tables, fact: Recorded[MessageComposed]) -> None:
    told, e = fact.data, fact.envelope
    at = moment(e.recordedtime)
    tables.execute(
        f"INSERT INTO {{messages}} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, NULL, NULL, NULL)",
        (
            str(told.message),
            e.sequence,
            State.WAITING.value,
            told.template,
            told.recipient,
            str(told.about),
            at,
            at,
        ),
    )
    _count(tables, told.recipient, State.WAITING, 1)


@MESSAGES.on(SendingStarted)
def _started(tables: Tables, fact: Recorded[SendingStarted]) -> None:
    _change(tables, fact, State.SENDING, attempts=fact.data.attempt, channel=fact.data.channel.value)


@MESSAGES.on(Sent)
def _sent(tables: Tables, fact: Recorded[Sent]) -> None:
    _change(tables, fact, State.SENT, failure=None, again=None)


@MESSAGES.on(SendingFailed)
def _failed(tables: Tables, fact: Recorded[SendingFailed]) -> None:
    told = fact.data
    state = State.FAILED if told.final else State.WAITING
    again = None if told.again is None else moment(told.again)
    _change(tables, fact, state, failure=told.reason, again=again)


@MESSAGES.on(RetryAsked)
def _asked(tables: Tables, fact: Recorded[RetryAsked]) -> None:
    _change(tables, fact, State.WAITING, again=None)


@MESSAGES.on(GivenUp)
def _given_up(tables: Tables, fact: Recorded[GivenUp]) -> None:
    _change(tables, fact, State.GIVEN_UP, again=None)


def _change(tables: Tables, fact: Recorded[Any], state: State, **changed: object) -> None:
    message = str(fact.data.message)
    recipient, before = tables.execute(
        "SELECT recipient, state FROM {messages} WHERE message = ?", (message,)
    )[0]
    columns: Mapping[str, object] = {"state": state.value, "changed": moment(fact.envelope.recordedtime)}
    columns = {**columns, **changed}
    settings = ", ".join(f"{column} = ?" for column in columns)
    tables.execute(f"UPDATE {{messages}} SET {settings} WHERE message = ?", (*columns.values(), message))
    _count(tables, recipient, State(before), -1)
    _count(tables, recipient, state, 1)


def _count(tables: Tables, recipient: str, state: State, by: int) -> None:
    tables.execute(
        "INSERT INTO {counts} AS c (recipient, state, messages) VALUES (?, ?, ?)"
        " ON CONFLICT (recipient, state) DO UPDATE SET messages = c.messages + excluded.messages",
        (recipient, state.value, by),
    )


def listed(
    tables: Tables,
    *,
    recipient: str | None = None,
    state: State | None = None,
    changed_before: datetime | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Row]:
    """Messages in the order in which they were composed, behind the ordinal `after`."""
    terms: dict[str, object] = {"ordinal > ?": after}
    if recipient is not None:
        terms["recipient = ?"] = recipient
    if state is not None:
        terms["state = ?"] = state.value
    if changed_before is not None:
        terms["changed <= ?"] = moment(changed_before)
    found = tables.execute(
        f"SELECT {_COLUMNS} FROM {{messages}} WHERE {' AND '.join(terms)} ORDER BY ordinal LIMIT ?",
        (*terms.values(), limit),
    )
    return [Row(*row) for row in found]


def counted(tables: Tables, recipient: str | None = None) -> dict[str, int]:
    """How many messages stand in each state."""
    where, values = ("WHERE recipient = ?", (recipient,)) if recipient is not None else ("", ())
    found = tables.execute(
        f"SELECT state, SUM(messages) FROM {{counts}} {where} GROUP BY state HAVING SUM(messages) > 0", values
    )
    return {state: int(count) for state, count in sorted(found)}
