"""Who was left waiting: qualifies by the registry's data and is neither helped nor listed, is listed and not
followed, or applied and was never answered.

Judged by the services that compare the data (they record `GapListMade`), up to the last day that they have closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import get_args
from uuid import UUID

from events import assistance as a
from events import registry as r
from services.history.audit.classing import knew_by, weighed
from services.history.audit.dues import end_of_month
from services.history.audit.finding import Finding, Progress, Window, finding
from services.history.audit.reading import Found, Log
from services.history.audit.story import day_of, first_of_next_month
from services.history.audit.verdict import Class, Sort, broken
from services.history.sql import AT_ONCE

BASES = frozenset(get_args(a.GapBasis))
YEAR = timedelta(days=365)
"""So long somebody who was refused, or taken off the list with a reason, is not listed again (illustrative)."""
OF_PERSON = frozenset(
    fact.TYPE
    for fact in (
        a.Applied, a.Declined, a.Withdrawn, a.Exited, a.GapDetected, a.GapClosed, r.Died, r.CategoryEnded,
        r.HouseholdMovedAway, r.Exited,
    )
)  # fmt: skip
ANSWERS = frozenset(fact.TYPE for fact in (a.SubsidyGranted, a.Declined, a.Withdrawn, a.ObjectionLodged))


def findings(log: Log, window: Window, progress: Progress) -> Iterator[Finding]:
    listers = {one.line.source for one in log.of_types(frozenset({a.GapListMade.TYPE}))}
    for lister in sorted(listers):
        closed = log.closed(lister)
        if closed is not None:
            yield from _not_listed(log, window, progress, lister, closed)
            yield from _not_followed(log, window, lister, closed)
    yield from _not_answered(log, window)


def month_after(day: date) -> date:
    """The list is made of a month's end: by then somebody is helped or on it (monthly: illustrative)."""
    return end_of_month(first_of_next_month(day))


# -- by the data -------------------------------------------------------------------------------------------


def _not_listed(log: Log, window: Window, progress: Progress, lister: str, closed: date) -> Iterator[Finding]:
    """Of days before the lister's own log nothing is said: whom it helped then the log does not tell."""
    begun = log.began(lister)
    qualify = [one for one in log.of_types(frozenset({r.Categorised.TYPE})) if one.fact.category in BASES]
    for start in range(0, len(qualify), AT_ONCE):
        progress(start, len(qualify))
        some = qualify[start : start + AT_ONCE]
        same = log.registrations(one.fact.person for one in some)
        for one in some:
            ids = same.get(one.fact.person, (one.fact.person,))
            facts = log.about(ids, OF_PERSON)
            recorded = day_of(one)
            first, last = month_after(one.fact.since), month_after(max(recorded, one.fact.since))
            if last < closed and window.covers(last) and not _seen_to(facts, last, one):
                yield _missed(one, knew_by(log, lister, last, one), last)
            elif begun <= first < recorded and window.covers(first) and not _seen_to(facts, first, one):
                yield _missed(one, "later", first)


def _seen_to(facts: Sequence[Found], by: date, basis: Found) -> bool:
    """Whether by that day somebody was helped, listed, refused within a year, or did not qualify any more."""
    running: set[UUID] = set()
    told: date | None = None
    for one in facts:
        day = _counts_from(one)
        if day > by:
            continue
        match one.fact:
            case a.Applied():
                running.add(one.fact.case)
            case a.Withdrawn():
                running.discard(one.fact.case)
            case a.Declined() | a.Exited():
                running.discard(one.fact.case)
                told = day
            case a.GapDetected() | a.GapClosed():
                told = day
            case r.Died() | r.HouseholdMovedAway() | r.Exited():
                return True
            case r.CategoryEnded() if one.fact.category == basis.fact.category and day >= day_of(basis):
                return True
    return bool(running) or (told is not None and by - told < YEAR)


def _counts_from(one: Found) -> date:
    """The list of a month's end is made in the days behind it."""
    day = day_of(one)
    if not isinstance(one.fact, a.GapDetected):
        return day
    end = end_of_month(date.fromisoformat(f"{one.fact.month}-01"))
    return end if end < day <= month_after(end) else day


def _missed(one: Found, sort: Sort, last: date) -> Finding:
    who = str(one.fact.person)[:8]
    zh = f"{who}自{one.fact.since.isoformat()}属{one.fact.category}，至{last.isoformat()}未获保障，也未列入清单。"
    en = f"{who} is {one.fact.category} since {one.fact.since}; by {last} neither helped nor on the list."
    return finding(one, weighed(broken("seen-to", Class.MISSED, zh, en), sort), last)


def _not_followed(log: Log, window: Window, lister: str, closed: date) -> Iterator[Finding]:
    """On the list, and nothing came of it by the end of the month after."""
    ended = {one.fact.gap for one in log.of_types(frozenset({a.GapClosed.TYPE}))}
    for one in log.of_types(frozenset({a.GapDetected.TYPE})):
        last = month_after(one.fact.on)
        if one.line.source != lister or one.fact.gap in ended or last >= closed or not window.covers(last):
            continue
        who = str(one.fact.person)[:8]
        zh = f"{who}于{one.fact.on.isoformat()}列入清单，至{last.isoformat()}未申请也未销号。"
        en = f"{who} is on the list since {one.fact.on}; by {last} neither applied nor taken off with a reason."
        yield finding(one, broken("gap-followed", Class.MISSED, zh, en), last)


# -- by an application -------------------------------------------------------------------------------------


def _not_answered(log: Log, window: Window) -> Iterator[Finding]:
    """An application whose last day passed without any decision. After an objection the limit runs anew."""
    limited = [one for one in log.of_types(frozenset({a.Accepted.TYPE})) if one.fact.decide_by is not None]
    for start in range(0, len(limited), AT_ONCE):
        some = limited[start : start + AT_ONCE]
        streams = [one.recorded.envelope.stream for one in some]
        answered = {one.recorded.envelope.stream for one in log.about(streams, ANSWERS, own=True)}
        for one in some:
            last, closed = one.fact.decide_by, log.closed(one.line.source)
            if one.recorded.envelope.stream in answered or one.fact.provisional or closed is None:
                continue
            if last < closed and window.covers(last):
                zh = f"应在{last.isoformat()}前作出决定，未作出。"
                en = f"It was to be decided by {last}, and was not."
                yield finding(one, broken("decided", Class.LATE, zh, en), last)
