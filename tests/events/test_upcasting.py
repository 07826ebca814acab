"""Facts stored under an older version are read as the current one, by steps; broken chains are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.base import (
    CATALOGUE,
    UPCASTERS,
    Entry,
    Event,
    UnknownType,
    check_upcasters,
    current,
    lift,
    upcast,
)
from events.contracting.catalogue import facts
from events.contracting.examples import example_of
from events.contracting.schemas import schema_of
from services.chassis.codec import from_message, read
from tests.events.shapes import fact, language

CALM = settings(deadline=None)  # a busy machine is no failure


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with language():
        yield


def stored(schema: str, data: bytes) -> Entry:
    """A line of a log whose data was written under `schema`."""
    died = facts()["registry.Died.1"]
    example = example_of(died, schema_of(died))
    entry = from_message([(name, text.encode()) for name, text in example["headers"].items()], data)
    return Entry(replace(entry.envelope, dataschema=schema), data)


def three_versions() -> type[Event]:
    """Yuan of version 1 became fen in version 2, and version 3 says for how many months."""

    @upcast("registry.Granted.1", to="registry.Granted.2")
    def yuan_to_fen(data: dict[str, Any]) -> dict[str, Any]:
        return {"amount_fen": data["yuan"] * 100}

    @upcast("registry.Granted.2", to="registry.Granted.3")
    def one_month(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "months": 1}

    return fact({"amount_fen": (int, ...), "months": (int, ...)}, version=3)


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ("registry.Granted.1", b'{"yuan":380}'),
        ("registry.Granted.2", b'{"amount_fen":38000}'),
        ("registry.Granted.3", b'{"amount_fen":38000,"months":1}'),
    ],
)
def test_every_version_is_read_as_the_current_one(schema: str, data: bytes) -> None:
    granted = three_versions()
    check_upcasters()
    assert current(schema) == "registry.Granted.3"
    found = read(stored(schema, data))
    assert found.data == granted.model_validate({"amount_fen": 38000, "months": 1})
    assert found.envelope.dataschema == schema, "what was recorded stays as it was"


def test_a_field_of_tomorrow_is_passed_over_in_every_version() -> None:
    granted = three_versions()
    found = read(stored("registry.Granted.3", b'{"amount_fen":1,"months":2,"tomorrow":true}'))
    assert found.data == granted.model_validate({"amount_fen": 1, "months": 2})


@CALM
@given(yuan=st.integers(0, 10**9))
def test_lifting_in_steps_is_lifting_at_once(yuan: int) -> None:
    with language():
        three_versions()
        name, data = lift("registry.Granted.1", {"yuan": yuan})
        assert (name, data) == lift("registry.Granted.2", {"amount_fen": yuan * 100})
        assert lift(name, data) == (name, data), "what is current stays as it is"


@pytest.mark.parametrize(
    "schema", ["registry.Granted.4", "registry.Granted.10", "registry.Grnted.3", "", "."]
)
def test_a_version_or_name_that_is_not_known_yet_is_said_to_be_unknown(schema: str) -> None:
    three_versions()
    with pytest.raises(UnknownType):
        current(schema)
    with pytest.raises(UnknownType):
        read(stored(schema, b"{}"))


def same(data: dict[str, Any]) -> dict[str, Any]:
    return data


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_circle_is_refused_at_start_up(length: int) -> None:
    for n in range(length):
        upcast(f"registry.Round.{n}", to=f"registry.Round.{(n + 1) % length}")(same)
    with pytest.raises(TypeError, match="circle"):
        check_upcasters()


def test_a_gap_is_refused_at_start_up() -> None:
    fact({"x": (int, ...)}, version=3)
    upcast("registry.Granted.1", to="registry.Granted.2")(same)
    with pytest.raises(TypeError, match=r"registry\.Granted\.2, which is no fact"):
        check_upcasters()


def test_what_is_current_cannot_be_lifted() -> None:
    fact({"x": (int, ...)})
    fact({"x": (int, ...)}, version=2)
    upcast("registry.Granted.1", to="registry.Granted.2")(same)
    with pytest.raises(TypeError, match="current"):
        check_upcasters()


def test_two_ways_to_lift_one_version_are_refused() -> None:
    upcast("registry.Granted.1", to="registry.Granted.2")(same)
    with pytest.raises(TypeError, match="already has an upcaster"):
        upcast("registry.Granted.1", to="registry.Granted.2")(lambda data: data)


def test_two_facts_of_one_name_are_refused() -> None:
    fact({"x": (int, ...)})
    with pytest.raises(TypeError, match="already defined"):
        fact({"x": (int, ...)})


def test_the_language_itself_is_whole() -> None:
    check_upcasters()
    assert not set(UPCASTERS) & set(CATALOGUE)
