"""The clock and the source of ids: time never goes back, and chance can be repeated."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import (
    FixedClock,
    Ids,
    SeededIds,
    SimulatedClock,
    SystemClock,
    SystemIds,
    civil_date,
    midnight,
)

NOON = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


def test_a_simulated_clock_moves_only_forward() -> None:
    clock = SimulatedClock(NOON)
    clock.advance_to(NOON + timedelta(days=365))
    clock.advance_to(clock.now())
    assert clock.now() == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="never goes back"):
        clock.advance_to(NOON)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(naive)
    with pytest.raises(ValueError, match="time zone"):
        civil_date(naive)


def test_the_clocks_speak_utc() -> None:
    local = midnight(date(2025, 3, 1)).astimezone()
    for clock in (SystemClock(), FixedClock(local), SimulatedClock(local)):
        assert clock.now().utcoffset() == timedelta(0)


def test_the_office_day_begins_at_sixteen_hours_utc_of_the_day_before() -> None:
    assert midnight(date(2025, 3, 1)) == datetime(2025, 2, 28, 16, 0, tzinfo=UTC)
    assert civil_date(datetime(2025, 2, 28, 15, 59, 59, tzinfo=UTC)) == date(2025, 2, 28)
    assert civil_date(datetime(2025, 2, 28, 16, 0, tzinfo=UTC)) == date(2025, 3, 1)


@given(st.dates(date(1970, 1, 2), date(2200, 1, 1)))
def test_every_day_begins_on_itself_and_not_a_microsecond_earlier(day: date) -> None:
    assert civil_date(midnight(day)) == day
    assert civil_date(midnight(day) - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize("ids", [SystemIds(), SeededIds(7)], ids=["system", "seeded"])
def test_ids_have_the_shape_of_their_versions_and_rise_inside_a_millisecond(ids: Ids) -> None:
    given_ids = [ids.event(NOON) for _ in range(5000)]
    assert given_ids == sorted(set(given_ids))
    assert {(one.version, one.variant) for one in given_ids} == {(7, "specified in RFC 4122")}
    assert {one.int >> 80 for one in given_ids} == {int(NOON.timestamp() * 1000)}
    drawn = [ids.random() for _ in range(100)]
    assert len(set(drawn)) == 100
    assert {one.version for one in drawn} == {4}


def test_ids_go_on_rising_when_the_clock_is_set_back() -> None:
    ids = SystemIds()
    first = ids.event(NOON)
    second = ids.event(NOON - timedelta(hours=1))
    assert first < second < ids.event(NOON + timedelta(milliseconds=1))


def test_the_same_seed_gives_the_same_ids() -> None:
    one, other = SeededIds(3), SeededIds(3)
    assert [one.event(NOON), one.random(), one.event(NOON)] == [
        other.event(NOON),
        other.random(),
        other.event(NOON),
    ]
    assert SeededIds(4).random() != SeededIds(3).random()
