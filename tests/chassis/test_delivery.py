"""How a fact travels, in any interleaving, on the real chassis.

Real stores, runtimes, inboxes, letters and reconstruction; only the topics between the services belong to
the test: they delay, repeat, and publish a suffix again. Services crash, come back from old copies of their
files or from the topics, join late, and listen to more. The truth (`World`) is never seen by them:

- every effect once, and nothing before its causes;
- facts about one person in order, also past waiting letters;
- what a decider knew is reconstructed exactly at every event of its log.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.base import Entry
from services.chassis import letters
from services.chassis.clock import SeededIds
from services.chassis.codec import from_message, to_headers
from services.chassis.feeds import StoreFeed
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.restore import restore
from services.chassis.runtime import Runtime
from services.chassis.service import name_of
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.work import Work
from tests.chassis.toys import CODE, START, Mood, log, runtime, say, seen, source, toy

MEMORY = Path("/dev/shm")  # the disk's durability is proved elsewhere; here its time would be wasted
NAMES = ["finance", "history", "living", "registry"]
PEOPLE = {"p": 0xA, "q": 0xB, "r": 0xC}
FACTS = {"toys.Said", "toys.Answered"}
Snapshot = dict[str, Any]


class Broken(BaseException):
    """A law of delivery is broken. No Exception: an inbox would park the fact that shows it."""


def copy_file(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


class Clock:
    """Services' clocks differ, by less than an inbox bears."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.late = world, timedelta(seconds=7 * NAMES.index(name))

    def now(self) -> Any:
        return START + timedelta(milliseconds=next(self.world.ticks)) + self.late


