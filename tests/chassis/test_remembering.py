"""What a process remembers of its store: never more than so much, and never anything but what the store says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from events.ids import PersonId
from services.chassis import work
from services.chassis.clock import SystemIds
from services.chassis.store import open_store
from tests.chassis.toys import runtime, say, seen, toy


def test_what_is_remembered_does_not_grow_and_what_was_forgotten_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ROWS_REMEMBERED", 10)
    monkeypatch.setattr(work, "STATES_REMEMBERED", 10)
    people = [PersonId(int=n, version=4) for n in range(1, 31)]
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}", "registry")) as store:
        one = runtime(toy("registry"), store, ids=SystemIds())
        said = {person: [str(one.decide(say(person)))] for person in people}
        for person in people:
            said[person].append(str(one.decide(say(person))))
            memory = one.committer._memory
            assert memory is not None and len(memory.kept) <= 10 and len(memory.streams) <= 10
        kind = seen(one.source)
        assert {person: one.decide(lambda w, p=person: w.fact(kind, p)) for person in people} == said
