"""What lies in the lake in clear was judged, text by text: a new one fails here until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from events.base import CATALOGUE
from events.sealed import Sealed
from services.cli import house
from services.history.lake.clearing import LEFT_OUT

assert house.ROOMS, "every service's facts are known once the house is"

CASE_GROUNDS = {
    "grounds.language",
    "grounds.papers.clause",
    "grounds.papers.number",
    "grounds.rows",
    "papers.clause",
    "papers.number",
}
JUDGED: dict[str, set[str]] = {
    "codes of why, how and where from": {"reason", "route", "outcome", "step", "why", "clause", "before", "missing"},
    "papers, their rows and what they ask for, by the papers' names": {
        *CASE_GROUNDS, "basis", "paper", "paper.clause", "paper.number", "number", "title", "text", "inputs.name",
        "inputs.value", "findings.value", "worked.clause", "worked.name", "worked.paper", "worked.value",
        "findings.name", "figures.what",
    },
    "periods, offices, places that are no person's": {"by", "period", "department", "bed", "court"},
    "sources, types, rules and fields of reports": {
        "letter_source", "sources", "report_source", "report_type", "rule", "field", "source", "template",
        "holidays.occasion", "working_weekends.occasion",
    },
    "values of templates: sums, days, codes; whom a message is about is an id": {"values"},
}  # fmt: skip


def texts(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if not any(getattr(one, "pattern", None) for one in field.metadata):
            yield from leaves(field.annotation, before + name)


def leaves(annotation: Any, name: str) -> Iterator[str]:
    """Names of the texts in it that no pattern, code or choice bounds."""
    if get_origin(annotation) is Annotated:
        base, *said = get_args(annotation)
        bounds = [one for each in said for one in (each, *getattr(each, "metadata", ()))]
        if not any(getattr(one, "pattern", None) for one in bounds):
            yield from leaves(base, name)
    elif inner := get_args(annotation):
        for one in inner:
            yield from leaves(one, name)
    elif annotation is str:
        yield name
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Sealed:
        yield from texts(annotation, f"{name}.")


def shipped() -> Iterator[tuple[str, type[BaseModel]]]:
    """The product's facts: other tests of the same run declare some of their own."""
    for schema, fact in CATALOGUE.items():
        if fact.__module__.startswith("events."):
            yield schema.rpartition(".")[0], fact


def test_every_text_in_clear_was_judged() -> None:
    judged = set().union(*JUDGED.values())
    found = {
        (fact, name) for fact, model in shipped() for name in texts(model) if (fact, name) not in LEFT_OUT
    }
    assert {(fact, name) for fact, name in found if name not in judged} == set()


def test_free_text_is_left_out() -> None:
    names = {(fact, name) for fact, model in shipped() for name in model.model_fields}
    assert names >= LEFT_OUT, "what is left out still exists under its name"
