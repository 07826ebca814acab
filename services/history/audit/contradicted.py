"""Help that went on though departments' data contradict it: to somebody in prison, dead, or above the limits of property.

Held against a mismatch are the grants and months recorded for days behind the day of its data, until the review that it
asked for is over. What that review found says whether property is above the limits: the data alone do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from events import verification as v
from services.chassis.service import name_of
from services.history.audit.admission import covered
from services.history.audit.classing import SAID, weighed, when_known
from services.history.audit.finding import Finding, Window, finding
from services.history.audit.known import died
from services.history.audit.reading import Found, Log
from services.history.audit.reported import Reported, reported
from services.history.audit.rule import PROPERTY
from services.history.audit.story import day_of
from services.history.audit.verdict import Check, Class, Outcome, Sort, broken
from services.history.sql import AT_ONCE
from services.history.words import Words, short
from services.verification.keeping import CHECKED
from services.verification.sources import SOURCES

CLASSES: dict[v.Source, Class] = {
    "prison": Class.JAILED, "death": Class.AFTER_DEATH, "vehicles": Class.OVER_PROPERTIED,
    "property": Class.OVER_PROPERTIED, "deposits": Class.OVER_PROPERTIED,
}  # fmt: skip
SAYS = {
    Class.JAILED: Words("在服刑（不计入共同生活的家庭成员）", "is in prison, and not of the household"),
    Class.AFTER_DEATH: Words("已死亡", "has died"),
    Class.OVER_PROPERTIED: Words("的财产超出规定", "owns more than the rule allows"),
}
OPEN = Words("；是否超出规定，复核尚无结论", "; no review has said yet whether it is above the limits")
ACTS = frozenset(fact.TYPE for fact in (a.SubsidyGranted, a.MonthGranted, a.Assessed, a.Reviewed))
ONE_DAY = timedelta(days=1)


def findings(log: Log, window: Window) -> Iterator[Finding]:
    found = log.of_types(frozenset({v.MismatchFound.TYPE}), None, window.moments[1])
    people = sorted({one.fact.person for one in found if one.fact.source in CLASSES})
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        same = log.registrations(some)
        every = [id for person in some for id in same.get(person, (person,))]
        acts = [one for one in log.about(every, ACTS) if name_of(one.line.source) in CHECKED]
        for one in reported(log, some, CLASSES):
            ids = frozenset(same.get(one.found.fact.person, (one.found.fact.person,)))
            by_case: dict[UUID, list[Found]] = defaultdict(list)
            for act in acts:
                # What somebody owns, or that they are away, counts for the family; help after death is for the dead.
                death = one.found.fact.source == "death"
                if ids & set(covered(act.fact) if death else act.fact.members):
                    by_case[act.recorded.envelope.stream].append(act)
            for own in by_case.values():
                yield from (told for told in _of_case(log, one, own) if window.covers(told.day))


def _of_case(log: Log, one: Reported, own: Sequence[Found]) -> Iterator[Finding]:
    """`own`: what was decided of a case that covers the person, in the order of the log."""
    kind, helped, assessed, review = CLASSES[one.found.fact.source], list[Found](), None, None
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
        within = _within(assessed, review)
        if within == "true":
            return
        settled = within == "false"
    yield from (finding(act, _check(log, one, kind, act, settled)) for act in helped)


def _within(assessed: Found | None, review: Found | None) -> str | None:
    """Whether a review found the property within the limits; None where there is none, or it found nothing out."""
    if assessed is None or review is None or assessed.fact.review != review.fact.number:
        return None
    return next((said.value for said in assessed.fact.inputs if said.name == PROPERTY), None)


def _for(act: Found) -> date:
    """The first day of what is granted."""
    return date.fromisoformat(f"{act.fact.month}-01") if isinstance(act.fact, a.MonthGranted) else day_of(act)


def _others_live(log: Log, act: Found) -> bool:
    """A month of which somebody else lived; otherwise the payment tells, and of a grant its own reconstruction."""
    first, everything = _for(act) - ONE_DAY, log.everything()
    alive = (not died(log, everything, first, member) for member in covered(act.fact))
    return isinstance(act.fact, a.MonthGranted) and any(alive)


def _goes_on(review: Found) -> bool:
    return bool(review.fact.outcome == "unchanged" and review.fact.departs is None)


def _check(log: Log, one: Reported, kind: Class, act: Found, settled: bool) -> Check:
    fact, sort = one.found.fact, when_known(log, act, lambda known: one.known(log, known))
    who, says, said, stands = short(fact.person), SAYS[kind], SAID[sort], one.stands
    still = Words("", "") if settled else OPEN
    source, day = SOURCES[fact.source].zh, fact.as_of.isoformat()
    zh = f"{source}数据（截至{day}）：{who}{says.zh}，仍{_act(act).zh}：{said[0]}；{stands.zh}{still.zh}。"
    en = f"{fact.source} as of {day}: {who} {says.en}, and {_act(act).en}: {said[1]}; {stands.en}{still.en}."
    check = broken("departments-data", kind, zh, en, clause="四(三)", events=(one.found.id, act.id))
    return _weighed(check, sort, one.counts and settled)


def _weighed(check: Check, sort: Sort, fact: bool) -> Check:
    """What is disputed, or nobody has settled, is told as such."""
    return weighed(check, sort) if fact else check.model_copy(update={"sort": sort, "outcome": Outcome.OPEN})


def _act(act: Found) -> Words:
    if isinstance(act.fact, a.MonthGranted):
        return Words(f"核发{act.fact.month}", f"{act.fact.month} was granted")
    if isinstance(act.fact, a.Reviewed):
        return Words("复核后继续", "a review let it go on")
    return Words("予以救助", "help was granted")
