"""Synthetic logs: services record in turn, each event linked to its predecessor and to what was known."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from events.base import Actor, Entry, Envelope, Event
from events.ids import CaseId, HouseholdId, Identifier, PersonId, ServiceId
from services.chassis.clock import FixedClock
from services.chassis.feeds import Feed
from services.chassis.service import source_of

DISTRICT = "431202"
START = datetime(2026, 1, 1, 1, tzinfo=UTC)
CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))


def src(name: str) -> str:
    return source_of(DISTRICT, name)


class Logs:
    """The logs of several services on one rising clock. `sees`: a service consumes what another recorded."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.now = START
        self.of: dict[str, list[Entry]] = {}
        self.known: dict[str, dict[str, int]] = {}

    def uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def person(self) -> PersonId:
        return PersonId.of(self.uuid())

    def household(self) -> HouseholdId:
        return HouseholdId.of(self.uuid())

    def case(self) -> CaseId:
        return CaseId.of(self.uuid())

    def own(self) -> ServiceId:
        return ServiceId.of(self.uuid())

    def sees(self, name: str, upstream: str, upto: int | None = None) -> None:
        known = self.known.setdefault(src(name), {})
        reached = len(self.of[src(upstream)]) if upto is None else upto
        if reached:
            known[src(upstream)] = max(reached, known.get(src(upstream), 0))

    def record(
        self,
        name: str,
        stream: Identifier,
        fact: Event,
        *,
        effective: date | None = None,
        time: datetime | None = None,
        corrects: UUID | None = None,
        cause: Entry | None = None,
        id: UUID | None = None,
        data: bytes | None = None,
        audience: str | None = None,
        schema: str | None = None,
        heard: dict[str, int] | None = None,
        actor: Actor | None = None,
    ) -> Entry:
        self.now += timedelta(seconds=1)
        source = src(name)
        mine = self.of.setdefault(source, [])
        event = id or self.uuid()
        envelope = Envelope(
            id=event,
            source=source,
            type=fact.TYPE if schema is None else schema.rpartition(".")[0],
            dataschema=schema or fact.SCHEMA,
            subject=stream.subject,
            concerns=fact.concerns(),
            stream=UUID(int=stream.int),
            streamversion=1,
            time=time or self.now,
            effective=effective or (time or self.now).date(),
            recordedtime=self.now,
            sequence=len(mine) + 1,
            previous=mine[-1].envelope.id if mine else None,
            known=dict(self.known.get(source, {})),
            heard=heard or {},
            decision=event,
            correlationid=cause.envelope.correlationid if cause else event,
            causationid=cause.envelope.id if cause else None,
            depth=cause.envelope.depth + 1 if cause else 0,
            corrects=corrects,
            actor=actor or Actor("civil-affairs", "clerk", UUID(int=7)),
            audience=audience,
        )
        entry = Entry(envelope, fact.model_dump_json().encode() if data is None else data)
        mine.append(entry)
        return entry

    def days(self, days: float) -> None:
        self.now += timedelta(days=days)

    def feed(self) -> Feed:
        return ListFeed(self.of)

    def feeds(self) -> dict[str, Feed]:
        return dict.fromkeys(self.of, self.feed())


class ListFeed:
    """A feed over lists, that gives at most `most` entries at once."""

    def __init__(self, logs: dict[str, list[Entry]], most: int = 1000) -> None:
        self._logs = logs
        self._most = most

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        return self._logs[source][after : after + min(limit, self._most)]

    def taken(self, source: str, count: int) -> None:
        """The position says it all."""

    def again(self, source: str, after: int) -> None:
        """Always reads from the position."""

    def behind(self, source: str, after: int) -> int:
        return len(self._logs[source]) - after

    def trouble(self, source: str, after: int) -> None:
        """Never."""


def sources(names: Iterable[str] = ("registry", "living", "notification", "history")) -> list[str]:
    return [src(name) for name in names]
