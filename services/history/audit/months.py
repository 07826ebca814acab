"""The months of running cases held against what was decided: without a decision, another sum, one left out, two cases.

A month that was left out is judged up to the last day that the service has closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from uuid import UUID

from events import assistance as a
from events import casework as c
from events import registry as r
from events import remedies as m
from services.history.audit import admission
from services.history.audit.admission import covered
from services.history.audit.classing import knew, weighed
from services.history.audit.dues import end_of_month
from services.history.audit.finding import Finding, Progress, Window, finding
from services.history.audit.reading import Found, Log
from services.history.audit.rule import yuan
from services.history.audit.story import Story, ends_of, first_of_next_month, told
from services.history.audit.verdict import Check, Class, broken
from services.history.sql import AT_ONCE

OF_CASE = frozenset(
    fact.TYPE
    for fact in (
        a.TakenOver, a.SubsidyGranted, a.Adjusted, a.MonthGranted, c.MonthWithheld, a.Exited, m.ArrearsGranted,
        a.InstalmentsPlanned, a.InstalmentGranted,
    )
)  # fmt: skip
STARTS = frozenset({a.TakenOver.TYPE, a.SubsidyGranted.TYPE, a.MonthGranted.TYPE})
EXCLUSIVE = frozenset({"dibao", "tekun"})
"""Nobody has both in a month: a tekun person is not counted in a dibao household (三(一)2; 2012 办法 6, 2021 办法 7)."""


def findings(log: Log, window: Window, progress: Progress) -> Iterator[Finding]:
    started = log.of_types(STARTS, None, window.moments[1])
    cases = list(dict.fromkeys(one.recorded.envelope.stream for one in started))
    for start in range(0, len(cases), AT_ONCE):
        progress(start, len(cases))
        by_case: dict[UUID, list[Found]] = defaultdict(list)
        for one in log.about(cases[start : start + AT_ONCE], OF_CASE, own=True):
            by_case[one.recorded.envelope.stream].append(one)
        for own in by_case.values():
            yield from _of_case(log, own, window)
        months = [one for own in by_case.values() for one in own if isinstance(one.fact, a.MonthGranted)]
        yield from _double(log, [one for one in months if window.holds(one)])


# -- one case ----------------------------------------------------------------------------------------------


def _of_case(log: Log, own: list[Found], window: Window) -> Iterator[Finding]:
    story, settled, ended = Story(), set[str](), dict[UUID, date]()
    for one in own:
        if isinstance(one.fact, a.MonthGranted) and window.holds(one):
            yield from _as_decided(story, one, settled, min(ended.values(), default=date.max))
        if isinstance(one.fact, a.Exited):
            ended[one.id] = one.fact.since
        elif isinstance(one.fact, a.SubsidyGranted | a.Adjusted) and one.fact.replaces is not None:
            ended.pop(one.fact.replaces, None)  # an end that a review took back
        if isinstance(one.fact, a.MonthGranted | c.MonthWithheld):
            settled.add(one.fact.month)
        if isinstance(one.fact, m.ArrearsGranted):
            settled |= {owed.month for owed in one.fact.months}
        story = told(story, one)
    closed = log.closed(own[0].line.source)
    if closed is not None and story.amounts:
        yield from _left_out(own, story, settled, closed, window)
    yield from _parts(own, closed or date.min, window)


def _as_decided(story: Story, month: Found, settled: set[str], ends: date) -> Iterator[Finding]:
    """`settled`: months told of before; `ends`: nothing is due from here on, as far as was decided by then."""
    fact = month.fact
    first = date.fromisoformat(f"{fact.month}-01")
    decided = story.amount_in(first) if first < ends else None
    if fact.month in settled:
        zh, en = f"{fact.month}重复核发。", f"{fact.month} was granted before."
        yield finding(month, broken("month-once", Class.DOUBLE, zh, en))
    if decided is not None:
        for check in admission.check(fact, story.admitted_in(first), departs=False):
            if check.finding is not None:
                yield finding(month, check)
    if decided == fact.amount_fen:
        return
    if decided is None:
        zh, en = f"{fact.month}没有有效的确认决定。", f"No decision grants {fact.month}."
    else:
        zh = f"{fact.month}决定{yuan(decided)}元，核发{yuan(fact.amount_fen)}元。"
        en = f"{yuan(decided)} yuan are decided for {fact.month}, and {yuan(fact.amount_fen)} were granted."
    yield finding(month, broken("month-as-decided", Class.ALTERED_AMOUNT, zh, en))


def _left_out(
    own: list[Found], story: Story, settled: set[str], closed: date, window: Window
) -> Iterator[Finding]:
    grant = next(one for one in own if isinstance(one.fact, a.SubsidyGranted | a.TakenOver))
    ends = [one.fact.since for one in ends_of(own)]
    if isinstance(grant.fact, a.TakenOver):
        month = grant.fact.first_month
    elif grant.fact.period != "month" or not grant.fact.amount_fen:
        return
    else:
        ends += [grant.fact.until] if grant.fact.until is not None else []
        month = grant.fact.since.replace(day=1)
    while (last := end_of_month(month)) <= closed and all(month < end for end in ends):
        if f"{month:%Y-%m}" not in settled and window.covers(last):
            zh, en = f"{month:%Y-%m}应予核发，未核发。", f"{month:%Y-%m} is due, and was never granted."
            check = broken("month-left-out", Class.UNPAID, zh, en, events=(grant.id,))
            yield finding(grant, check, last)
        month = first_of_next_month(month)


def _parts(own: list[Found], closed: date, window: Window) -> Iterator[Finding]:
    """Of what was granted once: each part as it was planned, and none left out up to the last day closed. That the case was
    called completed excuses nothing."""
    plan = next((one for one in reversed(own) if isinstance(one.fact, a.InstalmentsPlanned)), None)
    if plan is None:
        return
    granted = {one.fact.number: one for one in own if isinstance(one.fact, a.InstalmentGranted)}
    ends = [one.fact.since for one in ends_of(own) if one.fact.reason != "completed"]
    for number, part in enumerate(plan.fact.instalments, 1):
        told, last = granted.get(number), end_of_month(part.due)
        if told is None:
            if last <= closed and window.covers(last) and all(part.due < end for end in ends):
                zh = f"第{number}期{yuan(part.amount_fen)}元应于{part.due.isoformat()}核发，未核发。"
                en = f"Part {number}, {yuan(part.amount_fen)} yuan, is due on {part.due}, and was never granted."
                check = broken("part-left-out", Class.UNPAID, zh, en, events=(plan.id,))
                yield finding(plan, check, last)
        elif told.fact.amount_fen != part.amount_fen and window.holds(told):
            zh = f"第{number}期决定{yuan(part.amount_fen)}元，核发{yuan(told.fact.amount_fen)}元。"
            en = f"{yuan(part.amount_fen)} yuan are decided for part {number}, and {yuan(told.fact.amount_fen)} were granted."
            yield finding(told, broken("part-as-decided", Class.ALTERED_AMOUNT, zh, en, events=(plan.id,)))


# -- one person in two cases ---------------------------------------------------------------------------------


def _double(log: Log, months: list[Found]) -> Iterator[Finding]:
    """Told of the later of two, once a person."""
    people = {member for one in months for member in covered(one.fact)}
    same = log.registrations(people)
    every = [id for person in people for id in same.get(person, (person,))]
    by_person: dict[tuple[UUID, str], list[Found]] = defaultdict(list)
    for one in log.about(every, frozenset({a.MonthGranted.TYPE})):
        for person in {same.get(member, (member,))[0] for member in covered(one.fact)}:
            by_person[person, one.fact.month].append(one)
    asked = {one.id for one in months}
    for (person, month), found in by_person.items():
        for before, later in _pairs(found):
            if later.id in asked:
                yield finding(later, _both(log, person, month, before, later, same.get(person, (person,))))


def _pairs(found: Iterable[Found]) -> Iterator[tuple[Found, Found]]:
    """Neighbours among grants that exclude each other, of different cases."""
    kinds: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        kinds["" if one.fact.programme in EXCLUSIVE else one.fact.programme].append(one)
    for some in kinds.values():
        yield from (pair for pair in pairwise(some) if pair[0].fact.case != pair[1].fact.case)


def _both(log: Log, person: UUID, month: str, before: Found, later: Found, ids: Iterable[UUID]) -> Check:
    zh = f"{str(person)[:8]}在{month}已由另一案（{str(before.fact.case)[:8]}）保障，重复核发。"
    en = f"{str(person)[:8]} was covered for {month} by case {str(before.fact.case)[:8]} already."
    check = broken("covered-once", Class.DOUBLE, zh, en, events=(before.id, later.id))
    if set(covered(before.fact)) & set(covered(later.fact)):
        return weighed(check, knew(log, later, before))
    merged = log.about(list(ids), frozenset({r.PeopleMerged.TYPE}))
    return weighed(check, knew(log, later, merged[-1]) if merged else "later")
