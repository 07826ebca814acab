"""The price link: by the rule in force that month, everybody once, out of its own fund, in time (F2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from events import finance as f
from events import registry as r
from services import policy
from services.chassis.refusal import Conflict
from services.finance import price
from services.finance.sources import FUNDS, TITLES
from tests.finance.town import CHECKER, Town
from tests.papers import publish_calendars, publish_shipped, shipped

pytestmark = pytest.mark.clause("F2")
PAPERS = ("standards-illustrative", "price-link-illustrative")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    town = Town(tmp_path, [policy.SERVICE])
    publish_shipped(town.runtime("policy"), PAPERS)
    publish_calendars(town.runtime("policy"), 2022, 2023)
    town.clock.advance_to(town.clock.now().replace(year=2022, month=10, day=14))
    town.host.drain()
    return town


def record(town: Town, month: str, consumer: str, food: str, low: str, released: date) -> None:
    town.finance.decide(lambda work: price.record_index(work, month, consumer, food, low, released, CHECKER))


def grant_all(town: Town, month: str) -> None:
    while town.finance.decide(lambda work: price.grant(work, month, 1)):
        pass


def test_dibao_and_margin_are_paid_once_each_by_the_wider_rule_of_2022(town: Town) -> None:
    town.book(fund="price-link", year=2022)
    home, people = town.household(2)
    town.grant(home, people, "2022-09")
    town.grant(home, people[:1], "2022-09", programme="tekun")  # the same person in two groups
    _, (margin,) = town.household()
    town.say(
        "registry", (margin, r.Categorised(person=margin, category=r.Category.MARGIN, since=date(2021, 1, 1)))
    )
    record(town, "2022-09", "3.0", "5.0", "2.5", date(2022, 10, 14))
    [owed] = town.facts("finance", f.PriceAllowanceOwed)
    assert (owed.pay_by, owed.provisional) == (date(2022, 11, 11), False)
    grant_all(town, "2022-09")
    granted = town.facts("finance", f.PriceAllowanceGranted)
    named = [person for one in granted for person in one.members]
    assert sorted(named) == sorted([*people, margin]), "everybody, and nobody twice"
    assert {one.amount_fen // len(one.members) for one in granted} == {10_43}  # 417.00 × 2.5 %, half up
    assert not town.finance.decide(lambda work: price.grant(work, "2022-09"))
    town.paid("2022-10")
    paid = [one for one in town.facts("finance", f.PaymentPaid) if one.period.startswith("price-")]
    assert sum(one.amount_fen for one in paid) == 3 * 10_43
    assert town.standing("price-link", 2022).paid_fen == 3 * 10_43
    assert town.differences("finance") == []


def test_each_piece_goes_on_behind_the_one_before_and_nobody_is_left_out_or_paid_twice(town: Town) -> None:
    for programme in ("dibao", "tekun", "relief-emergency", "dibao", "dibao"):
        home, people = town.household()
        town.grant(home, people, "2022-09", programme=programme)
    margins = [town.household(size) for size in (2, 1, 3)]
    for _, people in margins:
        for one in people:
            said = r.Categorised(person=one, category=r.Category.MARGIN, since=date(2021, 1, 1))
            town.say("registry", (one, said))
    record(town, "2022-09", "3.0", "5.0", "2.5", date(2022, 10, 14))
    while town.finance.decide(lambda work: price.grant(work, "2022-09", 2)):
        pass
    pieces = town.facts("finance", f.PricePieceGranted)
    assert sum(one.cases for one in pieces if one.queue == "living") == 4
    assert [one.done for one in pieces if one.queue == "living"] == [False, False, True]
    for queue in ("living", "margin"):
        places = [one.upto for one in pieces if one.queue == queue]
        assert places == sorted(set(places)), "no piece begins again before another"
    granted = town.facts("finance", f.PriceAllowanceGranted)
    assert sorted(len(one.members) for one in granted if one.group == "margin") == [1, 2, 3]
    assert sum(one.group != "margin" for one in granted) == 4
    [complete] = town.facts("finance", f.PriceAllowancesComplete)
    assert complete.cases == len(granted) == len({one.case for one in granted}) == 7
    assert town.differences("finance") == []


def test_a_member_of_a_margin_household_who_left_it_or_was_registered_twice_has_it_once(town: Town) -> None:
    home, (first, second, third) = town.household(3)
    for one in (first, second, third):
        said = r.Categorised(person=one, category=r.Category.MARGIN, since=date(2021, 1, 1))
        town.say("registry", (one, said))
    town.say(
        "registry", (home, r.MemberLeft(household=home, person=third, since=date(2022, 9, 2), reason="work"))
    )
    town.say("registry", (first, r.PeopleMerged(person=first, duplicate=second, household=home)))
    record(town, "2022-09", "3.0", "5.0", "2.5", date(2022, 10, 14))
    grant_all(town, "2022-09")
    [granted] = town.facts("finance", f.PriceAllowanceGranted)
    assert granted.members == (first,), "who left is of no household now"
    assert town.differences("finance") == []


def test_nothing_is_paid_where_nothing_triggers_the_link_and_the_wider_rule_ends(town: Town) -> None:
    home, people = town.household()
    town.grant(home, people, "2022-08")
    record(town, "2022-08", "3.0", "5.9", "2.5", date(2022, 10, 14))
    assert town.facts("finance", f.PriceLinkStarted) == []
    with pytest.raises(Conflict, match="price-not-triggered"):
        town.finance.decide(lambda work: price.grant(work, "2022-08"))
    with pytest.raises(Conflict, match="index-recorded"):
        record(town, "2022-08", "3.0", "5.9", "2.5", date(2022, 10, 14))


def test_it_starts_and_stops_and_is_overdue_when_nobody_grants_it(town: Town) -> None:
    record(town, "2022-09", "2.8", "8.8", "2.5", date(2022, 10, 14))
    assert [one.row for one in town.facts("finance", f.PriceLinkStarted)] == ["FOOD"]
    town.clock.advance_to(town.clock.now().replace(month=11, day=12))
    town.host.settle(town.today)
    assert [one.month for one in town.facts("finance", f.PriceAllowanceOverdue)] == ["2022-09"]
    record(town, "2022-10", "2.1", "5.0", "1.5", date(2022, 11, 11))
    assert [one.row for one in town.facts("finance", f.PriceLinkStopped)] == ["NO_TRIGGER"]


def test_over_http(town: Town) -> None:
    body = {"consumer": "2.8", "food": "8.8", "scpi": "2.5", "released": "2022-10-14"}
    assert town.office().post("/prices/2022-09", json=body).status_code == 403
    assert town.treasury().post("/prices/2022-09", json=body).json()["pay_by"] == "2022-11-11"
    done = town.office().post("/prices/2022-09/allowances")
    assert (done.status_code, done.json()["left"]) == (200, False)
    wrong = town.treasury().post("/prices/2022-10", json=body | {"consumer": "much"})
    assert wrong.status_code == 422


@pytest.mark.clause("F1")
def test_each_programme_is_paid_from_the_fund_that_its_paper_names() -> None:
    papers = (
        "dibao-2021", "tekun-2021", "temporary-relief-2018", "price-link-illustrative", "disability-subsidies-2015",
        "disability-measures-illustrative",
    )  # fmt: skip
    told = {one.programme: one.fund for id in papers for one in shipped(id).programmes if one.fund}
    assert {programme: TITLES[fund] for programme, fund in FUNDS.items()} == told