class TopicFeed:
    """Where a reader stands in each topic; gives no more than the move allows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cursor: dict[str, int] = defaultdict(int)
        self.allowed: dict[str, int] = {}

    def read(self, source: str, after: int, limit: int) -> list[Entry]:
        limit = min(limit, self.allowed.get(source, 0))
        place = self.cursor[source]
        return self.world.topics[source][place : place + limit]

    def taken(self, source: str, count: int) -> None:
        self.cursor[source] += count
        self.allowed[source] -= count

    def behind(self, source: str, after: int) -> int:
        return 0

    def trouble(self, source: str, after: int) -> None:
        """Never."""

    def again(self, source: str, after: int) -> None:
        self.cursor[source] = 0


class World:
    def __init__(self, folder: Path, listens: dict[str, frozenset[str]]) -> None:
        self.folder, self.listens = folder, dict(listens)
        self.ticks = itertools.count()
        self.ids, self.vault = SeededIds(1), MemoryVault(clock=Clock(self, NAMES[0]))
        self.topics: dict[str, list[Entry]] = defaultdict(list)
        self.truth: dict[str, list[Entry]] = defaultdict(list)  # a topic without its repetitions
        self.running: dict[str, Runtime] = {}
        self.feeds: dict[str, TopicFeed] = {}
        self.moods: dict[str, Mood] = {}
        self.files = itertools.count()
        # the truth
        self.past: dict[UUID, frozenset[UUID]] = {}
        self.knew: dict[UUID, Snapshot] = {}
        self.discarded: dict[str, set[UUID]] = defaultdict(set)

    # -- looking on ----------------------------------------------------------------------------------

    def published(self, source: str) -> list[Entry]:
        return self.truth[source]

    def hook(self, name: str) -> Callable[[Any, Any], None]:
        def look(shelf: Any, fact: Any) -> None:
            rows, live = shelf._rows, isinstance(shelf._rows, Work)
            if fact.envelope.source != source(name):
                if live:
                    self.check_cause_first(name, rows, fact.envelope)
            elif live:
                self.witness(name, rows, fact.envelope)

        return look

    def witness(self, name: str, work: Work, envelope: Any) -> None:
        """At the event's own fold: before it is added to what the service has seen of itself."""
        consumed = self.consumed(name, work)
        # What its predecessor came after, the predecessor, and all consumed: its past.
        before = consumed | ({envelope.previous} if envelope.previous else set())
        self.past[envelope.id] = frozenset(before.union(*(self.past[e] for e in before)))
        self.knew[envelope.id] = self.snapshot(name, work.fact, lambda kind: dict(work.facts(kind)))

    def snapshot(self, name: str, fact: Any, facts: Any) -> Snapshot:
        found: Snapshot = {"heard": fact("heard", "all")}
        for other in NAMES:
            found["position " + other] = fact("position", source(other))
            if other != name:
                found[seen(source(other))] = facts(seen(source(other)))
        return found

    def consumed(self, name: str, work: Work) -> set[UUID]:
        found = set()
        for other in self.running[name].service.listens if name in self.running else ():
            position = work.fact("position", source(other))
            if position is not None:
                found |= {e.envelope.id for e in self.published(source(other))[: position["sequence"]]}
        return found

    def check_cause_first(self, name: str, work: Work, envelope: Any) -> None:
        listens = {source(other) for other in work.service.listens}
        by_id = {e.envelope.id: e.envelope for s in listens for e in self.published(s)}
        causes = {c for c in self.past[envelope.id] if c in by_id}
        if not causes <= self.consumed(name, work):
            raise Broken("an effect before its cause")
        for cause in causes - self.discarded[name]:
            c = by_id[cause]
            if c.type in FACTS and set(c.concerns) & set(envelope.concerns):
                applied = work.fact(seen(c.source), "all") or []
                if str(cause) not in applied:
                    raise Broken("out of order on a person")

    # -- what happens --------------------------------------------------------------------------------

    def open(self, name: str, file: Path | None = None) -> Runtime:
        mood = self.moods.setdefault(name, Mood())
        mood.before = [self.hook(name)]
        service = toy(name, *sorted(self.listens[name]), mood=mood)
        # The service's own facts of the chassis (Parked, Resumed, ...) are witnessed too.
        from events.service import Discarded, Listening, Parked, Resumed, RetryFailed, RetryRequested

        service.keep(Discarded, Listening, Parked, Resumed, RetryFailed, RetryRequested)(self.hook(name))
        file = file or self.folder / f"{name}.{next(self.files)}.db"
        opened = runtime(
            service,
            open_store(f"sqlite:///{file}", name),
            clock=Clock(self, name),
            ids=self.ids,
            vault=self.vault,
        )
        opened.file = file  # type: ignore[attr-defined]
        self.running[name] = opened
        feed = self.feeds.setdefault(name, TopicFeed(self))
        mood.fate = "plain"
        opened.start({source(other): feed for other in service.listens})
        return opened

    def reopen(self, name: str, file: Path | None = None) -> Runtime:
        """A crash: nothing of the process stays but the file."""
        old = self.running.pop(name)
        old.store.close()
        return self.open(name, file or old.file)  # type: ignore[attr-defined]

    def relay(self, name: str, size: int) -> None:
        """Behind the last published; a batch never ends inside a decision."""
        entries = log(self.running[name].store)
        start = len(self.published(source(name)))
        end = min(start + size, len(entries))
        while start < end < len(entries) and (
            entries[end].envelope.decision == entries[end - 1].envelope.decision
        ):
            end += 1
        for entry in entries[start:end]:
            travelled = from_message(to_headers(entry.envelope), entry.data)
            assert travelled == entry
            self.topics[source(name)].append(travelled)
            self.truth[source(name)].append(travelled)

    def pump(self, name: str, counts: dict[str, int], fate: str) -> int:
        one, feed = self.running[name], self.feeds[name]
        self.moods[name].fate = fate
        feed.allowed = counts
        moved = one.pump()
        assert one.unready() == [], "an honest world was found at fault"
        return moved

    def reread(self, name: str, place: int) -> None:
        cursor = self.feeds[name].cursor
        cursor.update({s: min(place, at) for s, at in cursor.items()})

    def move(self, kind: str, name: str, number: int, fate: str, who: frozenset[str]) -> None:
        from events.ids import PersonId

        people = [PersonId(int=PEOPLE[p], version=4) for p in sorted(who)]
        one = self.running.get(name) or self.open(name)  # joins when first named
        topic = (
            source(sorted(self.listens[name])[number % len(self.listens[name])]) if self.listens[name] else ""
        )
        if kind == "decide":
            one.decide(say(*people))
        elif kind == "pump" and topic:
            self.pump(name, {topic: 1 + number // 3}, fate)
        elif kind == "relay":
            self.relay(name, 1 + number)
        elif kind == "publish again":
            self.topics[source(name)] += self.topics[source(name)][number:]
        elif kind == "crash":
            self.reopen(name)
            self.reread(name, number)
        elif kind == "back up":
            copy_file(one.file, self.folder / f"{name}.backup")  # type: ignore[attr-defined]
        elif kind == "restore":
            self.restore(name)
        elif kind == "settle":
            self.settle(one, number, fate)
        elif kind == "listen":
            self.listen_to(name, sorted(NAMES)[number % len(NAMES)])

    def restore(self, name: str) -> None:
        """From an old copy of the file; where the topic is ahead of it, the topic is the truth."""
        file = self.folder / f"{name}.{next(self.files)}.db"
        backup = self.folder / f"{name}.backup"
        if backup.exists():
            shutil.copy(backup, file)
        store = open_store(f"sqlite:///{file}", name)
        held, said = len(log(store)), len(self.published(source(name)))
        known = (store.kept("listening", "sources") or {}).keys() if held else ()
        store.close()
        if held < said:
            file = self.folder / f"{name}.{next(self.files)}.db"
            store = open_store(f"sqlite:///{file}", name)
            service = toy(name, *sorted(self.listens[name]))
            restore(service, CODE, self.vault.for_reader(name), store, self.published)
            known = (store.kept("listening", "sources") or {}).keys()
            blocked = store.kept("blocked", "letters")
            store.close()
        else:
            blocked = self.blocked_in(file, name)
        if blocked and {source(other) for other in self.listens[name]} - set(known):
            # The copy has waiting letters and is older than the newest subscription: as it was then.
            self.listens[name] = frozenset(name_of(s) for s in known)
        self.reopen(name, file)
        self.reread(name, 0)

    def blocked_in(self, file: Path, name: str) -> Any:
        with closing(open_store(f"sqlite:///{file}", name)) as store:
            return store.kept("blocked", "letters")

    def settle(self, one: Runtime, number: int, fate: str) -> None:
        """Discard the letter, or ask for a retry, which the next pump acts on."""
        found = one.decide(letters.waiting)
        if not found:
            return
        key, _ = found[number % len(found)]
        if fate == "plain" and number % 2:
            letter = one.decide(lambda work: letters.letter_entry(work, key)).envelope.id
            one.decide(lambda work: letters.discard(work, key, "superseded"))
            self.discarded[one.service.name].add(letter)
        else:
            one.decide(lambda work: letters.ask_retry(work, key, "mended"))
            self.pump(one.service.name, {}, fate)

    def listen_to(self, name: str, other: str) -> None:
        """A source is added only while no letter waits."""
        if other == name or other in self.listens[name]:
            return
        waiting = bool(self.running[name].decide(letters.waiting))
        before = self.listens[name]
        self.listens[name] = before | {other}
        if waiting:
            with pytest.raises(RuntimeError, match="letter"):
                self.reopen(name)
            self.listens[name] = before
        self.reopen(name)

    # -- the end -------------------------------------------------------------------------------------

    def drain(self) -> None:
        moved = 1
        while moved:
            for name in self.running:
                self.relay(name, 1 << 30)
            moved = sum(
                self.pump(name, {source(other): 1000 for other in one.service.listens}, "plain")
                for name, one in list(self.running.items())
            )
        for name, one in self.running.items():
            for other in one.service.listens:
                if other in self.running:
                    assert one.position(source(other)) == len(self.published(source(other))), (
                        f"{name}: deadlock"
                    )

    def check(self) -> None:
        for name, one in self.running.items():
            mine = log(one.store)
            assert mine == self.published(source(name))
            assert [e.envelope.sequence for e in mine] == list(range(1, len(mine) + 1))
            self.check_effects(name, one, mine)
            self.check_knowledge(name, one, mine)

    def check_effects(self, name: str, one: Runtime, mine: list[Entry]) -> None:
        reacted = dict(self.moods[name].reacted)
        answers: dict[Any, int] = defaultdict(int)
        for entry in mine:
            answers[entry.envelope.causationid] += entry.envelope.type == "toys.Answered"
        for other in NAMES:
            applied = one.store.kept(seen(source(other)), "all") or []
            assert len(applied) == len(set(applied)), "applied twice"
            if other in one.service.listens:
                gone = self.discarded[name] | self.waiting_in(one)
                all_of = {
                    str(e.envelope.id) for e in self.published(source(other)) if e.envelope.type in FACTS
                }
                assert all_of - set(applied) <= {str(i) for i in gone}, "lost"
                for id in applied:
                    assert answers[UUID(id)] == reacted[UUID(id)], "an effect is lost or doubled"

    def waiting_in(self, one: Runtime) -> set[UUID]:
        return {
            one.decide(lambda work, n=number: letters.letter_entry(work, n)).envelope.id
            for number, _ in one.decide(letters.waiting)
        }

    def check_knowledge(self, name: str, one: Runtime, mine: list[Entry]) -> None:
        rebuilt: dict[UUID, Snapshot] = {}
        service = toy(name, *one.service.listens)

        def look(shelf: Any, fact: Any) -> None:
            if fact.envelope.source == source(name):
                rows = shelf._rows
                table: dict[str, dict[str, Any]] = defaultdict(dict)
                for (kind, key), value in rows.rows.items():
                    table[kind][key] = value
                rebuilt[fact.envelope.id] = self.snapshot(name, rows.fact, lambda kind: table[kind])

        for fact, steps in one.service.keeps.items():
            toys = [(of, step) for of, step in steps if step.__qualname__.startswith("toy")]
            service.keeps[fact] = [(None, look), *toys]
        keys = self.vault.for_reader(name)
        was = reconstruct(service, CODE, keys, self.published, positions=one.store.snapshot().positions)
        found = differences(was, one.store.snapshot().rows)
        assert found == [], name
        for entry in mine:
            id = entry.envelope.id
            assert rebuilt[id] == self.knew[id], f"{name} knew something else at {entry.envelope.sequence}"
        for entry in mine[:: max(1, len(mine) // 3)]:  # and with a walk of its own
            there = reconstruct(service, CODE, keys, self.published, upto=entry.envelope.sequence)
            assert there.sequence == entry.envelope.sequence
            assert there.fact("heard", "all") == self.knew[entry.envelope.id]["heard"]

    def close(self) -> None:
        for one in self.running.values():
            one.store.close()


def play(listens: dict[str, frozenset[str]], moves: list[tuple[Any, ...]]) -> None:
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.exists() else None))
    world = World(folder, listens)
    try:
        for move in moves:
            world.move(*move)
        world.drain()
        world.check()
    finally:
        world.close()
        shutil.rmtree(folder)


LISTENS = st.fixed_dictionaries(
    {name: st.frozensets(st.sampled_from([n for n in NAMES if n != name]), max_size=3) for name in NAMES}
)
KINDS = ["decide", "pump", "pump", "pump", "pump", "relay", "relay", "publish again", "crash", "back up"]
KINDS += ["restore", "settle", "settle", "listen"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(NAMES),
        st.integers(0, 12),
        st.sampled_from(["plain", "reacts", "reacts twice", "fails"]),
        st.frozensets(st.sampled_from("pqr"), min_size=1, max_size=2),
    ),
    min_size=30,
    max_size=120,
)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(LISTENS, MOVES)
def test_every_interleaving(listens: dict[str, frozenset[str]], moves: list[tuple[Any, ...]]) -> None:
    play(listens, moves)


@pytest.mark.prove
@pytest.mark.timeout(900)
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET)
@given(LISTENS, MOVES)
def test_very_many_interleavings(listens: dict[str, frozenset[str]], moves: list[tuple[Any, ...]]) -> None:
    play(listens, moves)


