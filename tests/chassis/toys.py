"""A language of three facts and services made of it, for the proofs of the chassis.

Every service keeps, by person and source, the ids of the facts it applied in the order of application: the
strictest state there is. How it reacts is what its `Mood` says at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events.base import Actor, Entry, Envelope, Event
from events.ids import CaseId, PersonId
from services.chassis.clock import SeededIds, SimulatedClock
from services.chassis.folding import Fold
from services.chassis.runtime import Runtime, log_of
from services.chassis.service import Service, source_of
from services.chassis.store import Change, Head, Store
from services.chassis.vault import MemoryVault
from services.chassis.work import Work

CODE = "431202"
START = datetime(2020, 8, 3, 1, tzinfo=UTC)
ANNA, BEN, CARO = (PersonId(int=n, version=4) for n in (0xA, 0xB, 0xC))
CASE = CaseId(int=0xCA5E, version=4)


class Said(Event):
    """Somebody's word about people, from outside."""

    people: tuple[PersonId, ...] = ()
    word: str = ""


class Answered(Event):
    """A service's word about a fact it took."""

    people: tuple[PersonId, ...] = ()
    to: UUID


class Whispered(Event, restricted=True):
    """For the service itself only."""

    people: tuple[PersonId, ...] = ()
    word: str = ""


class Failing(Exception):
    """What a toy's decision raises on demand."""


@dataclass
class Mood:
    """`plain`: applies only; `reacts`, `reacts twice`; `fails`: after it recorded; or an error to raise."""

    fate: str | Exception = "plain"
    deepest: int = 4
    before: list[Callable[[Any, Any], None]] = field(default_factory=list)
    reacted: list[tuple[UUID, int]] = field(default_factory=list)


def seen(source: str) -> str:
    """Kind of the rows that say what was applied from a source."""
    return f"seen {source}"


def toy(name: str, *listens: str, mood: Mood | None = None) -> Service:
    service, mood = Service(name, listens), mood or Mood()
    fold: Fold[tuple[str, ...]] = Fold(())
    fold.on(Said)(lambda state, fact: (*state, fact.word))
    service.stream(CaseId, fold)
    service.stream(PersonId, fold)

    @service.keep(Said, Answered, Whispered)
    def _(shelf: Any, fact: Any) -> None:
        for hook in mood.before:
            hook(shelf, fact)
        for key in ("all", *fact.data.people):
            kind = seen(fact.envelope.source)
            shelf.put(kind, key, [*(shelf.get(kind, key) or []), str(fact.envelope.id)])

    @service.on(Said, Answered)
    def _(work: Work, fact: Any) -> None:
        e, fate = fact.envelope, mood.fate
        count = {"reacts": 1, "fails": 1, "reacts twice": 2}.get(fate, 0) if isinstance(fate, str) else 0
        count = count if e.depth < mood.deepest else 0
        for _ in range(count):
            work.record(CASE, Answered(people=fact.data.people, to=e.id))
        if fate == "fails":
            raise Failing
        if isinstance(fate, Exception):
            raise fate
        mood.reacted.append((e.id, count))

    return service


def say(*people: PersonId, word: str = "") -> Callable[[Work], UUID]:
    return lambda work: work.record(CASE, Said(people=people, word=word)).envelope.id


def runtime(
    service: Service,
    store: Store,
    *,
    clock: Any = None,
    seed: int = 1,
    vault: MemoryVault | None = None,
    ids: Any = None,
) -> Runtime:
    clock = clock or SimulatedClock(START)
    vault = (vault or MemoryVault(clock=clock)).for_reader(service.name)
    return Runtime(service, store, district=CODE, clock=clock, ids=ids or SeededIds(seed), keys=vault)


def source(name: str) -> str:
    return source_of(CODE, name)


def log(store: Store) -> list[Entry]:
    return list(log_of(store))


def schemas(store: Store) -> list[str]:
    return [e.envelope.dataschema.rpartition(".")[0].rpartition(".")[2] for e in log(store)]


class ListFeed:
    """Entries of some sources as a list that a test may change: delayed, repeated, with holes."""

    def __init__(self, **logs: Sequence[Entry]) -> None:
        self.logs = {source(name): list(entries) for name, entries in logs.items()}
        self.cursor = dict.fromkeys(self.logs, 0)
        self.reread: list[tuple[str, int]] = []

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        place = self.cursor[source]
        return self.logs[source][place : place + limit]

    def taken(self, source: str, count: int) -> None:
        self.cursor[source] += count

    def behind(self, source: str, after: int) -> int:
        return 0

    def trouble(self, source: str, after: int) -> None:
        """Never."""

    def again(self, source: str, after: int) -> None:
        self.reread.append((source, after))
        self.cursor[source] = 0


# -- logs made by hand ----------------------------------------------------------------------------------


def entry(
    sequence: int,
    *,
    of: str = "registry",
    id: int | None = None,
    previous: int | None = None,
    known: dict[str, int] | None = None,
    heard: dict[str, int] | None = None,
    people: Iterable[PersonId] = (),
    at: float | None = None,
    fact: Event | None = None,
    depth: int = 0,
    **changes: Any,
) -> Entry:
    """Entry `sequence` of a log whose ids are 1, 2, 3, ..., recorded a second apart."""
    id = sequence if id is None else id
    previous = previous if previous is not None else (id - 1 or None)
    fact = fact or Said(people=tuple(people))
    recorded = START + timedelta(seconds=sequence if at is None else at)
    given: dict[str, Any] = {
        "id": UUID(int=id),
        "source": source(of),
        "type": fact.TYPE,
        "dataschema": fact.SCHEMA,
        "subject": CASE.subject,
        "concerns": fact.concerns(),
        "stream": UUID(int=CASE.int),
        "streamversion": sequence,
        "time": recorded,
        "effective": date(2020, 8, 3),
        "recordedtime": recorded,
        "sequence": sequence,
        "previous": previous and UUID(int=previous),
        "known": {source(name): n for name, n in (known or {}).items()},
        "heard": {source(name): n for name, n in (heard or {}).items()},
        "decision": UUID(int=id),
        "correlationid": UUID(int=id),
        "depth": depth,
        "actor": Actor("civil-affairs"),
    }
    return Entry(Envelope(**{**given, **changes}), fact.model_dump_json().encode())


def change(base: Head, *entries: Entry, **kept: Any) -> Change:
    """One transaction on `base`; `kept` as kind_key=value."""
    head = base.after(entries[-1]) if entries else base
    rows = {tuple(name.split("_", 1)): value for name, value in kept.items()}
    return Change(base, Head(base.revision + 1, head.sequence, head.id, head.recordedtime), entries, rows)


def one_more(store: Store, base: Head | None = None, id: int | None = None, **kept: Any) -> Head:
    """Commits the next entry of a log made by hand."""
    base = base or store.head()
    id = id or base.sequence + 1
    previous = base.id.int if base.id else None
    made = change(base, entry(base.sequence + 1, id=id, previous=previous), **kept)
    store.commit(made)
    return made.head


@contextmanager
def opened(url: str, schema: str = "toys") -> Any:
    from services.chassis.store import open_store

    store = open_store(url, schema)
    try:
        yield store
    finally:
        store.close()


def sqlite_url(folder: Path, name: str = "store") -> str:
    return f"sqlite:///{folder / name}.db"
