"""Insight: live figures of the district, counted from what every service records. It decides and records nothing.

Supervisors ask: how many were granted and declined, within the limit or late, what is spent, what is overdue,
who is enrolled and gets nothing, which service cannot take its letters. Limits that the figures show: 15 days
and more of the procedures in force (`Accepted.decide_by`); the clauses are in the papers that those name.

It holds nothing that could not be counted again from the topics. Its rooms: `shard` (rows and cells),
`figures` (the folds), `taking` (in order, once), `answer` and `withheld` (what is told to whom), `api`,
`gauges`; and for Kafka `stream` (the Faust application) with `host` (the thread in which it lives).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import FastAPI

from services.chassis.clock import Clock
from services.chassis.settings import Settings
from services.chassis.tokens import Tokens
from services.chassis.web import create_app
from services.insight.answer import Labels
from services.insight.api import router
from services.insight.gauges import Gauges
from services.insight.taking import Figures

NAME = "insight"
TITLE = ("实时数据", "Live figures: grants, spend, time limits, coverage, overdue work, dead letters.")


class Insight:
    """The figures of one district with their web; whoever drives them (a host) is chosen by the caller.

    `services` are the names of all that record; `labels` the townships by their 12-digit code.
    """

    def __init__(self, settings: Settings, services: Iterable[str], labels: Labels, clock: Clock) -> None:
        self.settings = settings
        self.figures = Figures(settings.district, services, clock)
        self.figures.metrics.registry.register(Gauges(self.figures, labels))
        self.unready: list[Callable[[], list[str]]] = [self.figures.unready]
        self.ended: Callable[[], bool] = lambda: False
        """Whether the program is about to stop: open streams then close."""
        self._labels = labels

    def app(self, tokens: Tokens) -> FastAPI:
        return create_app(
            NAME,
            *TITLE,
            [router(self.figures, self._labels, lambda: self.ended())],
            settings=self.settings,
            tokens=tokens,
            metrics=self.figures.metrics,
            readiness=lambda: [why for reason in self.unready for why in reason()],
        )
