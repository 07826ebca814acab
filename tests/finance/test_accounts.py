"""Accounts: checked, taken down by one and confirmed by another, never somebody's outside the family (F1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import finance as f
from services.chassis.refusal import Conflict, Malformed, Refused
from services.finance import naming
from services.finance.account import checked_number
from tests.finance.town import GOOD, MAKER, OTHER, Town, account_number

pytestmark = pytest.mark.clause("F1")


@pytest.mark.parametrize(
    "wrong", ["", "123", "6222020200112231", "62220202001122300000", "６２２２０２０２００１１２２３０"]
)
def test_a_number_that_fails_its_check_is_refused(wrong: str) -> None:
    with pytest.raises(Malformed, match="account-number"):
        checked_number(wrong)


def test_a_good_number_may_have_blanks() -> None:
    assert checked_number(account_number(7)[:4] + " " + account_number(7)[4:]) == account_number(7)


@given(st.text("0123456789", min_size=16, max_size=18), st.integers(0, 18), st.integers(1, 9))
def test_every_changed_digit_of_an_account_is_found(digits: str, place: int, by: int) -> None:
    numbers = [digits + last for last in "0123456789"]
    (number,) = (one for one in numbers if accepted(one))
    place %= len(number)
    assert not accepted(number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :])


def accepted(number: str) -> bool:
    try:
        return checked_number(number) == number
    except Malformed:
        return False


def test_an_account_of_somebody_outside_the_household_needs_a_mandate(town: Town) -> None:
    home, _ = town.household(account=False)
    _, (stranger,) = town.household(account=False)
    with pytest.raises(Refused, match="foreign-account"):
        town.account(home, stranger)
    town.account(home, stranger, mandate="a" * 64)
    assert town.facts("finance", f.AccountConfirmed)


def test_who_took_it_down_does_not_confirm_it(town: Town) -> None:
    home, (one,) = town.household(account=False)
    said = {"bank": "ABC", "mandate": None, "why": "first", "since": town.today}
    town.finance.decide(
        lambda work: naming.name(work, home, None, one, account_number(1), "石某某", MAKER, **said)
    )
    with pytest.raises(Conflict, match="two-persons"):
        town.finance.decide(lambda work: naming.confirm(work, home, None, MAKER))
    town.finance.decide(lambda work: naming.confirm(work, home, None, OTHER))


def test_over_http_and_no_account_lies_in_clear(town: Town) -> None:
    home, (one,) = town.household(account=False)
    body = {
        "household": str(home), "holder": str(one), "account": account_number(3), "name": "石某某", "bank": "ABC",
        "why": "first", "since": "2020-08-01",
    }  # fmt: skip
    wrong = town.office().post("/accounts", json=body | {"account": "1234"})
    assert wrong.status_code == 422
    elsewhere = town.office(township="431202102000").post("/accounts", json=body)
    assert elsewhere.status_code == 403
    assert town.office().post("/accounts", json=body).status_code == 201
    whose = {"household": str(home)}
    assert town.office().post("/accounts/confirmation", json=whose).status_code == 409
    assert town.office(OTHER).post("/accounts/confirmation", json=whose).status_code == 201
    custody = {"keeper": "village", "agreement": "b" * 64, "since": "2020-08-03"}
    assert town.office().post("/accounts/custody", json=whose | custody).status_code == 201
    assert town.office().post("/accounts/custody", json=whose | custody).status_code == 409
    ended = town.office().post("/accounts/custody/end", json=whose | {"why": "wish", "on": "2020-08-03"})
    assert ended.status_code == 201
    for entry in town.finance.log():
        assert account_number(3).encode() not in entry.data and "石某某".encode() not in entry.data
    assert GOOD not in str(town.finance.store.snapshot().rows)
    assert account_number(3) not in str(town.finance.store.snapshot().rows)
