"""The grammar of the language: what a fact is, what is recorded around it, and how old facts are read.

A fact (`Event`) says what happened in the words of the office. Recording it adds the `Envelope`: who,
when, after what. The catalogue knows every type by its stored name, `registry.PersonRegistered.1`; facts
stored under an older version are lifted by upcasters, step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from events.ids import Concerned

Data = dict[str, Any]


class Value(BaseModel):
    """A part of a fact: immutable, and strict towards whoever writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Value):
    """A fact: past tense, no ids of its own, no time of recording. Its vocabulary and class name its type.

    `version` counts the shapes the type has had; `restricted` facts (means, illness, findings) are
    readable only for the service that records them, for history and for audit; `shape` marks a class that
    only passes on its fields and is no fact itself.
    """

    TYPE: ClassVar[str] = ""
    SCHEMA: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    RESTRICTED: ClassVar[bool] = False

    def __init_subclass__(cls, *, version: int = 1, restricted: bool = False, shape: bool = False) -> None:
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, version: int = 1, restricted: bool = False, shape: bool = False, **_: Any
    ) -> None:
        super().__pydantic_init_subclass__()
        if shape:
            return
        cls.TYPE = f"{_vocabulary(cls.__module__)}.{cls.__name__}"
        cls.VERSION = version
        cls.SCHEMA = f"{cls.TYPE}.{version}"
        cls.RESTRICTED = restricted
        if CATALOGUE.setdefault(cls.SCHEMA, cls) is not cls:
            raise TypeError(f"{cls.SCHEMA} is already defined by {CATALOGUE[cls.SCHEMA]}")

    def concerns(self) -> tuple[UUID, ...]:
        """Every person and household in the fact, each once, in the order of its fields."""
        found: dict[int, UUID] = {}
        _add_concerned(self, found)
        return tuple(found.values())


CATALOGUE: dict[str, type[Event]] = {}


def _vocabulary(module: str) -> str:
    """`events.registry`, `events.finance.books` → `registry`, `finance`; of a module outside the language its own name."""
    top, _, below = module.partition(".")
    return below.partition(".")[0] if top == "events" else module.rpartition(".")[2]


@cache
def fields_holding(model: type[BaseModel], wanted: type) -> tuple[str, ...]:
    """Fields of a model that can hold a `wanted`, by their annotations, also inside other models and tuples."""

    def may_hold(annotation: Any) -> bool:
        if isinstance(annotation, type) and not get_args(annotation):
            if issubclass(annotation, BaseModel):
                return bool(fields_holding(annotation, wanted))
            return issubclass(annotation, wanted) or annotation in (object, tuple, list)
        return any(map(may_hold, get_args(annotation)))

    return tuple(name for name, field in model.model_fields.items() if may_hold(field.annotation))


def _add_concerned(value: Any, found: dict[int, UUID]) -> None:
    if isinstance(value, Concerned):
        if value.int not in found:
            found[value.int] = UUID(int=value.int)
    elif isinstance(value, BaseModel):
        for name in fields_holding(type(value), Concerned):
            _add_concerned(getattr(value, name), found)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _add_concerned(item, found)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a member of staff by random id, in a post of a department; a service acts as itself."""

    department: str
    post: str = ""
    person: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is recorded around a fact: the attributes of CloudEvents 1.0 and Doudi's extensions.

    `known` is every upstream position that the source had consumed when it decided, in full; `heard` the
    highest positions, of sources it does not listen to, that anything it consumed had named. `decision` is
    the id of the first event recorded in the same decision: what was decided together stays together.
    `depth` counts the reactions between this fact and the command that began it.
    """

    id: UUID
    source: str
    type: str
    dataschema: str
    subject: str
    concerns: tuple[UUID, ...]
    stream: UUID
    streamversion: int
    time: datetime
    effective: date
    recordedtime: datetime
    sequence: int
    previous: UUID | None = None
    known: dict[str, int]
    heard: dict[str, int] = field(default_factory=dict)
    decision: UUID
    correlationid: UUID
    causationid: UUID | None = None
    depth: int = 0
    corrects: UUID | None = None
    actor: Actor
    audience: str | None = None


E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E]):
    """A fact and what was recorded around it."""

    envelope: Envelope
    data: E


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a log as it was stored and as it travels: the envelope, and the data's very bytes."""

    envelope: Envelope
    data: bytes


class UnknownType(LookupError):
    """No fact of this name, or a version newer than this program knows."""


Lift = Callable[[Data], Data]
UPCASTERS: dict[str, tuple[str, Lift]] = {}


def upcast(old: str, to: str) -> Callable[[Lift], Lift]:
    """Register how data stored as `old` (`registry.PersonRegistered.1`) becomes data of `to`."""

    def register(step: Lift) -> Lift:
        if UPCASTERS.setdefault(old, (to, step))[1] is not step:
            raise TypeError(f"{old} already has an upcaster")
        return step

    return register


def check_upcasters() -> None:
    """At start-up: every upcaster leads, without a circle, to a type of the catalogue; TypeError if not."""
    for old in UPCASTERS:
        name, steps = old, 0
        while name in UPCASTERS:
            name, steps = UPCASTERS[name][0], steps + 1
            if steps > len(UPCASTERS):
                raise TypeError(f"the upcasters of {old} go in a circle")
        if name not in CATALOGUE:
            raise TypeError(f"{old} is lifted to {name}, which is no fact of the catalogue")
        if old in CATALOGUE:
            raise TypeError(f"{old} is current and cannot have an upcaster")


def current(dataschema: str) -> str:
    """The schema under which data stored as `dataschema` is read now; UnknownType if none is."""
    while dataschema in UPCASTERS:
        dataschema = UPCASTERS[dataschema][0]
    if dataschema not in CATALOGUE:
        raise UnknownType(dataschema)
    return dataschema


def lift(dataschema: str, data: Data) -> tuple[str, Data]:
    """Data of an older schema as data of the current one."""
    while dataschema in UPCASTERS:
        dataschema, step = UPCASTERS[dataschema]
        data = step(data)
    return dataschema, data
