"""The periodic comparison of recipients with what the departments delivered (V3): opened on its day, done in pieces.

Each piece is one transaction and says how far it went; whatever cut a comparison off, it goes on from there. Whom it finds is
heard; nothing is cut. People whose consent is not in date are left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from events import verification as v
from events.base import Recorded
from events.ids import ComparisonId, FeedId, HouseholdId, PersonId
from services.assistance.days import months_after
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.registry.keeping import ERASED, PERSON
from services.verification.consent import counts
from services.verification.contradicting import Contradicting
from services.verification.keeping import COMPARED
from services.verification.limits import EVERY_MONTHS
from services.verification.mismatch import find
from services.verification.records import Records
from services.verification.sharing import AGREEMENT, in_force
from services.verification.sources import Record

COMPARE = "compare"
PIECE = 1000


@dataclass(frozen=True, slots=True)
class Comparison:
    """`sums`: by source, how many were compared, hit, found."""

    opened: bool = False
    period: str = ""
    feeds: tuple[v.FeedUsed, ...] = ()
    upto: str = ""
    done: bool = False
    people: int = 0
    unconsented: int = 0
    sums: Mapping[v.Source, tuple[int, int, int]] = field(default_factory=dict)


COMPARISON: Fold[Comparison] = Fold(Comparison())


@COMPARISON.on(v.ComparisonOpened)
def _opened(was: Comparison, fact: v.ComparisonOpened) -> Comparison:
    return Comparison(True, fact.period, fact.feeds)


@COMPARISON.on(v.PieceCompared)
def _piece(was: Comparison, fact: v.PieceCompared) -> Comparison:
    sums = {**was.sums}
    for one in fact.counts:
        before = sums.get(one.source, (0, 0, 0))
        sums[one.source] = (before[0] + one.compared, before[1] + one.hits, before[2] + one.found)
    return replace(
        was, upto=fact.upto, people=was.people + fact.people, unconsented=was.unconsented + fact.unconsented,
        sums=sums,
    )  # fmt: skip


@COMPARISON.on(v.ComparisonDone)
def _done(was: Comparison, fact: v.ComparisonDone) -> Comparison:
    return replace(was, done=True)


def period_of(day: date, every_months: int) -> tuple[str, date]:
    """The quarter or half in which a day lies, and its first day."""
    number = (day.month - 1) // every_months
    letter = "Q" if every_months == 3 else "H"
    return f"{day.year}-{letter}{number + 1}", date(day.year, number * every_months + 1, 1)


def next_period(day: date, every_months: int) -> tuple[str, date]:
    return period_of(months_after(period_of(day, every_months)[1], every_months), every_months)


def comparison_of(period: str, number: int = 1) -> ComparisonId:
    return ComparisonId.of(uuid5(NAMESPACE_URL, f"doudi:comparison/{period}/{number}"))


# -- as taken ----------------------------------------------------------------------------------------------


def schedule(work: Work, every_months: Literal[3, 6], officer: UUID | None = None) -> None:
    """From the next quarter or half on; the comparison of the running one goes on."""
    period, _ = next_period(work.today, every_months)
    work.record(comparison_of(period), v.ComparisonScheduled(every_months=every_months, officer=officer))


def feeds_now(work: Work) -> tuple[v.FeedUsed, ...]:
    found = ((source, work.fact("feed", source)) for source in in_force(work))
    return tuple(
        v.FeedUsed(source=source, feed=FeedId(row["feed"]), as_of=date.fromisoformat(row["as_of"]))
        for source, row in found
        if row is not None
    )


def begin(work: Work, period: str, officer: UUID | None = None) -> ComparisonId:
    """One at a time. Beside the scheduled one others may be asked for; Conflict where nothing was delivered."""
    if work.fact("comparing", "now") is not None:
        raise Conflict(
            "comparison-running", "已有比对正在进行。", "A comparison is running.", field="comparison"
        )
    feeds = feeds_now(work)
    if not feeds:
        raise Conflict(
            "no-feeds", "尚无可比对的部门数据。", "No department's data are there.", field="comparison"
        )
    number = 1
    while work.load(COMPARISON, comparison_of(period, number)).opened:
        number += 1
    identifier = comparison_of(period, number)
    work.record(
        identifier,
        v.ComparisonOpened(
            comparison=identifier, period=period, number=number, feeds=feeds, on=work.today, officer=officer
        ),
    )
    return identifier


def go_on(work: Work, records: Records, identifier: ComparisonId, size: int = PIECE) -> bool:
    """Compare the next piece; whether any is left."""
    found = work.load(COMPARISON, identifier)
    if found.done:
        return False
    domain, _, after = (found.upto or f"{COMPARED[0]}:").partition(":")
    page = work.facts(f"recipient-{domain}", f"{after}~" if after else "", limit=size)
    last = len(page) < size and domain == COMPARED[-1]
    tally = _Tally()
    if page:
        upto = page[-1][0]
        consents = dict(work.facts("consent", page[0][0], f"{upto}~", limit=10**6))
        people = _helped(work, domain, [person for person, _ in page])
        tally.people = len(people)
        contradicting = Contradicting(work)
        held = [feed for feed in found.feeds if not records.lost(feed.feed)]
        for feed in held:
            delivered = records.between(feed.feed, after, upto)
            _compare(work, feed, delivered, people, consents, contradicting, tally)
        asked = {feed.source for feed in held}
        tally.unconsented = sum(
            not any(counts(consents.get(one), source, work.today) for source in asked) for one in people
        )
    place = f"{domain}:{page[-1][0]}" if page else found.upto
    if len(page) < size and not last:
        place = f"{COMPARED[COMPARED.index(domain) + 1]}:{UUID(int=0)}"
    work.record(
        identifier,
        v.PieceCompared(
            comparison=identifier, upto=place, done=last, people=tally.people, unconsented=tally.unconsented,
            counts=tally.counts(),
        ),
    )  # fmt: skip
    if last:
        _finish(work, identifier)
    return not last


@dataclass(frozen=True, slots=True)
class _Helped:
    """Where somebody lives by one of the cases, and the programmes of all."""

    household: str
    programmes: frozenset[str]


def _helped(work: Work, domain: str, people: Sequence[str]) -> dict[str, _Helped]:
    """Who is compared with this domain's recipients: the living, once, by whatever they are helped."""
    rows = {name: work.facts_of(f"recipient-{name}", people) for name in COMPARED}
    before = COMPARED[: COMPARED.index(domain)]
    known, erased = work.facts_of(PERSON, people), work.facts_of(ERASED, people)
    gone = {one for one, row in known.items() if row["died"] is not None or row["merged_into"] is not None}
    left_out = [*(rows[name] for name in before), gone, erased]
    found: dict[str, _Helped] = {}
    for person in people:
        if not any(person in one for one in left_out):
            cases = sorted(case for name in COMPARED for case in rows[name].get(person, {}).values())
            found[person] = _Helped(cases[0][0], frozenset(programme for _, programme in cases))
    return found


