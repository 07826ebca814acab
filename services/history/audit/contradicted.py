"""Help that went on though departments' data contradict it: to somebody in prison, dead, above the limits of property, or not
as their means were told.

What contradicts which programme stands in the papers of the day on which it was granted, whichever service carries it. Held
against a mismatch are the grants recorded for days behind the day of its data, until the review that it asked for is over.
What that review found says whether property is above the limits, or income another: the data alone do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from events import assistance as a
from events import remedies as m
from events import verification as v
from services.history.audit.admission import covered
from services.history.audit.classing import SAID, weighed, when_known
from services.history.audit.finding import Finding, Progress, Window, finding
from services.history.audit.known import died
from services.history.audit.reading import Found, Log
from services.history.audit.reported import Reported, reported
from services.history.audit.rows import Papers, all_rows, papers_on
from services.history.audit.rule import PROPERTY
from services.history.audit.story import day_of
from services.history.audit.verdict import Check, Class, Outcome, Sort, broken
from services.history.sql import AT_ONCE
from services.history.words import Words, short
from services.policy.finding import Refused
from services.policy.keeping import Altered
from services.policy.paper import Contradiction, Paper
from services.verification.sources import SOURCES

CLASSES: Mapping[v.Source, Class] = {
    "prison": Class.JAILED, "death": Class.AFTER_DEATH, "vehicles": Class.OVER_PROPERTIED,
    "property": Class.OVER_PROPERTIED, "deposits": Class.OVER_PROPERTIED,
}  # fmt: skip
"""What else contradicts help says that means, or the household, are not as they were told: `NOT_ELIGIBLE`."""
OPEN = Words("；是否影响待遇，复核尚无结论", "; no review has said yet what follows from it")
SUMS = (a.SubsidyGranted, a.MonthGranted, a.InstalmentGranted, m.ArrearsGranted)
ACTS = frozenset(fact.TYPE for fact in (*SUMS, a.Assessed, a.Reviewed))
ONE_DAY = timedelta(days=1)
Part = tuple[Contradiction, Paper]


class Against:
    """What the papers hold against help, by programme and day; all that were ever published."""

    def __init__(self, log: Log) -> None:
        self._rows = all_rows(log)

    def of(self, act: Found, mismatch: v.MismatchFound) -> Part | None:
        """By which clause the data contradict this grant. What is on record stays sealed: that it fulfils a test is known
        from the clauses that it was held against when it was found."""
        on = day_of(act)
        try:
            papers = papers_on(self._rows, on)
            before = papers_on(self._rows, mismatch.on)
        except Altered:
            return None  # told where a decision rests on it
        tests = _tests(before, mismatch.on, mismatch.source, mismatch.papers)
        parts = _of_programme(papers, act.fact.programme, on)
        mine = (one for one in parts if one[0].source == mismatch.source)
        held = (one for one in mine if not mismatch.papers or not one[0].when or one[0].when in tests)
        return next(held, None)


@lru_cache(maxsize=2048)
def _of_programme(papers: Papers, programme: str, on: date) -> tuple[Part, ...]:
    try:
        return papers.rulebook.contradictions(programme, on)
    except Refused:
        return ()


@lru_cache(maxsize=2048)
def _tests(
    papers: Papers, on: date, source: v.Source, named: tuple[a.Paper, ...]
) -> tuple[Mapping[str, str], ...]:
    """The tests that a record fulfilled, by the clauses named with it."""
    clauses = {(one.number, one.clause) for one in named}
    parts = (part for one in papers.rulebook.programmes(on) for part in _of_programme(papers, one, on))
    return tuple(
        part.when
        for part, paper in parts
        if part.source == source and (paper.identity.number, part.clause) in clauses
    )


def findings(log: Log, window: Window, progress: Progress) -> Iterator[Finding]:
    found = log.of_types(frozenset({v.MismatchFound.TYPE}), None, window.moments[1])
    people = sorted({one.fact.person for one in found})
    against = Against(log)
    for start in range(0, len(people), AT_ONCE):
        progress(start, len(people))
        some = people[start : start + AT_ONCE]
        same = log.registrations(some)
        every = [id for person in some for id in same.get(person, (person,))]
        acts = log.about(every, ACTS)
        for one in reported(log, some):
            ids = frozenset(same.get(one.found.fact.person, (one.found.fact.person,)))
            by_case: dict[UUID, list[Found]] = defaultdict(list)
            for act in acts:
                # What somebody owns, or that they are away, counts for the family; help after death is for the dead.
                death = one.found.fact.source == "death"
                if ids & set(covered(act.fact) if death else act.fact.members):
                    by_case[act.recorded.envelope.stream].append(act)
            for own in by_case.values():
                yield from (told for told in _of_case(log, against, one, own) if window.covers(told.day))


def _of_case(log: Log, against: Against, one: Reported, own: Sequence[Found]) -> Iterator[Finding]:
    """`own`: what was decided of a case that covers the person, in the order of the log."""
    kind = CLASSES.get(one.found.fact.source, Class.NOT_ELIGIBLE)
    helped, assessed, review = list[Found](), None, None
    for act in own:
        if isinstance(act.fact, a.Assessed):
            assessed = act
        elif not isinstance(act.fact, a.Reviewed):
            helped += [act] if _for(act) > one.found.fact.as_of else []
        elif kind is not Class.AFTER_DEATH and one.known(log, log.decider(act)):
            review = act
            break
    settled = True
    if kind is Class.AFTER_DEATH:
        helped = [act for act in helped if _others_live(log, act)]
    elif kind is Class.JAILED:
        helped += [review] if review is not None and _goes_on(review) else []
    else:
        right = _found_right(kind, assessed, review)
        if right:
            return
        settled = right is not None
    for act in helped:
        part = against.of(act, one.found.fact)
        if part is not None:
            yield finding(act, _check(log, one, kind, part, act, settled))


def _found_right(kind: Class, assessed: Found | None, review: Found | None) -> bool | None:
    """Whether a review found the help right all the same; None where there is none, or it found nothing out."""
    if assessed is None or review is None or assessed.fact.review != review.fact.number:
        return None
    if kind is Class.OVER_PROPERTIED:
        said = next((one.value for one in assessed.fact.inputs if one.name == PROPERTY), None)
        return None if said is None else said == "true"
    return bool(review.fact.outcome == "unchanged")


def _for(act: Found) -> date:
    """The first day of what is granted."""
    fact = act.fact
    match fact:
        case a.MonthGranted():
            return date.fromisoformat(f"{fact.month}-01")
        case m.ArrearsGranted():
            return date.fromisoformat(f"{fact.months[-1].month}-01")
        case a.InstalmentGranted():
            due: date = fact.due
            return due
    return day_of(act)


def _others_live(log: Log, act: Found) -> bool:
    """A month of which somebody else lived; otherwise the payment tells, and of a grant its own reconstruction."""
    first, everything = _for(act) - ONE_DAY, log.everything()
    alive = (not died(log, everything, first, member) for member in covered(act.fact))
    return isinstance(act.fact, a.MonthGranted) and any(alive)


def _goes_on(review: Found) -> bool:
    return bool(review.fact.outcome == "unchanged" and review.fact.departs is None)


def _check(log: Log, one: Reported, kind: Class, part: Part, act: Found, settled: bool) -> Check:
    fact, sort = one.found.fact, when_known(log, act, lambda known: one.known(log, known))
    said, stands, still = SAID[sort], one.stands, Words("", "") if settled else OPEN
    source, day, who = SOURCES[fact.source].zh, fact.as_of.isoformat(), short(fact.person)
    contradiction, paper = part
    says = Words(
        _plain(contradiction.zh, "。", "（示例）"), _plain(contradiction.en, ".", " (Illustrative.)")
    )
    zh = f"{source}数据（截至{day}）：{who}{says.zh}，仍{_act(act).zh}：{said[0]}；{stands.zh}{still.zh}。"
    en = f"{fact.source} as of {day}, of {who}: {says.en}; and {_act(act).en}: {said[1]}; {stands.en}{still.en}."
    about = {"paper": paper.identity.number, "clause": contradiction.clause, "events": (one.found.id, act.id)}
    return _weighed(broken("departments-data", kind, zh, en, **about), sort, one.counts and settled)


def _plain(text: str, stop: str, mark: str) -> str:
    """What a paper says of it, as a part of a sentence."""
    return text.removesuffix(mark).removesuffix(stop)


def _weighed(check: Check, sort: Sort, fact: bool) -> Check:
    """What is disputed, or nobody has settled, is told as such."""
    return weighed(check, sort) if fact else check.model_copy(update={"sort": sort, "outcome": Outcome.OPEN})


def _act(act: Found) -> Words:
    match act.fact:
        case a.MonthGranted(month=month):
            return Words(f"核发{month}", f"{month} was granted")
        case a.Reviewed():
            return Words("复核后继续", "a review let it go on")
        case a.InstalmentGranted(number=number):
            return Words(f"核发第{number}期", f"part {number} was granted")
        case m.ArrearsGranted():
            return Words("补发", "arrears were granted")
    return Words("予以救助", "help was granted")
