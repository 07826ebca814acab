"""Views: they follow the log, are built again beside the live tables, and swapped when caught up."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from services.chassis import views
from services.chassis.database import open_database
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.views import View, ViewReader
from tests.chassis.toys import ANNA, BEN, Said, Whispered, runtime, say, toy


class PowerCut(Exception):
    pass


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def registry(url: str, stack: ExitStack) -> Runtime:
    store = open_store(url, "registry")
    stack.callback(store.close)
    return runtime(toy("registry"), store)


def people(version: int = 1, cut_at: str = "", extra: bool = False) -> View:
    """Who was spoken of, how often, and with which last word."""
    tables = {"people": "id TEXT PRIMARY KEY, times INTEGER NOT NULL, word TEXT"}
    view = View("people", version, tables | ({"extra": "n INTEGER"} if extra else {}), [("people", "word")])

    @view.on(Said)
    def _(tables: Any, fact: Any) -> None:
        if cut_at and fact.data.word == cut_at:
            raise PowerCut
        for person in fact.data.people:
            tables.execute(
                "INSERT INTO {people} VALUES (?, 1, ?) ON CONFLICT (id)"
                " DO UPDATE SET times = {people}.times + 1, word = excluded.word",
                (str(person), f"v{version} {fact.data.word}"),
            )

    return view


@pytest.fixture
def reader(url: str, registry: Runtime, stack: ExitStack) -> Callable[..., ViewReader]:
    def open_it(view: View | None = None) -> ViewReader:
        database = open_database(url, "registry")
        stack.callback(database.close)
        return ViewReader(view or people(), database, registry.store, registry.around.keys)

    return open_it


def rows(of: ViewReader) -> list[tuple[Any, ...]]:
    with of.reading() as tables:
        return [tuple(row) for row in tables.execute("SELECT id, times, word FROM {people} ORDER BY id")]


def speak(registry: Runtime, count: int, start: int = 0) -> None:
    def many(work: Any) -> None:
        for n in range(start, start + count):
            say(*[ANNA, BEN][: 1 + n % 2], word=str(n))(work)

    registry.decide(many)


def test_a_view_follows_the_log(registry: Runtime, reader: Callable[..., ViewReader]) -> None:
    one = reader()
    assert (one.advance(), rows(one), one.sequence) == (0, [], 0)
    speak(registry, 3)
    assert one.advance() == 3
    assert one.advance() == 0
    assert rows(one) == [(str(ANNA), 3, "v1 2"), (str(BEN), 1, "v1 1")]
    registry.decide(lambda work: work.record(ANNA, Whispered(people=(ANNA,))))
    assert (one.advance(), one.sequence) == (1, 4)
    assert rows(reader()) == rows(one)


def test_what_was_followed_and_what_is_rebuilt_are_equal(
    registry: Runtime, reader: Callable[..., ViewReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 7)
    one = reader()
    for n in range(0, 40, 5):
        speak(registry, 5, n)
        one.advance()
    while one.advance():
        pass
    before = rows(one)
    assert one.rebuild() == 40
    assert rows(one) == before
    assert one.sequence == 40
    speak(registry, 1, 40)
    assert one.advance() == 1
    assert rows(one)[0][1] == 41
    assert one.rebuild() == 41


def test_the_live_tables_answer_while_the_next_are_built(
    registry: Runtime, reader: Callable[..., ViewReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 5)
    old, watched = reader(), []
    speak(registry, 20)
    while old.advance():
        pass
    view, before = people(2), rows(old)
    step = view._steps[Said]
    seen: list[Any] = []

    def watching(tables: Any, fact: Any) -> None:
        if fact.envelope.sequence == 13:
            with ThreadPoolExecutor(1) as pool:  # another thread, as a request would be
                seen.append(pool.submit(rows, old).result(60))
        step(tables, fact)

    view._steps[Said] = watching
    new = reader(view)  # another version: it rebuilds before it serves
    assert seen == [before]
    assert watched == []
    assert rows(new) == rows(old) == [(key, times, word.replace("v1", "v2")) for key, times, word in before]


def test_a_rebuild_that_was_cut_off_leaves_the_live_tables_and_can_be_done_again(
    registry: Runtime, reader: Callable[..., ViewReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 5)
    one = reader()
    speak(registry, 20)
    while one.advance():
        pass
    before = rows(one)
    with pytest.raises(PowerCut):
        reader(people(2, cut_at="13"))
    assert rows(one) == before
    speak(registry, 1, 20)
    assert one.advance() == 1  # goes on being followed
    again = reader(people(2))
    assert again.sequence == 21
    assert rows(again)[0] == (str(ANNA), 21, "v2 20")


def test_a_new_version_may_have_other_tables(registry: Runtime, reader: Callable[..., ViewReader]) -> None:
    speak(registry, 2)
    reader().advance()
    new = reader(people(2, extra=True))
    with new.reading() as tables:
        assert tables.execute("SELECT n FROM {extra}") == []
    assert reader(people(3)).sequence == 2


def test_a_failure_in_a_view_takes_back_the_whole_piece(
    registry: Runtime, reader: Callable[..., ViewReader]
) -> None:
    one = reader(people(cut_at="2"))
    speak(registry, 4)
    with pytest.raises(PowerCut):
        one.advance()
    assert (rows(one), one.sequence) == ([], 0)


def test_two_who_follow_apply_each_fact_once(
    registry: Runtime, reader: Callable[..., ViewReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of one service: both follow the same view."""
    monkeypatch.setattr(views, "READ_AT_ONCE", 3)
    both = [reader(), reader()]
    speak(registry, 120)
    together = threading.Barrier(2)

    def follow(one: ViewReader) -> int:
        moved = 0
        while one.sequence < 120:
            together.wait(60) if moved == 0 else None
            moved += one.advance()
        return moved

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(follow, both)) == 120
    assert rows(both[0]) == [(str(ANNA), 120, "v1 119"), (str(BEN), 60, "v1 119")]


def test_a_reader_sees_one_moment(registry: Runtime, reader: Callable[..., ViewReader]) -> None:
    one = reader()
    speak(registry, 1)
    one.advance()
    with one.reading() as tables:
        before = tables.execute("SELECT times FROM {people}")
        speak(registry, 1, 2)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(one.advance).result(60) == 1
        assert tables.execute("SELECT times FROM {people}") == before
    assert rows(one)[0][1] == 2


def test_a_reader_that_came_before_the_swap_still_finds_its_tables(
    registry: Runtime, reader: Callable[..., ViewReader]
) -> None:
    one = reader()
    speak(registry, 2)
    one.advance()
    with one.reading() as tables:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(one.rebuild).result(60) == 2
        assert len(tables.execute("SELECT id FROM {people}")) == 2
    assert len(rows(one)) == 2


def test_two_that_rebuild_at_once_build_one_view(
    registry: Runtime, reader: Callable[..., ViewReader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of a new version start together."""
    monkeypatch.setattr(views, "READ_AT_ONCE", 3)
    speak(registry, 60)
    while reader().advance():
        pass
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: reader(people(2)), range(2))
    assert rows(first) == rows(second) == [(str(ANNA), 60, "v2 59"), (str(BEN), 30, "v2 59")]
    assert first.sequence == 60
