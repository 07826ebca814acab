"""What the figures count, by which day, and that nothing read twice, late or after a crash counts twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import assistance as a
from events import remedies as m
from events.ids import CaseId
from services.insight.answer import LONGEST_WINDOW, answer
from services.insight.figures import counted
from services.insight.shard import BESIDE, DAYS_KEPT, Shard, Where, decode
from services.insight.taking import Figures
from tests.insight.given import FIELDS, GROUNDS, HILLS, OFFICER, TOWNS, URBAN, Town
from tests.support import CODE


def test_a_case_is_counted_from_application_to_exit_and_what_stands_goes_with_it(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = town.apply(URBAN)
    assert town.total("applications", "accepted", "under_way", "active") == [1, 1, 1, 0]
    town.grant(case, 380_00)
    town.pay(case, "2020-08", 380_00)
    assert town.total("granted", "under_way", "active", "commitment_fen", "spend_fen") == [
        1,
        0,
        1,
        380_00,
        380_00,
    ]
    town.say(a.Adjusted(**case, amount_fen=500_00, since=town.today, reason="income", grounds=GROUNDS))
    town.say(a.ReviewOpened(**case, reason="date", number=1))
    assert town.total("adjusted", "commitment_fen", "reviews_open") == [1, 500_00, 1]
    town.end(case)
    assert town.total("ended", "active", "commitment_fen", "reviews_open", "spend_fen") == [
        1,
        0,
        0,
        0,
        380_00,
    ]


def test_the_rate_within_the_limit_counts_only_decisions_that_had_one(tmp_path: Path) -> None:
    town = Town(tmp_path)
    in_time, late, refused_late, without = (
        town.apply(URBAN, limit=10),
        town.apply(URBAN, limit=1),
        town.apply(HILLS, limit=1),
        town.apply(HILLS, limit=None),
    )
    town.until(town.today + timedelta(days=3))
    assert town.total("overdue") == [2]
    town.grant(in_time)
    town.grant(late)
    town.decline(refused_late)
    town.grant(without)
    assert town.total("on_time", "late", "on_time_rate", "overdue") == [1, 2, Decimal("0.3333"), 0]


def test_whoever_is_enrolled_and_in_no_granted_case_is_the_gap(tmp_path: Path) -> None:
    town = Town(tmp_path)
    people = town.enrol(HILLS, 3)
    case = town.apply(HILLS, people[:2])
    assert town.total("enrolled", "covered", "coverage_gap") == [3, 0, 3]
    town.grant(case)
    assert town.total("enrolled", "covered", "coverage_gap") == [3, 2, 1]
    left = {**case, "members": people[:1]}
    town.say(a.HouseholdChanged(**left, left=people[1:2], reason="split", since=town.today))
    assert town.total("covered") == [1]
    town.end(left)
    assert town.total("enrolled", "covered", "coverage_gap") == [3, 0, 3]
    town.grant({**town.apply(HILLS, people), "programme": "disability-living"})
    assert town.total("covered") == [0], "a subsidy beside it is no basic living"


def test_of_a_family_of_whom_some_are_admitted_only_these_are_covered(tmp_path: Path) -> None:
    town = Town(tmp_path)
    people = town.enrol(HILLS, 4)
    case = town.apply(HILLS, people)
    some = {**case, "admitted": people[:1]}
    town.grant(some)
    assert town.total("enrolled", "covered", "coverage_gap") == [4, 1, 3]
    more = {**case, "admitted": people[1:3]}
    about = {"amount_fen": 400_00, "since": town.today, "reason": "review", "grounds": GROUNDS}
    town.say(a.Adjusted(**more, **about))
    assert town.total("covered", "coverage_gap") == [2, 2], "two more, and one less"
    town.end(more)
    assert town.total("covered") == [0]


def test_what_stands_moves_with_the_household_and_what_happened_does_not(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = town.apply(URBAN)
    town.grant(case)
    town.say(a.HouseholdChanged(**case, township=FIELDS, reason="moved", since=town.today))
    lines = {line.code: line.values for line in town.answer().townships}
    assert (lines[URBAN]["active"], lines[FIELDS]["active"]) == (0, 1)
    assert (lines[URBAN]["granted"], lines[FIELDS]["granted"]) == (1, 0)


def test_windows_go_by_the_day_it_happened_and_hop(tmp_path: Path) -> None:
    town = Town(tmp_path)
    for _ in range(3):  # 3, 13 and 23 August
        town.grant(town.apply(URBAN))
        town.until(town.today + timedelta(days=10))
    windows = town.answer(window=15, hop=10).windows
    assert [(w.first, w.last, w.values["granted"]) for w in windows[:4]] == [
        (date(2020, 8, 19), date(2020, 9, 2), 1),
        (date(2020, 8, 9), date(2020, 8, 23), 2),
        (date(2020, 7, 30), date(2020, 8, 13), 2),
        (date(2020, 7, 20), date(2020, 8, 3), 1),
    ]


def test_spend_belongs_to_the_month_paid_also_when_it_is_paid_late(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = town.apply(URBAN)
    town.grant(case)
    town.until(date(2020, 9, 3))
    town.pay(case, "2020-08")
    found = town.answer()
    assert {line.code: line.values["spend_fen"] for line in found.months} == {"2020-08": 400_00}
    assert found.windows[0].values["spend_fen"] == 400_00 and found.illustrative
    assert town.total("spend_fen", month="2020-09") == [0]


def test_letters_that_wait_are_shown_by_service(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.letter()
    town.letter()
    town.letter(resumed=True)
    [letters] = town.answer().letters
    assert (letters.service, letters.waiting, letters.parked, letters.resumed) == ("living", 1, 2, 1)
    assert [line.code for line in town.answer().programmes] == []


def test_what_was_taken_over_stands_and_is_no_application(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = {**town.apply(URBAN), "case": town.new(CaseId)}
    said = {
        "township": HILLS,
        "since": date(2018, 5, 1),
        "first_month": date(2020, 9, 1),
        "basis": "鹤民低〔2018〕1号",
    }
    town.say(
        a.TakenOver(
            **case, **said, addressee=case["members"][0], amount_fen=417_00, review="yearly",
            review_on=date(2021, 8, 1), file="0" * 64, row=2, on=town.today, officer=OFFICER,
        )
    )  # fmt: skip
    assert town.total("applications", "granted", "active", "commitment_fen") == [1, 0, 1, 417_00]
    town.end(case)
    assert town.total("active", "commitment_fen") == [0, 0]


def test_an_end_that_a_review_took_back_stands_again_and_ends_once_more(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = town.apply(URBAN)
    town.grant(case, 380_00)
    town.end(case)
    town.say(reviewed(town, case, "revoked"))
    again = {"amount_fen": 380_00, "since": town.today, "confirmed": town.today, "officer": OFFICER}
    town.say(a.SubsidyGranted(**case, **again, grounds=GROUNDS, replaces=OFFICER))
    assert town.total("active", "commitment_fen", "under_way") == [1, 380_00, 0]
    assert town.total("active", township=URBAN) == [1]
    town.end(case)
    assert town.total("active", "commitment_fen", "under_way") == [0, 0, 0]


def test_a_refusal_that_a_review_revoked_is_under_way_again(tmp_path: Path) -> None:
    town = Town(tmp_path)
    case = town.apply(URBAN)
    town.decline(case)
    assert town.total("under_way") == [0]
    town.say(reviewed(town, case, "revoked", remake_since=town.today))
    assert town.total("under_way") == [1]
    town.grant(case, 380_00)
    assert town.total("under_way", "active") == [0, 1]


def reviewed(town: Town, case: dict[str, Any], outcome: Any, **said: Any) -> m.ReviewDecided:
    return m.ReviewDecided(
        **case, contest=OFFICER, outcome=outcome, decision=OFFICER, township=URBAN, authority="district_government",
        on=town.today, officer=OFFICER, **said,
    )  # fmt: skip


def test_a_restricted_fact_cannot_be_counted() -> None:
    with pytest.raises(TypeError, match="restricted"):
        counted(a.Assessed, lambda e, fact: ())


def test_no_row_is_left_of_what_has_ended(tmp_path: Path) -> None:
    town = Town(tmp_path)
    for _ in range(3):
        case = town.apply(URBAN)
        town.grant(case)
        town.end(case)
    town.decline(town.apply(URBAN))
    assert town.total("granted", "ended", "declined") == [3, 3, 1]
    assert sum(len(shard.cases) + len(shard.people) for shard in town.figures.shards) == 0


def test_days_that_no_window_reaches_go_and_months_stay() -> None:
    shard, where = Shard(), Where(URBAN, "civil-affairs", "dibao")
    for number in range(1000):
        shard.count("granted", where, date(2020, 8, 1) + timedelta(days=number))
    days = [cell.when for cell in shard.cells if len(cell.when) == 10]
    assert LONGEST_WINDOW < len(days) <= DAYS_KEPT + 31
    assert sum(count for cell, count in shard.cells.items() if len(cell.when) == 7) == 1000


# -- crashes and repeats ------------------------------------------------------------------------------------


def again(town: Town) -> Figures:
    return Figures(CODE, ("registry", "living"), town.district.clock)


def entries_of(town: Town, name: str) -> tuple[str, list]:
    runtime = town.district.runtime(name)
    return runtime.source, runtime.store.entries(0, 100_000)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = Town(tmp_path_factory.mktemp("lived"))
    town.live(10, 4)
    return town


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_crash_and_repeat_the_figures_are_those_of_one_reading(
    data: st.DataObject, lived: Town
) -> None:
    """Some records of the last writing are lost; reading goes on from the offsets that the table tells."""
    wanted = lived.answer().model_dump(exclude={"sources"})
    logs = dict(entries_of(lived, name) for name in ("registry", "living"))
    figures, table = again(lived), {}
    at = dict.fromkeys(logs, 0)
    for _ in range(60):
        source = data.draw(st.sampled_from([*logs]))
        upto = at[source] + data.draw(st.integers(1, 80))
        back = data.draw(st.sampled_from([0, 0, 3]))  # and sometimes what was read is read again
        taken = figures.take(source, logs[source][max(0, at[source] - back) : upto])
        assert taken.stopped is None
        at[source] = min(upto, len(logs[source]))
        if data.draw(st.booleans()):
            records = figures.changed(at)
            crash = data.draw(st.integers(0, 3)) == 0
            written = records[: data.draw(st.integers(0, len(records)))] if crash else records
            table.update(written)
            if crash:
                figures = again(lived)
                begins = figures.load(table)
                at = {source: begins.get(source, 0) for source in logs}
    for source, entries in logs.items():
        assert figures.take(source, entries[at[source] :]).stopped is None
    assert answer(figures, TOWNS, small_withheld=False).model_dump(exclude={"sources"}) == wanted


def test_a_record_put_back_by_a_rival_that_woke_late_is_seen_and_mended(lived: Town) -> None:
    wanted = lived.answer().model_dump(exclude={"sources"})
    logs = dict(entries_of(lived, name) for name in ("registry", "living"))
    figures = again(lived)
    half = {source: len(entries) // 2 for source, entries in logs.items()}
    for source, entries in logs.items():
        figures.take(source, entries[: half[source]])
    old = dict(figures.changed(half))
    for source, entries in logs.items():
        figures.take(source, entries[half[source] :])
    table = old | dict(figures.changed({source: len(entries) for source, entries in logs.items()}))
    number = next(number for number in old if number != BESIDE and old[number] != table[number])
    table[number] = old[number]
    woken = again(lived)
    assert woken.load(table) == {}
    for source, entries in logs.items():
        assert woken.take(source, entries).stopped is None
    assert answer(woken, TOWNS, small_withheld=False).model_dump(exclude={"sources"}) == wanted


def test_a_hole_stops_a_source_until_it_is_filled(lived: Town) -> None:
    source, entries = entries_of(lived, "living")
    figures = again(lived)
    assert figures.take(source, [entries[0], *entries[2:5]]).stopped.slug == "gap"
    assert figures.unready() and figures.position(source) == 1
    assert figures.take(source, entries[1:5]).stopped is None
    assert not figures.unready()


def test_a_record_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no record"):
        decode(b"something else")
