"""Sealed text: what identifies a person lies in the log only as a box to which the vault has the key.

Whoever records a fact holds the text in clear; the chassis closes it under the keys of its owners before
the fact reaches a store or a topic. A box knows where it was closed (event and field): the cipher binds
both, so a box moved to another event does not open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from events.base import fields_holding


class NotSealed(Exception):
    """Text in clear was about to be written."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Text that belongs to `owners` (one or more people or households): in clear or in a box, never both."""

    owners: tuple[UUID, ...]
    clear: str | None = field(default=None, repr=False)
    event: UUID | None = None
    field_id: str = ""
    box: str = field(default="", repr=False)

    @classmethod
    def of(cls, text: str, *owners: UUID) -> Sealed:
        """Text in the hands of its writer. Text about several people is closed under all their keys."""
        return cls(owners=tuple(sorted({UUID(int=owner.int) for owner in owners})), clear=text)

    def closed(self, event: UUID, field_id: str, box: str) -> Sealed:
        return Sealed(self.owners, None, event, field_id, box)

    @property
    def associated(self) -> bytes:
        """What the cipher binds beside the text: event, field and owners."""
        if self.event is None:
            raise NotSealed(self.field_id)
        field_id = self.field_id.encode()
        length = len(field_id).to_bytes(2, "big")
        return b"".join([self.event.bytes, length, field_id, *(o.bytes for o in self.owners)])

    def to_json(self) -> dict[str, Any]:
        if self.clear is not None or self.event is None:
            raise NotSealed("personal text must be sealed before it is written")
        return {
            "of": [str(owner) for owner in self.owners],
            "event": str(self.event),
            "field": self.field_id,
            "box": self.box,
        }

    @classmethod
    def from_json(cls, value: Any) -> Sealed:
        if isinstance(value, cls):
            return value
        if not isinstance(value, dict) or not {"of", "event", "field", "box"} <= value.keys():
            raise ValueError("a sealed text has `of`, `event`, `field` and `box`")
        return cls(
            owners=tuple(UUID(str(owner)) for owner in value["of"]),
            event=UUID(str(value["event"])),
            field_id=str(value["field"]),
            box=str(value["box"]),
        )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.from_json,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_json),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = {"type": "string"}
        return {
            "type": "object",
            "title": "Sealed",
            "description": "Text closed under its owners' keys (AES-256-GCM); ask the vault to open it.",
            "properties": {
                "of": {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1},
                "event": {"type": "string", "format": "uuid"},
                "field": text,
                "box": {"type": "string", "contentEncoding": "base64url"},
            },
            "required": ["of", "event", "field", "box"],
        }


def map_sealed(value: Any, change: Callable[[str, Sealed], Sealed], path: str = "") -> Any:
    """`value` with every Sealed in it passed through `change(field id, sealed)`; the rest stays as it is.

    Looks into models, tuples and lists; the field id is the dotted path (`members.0.name`).
    """
    if isinstance(value, Sealed):
        return change(path, value)
    if isinstance(value, BaseModel):
        prefix = path + "." if path else ""
        changed = {}
        for name in fields_holding(type(value), Sealed):
            old = getattr(value, name)
            new = map_sealed(old, change, prefix + name)
            if new is not old:
                changed[name] = new
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, (tuple, list)):
        items = [map_sealed(item, change, f"{path}.{i}") for i, item in enumerate(value)]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    return value
