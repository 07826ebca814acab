"""A twin takes nothing that the fact itself refuses, and tells the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from events import assistance as a
from events.base import CATALOGUE
from events.contracting.writing import FOLDER
from events.evidence import EvidenceAttached
from events.sealed import Sealed
from services.history.audit.swept import TOLD_OR_DECIDED
from services.history.audit.twins import Box, twin_of
from tests.history.audited import clean

SCHEMAS = sorted(schema for schema, fact in CATALOGUE.items() if fact.TYPE in TOLD_OR_DECIDED)
OTHERS: tuple[Any, ...] = (
    None, True, 0, -1, 1.0, 2**70, 10**13, "", "x", "x\n", "x\x1f", " ", "1", "true", "2020-13-01", "2020-08-03\n", "infinity",
    "10000-01-01", [], [None], {},
    ["x"] * 101, "0" * 64 + "\n", "household\n",
)  # fmt: skip


FINDINGS = [{"name": "x", "value": [{"a": 1, "b": "2020-08-03", "c": True}]}, {"name": "y", "value": "1.00"}]


def example(schema: str) -> Any:
    """The contract's own; of what is restricted, which is closed there, what a case recorded."""
    value = json.loads((FOLDER / "examples" / f"{schema}.json").read_text(encoding="utf-8"))["value"]
    if isinstance(value, dict):
        return value
    if schema == a.StepFound.SCHEMA:
        return example(a.StepTaken.SCHEMA) | {"findings": FINDINGS}
    if schema == EvidenceAttached.SCHEMA:
        file = {"id": str(UUID(int=1)), "kind": "other", "digest": "0" * 64, "media": "image/png", "size": 1}
        ids = {"case": str(UUID(int=2)), "by": str(UUID(int=3))}
        return ids | {"step": "x", "on": "2020-08-03", "attachments": [file | {"of": [str(UUID(int=4))]}]}
    [fact] = [one.fact for one in clean() if schema == one.fact.SCHEMA]
    return json.loads(fact.model_dump_json())


def altered(value: Any) -> Iterator[Any]:
    """The value with one thing in it left out, added, or another."""
    yield from OTHERS
    if isinstance(value, str):
        yield from (value + "\n", value + "x", value.upper(), value[1:])
    if isinstance(value, dict):
        yield value | {"unknown": 1}
        for name, inner in value.items():
            yield {key: one for key, one in value.items() if key != name}
            yield from (value | {name: other} for other in altered(inner))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from ([*value[:number], other, *value[number + 1 :]] for other in altered(inner))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_takes_nothing_that_the_fact_refuses_and_tells_the_same(schema: str) -> None:
    fact = CATALOGUE[schema]
    decoder = msgspec.json.Decoder(twin_of(fact))
    value = example(schema)
    for one in (value, *altered(value)):
        data = json.dumps(one).encode()
        try:
            twin = decoder.decode(data)
        except msgspec.MsgspecError:
            continue
        try:
            assert plain(fact.model_validate_json(data, extra="ignore")) == plain(twin)
        except ValidationError as refused:
            pytest.fail(f"{data.decode()}: {refused}")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_it_takes_what_is_recorded_but_for_findings(schema: str) -> None:
    value = example(schema)
    decoder = msgspec.json.Decoder(twin_of(CATALOGUE[schema]))
    if value.pop("findings", None):
        with pytest.raises(msgspec.MsgspecError):
            decoder.decode(json.dumps(value | {"findings": FINDINGS}).encode())
    decoder.decode(json.dumps(value).encode())


def plain(value: Any) -> Any:
    if isinstance(value, Sealed):
        return {"of": value.owners, "event": value.event, "field": value.field_id, "box": value.box}
    if isinstance(value, Box):
        return {name: getattr(value, name) for name in Box.__struct_fields__}
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, msgspec.Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, UUID):
        return UUID(int=value.int)
    assert value is None or isinstance(value, str | int | bool | date | Enum | dict)
    return value
