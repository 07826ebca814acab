"""Facts as bytes: what goes in comes out, on either road; old shapes are lifted; closed data opens."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.base import (
    CATALOGUE,
    UPCASTERS,
    Actor,
    Entry,
    Envelope,
    Event,
    UnknownType,
    Value,
    check_upcasters,
    current,
    upcast,
)
from services.chassis.clock import SimulatedClock
from services.chassis.codec import Withheld, decode_state, encode_state, from_message, read, to_headers
from services.chassis.vault import MemoryVault, NotEntitled
from tests.chassis.toys import ANNA, START, Said, Whispered, entry

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
UUIDS = st.uuids()
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is beside
COUNT = st.integers(0, 1 << 53)
VECTORS = st.dictionaries(TEXT, COUNT, max_size=4)
ENVELOPES = st.builds(
    Envelope,
    id=UUIDS,
    source=TEXT,
    type=TEXT,
    dataschema=TEXT,
    subject=TEXT,
    concerns=st.lists(UUIDS, max_size=3).map(tuple),
    stream=UUIDS,
    streamversion=COUNT,
    time=MOMENTS,
    effective=st.dates(),
    recordedtime=MOMENTS,
    sequence=COUNT,
    previous=st.none() | UUIDS,
    known=VECTORS,
    heard=VECTORS,
    decision=UUIDS,
    correlationid=UUIDS,
    causationid=st.none() | UUIDS,
    depth=st.integers(0, 99),
    corrects=st.none() | UUIDS,
    actor=st.builds(Actor, TEXT, TEXT, st.none() | UUIDS),
    audience=st.none() | TEXT.filter(bool),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT, lambda inner: st.lists(inner, max_size=3)
)


@given(ENVELOPES, JSON)
def test_either_road_brings_back_the_entry(envelope: Envelope, data: Any) -> None:
    import json

    value = json.dumps({"data": data}, ensure_ascii=False).encode()
    entry = Entry(envelope, value)
    by_topic = from_message(to_headers(envelope), value)
    by_store = decode_state(encode_state(envelope, value))
    assert by_topic == by_store == entry
    # To the byte: proofs are made over what history got by topic and the service has in its store.
    assert encode_state(by_topic.envelope, by_topic.data) == encode_state(envelope, value)


@given(
    st.sampled_from(
        [name for name, _ in to_headers(entry(2, known={"living": 1}, heard={"x": 1}).envelope)][1:]
    ),
    st.sampled_from([None, b"", b"\xff", b"x", b"{", b"[]", b"null", b"0001-01-01T00:00:00+09:00", b"1e9"]),
)
def test_a_malformed_message_is_a_value_error_or_a_key_error(name: str, value: bytes | None) -> None:
    made = entry(2, known={"living": 1}, heard={"x": 1})
    headers = [(n, v) for n, v in to_headers(made.envelope) if n != name]
    if value is not None:
        headers.append((name, value))
    with suppress(ValueError, KeyError):
        from_message(headers, made.data)


def test_a_header_of_another_kind_is_passed_over() -> None:
    made = entry(1)
    assert from_message([("traceparent", b"\xff"), *to_headers(made.envelope)], made.data) == made


# -- shapes -----------------------------------------------------------------------------------------------


class Part(Value):
    size: int


class Grown(Event, version=3):
    parts: tuple[Part, ...]
    name: str


@pytest.fixture
def upcasters(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The upcasters, to be changed by the test and put back."""
    before = dict(UPCASTERS)
    yield UPCASTERS
    UPCASTERS.clear()
    UPCASTERS.update(before)


def stored(schema: str, data: bytes) -> Entry:
    made = entry(1, dataschema=schema)
    return Entry(made.envelope, data)


