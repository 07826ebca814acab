"""Sensible values for the fields of a golden example, from a fact's JSON Schema alone; the same every time.

A value is looked for in this order: the field's own `examples`, codes listed in its description (`code:
death, moved_away`), a sample known for its name, the values it may have, samples in turn. The first that
fits the field's pattern and limits is taken; SampleMissing where none does.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

Schema = Mapping[str, Any]

NAMED: dict[str, Any] = {
    "again": "2020-08-03T01:05:00Z",
    "amount_fen": 38000,
    "as_of": "2020-08-01",
    "basis": "民发〔2021〕57号",
    "born": "1958-04-12",
    "clause": "一",
    "closes": "2020-08-10",
    "confirmed": "2020-08-28",
    "decide_by": "2020-09-02",
    "deductions": 12000,
    "department": "civil-affairs",
    "en": "Unknown person.",
    "ethnicity": "15",
    "field": "data.person",
    "final": False,
    "illustrative": True,
    "key": "health|/health/vital-records|2020-000117",
    "language": "1",
    "letter_sequence": 1207,
    "letter_source": "/431202/living",
    "monthly_income": 45000,
    "name": "income",
    "number": "43号",
    "post": "township-clerk",
    "programme": "dibao",
    "purpose": "application for dibao",
    "reason": "request",
    "recipient": "township:431202101000",
    "refused": 0,
    "relation": "01",
    "report_id": "2020-000117",
    "report_source": "/health/vital-records",
    "report_type": "reports.DeathReported",
    "review_on": "2021-08-01",
    "rows": "dibao.rural.1",
    "rule": "unknown-person",
    "sex": "2",
    "sources": {"/431202/living": ["assistance.Exited", "assistance.SubsidyGranted"]},
    "survey_by": "2020-08-13",
    "template": "granted.township",
    "township": "431202101000",
    "unchanged": 0,
    "until": "2020-08-14",
    "updated": 0,
    "value": "33000",
    "values": {"amount": "380.00"},
    "village": "431202101201",
    "zh": "查无此人。",
}
TEXTS = ("2020-08", "431202101000", "431202101201", "43", "1", "dibao", "dibao_rural", "/431202/registry")
DIGEST = hashlib.sha256("兜底".encode()).hexdigest()
FORMATS = {"date": "2020-08-03", "date-time": "2020-08-03T01:00:00Z", "time": "09:00:00"}

# Who is meant by a field that names a person or household; all others are the first of their kind.
OTHERS = {"duplicate": 2, "former": 2, "joined": 2, "left": 3, "into": 2, "absorbed": 2, "merged": 2}
# Ids that name an event: they look like one (UUIDv7).
EVENTS = {"about", "assessment", "cause", "event", "letter"}


class SampleMissing(LookupError):
    """No sample fits a field: give it one, `Field(examples=[...])`."""


def identifier(kind: str, number: int = 1) -> str:
    """The n-th person, household ... of the examples' small world; random to look at (UUIDv4)."""
    return str(UUID(bytes=_bytes(f"{kind} {number}")[:16], version=4))


def event_id(name: str) -> str:
    """A UUIDv7 of 3 August 2020, 09:00 in Asia/Shanghai."""
    milliseconds = 1_596_416_400_000
    tail = int.from_bytes(_bytes(f"event {name}")[:10])
    return str(UUID(int=milliseconds << 80 | 7 << 76 | (tail >> 68) << 64 | 2 << 62 | tail & (1 << 62) - 1))


