"""One family's case on real stores: application, grant, months, review, exit; and what changes at home do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import registry as r
from events.ids import HouseholdId, PersonId
from services.assistance import steps
from services.assistance.model import Stage
from services.chassis.refusal import Conflict, Refused
from tests.living.office import OFFICER, RURAL, SECOND, SURVEYOR, URBAN, VILLAGE, Office, having
from tests.papers import DIBAO

NOTICE_2022, DIBAO_2021, HECHENG = "民发〔2022〕83号", "民发〔2021〕57号", "鹤民发〔2020〕43号"
STANDARDS, LAW_2026 = "（示例）低保标准公告", "社会救助法"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    assert office.differs() == []
    assert office.living.unready() == []
    assert office.living.store.kept_range("letter", "", "", 10) == []


def dead(person: PersonId, household: HouseholdId, on: date) -> r.Died:
    return r.Died(person=person, household=household, on=on)


@pytest.mark.clause("B1")
def test_a_family_is_granted_the_difference_and_paid_from_the_next_month_on(office: Office) -> None:
    household, people = office.family(2)
    case = office.grant(household, people[0])
    assert office.today == date(2020, 8, 19)  # two notices of seven days
    office.until(date(2020, 11, 2))
    granted = office.facts(case, a.SubsidyGranted)[0]
    assert (granted.amount_fen, granted.since) == (2 * 417_00 - 300_00, date(2020, 9, 1))
    assert granted.grounds.illustrative
    assert [paper.number for paper in granted.grounds.papers] == [
        "民发〔2012〕220号", "（示例）低保标准公告", "鹤民发〔2020〕43号",
    ]  # fmt: skip

    assessed = next(one for one in office.recorded(case) if isinstance(one.data, a.Assessed))
    assert granted.grounds.assessment == assessed.envelope.id
    assert office.months(case) == ["2020-09", "2020-10", "2020-11"]
    assert office.names(case)[:8] == [
        "Applied", "Accepted", "Surveyed", "Checked", "Assessed", "StepTaken", "NoticePosted", "NoticeEnded",
    ]  # fmt: skip


@pytest.mark.clause("B1")
def test_the_notice_stands_seven_days_after_its_posting(office: Office) -> None:
    household, people = office.family()
    case = office.post(household, people[0])
    office.until(date(2020, 8, 10))
    assert office.case(case).stage is Stage.NOTICE
    office.until(date(2020, 8, 11))
    assert office.case(case).stage is Stage.NOTICE_ENDED


@pytest.mark.clause("B1")
def test_an_objection_brings_a_new_survey_and_a_new_notice(office: Office) -> None:
    household, people = office.family()
    case = office.post(household, people[0])
    office.until(date(2020, 8, 6))
    office.do(steps.lodge_objection, case, "邻居称其有车")
    office.until(date(2020, 8, 20))
    assert office.case(case).stage is Stage.ACCEPTED
    with pytest.raises(Conflict, match="assessment-missing"):
        office.do(steps.post_notice, case)
    office.look_into(case)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)


def test_the_death_of_a_person_alone_ends_the_allowance_from_the_next_month(office: Office) -> None:
    household, people = office.family()
    case = office.grant(household, people[0])
    office.until(date(2020, 10, 14))
    news = office.tell(dead(people[0], household, date(2020, 10, 12)))
    office.until(date(2021, 2, 1))
    exited = office.facts(case, a.Exited)[0]
    assert (exited.reason, exited.since, exited.cause) == ("death", date(2020, 11, 1), news.envelope.id)
    assert office.months(case) == ["2020-09", "2020-10"]


def test_a_death_known_late_leaves_the_months_granted_and_ends_after_the_death(office: Office) -> None:
    household, people = office.family()
    case = office.grant(household, people[0])
    office.until(date(2020, 12, 5))
    office.tell(dead(people[0], household, date(2020, 9, 20)))
    last = list(office.recorded(case))[-1]
    assert isinstance(last.data, a.Exited)
    assert last.data.since == last.envelope.effective == date(2020, 10, 1)
    assert office.months(case) == ["2020-09", "2020-10", "2020-11", "2020-12"]


def test_after_a_death_those_who_remain_are_reviewed_and_their_sum_is_worked_out_anew(office: Office) -> None:
    household, people = office.family(3)
    case = office.grant(household, people[0])
    office.until(date(2020, 10, 14))
    office.tell(dead(people[2], household, date(2020, 10, 12)))
    office.until(date(2020, 11, 1))
    adjusted = office.facts(case, a.Adjusted)[0]
    assert (adjusted.amount_fen, adjusted.since) == (2 * 417_00 - 300_00, date(2020, 11, 1))
    assert adjusted.members == tuple(people[:2])
    assert office.facts(case, a.ReviewOpened)[0].reason == "death"
    amounts = [fact.amount_fen for fact in office.facts(case, a.MonthGranted)]
    assert amounts == [951_00, 951_00, 534_00]


def test_where_the_new_sum_would_be_nothing_the_review_decides(office: Office) -> None:
    household, people = office.family(3)
    case = office.grant(household, people[0], having(900_00))
    office.tell(dead(people[0], household, office.today))
    assert office.facts(case, a.Adjusted) == []
    assert office.case(case).review_open


def test_moving_away_ends_the_allowance_and_a_move_inside_is_reviewed(office: Office) -> None:
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.tell(
        r.HouseholdMoved(
            household=household, members=tuple(people), township=URBAN, village=VILLAGE[URBAN],
            since=office.today,
        )
    )  # fmt: skip
    assert office.case(case).township == URBAN
    assert office.facts(case, a.ReviewOpened)[0].reason == "moved"
    office.until(date(2020, 10, 5))
    office.tell(r.HouseholdMovedAway(household=household, members=tuple(people), since=date(2020, 10, 4)))
    assert office.facts(case, a.Exited)[0].since == date(2020, 11, 1)
    assert office.facts(case, a.Exited)[0].reason == "moved_away"


def test_who_splits_off_is_covered_no_more_and_may_apply_alone(office: Office) -> None:
    household, people = office.family(3)
    case = office.grant(household, people[0])
    into = HouseholdId.of(office.ids.random())
    office.note(office.registered(into, people[2:]))
    office.tell(
        r.HouseholdSplit(household=household, into=into, members=tuple(people[2:]), since=office.today)
    )
    changed = office.facts(case, a.HouseholdChanged)
    assert [(fact.left, fact.reason) for fact in changed] == [((people[2],), "split")]
    assert office.case(case).members == tuple(people[:2])
    office.apply(into, people[2])


def test_of_two_merged_households_with_cases_one_case_goes_on(office: Office) -> None:
    one, ours = office.family(2)
    other, theirs = office.family(1)
    case, second = office.grant(one, ours[0]), office.grant(other, theirs[0])
    member = r.Member(person=theirs[0], relation="99")
    office.tell(r.HouseholdsMerged(household=one, absorbed=other, members=(member,), since=office.today))
    assert office.facts(second, a.Exited)[0].reason == "household_gone"
    assert office.case(case).members == (*ours, *theirs)
    with pytest.raises(Conflict, match="household-closed"):
        office.apply(other, theirs[0])


def test_two_registrations_of_one_person_are_counted_once(office: Office) -> None:
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.tell(r.PeopleMerged(person=people[0], duplicate=people[1], household=household))
    assert office.case(case).members == (people[0],)
    assert office.facts(case, a.ReviewOpened)[0].reason == "duplicate"


def test_a_change_at_home_sends_an_application_back_to_the_survey(office: Office) -> None:
    household, people = office.family(1)
    case = office.post(household, people[0])
    born = PersonId.of(office.ids.random())
    office.tell(
        r.MemberJoined(household=household, person=born, relation="20", since=office.today, reason="birth")
    )
    office.until(date(2020, 8, 20))
    assert office.case(case).stage is Stage.ACCEPTED
    assert office.case(case).members == (people[0], born)


def test_what_was_posted_is_void_when_the_household_is_another_one_now(office: Office) -> None:
    household, people = office.family(2)
    case = office.post(household, people[0])
    office.until(date(2020, 8, 11))
    assert office.case(case).stage is Stage.NOTICE_ENDED
    office.tell(r.MemberLeft(household=household, person=people[1], since=office.today, reason="marriage"))
    with pytest.raises(Conflict, match="wrong-step"):
        office.do(steps.confirm, case, OFFICER)
    office.look_into(case)
    office.take_what_is_owed(case)
    office.do(steps.post_notice, case)


def test_a_death_told_first_as_leaving_counts_as_a_death(office: Office) -> None:
    household, people = office.family(1)
    case = office.grant(household, people[0])
    office.tell(r.MemberLeft(household=household, person=people[0], since=date(2020, 8, 9), reason="death"))
    office.tell(dead(people[0], household, date(2020, 8, 9)))
    exited = office.facts(case, a.Exited)[0]
    assert (exited.reason, exited.since) == ("death", date(2020, 9, 1))


def test_an_application_whose_only_member_dies_falls_away(office: Office) -> None:
    household, people = office.family(1)
    case = office.post(household, people[0])
    office.tell(dead(people[0], household, office.today))
    office.until(date(2020, 8, 20))
    assert office.facts(case, a.Withdrawn)[0].reason == "death"


def test_a_yearly_review_adjusts_or_ends_and_the_next_one_follows(office: Office) -> None:
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2021, 8, 19))
    assert office.case(case).review_open
    office.look_into(case, having(400_00))
    office.do(steps.conclude_review, case, OFFICER)
    assert office.facts(case, a.Adjusted)[0].amount_fen == 434_00
    office.until(date(2022, 8, 19))
    assert office.facts(case, a.ReviewOpened)[-1].number == 2
    office.look_into(case, having(900_00))
    office.do(steps.conclude_review, case, OFFICER)
    assert office.facts(case, a.Exited)[0].reason == "no_longer_eligible"
    office.until(date(2022, 10, 1))
    assert office.months(case)[-1] == "2022-08"
    again = office.apply(household, people[0])
    assert office.do(steps.accept, again).basis == "民发〔2021〕57号"


@pytest.mark.clause("B1")
def test_a_family_has_one_case_and_a_closed_or_unknown_one_none(office: Office) -> None:
    household, people = office.family(2)
    office.apply(household, people[0])
    with pytest.raises(Conflict, match="case-exists"):
        office.apply(household, people[1])
    with pytest.raises(Refused, match="household-unknown"):
        office.apply(HouseholdId.of(office.ids.random()), people[0])
    other, others = office.family(2, RURAL)
    office.tell(dead(others[0], other, office.today))
    with pytest.raises(Refused, match="applicant-dead"):
        office.apply(other, others[0])
    with pytest.raises(Refused, match="applicant-not-a-member"):
        office.apply(other, people[0])
    with pytest.raises(Refused, match="consent-needed"):
        office.apply(other, others[1], consent=False)
    office.tell(r.HouseholdMovedAway(household=other, members=(others[1],), since=office.today))
    with pytest.raises(Conflict, match="household-closed"):
        office.apply(other, others[1])


def test_months_missed_while_nothing_ran_are_granted_once_each(office: Office) -> None:
    household, people = office.family()
    case = office.grant(household, people[0])
    office.clock.advance_to(office.clock.now().replace(year=2021, month=1, day=5))
    office.host.settle(office.today)
    office.host.settle(office.today)
    office.do(steps.grant_month, case)
    assert office.months(case) == ["2020-09", "2020-10", "2020-11", "2020-12", "2021-01"]


def test_a_new_standard_raises_what_the_rule_worked_out(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2024, 10, 8))
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.until(date(2024, 12, 2))
    amounts = [(fact.month, fact.amount_fen) for fact in office.facts(case, a.MonthGranted)]
    assert amounts == [("2024-11", 534_00), ("2024-12", 730_00)]
    assert office.facts(case, a.Adjusted)[0].reason == "standard_changed"


@pytest.mark.clause("Z1")
@pytest.mark.parametrize(
    ("start", "papers"),
    [
        # The procedure by which the case began, and of what made the sum all that the officer does not leave out.
        (date(2025, 7, 10), [NOTICE_2022, HECHENG]),
        (date(2025, 7, 25), [NOTICE_2022, STANDARDS, DIBAO_2021]),
        (date(2026, 7, 1), [LAW_2026, STANDARDS, DIBAO_2021, NOTICE_2022]),
    ],
)
def test_a_decision_cites_what_is_in_force_and_never_what_has_lapsed(
    tmp_path: Path, start: date, papers: list[str]
) -> None:
    office = Office(tmp_path, start, [id for id in DIBAO if id != "hecheng-successor-illustrative"])
    household, people = office.family()
    case = office.post(household, people[0])
    office.until(date.fromordinal(start.toordinal() + 8))
    office.ready(case)
    with pytest.raises(Refused, match="paper-unknown"):
        office.do(steps.confirm, case, OFFICER, papers=("某文件",))
    cited: dict[str, Any] = {"papers": (HECHENG,)}
    if HECHENG not in papers:
        with pytest.raises(Refused, match="paper-not-in-force"):
            office.do(steps.confirm, case, OFFICER, **cited)
        cited = {}
    office.do(steps.confirm, case, OFFICER, **cited)
    granted = office.facts(case, a.SubsidyGranted)[0]
    assert [paper.number for paper in granted.grounds.papers] == papers


def test_nobody_is_reduced_unheard_under_the_law_of_2026(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2026, 7, 1))
    household, people = office.family(2)
    case = office.grant(household, people[0])
    office.do(steps.open_review, case, "report")
    means = having(500_00)(people)
    office.do(steps.survey, case, (SURVEYOR, SECOND), means)
    office.do(steps.check, case, means)
    office.do(steps.assess, case)
    with pytest.raises(Refused, match="family-not-heard"):
        office.do(steps.conclude_review, case, OFFICER)
    office.do(steps.conclude_review, case, OFFICER, heard=office.today)
    assert office.facts(case, a.Adjusted)[0].amount_fen == 2 * 515_00 - 500_00


def test_what_the_family_has_lies_closed_in_the_log(office: Office) -> None:
    household, people = office.family()
    case = office.grant(household, people[0], having(123_45))
    entries = office.living.store.stream(case)
    assert not [one for one in entries if b"12345" in one.data]
