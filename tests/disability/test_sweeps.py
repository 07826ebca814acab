"""The yearly sweep, and the assessment at home, free of charge: D5."""

from __future__ import annotations

from datetime import date

import pytest

from events import assistance as a
from events import disability as d
from services.chassis.refusal import Refused
from services.disability import filing, sweeps
from tests.disability.town import HERE, OFFICER, SECOND, Town


def owed(town: Town, kind: type, code: str = sweeps.SWEEP) -> list[object]:
    return [one for one in town.facts("disability", kind) if one.code == code]


@pytest.mark.clause("D5")
def test_a_sweep_is_owed_every_calendar_year_until_its_last_day(town: Town) -> None:
    [arose] = owed(town, a.DutyArose)
    assert (arose.period, arose.until, arose.department) == (
        "2020",
        date(2020, 12, 31),
        "disabled-federation",
    )
    home, _ = town.family()
    town.do(sweeps.hold, HERE.village, (home,), (), (OFFICER,))
    [met] = owed(town, a.DutyMet)
    assert not met.late
    town.until(date(2021, 1, 2))
    assert owed(town, a.DutyOverdue) == []
    assert [one.period for one in owed(town, a.DutyArose)] == ["2020", "2021"]


@pytest.mark.clause("D5")
def test_a_year_without_a_sweep_is_overdue_on_new_years_day(town: Town) -> None:
    town.until(date(2020, 12, 31))
    assert owed(town, a.DutyOverdue) == []
    town.until(date(2021, 1, 1))
    [overdue] = owed(town, a.DutyOverdue)
    assert (overdue.period, overdue.delivered) == ("2020", 0)


@pytest.mark.clause("D5")
def test_a_sweep_without_a_list_is_refused_and_so_is_a_list_of_elsewhere(town: Town) -> None:
    home, people = town.family()
    cases = [
        (HERE.village, (), (), "sweep-without-list"),
        (HERE.village, (home, home), (), "listed-twice"),
        ("431202001001", (home,), (), "not-of-village"),
        (HERE.village, (home,), (town.alone(),), "not-called-on"),
    ]
    for village, homes, suspects, rule in cases:
        with pytest.raises(Refused, match=rule):
            town.do(sweeps.hold, village, homes, suspects, (OFFICER,))
    town.do(filing.issue, people[0], town.card_number(people[0]))
    with pytest.raises(Refused, match="has-card"):
        town.do(sweeps.hold, HERE.village, (home,), (people[0],), (OFFICER,))
    assert town.facts("disability", d.SweepHeld) == []


@pytest.mark.clause("D5")
def test_a_suspect_is_assessed_at_home_free_of_charge_and_gets_a_card(town: Town) -> None:
    home, (person,) = town.family()
    town.do(sweeps.hold, HERE.village, (home,), (person,), (OFFICER, SECOND))
    assert town.file(person).suspected == town.today
    with pytest.raises(Refused, match="fee-taken") as refused:
        town.do(sweeps.assess, person, "physical", 2, (OFFICER,), at_home=True, fee_fen=1)
    assert refused.value.field == "fee_fen"
    town.do(sweeps.assess, person, "physical", 2, (OFFICER,), at_home=True)
    [assessed] = town.facts("disability", d.HomeAssessed)
    assert (assessed.fee_fen, assessed.at_home) == (0, True)
    assert len(owed(town, a.DutyMet, sweeps.ASSESSED)) == 1
    town.do(filing.issue, person, town.card_number(person, 4, 2), at_home=True)
    assert town.file(person).card is not None


@pytest.mark.clause("D5")
def test_a_suspect_whom_nobody_assessed_in_the_year_is_overdue_and_goes_on_being_owed(town: Town) -> None:
    home, (person,) = town.family()
    town.do(sweeps.hold, HERE.village, (home,), (person,), (OFFICER,))
    town.until(date(2021, 1, 2))
    [overdue] = owed(town, a.DutyOverdue, sweeps.ASSESSED)
    assert overdue.people == (person,)
    town.do(sweeps.assess, person, None, 0, (OFFICER,), at_home=True)
    town.until(date(2022, 1, 2))
    assert len(owed(town, a.DutyOverdue, sweeps.ASSESSED)) == 1
    assert [one.reason for one in owed(town, a.DutyLapsed, sweeps.ASSESSED)] == ["nobody_left"]


def test_kind_and_grade_go_together_and_a_holder_is_not_assessed_for_a_first_card(town: Town) -> None:
    person = town.alone()
    for kind, grade in ((None, 2), ("mental", 0)):
        with pytest.raises(Refused, match="grade"):
            town.do(sweeps.assess, person, kind, grade, (OFFICER,), at_home=False)
    town.do(filing.issue, person, town.card_number(person))
    with pytest.raises(Refused, match="has-card"):
        town.do(sweeps.assess, person, "mental", 2, (OFFICER,), at_home=False)
