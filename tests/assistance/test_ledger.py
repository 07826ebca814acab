"""The statistics that the clauses on dibao owe, counted from real cases: in time, alone, deducted, phased out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from events import assistance as a
from events.assistance import MemberMeans
from events.ids import CaseId
from services.assistance import steps
from services.assistance.ledger.cases import PhaseOut, lines_after, phase_outs
from services.assistance.ledger.figures import Figure, figures, months_between, on_time_rate
from services.assistance.ledger.marks import LEDGER
from services.assistance.published import published
from services.chassis.database import open_database
from services.chassis.refusal import Malformed, Refused
from services.chassis.views import ViewReader
from tests.living.office import OFFICER, RURAL, SECOND, SURVEYOR, URBAN, Found, Office, having

WORKS = having(first={"wage": 1300_00, "in_work": True, "able_to_work": True})


class Ledger:
    """The ledger of an office's living."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        database = open_database(f"sqlite:///{folder}/ledger.db", "ledger")
        self.reader = ViewReader(LEDGER, database, office.living.store, office.vault)

    def of(self, month: str, township: str | None = None) -> dict[str, Figure]:
        self.reader.advance()
        with self.reader.reading() as tables:
            found = figures(tables, "dibao", (month,), self.office.today, township)
        return {one.what: one for one in found}

    def rate(self, month: str) -> str | None:
        return on_time_rate(tuple(self.of(month).values()))

    def phase_outs(self, within: int | None = None) -> tuple[PhaseOut, ...]:
        self.reader.advance()
        by = published(self.office.living.looking(), "dibao")
        with self.reader.reading() as tables:
            return phase_outs(tables, by, self.office.today, within)


def opened(folder: Path, start: date) -> tuple[Office, Ledger]:
    office = Office(folder, start)
    return office, Ledger(office, folder)


@pytest.fixture
def at(tmp_path: Path) -> tuple[Office, Ledger]:
    """In August 2021, under the procedure of that year: thirty working days in all."""
    return opened(tmp_path, date(2021, 8, 2))


def review(office: Office, case: CaseId, found: Found) -> None:
    office.do(steps.open_review, case, "other")
    office.look_into(case, found)
    office.do(steps.conclude_review, case, OFFICER)


@pytest.mark.clause("B1")
def test_decisions_within_and_beyond_their_limit_make_the_on_time_rate(at: tuple[Office, Ledger]) -> None:
    office, ledger = at
    household, people = office.family(2)
    quick = office.grant(household, people[0])
    slow_home, slow_people = office.family(1)
    slow = office.post(slow_home, slow_people[0])
    limit = office.facts(slow, a.Accepted)[0].decide_by
    assert limit is not None and not office.facts(quick, a.Accepted)[0].provisional
    august = ledger.of("2021-08")
    assert [august[what].cases for what in ("applied", "accepted", "granted", "on_time")] == [2, 2, 1, 1]
    assert (august["granted"].people, august["granted"].amount_fen) == (2, 534_00)
    assert august["granted"].illustrative
    assert ledger.rate("2021-08") == "100.0"

    office.until(limit)
    assert "overdue" not in ledger.of(f"{limit:%Y-%m}")
    office.until(limit + timedelta(days=1))
    assert ledger.of(f"{office.today:%Y-%m}")["overdue"].cases == 1
    office.ready(slow)
    office.do(steps.confirm, slow, OFFICER)
    late = ledger.of(f"{office.today:%Y-%m}")
    assert late["late"].cases == 1 and "overdue" not in late
    assert ledger.rate(f"{office.today:%Y-%m}") == "0.0"
    assert ledger.rate("2021-12") is None


@pytest.mark.clause("B1")
def test_a_survey_within_three_working_days_is_counted_apart_from_a_later_one(
    at: tuple[Office, Ledger],
) -> None:
    office, ledger = at
    for wait in (0, 4):
        household, people = office.family(1)
        case = office.apply(household, people[0])
        office.do(steps.accept, case)
        office.until(office.today + timedelta(days=wait))
        office.do(steps.survey, case, (SURVEYOR, SECOND), having(300_00)(people))
    counted = ledger.of("2021-08")
    assert (counted["survey_on_time"].cases, counted["survey_late"].cases) == (1, 1)


