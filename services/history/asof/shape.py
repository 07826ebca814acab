"""What one kind of subject is folded into: a state, and one small function a fact that changes it.

Beside the fact each step is told when it was recorded (`Placed`): where two facts of one matter took effect
in another order than they were decided, the later decision stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from events.base import Event
from services.history.asof.placing import Placed

S = TypeVar("S")
Step = Callable[[S, Any, Placed], S]


class Shape(Generic[S]):
    """The facts it has no step for change nothing; they need not even be read."""

    def __init__(self) -> None:
        self._steps: dict[type[Event], Step[S]] = {}

    def on(self, *facts: type[Event]) -> Callable[[Step[S]], Step[S]]:
        def register(step: Step[S]) -> Step[S]:
            for fact in facts:
                if self._steps.setdefault(fact, step) is not step:
                    raise TypeError(f"{fact.TYPE} is already folded")
            return step

        return register

    @property
    def types(self) -> frozenset[str]:
        return frozenset(fact.TYPE for fact in self._steps)

    def fold(self, state: S, facts: Iterable[Placed]) -> S:
        for placed in facts:
            step = self._steps.get(type(placed.fact))
            if step is not None:
                state = step(state, placed.fact, placed)
        return state
