"""Working days: by published calendars, provisional where none is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.policy.calendars import SATURDAY, UnknownYear, WorkingDays, propose

KNOWN = range(2018, 2027)


def moved(year: int) -> list[date]:
    found = propose(year)
    return [day for day, _ in (*found.holidays, *found.working_weekends)]


ALL = WorkingDays.of({year: moved(year) for year in KNOWN})
NONE = WorkingDays.of({})
days = st.dates(date(2018, 1, 1), date(2026, 6, 1))
counts = st.integers(0, 60)


def test_the_national_day_of_2020_moves_a_limit_of_ten_working_days() -> None:
    # 1 to 8 October off, 27 September (a Sunday) and 10 October (a Saturday) worked.
    assert ALL.after(date(2020, 9, 25), 10) == (date(2020, 10, 15), False)
    assert NONE.after(date(2020, 9, 25), 10) == (date(2020, 10, 9), True)


def test_the_first_day_is_not_counted() -> None:
    assert ALL.after(date(2020, 8, 3), 1) == (date(2020, 8, 4), False)
    assert ALL.after(date(2020, 8, 7), 1) == (date(2020, 8, 10), False)


def test_a_limit_that_ends_on_a_holiday_ends_on_the_next_working_day() -> None:
    assert ALL.after(date(2020, 10, 1), 0) == (date(2020, 10, 9), False)
    assert ALL.after(date(2020, 10, 9), 0) == (date(2020, 10, 9), False)
    assert ALL.after(date(2020, 9, 27), 0) == (date(2020, 9, 27), False)  # a Sunday that is worked


def test_a_limit_that_runs_into_a_year_without_a_calendar_is_provisional() -> None:
    assert ALL.after(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert ALL.after(date(2026, 12, 31), 1) == (date(2027, 1, 1), True)
    assert ALL.after(date(2026, 12, 28), 10)[1]


def test_a_proposal_lists_what_differs_from_monday_to_friday_with_its_occasion() -> None:
    found = propose(2020)
    assert (date(2020, 1, 24), "春节") in found.holidays
    assert (date(2020, 9, 27), "国庆节") in found.working_weekends
    assert all(day.weekday() < SATURDAY for day, _ in found.holidays)
    assert all(day.weekday() >= SATURDAY for day, _ in found.working_weekends)


def test_there_is_no_proposal_for_a_year_that_nobody_has_announced() -> None:
    with pytest.raises(UnknownYear):
        propose(2200)


@pytest.mark.parametrize("count", [-1, 10**6])
def test_an_absurd_limit_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        ALL.after(date(2020, 8, 3), count)


@given(day=days, count=counts)
def test_a_limit_ends_on_a_working_day_with_so_many_between(day: date, count: int) -> None:
    end, _ = ALL.after(day, count)
    assert ALL.is_working(end)
    between = [day + timedelta(days=one) for one in range(1, (end - day).days + 1)]
    if count:
        assert sum(map(ALL.is_working, between)) == count
    else:
        assert sum(map(ALL.is_working, between)) <= 1


@given(day=days, first=counts, second=st.integers(1, 60))
def test_limits_add_up(day: date, first: int, second: int) -> None:
    end, _ = ALL.after(day, first)
    if first:
        assert ALL.after(end, second)[0] == ALL.after(day, first + second)[0]


@given(day=days)
def test_without_calendars_monday_to_friday_are_worked(day: date) -> None:
    assert NONE.is_working(day) is (day.weekday() < SATURDAY)