@pytest.mark.clause("B1")
def test_limits_of_a_year_whose_working_days_nobody_published_are_counted_as_provisional(
    tmp_path: Path,
) -> None:
    office, ledger = opened(tmp_path, date(2022, 3, 1))
    household, people = office.family(1)
    office.do(steps.accept, office.apply(household, people[0]))
    assert ledger.of("2022-03")["provisional"].cases == 1


@pytest.mark.clause("B1")
def test_what_is_no_application_is_in_no_ledger(at: tuple[Office, Ledger]) -> None:
    office, ledger = at
    household, people = office.family(1)
    with pytest.raises(Exception, match="consent"):
        office.apply(household, people[0], consent=False)
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    with pytest.raises(Malformed, match="surveyors"):
        office.do(steps.survey, case, (SURVEYOR,), having()(people))
    assert set(ledger.of("2021-08")) == {"applied", "accepted"}
    assert ledger.of("2021-08", URBAN) == {}


@pytest.mark.clause("B2")
def test_single_person_cases_are_counted_when_granted_and_every_month_paid(
    at: tuple[Office, Ledger],
) -> None:
    office, ledger = at
    ill = having(1000_00, first={"seriously_ill": True, "wage": 100_00})
    household, people = office.family(2)
    office.grant(household, people[0], ill, apart=True)
    family, members = office.family(2)
    office.grant(family, members[0])
    over, others = office.family(2)
    declined = office.apply(over, others[0])  # not apart: the whole family's income counts
    office.do(steps.accept, declined)
    office.look_into(declined, ill)
    office.take_what_is_owed(declined)
    office.do(steps.decline, declined, OFFICER)
    august = ledger.of("2021-08")
    counted = {what: august[what].cases for what in ("granted", "granted_single", "declined")}
    assert counted == {"granted": 2, "granted_single": 1, "declined": 1}
    office.until(date(2021, 9, 2))
    september = ledger.of("2021-09")
    assert (september["paid"].cases, september["paid_single"].cases) == (2, 1)
    assert september["paid_single"].amount_fen == august["granted_single"].amount_fen > 0


@pytest.mark.clause("B3", "B4")
def test_deductions_are_counted_by_kind_with_their_sum_once_a_case_and_month(
    at: tuple[Office, Ledger],
) -> None:
    office, ledger = at
    costly = having(
        first={
            "wage": 900_00,
            "in_work": True,
            "able_to_work": True,
            "disability_grade": 1,
            "disability_kind": "physical",
            "seriously_ill": True,
            "medical_cost": 800_00,
            "studying": True,
            "schooling_cost": 450_00,
        }
    )
    household, people = office.family(3)
    case = office.post(household, people[0], costly)
    expected = {
        "deducted:就业成本扣减": 200_00,
        "deducted:残疾扣减": 200_00,
        "deducted:大病扣减": 500_00,
        "deducted:就学扣减": 300_00,
    }
    assert deducted(ledger) == expected
    assert ledger.of("2021-08")["deducted:大病扣减"].title == "扣减：大病扣减"
    office.do(steps.lodge_objection, case)
    office.look_into(case, having(first={"wage": 900_00, "in_work": True, "able_to_work": True}))
    assert deducted(ledger) == {"deducted:就业成本扣减": 200_00}


def deducted(ledger: Ledger) -> dict[str, int]:
    found = ledger.of("2021-08").items()
    return {what: one.amount_fen for what, one in found if what.startswith("deducted:")}


