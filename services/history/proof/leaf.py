"""An event as a leaf of its source's tree: its attributes as they stand in the message, then its data's bytes.

    leaf = "doudi.leaf.1" | for each of NAMES in order: length, text | length, data
    length = four bytes, big-endian; FF FF FF FF and no text where the attribute is absent

An attribute's text is the value of its `ce_` header on the topic, byte for byte; so whoever reads the topic
makes the same leaf in any language, without knowing one type of event. Never in a leaf: what only the
transport needs (content-type, traceparent), and data lifted to a newer version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

MAGIC = b"doudi.leaf.1"
NAMES = (
    "id", "source", "type", "dataschema", "subject", "time", "effective", "recordedtime", "stream",
    "streamversion", "sequence", "previous", "concerns", "known", "heard", "decision", "correlationid",
    "causationid", "depth", "corrects", "department", "post", "person", "audience",
)  # fmt: skip
ABSENT = b"\xff\xff\xff\xff"
_SHORT = tuple(count.to_bytes(4, "big") for count in range(512))


class Altered(ValueError):
    """What is stored is no event as this program writes one."""


class _Actor(msgspec.Struct, forbid_unknown_fields=True):
    department: str
    post: str
    person: str | None


# The codec has these names, too, and they are not taken from there: an attribute that the envelope gains is refused here
# until it has its place in NAMES, rather than left unproved.
# Unknown fields are forbidden: a null attribute whose name was altered would else count as absent, unseen.
class _Texts(msgspec.Struct, forbid_unknown_fields=True, gc=False):
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
    actor: _Actor
    audience: str | None


class _State(msgspec.Struct, forbid_unknown_fields=True):
    envelope: _Texts
    data: msgspec.Raw


_texts = msgspec.json.Decoder(_Texts)
_state = msgspec.json.Decoder(_State)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a log, ready to become a leaf."""

    id: str
    source: str
    sequence: int
    leaf: bytes


def of_stored(envelope: bytes, data: bytes) -> Line:
    """From the envelope's JSON and the data's bytes, as the district log keeps them; Altered if they cannot be."""
    try:
        return _line(_texts.decode(envelope), data)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Altered(str(error)) from error


def of_state(state: bytes) -> Line:
    """From what a service's own store holds of an event."""
    try:
        found = _state.decode(state)
        return _line(found.envelope, bytes(found.data))
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Altered(str(error)) from error


def of_message(headers: Iterable[tuple[str, bytes]], value: bytes) -> Line:
    """From a message of the topic: only its headers and its value."""
    found = {name[3:]: raw for name, raw in headers if name.startswith("ce_")}
    try:
        named = found["id"].decode(), found["source"].decode(), int(found["sequence"])
    except (KeyError, ValueError) as error:
        raise Altered(f"no event: {error}") from error
    return Line(*named, encode(found, value))


def encode(attributes: Mapping[str, bytes], data: bytes) -> bytes:
    return _joined([attributes.get(name) for name in NAMES], data)


def decode(leaf: bytes) -> tuple[dict[str, str], bytes]:
    """The attributes and the data in a leaf; Altered where the bytes are none."""
    if not leaf.startswith(MAGIC):
        raise Altered("not a leaf of version 1")
    at = len(MAGIC)
    found: list[bytes | None] = []
    for _ in range(len(NAMES) + 1):
        length, at = leaf[at : at + 4], at + 4
        if length == ABSENT:
            found.append(None)
            continue
        end = at + int.from_bytes(length, "big")
        if len(length) < 4 or end > len(leaf):
            raise Altered("the leaf is cut off")
        found.append(leaf[at:end])
        at = end
    data = found.pop()
    if at != len(leaf) or data is None:
        raise Altered("something stands behind the data")
    named = zip(NAMES, found, strict=True)
    try:
        return {name: raw.decode() for name, raw in named if raw is not None}, data
    except UnicodeError as error:
        raise Altered(str(error)) from error


def _line(e: _Texts, data: bytes) -> Line:
    heard = bytes(e.heard)
    values = (
        e.id.encode(),
        e.source.encode(),
        e.type.encode(),
        e.dataschema.encode(),
        e.subject.encode(),
        e.time.encode(),
        e.effective.encode(),
        e.recordedtime.encode(),
        e.stream.encode(),
        b"%d" % e.streamversion,
        b"%d" % e.sequence,
        _optional(e.previous),
        ",".join(e.concerns).encode(),
        bytes(e.known),
        None if heard == b"{}" else heard,
        e.decision.encode(),
        e.correlationid.encode(),
        _optional(e.causationid),
        b"%d" % e.depth,
        _optional(e.corrects),
        e.actor.department.encode(),
        _optional(e.actor.post or None),
        _optional(e.actor.person),
        _optional(e.audience),
    )
    return Line(e.id, e.source, e.sequence, _joined(values, data))


def _optional(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _joined(values: Sequence[bytes | None], data: bytes) -> bytes:
    parts = [MAGIC]
    for value in (*values, data):
        if value is None:
            parts.append(ABSENT)
        else:
            count = len(value)
            parts.append(_SHORT[count] if count < 512 else count.to_bytes(4, "big"))
            parts.append(value)
    return b"".join(parts)