def box(name: str, length: int) -> str:
    """What a box round `length` bytes looks like: version, nonce, ciphertext and tag, base64url."""
    content = b"\x01" + b"".join(_bytes(f"box {name} {part}") for part in range(length // 32 + 2))
    return base64.urlsafe_b64encode(content[: 1 + 12 + length + 16]).decode()


def sample(schema: Schema, event: str) -> dict[str, Any]:
    """Data of the fact whose schema this is, every field filled; `event` is the id of its own event."""
    made: dict[str, Any] = _Sampler(schema, event).value("", "", schema, 1)
    return made


class _Sampler:
    def __init__(self, schema: Schema, event: str) -> None:
        self._definitions: Schema = schema.get("$defs", {})
        self._event = event
        self._owner = _owner(schema)

    def value(self, path: str, name: str, node: Schema, number: int) -> Any:
        node = self._plain(node)
        if node.get("x-sealed"):
            return {"of": [self._owner], "event": self._event, "field": path, "box": box(path, 12)}
        if "x-identifies" in node:
            kind = node["x-identifies"]
            kind = "person" if kind == "concerned" else kind
            return identifier(kind, OTHERS.get(name, 1) + number - 1)
        if node.get("format") == "uuid":
            who = f"{name} {number}"
            return event_id(who) if name in EVENTS else identifier(who)
        for candidate in self._candidates(name, node):
            if self._fits(candidate, node):
                return candidate
        if node.get("type") == "object":
            return self._object(path, name, node)
        if node.get("type") == "array":
            return self._list(path, name, node)
        raise SampleMissing(f"no sample fits `{path}` {dict(node)}: give it Field(examples=[...])")

    def _object(self, path: str, name: str, node: Schema) -> dict[str, Any]:
        values = node.get("additionalProperties")
        if isinstance(values, Mapping):
            return {"key": self.value(f"{path}.key", name, values, 1)}
        prefix = path + "." if path else ""
        return {
            field: self.value(prefix + field, field, inner, 1)
            for field, inner in node.get("properties", {}).items()
        }

    def _list(self, path: str, name: str, node: Schema) -> list[Any]:
        if "prefixItems" in node:
            return [self.value(f"{path}.{i}", name, one, i + 1) for i, one in enumerate(node["prefixItems"])]
        length = max(1, node.get("minItems", 1))
        return [self.value(f"{path}.{i}", name, node["items"], i + 1) for i in range(length)]

    def _candidates(self, name: str, node: Schema) -> Iterator[Any]:
        yield from node.get("examples", ())
        codes = re.search(r"\bcode: (\w+)|e\.g\. `([^`]+)`", node.get("description", ""))
        yield from filter(None, codes.groups()) if codes else ()
        yield from (NAMED[name],) if name in NAMED else ()
        yield from (node["const"],) if "const" in node else ()
        yield from node.get("enum", ())
        match node.get("type"):
            case "string":
                if "format" in node:
                    yield FORMATS.get(node["format"])
                else:
                    yield from (name, *TEXTS, DIGEST) if "pattern" not in node else (*TEXTS, DIGEST)
            case "integer" | "number":
                yield from (1, 0, node.get("minimum"), node.get("maximum"))
            case "boolean":
                yield True
            case "null":
                yield None

    def _fits(self, value: Any, node: Schema) -> bool:
        if "const" in node or "enum" in node:
            return value == node.get("const", value) and value in node.get("enum", [value])
        match node.get("type"):
            case "string":
                return (
                    isinstance(value, str)
                    and re.search(node.get("pattern", ""), value) is not None
                    and node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value))
                    and _is_of(node.get("format", ""), value)
                )
            case "integer" | "number":
                return (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and node.get("minimum", value) <= value <= node.get("maximum", value)
                    and value > node.get("exclusiveMinimum", value - 1)
                    and value < node.get("exclusiveMaximum", value + 1)
                )
            case "boolean":
                return isinstance(value, bool)
            case "object":
                return isinstance(value, dict) and isinstance(node.get("additionalProperties"), Mapping)
            case "null":
                return value is None
            case _:
                return False

    def _plain(self, node: Schema) -> Schema:
        """Without references, and the first choice that is not null."""
        while "$ref" in node or "anyOf" in node:
            rest = {keyword: value for keyword, value in node.items() if keyword not in ("$ref", "anyOf")}
            if "$ref" in node:
                node = {**self._definitions[node["$ref"].rpartition("/")[2]], **rest}
            else:
                choices = [one for one in node["anyOf"] if one.get("type") != "null"]
                node = {**choices[0], **rest}
        return node


def _owner(schema: Schema) -> str:
    """Whose the sealed texts of a fact are: the first that it names."""
    for name, node in schema.get("properties", {}).items():
        for choice in (node, *node.get("anyOf", ())):
            if choice.get("x-identifies") in ("person", "household", "staff"):
                return identifier(choice["x-identifies"], OTHERS.get(name, 1))
    return identifier("staff 1")


def _is_of(form: str, value: str) -> bool:
    match form:
        case "date":
            return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
        case "date-time":
            return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value) is not None
        case _:
            return True


def _bytes(name: str) -> bytes:
    return hashlib.sha256(f"doudi example: {name}".encode()).digest()
