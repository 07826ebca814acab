"""The AsyncAPI document: valid by its official schema, whole, and true of the services."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

import services
from events.contracting.catalogue import facts
from events.contracting.channels import CHANNELS
from events.contracting.writing import FOLDER
from events.contracting.yaml_text import to_yaml
from services.chassis.departments import Department
from services.chassis.gate import Gate
from services.chassis.kafka.topics import FOR_EVER, gate_topic, topic_of
from services.chassis.service import Service

CALM = settings(deadline=None, max_examples=60)  # a busy machine is no failure

OFFICIAL = json.loads(Path(__file__).with_name("asyncapi-3.0.0.json").read_text(encoding="utf-8"))
OURS = {channel.topic: channel for channel in CHANNELS if channel.ours}
GATES = {channel.topic: channel for channel in CHANNELS if not channel.ours}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((FOLDER / "asyncapi.yaml").read_text(encoding="utf-8"))
    return made


def follow(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_it_is_valid_by_the_official_schema(document: dict[str, Any]) -> None:
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft7Validator(OFFICIAL).iter_errors(document)
    ]
    assert errors == []
    document = {**document, "channels": {"x": {"address": 1}}}
    assert not Draft7Validator(OFFICIAL).is_valid(document), "the official schema refuses what is wrong"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in references(item)]
        if not isinstance(node, dict):
            return []
        own = [node[name] for name in ("$ref", "x-opened", "x-golden-example") if name in node]
        return own + [found for item in node.values() for found in references(item)]

    found = references(document)
    assert len(found) > 2 * len(facts())
    for reference in found:
        if reference.startswith("#/"):
            assert follow(document, reference)
        else:
            assert (FOLDER / reference).is_file()


def test_every_version_is_a_message_on_a_channel(document: dict[str, Any]) -> None:
    versions = {path.stem for path in (FOLDER / "schemas").glob("*.json")}
    assert set(document["components"]["messages"]) == versions
    assert {name for channel in document["channels"].values() for name in channel["messages"]} == versions


def test_golden_headers_are_as_the_document_says(document: dict[str, Any]) -> None:
    for name, message in document["components"]["messages"].items():
        headers = json.loads((FOLDER / message["x-golden-example"]).read_text(encoding="utf-8"))["headers"]
        general, own = message["headers"]["allOf"]
        for schema in (follow(document, general["$ref"]), own):
            assert [error.message for error in Draft202012Validator(schema).iter_errors(headers)] == []
        known = follow(document, general["$ref"])["properties"]
        assert set(headers) <= set(known), f"{name} has a header that the document does not name"


def test_restricted_facts_travel_closed(document: dict[str, Any]) -> None:
    closed = {name for name, fact in facts().items() if fact.RESTRICTED}
    messages = document["components"]["messages"]
    assert {name for name in messages if "x-opened" in messages[name]["payload"]} == closed
    assert closed


def test_every_topic_is_sent_and_read_by_somebody(document: dict[str, Any]) -> None:
    acts = {(one["action"], one["channel"]["$ref"]) for one in document["operations"].values()}
    assert acts == {(act, f"#/channels/{topic}") for topic in OURS for act in ("send", "receive")} | {
        ("receive", f"#/channels/{topic}") for topic in GATES
    }


def test_topics_are_kept_as_the_chassis_makes_them(document: dict[str, Any]) -> None:
    for topic, channel in document["channels"].items():
        kept = channel["bindings"]["kafka"]["topicConfiguration"]
        assert {name: str(kept[name]) for name in ("retention.ms", "retention.bytes")} == {
            name: FOR_EVER[name] for name in ("retention.ms", "retention.bytes")
        }
        assert channel["bindings"]["kafka"]["topic"] == topic


def declared(kind: type[Any]) -> list[Any]:
    """Every service or gate that a room of `services/` declares, each once."""
    found: dict[int, Any] = {}
    for room in pkgutil.iter_modules(services.__path__, "services."):
        if not room.ispkg or room.name in ("services.chassis", "services.cli", "services.simulator"):
            continue
        package = importlib.import_module(room.name)
        for module in pkgutil.iter_modules(package.__path__, room.name + "."):
            if not module.ispkg and not module.name.endswith("__main__"):
                for value in vars(importlib.import_module(module.name)).values():
                    if isinstance(value, kind):
                        found[id(value)] = value
        found |= {id(value): value for value in vars(package).values() if isinstance(value, kind)}
    return list(found.values())


def test_every_service_has_its_channel() -> None:
    topics = {topic_of(service.name) for service in declared(Service)}
    assert topics
    assert topics <= set(OURS)


def test_every_gate_takes_what_its_channels_say() -> None:
    taken: dict[str, set[str]] = {}
    for gate in declared(Gate):
        for name, (_, contract) in gate._contracts.items():
            for department in contract.departments:
                taken.setdefault(gate_topic(department), set()).add(name)
    assert taken == {topic: set(channel.types or ()) for topic, channel in GATES.items()}
    assert {channel.writer for channel in GATES.values()} <= set(Department)


scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
trees = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@CALM
@given(st.dictionaries(st.text(), trees))
def test_what_is_written_as_yaml_is_read_as_it_was(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value)) == value
