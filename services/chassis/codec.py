"""How a fact becomes bytes and back: the state in a store, the headers and value of a CloudEvents message.

The stored state is one JSON object, `{"envelope": {...}, "data": {...}}`, readable in SQL. The data's bytes
are the same in the store, on the topic and in the district log: proofs are made over them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from events.base import CATALOGUE, Actor, Entry, Envelope, Event, Recorded, current, lift

Headers = list[tuple[str, bytes]]

SPECVERSION = "1.0"
_json = msgspec.json.Encoder()


class _State(msgspec.Struct):
    envelope: Envelope
    data: msgspec.Raw


_state = msgspec.json.Decoder(_State)
_raw = msgspec.json.Decoder(dict[str, Any])
_positions = msgspec.json.Decoder(dict[str, int])


class Opener(Protocol):
    """Opens the data of restricted facts; the vault."""

    def open_data(self, service: str, event_id: UUID, data: bytes) -> bytes: ...


class Withheld(Exception):
    """A restricted fact, and this reader is not of its audience."""


def encode_state(envelope: Envelope, data: bytes) -> bytes:
    return b'{"envelope":' + _json.encode(envelope) + b',"data":' + data + b"}"


def decode_state(state: bytes) -> Entry:
    found = _state.decode(state)
    return Entry(found.envelope, bytes(found.data))


def read(entry: Entry, opener: Opener | None = None) -> Recorded[Event]:
    """The fact in a log entry, as the current version of its type.

    UnknownType for a type or version that this program does not know; pydantic's ValidationError for data
    that is not of its type; Withheld where the fact is restricted and `opener` is none.
    """
    data = entry.data
    if entry.envelope.audience is not None:
        if opener is None:
            raise Withheld(entry.envelope.dataschema)
        data = opener.open_data(entry.envelope.audience, entry.envelope.id, data)
    schema = entry.envelope.dataschema
    fact = CATALOGUE.get(schema)
    if fact is None:
        current(schema)
        schema, lifted = lift(schema, _raw.decode(data))
        data = _json.encode(lifted)
        fact = CATALOGUE[schema]
    return Recorded(entry.envelope, fact.model_validate_json(data, extra="ignore"))


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def to_headers(envelope: Envelope) -> Headers:
    """CloudEvents 1.0, binary mode: one header an attribute, so that a reader can route without parsing."""

    def items() -> list[tuple[str, str | None]]:
        actor = envelope.actor
        return [
            ("specversion", SPECVERSION),
            ("id", str(envelope.id)),
            ("source", envelope.source),
            ("type", envelope.type),
            ("dataschema", envelope.dataschema),
            ("subject", envelope.subject),
            ("time", envelope.time.isoformat()),
            ("effective", envelope.effective.isoformat()),
            ("recordedtime", envelope.recordedtime.isoformat()),
            ("stream", str(envelope.stream)),
            ("streamversion", str(envelope.streamversion)),
            ("sequence", str(envelope.sequence)),
            ("previous", _text(envelope.previous)),
            ("concerns", ",".join(map(str, envelope.concerns))),
            ("known", _json.encode(envelope.known).decode()),
            ("heard", _json.encode(envelope.heard).decode() if envelope.heard else None),
            ("decision", str(envelope.decision)),
            ("correlationid", str(envelope.correlationid)),
            ("causationid", _text(envelope.causationid)),
            ("depth", str(envelope.depth)),
            ("corrects", _text(envelope.corrects)),
            ("department", actor.department),
            ("post", actor.post or None),
            ("person", _text(actor.person)),
            ("audience", envelope.audience),
        ]

    headers = [("ce_" + name, value.encode()) for name, value in items() if value is not None]
    return [("content-type", b"application/json"), *headers]


def from_message(headers: Headers, value: bytes) -> Entry:
    """The log entry in a message; ValueError or KeyError where an attribute is missing or malformed."""
    try:
        return _from_message(headers, value)
    except (msgspec.MsgspecError, OverflowError) as error:  # OverflowError: a moment outside the calendar
        raise ValueError(str(error)) from error


def _from_message(headers: Headers, value: bytes) -> Entry:
    ce = {name[3:]: raw.decode() for name, raw in headers if name.startswith("ce_")}

    def uuid(name: str) -> UUID | None:
        return UUID(ce[name]) if name in ce else None

    envelope = Envelope(
        id=UUID(ce["id"]),
        source=ce["source"],
        type=ce["type"],
        dataschema=ce["dataschema"],
        subject=ce["subject"],
        concerns=tuple(map(UUID, ce["concerns"].split(","))) if ce["concerns"] else (),
        stream=UUID(ce["stream"]),
        streamversion=int(ce["streamversion"]),
        time=datetime.fromisoformat(ce["time"]).astimezone(UTC),
        effective=date.fromisoformat(ce["effective"]),
        recordedtime=datetime.fromisoformat(ce["recordedtime"]).astimezone(UTC),
        sequence=int(ce["sequence"]),
        previous=uuid("previous"),
        known=_positions.decode(ce["known"]),
        heard=_positions.decode(ce["heard"]) if "heard" in ce else {},
        decision=UUID(ce["decision"]),
        correlationid=UUID(ce["correlationid"]),
        causationid=uuid("causationid"),
        depth=int(ce["depth"]),
        corrects=uuid("corrects"),
        actor=Actor(ce["department"], ce.get("post", ""), uuid("person")),
        audience=ce.get("audience"),
    )
    return Entry(envelope, value)
