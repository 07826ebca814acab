"""Facts read by DuckDB: for a type of fact the columns it becomes, and whether its text is to the letter that fact.

What was read is written again and held against what lay there. So nothing passes that was read otherwise than it is
written: another kind of value, a field too many, twice, or in another place. What may not be missing and bounds are
looked at besides; a text with an escape in it is not taken, because there is more than one way to write it. It takes
nothing that the fact itself would refuse (the tests hold both against each other), but it is stricter: what it does not
take is not yet wrong, and has to be read as the fact itself.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

import annotated_types as at
from pydantic import BaseModel, Strict
from pydantic.fields import FieldInfo

from events.base import Event
from events.sealed import Sealed
from services.history.audit.twins import Unchecked
from services.history.lake.selection import quoted

NONE = type(None)
NOTHING_TO_SQL = (Strict,)
"""Of what pydantic is told beside a type: a text that is written again is strict by itself."""


class Box(BaseModel):
    """A sealed text as it lies in a fact, which stays sealed."""

    of: tuple[UUID, ...]
    event: UUID
    field: str
    box: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`shape`: of what DuckDB reads. `within`: tests, templates over `{}`, the value. `optional`: it may be NULL."""

    shape: Any
    within: tuple[str, ...] = ()
    optional: bool = False

    @property
    def tests(self) -> tuple[str, ...]:
        """NULL, or untrue, where it is not taken."""
        if self.optional:
            return tuple(f"({{}} IS NULL OR {one})" for one in self.within)
        return ("{} IS NOT NULL", *self.within)


@dataclass(frozen=True, slots=True)
class Twin:
    """`shape`: for `from_json`."""

    shape: str
    tests: tuple[str, ...]

    @property
    def read(self) -> str:
        """The struct, of the text `data`; NULL where that is no JSON."""
        return f"TRY(from_json(data, {quoted(self.shape)}))"

    def taken_as(self, name: str) -> str:
        """Whether it is the fact, over the struct of that name and the text `data`."""
        tests = (test.replace("{}", name) for test in (*_TO_THE_LETTER, *self.tests))
        return f"coalesce({' AND '.join(tests)}, false)"


_TO_THE_LETTER = ("CAST(to_json({}) AS VARCHAR) = data", "NOT contains(data, '\\')")


_PLAIN = {bool: "BOOLEAN", int: "BIGINT", str: "VARCHAR"}


def twin_of(fact: type[Event], as_text: tuple[str, ...] = ()) -> Twin:
    """`as_text`: fields, at any depth, that stay JSON of whatever is in them: for the caller to check. Unchecked where
    SQL cannot check what a fact says."""
    kind = _model(fact, as_text)
    return Twin(json.dumps(kind.shape), kind.tests)


def _model(model: type[BaseModel], as_text: tuple[str, ...]) -> Kind:
    decorators = model.__pydantic_decorators__
    if decorators.field_validators or decorators.model_validators or decorators.validators:
        raise Unchecked(f"{model.__name__} has checks of its own")
    shape: dict[str, Any] = {}
    within: list[str] = []
    for name, info in model.model_fields.items():
        kind = Kind("JSON") if name in as_text else _field(name, info, as_text)
        shape[name] = kind.shape
        within += [one.replace("{}", f'{{}}."{name}"') for one in kind.tests]
    return Kind(shape, tuple(within))


def _field(name: str, info: FieldInfo, as_text: tuple[str, ...]) -> Kind:
    if info.alias is not None or info.default_factory is not None:
        raise Unchecked(f"{name} has an alias or makes its default")
    try:
        return _bounded(_kind(info.annotation, as_text), info.metadata)
    except Unchecked:
        if info.default != ():
            raise
        return Kind(["VARCHAR"], ("len({}) = 0",))  # taken only where there is none of it


def _kind(annotation: Any, as_text: tuple[str, ...]) -> Kind:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *said = get_args(annotation)
        return _bounded(_kind(inner, as_text), list(_flat(said)))
    if origin is Literal:
        return _one_of([str(one) for one in get_args(annotation)])
    if origin in (Union, types.UnionType):
        parts = [one for one in get_args(annotation) if one is not NONE]
        if len(parts) != 1 or NONE not in get_args(annotation):
            raise Unchecked(f"SQL cannot check {annotation}")
        kind = _kind(parts[0], as_text)
        return Kind(kind.shape, kind.within, optional=True)
    if origin is tuple and get_args(annotation)[1:] == (...,):
        return _list(_kind(get_args(annotation)[0], as_text))
    if annotation is Sealed:
        return _model(Box, ())
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return _model(annotation, as_text)
        if issubclass(annotation, Enum):
            return _one_of([str(one.value) for one in annotation])
        if annotation is date:
            return Kind("DATE", ("{} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'",))
        if issubclass(annotation, UUID):
            return Kind("UUID")
        if annotation in _PLAIN:
            return Kind(_PLAIN[annotation])
    raise Unchecked(f"SQL cannot check {annotation}")


def _one_of(members: list[str]) -> Kind:
    return Kind("VARCHAR", (f"{{}} IN ({', '.join(map(quoted, members))})",))


def _list(kind: Kind) -> Kind:
    if kind.tests == Kind(None).tests:
        return Kind([kind.shape], ("list_count({}) = len({})",))
    inside = " AND ".join(one.replace("{}", "one") for one in kind.tests)
    return Kind(
        [kind.shape],
        (f"list_bool_and(list_transform({{}}, lambda one: coalesce({inside}, false))) IS NOT FALSE",),
    )


def _flat(said: list[Any]) -> Iterator[Any]:
    for one in said:
        yield from one.metadata if isinstance(one, FieldInfo) else (one,)


def _bounded(kind: Kind, said: list[Any]) -> Kind:
    length = "len" if isinstance(kind.shape, list) else "length"
    tests: list[str] = []
    for one in said:
        match one:
            case at.Ge():
                tests.append(f"{{}} >= {one.ge}")
            case at.Gt():
                tests.append(f"{{}} > {one.gt}")
            case at.Le():
                tests.append(f"{{}} <= {one.le}")
            case at.MinLen():
                tests.append(f"{length}({{}}) >= {one.min_length}")
            case at.MaxLen():
                tests.append(f"{length}({{}}) <= {one.max_length}")
            case _ if (pattern := getattr(one, "pattern", None)) is not None:
                if not (pattern.startswith("^") and pattern.endswith("$")):
                    raise Unchecked(f"{pattern} is not of the whole text")
                tests.append(f"regexp_full_match({{}}, {quoted(pattern[1:-1])})")
            case _ if not isinstance(one, NOTHING_TO_SQL):
                raise Unchecked(f"SQL cannot check {one!r}")
    return Kind(kind.shape, (*kind.within, *tests), kind.optional)
