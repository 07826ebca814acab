"""Killed with SIGKILL while it compares or takes a file: what was committed stays, the next goes on, nothing twice (V3)."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import verification as v
from services import verification
from services.verification import comparing, matching
from services.verification.records import Records
from tests.verification.given import OFFICER, Bureau

pytestmark = [pytest.mark.clause("V3"), pytest.mark.crash]
PEOPLE = 7


def with_its_key(bureau: Bureau) -> None:
    """The key of the closed rows; made by a child, it would be gone with its memory."""
    bureau.vault.for_reader("verification").audience_key("verification")


def in_a_child(work: object) -> None:
    """Runs it in a process of its own, which dies by SIGKILL at its end or before."""
    child = os.fork()
    if child == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize("pieces", [0, 2])
@pytest.mark.parametrize("committed", [False, True])
def test_a_comparison_goes_on_where_a_killed_process_left_it(
    tmp_path: Path, pieces: int, committed: bool
) -> None:
    with Bureau(tmp_path) as bureau:
        agreement = bureau.share("vehicles")
        people = [bureau.helped()[1][0] for _ in range(PEOPLE)]
        bureau.deliver(agreement, bureau.cars(*people))
        begun = bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))

        def compare() -> None:
            other = bureau.another(verification.SERVICE)  # another process of the service, on the same store
            records = Records.open(bureau.settings, other.around.keys)

            def piece(work: comparing.Work, dies: bool = False) -> None:
                comparing.go_on(work, records, begun, 2)
                if dies:
                    os.kill(os.getpid(), signal.SIGKILL)

            for _ in range(pieces):
                other.decide(piece)
            other.decide(lambda work: piece(work, dies=not committed))

        in_a_child(compare)
        bureau.bureau = bureau.another(verification.SERVICE)
        done = sum(one.people for one in bureau.facts("verification", v.PieceCompared))
        assert done == 2 * (pieces + committed)
        doer = verification.Doer(bureau.bureau, bureau.records, 2)
        while doer.step():
            pass
        [whole] = bureau.facts("verification", v.ComparisonDone)
        assert whole.people == PEOPLE and whole.counts[0].found == PEOPLE
        found = [one.person for one in bureau.found()]
        assert sorted(found) == sorted(people), "each once"


class Dying(Records):
    """Kills its process behind the third piece of a file."""

    times = 0

    def add(self, *told: Any) -> bool:
        added = super().add(*told)
        self.times += 1
        if self.times == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return added


def test_a_file_cut_off_while_it_was_taken_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "PIECE", 2)
    with Bureau(tmp_path) as bureau:
        agreement = bureau.share("vehicles")
        people = [bureau.helped()[1][0] for _ in range(PEOPLE)]
        wrong, again = bureau.numbers[people[0]][:17] + "?", bureau.numbers[people[0]]
        content = bureau.cars(*people) + f"{wrong},car,2019-05-01\r\n{again},car,2019-05-01\r\n".encode()

        with_its_key(bureau)

        def take() -> None:
            bureau.records = Dying.open(bureau.settings, bureau.bureau.around.keys)
            bureau.deliver(agreement, content)

        in_a_child(take)
        assert bureau.facts("verification", v.FeedReceived) == []
        [left] = bureau.records.unfinished(date.max)
        bureau.ids.random()  # whoever comes after it draws other ids
        lines: list[int] = []
        row = bureau.deliver(agreement, content, told=lambda reached: lines.append(reached.line))
        assert lines == [9, 10] and row["feed"] == left, "six rows were taken before"
        assert (row["rows"], row["matched"], row["refused"]) == (PEOPLE + 2, PEOPLE, 2)
        rules = [rule for _, _, rule in bureau.records.refusals(left)]
        assert rules == ["id-number-characters", "row-repeated"]
        bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
        bureau.host.drain()
        assert len(bureau.found()) == PEOPLE


def test_of_a_file_that_was_cut_off_and_does_not_come_again_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "PIECE", 2)
    with Bureau(tmp_path) as bureau:
        agreement = bureau.share("vehicles")
        people = [bureau.helped()[1][0] for _ in range(PEOPLE)]

        with_its_key(bureau)

        def take() -> None:
            bureau.records = Dying.open(bureau.settings, bureau.bureau.around.keys)
            bureau.deliver(agreement, bureau.cars(*people))

        in_a_child(take)
        [left] = bureau.records.unfinished(date.max)
        assert bureau.records.of(left, str(people[0])) != []
        bureau.pass_days(1)
        bureau.host.close_days(bureau.today)
        bureau.host.drain()
        assert bureau.records.unfinished(date.max) == []
        assert bureau.records.of(left, str(people[0])) == []
        assert bureau.deliver(agreement, bureau.cars(*people))["matched"] == PEOPLE


def test_where_the_rows_are_lost_nothing_is_said_of_anybody_until_the_file_comes_again(
    tmp_path: Path,
) -> None:
    with Bureau(tmp_path) as bureau:
        agreement = bureau.share("vehicles")
        people = [bureau.helped()[1][0] for _ in range(3)]
        row = bureau.deliver(agreement, bureau.cars(*people))
        bureau.records.drop(row["feed"])  # as after a restore: the log knows the file, the rows are gone
        home, members = bureau.household()
        said = bureau.case(home, members)
        bureau.apply(said)
        bureau.accept(said)
        bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
        bureau.host.drain()
        [done] = bureau.facts("verification", v.ComparisonDone)
        assert (done.counts, bureau.facts("verification", v.CheckReported)) == ((), [])
        again = bureau.deliver(agreement, bureau.cars(*people))
        assert again == row and len(bureau.facts("verification", v.FeedReceived)) == 1
        bureau.household()  # whatever is recorded next lets it look again
        [report] = bureau.facts("verification", v.CheckReported)
        assert report.feed == row["feed"]
        bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
        bureau.host.drain()
        assert len(bureau.found()) == 3
