"""The transaction in progress: what a decision may read, and where it records.

A decision reads states and kept rows as they are after everything recorded before it, also by decisions
that wait in the same transaction. Whatever it does can be taken back to a mark, so that a refusal or a
failure leaves no trace. Nothing here reaches the network or a clock other than the injected one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, Protocol, TypeVar
from uuid import UUID

from events.base import Actor, Entry, Envelope, Event, Recorded
from events.ids import Identifier, ServiceId
from events.sealed import Sealed
from services.chassis.clock import Clock, Ids, civil_date
from services.chassis.codec import Opener, read
from services.chassis.folding import Fold
from services.chassis.service import Service, source_of
from services.chassis.shelf import WorkShelf
from services.chassis.store import Change, Head, Kept, Store, detached

S = TypeVar("S")
E = TypeVar("E", bound=Event)
Id = TypeVar("Id", bound=Identifier)

StreamKey = tuple[str, int]  # kind and number of the identifier
Known = tuple[dict[str, int], dict[str, int], datetime | None]
"""How far each upstream is read, what these had heard, and when the latest of it was recorded."""

TICK = timedelta(microseconds=1)
ROWS_REMEMBERED, STATES_REMEMBERED = 20_000, 50_000
"""By a process, whatever it goes through. Rows are read again in a moment, and mostly many at once; a state is folded
from its whole stream."""
STREAM_PIECE = 1000
MISSING: Any = object()


class Keys(Opener, Protocol):
    """What a decision needs of the vault."""

    def ensure(self, owners: Iterable[UUID]) -> None: ...

    def owners_of(self, event: Event) -> set[UUID]: ...

    def seal_event(self, event: Event, event_id: UUID) -> Event: ...

    def close_data(self, service: str, event_id: UUID, data: bytes) -> bytes: ...

    def close_text(self, sealed: Sealed, event: UUID, field_id: str) -> Sealed: ...

    def open_text(self, sealed: Sealed) -> str: ...

    def is_erased(self, owner: UUID) -> bool: ...

    def erased_of(self, owners: Iterable[UUID]) -> set[UUID]: ...

    def preload(self, owners: Iterable[UUID]) -> None: ...

    def blind_index(self, kind: str, text: str) -> str: ...

    def blind_indexes(self, kind: str, texts: Iterable[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """Why and for whom something is decided: the command's caller, or the fact reacted to."""

    actor: Actor
    correlation: UUID
    causation: UUID | None = None
    depth: int = 0
    time: datetime | None = None


@dataclass(slots=True)
class Memory:
    """What the process remembers of the store, true as long as nobody else has raised the revision."""

    head: Head
    kept: dict[tuple[str, str], Kept | None] = field(default_factory=dict)
    streams: dict[StreamKey, tuple[int, Any]] = field(default_factory=dict)

    def absorb(self, work: Work, head: Head) -> None:
        """After a commit that left `head`: what it wrote is what the store now says."""
        self.head = head
        self.kept.update(work.kept)
        self.streams.update(work.streams)
        _forget_the_oldest(self.kept, ROWS_REMEMBERED)
        _forget_the_oldest(self.streams, STATES_REMEMBERED)


