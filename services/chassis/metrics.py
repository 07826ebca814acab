"""What a service tells Prometheus about itself: how far behind, what waits, how long decisions take.

Labels are names of services, types, routes and kinds of failure, never ids of people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The collectors of one service, in a registry of their own: several services live in one process."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self._stopped: dict[str, str] = {}
        self._lock = Lock()
        mine, registry = ["service"], self.registry
        self._lag = Gauge(
            "doudi_feed_lag_events",
            "Events of a source that are not taken yet",
            [*mine, "source"],
            registry=registry,
        )
        self._feed_stopped = Gauge(
            "doudi_feed_stopped",
            "1 while the feed of a source is stopped, by reason",
            [*mine, "source", "reason"],
            registry=registry,
        )
        self._letters = Gauge(
            "doudi_dead_letters_waiting", "Upstream events that wait", mine, registry=registry
        )
        self._relay_lag = Gauge(
            "doudi_relay_lag_events", "Recorded events not in the topic yet", mine, registry=registry
        )
        self._decisions = Histogram(
            "doudi_decision_seconds",
            "From the asking of a decision to its commit",
            mine,
            buckets=_FAST,
            registry=registry,
        )
        self._commits = Counter("doudi_commits", "Transactions committed", mine, registry=registry)
        self._lost_races = Counter(
            "doudi_commits_lost", "Transactions decided again after a lost race", mine, registry=registry
        )
        self._recorded = Counter(
            "doudi_events_recorded", "Events recorded", [*mine, "type"], registry=registry
        )
        self._http = Histogram(
            "doudi_http_seconds",
            "Duration of requests",
            [*mine, "method", "route", "status"],
            buckets=_FAST,
            registry=registry,
        )
        # Shown as zero from the start: an alarm on a missing series never rings.
        for gauge in (self._letters, self._relay_lag):
            gauge.labels(service).set(0)
        for counter in (self._commits, self._lost_races):
            counter.labels(service)
        self._decided = self._decisions.labels(service)
        self._committed = self._commits.labels(service)
        self._types: dict[str, Counter] = {}

    def lag(self, source: str, events: int) -> None:
        self._lag.labels(self.service, source).set(events)

    def feed_stopped(self, source: str, reason: str) -> None:
        """A feed stands still; `reason` is the kind of failure, as in `gap` or `fork`."""
        with self._lock:
            before = self._stopped.get(source)
            if before is not None and before != reason:
                self._feed_stopped.remove(self.service, source, before)
            self._stopped[source] = reason
            self._feed_stopped.labels(self.service, source, reason).set(1)

    def feed_runs(self, source: str) -> None:
        with self._lock:
            before = self._stopped.pop(source, None)
            if before is not None:
                self._feed_stopped.remove(self.service, source, before)

    def letters_waiting(self, count: int) -> None:
        self._letters.labels(self.service).set(count)

    def relay_lag(self, events: int) -> None:
        self._relay_lag.labels(self.service).set(events)

    def decided(self, seconds: float) -> None:
        self._decided.observe(seconds)

    def committed(self, types: Iterable[str]) -> None:
        """One transaction, with the types (`registry.PersonRegistered`) of the events in it."""
        self._committed.inc()
        for name in types:
            counter = self._types.get(name)
            if counter is None:
                counter = self._types[name] = self._recorded.labels(self.service, name)
            counter.inc()

    def lost_race(self) -> None:
        self._lost_races.labels(self.service).inc()

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        self._http.labels(self.service, method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """The exposition for Prometheus, of media type CONTENT_TYPE."""
        return generate_latest(self.registry)


class _Together(Collector):
    """The same families of several services as one family each; a second heading would be refused."""

    def __init__(self, registries: list[CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for registry in self._registries:
            for family in registry.collect():
                if family.name in families:
                    families[family.name].samples.extend(family.samples)
                else:
                    families[family.name] = family
        yield from families.values()


def text_of_all(services: Iterable[Metrics]) -> bytes:
    """One exposition for every service of a process; the label `service` tells them apart."""
    registry = CollectorRegistry()
    registry.register(_Together([service.registry for service in services]))
    return generate_latest(registry)
