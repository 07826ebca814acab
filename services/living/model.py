"""A dibao case as its facts tell it. Pure: the decisions on it are in `application.py` and `entitlement.py`.

An application is accepted, surveyed, checked and assessed, then posted for seven days; an objection, or
another household than the one surveyed, sends it back to the survey. A granted case is looked at again in
reviews, which go through the same survey, check and assessment while the allowance runs on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from events import assistance as a
from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.folding import Fold
from services.living.days import first_of_next_month
from services.living.eligibility import Means

PROGRAMME = "dibao"


class Stage(StrEnum):
    """How far a case has come."""

    NONE = "none"
    APPLIED = "applied"
    ACCEPTED = "accepted"
    NOTICE = "notice"
    NOTICE_ENDED = "notice_ended"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXITED = "exited"


BEFORE_DECISION = frozenset({Stage.APPLIED, Stage.ACCEPTED, Stage.NOTICE, Stage.NOTICE_ENDED})
RUNNING = BEFORE_DECISION | {Stage.GRANTED}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the rule made of the facts."""

    eligible: bool
    amount_fen: int
    reason: str
    grounds: a.Grounds


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is being found out now, for the application or for a review."""

    survey: Means | None = None
    check: Means | None = None
    consistent: bool = False
    recommendation: Recommendation | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the running allowance was worked out from; a new standard is applied to the same."""

    means: Means
    members: int
    township: str


@dataclass(frozen=True, slots=True)
class Case:
    """`amounts`: from which day how much a month. `next_month`: first day of the month to be granted next."""

    stage: Stage = Stage.NONE
    id: CaseId | None = None
    household: HouseholdId | None = None
    members: tuple[PersonId, ...] = ()
    township: str = ""
    applied: date = date.min
    accepted: date = date.min
    basis: str = ""
    inquiry: Inquiry = Inquiry()
    notice_until: date = date.min
    settled: Settled | None = None
    amounts: tuple[tuple[date, int], ...] = ()
    illustrative: bool = False
    next_month: date | None = None
    reviews: int = 0
    review_open: bool = False
    exited: date | None = None

    @property
    def running(self) -> bool:
        return self.stage in RUNNING

    def amount_in(self, month: date) -> int:
        """In fen, for the month that begins on this day."""
        return next(amount for since, amount in reversed(self.amounts) if since <= month)

    @property
    def inquired(self) -> Means | None:
        """The facts a decision rests on: the check, which came after the survey and agreed with it."""
        return self.inquiry.check


CASE: Fold[Case] = Fold(Case())


@CASE.on(a.Applied)
def _applied(case: Case, fact: a.Applied) -> Case:
    return Case(
        stage=Stage.APPLIED,
        id=fact.case,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        applied=fact.on,
    )


@CASE.on(a.Accepted)
def _accepted(case: Case, fact: a.Accepted) -> Case:
    return replace(case, stage=Stage.ACCEPTED, accepted=fact.on, basis=fact.basis)


@CASE.on(a.Surveyed)
def _surveyed(case: Case, fact: a.Surveyed) -> Case:
    means = Means(fact.monthly_income, fact.deductions, fact.property_within_rule, fact.unstable)
    return replace(case, inquiry=Inquiry(survey=means))  # what was checked against an earlier survey is void


@CASE.on(a.Checked)
def _checked(case: Case, fact: a.Checked) -> Case:
    survey = case.inquiry.survey
    means = Means(
        fact.monthly_income,
        fact.deductions,
        fact.property_within_rule,
        survey is not None and survey.unstable,
    )
    return replace(case, inquiry=Inquiry(survey, means, fact.consistent))


@CASE.on(a.Assessed)
def _assessed(case: Case, fact: a.Assessed) -> Case:
    recommendation = Recommendation(fact.eligible, fact.amount_fen, fact.reason, fact.grounds)
    return replace(case, inquiry=replace(case.inquiry, recommendation=recommendation))


@CASE.on(a.NoticePosted)
def _notice_posted(case: Case, fact: a.NoticePosted) -> Case:
    return replace(case, stage=Stage.NOTICE, notice_until=fact.until)


@CASE.on(a.ObjectionLodged)
def _objection_lodged(case: Case, fact: a.ObjectionLodged) -> Case:
    return replace(case, stage=Stage.ACCEPTED, inquiry=Inquiry())


@CASE.on(a.NoticeEnded)
def _notice_ended(case: Case, fact: a.NoticeEnded) -> Case:
    return replace(case, stage=Stage.NOTICE_ENDED)


@CASE.on(a.HouseholdChanged)
def _household_changed(case: Case, fact: a.HouseholdChanged) -> Case:
    back = case.stage in (Stage.NOTICE, Stage.NOTICE_ENDED)
    return replace(
        case,
        stage=Stage.ACCEPTED if back else case.stage,
        members=fact.members,
        township=fact.township or case.township,
        inquiry=Inquiry(),  # of another household than the one surveyed
    )


@CASE.on(a.SubsidyGranted)
def _granted(case: Case, fact: a.SubsidyGranted) -> Case:
    return replace(
        _settle(case),
        stage=Stage.GRANTED,
        amounts=((fact.since, fact.amount_fen),),
        illustrative=fact.grounds.illustrative,
        next_month=fact.since,
    )


@CASE.on(a.Declined)
def _declined(case: Case, fact: a.Declined) -> Case:
    return replace(case, stage=Stage.DECLINED)


@CASE.on(a.Withdrawn)
def _withdrawn(case: Case, fact: a.Withdrawn) -> Case:
    return replace(case, stage=Stage.WITHDRAWN)


@CASE.on(a.MonthGranted)
def _month_granted(case: Case, fact: a.MonthGranted) -> Case:
    return replace(case, next_month=first_of_next_month(date.fromisoformat(f"{fact.month}-01")))


@CASE.on(a.ReviewOpened)
def _review_opened(case: Case, fact: a.ReviewOpened) -> Case:
    return replace(case, reviews=fact.number, review_open=True, inquiry=Inquiry())


@CASE.on(a.Reviewed)
def _reviewed(case: Case, fact: a.Reviewed) -> Case:
    return replace(_settle(case), review_open=False)


@CASE.on(a.Adjusted)
def _adjusted(case: Case, fact: a.Adjusted) -> Case:
    earlier = tuple(step for step in case.amounts if step[0] < fact.since)
    return replace(
        case,
        amounts=(*earlier, (fact.since, fact.amount_fen)),
        illustrative=fact.grounds.illustrative,
        settled=case.settled and replace(case.settled, members=len(fact.members)),
    )


@CASE.on(a.Exited)
def _exited(case: Case, fact: a.Exited) -> Case:
    return replace(case, stage=Stage.EXITED, exited=fact.since, next_month=None, review_open=False)


def _settle(case: Case) -> Case:
    """What was found out now stands behind the allowance; the next review begins with nothing."""
    means = case.inquired
    if means is None:
        return replace(case, inquiry=Inquiry())
    return replace(case, settled=Settled(means, len(case.members), case.township), inquiry=Inquiry())
