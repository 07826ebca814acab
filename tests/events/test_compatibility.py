"""Each change that would break a reader or writer of today is refused by name; each that would not passes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from events.base import Value
from events.compatibility import breaks
from events.contracting.catalogue import facts
from events.contracting.schemas import schema_of
from events.ids import HouseholdId, PersonId
from events.sealed import Sealed
from tests.events.shapes import Fields, fact, schema

CALM = settings(deadline=None)  # a busy machine is no failure


class Two(StrEnum):
    A = "a"
    B = "b"


class Three(StrEnum):
    A = "a"
    B = "b"
    C = "c"


class Part(Value):
    amount: int


class Whole(Value):
    amount: int


class PartWithMore(Value):
    amount: int
    more: str = ""


class PartWithNeed(Value):
    amount: int
    need: str


class Tree(Value):
    name: str
    parts: tuple[Tree, ...] = ()
    parent: Optional[Tree] = None  # noqa: UP045  # a forward reference cannot be joined with |


def limited(kind: Any, **limits: Any) -> Fields:
    return {"x": (kind, Field(**limits))}


REFUSED = [
    # name of the case, before, after, field, rule
    ("a field is gone", {"x": (int, 0), "y": (int, 0)}, {"x": (int, 0)}, "y", "field removed"),
    ("a field is renamed", {"x": (int, 0)}, {"z": (int, 0)}, "x", "field removed"),
    ("a new field is required", {"x": (int, 0)}, {"x": (int, 0), "y": (int, ...)}, "y", "new required field"),
    ("an optional field is required", {"x": (int, 0)}, {"x": (int, ...)}, "x", "field required"),
    ("a required field is optional", {"x": (int, ...)}, {"x": (int, 0)}, "x", "field optional"),
    ("a number becomes text", {"x": (int, ...)}, {"x": (str, ...)}, "x", "type changed"),
    ("one becomes many", {"x": (int, ...)}, {"x": (tuple[int, ...], ...)}, "x", "type changed"),
    ("money becomes a fraction", {"x": (int, ...)}, {"x": (Decimal, ...)}, "x", "type changed"),
    ("sealed text in clear", {"x": (Sealed, ...)}, {"x": (str, ...)}, "x", "type changed"),
    ("clear text sealed", {"x": (str, ...)}, {"x": (Sealed, ...)}, "x", "type changed"),
    ("a day becomes a moment", {"x": (date, ...)}, {"x": (datetime, ...)}, "x", "format changed"),
    ("another kind of id", {"x": (PersonId, ...)}, {"x": (HouseholdId, ...)}, "x", "x-identifies changed"),
    ("null may come", {"x": (int, ...)}, {"x": (int | None, ...)}, "x", "null"),
    ("null was stored", {"x": (int | None, ...)}, {"x": (int, ...)}, "x", "null"),
    ("another default", {"x": (int, 0)}, {"x": (int, 1)}, "x", "default changed"),
    ("a flag's default", {"x": (bool, False)}, {"x": (bool, True)}, "x", "default changed"),
    ("a value is gone", {"x": (Three, ...)}, {"x": (Two, ...)}, "x", "values removed"),
    ("a value is new", {"x": (Two, ...)}, {"x": (Three, ...)}, "x", "values added"),
    ("a literal is gone", {"x": (Literal["a", "b"], ...)}, {"x": (Literal["a"], ...)}, "x", "values removed"),
    ("any text to some", {"x": (str, ...)}, {"x": (Two, ...)}, "x", "values changed"),
    ("some text to any", {"x": (Two, ...)}, {"x": (str, ...)}, "x", "values changed"),
    ("least raised", limited(int, ge=0), limited(int, gt=0), "x", "limit changed"),
    ("least lowered", limited(int, gt=0), limited(int, ge=0), "x", "limit changed"),
    ("most set", limited(int), limited(int, le=9), "x", "limit changed"),
    ("most lifted", limited(int, le=9), limited(int), "x", "limit changed"),
    ("above becomes from", limited(Decimal, gt=0), limited(Decimal, ge=0), "x", "limit changed"),
    ("above 0 becomes from 1", limited(Decimal, gt=0), limited(Decimal, ge=1), "x", "limit changed"),
    ("an id becomes any number", {"x": (PersonId, ...)}, {"x": (UUID, ...)}, "x", "x-identifies changed"),
    ("text shorter", limited(str, max_length=9), limited(str, max_length=8), "x", "limit changed"),
    (
        "more items asked",
        limited(tuple[int, ...]),
        limited(tuple[int, ...], min_length=1),
        "x",
        "limit changed",
    ),
    ("a pattern comes", limited(str), limited(str, pattern="^a"), "x", "pattern changed"),
    ("a pattern goes", limited(str, pattern="^a"), limited(str), "x", "pattern changed"),
    ("another pattern", limited(str, pattern="^a"), limited(str, pattern="^b"), "x", "pattern changed"),
    ("a part needs more", {"x": (Part, ...)}, {"x": (PartWithNeed, ...)}, "x.need", "new required field"),
    ("a part loses", {"x": (PartWithMore, ...)}, {"x": (Part, ...)}, "x.more", "field removed"),
    (
        "inside a list",
        {"x": (tuple[Part, ...], ())},
        {"x": (tuple[PartWithNeed, ...], ())},
        "x[].need",
        "new required field",
    ),
    (
        "inside a dictionary",
        {"x": (dict[str, int], ...)},
        {"x": (dict[str, str], ...)},
        "x{}",
        "type changed",
    ),
    (
        "a pair grows",
        {"x": (tuple[int, int], ...)},
        {"x": (tuple[int, int, int], ...)},
        "x",
        "length changed",
    ),
    ("fewer kinds", {"x": (int | str, ...)}, {"x": (int, ...)}, "x", "type changed"),
    ("more kinds", {"x": (int | str, ...)}, {"x": (int | str | bool, ...)}, "x", "type changed"),
]

ALLOWED: list[tuple[str, Fields, Fields]] = [
    ("nothing", {"x": (int, 0)}, {"x": (int, 0)}),
    ("a new field with a default", {"x": (int, 0)}, {"x": (int, 0), "y": (int, 0)}),
    ("a new field that may be null", {"x": (int, 0)}, {"x": (int, 0), "y": (Sealed | None, None)}),
    ("a new part with a default", {"x": (Part, ...)}, {"x": (PartWithMore, ...)}),
    ("other words", limited(int, description="a"), limited(int, description="b", title="B", examples=[1])),
    ("another order", {"x": (int, 0), "y": (int, 0)}, {"y": (int, 0), "x": (int, 0)}),
    ("another spelling of a limit", limited(int, gt=0), limited(int, ge=1)),
    ("a type that contains itself", {"x": (Tree, ...)}, {"x": (Tree, ...)}),
]


@pytest.mark.parametrize(
    ("before", "after", "field", "rule"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_breaking_change_is_refused(before: Fields, after: Fields, field: str, rule: str) -> None:
    found = breaks(schema(before), schema(after))
    assert (field, rule) in [(one.field, one.rule) for one in found]
    assert str(found[0]).startswith(f"registry.Granted.1, field `{found[0].field}`: ")


@pytest.mark.parametrize(
    ("before", "after"), [case[1:] for case in ALLOWED], ids=[case[0] for case in ALLOWED]
)
def test_what_breaks_nobody_is_allowed(before: Fields, after: Fields) -> None:
    assert breaks(schema(before), schema(after)) == []


def test_what_was_open_may_not_be_restricted_nor_the_other_way() -> None:
    open_, closed = schema({"x": (int, 0)}), schema({"x": (int, 0)}, restricted=True)
    for before, after in ((open_, closed), (closed, open_)):
        (found,) = breaks(before, after)
        assert (found.field, found.rule) == ("", "restricted changed")


def report(fields: Fields) -> dict[str, Any]:
    return schema(fields, room="reports")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"x": (Two, ...)}, {"x": (Three, ...)}),
        ({"x": (int, ...)}, {"x": (int | None, ...)}),
        ({"x": (int, ...)}, {"x": (int, 0)}),
        (limited(int, ge=1), limited(int, ge=0)),
        (limited(str, pattern="^a"), limited(str)),
    ],
)
def test_a_report_may_accept_more_but_not_less(before: Fields, after: Fields) -> None:
    assert breaks(report(before), report(after), reported=True) == []
    assert breaks(report(after), report(before), reported=True) != []


def test_a_report_goes_on_naming_whom_it_named() -> None:
    # Whoever is named in a plain UUID is in nobody's timeline.
    (found,) = breaks(report({"x": (PersonId, ...)}), report({"x": (UUID, ...)}), reported=True)
    assert (found.field, found.rule) == ("x", "x-identifies changed")


def test_every_place_of_a_changed_part_is_told() -> None:
    before, after = (
        schema({"x": (Part, ...), "y": (Part, ...)}),
        schema({"x": (Whole, ...), "y": (Whole, ...)}),
    )
    for definition in after["$defs"]["Whole"]["properties"].values():
        definition["type"] = "string"
    assert [one.field for one in breaks(before, after)] == ["x.amount", "y.amount"]


def test_a_field_that_a_report_may_have_is_not_taken_away() -> None:
    # The gate refuses unknown fields: who sends it today would be refused tomorrow.
    before, after = report({"x": (int, 0), "y": (int, 0)}), report({"x": (int, 0)})
    (found,) = breaks(before, after, reported=True)
    assert (found.field, found.rule) == ("y", "field removed")


@pytest.mark.parametrize("name", facts())
def test_no_fact_of_the_language_breaks_itself(name: str) -> None:
    assert breaks(schema_of(facts()[name]), schema_of(facts()[name])) == []


bounds = st.fixed_dictionaries({}, optional={"ge": st.integers(-9, 9), "le": st.integers(10, 20)})


@CALM
@given(before=bounds, after=bounds, value=st.integers(-12, 24))
def test_an_allowed_change_of_limits_reads_what_was_stored_and_stores_what_was_promised(
    before: dict[str, int], after: dict[str, int], value: int
) -> None:
    was, now = (fact(limited(int, **limits), in_force=False) for limits in (before, after))

    def takes(limits: dict[str, int]) -> bool:
        return limits.get("ge", value) <= value <= limits.get("le", value)

    outgoing = breaks(schema_of(was), schema_of(now))
    incoming = breaks(schema_of(was), schema_of(now), reported=True)
    if not outgoing:
        assert takes(before) == takes(after)
    if not incoming:
        assert takes(after) or not takes(before)