# -- what is not honest is noticed -----------------------------------------------------------------------


@pytest.fixture
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.exists() else None))
    world = World(folder, {"registry": frozenset({"living"}), "living": frozenset({"registry"})})
    for name in ("registry", "living"):
        world.open(name)
    yield world
    world.close()
    shutil.rmtree(folder)


def old_copy_goes_on(world: World, copied_at: int, further: int) -> None:
    """Registry says five things that living answers; then it is an old copy of itself, and goes on."""
    copy = world.folder / "copy.db"
    for n in range(5):
        if n == copied_at:
            copy_file(world.running["registry"].file, copy)  # type: ignore[attr-defined]
        world.running["registry"].decide(say())
        world.relay("registry", 99)
        world.pump("living", {source("registry"): 99}, "reacts")
    world.relay("living", 99)
    world.reopen("registry", copy)
    for _ in range(further):
        world.running["registry"].decide(say())


def publish_blindly(world: World, name: str) -> None:
    """As a relay would that does not look at what the topic holds."""
    published = {e.envelope.id for e in world.topics[source(name)]}
    for entry in log(world.running[name].store):
        if entry.envelope.id not in published:
            world.past[entry.envelope.id] = frozenset()
            world.topics[source(name)].append(entry)


@pytest.mark.parametrize("copied_at", [0, 2, 4])
def test_an_old_copy_learns_it_from_those_who_know_more(world: World, copied_at: int) -> None:
    old_copy_goes_on(world, copied_at, 0)
    one, feed = world.running["registry"], world.feeds["registry"]
    feed.allowed = {source("living"): 99}
    one.pump()
    assert one.stopped[source("living")].slug == "old-copy"
    assert one.position(source("living")) < len(world.topics[source("living")])


