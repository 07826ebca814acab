"""The decisions on a granted case: reviews, what follows from changes at home, end. Pure. Months: `months`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from events import assistance as a
from events.ids import PersonId
from services.assistance.countable import must_be_in_date
from services.assistance.days import first_of_month, first_of_next_month, month_of, months_after
from services.assistance.model import Admitted, Case, Settled, Stage
from services.assistance.published import Published
from services.assistance.rules import (
    Evidence,
    Facts,
    about,
    about_those,
    grounds,
    must_be_at,
    reason_to_depart,
)
from services.assistance.ruling import Ruling, rule_on
from services.chassis.refusal import Conflict, Refused

Outcome = Literal["unchanged", "adjusted", "ended"]
LEAVES = ("death", "tekun")
"""Changes by which somebody is certainly counted no longer: the sum of those who remain is worked out at once."""
OF_DATA = frozenset({"mismatch", "late_report"})
"""Reviews that rest on departments' data."""


@dataclass(frozen=True, slots=True)
class Home:
    """What the registry now says of the household. `gone`: why it can no longer be helped here. `nowhere`: of a person
    who has left one and joined no other yet."""

    members: tuple[PersonId, ...]
    township: str
    gone: Literal["", "death", "moved_away", "household_gone", "tekun"] = ""
    nowhere: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Why and since when; `cause` is the registry's event. `person`: who a duplicate is, where one was merged."""

    reason: str
    since: date
    cause: UUID | None = None
    person: PersonId | None = None


def whom(case: Case, ruling: Ruling) -> Admitted:
    """Whom a ruling admits; who is phased out is who was admitted."""
    return case.admitted if ruling.route == "taper" else ruling.admitted


def leaves_out(case: Case, before: Admitted, after: Admitted) -> bool:
    """Whether any of those admitted before is not so any more."""
    return not case.covering(before) <= case.covering(after)


def month_as_decided(case: Case, month: date) -> a.MonthGranted:
    """A month as it was last decided."""
    return a.MonthGranted(
        **about_those(case, case.admitted_in(month)),
        month=month_of(month),
        amount_fen=case.amount_in(month),
        illustrative=case.illustrative,
        route=case.route,
    )


def ruling_of(case: Case, by: Published, settled: Settled, month: date) -> Ruling | None:
    """None where no rule can decide on the month: then a person has to."""
    try:
        return rule_on(by.rule(month), case.told(settled.found, settled.township, settled.local, month))
    except Refused:
        return None


def may_reduce(by: Published, day: date, heard: bool) -> bool:
    """From 2026-07-01 nobody's aid is reduced or ended unheard (社会救助法 48): the day's procedure says so."""
    return heard or not by.hears(day)


def open_review(case: Case, *, reason: str, cause: UUID | None = None) -> Facts:
    """Yearly or half-yearly (31), or because something became known. One at a time."""
    must_be_at(case, Stage.GRANTED)
    if case.review_open:
        raise Conflict("review-open", "已有复核正在进行。", "A review is already open.", field="case")
    return (a.ReviewOpened(**about(case), reason=reason, cause=cause, number=case.reviews + 1),)


