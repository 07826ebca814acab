"""The decisions on a granted case: months, reviews, what follows from changes at home, end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from events import assistance as a
from events.ids import PersonId
from services.chassis.refusal import Conflict, Refused
from services.living.days import (
    first_of_month,
    first_of_month_before,
    first_of_next_month,
    month_of,
    months_after,
)
from services.living.eligibility import assess as apply_rule
from services.living.model import Case, Stage
from services.living.papers import BY_NUMBER as PAPERS
from services.living.papers import LAW_2026
from services.living.procedures import REVIEW_MONTHS, REVIEW_MONTHS_UNSTABLE
from services.living.rules import Evidence, Facts, about, grounds, must_be_at, reason_to_depart
from services.living.standards import area_of, standard_on

Outcome = Literal["unchanged", "adjusted", "ended"]


@dataclass(frozen=True, slots=True)
class Home:
    """What the registry now says of the household. `gone`: why it can no longer be helped here."""

    members: tuple[PersonId, ...]
    township: str
    gone: Literal["", "death", "moved_away", "household_gone"] = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Why and since when; `cause` is the registry's event."""

    reason: str
    since: date
    cause: UUID | None = None


def grant_month(case: Case, *, today: date) -> Facts:
    """The next month, once it has begun; first a new standard, if one counts from that month on."""
    month = case.next_month
    if case.stage is not Stage.GRANTED or month is None or month > today:
        return ()
    new = _by_new_standard(case, month)
    amount = new.amount_fen if new else case.amount_in(month)
    illustrative = new.grounds.illustrative if new else case.illustrative
    granted = a.MonthGranted(
        **about(case), month=month_of(month), amount_fen=amount, illustrative=illustrative
    )
    return (new, granted) if new else (granted,)


def _by_new_standard(case: Case, month: date) -> a.Adjusted | None:
    """The sum by a standard that begins with `month`, for an allowance that was worked out by the rule.

    While a review is open, or where an officer has fixed another sum, a person decides instead.
    """
    settled = case.settled
    if settled is None or case.review_open:
        return None
    standard = standard_on(month, area_of(settled.township))
    before = first_of_month_before(month)
    by_rule = apply_rule(settled.members, settled.means, before, settled.township)
    if standard.since != month or case.amount_in(month) != by_rule.amount_fen:
        return None
    result = apply_rule(settled.members, settled.means, month, settled.township)
    if not result.eligible or result.amount_fen == by_rule.amount_fen:
        return None
    rows = ("standard_changed", result.reason)
    return a.Adjusted(
        **about(case),
        amount_fen=result.amount_fen,
        since=month,
        reason="standard_changed",
        grounds=grounds(case, "adjust", month, rows, illustrative=result.standard.illustrative),
    )


def open_review(case: Case, *, reason: str, cause: UUID | None = None) -> Facts:
    """Yearly or half-yearly (31), or because something became known. One at a time."""
    must_be_at(case, Stage.GRANTED)
    if case.review_open:
        raise Conflict("review-open", "已有复核正在进行。", "A review is already open.", field="case")
    return (a.ReviewOpened(**about(case), reason=reason, cause=cause, number=case.reviews + 1),)


def conclude_review(
    case: Case,
    evidence: Evidence,
    *,
    officer: UUID,
    today: date,
    outcome: Outcome | None = None,
    departs: str | None = None,
    heard: date | None = None,
) -> Facts:
    """What follows from the review: as assessed, or `unchanged` with a reason (31: no clear change)."""
    must_be_at(case, Stage.GRANTED)
    advice, means = case.inquiry.recommendation, case.inquired
    if not case.review_open or advice is None or means is None:
        raise Conflict("assessment-missing", "尚无复核意见。", "The review has no assessment.", field="case")
    since = first_of_next_month(today)
    current = case.amount_in(since)
    advised: Outcome = "ended"
    if advice.eligible:
        advised = "unchanged" if advice.amount_fen == current else "adjusted"
    decided = outcome or advised
    if decided not in (advised, "unchanged"):
        raise Refused(
            "outcome-without-assessment",
            "增发、减发、停发须以复核意见为依据。",
            f"The assessment says `{advised}`; a change rests on an assessment.",
            field="outcome",
        )
    reduced = decided == "ended" or (decided == "adjusted" and advice.amount_fen < current)
    _must_be_heard(reduced, heard, today)
    months = REVIEW_MONTHS_UNSTABLE if means.unstable else REVIEW_MONTHS
    reviewed = a.Reviewed(
        **about(case),
        outcome=decided,
        number=case.reviews,
        officer=officer,
        departs=reason_to_depart(case, decided != advised, departs),
        heard=heard,
        review_on=None if decided == "ended" else months_after(today, months),
    )
    if decided == "unchanged":
        return (reviewed,)
    reasons = grounds(
        case,
        "adjust" if decided == "adjusted" else "end",
        today,
        advice.grounds.rows,
        illustrative=advice.grounds.illustrative,
        assessment=evidence.assessment,
    )
    if decided == "ended":
        return (reviewed, *_end(case, "no_longer_eligible", since, today, reasons))
    return (
        reviewed,
        a.Adjusted(
            **about(case), amount_fen=advice.amount_fen, since=since, reason="review", grounds=reasons
        ),
    )


