"""Pages of a list: a cursor that says where the next one begins, opaque to the caller.

A service declares what its cursor holds, and reads it back checked; a cursor made by hand is refused like
any other malformed field, and can reach nothing that the list would not show anyway.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.chassis.problems import invalid

T = TypeVar("T")

CursorText = Annotated[
    str | None, Query(max_length=1024, description="`next` of the page before; leave out for the first")
]
Limit = Annotated[int, Query(ge=1, le=500, description="most items on a page")]


class Page(BaseModel, Generic[T]):
    """Some items of a list; `next` is the cursor of the page after, absent on the last."""

    model_config = ConfigDict(frozen=True)

    items: tuple[T, ...]
    next: str | None = Field(default=None, description="pass as `cursor` for the following page")


class Cursor(BaseModel):
    """Where a page begins. Subclass with the fields that the list is ordered by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _fits_a_database(self) -> Self:
        for _, value in self:
            if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
                raise ValueError("a number of more than 64 bits")
            if isinstance(value, str) and "\0" in value:
                raise ValueError("a text that PostgreSQL does not take")
        return self

    def encode(self) -> str:
        return urlsafe_b64encode(self.model_dump_json().encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str | None) -> Self | None:
        """The cursor of a page; None where the caller asks for the first; Problem 422 for a bad one."""
        if text is None:
            return None
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            return cls.model_validate_json(raw, strict=True)
        except (UnicodeEncodeError, binascii.Error, ValidationError) as error:
            raise invalid(
                "query.cursor",
                "cursor",
                "页码游标无效，请从第一页重新读取。",
                "Not a cursor of this list: begin again.",
            ) from error
