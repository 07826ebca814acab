"""What Prometheus reads of the figures: computed when it asks, small numbers by township left out.

Monitoring is let in by its address and not by its office, so it sees what any department may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.insight.answer import Labels, Line, answer
from services.insight.taking import Figures

WINDOW_DAYS = 30
BY_TOWNSHIP: dict[str, tuple[str, str]] = {
    "active": ("doudi_insight_active_cases", "Cases that stand granted"),
    "commitment_fen": ("doudi_insight_commitment_fen", "Granted a month as it stands, in fen"),
    "under_way": ("doudi_insight_cases_under_way", "Cases not decided yet"),
    "overdue": ("doudi_insight_cases_overdue", "Cases not decided and past their limit"),
    "reviews_open": ("doudi_insight_reviews_open", "Reviews under way"),
    "enrolled": ("doudi_insight_enrolled_people", "Beneficiaries enrolled"),
    "covered": ("doudi_insight_covered_people", "Of those, members of a case that is granted"),
}
BY_WINDOW: dict[str, tuple[str, str]] = {
    "granted": ("doudi_insight_granted_recently", f"Grants of the last {WINDOW_DAYS} days"),
    "declined": ("doudi_insight_declined_recently", f"Refusals of the last {WINDOW_DAYS} days"),
    "spend_fen": ("doudi_insight_spend_fen_recently", f"Granted in the last {WINDOW_DAYS} days, in fen"),
    "on_time_rate": ("doudi_insight_on_time_ratio", f"Decided in time, of the last {WINDOW_DAYS} days"),
}
EVENTS = ("doudi_insight_position_events", "Sequence of the last event counted of a source")
LETTERS = ("doudi_insight_letters_waiting", "Dead letters that wait, by the service that could not take them")
PARKED = ("doudi_insight_letters_parked", "Dead letters ever, by the service")


class Gauges(Collector):
    """Register in the registry of insight's `Metrics`."""

    def __init__(self, figures: Figures, labels: Labels) -> None:
        self._figures = figures
        self._labels = labels

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the registry would count all cells to learn names that nobody else has."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = answer(self._figures, self._labels, window=WINDOW_DAYS, hop=WINDOW_DAYS)
        for measure, (name, meaning) in BY_TOWNSHIP.items():
            yield self._lines(name, meaning, "township", now.townships, measure)
        for measure, (name, meaning) in BY_WINDOW.items():
            yield self._lines(name, meaning, "district", now.windows[:1], measure, now.district)
        counted = GaugeMetricFamily(*EVENTS, labels=["service", "source"])
        for source in now.sources:
            counted.add_metric(["insight", source.source], source.sequence)
        waiting = GaugeMetricFamily(*LETTERS, labels=["service", "of"])
        parked = CounterMetricFamily(*PARKED, labels=["service", "of"])
        for letters in now.letters:
            waiting.add_metric(["insight", letters.service], letters.waiting)
            parked.add_metric(["insight", letters.service], letters.parked)
        yield from (counted, waiting, parked)

    def _lines(
        self, name: str, meaning: str, label: str, lines: Sequence[Line], measure: str, code: str = ""
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, meaning, labels=["service", label, "zh"])
        for line in lines:
            value = line.values[measure]
            if value is not None:
                family.add_metric(["insight", code or line.code, line.zh if not code else ""], float(value))
        return family
