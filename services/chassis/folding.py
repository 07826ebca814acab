"""Folding facts into a state: one small function a fact, registered by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from events.base import Event

S = TypeVar("S")
E = TypeVar("E", bound=Event)


class Fold(Generic[S]):
    """What one stream says: an initial state and how each fact changes it; without a function it does not."""

    def __init__(self, initial: S) -> None:
        self.initial = initial
        self._steps: dict[type[Event], Callable[[S, Any], S]] = {}

    def on(self, fact: type[E]) -> Callable[[Callable[[S, E], S]], Callable[[S, E], S]]:
        def register(step: Callable[[S, E], S]) -> Callable[[S, E], S]:
            if self._steps.setdefault(fact, step) is not step:
                raise TypeError(f"{fact.__name__} is already folded")
            return step

        return register

    def evolve(self, state: S, fact: Event) -> S:
        step = self._steps.get(type(fact))
        return state if step is None else step(state, fact)

    def of(self, facts: Iterable[Event]) -> S:
        state = self.initial
        for fact in facts:
            state = self.evolve(state, fact)
        return state
