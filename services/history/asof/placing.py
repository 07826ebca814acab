"""Facts in the order in which they count: by the day from which, then by when they were recorded.

A correction honours what it names. One of the same type replaces it, whenever it takes effect itself. One
that only amends (a name, a date of birth, a township that were wrong from the first) counts from the day of
what it amends. Any other keeps its own day: the end of a category that was given in error, for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from events.base import Envelope, Event
from events.registry import HouseholdCorrected, PersonCorrected

Told = tuple[datetime, str, int]
"""When it was recorded, by whom, as which of theirs: an order that every cause precedes its effect in."""
AMENDING = frozenset({PersonCorrected.TYPE, HouseholdCorrected.TYPE})


@dataclass(frozen=True, slots=True)
class Placed:
    """A fact, the day from which it counts, and its rank among what was told: that of what it replaces."""

    fact: Event
    id: UUID
    day: date
    told: Told


def told(envelope: Envelope) -> Told:
    return envelope.recordedtime, envelope.source, envelope.sequence


def place(
    facts: Iterable[tuple[Envelope, Event]], replaced: frozenset[UUID], others: Mapping[UUID, Envelope]
) -> list[Placed]:
    """In the order in which they count, without those `replaced`; `others`: all that may be corrected."""
    placed = [
        Placed(fact, envelope.id, *_place(envelope, others))
        for envelope, fact in facts
        if envelope.id not in replaced
    ]
    return sorted(placed, key=lambda one: (one.day, one.told))


def day_of(envelope: Envelope, others: Mapping[UUID, Envelope]) -> date:
    return _place(envelope, others)[0]


def _place(envelope: Envelope, others: Mapping[UUID, Envelope]) -> tuple[date, Told]:
    root, seen = envelope, {envelope.id}
    while (target := _target(root, others)) is not None and target.type == root.type:
        if target.id in seen:  # nonsense that some source recorded must not hang the reader
            break
        seen.add(target.id)
        root = target
    if envelope.type not in AMENDING:
        return envelope.effective, told(root)
    return (root if target is None else target).effective, told(root)


def _target(envelope: Envelope, others: Mapping[UUID, Envelope]) -> Envelope | None:
    return None if envelope.corrects is None else others.get(envelope.corrects)


def upto(placed: Sequence[Placed], day: date) -> list[Placed]:
    return [one for one in placed if one.day <= day]
