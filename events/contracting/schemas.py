"""The JSON Schema (2020-12) of a fact's data, as whoever reads or writes the message needs it.

Beyond pydantic's own: `x-identifies` says what an id names, `x-restricted` that the data travels closed
under the service's audience key, and sealed text is defined once. What we record may gain fields, and
readers pass over those they do not know, so the schema of what we record is open; the schema of a report
to us is closed, as our gate is.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from events.base import Event
from events.contracting.catalogue import reported
from events.ids import Identifier

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


class _Words(GenerateJsonSchema):
    """Fields keep their own names: no titles made up from them; ids say what they name."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        kind = getattr(schema["function"].get("function"), "__self__", None)
        if isinstance(kind, type) and issubclass(kind, Identifier):
            return {**made, "x-identifies": kind.kind}
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        # A factory gives no default to print; the only ones in the language make something empty.
        if "default_factory" in schema and "default" not in made:
            made = {**made, "default": {} if made.get("type") == "object" else []}
        return made

    def generate(self, schema: CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        made = super().generate(schema, mode)
        return {"$schema": DIALECT, **made}


def schema_of(fact: type[Event]) -> Schema:
    """What `fact.model_validate_json` accepts, with the facts about the type that a reader needs."""
    made = fact.model_json_schema(schema_generator=_Words)
    definitions = made.pop("$defs", {})
    if not reported(fact.SCHEMA):
        made, definitions = _opened(made), _opened(definitions)
    made = _sealed_once(made, definitions)
    head: Schema = {
        "$schema": made.pop("$schema"),
        "title": fact.SCHEMA,
        "description": prose(fact.__doc__),
        "x-type": fact.TYPE,
        "x-version": fact.VERSION,
        "x-restricted": fact.RESTRICTED,
    }
    made.pop("title", None)
    made.pop("description", None)
    body = {"type": made.pop("type"), "properties": made.pop("properties", {}), **made}
    return {**head, **body, **({"$defs": dict(sorted(definitions.items()))} if definitions else {})}


def prose(docstring: str | None) -> str:
    """A docstring as running text: lines joined, paragraphs kept."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(docstring or ""))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _opened(node: Any) -> Any:
    """Without `additionalProperties: false`: readers pass over what they do not know."""
    if isinstance(node, dict):
        return {
            name: _opened(value)
            for name, value in node.items()
            if not (name == "additionalProperties" and value is False)
        }
    return [_opened(item) for item in node] if isinstance(node, list) else node


def _sealed_once(made: Schema, definitions: Schema) -> Schema:
    """Every sealed text as a reference to one definition, added to `definitions` when there is any."""
    found: list[Schema] = []

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if node.get("title") != "Sealed":
            return {name: walk(value) for name, value in node.items()}
        own = {name: value for name, value in node.items() if name in ("description", "default")}
        found.append(node)
        if own.get("description", "").startswith("Text closed"):
            own.pop("description")  # the definition says it
        return {"$ref": "#/$defs/Sealed", **own}

    walked = {name: walk(value) for name, value in made.items()}
    for name in list(definitions):
        definitions[name] = walk(definitions[name])
    if found:
        definition = {name: value for name, value in found[0].items() if name != "default"}
        definition["description"] = (
            "Text about persons, closed under the keys of its owners (AES-256-GCM). "
            "Event, field and owners are bound by the cipher; the vault opens it to who is entitled."
        )
        definitions["Sealed"] = {**definition, "x-sealed": True}
    return walked