def _forget_the_oldest(cache: dict[Any, Any], most: int) -> None:
    """Half of them once there are too many: what is asked for again is read again, and then among the youngest."""
    if len(cache) > most:
        for key in list(islice(cache, len(cache) - most // 2)):
            del cache[key]


@dataclass(frozen=True)
class Surroundings:
    """What does not change from one transaction to the next."""

    service: Service
    district: str
    store: Store
    clock: Clock
    ids: Ids
    keys: Keys

    @cached_property
    def source(self) -> str:
        return source_of(self.district, self.service.name)

    @cached_property
    def upstreams(self) -> tuple[str, ...]:
        """The sources that it listens to."""
        return tuple(source_of(self.district, name) for name in self.service.listens)


class Work:
    def __init__(self, around: Surroundings, memory: Memory) -> None:
        self.around = around
        self.service = around.service
        self._memory = memory
        self._head = memory.head
        self.entries: list[Entry] = []
        self.kept: dict[tuple[str, str], Kept | None] = {}
        self.streams: dict[StreamKey, tuple[int, Any]] = {}
        self._undo: list[tuple[dict[Any, Any], Any, Any]] = []
        self._cause: Cause | None = None
        self._decision: UUID | None = None
        self._known: Known | None = None

    # -- for whom ------------------------------------------------------------------------------------

    def begin(self, cause: Cause) -> None:
        """A new decision begins: what is recorded from here on belongs together."""
        self._cause, self._decision = cause, None

    @property
    def cause(self) -> Cause:
        assert self._cause is not None, "a decision begins with its cause"
        return self._cause

    @property
    def now(self) -> datetime:
        return self.around.clock.now()

    @property
    def today(self) -> date:
        return civil_date(self.now)

    # -- reading -------------------------------------------------------------------------------------

    def load(self, fold: Fold[S], identifier: Identifier) -> S:
        """The state of one aggregate; the fold's initial state where nothing was recorded yet."""
        state: S = self._stream(identifier, fold)[1]
        return state

    def version(self, identifier: Identifier) -> int:
        """How many facts its stream holds; 0 where there is none."""
        return self._stream(identifier)[0]

    def _stream(self, identifier: Identifier, fold: Fold[Any] | None = None) -> tuple[int, Any]:
        # By kind too: an id of a household asked for as a person's is an unknown person.
        key = identifier.kind, identifier.int
        found = self.streams.get(key) or self._memory.streams.get(key)
        if found is None:
            fold = fold or self.service.streams[identifier.kind]
            version, state = 0, fold.initial
            for entry in self._history(identifier):
                version = entry.envelope.streamversion
                state = fold.evolve(state, read(entry, self.around.keys).data)
            found = self._memory.streams[key] = version, state
        return found

    def _history(self, identifier: Identifier) -> Iterator[Entry]:
        """An aggregate's own entries, read in pieces: one may be as long as a month has payments."""
        stream, after = UUID(int=identifier.int), 0
        while entries := self.around.store.stream(stream, after, STREAM_PIECE):
            for entry in entries:
                if entry.envelope.subject != identifier.subject:
                    return
                yield entry
            after = entries[-1].envelope.streamversion
            if len(entries) < STREAM_PIECE:
                return

    def fact(self, kind: str, key: object) -> Any | None:
        """A row kept beside the log; None where there is none."""
        # A copy: a list appended to by a decision that is then refused must not stay so in the memory.
        return detached(self._row(kind, str(key)))

    def _row(self, kind: str, key: str) -> Any | None:
        """The same for reading only."""
        place = kind, key
        found = self.kept.get(place, MISSING)
        if found is MISSING:
            found = self._memory.kept.get(place, MISSING)
        if found is MISSING:
            found = self._memory.kept[place] = self.around.store.kept(*place)
        return found

    def facts_of(self, kind: str, keys: Sequence[str]) -> dict[str, Any]:
        """Rows of a kind by key, in one reading; a key without a row is left out. Nothing of it is remembered, so
        that whoever goes through very many holds no more than a piece."""
        mine = {key: self.kept[kind, key] for key in keys if (kind, key) in self.kept}
        stored = self.around.store.kept_of(kind, [key for key in keys if key not in mine])
        return stored | {key: detached(value) for key, value in mine.items() if value is not None}

    def foresee(self, kind: str, keys: Iterable[str]) -> None:
        """Read rows at once for which `fact` will be asked one by one; remembered like those."""
        memory = self._memory.kept
        missing = [key for key in dict.fromkeys(keys) if (kind, key) not in memory]
        found = self.around.store.kept_of(kind, missing) if missing else {}
        memory.update({(kind, key): found.get(key) for key in missing})

    def facts(self, kind: str, first: str = "", last: str = "", limit: int = 1000) -> list[tuple[str, Any]]:
        """Rows of a kind, first <= key < last, by key, `limit` at the most."""
        mine = {
            key: value
            for (k, key), value in self.kept.items()
            if k == kind and key >= first and (not last or key < last)
        }
        stored = self.around.store.kept_range(kind, first, last, limit + len(mine))
        merged: dict[str, Any] = dict(stored) | mine
        rows = sorted(item for item in merged.items() if item[1] is not None)[:limit]
        return [(key, detached(value)) if key in mine else (key, value) for key, value in rows]

    # -- writing -------------------------------------------------------------------------------------

    def new(self, kind: type[Id]) -> Id:
        """A new random identifier, whose stream is known to be empty."""
        identifier = kind.of(self.around.ids.random())
        fold = self.service.streams.get(kind.kind)
        if fold is not None:
            self._set(self.streams, (kind.kind, identifier.int), (0, fold.initial))
        return identifier

    def record(
        self,
        stream: Identifier,
        fact: E,
        *,
        time: datetime | None = None,
        effective: date | None = None,
        corrects: UUID | None = None,
    ) -> Recorded[E]:
        """Record a fact about `stream`. `time`: when it happened; `effective`: from which day it counts."""
        around, cause, head = self.around, self.cause, self._head
        now = self.now
        event_id = around.ids.event(now)
        keys = around.keys
        owners = keys.owners_of(fact)
        if owners:
            keys.ensure(owners)  # durable before the first event under them
            fact = keys.seal_event(fact, event_id)  # type: ignore[assignment]  # the same type, sealed
        data = fact.model_dump_json().encode()
        if fact.RESTRICTED:
            data = keys.close_data(self.service.name, event_id, data)
        sequence = head.sequence + 1
        # The service's own stream has no state to load: its versions are the sequences.
        own = isinstance(stream, ServiceId)
        version, state = (sequence - 1, None) if own else self._stream(stream)
        known, heard, latest = self._upstream()
        recorded = max([now, *(at + TICK for at in (head.recordedtime, latest) if at is not None)])
        happened = time or cause.time or now
        self._decision = self._decision or event_id
        envelope = Envelope(
            id=event_id,
            source=around.source,
            type=fact.TYPE,
            dataschema=fact.SCHEMA,
            subject=stream.subject,
            concerns=fact.concerns(),
            stream=UUID(int=stream.int),
            streamversion=version + 1,
            time=happened.astimezone(UTC),
            effective=effective or civil_date(happened),
            recordedtime=recorded.astimezone(UTC),
            sequence=sequence,
            previous=head.id,
            known=known,
            heard=heard,
            decision=self._decision,
            correlationid=cause.correlation,
            causationid=cause.causation,
            depth=cause.depth,
            corrects=corrects,
            actor=cause.actor,
            audience=self.service.name if fact.RESTRICTED else None,
        )
        entry = Entry(envelope, data)
        self.entries.append(entry)
        self._head = head.after(entry)
        result = Recorded(envelope, fact)
        if not own:
            fold = self.service.streams[stream.kind]
            key = stream.kind, stream.int
            self._set(self.streams, key, (version + 1, fold.evolve(state, fact)))
        self.service.apply(WorkShelf(self, around.source), result)
        return result

    def keep(self, kind: str, key: object, value: Kept | None) -> None:
        """Write a row beside the log; for the chassis. A service's rows are written by its keeps."""
        if kind in ("position", "heard"):
            self._known = None
        self._set(self.kept, (kind, str(key)), detached(value))

    def _upstream(self) -> Known:
        """The same for every fact between two that are taken from upstream."""
        if self._known is None:
            self._known = self._known_now()
        return self._known

    def _known_now(self) -> Known:
        known: dict[str, int] = {}
        latest = ""
        for source in self.around.upstreams:
            position = self._row("position", source)
            if position is not None:
                known[source] = position["sequence"]
                # As texts: each is a moment in UTC, written by `isoformat`, in which a whole second is the earliest.
                latest = max(latest, position["recordedtime"])
        at = datetime.fromisoformat(latest) if latest else None
        return known, self.fact("heard", "all") or {}, at

    @property
    def sequence(self) -> int:
        """The sequence of the last event recorded, in this transaction too."""
        return self._head.sequence

    @property
    def last(self) -> UUID | None:
        """The id of the last event recorded: nobody can choose it beforehand."""
        return self._head.id

    # -- taking back, and handing over ---------------------------------------------------------------

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        self._undo.append((table, key, table.get(key, MISSING)))
        table[key] = value

    def mark(self) -> tuple[int, int, Head]:
        return len(self._undo), len(self.entries), self._head

    def rollback(self, mark: tuple[int, int, Head]) -> None:
        undo, entries, self._head = mark
        self._known = None
        while len(self._undo) > undo:
            table, key, old = self._undo.pop()
            if old is MISSING:
                del table[key]
            else:
                table[key] = old
        del self.entries[entries:]

    @property
    def empty(self) -> bool:
        return not self.entries and not self.kept

    def change(self) -> Change:
        base = self._memory.head
        head = Head(base.revision + 1, self._head.sequence, self._head.id, self._head.recordedtime)
        return Change(base, head, self.entries, self.kept)