def test_an_old_shape_is_lifted_step_by_step(upcasters: dict[str, Any]) -> None:
    name = Grown.TYPE
    upcast(f"{name}.1", f"{name}.2")(lambda data: {"names": [data["name"]], "size": data["size"]})
    upcast(f"{name}.2", f"{name}.3")(
        lambda data: {"name": data["names"][0], "parts": [{"size": data["size"]}], "left over": 1}
    )
    check_upcasters()
    fact = read(stored(f"{name}.1", '{"name": "张", "size": 3}'.encode()))
    assert fact.data == Grown(name="张", parts=(Part(size=3),))
    assert fact.envelope.dataschema == f"{name}.1"  # what is stored is never changed
    assert current(f"{name}.1") == f"{name}.3"


def test_a_type_renamed_is_read_by_its_new_name(upcasters: dict[str, Any]) -> None:
    upcast("toys.Uttered.1", Said.SCHEMA)(lambda data: data)
    assert read(stored("toys.Uttered.1", b'{"word": "x"}')).data == Said(word="x")


def test_upcasters_in_a_circle_are_refused(upcasters: dict[str, Any]) -> None:
    upcast("toys.A.1", "toys.A.2")(dict)
    upcast("toys.A.2", "toys.A.1")(dict)
    with pytest.raises(TypeError, match="circle"):
        check_upcasters()


def test_upcasters_that_lead_nowhere_or_away_from_a_current_type_are_refused(
    upcasters: dict[str, Any],
) -> None:
    upcast("toys.A.1", "toys.A.2")(dict)
    with pytest.raises(TypeError, match="no fact"):
        check_upcasters()
    del upcasters["toys.A.1"]
    upcast(Said.SCHEMA, Whispered.SCHEMA)(dict)
    with pytest.raises(TypeError, match="current"):
        check_upcasters()


def test_two_upcasters_of_one_shape_are_refused(upcasters: dict[str, Any]) -> None:
    upcast("toys.A.1", "toys.A.2")(lambda data: data)
    with pytest.raises(TypeError, match="already"):
        upcast("toys.A.1", "toys.A.2")(lambda data: data)


def test_a_type_may_be_defined_once() -> None:
    with pytest.raises(TypeError, match="already defined"):

        class Grown(Event, version=3):
            pass

    assert CATALOGUE[globals()["Grown"].SCHEMA] is globals()["Grown"]


@pytest.mark.parametrize("schema", ["toys.Nothing.1", "toys.Said.2", "toys.Said", ""])
def test_what_is_unknown_is_said_to_be(schema: str) -> None:
    with pytest.raises(UnknownType):
        read(stored(schema, b"{}"))


def test_a_field_added_by_a_later_program_is_passed_over_when_read_and_refused_when_written() -> None:
    later = b'{"name": "x", "parts": [{"size": 1, "colour": "red"}], "since": 2030}'
    assert read(stored(Grown.SCHEMA, later)).data == Grown(name="x", parts=(Part(size=1),))
    with pytest.raises(ValidationError):
        Grown(name="x", parts=(), since=2030)  # type: ignore[call-arg]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"null", b'{"people": "nobody"}'])
def test_data_not_of_its_type_is_a_validation_error(data: bytes) -> None:
    with pytest.raises(ValidationError):
        read(stored(Said.SCHEMA, data))


# -- restricted -------------------------------------------------------------------------------------------


def test_restricted_data_opens_for_its_service_for_history_and_for_nobody_else() -> None:
    vault = MemoryVault(clock=SimulatedClock(START))
    fact, id = Whispered(people=(ANNA,), word="癌"), UUID(int=1)
    closed = vault.for_reader("living").close_data("living", id, fact.model_dump_json().encode())
    made = entry(1, fact=fact, audience="living")
    stored = Entry(made.envelope, closed)
    assert "癌".encode() not in closed
    assert decode_state(encode_state(stored.envelope, stored.data)) == stored
    for reader in ("living", "history", "audit"):
        assert read(stored, vault.for_reader(reader)).data == fact
    with pytest.raises(Withheld):
        read(stored)
    with pytest.raises(NotEntitled):
        read(stored, vault.for_reader("finance"))
