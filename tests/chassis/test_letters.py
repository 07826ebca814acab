"""Dead letters: what parks, who queues behind, and how it ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError

from services.chassis import letters
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.refusal import NotFound
from services.chassis.runtime import Runtime
from services.chassis.store import Store, open_store
from tests.chassis.toys import (
    ANNA,
    BEN,
    CARO,
    CODE,
    ListFeed,
    Mood,
    entry,
    log,
    runtime,
    schemas,
    seen,
    source,
    sqlite_url,
    toy,
)

REGISTRY = source("registry")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(sqlite_url(tmp_path), "finance")
    yield store
    store.close()


@pytest.fixture
def mood() -> Mood:
    return Mood()


@pytest.fixture
def feed() -> ListFeed:
    return ListFeed(registry=[], living=[])


@pytest.fixture
def finance(store: Store, mood: Mood, feed: ListFeed) -> Runtime:
    one = runtime(toy("finance", "registry", mood=mood), store)
    one.start({REGISTRY: feed})
    return one


@pytest.fixture
def parked(finance: Runtime, feed: ListFeed, mood: Mood) -> int:
    """Number of the letter about Anna: the first fact failed in its reaction."""
    mood.fate = "fails"
    feed.logs[REGISTRY] = [entry(1, people=[ANNA])]
    finance.pump()
    mood.fate = "plain"
    ((number, _),) = finance.decide(letters.waiting)
    return number


def more(feed: ListFeed, *people: object) -> None:
    feed.logs[REGISTRY].append(entry(len(feed.logs[REGISTRY]) + 1, people=people))  # type: ignore[arg-type]


def applied(one: Runtime) -> list[int]:
    return [int(id.replace("-", ""), 16) for id in one.store.kept(seen(REGISTRY), "all") or []]


def numbers(one: Runtime) -> list[int]:
    return [number for number, _ in one.decide(letters.waiting)]


def holds_what_its_logs_say(one: Runtime, feed: ListFeed) -> bool:
    def logs(of: str) -> list[object]:
        return log(one.store) if of == one.source else list(feed.logs[of])  # type: ignore[return-value]

    was = reconstruct(one.service, CODE, one.around.keys, logs, positions=one.store.snapshot().positions)  # type: ignore[arg-type]
    return differences(was, one.store.snapshot().rows) == []


def test_a_failed_reaction_parks_and_leaves_nothing_else(
    finance: Runtime, parked: int, feed: ListFeed
) -> None:
    assert schemas(finance.store) == ["Listening", "Parked"]
    assert applied(finance) == []
    assert finance.position(REGISTRY) == 1
    fact = log(finance.store)[-1].envelope
    assert (fact.sequence, fact.concerns, fact.known) == (parked, (ANNA,), {REGISTRY: 1})
    assert finance.decide(lambda work: letters.letter_entry(work, parked)) == feed.logs[REGISTRY][0]
    assert finance.decide(letters.waiting)[0][1]["reason"] == "Failing"
    assert finance.unready() == []
    assert holds_what_its_logs_say(finance, feed)


def test_only_facts_about_the_same_people_queue(finance: Runtime, parked: int, feed: ListFeed) -> None:
    more(feed, BEN), more(feed, ANNA, BEN), more(feed, BEN), more(feed, CARO), more(feed)
    finance.pump()
    # The third touches Anna, so it queues; from then on Ben's facts do, too.
    assert applied(finance) == [2, 5, 6]
    waiting = [finance.decide(lambda work, n=n: letters.letter_entry(work, n)) for n in numbers(finance)]
    assert [e.envelope.sequence for e in waiting] == [1, 3, 4]
    assert holds_what_its_logs_say(finance, feed)


def test_a_retry_takes_the_letter_and_what_queued_in_order(
    finance: Runtime, parked: int, feed: ListFeed, mood: Mood
) -> None:
    more(feed, ANNA), more(feed, ANNA)
    finance.pump()
    mood.fate = "reacts"
    for number in reversed(numbers(finance)):
        finance.decide(lambda work, n=number: letters.ask_retry(work, n, "mended"))
    assert applied(finance) == []  # a request only: the inbox acts
    finance.pump()
    assert applied(finance) == [1, 2, 3]
    assert schemas(finance.store)[-6:] == ["Resumed", "Answered"] * 3
    assert numbers(finance) == []
    assert not any(finance.store.kept_range(kind, "", "", 9) for kind in ("blocked", "queued", "retry"))
    assert holds_what_its_logs_say(finance, feed)


def test_a_retry_may_fail_again(finance: Runtime, parked: int, feed: ListFeed, mood: Mood) -> None:
    mood.fate = "fails"
    finance.decide(lambda work: letters.ask_retry(work, parked, "hope"))
    finance.pump()
    assert schemas(finance.store) == ["Listening", "Parked", "RetryRequested", "RetryFailed"]
    assert numbers(finance) == [parked]
    assert applied(finance) == []
    before = len(log(finance.store))
    assert finance.pump() == 0
    assert len(log(finance.store)) == before, "a failed retry is not tried again by itself"
    assert holds_what_its_logs_say(finance, feed)


def test_a_letter_behind_another_has_to_wait(finance: Runtime, parked: int, feed: ListFeed) -> None:
    more(feed, ANNA)
    finance.pump()
    first, second = numbers(finance)
    finance.decide(lambda work: letters.ask_retry(work, second, "impatient"))
    finance.pump()
    assert numbers(finance) == [first, second]
    assert schemas(finance.store)[-1] == "RetryFailed"
    assert applied(finance) == []


def test_a_discarded_letter_never_counts_and_frees_who_queued(
    finance: Runtime, parked: int, feed: ListFeed
) -> None:
    more(feed, ANNA)
    finance.pump()
    first, second = numbers(finance)
    finance.decide(lambda work: letters.ask_retry(work, first, "both asked"))
    finance.decide(lambda work: letters.discard(work, first, "superseded"))
    finance.decide(lambda work: letters.ask_retry(work, second, "now"))
    finance.pump()
    assert applied(finance) == [2]
    assert numbers(finance) == []
    more(feed, ANNA)
    finance.pump()
    assert applied(finance) == [2, 3]
    assert holds_what_its_logs_say(finance, feed)


def test_new_facts_go_on_queueing_until_the_last_letter_is_settled(
    finance: Runtime, parked: int, feed: ListFeed
) -> None:
    more(feed, ANNA)
    finance.pump()
    first, _ = numbers(finance)
    finance.decide(lambda work: letters.ask_retry(work, first, "mended"))
    finance.pump()
    more(feed, ANNA)
    finance.pump()
    assert applied(finance) == [1]
    assert len(numbers(finance)) == 2


def test_what_is_not_there_cannot_be_settled(finance: Runtime) -> None:
    for settle in (letters.ask_retry, letters.discard):
        with pytest.raises(NotFound):
            finance.decide(lambda work, settle=settle: settle(work, 77, "typo"))
    assert schemas(finance.store) == ["Listening"]


def test_letters_outlive_the_process(parked: int, finance: Runtime, feed: ListFeed, tmp_path: Path) -> None:
    finance.decide(lambda work: letters.ask_retry(work, parked, "mended"))
    finance.store.close()
    again = open_store(sqlite_url(tmp_path), "finance")
    one = runtime(toy("finance", "registry", mood=Mood("reacts")), again, seed=2)
    one.start({REGISTRY: feed})
    more(feed, ANNA)
    one.pump()
    assert schemas(again)[-3:] == ["Resumed", "Answered", "Answered"]
    assert applied(one) == [1, 2]
    again.close()


@pytest.mark.parametrize("failure", [OperationalError("disk full"), OSError("vault away"), TimeoutError()])
def test_a_failure_of_the_machine_never_parks(
    finance: Runtime, feed: ListFeed, mood: Mood, failure: Exception
) -> None:
    mood.fate = failure
    feed.logs[REGISTRY] = [entry(1, people=[ANNA])]
    with pytest.raises(type(failure)):
        finance.pump()
    assert schemas(finance.store) == ["Listening"]
    assert finance.position(REGISTRY) == 0
    mood.fate = "reacts"
    finance.pump()
    assert schemas(finance.store) == ["Listening", "Answered"]


def test_a_failure_of_the_machine_in_a_retry_keeps_the_request(
    finance: Runtime, parked: int, mood: Mood, feed: ListFeed
) -> None:
    finance.decide(lambda work: letters.ask_retry(work, parked, "mended"))
    mood.fate = OSError("vault away")
    with pytest.raises(OSError, match="away"):
        finance.pump()
    mood.fate = "plain"
    finance.pump()
    assert applied(finance) == [1]
    assert schemas(finance.store)[-2:] == ["RetryRequested", "Resumed"]


def test_a_source_is_added_only_while_no_letter_waits(
    finance: Runtime, parked: int, feed: ListFeed, store: Store
) -> None:
    more_sources = runtime(toy("finance", "registry", "living"), store, seed=2)
    with pytest.raises(RuntimeError, match="letter"):
        more_sources.start({REGISTRY: feed, source("living"): feed})
    assert schemas(store) == ["Listening", "Parked"]
    more_sources.decide(lambda work: letters.discard(work, parked, "superseded"))
    more_sources.start({REGISTRY: feed, source("living"): feed})
    assert schemas(store)[-1] == "Listening"


def test_many_letters_are_listed_in_pieces(finance: Runtime, feed: ListFeed, mood: Mood) -> None:
    mood.fate = "fails"
    for _ in range(5):
        more(feed, ANNA)
    finance.pump()
    first = finance.decide(lambda work: letters.waiting(work, 0, 2))
    rest = finance.decide(lambda work: letters.waiting(work, first[-1][0] + 1, 9))
    assert [n for n, _ in first + rest] == numbers(finance)
    assert len(first) == 2
