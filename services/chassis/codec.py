"""How a fact becomes bytes and back: the state in a store, the headers and value of a CloudEvents message.

The stored state is one JSON object, `{"envelope": {...}, "data": {...}}`, readable in SQL. The data's bytes
are the same in the store, on the topic and in the district log: proofs are made over them.
"""

from __future__ import annotations

import re
from typing import Any, Protocol
from uuid import UUID

import msgspec

from events.base import CATALOGUE, Entry, Envelope, Event, Recorded, current, lift

Headers = list[tuple[str, bytes]]

SPECVERSION = b"1.0"


def _named(*names: str, quoted: bool) -> dict[str, bytes]:
    """Header → the beginning of its field in JSON."""
    return {f"ce_{name}": f'"{name}":'.encode() + (b'"' if quoted else b"") for name in names}


_NUMBERS = _named("streamversion", "sequence", "depth", quoted=False)
_VECTORS = _named("known", "heard", quoted=False)
_ACTOR = _named("department", "post", "person", quoted=True)
_STRINGS = _named(
    "id", "source", "type", "dataschema", "subject", "stream", "time", "effective", "recordedtime",
    "previous", "decision", "correlationid", "causationid", "corrects", "audience", quoted=True,
)  # fmt: skip
_TEXTS = frozenset({*_STRINGS, *_ACTOR, "ce_concerns"})
_HARMLESS = re.compile(rb'[^"\\\x00-\x1f]*').fullmatch

_json = msgspec.json.Encoder()


class _State(msgspec.Struct):
    envelope: Envelope
    data: msgspec.Raw


class _Label(msgspec.Struct):
    dataschema: str
    sequence: int


class _Labelled(msgspec.Struct):
    envelope: _Label


_state = msgspec.json.Decoder(_State)
_labelled = msgspec.json.Decoder(_Labelled)
_raw = msgspec.json.Decoder(dict[str, Any])
_positions = msgspec.json.Decoder(dict[str, int])
_envelope = msgspec.json.Decoder(Envelope)


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


def label_of(state: bytes) -> tuple[str, int]:
    """Schema and sequence, for a tenth of what it takes to decode the whole."""
    label = _labelled.decode(state).envelope
    return label.dataschema, label.sequence


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


class _ActorTexts(msgspec.Struct):
    department: str
    post: str
    person: str | None


class _Texts(msgspec.Struct):
    """An envelope whose attributes are the texts that stand in headers."""

    id: str
    source: str
    type: str
    dataschema: str
    subject: str
    concerns: list[str]
    stream: str
    streamversion: int
    time: str
    effective: str
    recordedtime: str
    sequence: int
    previous: str | None
    known: msgspec.Raw
    heard: msgspec.Raw
    decision: str
    correlationid: str
    causationid: str | None
    depth: int
    corrects: str | None
    actor: _ActorTexts
    audience: str | None


_texts = msgspec.json.Decoder(_Texts)


def to_headers(envelope: Envelope) -> Headers:
    """CloudEvents 1.0, binary mode: one header an attribute, so that a reader can route without parsing."""
    # By way of its JSON: msgspec writes ids and times ten times as fast as their own classes do.
    e = _texts.decode(_json.encode(envelope))
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", SPECVERSION),
        ("ce_id", e.id.encode()),
        ("ce_source", e.source.encode()),
        ("ce_type", e.type.encode()),
        ("ce_dataschema", e.dataschema.encode()),
        ("ce_subject", e.subject.encode()),
        ("ce_time", e.time.encode()),
        ("ce_effective", e.effective.encode()),
        ("ce_recordedtime", e.recordedtime.encode()),
        ("ce_stream", e.stream.encode()),
        ("ce_streamversion", b"%d" % e.streamversion),
        ("ce_sequence", b"%d" % e.sequence),
        ("ce_concerns", ",".join(e.concerns).encode()),
        ("ce_known", bytes(e.known)),
        ("ce_decision", e.decision.encode()),
        ("ce_correlationid", e.correlationid.encode()),
        ("ce_depth", b"%d" % e.depth),
        ("ce_department", e.actor.department.encode()),
    ]
    if e.previous is not None:
        headers.append(("ce_previous", e.previous.encode()))
    if envelope.heard:
        headers.append(("ce_heard", bytes(e.heard)))
    if e.causationid is not None:
        headers.append(("ce_causationid", e.causationid.encode()))
    if e.corrects is not None:
        headers.append(("ce_corrects", e.corrects.encode()))
    if e.actor.post:
        headers.append(("ce_post", e.actor.post.encode()))
    if e.actor.person is not None:
        headers.append(("ce_person", e.actor.person.encode()))
    if e.audience is not None:
        headers.append(("ce_audience", e.audience.encode()))
    return headers


def from_message(headers: Headers, value: bytes) -> Entry:
    """The log entry in a message; ValueError where an attribute is missing or malformed.

    The headers become the JSON of an envelope, which is then decoded as it would be from a store.
    """
    if _HARMLESS(b"".join([raw for name, raw in headers if name in _TEXTS])) is None:
        headers = [(name, _escaped(raw) if name in _TEXTS else raw) for name, raw in headers]
    fields: list[bytes] = []
    actor: list[bytes] = []
    for name, raw in headers:
        if (prefix := _STRINGS.get(name)) is not None:
            fields.append(prefix + raw + b'"')
        elif (prefix := _ACTOR.get(name)) is not None:
            actor.append(prefix + raw + b'"')
        elif (prefix := _NUMBERS.get(name)) is not None:
            if not raw.isdigit():
                raise ValueError(f"{name} is no number")
            fields.append(prefix + raw)
        elif (prefix := _VECTORS.get(name)) is not None:
            _check_vector(raw)  # one whole object, before it becomes a part of another
            fields.append(prefix + raw)
        elif name == "ce_concerns":
            fields.append(b'"concerns":["' + raw.replace(b",", b'","') + b'"]' if raw else b'"concerns":[]')
    fields.append(b'"actor":{' + b",".join(actor) + b"}")
    try:
        return Entry(_envelope.decode(b"{" + b",".join(fields) + b"}"), value)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def _check_vector(raw: bytes) -> None:
    try:
        _positions.decode(raw)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def _escaped(raw: bytes) -> bytes:
    """A text with quotation marks, backslashes or control characters, as it stands inside a JSON string."""
    return _json.encode(raw.decode())[1:-1]
