"""Whatever happens in whatever order: each case and period is paid once at the most, never above the budget, and it
all reconciles to the fen (F1).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import finance as f
from events.ids import BatchId, CaseId
from services.chassis.refusal import Refused
from services.finance import book as books
from services.finance import closing, gathering, returnfile, returning
from services.finance.batch import BATCH, State
from services.finance.book import BOOK, book_of
from services.finance.statement import statement
from tests.finance.town import CHECKER, FUND, MAKER, YEAR, Town, return_file

MONTHS = ("2020-06", "2020-07", "2020-08")
FAMILIES = 4
which = st.integers(0, FAMILIES - 1)
acts = st.one_of(
    st.tuples(st.just("grant"), which, st.sampled_from(MONTHS), st.integers(1, 900_00)),
    st.tuples(st.just("die"), which, st.sampled_from((date(2020, 5, 3), date(2020, 7, 9), date(2020, 8, 2)))),
    st.tuples(st.just("account"), which),
    st.tuples(st.just("allocate"), st.integers(1, 2000_00)),
    st.tuples(st.just("open")),
    st.tuples(st.just("gather"), st.integers(1, 3)),
    st.tuples(st.just("close")),
    st.tuples(st.just("approve")),
    st.tuples(st.just("hand over")),
    st.tuples(st.just("drop"), st.integers(1, 3)),
    st.tuples(st.just("return"), st.lists(st.sampled_from(returnfile.RESULTS), min_size=1, max_size=5)),
    st.tuples(st.just("settle"), st.sampled_from(("paid", "failed"))),
    st.tuples(st.just("whole month")),
)


class Played:
    """One history: refusals are expected and change nothing."""

    def __init__(self, folder: Path) -> None:
        self.town = Town(folder)
        self.town.book(budget=3000_00, allocated=0)
        self.families = [self.town.household(account=number % 2 == 0) for number in range(FAMILIES)]
        self.cases: list[CaseId | None] = [None] * FAMILIES
        self.batch: BatchId | None = None

    def act(self, act: tuple[object, ...]) -> None:
        with suppress(Refused):
            getattr(self, str(act[0]).replace(" ", "_"))(*act[1:])

    def grant(self, who: int, month: str, amount: int) -> None:
        home, people = self.families[who]
        if self.cases[who] is None:
            self.cases[who] = self.town.grant(home, people, month, amount)
        else:
            self.town.month(self.cases[who], home, people, month, amount)  # type: ignore[arg-type]

    def die(self, who: int, on: date) -> None:
        self.town.dies(self.families[who][1][0], on)

    def account(self, who: int) -> None:
        home, people = self.families[who]
        named = self.town.finance.decide(lambda work: work.fact("account", home))
        self.town.account(home, people[0], why="first" if named is None else "wish")

    def allocate(self, amount: int) -> None:
        stream = book_of(FUND, YEAR)
        self.town.finance.decide(
            lambda work: work.record(
                stream, books.allocate(work.load(BOOK, stream), FUND, YEAR, amount, "city", CHECKER)
            )
        )

    def open(self) -> None:
        self.batch = self.town.finance.decide(lambda work: gathering.open_batch(work, "2020-08", MAKER))

    def gather(self, size: int) -> None:
        if self.batch is not None:
            batch = self.batch
            self.town.finance.decide(lambda work: gathering.gather(work, batch, size))

    def close(self) -> None:
        if self.batch is not None:
            batch = self.batch
            self.town.finance.decide(lambda work: closing.close_by(work, batch, MAKER))

    def approve(self) -> None:
        if self.batch is not None:
            self.town.approve(self.batch)

    def hand_over(self) -> None:
        if self.batch is not None:
            batch = self.batch
            self.town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))

    def drop(self, size: int) -> None:
        if self.batch is not None:
            batch = self.batch
            self.town.finance.decide(lambda work: closing.drop(work, batch, MAKER, size))

    def settle(self, outcome: str) -> None:
        for key, row in self.town.finance.store.kept_range("payment", "", "", 1000):
            if row["state"] == "unknown":
                reason = "other" if outcome == "failed" else ""
                self.town.finance.decide(lambda work, k=key, r=reason: returning.settle(work, k, outcome, r))
                return

    def whole_month(self) -> None:
        if self.batch is None or self.state() not in (State.GATHERING, State.CLOSED, State.APPROVED):
            self.town.paid()

    def state(self) -> State:
        assert self.batch is not None
        batch = self.batch
        return self.town.finance.decide(lambda work: work.load(BATCH, batch)).state

    def must_hold(self) -> None:
        facts = self.town.facts("finance")
        paid = Counter((one.case, one.period) for one in facts if isinstance(one, f.PaymentPaid))
        assert max(paid.values(), default=0) <= 1, "each case and period once at the most"
        total = sum(one.amount_fen for one in facts if isinstance(one, f.PaymentPaid))
        budget = sum(one.amount_fen for one in facts if isinstance(one, f.BudgetSet))
        allocated = sum(one.amount_fen for one in facts if isinstance(one, f.FundsAllocated))
        assert total <= allocated <= budget
        rows = [row for _, row in self.town.finance.store.kept_range("payment", "", "", 1000)]
        open_fen = sum(row["amount"] for row in rows if row["state"] in ("ordered", "unknown"))
        self.town.host.follow()
        told = statement(self.town.readers["books"], "2020-08")
        [line] = told.funds
        assert told.reconciled
        assert (line.budget_fen, line.allocated_fen) == (budget, allocated)
        assert (line.paid_fen, line.committed_fen) == (total, open_fen)
        assert line.idle_fen == allocated - total - open_fen
        orders = [one for one in facts if isinstance(one, f.PaymentOrdered)]
        assert {(one.case, one.period) for one in orders} >= set(paid)

    # `return` is a word of the language: it is played under its own name by `act`.


def _return(played: Played, results: list[str]) -> None:
    if played.batch is None:
        return
    batch = played.batch
    rows = played.town.standing_in(batch)
    told = [(row["id"], results[n % len(results)], row["amount"]) for n, row in enumerate(rows)]
    content = return_file(batch, told)
    played.town.take_return(batch, content)


setattr(Played, "return", _return)


@pytest.mark.clause("F1")
@settings(
    max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(acts, min_size=8, max_size=40))
def test_whatever_happens_each_period_is_paid_once_within_the_budget_and_it_reconciles(
    history: list[tuple[object, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = Played(Path(folder))
        with played.town:
            for act in [("grant", 0, "2020-08", 380_00), ("allocate", 900_00), *history]:
                played.act(act)
            played.must_hold()
            assert played.town.differences("finance") == []