@pytest.mark.parametrize("copied_at", [0, 2, 4])
@pytest.mark.parametrize("further", [1, 3, 9])
def test_the_fork_of_an_old_copy_is_noticed_by_its_readers(
    world: World, copied_at: int, further: int
) -> None:
    old_copy_goes_on(world, copied_at, further)
    publish_blindly(world, "registry")
    living = world.running["living"]
    before = living.store.kept(seen(source("registry")), "all")
    world.feeds["living"].allowed = {source("registry"): 99}
    living.pump()
    assert living.stopped[source("registry")].slug in ("fork", "gap")
    assert living.store.kept(seen(source("registry")), "all") == before


@pytest.mark.parametrize("left_out", [1, 2, 3])
def test_an_entry_left_out_by_a_topic_is_noticed(world: World, left_out: int) -> None:
    for _ in range(4):
        world.running["registry"].decide(say())
    world.relay("registry", 99)
    del world.topics[source("registry")][left_out]
    living, feed = world.running["living"], world.feeds["living"]
    for _ in range(3):
        feed.allowed = {source("registry"): 99}
        living.pump()
    assert living.stopped[source("registry")].slug == "gap"
    assert living.position(source("registry")) == left_out


def test_an_embedded_upstream_that_was_put_back_alone_is_noticed(world: World) -> None:
    old_copy_goes_on(world, 2, 1)
    feed = StoreFeed({one.source: one.store for one in world.running.values()})
    living = world.running["living"]
    living.feeds = {source("registry"): feed}
    living.pump()
    assert living.unready()
