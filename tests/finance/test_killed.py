"""Killed with SIGKILL in the middle of a batch: what was committed stays, the rest is done by the next, once (F1)."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from events import finance as f
from services import finance
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.finance import closing, gathering, returning
from tests.finance.town import CHECKER, MAKER, Town

pytestmark = [pytest.mark.clause("F1"), pytest.mark.crash]


@pytest.mark.parametrize("pieces", [0, 1, 3])
@pytest.mark.parametrize("committed", [False, True])
def test_a_batch_goes_on_where_a_killed_process_left_it(tmp_path: Path, pieces: int, committed: bool) -> None:
    with Town(tmp_path) as town:
        town.book()
        for _ in range(7):
            home, people = town.household()
            town.grant(home, people, "2020-08")
        batch = town.finance.decide(lambda work: gathering.open_batch(work, "2020-08", MAKER))
        child = os.fork()
        if child == 0:  # another process of the service, on the same store
            other = town.another(finance.SERVICE)
            for _ in range(pieces):
                other.decide(lambda work: gathering.gather(work, batch, 2))

            def die(work: Work) -> None:
                gathering.gather(work, batch, 2)
                if not committed:
                    os.kill(os.getpid(), signal.SIGKILL)

            other.decide(die)
            os.kill(os.getpid(), signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        town.finance = town.another(finance.SERVICE)
        while town.finance.decide(lambda work: gathering.gather(work, batch, 2)):
            pass
        town.finance.decide(lambda work: closing.close_by(work, batch, MAKER))
        orders = [one.payment for one in town.facts("finance", f.PaymentOrdered)]
        assert len(orders) == len(set(orders)) == 7
        assert town.finance.decide(lambda work: town_total(work)) == 7 * 380_00


@pytest.mark.parametrize("pieces", [0, 1, 2])
def test_the_banks_answer_goes_on_with_the_same_file_and_no_other_where_a_killed_process_left_it(
    tmp_path: Path, pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "PIECE", 2)
    with Town(tmp_path) as town:
        town.book()
        for _ in range(5):
            home, people = town.household()
            town.grant(home, people, "2020-08")
        batch = town.handed_over()
        rows = town.standing_in(batch)
        content = town.answer(batch, {rows[0]["id"]: "failed", rows[1]["id"]: "unknown"})
        child = os.fork()
        if child == 0:
            other, done = town.another(finance.SERVICE), 0

            def decide(step: Callable[[Work], object]) -> object:
                nonlocal done
                if done > pieces:  # the check is one, too
                    os.kill(os.getpid(), signal.SIGKILL)
                done += 1
                return other.decide(step)

            returning.take(decide, batch, io.BytesIO(content), CHECKER)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        town.finance = town.another(finance.SERVICE)
        with pytest.raises(Conflict, match="return-twice"):
            town.take_return(batch, town.answer(batch))
        with pytest.raises(Conflict, match="return-twice"):
            town.returned(batch)
        assert len(town.facts("finance", f.PaymentPaid)) == max(0, 2 * pieces - 2)
        town.take_return(batch, content)
        paid = [one.payment for one in town.facts("finance", f.PaymentPaid)]
        assert len(paid) == len(set(paid)) == 3
        [taken] = town.facts("finance", f.ReturnTaken)
        assert (taken.executed, taken.failed, taken.unknown, taken.paid_fen) == (3, 1, 1, 3 * 380_00)
        assert (town.standing().paid_fen, town.standing().committed_fen) == (3 * 380_00, 380_00)


def town_total(work: Work) -> int:
    from services.finance.book import BOOK, book_of

    return work.load(BOOK, book_of("basic-living", 2020)).committed_fen
