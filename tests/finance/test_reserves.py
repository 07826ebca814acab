"""The townships' reserves in the fund's books: set aside when funded, paid when spent, compared each month, to the fen."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import finance as f
from events import living as l
from events.ids import CaseId, HouseholdId, ReserveId
from services.finance.reserve import RESERVE, Reserve
from tests.finance.town import CHECKER, TOWN, VILLAGE, Town

pytestmark = [pytest.mark.clause("F1"), pytest.mark.clause("B12")]
HERE = ReserveId("00000000-0000-4000-8000-0000000000a1")
THERE = ReserveId("00000000-0000-4000-8000-0000000000a2")
AT = {HERE: TOWN, THERE: VILLAGE}


def funded(town: Town, amount: int, reserve: ReserveId = HERE, again: bool = False) -> None:
    kind = l.ReserveReplenished if again else l.ReserveAdvanced
    fact = kind(reserve=reserve, township=AT[reserve], on=town.today, amount_fen=amount)
    town.say("living", (reserve, fact))


def spent(town: Town, amount: int, reserve: ReserveId = HERE) -> None:
    case, home = CaseId.of(town.ids.random()), HouseholdId.of(town.ids.random())
    fact = l.ReserveSpent(
        reserve=reserve, township=AT[reserve], on=town.today, case=case, household=home, amount_fen=amount
    )
    town.say("living", (reserve, fact))


def reconciled(town: Town, booked: int, counted: int, month: str = "2020-08") -> None:
    fact = l.ReserveReconciled(
        reserve=HERE, township=TOWN, on=town.today, month=month, booked_fen=booked, counted_fen=counted,
        officer=CHECKER,
    )  # fmt: skip
    town.say("living", (HERE, fact))


def _held(one: Reserve) -> int:
    return sum(amount for _, amount in one.held)


def told(town: Town) -> dict[str, dict[str, object]]:
    town.host.follow()
    answer = town.treasury().get("/reserves").json()
    assert answer["sound"] == all(one["sound"] for one in answer["items"])
    return {one["township"]: one for one in answer["items"]}


def test_what_a_reserve_holds_is_set_aside_and_what_it_spends_is_paid(town: Town) -> None:
    town.book(budget=1000_00, allocated=1000_00)
    funded(town, 300_00)
    assert (town.standing().committed_fen, town.standing().free_fen) == (300_00, 700_00)
    spent(town, 120_00)
    funded(town, 120_00, again=True)
    assert (town.standing().paid_fen, town.standing().committed_fen) == (120_00, 300_00)
    reconciled(town, 300_00, 300_00)
    line = told(town)[TOWN]
    assert (line["funded_fen"], line["spent_fen"], line["balance_fen"]) == (420_00, 120_00, 300_00)
    assert (line["set_aside_fen"], line["paid_fen"], line["ours_fen"]) == (420_00, 120_00, 300_00)
    assert line["sound"]
    statement = town.treasury().get("/statement?month=2020-08").json()
    assert statement["reconciled"]
    assert (statement["funds"][0]["paid_fen"], statement["funds"][0]["committed_fen"]) == (120_00, 300_00)


def test_what_the_fund_cannot_cover_lacks_until_it_is_made_good(town: Town) -> None:
    town.book(budget=1000_00, allocated=100_00)
    funded(town, 300_00)
    spent(town, 120_00)
    assert (town.standing().committed_fen, town.standing().paid_fen) == (0, 0)
    assert told(town)[TOWN]["lacking_fen"] == 300_00 and not told(town)[TOWN]["sound"]
    at, treasury = f"/reserves/{TOWN}/made-good", town.treasury()
    assert town.office().post(at).status_code == 403
    assert treasury.post(at).json()["type"] == "urn:doudi:problem:fund-short"
    treasury.post("/funds/basic-living/2020/allocations", json={"amount_fen": 300_00, "level": "city"})
    assert treasury.post(at).status_code == 201
    assert (town.standing().committed_fen, town.standing().paid_fen) == (180_00, 120_00)
    assert told(town)[TOWN]["sound"]
    assert treasury.post(at).json()["type"] == "urn:doudi:problem:nothing-lacks"
    assert treasury.post(f"/reserves/{VILLAGE}/made-good").status_code == 404


def test_money_of_last_year_is_spent_first_and_paid_by_last_years_book(town: Town) -> None:
    town.book(year=2020)
    town.book(year=2021)
    funded(town, 100_00)
    town.pass_days(200)
    funded(town, 100_00)
    spent(town, 130_00)
    assert (town.standing(year=2020).paid_fen, town.standing(year=2020).committed_fen) == (100_00, 0)
    assert (town.standing(year=2021).paid_fen, town.standing(year=2021).committed_fen) == (30_00, 70_00)
    [drawn] = town.facts("finance", f.ReserveDrawnOn)
    assert [(one.year, one.amount_fen) for one in drawn.shares] == [(2020, 100_00), (2021, 30_00)]


def test_a_month_is_compared_as_it_ended_and_a_difference_is_recorded(town: Town) -> None:
    town.book()
    funded(town, 300_00)
    town.pass_days(35)
    spent(town, 50_00)
    reconciled(town, 300_00, 290_00)
    [compared] = town.facts("finance", f.ReserveCompared)
    assert (compared.ours_fen, compared.told_fen, compared.counted_fen) == (300_00, 300_00, 290_00)
    assert not told(town)[TOWN]["sound"]


acts = st.one_of(
    st.tuples(st.just("fund"), st.sampled_from((HERE, THERE)), st.integers(1, 500)),
    st.tuples(st.just("spend"), st.sampled_from((HERE, THERE)), st.integers(1, 500)),
    st.tuples(st.just("allocate"), st.integers(1, 400)),
    st.tuples(st.just("make good"), st.sampled_from((HERE, THERE))),
)


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(acts, min_size=5, max_size=25))
def test_whatever_comes_in_and_goes_out_it_reconciles_both_ways(history: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Town(Path(folder)) as town:
        town.book(budget=10**6, allocated=300)
        balance = dict.fromkeys((HERE, THERE), 0)
        for kind, *said in history:
            if kind == "fund":
                funded(town, said[1], said[0])  # type: ignore[arg-type]
                balance[said[0]] += said[1]  # type: ignore[index, operator]
            elif kind == "spend" and balance[said[0]] >= said[1]:  # type: ignore[index, operator]
                spent(town, said[1], said[0])  # type: ignore[arg-type]
                balance[said[0]] -= said[1]  # type: ignore[index, operator]
            elif kind == "allocate":
                body = {"amount_fen": said[0], "level": "city"}
                town.treasury().post("/funds/basic-living/2020/allocations", json=body)
            elif kind == "make good":
                town.treasury().post(f"/reserves/{AT[said[0]]}/made-good")  # type: ignore[index]
        kept = [town.finance.decide(lambda work, one=one: work.load(RESERVE, one)) for one in AT]
        assert [one.balance_fen for one in kept] == list(balance.values())
        assert all(one.balance_fen == _held(one) + one.lacking_fen - one.unpaid_fen for one in kept)
        book = town.standing()
        assert book.committed_fen == sum(map(_held, kept)), "what is set aside, by the fund's book"
        spent_fen = sum(one.amount_fen for one in town.facts("finance", f.ReserveDrawnOn))
        assert book.paid_fen == spent_fen - sum(one.unpaid_fen for one in kept)
        assert book.paid_fen + book.committed_fen <= book.allocated_fen <= book.budget_fen
        for line in told(town).values():
            assert line["sound"] == (not line["lacking_fen"])
        assert town.differences("finance") == []
