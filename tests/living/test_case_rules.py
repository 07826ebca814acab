"""The decisions on a case alone: given what was recorded, when somebody decides, then this follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import application as apply_for
from services.assistance import entitlement, inputs
from services.assistance.days import first_of_next_month, months_after
from services.assistance.inputs import Told, area_of
from services.assistance.model import CASE, Case, Stage
from services.assistance.procedure import next_steps
from services.assistance.rules import Evidence
from services.assistance.ruling import rule_on
from services.chassis.refusal import Refused
from tests.living.office import Found, by, having

CASE_ID, HOUSEHOLD = CaseId.of(uuid4()), HouseholdId.of(uuid4())
WIFE, HUSBAND = PersonId.of(uuid4()), PersonId.of(uuid4())
OFFICER, SURVEYORS = uuid4(), (uuid4(), uuid4())
RURAL, URBAN = "431202201000", "431202001000"
MONDAY = date(2021, 8, 2)
POOR, RICH = having(300_00), having(900_00)
Step = Callable[[Case, date], tuple[a.CaseFact, ...]]


def applied(_: Case, today: date) -> tuple[a.CaseFact, ...]:
    return apply_for.apply(
        CASE_ID, "dibao", HOUSEHOLD, (WIFE, HUSBAND), RURAL, WIFE, consent=True, on=today, today=today
    )


def accepted(case: Case, today: date) -> tuple[a.CaseFact, ...]:
    return apply_for.accept(case, by(), on=today, today=today)


def surveyed(found: Found = POOR, surveyors: Any = SURVEYORS) -> Step:
    return lambda case, today: apply_for.survey(
        case, by(), on=today, surveyors=surveyors, means=found(case.members), remarks=None, today=today
    )


def checked(found: Found = POOR, consistent: bool = True) -> Step:
    return lambda case, today: apply_for.check(
        case, on=today, means=found(case.members), consistent=consistent, today=today
    )


def assessed(case: Case, today: date) -> tuple[a.CaseFact, ...]:
    return apply_for.assess(case, by(), Evidence(), local=NOT_POOR, today=today)


def taken(case: Case, today: date) -> tuple[a.CaseFact, ...]:
    """The steps of the procedure that stand before the next notice, or before the decision."""
    return tuple(
        fact
        for owed in takewhile(lambda one: one.step.stands is None, next_steps(case, by(), today))
        for fact in apply_for.take_step(case, by(), owed.step.step, staff=SURVEYORS, on=today, today=today)
    )


def posted(case: Case, today: date) -> tuple[a.CaseFact, ...]:
    return apply_for.post_notice(case, by(), today=today)


def notice_ended(case: Case, today: date) -> tuple[a.CaseFact, ...]:
    return apply_for.end_notice(case, today=today)


def confirmed(**named: Any) -> Step:
    return lambda case, today: apply_for.confirm(
        case, by(), Evidence(), officer=OFFICER, today=today, **named
    )


def declined(**named: Any) -> Step:
    return lambda case, today: apply_for.decline(
        case, by(), Evidence(), officer=OFFICER, today=today, **named
    )


@dataclass
class Given:
    """A case brought to where a test begins; days in between are passed with `timedelta`."""

    case: Case
    today: date = MONDAY

    def when(self, step: Step) -> tuple[a.CaseFact, ...]:
        return step(self.case, self.today)

    def refuses(self, step: Step, slug: str) -> None:
        with pytest.raises(Refused) as refusal:
            self.when(step)
        assert refusal.value.slug == slug


def given(*steps: Step | timedelta) -> Given:
    here = Given(CASE.initial)
    for step in steps:
        if isinstance(step, timedelta):
            here.today += step
            continue
        for fact in step(here.case, here.today):
            here.case = CASE.evolve(here.case, fact)
    return here


WEEK = timedelta(days=8)
NOT_POOR = {"未脱贫建档立卡户": "false"}
TO_NOTICE: tuple[Step, ...] = (applied, accepted, surveyed(), checked(), assessed, taken, posted)
ASSESSED_RICH: tuple[Step, ...] = (applied, accepted, surveyed(RICH), checked(RICH), assessed)


def told_in(township: str) -> Told:
    return Told(inputs.Found(having()((WIFE,))), township, apart=False, local=NOT_POOR, month="2030-01")


def test_the_difference_is_granted_from_the_next_month_on() -> None:
    (fact,) = given(*TO_NOTICE, WEEK, notice_ended, taken).when(confirmed())
    assert isinstance(fact, a.SubsidyGranted)
    assert (fact.amount_fen, fact.since) == (534_00, date(2021, 9, 1))
    assert fact.review_on == date(2022, 8, 10)


def test_unstable_income_is_looked_at_every_half_year() -> None:
    unstable = having(300_00, unstable=True)
    (fact,) = given(
        applied, accepted, surveyed(unstable), checked(), assessed, taken, posted, WEEK, notice_ended, taken
    ).when(confirmed())
    assert isinstance(fact, a.SubsidyGranted)
    assert fact.review_on == date(2022, 2, 10)


@pytest.mark.clause("B1")
def test_no_step_is_skipped() -> None:
    given(applied).refuses(surveyed(), "wrong-step")
    given(applied, accepted).refuses(checked(), "survey-missing")
    given(applied, accepted, surveyed()).refuses(assessed, "check-missing")
    given(applied, accepted, surveyed(), checked()).refuses(posted, "assessment-missing")
    given(*TO_NOTICE).refuses(confirmed(), "wrong-step")
    given(*TO_NOTICE).refuses(notice_ended, "notice-running")
    given(*TO_NOTICE, timedelta(days=7)).refuses(notice_ended, "notice-running")


@pytest.mark.clause("B1")
def test_two_surveyors_go_and_each_is_another() -> None:
    given(applied, accepted).refuses(surveyed(surveyors=SURVEYORS[:1]), "too-few-surveyors")
    given(applied, accepted).refuses(surveyed(surveyors=SURVEYORS[:1] * 2), "too-few-surveyors")


def test_a_new_survey_voids_the_check_and_the_assessment() -> None:
    here = given(applied, accepted, surveyed(), checked(), assessed, surveyed(RICH))
    here.refuses(posted, "assessment-missing")
    here.refuses(assessed, "check-missing")


def test_where_check_and_survey_differ_the_family_is_surveyed_again() -> None:
    given(applied, accepted, surveyed(), checked(RICH, False)).refuses(assessed, "findings-differ")


@pytest.mark.clause("B1")
def test_a_family_over_the_standard_is_told_without_a_notice() -> None:
    (fact,) = given(*ASSESSED_RICH).when(declined())
    assert isinstance(fact, a.Declined)
    assert fact.reason == "ABOVE"
    given(*TO_NOTICE[:-1]).refuses(declined(departs="x"), "wrong-step")


def test_whoever_departs_from_the_recommendation_says_why() -> None:
    here = given(*TO_NOTICE, WEEK, notice_ended, taken)
    here.refuses(declined(), "departure-unexplained")
    here.refuses(confirmed(amount_fen=600_00), "departure-unexplained")
    here.refuses(confirmed(departs="无"), "nothing-departed")
    (fact,) = here.when(confirmed(amount_fen=600_00, departs="户主重病"))
    assert isinstance(fact, a.SubsidyGranted)
    assert fact.amount_fen == 600_00
    assert fact.departs is not None
    assert set(fact.departs.owners) == {WIFE, HUSBAND}
    rich = given(*ASSESSED_RICH, taken, posted, WEEK, notice_ended, taken)
    rich.refuses(confirmed(departs="x"), "amount-missing")


@pytest.mark.clause("B1")
def test_an_objection_after_the_last_day_is_too_late() -> None:
    def objected(case: Case, today: date) -> tuple[a.CaseFact, ...]:
        return apply_for.lodge_objection(case, statement=None, today=today)

    assert given(*TO_NOTICE, timedelta(days=7), objected).case.stage is Stage.ACCEPTED
    given(*TO_NOTICE, WEEK).refuses(objected, "notice-over")


def test_months_still_owed_are_granted_before_the_end_is_recorded() -> None:
    here = given(*TO_NOTICE, WEEK, notice_ended, taken, confirmed())
    home = entitlement.Home((), RURAL, "death")
    change = entitlement.Change("death", date(2021, 10, 3))
    facts = entitlement.follow(here.case, by(), home, change, today=date(2021, 11, 9))
    assert [getattr(fact, "month", "") for fact in facts] == ["2021-09", "2021-10", ""]
    assert isinstance(facts[-1], a.Exited)
    assert facts[-1].since == date(2021, 11, 1)


def test_nothing_follows_where_nothing_has_changed() -> None:
    here = given(*TO_NOTICE)
    home = entitlement.Home((WIFE, HUSBAND), RURAL)
    assert entitlement.follow(here.case, by(), home, entitlement.Change("moved", MONDAY), today=MONDAY) == ()


def test_a_review_leaves_the_sum_where_an_officer_explains_it() -> None:
    here = given(*TO_NOTICE, WEEK, notice_ended, taken, confirmed())

    def opened(case: Case, today: date) -> tuple[a.CaseFact, ...]:
        return entitlement.open_review(case, reason="due")

    def concluded(**named: Any) -> Step:
        return lambda case, today: entitlement.conclude_review(
            case, by(), Evidence(), officer=OFFICER, today=today, **named
        )

    little_more = having(310_00)
    review = (
        *TO_NOTICE,
        WEEK,
        notice_ended,
        taken,
        confirmed(),
        opened,
        surveyed(little_more),
        checked(little_more),
    )
    under = given(*review, assessed)
    under.refuses(concluded(outcome="unchanged"), "departure-unexplained")
    under.refuses(concluded(outcome="ended"), "outcome-without-assessment")
    assert len(under.when(concluded(outcome="unchanged", departs="无明显变化"))) == 1
    adjusted = under.when(concluded())[1]
    assert isinstance(adjusted, a.Adjusted)
    assert adjusted.amount_fen == 524_00
    here.refuses(concluded(), "assessment-missing")


@pytest.mark.parametrize(
    ("found", "eligible", "amount", "reason"),
    [
        (having(0), True, 834_00, "HOUSEHOLD"),
        (having(833_99), True, 1, "HOUSEHOLD"),
        (having(834_00), False, 0, "ABOVE"),
        (having(900_00, first={"seriously_ill": True, "medical_cost": 100_00}), True, 34_00, "HOUSEHOLD"),
        (having(100_00, first={"seriously_ill": True, "medical_cost": 400_00}), True, 834_00, "HOUSEHOLD"),
        (having(0, within=False), False, 0, "PROPERTY"),
    ],
)
def test_the_rule_row_by_row(found: Found, eligible: bool, amount: int, reason: str) -> None:
    told = Told(inputs.Found(found((WIFE, HUSBAND))), RURAL, apart=False, local=NOT_POOR, month="2020-10")
    ruling = rule_on(by().rule(date(2020, 9, 1)), told)
    assert (ruling.eligible, ruling.amount_fen, ruling.reason) == (eligible, amount, reason)


@pytest.mark.parametrize(
    ("township", "day", "fen"),
    [
        (URBAN, date(2020, 9, 1), 588_00),
        (RURAL, date(2024, 11, 30), 417_00),
        (RURAL, date(2024, 12, 1), 515_00),
        (URBAN, date(2026, 1, 1), 703_00),
        ("431202101000", date(2019, 1, 1), 417_00),
        ("431202400000", date(2020, 1, 1), 417_00),
    ],
)
def test_standards_by_day_and_kind_of_township(township: str, day: date, fen: int) -> None:
    rule = by().rule(day)
    ruling = rule_on(rule, told_in(township))
    assert (ruling.amount_fen, rule.illustrative) == (fen, True)
    assert area_of(township) == ("urban" if township == URBAN else "rural")


@pytest.mark.clause("B1")
def test_limits_and_periods() -> None:
    assert by().days.after(date(2021, 8, 6), 3) == (date(2021, 8, 11), True)  # from a Friday; no calendar yet
    assert months_after(date(2020, 2, 29), 12) == date(2021, 2, 28)
    assert first_of_next_month(date(2020, 12, 31)) == date(2021, 1, 1)
    assert by().proceeding("", date(2021, 6, 30)).paper.identity.number == "民发〔2012〕220号"
    assert by().proceeding("", date(2021, 7, 1)).paper.identity.number == "民发〔2021〕57号"
    (fact,) = given(applied).when(accepted)
    assert isinstance(fact, a.Accepted)
    assert (fact.survey_by, fact.decide_by) == (date(2021, 8, 5), date(2021, 9, 13))
    assert fact.provisional
