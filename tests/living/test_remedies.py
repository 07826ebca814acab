"""B1: decisions are contested; what takes their place names them; arrears and recoveries follow from the months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import casework as c
from events import registry as r
from events import remedies as m
from events.evidence import Attachment
from events.ids import CaseId, PersonId
from services.assistance import correspondence, steps, suspension
from services.assistance.model import Stage
from services.assistance.remedies import taking
from services.assistance.remedies.decisions import decisions_of
from services.assistance.remedies.taking import Said
from services.chassis.refusal import Refused
from services.chassis.work import Work
from tests.living.office import OFFICER, Office, having
from tests.living.test_by_papers import with_value
from tests.papers import shipped

RICH = having(2_000_00)
POORER = having(100_00)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    assert found.differs() == [], "what is kept follows from the logs alone"


def decided(office: Office, case: CaseId, kind: str = "") -> Any:
    """The last decision of the case, or the last of a kind."""
    found = office.living.decide(lambda work: decisions_of(work, case))
    return next(one for one in reversed(found) if kind in ("", one.kind))


def contest(office: Office, case: CaseId, by: PersonId, kind: str = "", **said: Any) -> UUID:
    told: dict[str, Any] = {"by": by, "authority": "district_government", "officer": OFFICER} | said
    first = decided(office, case, kind).id
    return office.living.decide(lambda work: taking.contest(work, case, first, **told))


def decide(office: Office, case: CaseId, contest: UUID, outcome: Any, amount_fen: int | None = None) -> None:
    said = Said(outcome, office.today, "鹤政复决字〔2020〕3号", amount_fen, "事实不清")
    office.do(taking.decide, case, contest, said, OFFICER)


def serve(office: Office, case: CaseId, kind: Any, on: date | None = None) -> None:
    def do(work: Work) -> None:
        letter = correspondence.issue(work, case, kind)
        receipt = Attachment(
            id=uuid4(), kind="receipt", digest="a" * 64, media="application/pdf", size=10,
            of=steps.case_of(work, case).members,
        )  # fmt: skip
        correspondence.serve_letter(work, case, letter.number, "in_person", on or work.today, receipt=receipt)

    office.living.decide(do)


def refused(office: Office) -> tuple[CaseId, PersonId]:
    household, people = office.family(1)
    case = office.post(household, people[0], RICH)
    office.ready(case)
    office.do(steps.decline, case, OFFICER)
    return case, people[0]


def granted(office: Office, size: int = 1, found: Any = None) -> tuple[CaseId, list[PersonId]]:
    household, people = office.family(size)
    return office.grant(household, people[0], found or having(300_00)), people


def slug(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as wrong:
        act()
    return wrong.value


@pytest.mark.clause("B1")
def test_of_a_changed_refusal_the_first_decision_stays_and_its_months_are_owed_at_once(
    office: Office,
) -> None:
    case, person = refused(office)
    first = decided(office, case)
    office.until(date(2020, 11, 20))
    decide(office, case, contest(office, case, person), "changed", 200_00)
    (declined,) = office.facts(case, a.Declined)
    (instead,) = office.facts(case, a.SubsidyGranted)
    assert declined.replaces is None and instead.replaces == first.id
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert [one.month for one in arrears.months] == ["2020-09", "2020-10", "2020-11"]
    assert arrears.amount_fen == 3 * 200_00
    office.until(date(2021, 1, 2))
    assert office.months(case) == ["2020-12", "2021-01"]


@pytest.mark.clause("B1")
def test_a_revoked_refusal_is_inquired_into_anew_and_decided_as_if_it_had_been_right(office: Office) -> None:
    case, person = refused(office)
    first = decided(office, case)
    decide(office, case, contest(office, case, person), "revoked")
    assert office.case(case).stage is Stage.ACCEPTED
    office.look_into(case, POORER)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    (instead,) = office.facts(case, a.SubsidyGranted)
    assert instead.replaces == first.id and instead.since == date(2020, 9, 1)
    (arrears,) = office.facts(case, m.ArrearsGranted)
    owed = [one.month for one in arrears.months]
    assert owed[0] == "2020-09" and owed[-1] == f"{office.today:%Y-%m}"
    office.until(office.today.replace(day=1) + timedelta(days=65))
    assert set(owed).isdisjoint(office.months(case)), "no month is granted twice"


@pytest.mark.clause("B1")
def test_a_sum_that_was_changed_is_paid_from_the_first_day_and_nothing_twice(office: Office) -> None:
    case, (person,) = granted(office)
    before = office.facts(case, a.SubsidyGranted)[0]
    office.until(date(2020, 11, 2))
    decide(office, case, contest(office, case, person), "changed", before.amount_fen + 50_00)
    (adjusted,) = office.facts(case, a.Adjusted)
    assert (adjusted.reason, adjusted.since, adjusted.replaces) == (
        "remedy", before.since, decided(office, case, "SubsidyGranted").id,
    )  # fmt: skip
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert arrears.amount_fen == len(arrears.months) * 50_00 == 3 * 50_00
    office.until(date(2020, 12, 2))
    assert office.facts(case, a.MonthGranted)[-1].amount_fen == before.amount_fen + 50_00
    assert len(office.facts(case, m.ArrearsGranted)) == 1


@pytest.mark.clause("B1")
def test_an_end_that_was_revoked_never_was_and_the_case_is_reviewed(office: Office) -> None:
    case, (person,) = granted(office)
    office.until(date(2020, 10, 2))
    office.do(steps.request_exit, case)
    office.until(date(2020, 12, 10))
    decide(office, case, contest(office, case, person), "revoked")
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert [one.month for one in arrears.months] == ["2020-11", "2020-12"]
    assert office.case(case).stage is Stage.GRANTED and office.case(case).review_open
    assert office.facts(case, a.ReviewOpened)[-1].reason == "remedy"
    office.until(date(2021, 1, 2))
    assert office.months(case) == ["2020-09", "2020-10", "2021-01"]


@pytest.mark.clause("B1")
def test_a_decision_that_is_upheld_changes_nothing(office: Office) -> None:
    case, (person,) = granted(office)
    before = office.names(case)
    decide(office, case, contest(office, case, person), "upheld")
    assert office.names(case)[len(before) :] == ["ContestedDecision", "ReviewDecided"]


@pytest.mark.clause("B1")
def test_a_late_contest_is_refused_with_its_period_and_the_day_of_service(office: Office) -> None:
    case, person = refused(office)
    serve(office, case, "refusal")
    served = office.today
    office.until(served + timedelta(days=75))
    wrong = slug(partial(contest, office, case, person))
    assert wrong.slug == "contest-late" and served.isoformat() in wrong.zh
    contest(office, case, person, on=served + timedelta(days=60))
    assert office.facts(case, m.ContestedDecision)[0].served == served


@pytest.mark.clause("B1")
def test_of_a_decision_never_served_the_period_has_not_begun(office: Office) -> None:
    case, person = refused(office)
    office.until(office.today + timedelta(days=200))
    contest(office, case, person)
    (fact,) = office.facts(case, m.ContestedDecision)
    assert (fact.served, fact.until) == (None, None)


@pytest.mark.clause("B1")
def test_who_is_not_of_the_case_or_asks_twice_is_refused(office: Office) -> None:
    case, (person,) = granted(office)
    _, (stranger,) = office.family(1)
    assert slug(partial(contest, office, case, stranger)).slug == "not-of-the-case"
    contest(office, case, person)
    assert slug(partial(contest, office, case, person)).slug == "contested-already"


@pytest.mark.clause("B1")
def test_a_change_is_never_to_the_applicants_disadvantage(office: Office) -> None:
    case, (person,) = granted(office)
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    id = contest(office, case, person)
    assert slug(lambda: decide(office, case, id, "changed", sum_)).slug == "worse-for-applicant"
    assert slug(lambda: decide(office, case, id, "changed")).slug == "review-sum"
    assert slug(lambda: decide(office, case, uuid4(), "upheld")).status == 404


@pytest.mark.clause("B1")
def test_a_review_not_decided_within_sixty_days_is_overdue_unless_it_was_extended(office: Office) -> None:
    case, (person,) = granted(office)
    id = contest(office, case, person)
    first = office.facts(case, m.ContestedDecision)[0].decide_by
    office.do(taking.extend, case, id, OFFICER)
    last = office.facts(case, m.ReviewExtended)[0].decide_by
    assert first < last <= first + timedelta(days=40)
    office.until(last)
    assert office.facts(case, m.ReviewOverdue) == []
    office.until(last + timedelta(days=3))
    assert [one.contest for one in office.facts(case, m.ReviewOverdue)] == [id]
    decide(office, case, id, "upheld")


@pytest.mark.clause("B1")
def test_a_report_opens_a_review_of_a_granted_case(office: Office) -> None:
    case, _ = granted(office)
    id = office.living.decide(lambda work: taking.report(work, case, officer=OFFICER, statement="有车"))
    assert office.facts(case, a.ReviewOpened)[-1].reason == "report"
    assert slug(lambda: decide(office, case, id, "upheld")).slug == "outcome"
    decide(office, case, id, "unfounded")
    assert office.case(case).remedies.contests == ()


@pytest.mark.clause("B1")
def test_months_of_a_suspension_are_paid_when_it_is_lifted_with_the_family_in_the_right(
    office: Office,
) -> None:
    case, _ = granted(office)
    office.until(date(2020, 9, 2))
    suspend(office, case)
    office.until(date(2020, 11, 15))
    office.do(taking.lift, case, OFFICER)
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert (arrears.why, [one.month for one in arrears.months]) == (
        "suspension_lifted",
        ["2020-10", "2020-11"],
    )
    office.until(date(2020, 12, 2))
    assert office.months(case) == ["2020-09", "2020-12"]
    assert slug(partial(office.do, taking.lift, case, OFFICER)).slug == "nothing-withheld"


@pytest.mark.clause("B1")
def test_a_suspension_that_was_revoked_is_over_and_its_months_are_paid(office: Office) -> None:
    case, (person,) = granted(office)
    office.until(date(2020, 9, 2))
    suspend(office, case)
    office.until(date(2020, 11, 15))
    decide(office, case, contest(office, case, person), "revoked")
    assert office.facts(case, c.Resumed)[0].since == date(2020, 12, 1)
    assert office.facts(case, m.ArrearsGranted)[0].why == "suspension_lifted"


def suspend(office: Office, case: CaseId) -> None:
    def do(work: Work) -> None:
        found, by = steps.case_and_papers(work, case)
        facts = suspension.suspend(
            found, by, reason="means_in_doubt", since=None, until=None, heard=False, officer=OFFICER, today=work.today,
        )  # fmt: skip
        steps.record(work, case, facts)

    office.living.decide(do)


@pytest.mark.clause("B1")
def test_what_was_granted_after_a_death_that_was_known_late_comes_back_once(office: Office) -> None:
    case, (person,) = granted(office)
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    office.until(date(2020, 12, 2))
    office.tell(r.Died(person=person, on=date(2020, 10, 20)))
    order = back(office, case, parts=2)
    (fact,) = office.facts(case, m.RecoveryOrdered)
    assert (fact.order, fact.why, fact.amount_fen) == (order, "death", 2 * sum_)
    assert [one.month for one in fact.months] == ["2020-11", "2020-12"]
    assert slug(partial(back, office, case)).slug == "nothing-overpaid"
    office.do(taking.waive, case, order, "no_estate", OFFICER)
    assert slug(partial(office.do, taking.waive, case, order, "other", OFFICER)).slug == "waived-already"


def back(office: Office, case: CaseId, **said: Any) -> UUID:
    return office.living.decide(lambda work: taking.order_back(work, case, OFFICER, **said)).order


@pytest.mark.clause("B1")
def test_no_more_comes_back_than_was_had_too_much_nor_for_a_month_that_was_not_granted(
    office: Office,
) -> None:
    case, (person,) = granted(office)
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    office.until(date(2020, 12, 2))
    assert slug(partial(back, office, case)).slug == "nothing-overpaid"
    office.tell(r.Died(person=person, on=date(2020, 10, 20)))
    assert slug(partial(back, office, case, amount_fen=2 * sum_ + 1)).slug == "more-than-overpaid"
    assert slug(partial(back, office, case, amount_fen=-1)).slug == "nothing-asked"
    assert slug(partial(back, office, case, months=["2021-01"])).slug == "month-not-covered"
    back(office, case, months=["2020-11"], amount_fen=100)
    back(office, case)
    assert sum(one.amount_fen for one in office.facts(case, m.RecoveryOrdered)) == 2 * sum_


@pytest.mark.clause("B1")
def test_a_grant_obtained_by_deceit_is_taken_back_and_all_of_it_comes_back(office: Office) -> None:
    case, _ = granted(office)
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    office.until(date(2020, 11, 2))
    first = decided(office, case)
    office.do(taking.end_for_fraud, case, first.id, OFFICER, since=None, heard=None)
    back(office, case, parts=12)
    (fact,) = office.facts(case, m.RecoveryOrdered)
    assert (fact.why, fact.amount_fen, fact.parts) == ("fraud", 3 * sum_, 12)
    (exited,) = office.facts(case, a.Exited)
    assert (exited.reason, exited.replaces) == ("fraud", first.id)


@pytest.mark.clause("B1")
def test_of_a_decision_that_another_took_the_place_of_only_the_other_is_contested(office: Office) -> None:
    case, (person,) = granted(office)
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    decide(office, case, contest(office, case, person), "changed", sum_ + 100)
    assert slug(partial(contest, office, case, person, "SubsidyGranted")).slug == "decision-replaced"
    contest(office, case, person, "Adjusted")


def letter(office: Office, case: CaseId, kind: Any) -> str:
    """What its paragraphs say."""

    def do(work: Work) -> str:
        number = correspondence.issue(work, case, kind).number
        return "\n".join(correspondence.reprint(work, number, "送达")[0].paragraphs)

    return office.living.decide(do)


@pytest.mark.clause("B1")
def test_the_family_is_told_of_the_review_of_what_it_changed_and_of_what_comes_back(office: Office) -> None:
    case, person = refused(office)
    assert slug(partial(letter, office, case, "review_notice")).slug == "letter-not-due"
    id = contest(office, case, person)
    assert "不予确认决定不服" in letter(office, case, "review_notice")
    office.until(date(2020, 10, 20))
    decide(office, case, id, "changed", 200_00)
    told = letter(office, case, "changed_decision")
    assert "鹤政复决字〔2020〕3号" in told and "每月200元" in told and "2020-09至2020-10应补发400元" in told
    assert slug(partial(letter, office, case, "recovery")).slug == "letter-not-due"
    office.until(date(2020, 12, 2))
    office.tell(r.Died(person=person, on=date(2020, 10, 25)))
    back(office, case, parts=3)
    told = letter(office, case, "recovery")
    assert "有400元不应发放" in told and "分3期退回，每月133.34元" in told


@pytest.mark.clause("B1")
def test_an_order_to_pay_back_that_was_revoked_is_asked_for_no_more(office: Office) -> None:
    case, (person,) = granted(office)
    office.until(date(2020, 11, 2))
    first = decided(office, case, "SubsidyGranted").id
    office.do(taking.end_for_fraud, case, first, OFFICER, since=None, heard=None)
    order = back(office, case)
    id = contest(office, case, person, "RecoveryOrdered")
    decide(office, case, id, "revoked")
    (waived,) = office.facts(case, m.RecoveryWaived)
    assert (waived.order, waived.why) == (order, "revoked")
    assert slug(partial(back, office, case)).slug == "nothing-overpaid"
    # Were the end itself revoked, nothing would be owed for months that the family had and kept.
    decide(office, case, contest(office, case, person, "Exited"), "revoked")
    assert {one.month for owed in office.facts(case, m.ArrearsGranted) for one in owed.months} <= {"2020-12"}


@pytest.mark.clause("B1")
def test_an_order_that_was_waived_and_then_revoked_is_told_once_more_so_that_what_came_back_is_paid(
    office: Office,
) -> None:
    case, (person,) = granted(office)
    office.until(date(2020, 11, 2))
    first = decided(office, case, "SubsidyGranted").id
    office.do(taking.end_for_fraud, case, first, OFFICER, since=None, heard=None)
    order = back(office, case)
    office.do(taking.waive, case, order, "hardship", OFFICER)
    decide(office, case, contest(office, case, person, "RecoveryOrdered"), "revoked")
    assert [one.why for one in office.facts(case, m.RecoveryWaived)] == ["hardship", "revoked"]


@pytest.mark.clause("B1")
def test_months_of_a_decision_made_anew_are_owed_each_by_the_rule_of_its_first_day(office: Office) -> None:
    case, person = refused(office)
    decide(office, case, contest(office, case, person), "revoked")
    office.publish(
        with_value(shipped("standards-illustrative"), "农村低保标准", "450", date(2020, 10, 1)),
        date(2020, 9, 10),
    )
    office.until(date(2020, 11, 5))
    office.look_into(case, POORER)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)
    (arrears,) = office.facts(case, m.ArrearsGranted)
    owed = {one.month: one.due_fen for one in arrears.months}
    assert owed["2020-11"] - owed["2020-09"] == (450 - 417) * 100
    assert owed["2020-12" if "2020-12" in owed else "2020-11"] == owed["2020-11"]
    office.until(date(2021, 1, 3))
    assert office.facts(case, a.MonthGranted)[-1].amount_fen == owed["2020-11"]


@pytest.mark.clause("B1")
def test_what_happened_at_home_while_the_case_was_over_is_followed_once_it_goes_on(office: Office) -> None:
    case, people = granted(office, 2)
    office.until(date(2020, 10, 2))
    office.do(steps.request_exit, case)
    office.until(date(2020, 11, 10))
    office.tell(r.Died(person=people[1], on=date(2020, 11, 5)))
    decide(office, case, contest(office, case, people[0], "Exited"), "revoked")
    assert office.case(case).members == (people[0],)
    assert office.case(case).review_open
    single, (person,) = granted(office)
    office.until(office.today.replace(day=28))
    office.do(steps.request_exit, single)
    office.tell(r.Died(person=person, on=office.today))
    decide(office, single, contest(office, single, person, "Exited"), "revoked")
    (first, last) = office.facts(single, a.Exited)
    assert (first.reason, last.reason) == ("request", "death")
    office.until(office.today + timedelta(days=70))
    months = [one.month for one in office.facts(single, a.MonthGranted)]
    assert len(set(months)) == len(months) and all(f"{month}-01" < last.since.isoformat() for month in months)
