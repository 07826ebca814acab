"""The committed contracts are those of the catalogue, and every golden message is read, old versions too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from events.base import CATALOGUE, Entry, current
from events.contracting.catalogue import facts, reported
from events.contracting.channels import channels_of
from events.contracting.schemas import prose
from events.contracting.writing import FOLDER, contracts, differences, refusals
from services.chassis.clock import FixedClock
from services.chassis.codec import Withheld, from_message, read, to_headers
from services.chassis.gate import message_of
from services.chassis.vault import MemoryVault

EXAMPLES = sorted(path.stem for path in (FOLDER / "examples").glob("*.json"))
RECORDED = [name for name in EXAMPLES if not reported(name)]
REPORTS = [name for name in EXAMPLES if reported(name)]
FORMATS = FormatChecker(["uuid", "date"])


def load(room: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((FOLDER / room / f"{name}.json").read_text(encoding="utf-8"))
    return made


def packed(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def message(example: dict[str, Any]) -> tuple[list[tuple[str, bytes]], bytes]:
    return [(name, text.encode()) for name, text in example["headers"].items()], packed(example["value"])


def test_nothing_in_the_catalogue_breaks_a_committed_contract() -> None:
    assert [str(one) for one in refusals()] == []


def test_the_contracts_are_up_to_date() -> None:
    assert differences() == [], "run `make contracts`"


def test_they_are_the_same_every_time() -> None:
    assert contracts() == contracts()


def test_every_version_has_a_schema_and_a_golden_example() -> None:
    schemas = {path.stem for path in (FOLDER / "schemas").glob("*.json")}
    assert schemas == set(EXAMPLES)
    assert set(facts()) <= schemas


def test_no_file_names_a_machine_or_a_day_of_making() -> None:
    for path in FOLDER.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert str(Path.cwd()) not in text
        assert str(datetime.now(UTC).date()) not in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_schemas_and_examples_agree(name: str) -> None:
    schema, example = load("schemas", name), load("examples", name)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FORMATS)
    data = example.get("data", example["value"])
    assert [error.message for error in validator.iter_errors(data)] == []
    assert set(data) == set(schema["properties"]), "an example shows every field"
    for field in schema.get("required", ()):
        assert not validator.is_valid({key: value for key, value in data.items() if key != field})


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_reader_of_a_schema_passes_over_new_fields_and_a_writer_to_us_may_not_add_any(name: str) -> None:
    schema, example = load("schemas", name), load("examples", name)
    data = {**example.get("data", example["value"]), "a_field_of_tomorrow": 1}
    assert Draft202012Validator(schema).is_valid(data) is not reported(name)


@pytest.mark.parametrize("name", RECORDED)
def test_a_golden_message_is_read_by_every_service(name: str) -> None:
    example = load("examples", name)
    headers, value = message(example)
    entry = from_message(headers, value)
    assert sorted(to_headers(entry.envelope)) == sorted(headers)
    assert entry.envelope.dataschema == name

    data = packed(example.get("data", example["value"]))
    if entry.envelope.audience is not None:
        with pytest.raises(Withheld):
            read(entry)
        # The committed box is for looking at; a real one opens for its audience only.
        writer = entry.envelope.audience
        vault = MemoryVault(clock=FixedClock(datetime(2020, 8, 3, tzinfo=UTC))).for_reader(writer)
        closed = vault.close_data(writer, entry.envelope.id, data)
        assert len(closed) == len(value)
        fact = read(Entry(entry.envelope, closed), vault)
    else:
        fact = read(entry)

    assert type(fact.data) is CATALOGUE[current(name)]
    if name in CATALOGUE:
        assert fact.data.model_dump_json().encode() == data, "to the byte what a service of ours writes"
        assert fact.data.concerns() == entry.envelope.concerns


@pytest.mark.parametrize("name", REPORTS)
def test_a_golden_report_is_taken_at_the_gate_as_its_type(name: str) -> None:
    read_message = message_of(*message(load("examples", name)))
    assert read_message["dataschema"] == name
    # As the gate reads it: strictly, in JSON mode.
    CATALOGUE[current(name)].model_validate_json(json.dumps(read_message["data"]), strict=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_personal_text_is_sealed_where_it_stands(name: str) -> None:
    example = load("examples", name)
    for place, node in boxes("", example.get("data", example["value"])):
        assert node["field"] == place
        assert node["event"] == example["headers"]["ce_id"]
        assert all(UUID(owner) for owner in node["of"])


def boxes(place: str, node: Any) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        return [found for i, item in enumerate(node) for found in boxes(f"{place}.{i}", item)]
    if not isinstance(node, dict):
        return []
    if "box" in node:
        return [(place, node)]
    return [found for k, v in node.items() for found in boxes(f"{place}.{k}" if place else k, v)]


@pytest.mark.parametrize("name", facts())
def test_the_schema_says_what_a_reader_needs_to_know(name: str) -> None:
    schema, fact = load("schemas", name), facts()[name]
    assert schema["title"] == fact.SCHEMA
    assert schema["description"] == prose(fact.__doc__), "what happened, in the words of the office"
    assert (schema["x-type"], schema["x-version"], schema["x-restricted"]) == (
        fact.TYPE,
        fact.VERSION,
        fact.RESTRICTED,
    )
    assert channels_of(name), "a topic carries it"
