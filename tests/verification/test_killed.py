"""Killed with SIGKILL while it compares or takes a file: what was committed stays, the next goes on, nothing twice (V3)."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path

import pytest

from events import verification as v
from services import verification
from services.verification import comparing
from services.verification.records import Records
from tests.verification.given import OFFICER, Bureau

pytestmark = [pytest.mark.clause("V3"), pytest.mark.crash]
PEOPLE = 7


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


def test_a_file_cut_off_while_it_was_taken_is_taken_whole_the_next_time(tmp_path: Path) -> None:
    with Bureau(tmp_path) as bureau:
        agreement = bureau.share("vehicles")
        people = [bureau.helped()[1][0] for _ in range(PEOPLE)]

        class Dying(Records):
            def taken(self, feed: object) -> None:
                raise AssertionError("it died before")

            def add(self, feed: object, rows: object, refusals: object) -> None:
                super().add(feed, rows, refusals)  # type: ignore[arg-type]
                if rows:
                    os.kill(os.getpid(), signal.SIGKILL)

        def take() -> None:
            bureau.records = Dying.open(bureau.settings, bureau.bureau.around.keys)
            bureau.deliver(agreement, bureau.cars(*people))

        in_a_child(take)
        assert bureau.facts("verification", v.FeedReceived) == []
        [left] = bureau.records.unfinished(date.max)
        bureau.ids.random()  # whoever comes after it draws other ids
        assert bureau.deliver(agreement, bureau.cars(*people))["matched"] == PEOPLE
        bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
        bureau.host.drain()
        assert len(bureau.found()) == PEOPLE
        bureau.pass_days(1)
        bureau.host.close_days(bureau.today)
        bureau.host.drain()
        assert bureau.records.unfinished(date.max) == []
        assert bureau.records.of(left, str(people[0])) == [], "nothing of what was cut off stays"


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
