"""B1: a running case is suspended and resumed by whole months; three refusals of work running, by facts only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import casework as c
from events.ids import CaseId, PersonId
from services.assistance import steps, suitable_work, suspension
from services.chassis.refusal import Refused
from services.chassis.work import Work
from services.living import SERVICE
from tests.living.office import OFFICER, Office, having

ABLE = having(300_00, first={"able_to_work": True})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    assert found.differs() == []


def granted(office: Office, size: int = 1) -> tuple[CaseId, list[PersonId]]:
    household, people = office.family(size)
    return office.grant(household, people[0], ABLE), people


def suspend(work: Work, case: CaseId, reason: Any = "means_in_doubt", **said: Any) -> object:
    found, by = steps.case_and_papers(work, case)
    told = {"since": None, "until": None, "heard": False} | said
    facts = suspension.suspend(found, by, reason=reason, officer=OFFICER, today=work.today, **told)
    return steps.record(work, case, facts)


def resume(work: Work, case: CaseId) -> object:
    found = steps.case_of(work, case)
    return steps.record(work, case, suspension.resume(found, officer=OFFICER, today=work.today))


def answer(office: Office, case: CaseId, person: PersonId, how: Any, remarks: str | None = None) -> None:
    def offer(work: Work) -> None:
        id = work.around.ids.random()
        found = steps.case_of(work, case)
        facts = suitable_work.offer(found, id=id, person=person, officer=OFFICER, today=work.today)
        found = steps.record(work, case, facts)
        more = suitable_work.answered(
            found, offer=id, answer=how, officer=OFFICER, remarks=remarks, today=work.today
        )
        steps.record(work, case, more)

    office.living.decide(offer)


def slug(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.slug


@pytest.mark.clause("B1")
def test_months_in_between_are_withheld_and_the_next_are_granted_again(office: Office) -> None:
    case, _ = granted(office)
    office.until(date(2020, 9, 2))
    assert office.months(case) == ["2020-09"]
    office.do(suspend, case)
    office.until(date(2020, 12, 15))
    assert [one.month for one in office.facts(case, c.MonthWithheld)] == ["2020-10", "2020-11", "2020-12"]
    office.do(resume, case)
    office.until(date(2021, 2, 2))
    assert office.months(case) == ["2020-09", "2021-01", "2021-02"]


@pytest.mark.clause("B1")
def test_a_suspension_with_a_last_day_ends_by_itself(office: Office) -> None:
    case, _ = granted(office)
    office.until(date(2020, 9, 2))
    office.do(suspend, case, until=date(2020, 11, 30))
    office.until(date(2020, 12, 2))
    assert office.months(case) == ["2020-09", "2020-12"]
    assert slug(partial(office.do, resume, case)) == "not-suspended"


@pytest.mark.clause("B1")
def test_taken_back_before_it_begins_it_never_was(office: Office) -> None:
    case, _ = granted(office)
    office.do(suspend, case)
    office.do(resume, case)
    office.until(date(2020, 10, 2))
    assert office.months(case) == ["2020-09", "2020-10"]
    assert office.facts(case, c.MonthWithheld) == []


@pytest.mark.clause("B1")
def test_a_suspended_case_ends_without_its_withheld_months(office: Office) -> None:
    case, _ = granted(office)
    office.until(date(2020, 9, 2))
    office.do(suspend, case)
    office.until(date(2020, 10, 15))
    office.do(steps.request_exit, case)
    assert office.months(case) == ["2020-09"]


@pytest.mark.clause("B1")
@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"since": date(2020, 9, 1)}, "not-a-month-to-come"),
        ({"since": date(2020, 10, 2)}, "not-a-month-to-come"),
        ({"until": date(2020, 9, 30)}, "until"),
        ({"until": date(2020, 11, 29)}, "until"),
    ],
)
def test_only_whole_months_to_come_are_suspended(office: Office, said: Any, refused: str) -> None:
    case, _ = granted(office)
    office.until(date(2020, 9, 2))
    assert slug(lambda: office.do(suspend, case, **said)) == refused
    office.do(suspend, case)
    assert slug(lambda: office.do(suspend, case)) == "suspended"


@pytest.mark.clause("B1")
def test_of_a_suspension_and_a_month_at_once_the_month_is_withheld_or_granted_never_both(
    tmp_path: Path,
) -> None:
    office = Office(tmp_path)
    case, _ = granted(office)
    other, came = office.runtime(SERVICE), list[bool]()
    other.start(office.living.feeds)
    office.clock.advance_to(office.clock.now().replace(month=9, day=1))

    def slow(work: Work) -> None:
        suspend(work, case, since=date(2020, 9, 1))
        if not came:
            came.append(True)
            office.do(steps.grant_month, case)

    with pytest.raises(Refused) as refused:
        other.decide(slow)
    assert refused.value.slug == "not-a-month-to-come"
    assert office.names(case).count("MonthGranted") == 1
    assert "Suspended" not in office.names(case)


@pytest.mark.clause("B1")
def test_after_the_third_refusal_running_the_review_finds_it_by_itself(tmp_path: Path) -> None:
    office = Office(tmp_path, start=date(2021, 7, 5))
    case, (person, other) = granted(office, 2)
    answer(office, case, person, "refused")
    answer(office, case, person, "refused")
    assert not office.case(case).review_open
    answer(office, case, person, "refused")
    (review,) = office.facts(case, a.ReviewOpened)
    assert review.reason == "work_refused"
    office.look_into(case, ABLE)
    survey = office.facts(case, a.Surveyed)[-1]
    told = {one.person: one.refused_work for one in survey.means.members}
    assert told == {person: True, other: False}
    before = office.facts(case, a.SubsidyGranted)[0].amount_fen
    assert office.facts(case, a.Assessed)[-1].amount_fen < before
    office.do(steps.conclude_review, case, OFFICER)
    answer(office, case, person, "accepted")
    assert office.facts(case, a.ReviewOpened)[-1].reason == "work_accepted"
    office.look_into(case, ABLE)
    assert not any(one.refused_work for one in office.facts(case, a.Surveyed)[-1].means.members)
    assert office.differs() == []


@pytest.mark.clause("B1")
@pytest.mark.parametrize("breaks", ["accepted", "refused_with_reason"])
def test_work_taken_up_or_a_good_reason_breaks_the_run(office: Office, breaks: str) -> None:
    case, (person,) = granted(office)
    for how in ("refused", "refused", breaks, "refused", "refused"):
        answer(office, case, person, how, "生病" if how == "refused_with_reason" else None)
    assert [one.running for one in office.facts(case, c.WorkAnswered)] == [1, 2, 0, 1, 2]
    assert not office.case(case).review_open


@pytest.mark.clause("B1")
def test_who_cannot_work_is_offered_none_and_a_good_reason_is_said(office: Office) -> None:
    household, people = office.family(1)
    case = office.grant(household, people[0])
    assert slug(partial(answer, office, case, people[0], "refused")) == "not-to-work"
    case, (person,) = granted(office)
    assert slug(partial(answer, office, case, person, "refused_with_reason")) == "reason-missing"
    assert office.facts(case, c.WorkOffered) == []