def _must_be_heard(reduced: bool, heard: date | None, today: date) -> None:
    """From 2026-07-01 nobody's aid is reduced or ended unheard (社会救助法 48)."""
    if heard is not None and heard > today:
        raise Refused("day-in-future", "日期不得晚于今天。", "The day lies in the future.", field="heard")
    if reduced and heard is None and PAPERS[LAW_2026].covers(today):
        raise Refused(
            "family-not-heard",
            "减发、停发前须听取救助对象意见（社会救助法第四十八条）。",
            "Hear the family before its allowance is reduced or ended, and say when.",
            field="heard",
        )


def request_exit(case: Case, *, today: date) -> Facts:
    """The family asks for the allowance to end, from the next month on."""
    must_be_at(case, Stage.GRANTED)
    since = first_of_next_month(today)
    return _end(case, "request", since, today, grounds(case, "end", today, ("request",), illustrative=False))


def follow(case: Case, home: Home, change: Change, *, today: date) -> Facts:
    """What a change at home, as the registry tells it, means for the case; nothing where nothing changed.

    An application goes back to the survey, or falls away. A granted case is reviewed; after a death the sum
    is worked out anew for those who remain, from the month after the death (2022-10 notice: within three
    months of it). Where that sum would be nothing, it runs on until the review decides: the income last
    found may have been that of the one who died.
    """
    if not case.running:
        return ()
    if home.gone:
        if case.stage is not Stage.GRANTED:
            return (a.Withdrawn(**about(case), reason=home.gone, on=today),)
        since = first_of_next_month(change.since)
        act: Literal["death", "end"] = "death" if home.gone == "death" else "end"
        reasons = grounds(case, act, today, (home.gone,), illustrative=False)
        return _end(case, home.gone, since, today, reasons, change.cause)
    joined = tuple(one for one in home.members if one not in case.members)
    left = tuple(one for one in case.members if one not in home.members)
    moved = home.township != case.township
    if not (joined or left or moved):
        return ()
    identity = about(case)
    identity["members"] = home.members
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
    if not case.review_open:
        number = case.reviews + 1
        facts.append(a.ReviewOpened(**identity, reason=change.reason, cause=change.cause, number=number))
    if change.reason == "death" and left and not joined:
        adjusted = _for_those_who_remain(case, home, change, today)
        if adjusted is not None:
            facts.append(adjusted)
    return tuple(facts)


def _for_those_who_remain(case: Case, home: Home, change: Change, today: date) -> a.Adjusted | None:
    settled, next_month = case.settled, case.next_month
    if settled is None or next_month is None:
        return None
    since = max(first_of_next_month(change.since), case.amounts[0][0])
    result = apply_rule(len(home.members), settled.means, max(since, next_month), settled.township)
    if not result.eligible or result.amount_fen == case.amount_in(since):
        return None
    identity = about(case)
    identity["members"] = home.members
    rows = ("death", result.reason)
    return a.Adjusted(
        **identity,
        amount_fen=result.amount_fen,
        since=since,
        reason="death",
        grounds=grounds(case, "death", today, rows, illustrative=result.standard.illustrative),
    )


def _end(
    case: Case, reason: str, since: date, today: date, reasons: a.Grounds, cause: UUID | None = None
) -> Facts:
    """What is still owed for months before `since`, then the end. Months granted too many stay in the log."""
    owed: list[a.CaseFact] = []
    month = case.next_month
    while month is not None and month < since and month <= first_of_month(today):
        owed.append(
            a.MonthGranted(
                **about(case),
                month=month_of(month),
                amount_fen=case.amount_in(month),
                illustrative=case.illustrative,
            )
        )
        month = first_of_next_month(month)
    return (*owed, a.Exited(**about(case), reason=reason, since=since, cause=cause, grounds=reasons))
