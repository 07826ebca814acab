"""What a service was at one of its events, from the logs alone. Restore, audit and the demo's check use this.

Walk its own log; before each event take the upstreams up to that event's `known`. A letter counts from its
`Resumed`, never before. Nothing here can decide, send or record: it has no way to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from events.base import CATALOGUE, Entry, UnknownType, current
from events.service import (
    Answered,
    DayClosed,
    Discarded,
    Listening,
    Parked,
    Resumed,
    RetryFailed,
    RetryRequested,
)
from services.chassis.codec import read
from services.chassis.inbox import hear, position_of
from services.chassis.letters import letter_key, shelve, unshelve
from services.chassis.service import Service, source_of
from services.chassis.shelf import WorkShelf
from services.chassis.store import detached
from services.chassis.work import Keys

Logs = Callable[[str], Iterable[Entry]]
Table = dict[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class _Around:
    service: Service
    district: str
    keys: Keys

    @property
    def source(self) -> str:
        return source_of(self.district, self.service.name)


@dataclass(slots=True)
class Was:
    """The rows a service kept. Read like a work in progress; written only by folding."""

    around: _Around
    rows: Table = field(default_factory=dict)
    sequence: int = 0

    @property
    def service(self) -> Service:
        return self.around.service

    def fact(self, kind: str, key: object) -> Any | None:
        return detached(self.rows.get((kind, str(key))))

    def keep(self, kind: str, key: object, value: Any | None) -> None:
        if value is None:
            self.rows.pop((kind, str(key)), None)
        else:
            self.rows[kind, str(key)] = detached(value)


class _Upstream:
    """One upstream log, read forward once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = iter(entries)
        self._next: Entry | None = None

    def upto(self, sequence: int) -> Iterator[Entry]:
        while True:
            entry = self._next or next(self._entries, None)
            self._next = None
            if entry is None:
                return
            if entry.envelope.sequence > sequence:
                self._next = entry
                return
            yield entry


def reconstruct(
    service: Service,
    district: str,
    keys: Keys,
    logs: Logs,
    *,
    upto: int | None = None,
    positions: dict[str, int] | None = None,
) -> Was:
    """The rows of `service` as of its event `upto` (its last, unless said).

    `logs(source)` gives a source's entries from its first. With `positions`, go on from there with what was
    taken since without recording anything, up to {source: sequence}.
    """
    was = Was(_Around(service, district, keys))
    upstreams: dict[str, _Upstream] = {}  # also those that are no longer listened to

    def upto_of(source: str, sequence: int) -> Iterator[Entry]:
        if source not in upstreams:
            upstreams[source] = _Upstream(logs(source))
        return upstreams[source].upto(sequence)

    letters: dict[int, Entry] = {}
    answered: dict[date, list[str]] = {}  # by the day until which they are remembered
    for entry in logs(was.around.source):
        e = entry.envelope
        if upto is not None and e.sequence > upto:
            break
        own = read(entry, keys)
        parked = own.data if isinstance(own.data, Parked) else None
        for source, sequence in e.known.items():
            upstream = None
            for upstream in upto_of(source, sequence):
                if parked is not None and upstream.envelope.id == parked.letter:
                    shelve(was, e.sequence, upstream, parked.reason)
                    letters[e.sequence] = upstream
                else:
                    _fold(was, upstream)
            _take(was, upstream)
        was.keep("heard", "all", e.heard or None)
        was.sequence = e.sequence
        match own.data:
            case Resumed():
                _fold(was, unshelve(was, _number(letters, own.data.letter)), taken_before=True)
            case Discarded():
                unshelve(was, _number(letters, own.data.letter))
            case RetryRequested():
                was.keep("retry", letter_key(_number(letters, own.data.letter)), own.data.reason)
            case RetryFailed():
                was.keep("retry", letter_key(_number(letters, own.data.letter)), None)
            case Answered():
                answered.setdefault(own.data.until, []).append(own.data.key)
            case DayClosed(day=closed):
                for until in [day for day in answered if day <= closed]:
                    forget_answers(was, answered.pop(until), closed)
        keep_chassis_facts(was, own.data)
        service.apply(WorkShelf(was, was.around.source), own)
    for source, sequence in (positions or {}).items():
        upstream = None
        for upstream in upto_of(source, sequence):
            hear(was, upstream)
            _fold(was, upstream)
        _take(was, upstream)
    return was


def keep_chassis_facts(rows: Any, fact: object) -> None:
    """What the chassis itself keeps of a service's own facts."""
    if isinstance(fact, DayClosed):
        rows.keep("day", "closed", fact.day.isoformat())
    elif isinstance(fact, Listening):
        rows.keep("listening", "sources", {source: list(types) for source, types in fact.sources.items()})
    elif isinstance(fact, Answered):
        row = {"request": fact.request, "answer": fact.answer, "until": fact.until.isoformat()}
        rows.keep("idempotency", fact.key, row)


def forget_answers(rows: Any, keys: Iterable[str], closed: date) -> None:
    """Of these Idempotency-Keys those whose last day is closed: whoever repeats the request later decides anew."""
    for key in keys:
        row = rows.fact("idempotency", key)
        if row is not None and row["until"] <= closed.isoformat():
            rows.keep("idempotency", key, None)


def _take(was: Was, last: Entry | None) -> None:
    """An upstream was taken up to this entry; None: no further than before."""
    if last is not None:
        was.keep("position", last.envelope.source, position_of(last))


def _fold(was: Was, upstream: Entry, taken_before: bool = False) -> None:
    """Fold a fact if it was taken then: a type that is listened to only since passed by unseen before."""
    e = upstream.envelope
    try:
        fact_type = CATALOGUE[current(e.dataschema)]
    except UnknownType:
        return
    types = was.rows.get(("listening", "sources"), {}).get(e.source, ())
    listened = taken_before or fact_type.TYPE in types or e.type in types
    if listened and was.service.takes(fact_type):
        fact = read(upstream, was.around.keys)
        was.service.apply(WorkShelf(was, upstream.envelope.source), fact)


def _number(letters: dict[int, Entry], letter: object) -> int:
    return next(number for number, entry in letters.items() if entry.envelope.id == letter)


def differences(was: Was, stored: Table) -> list[str]:
    """Rows that differ between a reconstruction and what a store holds, named without their content."""
    mine = was.rows
    return sorted(
        f"{kind} {key}"
        for kind, key in mine.keys() | stored.keys()
        if mine.get((kind, key)) != stored.get((kind, key))
    )
