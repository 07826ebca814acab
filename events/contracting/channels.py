"""Who writes which facts to which topic: `doudi.<service>` is ours, `in.<department>` the departments'.

The services themselves are unknown here (the language knows nobody); the tests hold these tables against
what the services declare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from events.contracting.catalogue import REPORTS, type_of, vocabulary_of

DISTRICT = "431202"


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic, who writes it (a service, or a department) and what may lie on it."""

    topic: str
    writer: str
    about: str
    vocabularies: tuple[str, ...]
    types: frozenset[str] | None = None  # None: every type of the vocabularies

    @property
    def ours(self) -> bool:
        return self.topic.startswith("doudi.")

    def carries(self, schema: str) -> bool:
        if self.types is not None:
            return type_of(schema) in self.types
        return vocabulary_of(schema) in self.vocabularies


def _service(name: str, about: str, *vocabularies: str) -> Channel:
    # What a service records about itself (`service.*`) lies on its own topic too.
    return Channel(f"doudi.{name}", name, about, (*vocabularies, "service"))


FEED = ("FeedOpened", "FeedPiece", "FeedClosed")


def _department(name: str, title: str, *types: str) -> Channel:
    about = f"What the systems of the {title} report to the district."
    return Channel(f"in.{name}", name, about, (REPORTS,), frozenset(f"{REPORTS}.{one}" for one in types))


CHANNELS: tuple[Channel, ...] = (
    _service("registry", "People, households, categories, enrolment and exit.", "registry"),
    _service(
        "living",
        "Basic living: cases from application to exit, care of tekun persons, reserves for temporary relief.",
        "assistance",
        "casework",
        "evidence",
        "letters",
        "living",
        "remedies",
    ),
    _service(
        "disability",
        "Disabled persons: cards, cases of subsidies, devices and homes, the yearly sweep, placement and carers.",
        "assistance",
        "casework",
        "evidence",
        "letters",
        "disability",
    ),
    _service("finance", "Budgets of earmarked funds, payments in batches, what comes back.", "finance"),
    _service("verification", "Consents, sharing of data, checks, comparisons, mismatches.", "verification"),
    _service("notification", "What was told to whom, and how it went.", "notification"),
    _service("history", "What the keeper of the district's history records about itself."),
    _service("staff", "Posts, who holds them, leave, handover, near relatives.", "staff"),
    _service("policy", "Papers that decisions rest on, and the working days of each year.", "policy"),
    _department("health", "health department (卫生健康局)", "DeathReported", "CheckAnswered", *FEED),
    _department(
        "civil-affairs",
        "civil affairs department (民政局)",
        "DeathReported",
        "MoveReported",
        "CheckAnswered",
        *FEED,
    ),
    _department("education", "education department (教育局)", "CheckAnswered", *FEED),
    _department(
        "human-resources", "human resources department (人力资源和社会保障局)", "CheckAnswered", *FEED
    ),
    _department("disabled-federation", "disabled persons' federation (残疾人联合会)", "CheckAnswered", *FEED),
    _department(
        "poverty-alleviation",
        "poverty alleviation office (扶贫开发办公室)",
        "MoveReported",
        "PovertyStatusReported",
    ),
)


def channels_of(schema: str) -> list[Channel]:
    return [channel for channel in CHANNELS if channel.carries(schema)]


def homeless(schemas: Iterable[str]) -> list[str]:
    """Facts that no topic carries: somebody added a vocabulary and no channel for it."""
    return [schema for schema in schemas if not channels_of(schema)]
