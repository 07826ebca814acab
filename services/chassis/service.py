"""The declaration of a service: streams, whom it listens to, what it keeps, how it reacts, what falls due.

Everything here is registered by decorators in the service's own rooms and run by the chassis:

- a **stream** folds the facts of one aggregate into a state (`model.py`);
- a **keep** folds facts, of an upstream or its own, into rows beside the log. It is the only way to write
  such a row, so that they can be rebuilt from the logs alone;
- a **reaction** decides on an upstream fact (`reactions.py`);
- a **due** decides on a date that has come.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID, uuid5

from events.base import Event, Recorded
from events.ids import Identifier, ServiceId
from events.sealed import Sealed
from events.service import Letter
from services.chassis.folding import Fold

if TYPE_CHECKING:
    from services.chassis.work import Work

E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Callable[..., None])

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562: names that are URLs


class Shelf(Protocol):
    """What a keep may do: read and write rows beside the log, and note dates on which something falls due."""

    def get(self, kind: str, key: object) -> Any | None: ...

    def put(self, kind: str, key: object, value: Any) -> None: ...

    def drop(self, kind: str, key: object) -> None: ...

    def remind(self, day: date, kind: str, subject: Identifier) -> None:
        """On `day` (or the first day after on which the service runs) the due `kind` decides on `subject`."""

    def forget(self, kind: str, subject: Identifier) -> None: ...

    def open(self, sealed: Sealed) -> str | None:
        """The text, for an index that the service itself needs; None once its owner is erased."""


class DeclarationError(TypeError):
    """A service is declared in a way that would break a law of the house."""


@dataclass(eq=False)
class Service:
    """`listens`: names of the upstream services, in the order in which they are read."""

    name: str
    listens: tuple[str, ...] = ()
    streams: dict[str, Fold[Any]] = field(default_factory=dict)
    keeps: dict[type[Event], list[tuple[str | None, Callable[[Shelf, Any], None]]]] = field(
        default_factory=dict
    )
    reactions: dict[type[Event], list[Callable[[Work, Any], None]]] = field(default_factory=dict)
    dues: dict[str, Callable[[Work, Any], None]] = field(default_factory=dict)
    folded_from: dict[str, str] = field(default_factory=dict)

    def stream(self, identifier: type[Identifier], fold: Fold[Any]) -> None:
        self.streams[identifier.kind] = fold

    def keep(self, *facts: type[E], of: str | None = None) -> Callable[[F], F]:
        """Register `step(shelf, fact)`; it must depend on nothing but the two.

        `of` names the service whose facts are meant; needed for types that several services record.
        """

        def register(step: F) -> F:
            for fact in facts:
                self.keeps.setdefault(fact, []).append((of, step))
            return step

        return register

    def on(self, *facts: type[E]) -> Callable[[F], F]:
        """Register a reaction `decide(work, fact)` to an upstream fact."""

        def register(decide: F) -> F:
            for fact in facts:
                self.reactions.setdefault(fact, []).append(decide)
            return decide

        return register

    def due(self, kind: str) -> Callable[[F], F]:
        """Register `decide(work, subject)` for a date noted with `Shelf.remind`; it must record a fact that
        a keep answers with `forget` or a later `remind`."""

        def register(decide: F) -> F:
            if self.dues.setdefault(kind, decide) is not decide:
                raise DeclarationError(f"{self.name} already decides on {kind}")
            return decide

        return register

    def takes(self, fact: type[Event]) -> bool:
        """Whether facts of this type are taken from upstreams."""
        # What others record of their letters never is: it would queue behind our letters, be recorded as a
        # letter, queue behind theirs, and so on for ever.
        if issubclass(fact, Letter):
            return False
        return fact in self.reactions or any(of != self.name for of, _ in self.keeps.get(fact, ()))

    def subscription(self, district: str) -> dict[str, tuple[str, ...]]:
        """What is listened to, as recorded in `service.Listening`: types by source, sorted."""
        taken = sorted({fact.TYPE for fact in (*self.keeps, *self.reactions) if self.takes(fact)})
        return {source_of(district, name): tuple(taken) for name in self.listens}

    def own(self, district: str) -> ServiceId:
        """The stream of what this service records about itself."""
        return id_of(source_of(district, self.name))

    def check_folded(self, kind: str, source: str) -> None:
        """A local fact is folded from one source only: the order of two sources is not the same on replay."""
        name = name_of(source)
        if self.folded_from.setdefault(kind, name) != name:
            raise DeclarationError(
                f"{self.name} folds {kind} from {self.folded_from[kind]} and from {name}: one source only"
            )

    def check_read(self, kind: str, source: str) -> None:
        """While one upstream's fact is folded, rows of another upstream cannot be read: between two own
        events the two may have been taken in either order. Own rows can: their order is in the log."""
        owner, reader = self.folded_from.get(kind), name_of(source)
        if owner is not None and self.name not in (owner, reader) and owner != reader:
            raise DeclarationError(
                f"{self.name} reads {kind}, folded from {owner}, while it folds a fact of {reader}"
            )

    def apply(self, shelf: Shelf, fact: Recorded[Event]) -> None:
        source = name_of(fact.envelope.source)
        for of, step in self.keeps.get(type(fact.data), ()):
            if of is None or of == source:
                step(shelf, fact)

    def react(self, work: Work, fact: Recorded[Event]) -> None:
        for decide in self.reactions.get(type(fact.data), ()):
            decide(work, fact)


def id_of(source: str) -> ServiceId:
    """Of a service of a district, also as the decider of what it decides by itself."""
    return ServiceId.of(uuid5(NAMESPACE, source))


def source_of(district: str, name: str) -> str:
    """CloudEvents source of a service in a district: `/431202/living`."""
    return f"/{district}/{name}"


def name_of(source: str) -> str:
    return source.rpartition("/")[2]