@dataclass
class _Tally:
    people: int = 0
    unconsented: int = 0
    compared: Counter[v.Source] = field(default_factory=Counter)
    hits: Counter[v.Source] = field(default_factory=Counter)
    found: Counter[v.Source] = field(default_factory=Counter)

    def counts(self) -> tuple[v.Count, ...]:
        return tuple(
            v.Count(
                source=source,
                compared=self.compared[source],
                hits=self.hits[source],
                found=self.found[source],
            )
            for source in sorted(self.compared)
        )


def _compare(
    work: Work,
    feed: v.FeedUsed,
    delivered: Mapping[str, list[Record]],
    people: Mapping[str, _Helped],
    consents: Mapping[str, Any],
    contradicting: Contradicting,
    tally: _Tally,
) -> None:
    agreement = in_force(work).get(feed.source)
    if agreement is None:
        return  # it ended meanwhile: nothing more is compared with it
    floor = work.load(AGREEMENT, agreement).floor_fen
    willing = {one for one in people if counts(consents.get(one), feed.source, work.today)}
    tally.compared[feed.source] += len(willing)
    for person in sorted(willing & delivered.keys()):
        helped = people[person]
        against, papers = contradicting.against(helped.programmes, feed.source, delivered[person], floor)
        if against:
            tally.hits[feed.source] += 1
            who, home = PersonId(person), HouseholdId(helped.household)
            tally.found[feed.source] += find(
                work, who, home, feed.source, feed.feed, feed.as_of, against, papers
            )


def _finish(work: Work, identifier: ComparisonId) -> None:
    found = work.load(COMPARISON, identifier)
    sums = tuple(
        v.Count(source=source, compared=compared, hits=hits, found=new)
        for source, (compared, hits, new) in sorted(found.sums.items())
    )
    work.record(
        identifier,
        v.ComparisonDone(
            comparison=identifier,
            people=found.people,
            unconsented=found.unconsented,
            counts=sums,
            on=work.today,
        ),
    )


# -- kept, and due ------------------------------------------------------------------------------------------


def keep_comparisons(service: Service) -> None:
    service.stream(ComparisonId, COMPARISON)
    service.keep(v.ShareGranted)(_first_schedule)
    service.keep(v.ComparisonScheduled)(_scheduled)
    service.keep(v.ComparisonOpened)(_running)
    service.keep(v.ComparisonSkipped)(_skipped)
    service.keep(v.ComparisonDone)(_over)
    service.due(COMPARE)(period_begins)


def _first_schedule(shelf: Shelf, fact: Recorded[v.ShareGranted]) -> None:
    """Once somebody delivers, recipients are compared, as often as the plan wants unless the district chooses."""
    if shelf.get("schedule", "now") is None:
        _plan(shelf, EVERY_MONTHS, fact.data.on)


def _scheduled(shelf: Shelf, fact: Recorded[v.ComparisonScheduled]) -> None:
    _plan(shelf, fact.data.every_months, fact.envelope.effective)


def _plan(shelf: Shelf, every_months: int, day: date) -> None:
    before = shelf.get("schedule", "now")
    if before is not None:
        shelf.forget(COMPARE, comparison_of(before["period"]))
    period, first = next_period(day, every_months)
    shelf.put("schedule", "now", {"every_months": every_months, "period": period})
    shelf.remind(first, COMPARE, comparison_of(period))


def _every_months(shelf: Shelf) -> int:
    return int((shelf.get("schedule", "now") or {"every_months": EVERY_MONTHS})["every_months"])


def _running(shelf: Shelf, fact: Recorded[v.ComparisonOpened]) -> None:
    shelf.put("comparing", "now", str(fact.data.comparison))
    if fact.data.officer is None:
        _plan(shelf, _every_months(shelf), fact.data.on)


def _skipped(shelf: Shelf, fact: Recorded[v.ComparisonSkipped]) -> None:
    _plan(shelf, _every_months(shelf), fact.data.on)


def _over(shelf: Shelf, fact: Recorded[v.ComparisonDone]) -> None:
    shelf.drop("comparing", "now")


def period_begins(work: Work, identifier: ComparisonId) -> None:
    """Its first day has come: it is opened, or on record why not."""
    period = str((work.fact("schedule", "now") or {})["period"])
    try:
        begin(work, period)
    except Conflict as why:
        reason: Any = "still_running" if why.slug == "comparison-running" else "no_data"
        work.record(
            identifier,
            v.ComparisonSkipped(comparison=identifier, period=period, reason=reason, on=work.today),
        )
