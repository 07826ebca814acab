"""How each fact moves a case on. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from events import assistance as a
from events import casework as c
from services.assistance.days import first_of_next_month
from services.assistance.inputs import Found, Paid
from services.assistance.model.state import (
    DRIVEN,
    REMEDY,
    Case,
    Inquiry,
    Recommendation,
    Settled,
    Stage,
    Suspension,
)
from services.chassis.folding import Fold

T = TypeVar("T")
CASE: Fold[Case] = Fold(Case())


@CASE.on(a.Applied)
def _applied(case: Case, fact: a.Applied) -> Case:
    return Case(
        stage=Stage.APPLIED,
        id=fact.case,
        programme=fact.programme,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        apart=fact.apart,
        unit=fact.unit,
        stated=fact.findings,
        applicant=fact.applicant,
        applied=fact.on,
    )


@CASE.on(a.TakenOver)
def _taken_over(case: Case, fact: a.TakenOver) -> Case:
    """Nothing was found out here: its sum stands as it was decided until its first review."""
    return Case(
        stage=Stage.GRANTED,
        id=fact.case,
        programme=fact.programme,
        household=fact.household,
        members=fact.members,
        township=fact.township,
        apart=bool(fact.admitted),
        unit=fact.unit,
        applicant=fact.addressee,
        applied=fact.since,
        accepted=fact.since,
        confirmed=fact.since,
        amounts=((fact.first_month, fact.amount_fen),),
        admissions=((fact.first_month, fact.admitted),),
        next_month=fact.first_month,
    )


@CASE.on(a.SupplementAsked)
def _supplement_asked(case: Case, fact: a.SupplementAsked) -> Case:
    return replace(case, missing=fact.missing)


@CASE.on(a.Accepted)
def _accepted(case: Case, fact: a.Accepted) -> Case:
    return replace(
        case,
        stage=Stage.ACCEPTED,
        accepted=fact.on,
        basis=fact.basis,
        procedure=fact.procedure,
        decide_by=fact.decide_by,
    )


@CASE.on(a.Surveyed)
def _surveyed(case: Case, fact: a.Surveyed) -> Case:
    # What was checked against an earlier survey is void, and so is every step taken on it.
    return replace(case, inquiry=Inquiry(survey=Found(fact.means, fact.findings)), steps=())


@CASE.on(a.Checked)
def _checked(case: Case, fact: a.Checked) -> Case:
    survey, means = case.inquiry.survey, fact.means
    if survey is not None and survey.unstable and means is not None and not means.unstable:
        means = means.model_copy(update={"unstable": True})  # a visit shows it, records need not
    return replace(case, inquiry=Inquiry(survey, Found(means, fact.findings), fact.consistent))


@CASE.on(a.StepTaken)
def _step_taken(case: Case, fact: a.StepTaken) -> Case:
    return replace(case, steps=(*case.steps, (fact.step, fact.on)))


@CASE.on(a.StepFound)
def _step_found(case: Case, fact: a.StepFound) -> Case:
    return replace(case, stated=Found(None, case.stated).then(Found(None, fact.findings)).findings)


@CASE.on(c.RegisteredApart)
def _registered_apart(case: Case, fact: c.RegisteredApart) -> Case:
    return replace(case, kin=tuple(dict.fromkeys((*case.kin, *fact.declarations))))


@CASE.on(c.StepDemanded)
def _step_demanded(case: Case, fact: c.StepDemanded) -> Case:
    return replace(case, demanded=tuple(dict.fromkeys((*case.demanded, fact.step))))


@CASE.on(a.Assessed)
def _assessed(case: Case, fact: a.Assessed) -> Case:
    local = tuple((told.name, told.value) for told in fact.inputs if told.local)
    recommendation = Recommendation(
        fact.eligible, fact.amount_fen, fact.reason, fact.route, local, fact.admitted
    )
    return replace(case, inquiry=replace(case.inquiry, recommendation=recommendation))


@CASE.on(a.NoticePosted)
def _notice_posted(case: Case, fact: a.NoticePosted) -> Case:
    return replace(case, stage=Stage.NOTICE, notice=fact.step, notice_until=fact.until)


@CASE.on(a.ObjectionLodged)
def _objection_lodged(case: Case, fact: a.ObjectionLodged) -> Case:
    return replace(case, stage=Stage.ACCEPTED, inquiry=Inquiry(), steps=())


@CASE.on(a.NoticeEnded)
def _notice_ended(case: Case, fact: a.NoticeEnded) -> Case:
    return replace(case, stage=Stage.NOTICE_ENDED, steps=(*case.steps, (fact.step, fact.on)))


@CASE.on(a.HouseholdChanged)
def _household_changed(case: Case, fact: a.HouseholdChanged) -> Case:
    back = case.stage in (Stage.NOTICE, Stage.NOTICE_ENDED)
    admissions = case.admissions
    if fact.admitted != case.admitted:
        admissions = _from(case.admissions, first_of_next_month(fact.since), fact.admitted)
    return replace(
        case,
        stage=Stage.ACCEPTED if back else case.stage,
        members=fact.members,
        admissions=admissions,
        township=fact.township or case.township,
        inquiry=Inquiry(),  # of another household than the one surveyed
        steps=(),
    )


@CASE.on(a.SubsidyGranted)
def _granted(case: Case, fact: a.SubsidyGranted) -> Case:
    # Of a decision that takes the place of another, what counted before its day counts still.
    amounts, admissions = (case.amounts, case.admissions) if fact.replaces else ((), ())
    return replace(
        _by_officer(
            _settle(case, by_rule=fact.departs is None),
            fact.replaces is not None and fact.departs is not None,
        ),
        stage=Stage.GRANTED,
        decided=fact,
        confirmed=fact.confirmed,
        amounts=_from(amounts, fact.since, fact.amount_fen),
        admissions=_from(admissions, fact.since, fact.admitted),
        illustrative=fact.grounds.illustrative,
        next_month=(fact.next_month or fact.since) if fact.period == "month" else None,
        until=fact.until,
        exited=None,
        once=fact.amount_fen if fact.period == "once" and fact.amount_fen else None,
        remedies=replace(case.remedies, remaking=None),
    )


@CASE.on(a.InstalmentsPlanned)
def _instalments_planned(case: Case, fact: a.InstalmentsPlanned) -> Case:
    return replace(case, instalments=fact.instalments)


@CASE.on(a.InstalmentGranted)
def _instalment_granted(case: Case, fact: a.InstalmentGranted) -> Case:
    return replace(case, instalments_paid=fact.number)


@CASE.on(a.Declined)
def _declined(case: Case, fact: a.Declined) -> Case:
    remedies = replace(case.remedies, remaking=None)
    return replace(case, stage=Stage.DECLINED, decided=fact, remedies=remedies)


@CASE.on(a.Withdrawn)
def _withdrawn(case: Case, fact: a.Withdrawn) -> Case:
    return replace(case, stage=Stage.WITHDRAWN)


@CASE.on(a.MonthGranted)
def _month_granted(case: Case, fact: a.MonthGranted) -> Case:
    settled = case.settled
    if settled is not None and settled.by_rule and settled.route != fact.route:
        settled = replace(settled, route=fact.route, heard=False)  # what the family was heard about is past
    return replace(
        case,
        next_month=first_of_next_month(date.fromisoformat(f"{fact.month}-01")),
        paid=(*case.paid, Paid(fact.month, fact.amount_fen, fact.route)),
        settled=settled,
    )


@CASE.on(c.MonthWithheld)
def _month_withheld(case: Case, fact: c.MonthWithheld) -> Case:
    return replace(
        case,
        next_month=first_of_next_month(date.fromisoformat(f"{fact.month}-01")),
        remedies=replace(case.remedies, withheld=(*case.remedies.withheld, fact.month)),
    )


@CASE.on(c.Suspended)
def _suspended(case: Case, fact: c.Suspended) -> Case:
    suspension = Suspension(fact.reason, fact.since, fact.until)
    return replace(case, suspensions=(*case.suspensions, suspension))


@CASE.on(c.Resumed)
def _resumed(case: Case, fact: c.Resumed) -> Case:
    *before, last = case.suspensions
    kept = () if last.since >= fact.since else (replace(last, until=fact.since - timedelta(days=1)),)
    return replace(case, suspensions=(*before, *kept))


@CASE.on(c.WorkOffered)
def _work_offered(case: Case, fact: c.WorkOffered) -> Case:
    return replace(case, offers=(*case.offers, (fact.offer, fact.person)))


@CASE.on(c.WorkAnswered)
def _work_answered(case: Case, fact: c.WorkAnswered) -> Case:
    others = tuple(one for one in case.refusals if one[0] != fact.person)
    refusals = (*others, (fact.person, fact.running)) if fact.running else others
    offers = tuple(one for one in case.offers if one[0] != fact.offer)
    return replace(case, offers=offers, refusals=refusals)


@CASE.on(a.ReviewOpened)
def _review_opened(case: Case, fact: a.ReviewOpened) -> Case:
    return replace(case, reviews=fact.number, review_open=True, inquiry=Inquiry())


@CASE.on(a.Reviewed)
def _reviewed(case: Case, fact: a.Reviewed) -> Case:
    by_rule = fact.outcome != "unchanged" or fact.departs is None
    before = case.settled is not None and case.settled.route == "taper" and case.settled.heard
    return replace(
        _settle(case, by_rule=by_rule, heard=before or fact.heard is not None),
        review_open=False,
        remedies=replace(case.remedies, remaking=None),
    )


@CASE.on(a.Adjusted)
def _adjusted(case: Case, fact: a.Adjusted) -> Case:
    standing = {since for since, _ in case.amounts} - case.driven if fact.replaces is not None else set()
    later = {since for since in standing if since > fact.since}  # decided for that day by itself
    driven = case.driven - {fact.since} | ({fact.since} if fact.reason in DRIVEN else set())
    settled = case.settled and replace(case.settled, found=case.settled.found.of_members(fact.members))
    return replace(
        _by_officer(replace(case, settled=settled), fact.reason == REMEDY and not later),
        decided=fact,
        amounts=_from(case.amounts, fact.since, fact.amount_fen, later),
        admissions=_from(case.admissions, fact.since, fact.admitted, later),
        illustrative=fact.grounds.illustrative,
        driven=driven,
    )


@CASE.on(a.Exited)
def _exited(case: Case, fact: a.Exited) -> Case:
    return replace(
        case, stage=Stage.EXITED, decided=fact, exited=fact.since, next_month=None, review_open=False
    )


def _from(
    steps: tuple[tuple[date, T], ...], since: date, what: T, later: Collection[date] = ()
) -> tuple[tuple[date, T], ...]:
    """`what` counts from a day on, what counted before until then; of what was to begin behind it only `later` stays."""
    before = tuple(step for step in steps if step[0] < since)
    return (*before, (since, what), *(step for step in steps if step[0] in later))


def _settle(case: Case, *, by_rule: bool, heard: bool = False) -> Case:
    """What was found out now stands behind the allowance; the next review begins with nothing."""
    found, advice = case.inquired, case.inquiry.recommendation
    if found is None or advice is None:
        return replace(case, inquiry=Inquiry())
    settled = Settled(found, case.township, advice.local, advice.route, by_rule, heard)
    return replace(case, settled=settled, inquiry=Inquiry())


def _by_officer(case: Case, fixed: bool) -> Case:
    """A sum that somebody fixed stands; no month's rule moves it before the next review."""
    if not fixed or case.settled is None:
        return case
    return replace(case, settled=replace(case.settled, by_rule=False))
