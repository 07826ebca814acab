"""Problems: every error has a stable type, both languages, and nothing of what was sent."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from services.chassis import problems
from services.chassis.paging import Cursor, Page
from services.chassis.problems import Problem, ProblemDetails
from services.chassis.refusal import Conflict, KeyReused, Malformed, NotFound, Refused, Stale
from services.chassis.requests import Command
from services.chassis.wording import BrokenRule, broken_rules

SENT = "欧阳测试431202199001010017"


def errors_of(model: type[BaseModel], **sent: Any) -> list[BrokenRule]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(sent)
    return broken_rules(refusal.value.errors())


@pytest.mark.parametrize(
    ("refusal", "status", "slug"),
    [
        (Refused("too-few-surveyors", "须两人以上。", "Two or more."), 422, "too-few-surveyors"),
        (Conflict("id-number-taken", "已登记。", "Taken."), 409, "id-number-taken"),
        (Stale(3, 5), 409, "stale-version"),
        (NotFound(), 404, "not-found"),
        (KeyReused(), 422, "idempotency-key-reused"),
    ],
)
def test_a_refusal_of_the_domain_keeps_its_name_and_its_words(
    refusal: Refused, status: int, slug: str
) -> None:
    problem = problems.refused(refusal)
    body = ProblemDetails.model_validate_json(bytes(problem.response("x").body))
    assert (problem.status_code, body.status, body.type) == (status, status, f"urn:doudi:problem:{slug}")
    assert (body.detail, body.detail_en) == (refusal.zh, refusal.en)
    assert body.errors[0].rule == slug
    assert body.instance == "urn:uuid:x"
    assert problem.response().media_type == "application/problem+json"


def test_every_broken_rule_names_its_field_in_both_languages_and_never_the_value() -> None:
    class Member(Command):
        name: str = Field(max_length=3)

    class Register(Command):
        born: date
        members: list[Member]
        kind: Literal["dibao", "tekun"]
        age: Annotated[int, Field(ge=0)]

    rules = errors_of(Register, born="2025-02-30", members=[{"name": SENT}], kind=SENT, age=-1, unknown=SENT)
    assert {(one.field, one.rule) for one in rules} == {
        ("born", "date_from_datetime_parsing"),
        ("members.0.name", "string_too_long"),
        ("kind", "literal_error"),
        ("age", "greater_than_equal"),
        ("unknown", "extra_forbidden"),
    }
    told = "".join(one.zh + one.en for one in rules)
    assert SENT not in told
    assert "431202" not in told
    assert "'dibao'" in told


@pytest.mark.parametrize(
    ("kind", "values"),
    [(int, ["5", True, 1.0]), (bool, [1, "true"]), (date, [1_700_000_000, "2025-01-01T00:00:00", "25-1-1"])],
)
def test_a_command_guesses_nothing(kind: type, values: list[object]) -> None:
    class Asks(Command):
        field: kind | None = None  # type: ignore[valid-type]  # the type is the parameter of the test

    Asks.model_validate({"field": None})
    for value in values:
        assert errors_of(Asks, field=value)[0].field == "field"


def test_the_words_of_our_own_rules_reach_the_caller() -> None:
    def never(_: str) -> str:
        raise Malformed("id-check-digit", "身份证号码校验位不符。", "The check digit is wrong.")

    class Asks(Command):
        id_number: Annotated[str, AfterValidator(never)]

    (rule,) = errors_of(Asks, id_number=SENT)
    assert (rule.field, rule.rule, rule.zh) == ("id_number", "id-check-digit", "身份证号码校验位不符。")


def test_an_unknown_field_named_like_a_person_s_number_is_not_repeated() -> None:
    (rule,) = errors_of(Command, **{"431202199001010017": 1})
    assert "1990" not in rule.field


def test_a_rule_without_words_is_told_by_its_name() -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(Annotated[str, Field(strict=True)] | bytes).validate_python([SENT])
    for rule in broken_rules(refusal.value.errors()):
        assert rule.zh
        assert rule.en
        assert SENT not in rule.zh + rule.en


class Place(Cursor):
    name: str
    number: int


def test_a_cursor_comes_back_as_it_was() -> None:
    place = Place(name="高", number=2**60)
    assert Place.decode(place.encode()) == place
    assert Place.decode(None) is None
    assert Page[int](items=(1, 2)).model_dump() == {"items": (1, 2), "next": None}


@pytest.mark.parametrize("text", ["", "%%%", "é", "YWJj", "e30", Place(name="x", number=1).encode()[:-3],
    *(Place.model_construct(name=name, number=number).encode() for name, number in
      [("x", 1 << 63), ("x", -(1 << 63) - 1), ("x", 10**30), ("\0", 1)])])  # fmt: skip
def test_a_cursor_made_by_hand_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refusal:
        Place.decode(text)
    assert refusal.value.status_code == 422
    assert refusal.value.errors[0].field == "query.cursor"
