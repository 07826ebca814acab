"""What must be true after any number of deaths: every effect once, in order, nothing lost, nothing half done."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from kafka.errors import KafkaError
from rich.console import Console

from events import assistance, notification, registry, service
from events.base import Event, Recorded
from services.chassis.clock import civil_date
from services.chassis.codec import read
from services.chassis.feeds import StoreFeed
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.topics import Unreadable, last_committed, read_topic, topic_of
from services.chassis.runtime import log_of, upstream_sources
from services.chassis.service import name_of
from services.chassis.views import ViewReader
from services.cli.check import check
from services.cli.house import ROOMS, House
from tests.crash import script
from tests.crash.office import CLERK, Done, Life, OfficeClock


class Remains:
    """What the dead have left, opened by somebody who has done nothing."""

    def __init__(self, life: Life) -> None:
        self.life = life
        folder = Path(life.folder)
        self.house = House(life.settings(), clock=OfficeClock(folder / "clock"))
        stores = {runtime.source: runtime.store for runtime in self.house.runtimes.values()}
        for runtime in self.house.runtimes.values():
            # Not started: only so that the check knows whose positions to compare.
            runtime.feeds = dict.fromkeys(
                upstream_sources(runtime.service, life.district), StoreFeed(stores)
            )  # fmt: skip
        self.done = list(Done(folder / "done").read())
        self.arrived = [(UUID(message), attempt) for attempt, message in Done(folder / "arrived").read()]
        self.logs = {name: self._log(name) for name in ROOMS}

    def _log(self, name: str) -> list[Recorded[Event]]:
        keys = self.house.vault.for_reader(name)
        return [read(entry, keys) for entry in log_of(self.house.runtimes[name].store)]

    def facts(self, name: str, fact: type[Event]) -> list[Recorded[Any]]:
        return [one for one in self.logs[name] if isinstance(one.data, fact)]

    def unsettled(self) -> list[str]:
        """What is still on its way, while lives go on; empty once nothing is."""
        found: list[str] = []
        today = civil_date(self.house.clock.now())
        heads = {name: runtime.store.head().sequence for name, runtime in self.house.runtimes.items()}
        for name, runtime in self.house.runtimes.items():
            for source in runtime.feeds:
                if runtime.position(source) < heads[name_of(source)]:
                    found.append(f"{name} has taken {runtime.position(source)} of {source}")
            if runtime.store.kept_range("due", "", today.isoformat() + "~", 1):
                found.append(f"{name} has something due")
            if (runtime.store.kept("day", "closed") or "") < (today - timedelta(days=1)).isoformat():
                found.append(f"{name} has not closed yesterday")
            found += [
                f"{one.view.name} reads"
                for one in self.house.readers[name].values()
                if one.sequence < heads[name]
            ]
            if self.life.kafka:
                found += self._unpublished(self.life.kafka, name, heads[name])
        store = self.house.runtimes["notification"].store
        if store.kept_range("outbox", "", "", 1) or store.kept_range("started", "", "", 1):
            found.append("messages wait")
        assert self.house.timelines is not None
        states = self.house.timelines.log.source_states()
        found += [
            f"history reads {one.source}" for one in states if one.sequence < heads[name_of(one.source)]
        ]
        return found

    def _unpublished(self, kafka: str, name: str, head: int) -> list[str]:
        try:
            last = last_committed(kafka, topic_of(name), 0, self.house.runtimes[name].source)
        except (KafkaError, Unreadable) as error:  # the topic has not been made yet, or Kafka is away
            return [f"{name}: {error}"]
        return [] if last is not None and last.envelope.sequence >= head else [f"{name} is not published"]

    # -- judged --------------------------------------------------------------------------------------

    def judge(self) -> None:
        self.every_command_once()
        self.every_cause_once()
        self.every_effect_once()
        self.everything_was_sent()
        self.nothing_waits()
        self.replay_gives_the_same()
        self.the_district_log_is_complete()
        self.views_are_what_they_would_be()
        if self.life.kafka:
            self.topics_say_what_the_stores_say()

    def every_command_once(self) -> None:
        """Acknowledged: exactly one decision. Not acknowledged: one at the most, and only the one on hand."""
        decisions: dict[UUID, set[UUID]] = defaultdict(set)
        for log in self.logs.values():
            for one in log:
                if one.envelope.actor.person == CLERK and one.envelope.causationid is None:
                    decisions[one.envelope.correlationid].add(one.envelope.decision)
        answers: dict[int, str] = {}
        for number, answer in self.done:
            assert answers.setdefault(number, answer) == answer, f"command {number} was answered in two ways"
        assert list(answers) == list(range(len(answers)))
        for command, _ in zip(script.commands(self.life.seed), range(len(answers) + 1), strict=False):
            found = decisions.pop(command.id(self.life.seed), set())
            if command.number == len(answers):
                assert len(found) <= 1, f"{command} was begun {len(found)} times"
            elif command.service != "clock":
                assert len(found) == 1, f"{command} was acknowledged and decided {len(found)} times"
        assert not decisions, "somebody decided what nobody asked"

    def every_cause_once(self) -> None:
        """All that a service recorded because of one fact of another, it recorded in one decision."""
        source = {one.envelope.id: name for name, log in self.logs.items() for one in log}
        decisions: dict[tuple[str, UUID], set[UUID]] = defaultdict(set)
        for name, log in self.logs.items():
            for one in log:
                cause = one.envelope.causationid
                if cause is not None and source[cause] != name:
                    decisions[name, cause].add(one.envelope.decision)
        assert [cause for cause, found in decisions.items() if len(found) > 1] == []

    def every_effect_once(self) -> None:
        granted = self.facts("living", assistance.SubsidyGranted)
        enrolled = Counter(
            (one.envelope.causationid, one.data.person) for one in self.facts("registry", registry.Enrolled)
        )
        for one in granted:
            for member in one.data.members:
                assert enrolled.pop((one.envelope.id, member), 0) == 1, f"{member} was not enrolled once"
        assert not enrolled
        assert _most(one.data.case for one in granted) <= 1
        assert (
            _most((one.data.case, one.data.month) for one in self.facts("living", assistance.MonthGranted))
            <= 1
        )
        for fact in (registry.Died, registry.Exited):
            assert _most(one.data.person for one in self.facts("registry", fact)) <= 1
        assert _most(one.data.case for one in self.facts("living", assistance.Exited)) <= 1
        for fact in (assistance.Exited, assistance.Adjusted, assistance.HouseholdChanged):
            caused = (one for one in self.facts("living", fact) if one.envelope.causationid)
            assert _most((one.data.case, one.envelope.causationid) for one in caused) <= 1
        died = {one.envelope.id for one in self.facts("registry", registry.Died)}
        followed = {one.envelope.causationid for one in self.facts("living", assistance.CaseFact)}
        assert not self.done or died <= followed, "somebody died, and living has not followed"

    def everything_was_sent(self) -> None:
        composed = self.facts("notification", notification.MessageComposed)
        assert _most((one.data.about, one.data.recipient) for one in composed) <= 1
        messages = [one.data.message for one in composed]
        sent = Counter(one.data.message for one in self.facts("notification", notification.Sent))
        begun = Counter(one.data.message for one in self.facts("notification", notification.SendingStarted))
        arrived = Counter(message for message, _ in self.arrived)
        assert sent == Counter(messages), "every message was said to be sent, once"
        for message in messages:
            assert 1 <= arrived[UUID(int=message.int)] <= begun[message]
        told = {one.data.about for one in composed}
        for fact in (registry.Enrolled, registry.Exited):
            assert {one.envelope.id for one in self.facts("registry", fact)} <= told

    def nothing_waits(self) -> None:
        assert [one.data for name in ROOMS for one in self.facts(name, service.Parked)] == []
        for runtime in self.house.runtimes.values():
            assert runtime.store.kept_range("letter", "", "", 10) == []
            for source in runtime.feeds:
                upstream = self.house.runtimes[source.rpartition("/")[2]].store
                assert runtime.position(source) == upstream.head().sequence, f"{runtime.source} is behind"

    def replay_gives_the_same(self) -> None:
        said = io.StringIO()
        assert check(self.house, Console(file=said, width=200)), said.getvalue()
        for name, log in self.logs.items():
            versions: Counter[UUID] = Counter()
            for one in log:
                versions[one.envelope.stream] += 1
                own = one.envelope.subject.startswith("service")
                assert own or one.envelope.streamversion == versions[one.envelope.stream], name

    def the_district_log_is_complete(self) -> None:
        assert self.house.timelines is not None
        log = self.house.timelines.log
        kept: dict[str, list[UUID]] = defaultdict(list)
        at: dict[str, int] = {}
        after = 0
        while entries := log.entries(after):
            for position, entry in entries:
                e = entry.envelope
                assert position == after + 1, "the district log has a gap"
                after = position
                for source, sequence in (*e.known.items(), *e.heard.items()):
                    assert source == e.source or at.get(source, 0) >= sequence, "an effect before its cause"
                at[e.source] = e.sequence
                kept[e.source].append(e.id)
        for name, found in self.logs.items():
            source = f"/{self.life.district}/{name}"
            assert kept[source] == [one.envelope.id for one in found], name

    def views_are_what_they_would_be(self) -> None:
        for name, readers in self.house.readers.items():
            for reader in readers.values():
                assert reader.sequence == len(self.logs[name]), f"{reader.view.name} is behind"
                live = _tables(reader)
                reader.rebuild()
                assert _tables(reader) == live, f"{reader.view.name} differs from what it would be"

    def topics_say_what_the_stores_say(self) -> None:
        """Once the next relay has gone on where the last one ended: what was recorded while the office closed
        may not have left any more."""
        for name, log in self.logs.items():
            source = f"/{self.life.district}/{name}"
            relay = Relay(self.house.runtimes[name].store, source, self.life.kafka or "")
            relay.publish()
            relay.close()
            topic = read_topic(self.life.kafka or "", topic_of(name), 0, source)
            published = [one.envelope.sequence for one in topic]
            stored = [one.envelope.sequence for one in log]
            assert published == stored, f"{name}: {_difference(published, stored)}"


def _difference(published: list[int], stored: list[int]) -> str:
    """Where a topic and its store part: what is published twice, missing, or out of order."""
    twice = sorted({one for one in published if published.count(one) > 1})
    return (
        f"{len(published)} published, {len(stored)} stored; missing {sorted({*stored} - {*published})[:20]},"
        f" twice {twice[:20]}, in order: {published == sorted(published)}"
    )


@contextmanager
def remains(life: Life) -> Iterator[Remains]:
    found = Remains(life)
    try:
        yield found
    finally:
        found.house.close()


def _most(values: Any) -> int:
    return max(Counter(values).values(), default=0)


def _tables(reader: ViewReader) -> dict[str, list[str]]:
    with reader.reading() as tables:
        return {
            name: sorted(map(repr, tables.execute(f"SELECT * FROM {{{name}}}")))
            for name in reader.view.tables
        }
