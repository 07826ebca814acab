"""Books of funds and whole townships: their state and timeline, effective on one day and known on another."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import finance as f
from events import registry as r
from events.base import Event
from events.ids import BatchId, BookId, HouseholdId, RecoveryId, ReserveId
from services.chassis.refusal import Malformed, NotFound
from services.finance.book import BOOK
from services.history.asof import AsOf
from services.history.asof.fund import FUND, FundState
from services.history.asof.placing import place
from services.history.district_log import DistrictLog
from services.history.timelines import Timelines
from tests.history.conftest import Open
from tests.history.logs import CLOCK, Logs, sources

FUND_NAME, YEAR = "basic-living", 2026
BOOK_ID = BookId.of_year(FUND_NAME, YEAR)
OFFICER = UUID(int=3)
TOWN, OTHER = "431202002000", "431202003000"
JANUARY, MARCH, APRIL, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 11), date(2026, 5, 1)
SAID = {"book": BOOK_ID, "fund": FUND_NAME, "year": YEAR}


class Office:
    def __init__(self, log: DistrictLog) -> None:
        self.log, self.logs = log, Logs()
        self.asof, self.timelines = AsOf(log, CLOCK), Timelines(log)

    def booked(self, fact: Event, on: date) -> None:
        self.logs.record("finance", BOOK_ID, fact, effective=on)

    def family(self, township: str) -> HouseholdId:
        home, head = self.logs.household(), self.logs.person()
        self.logs.record("registry", home, r.HouseholdRegistered(
            household=home, head=head, members=(r.Member(person=head, relation="01"),), township=township,
            village=f"{township[:9]}001", since=JANUARY,
        ), effective=JANUARY)  # fmt: skip
        return home

    def moved(self, home: HouseholdId, to: str, on: date) -> None:
        fact = r.HouseholdMoved(household=home, township=to, village=f"{to[:9]}001", members=(), since=on)
        self.logs.record("registry", home, fact, effective=on)

    def headed(self, home: HouseholdId) -> UUID:
        one, other = self.logs.person(), self.logs.person()
        fact = r.HeadChanged(household=home, head=one, former=other, since=JANUARY, relations=())
        return self.logs.record("registry", home, fact, effective=JANUARY).envelope.id

    def taken(self) -> None:
        self.log.pump(self.logs.feeds())

    def fund(self, effective: date, known: date) -> FundState | None:
        self.taken()
        state = self.asof.state(f"{FUND_NAME}/{YEAR}", effective=effective, known=known).state
        assert state is None or isinstance(state, FundState)
        return state

    def told(self, township: str, *, limit: int = 50, known: date | None = None) -> list[UUID]:
        """Ids of the lines, page by page."""
        self.taken()
        found: list[UUID] = []
        after: int | None = 0
        while after is not None:
            page = (
                self.timelines.page(township, after=after, limit=limit)
                if known is None
                else self.asof.timeline(township, effective=MAY, known=known, after=after, limit=limit)
            )
            assert page is not None and len(page.lines) <= limit
            found += [one.entry.envelope.id for one in page.lines]
            after = page.after
        return found


@pytest.fixture
def office(opened: Open) -> Office:
    return Office(DistrictLog(opened().database, sources(("registry", "finance")), CLOCK))


def test_a_fund_s_book_is_told_as_it_was_on_a_day_and_as_it_was_known_then(office: Office) -> None:
    office.booked(f.BudgetSet(**SAID, amount_fen=1000, officer=OFFICER), JANUARY)
    office.booked(f.FundsAllocated(**SAID, amount_fen=800, level="province", officer=OFFICER), JANUARY)
    batch = BatchId.of(office.logs.uuid())
    office.booked(f.FundsCommitted(**SAID, batch=batch, amount_fen=300), MARCH)
    office.booked(f.FundsPaid(**SAID, batch=batch, amount_fen=200), APRIL)
    office.logs.days(130)  # recorded in May: money that came in April
    office.booked(f.FundsAllocated(**SAID, amount_fen=100, level="city", officer=OFFICER), APRIL)
    march, april = office.fund(MARCH, APRIL), office.fund(APRIL, APRIL)
    assert march and (march.fund, march.year, march.budget_fen) == (FUND_NAME, YEAR, 1000)
    assert (march.allocated_fen, march.committed_fen, march.paid_fen, march.idle_fen) == (800, 300, 0, 500)
    assert april and (april.committed_fen, april.paid_fen, april.idle_fen) == (100, 200, 500)
    later = office.fund(APRIL, date(2026, 6, 1))
    assert later and (later.allocated_fen, later.idle_fen) == (900, 600)
    assert office.fund(date(2025, 12, 31), MAY) is None
    lines = office.asof.timeline(f"{FUND_NAME}/{YEAR}", effective=APRIL, known=APRIL).lines
    assert [one.entry.envelope.type for one in lines] == [
        "finance.BudgetSet", "finance.FundsAllocated", "finance.FundsCommitted", "finance.FundsPaid",
    ]  # fmt: skip
    assert len(list(office.timelines.lines(BOOK_ID))) == 5


@pytest.mark.parametrize("wrong", ["basic-living", "basic-living/20", "Basic/2026", "12"])
def test_what_names_nothing_is_refused_with_what_would(office: Office, wrong: str) -> None:
    with pytest.raises(Malformed, match="basic-living/2022"):
        office.asof.state(wrong)


def test_a_book_that_nobody_opened_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound):
        office.asof.state("price-link/2026")


MOVES = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 10**6)), max_size=30)


@given(MOVES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_moves_in_a_book_history_and_finance_come_to_the_same_sums(
    moves: list[tuple[int, int]],
) -> None:
    logs, batch = Logs(), BatchId.of(UUID(int=1))
    kinds = (
        lambda fen: f.BudgetSet(**SAID, amount_fen=fen, officer=OFFICER),
        lambda fen: f.BudgetChanged(**SAID, amount_fen=fen, why="cut", officer=OFFICER),
        lambda fen: f.FundsAllocated(**SAID, amount_fen=fen, level="city", officer=OFFICER),
        lambda fen: f.FundsReturned(**SAID, amount_fen=fen, why="unspent", officer=OFFICER),
        lambda fen: f.CarriedOver(**SAID, amount_fen=fen, officer=OFFICER),
        lambda fen: f.FundsCommitted(**SAID, batch=batch, amount_fen=fen),
        lambda fen: f.FundsReleased(**SAID, batch=batch, amount_fen=fen),
        lambda fen: f.FundsPaid(**SAID, batch=batch, amount_fen=fen),
        lambda fen: f.ReserveSetAside(**SAID, reserve=ReserveId.of(UUID(int=2)), amount_fen=fen),
        lambda fen: f.FundsRecovered(**SAID, recovery=RecoveryId.of(UUID(int=3)), amount_fen=fen),
    )
    facts: list[Event] = [kinds[kind](fen) for kind, fen in moves]
    entries = [logs.record("finance", BOOK_ID, fact) for fact in facts]
    placed = place(
        [(entry.envelope, fact) for entry, fact in zip(entries, facts, strict=True)], frozenset(), {}
    )
    ours, theirs = FUND.fold(FundState(BOOK_ID), placed), BOOK.of(facts)
    assert (ours.budget_fen, ours.allocated_fen, ours.committed_fen, ours.paid_fen, ours.idle_fen) == (
        theirs.budget_fen, theirs.allocated_fen, theirs.committed_fen, theirs.paid_fen, theirs.free_fen,
    )  # fmt: skip


def test_every_movement_that_finance_books_is_in_the_state_of_history() -> None:
    without_money = {f.FundReconciliationDue.TYPE, f.FundReconciled.TYPE}
    books = {fact.TYPE for fact in f.BookFact.__subclasses__()}
    assert FUND.types == books - without_money


def test_a_township_s_timeline_is_of_the_families_there_while_they_lived_there(office: Office) -> None:
    stays, leaves = office.family(TOWN), office.family(TOWN)
    before = office.headed(leaves)
    office.moved(leaves, OTHER, MARCH)
    after, there = office.headed(leaves), office.headed(stays)
    town, other = office.told(TOWN), office.told(OTHER)
    assert before in town and before not in other
    assert after in other and after not in town
    assert there in town and there not in other
    assert len(town) == 4 and len(other) == 2, "the move is the first line of the new home"


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_township_s_timeline_comes_in_pages_each_line_once_and_in_order(office: Office, limit: int) -> None:
    homes = [office.family(TOWN if count % 2 else OTHER) for count in range(12)]
    for count in range(200):
        office.headed(homes[count % 12])
    expected = [
        entry.envelope.id
        for entry in office.logs.of["/431202/registry"]
        if UUID(int=entry.envelope.stream.int) in set(homes[1::2])
    ]
    assert office.told(TOWN, limit=limit) == expected


def test_before_a_move_was_known_the_family_s_news_are_its_old_township_s(office: Office) -> None:
    home = office.family(TOWN)
    office.logs.days(100)
    office.moved(home, OTHER, MARCH)
    office.headed(home)
    assert len(office.told(TOWN, known=date(2026, 4, 10))) == 1
    assert office.told(OTHER, known=date(2026, 4, 10)) == []
    assert len(office.told(OTHER, known=APRIL)) == 2
