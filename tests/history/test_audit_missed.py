"""Who was left waiting is told from who stands on the list of a month that is made in the days behind it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from events import assistance as a
from events.ids import GapId, HouseholdId, PersonId
from services.chassis.clock import midnight
from services.history.audit.everything import findings
from tests.history.audited import EVERYTHING, Plant, Told
from tests.history.test_audit_money import Make, beside, categorised, closed, fact_of, list_made, made

__all__ = ["made"]


def listed(since: date, on: date | None) -> Plant:
    """Somebody qualifies from a day on, told on 20 August; listed on a day for the month of August."""

    def plant(told: list[Told]) -> Iterable[Told]:
        poor = categorised(since, midnight(date(2020, 8, 20)))
        more = [poor, list_made(midnight(date(2020, 10, 1)), "2020-09")]
        if on is not None:
            gap = GapId.of(poor.id)
            fact = a.GapDetected(
                gap=gap, household=HouseholdId.of(poor.id), person=PersonId.of(poor.fact.person),
                township="431202201000", month="2020-09", bases=("registered_poor",), on=on,
            )  # fmt: skip
            more.append(fact_of("living", gap, fact, midnight(on)))
        return closed(beside(told, more), date(2020, 10, 20), "living", known={"registry": EVERYTHING})

    return plant


def missed(made: Make, plant: Plant) -> list[str]:
    return [one.check.code for one in findings(made(plant).auditor)]


def test_whoever_stands_on_the_list_made_on_the_day_after_the_month_was_not_missed(made: Make) -> None:
    assert missed(made, listed(date(2020, 8, 20), date(2020, 10, 1))) == []


@pytest.mark.parametrize("on", [None, date(2020, 11, 5)])
def test_whoever_is_listed_much_later_or_never_was_missed(made: Make, on: date | None) -> None:
    assert missed(made, listed(date(2020, 8, 20), on)) == ["seen-to"]


def test_of_a_month_before_the_services_own_log_nothing_is_said(made: Make) -> None:
    on = date(2020, 10, 1)
    assert missed(made, listed(date(2014, 3, 1), on)) == []