def conclude_review(
    case: Case,
    by: Published,
    evidence: Evidence,
    *,
    officer: UUID,
    acting: a.Acting | None = None,
    today: date,
    outcome: Outcome | None = None,
    departs: str | None = None,
    heard: date | None = None,
) -> Facts:
    """What follows from the review: as assessed, or `unchanged` with a reason (31: no clear change)."""
    must_be_at(case, Stage.GRANTED)
    advice, found = case.inquiry.recommendation, case.inquired
    if not case.review_open or advice is None or found is None:
        raise Conflict("assessment-missing", "尚无复核意见。", "The review has no assessment.", field="case")
    must_be_in_date(found, today)
    since = first_of_next_month(today)
    current = case.amount_in(since)
    # By the rule of this day: a paper may have lapsed since the assessment.
    ruling = rule_on(by.rule(today), case.told(found, case.township, advice.local, since))
    tapers = ruling.route == "taper" and case.route != "taper"
    advised: Outcome = "ended"
    admitted = whom(case, ruling)
    if ruling.eligible:
        same = ruling.amount_fen == current and case.covering(admitted) == case.covering(case.admitted)
        advised = "unchanged" if same and not tapers else "adjusted"
    decided = outcome or advised
    if decided not in (advised, "unchanged"):
        raise Refused(
            "outcome-without-assessment",
            "增发、减发、停发须以复核意见为依据。",
            f"The assessment says `{advised}`; a change rests on an assessment.",
            field="outcome",
        )
    # Whoever is phased out is told so when it begins: at its end nobody asks again.
    less = tapers or ruling.amount_fen < current or leaves_out(case, case.admitted, admitted)
    reduced = decided == "ended" or (decided == "adjusted" and less)
    must_be_heard(by, reduced, heard, today, case.review_of in OF_DATA)
    months = by.proceeding("", today).review_months(found.unstable)
    reviewed = a.Reviewed(
        **about(case),
        outcome=decided,
        number=case.reviews,
        officer=officer,
        acting=acting,
        departs=reason_to_depart(case, decided != advised, departs),
        heard=heard,
        review_on=None if decided == "ended" else months_after(today, months),
    )
    if decided == "unchanged":
        return (reviewed,)
    reasons = grounds(
        case,
        by,
        "adjust" if decided == "adjusted" else "end",
        today,
        (ruling.row,),
        ruling=ruling,
        assessment=evidence.assessment,
    )
    if decided == "ended":
        return (reviewed, *end(case, "no_longer_eligible", since, today, reasons))
    remaking = case.remedies.remaking
    if (
        remaking is not None and not reduced
    ):  # of a decision revoked: the family is put as if it had been right
        since = remaking.since
    return (
        reviewed,
        a.Adjusted(
            **about_those(case, admitted),
            amount_fen=ruling.amount_fen,
            since=since,
            reason="taper" if tapers else "review",
            grounds=reasons,
            replaces=None if remaking is None else remaking.decision,
        ),
    )


def must_be_heard(
    by: Published, reduced: bool, heard: date | None, today: date, of_data: bool = False
) -> None:
    """Refuses what reduces or ends somebody's aid unheard: once the law of 2026 holds, and from the beginning where a review
    rests on departments' data (`of_data`), which may be wrong or about somebody else (四(三))."""
    if heard is not None and heard > today:
        raise Refused("day-in-future", "日期不得晚于今天。", "The day lies in the future.", field="heard")
    if reduced and (not may_reduce(by, today, heard is not None) or (of_data and heard is None)):
        raise Refused(
            "family-not-heard",
            "减发、停发前须听取救助对象意见（社会救助法第四十八条）。",
            "Hear the family before its allowance is reduced or ended, and say when.",
            field="heard",
        )


def request_exit(case: Case, by: Published, *, today: date) -> Facts:
    """The family asks for the allowance to end, from the next month on."""
    must_be_at(case, Stage.GRANTED)
    since = first_of_next_month(today)
    return end(case, "request", since, today, grounds(case, by, "end", today, ("request",)))