@pytest.mark.clause("B3", "B4")
def test_no_more_is_deducted_than_the_wage_and_nothing_without_a_receipt_or_for_schooling_part_time(
    at: tuple[Office, Ledger],
) -> None:
    office, ledger = at
    household, people = office.family(2)
    first = {
        "wage": 120_00,
        "in_work": True,
        "able_to_work": True,
        "seriously_ill": True,
        "medical_cost": 0,
        "school": "higher",
        "part_time": True,
    }
    office.post(household, people[0], having(first=first))
    assert deducted(ledger) == {"deducted:就业成本扣减": 120_00}
    other, others = office.family(2)
    with pytest.raises(Refused, match="schooling-part-time"):
        office.post(other, others[0], having(first=first | {"studying": True, "schooling_cost": 450_00}))
    with pytest.raises(ValidationError, match="medical_cost"):
        # reimbursed more than was paid: the cost is net, and never below nothing
        MemberMeans(person=people[0], age=40, seriously_ill=True, medical_cost=-1)


@pytest.mark.clause("B5")
def test_a_phasing_out_is_listed_with_its_last_day_and_is_over_when_the_months_are(tmp_path: Path) -> None:
    office, ledger = opened(tmp_path, date(2020, 8, 3))
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 10))
    review(office, case, WORKS)
    assert ledger.of("2020-12")["taper_began"].cases == 1
    (listed,) = ledger.phase_outs()
    assert (listed.since, listed.until) == (date(2020, 12, 1), date(2021, 5, 31))
    assert (listed.case, listed.township, listed.amount_fen) == (str(case), RURAL, 534_00)
    office.until(date(2021, 4, 30))
    assert ledger.phase_outs(within=30) == ()
    office.until(date(2021, 5, 1))
    assert [one.case for one in ledger.phase_outs(within=30)] == [str(case)]
    office.until(date(2021, 6, 2))
    assert ledger.phase_outs() == ()
    june = ledger.of("2021-06")
    assert (june["taper_ended"].cases, june["exited"].cases) == (1, 1) and "paid" not in june
    assert ledger.of("2021-05")["paid_taper"].amount_fen == 534_00


@pytest.mark.clause("B5")
def test_a_second_review_over_the_line_begins_no_second_phasing_out(tmp_path: Path) -> None:
    office, ledger = opened(tmp_path, date(2020, 8, 3))
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 10))
    review(office, case, WORKS)
    office.until(date(2021, 2, 3))
    review(office, case, WORKS)
    (listed,) = ledger.phase_outs()
    assert (listed.since, listed.until) == (date(2020, 12, 1), date(2021, 5, 31))
    assert len(office.facts(case, a.Adjusted)) == 1


@pytest.mark.clause("B5")
def test_who_owns_more_than_the_rule_allows_is_not_phased_out(tmp_path: Path) -> None:
    office, ledger = opened(tmp_path, date(2020, 8, 3))
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2020, 11, 10))
    review(office, case, having(first={"wage": 1300_00, "in_work": True, "able_to_work": True}, within=False))
    assert ledger.phase_outs() == ()
    assert ledger.of("2020-12")["exited"].cases == 1


def test_a_ledger_built_anew_says_the_same(at: tuple[Office, Ledger]) -> None:
    office, ledger = at
    household, people = office.family(2)
    office.grant(household, people[0])
    office.until(date(2021, 9, 2))
    was = ledger.of("2021-08"), ledger.of("2021-09")
    ledger.reader.rebuild()
    assert (ledger.of("2021-08"), ledger.of("2021-09")) == was
    with ledger.reader.reading() as tables:
        (line,) = lines_after(tables, "dibao", 0, 10)
        assert lines_after(tables, "dibao", line["opened"], 10) == []
    assert (line["outcome"], line["route"], line["amount_fen"]) == ("granted", "household", 534_00)


def test_months_are_those_from_first_to_last_and_five_years_at_most() -> None:
    assert months_between("2020-11", "2021-02") == ("2020-11", "2020-12", "2021-01", "2021-02")
    for last in ("2020-10", "2025-11"):
        with pytest.raises(Malformed):
            months_between("2020-11", last)