def follow(case: Case, by: Published, home: Home, change: Change, *, today: date) -> Facts:
    """What a change at home, as the registry tells it, means for the case; nothing where nothing changed.

    An application goes back to the survey, or falls away. A granted case is reviewed; after a death the sum
    is worked out anew for those who remain, from the month after the death (2022-10 notice: within three
    months of it). Where that sum would be nothing, it runs on until the review decides: the income last
    found may have been that of the one who died. Where only some were admitted and none of these is left, it ends.
    Whoever lives nowhere for the time is still the person whose case it is: it goes on and is reviewed.
    """
    if not case.running:
        return ()
    if home.nowhere:
        monthly = case.stage is Stage.GRANTED and case.next_month is not None
        if not monthly or case.review_open:
            return ()
        return open_review(case, reason=change.reason, cause=change.cause)
    if home.gone:
        if case.stage is not Stage.GRANTED:
            return (a.Withdrawn(**about(case), reason=home.gone, on=today),)
        since = first_of_next_month(change.since)
        act: Literal["death", "end"] = "death" if home.gone == "death" else "end"
        reasons = grounds(case, by, act, today, (home.gone,))
        return end(case, home.gone, since, today, reasons, change.cause)
    joined = tuple(one for one in home.members if one not in case.members)
    left = tuple(one for one in case.members if one not in home.members)
    moved = home.township != case.township
    if not (joined or left or moved):
        return ()
    admitted = _still_admitted(case, home, change)
    if case.stage is Stage.GRANTED and case.admitted and not admitted:
        reason = change.reason if change.reason in LEAVES else "member_left"
        act = "death" if reason == "death" else "end"
        reasons = grounds(case, by, act, today, (reason,))
        return end(case, reason, first_of_next_month(change.since), today, reasons, change.cause)
    identity = about_those(replace(case, members=home.members), admitted)
    changed = a.HouseholdChanged(
        **identity,
        joined=joined,
        left=left,
        township=home.township if moved else None,
        reason=change.reason,
        since=change.since,
        cause=change.cause,
    )
    if case.stage is not Stage.GRANTED:
        return (changed,)
    facts: list[a.CaseFact] = [changed]
    if case.instalments:  # approved once: nothing of it is looked at again
        return (changed,)
    if not case.review_open:
        number = case.reviews + 1
        facts.append(a.ReviewOpened(**identity, reason=change.reason, cause=change.cause, number=number))
    if change.reason in LEAVES and left and not joined:
        adjusted = _for_those_who_remain(case, by, home, admitted, change, today)
        if adjusted is not None:
            facts.append(adjusted)
    return tuple(facts)


def _still_admitted(case: Case, home: Home, change: Change) -> Admitted:
    """Of those admitted who is at home; a duplicate is the person."""
    same = {
        one: change.person for one in case.admitted if one not in home.members and change.person is not None
    }
    return tuple(dict.fromkeys(one for of in case.admitted if (one := same.get(of, of)) in home.members))


def _for_those_who_remain(
    case: Case, by: Published, home: Home, admitted: Admitted, change: Change, today: date
) -> a.Adjusted | None:
    """By what was found of each of them; what the one who died earned is gone."""
    settled, next_month = case.settled, case.next_month
    if settled is None or next_month is None:
        return None
    found = settled.found.of_members(home.members)
    if found.means is not None and len(found.means.members) != len(home.members):
        return None
    since = max(first_of_next_month(change.since), case.amounts[0][0])
    ruling = ruling_of(case, by, replace(settled, found=found), max(since, next_month))
    if ruling is None or not ruling.eligible:
        return None
    admits = admitted if ruling.route == "taper" else ruling.admitted
    if ruling.amount_fen == case.amount_in(since) and admits == admitted:
        return None
    return a.Adjusted(
        **about_those(replace(case, members=home.members), admits),
        amount_fen=ruling.amount_fen,
        since=since,
        reason=change.reason,
        grounds=grounds(
            case,
            by,
            "death" if change.reason == "death" else "adjust",
            today,
            (change.reason, ruling.row),
            ruling=ruling,
        ),
    )


def end(
    case: Case, reason: str, since: date, today: date, reasons: a.Grounds, cause: UUID | None = None
) -> Facts:
    """What is still owed for months before `since`, then the end. Months granted too many stay in the log."""
    owed: list[a.CaseFact] = []
    month = case.next_month
    while month is not None and month < since and month <= first_of_month(today):
        if case.suspended_in(month) is None:
            owed.append(month_as_decided(case, month))
        month = first_of_next_month(month)
    return (*owed, a.Exited(**about(case), reason=reason, since=since, cause=cause, grounds=reasons))
