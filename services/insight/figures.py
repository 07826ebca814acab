"""The folds: what each fact adds to the figures. Pure, and the same under Kafka and in the embedded host.

A step is registered for a type of fact and says about whom it is; it is then run on the shard of each, and
may read and write there only what belongs to that id. So it does not matter in which order two sources are
read, and every shard can be told by itself what it has missed. A fact that comes to be later (a duty that
falls due, a referral that comes back) is one function more, here or in a file of its own.

Only facts open to all are counted: this reader has no key to the restricted ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import UUID

from events import assistance as a
from events import registry as r
from events import remedies as m
from events.base import Envelope, Event
from events.service import Discarded, Parked, Resumed
from services.insight.shard import CaseRow, PersonRow, Shard, Where
from services.insight.words import department_of

E = TypeVar("E", bound=Event)
About = Callable[[Envelope, Any], Iterable[UUID]]
Step = Callable[[Shard, UUID, Envelope, Any], None]

STEPS: dict[str, list[tuple[About, Step]]] = {}
"""By type (`assistance.Applied`): about whom, and what it changes in the shard of each."""

_CIVIL = timezone(timedelta(hours=8))


def counted(fact: type[E], about: About) -> Callable[[Step], Step]:
    """Register a step for a type of fact; `about` gives the ids whose shards it changes."""
    if fact.RESTRICTED:
        raise TypeError(f"{fact.TYPE} is restricted: no figure can read it")

    def register(step: Step) -> Step:
        STEPS.setdefault(fact.TYPE, []).append((about, step))
        return step

    return register


def by_case(e: Envelope, fact: a.CaseFact) -> tuple[UUID, ...]:
    return (fact.case,)


def by_members(e: Envelope, fact: Any) -> tuple[UUID, ...]:
    return tuple(fact.members)


def by_covered(e: Envelope, fact: a.CaseFact) -> tuple[UUID, ...]:
    return tuple(fact.covered)


def by_person(e: Envelope, fact: Any) -> tuple[UUID, ...]:
    return (fact.person,)


def by_service(e: Envelope, fact: Event) -> tuple[UUID, ...]:
    return (e.stream,)


def day_of(e: Envelope) -> date:
    """The day on which it happened, in the office's time: windows run on this, never on the day of reading."""
    moment: datetime = e.time
    return moment.astimezone(_CIVIL).date()


# -- a case, step by step ---------------------------------------------------------------------------------


@counted(a.Applied, by_case)
def applied(shard: Shard, key: UUID, e: Envelope, fact: a.Applied) -> None:
    row = CaseRow(fact.programme, department_of(e.source), fact.township)
    shard.cases[key.hex] = row
    shard.count("applications", row.where, day_of(e))
    shard.stand("under_way", row.where)


@counted(a.Accepted, by_case)
def accepted(shard: Shard, key: UUID, e: Envelope, fact: a.Accepted) -> None:
    row = _row(shard, key, e, fact)
    row.stage, row.decide_by = "accepted", fact.decide_by
    shard.count("accepted", row.where, day_of(e))


@counted(a.NoticePosted, by_case)
def notice_posted(shard: Shard, key: UUID, e: Envelope, fact: a.NoticePosted) -> None:
    shard.count("notices", _row(shard, key, e, fact).where, day_of(e))


@counted(a.SubsidyGranted, by_case)
def granted(shard: Shard, key: UUID, e: Envelope, fact: a.SubsidyGranted) -> None:
    row = _row(shard, key, e, fact)
    if row.stage == "granted":  # confirmed anew: one case, one grant
        shard.stand("commitment_fen", row.where, fact.amount_fen - row.amount_fen)
        row.amount_fen = fact.amount_fen
        return
    shard.count("granted", row.where, day_of(e))
    _decided(shard, row, e, fact.confirmed)
    row.stage, row.amount_fen = "granted", fact.amount_fen
    _stands(shard, row, 1)


@counted(a.TakenOver, by_case)
def taken_over(shard: Shard, key: UUID, e: Envelope, fact: a.TakenOver) -> None:
    """Neither an application nor a grant of these days: it only stands."""
    row = CaseRow(fact.programme, department_of(e.source), fact.township, "granted", None, fact.amount_fen)
    shard.cases[key.hex] = row
    _stands(shard, row, 1)


@counted(m.CourtRuled, by_case)
@counted(m.ReviewDecided, by_case)
def reopened(shard: Shard, key: UUID, e: Envelope, fact: m.ReviewDecided | m.CourtRuled) -> None:
    """A case that was over goes on: with a refusal that is decided anew, or with what is granted in its place."""
    if key.hex in shard.cases or fact.outcome not in m.CHANGES:
        return
    stage = "over" if fact.remake_since is None else "accepted"
    shard.cases[key.hex] = row = CaseRow(fact.programme, department_of(e.source), fact.township, stage)
    if stage == "accepted":
        shard.stand("under_way", row.where)


@counted(a.Declined, by_case)
def declined(shard: Shard, key: UUID, e: Envelope, fact: a.Declined) -> None:
    row = _row(shard, key, e, fact)
    shard.count("declined", row.where, day_of(e))
    _decided(shard, row, e, fact.on)
    _close(shard, key, row)


@counted(a.Withdrawn, by_case)
def withdrawn(shard: Shard, key: UUID, e: Envelope, fact: a.Withdrawn) -> None:
    row = _row(shard, key, e, fact)
    shard.count("withdrawn", row.where, day_of(e))
    if row.stage != "granted":
        shard.stand("under_way", row.where, -1)
    _close(shard, key, row)


@counted(a.MonthGranted, by_case)
def month_granted(shard: Shard, key: UUID, e: Envelope, fact: a.MonthGranted) -> None:
    """Spend belongs to the month paid; in a window to the day on which it fell due."""
    where = _row(shard, key, e, fact).where
    shard.count("payments", where, day_of(e), month=fact.month)
    shard.count("spend_fen", where, day_of(e), fact.amount_fen, month=fact.month)
    if fact.illustrative:
        shard.count("illustrative_fen", where, day_of(e), fact.amount_fen, month=fact.month)


@counted(a.Adjusted, by_case)
def adjusted(shard: Shard, key: UUID, e: Envelope, fact: a.Adjusted) -> None:
    row = _row(shard, key, e, fact)
    shard.count("adjusted", row.where, day_of(e))
    if row.stage == "granted":
        shard.stand("commitment_fen", row.where, fact.amount_fen - row.amount_fen)
        row.amount_fen = fact.amount_fen
    _still_over(shard, key)


@counted(m.RecoveryWaived, by_case)
def waived(shard: Shard, key: UUID, e: Envelope, fact: m.RecoveryWaived) -> None:
    _still_over(shard, key)


def _still_over(shard: Shard, key: UUID) -> None:
    """What a review changed of a case that is over does not make it go on."""
    row = shard.cases.get(key.hex)
    if row is not None and row.stage == "over":
        del shard.cases[key.hex]


@counted(a.Exited, by_case)
def ended(shard: Shard, key: UUID, e: Envelope, fact: a.Exited) -> None:
    row = _row(shard, key, e, fact)
    shard.count("ended", row.where, day_of(e))
    if row.stage == "granted":
        _stands(shard, row, -1)
    else:
        shard.stand("under_way", row.where, -1)
    _close(shard, key, row)


@counted(a.ReviewOpened, by_case)
def review_opened(shard: Shard, key: UUID, e: Envelope, fact: a.ReviewOpened) -> None:
    row = _row(shard, key, e, fact)
    shard.count("reviews_opened", row.where, day_of(e))
    _review(shard, row, True)


@counted(a.Reviewed, by_case)
def reviewed(shard: Shard, key: UUID, e: Envelope, fact: a.Reviewed) -> None:
    row = _row(shard, key, e, fact)
    shard.count("reviewed", row.where, day_of(e))
    _review(shard, row, False)


@counted(a.HouseholdChanged, by_case)
def household_changed(shard: Shard, key: UUID, e: Envelope, fact: a.HouseholdChanged) -> None:
    """What stands moves with the household; what happened stays counted where it happened."""
    row = shard.cases.get(key.hex)
    if row is None or fact.township is None or fact.township == row.township:
        return
    _all_that_stands(shard, row, -1)
    row.township = fact.township
    _all_that_stands(shard, row, 1)


def _row(shard: Shard, key: UUID, e: Envelope, fact: a.CaseFact) -> CaseRow:
    """The case's row. One that is told of after its end is counted without a township, and not kept."""
    return shard.cases.get(key.hex) or CaseRow(fact.programme, department_of(e.source), "", "over")


def _decided(shard: Shard, row: CaseRow, e: Envelope, on: date) -> None:
    if row.stage in ("applied", "accepted"):
        shard.stand("under_way", row.where, -1)
    if row.decide_by is not None:
        shard.count("on_time" if on <= row.decide_by else "late", row.where, day_of(e))


def _stands(shard: Shard, row: CaseRow, sign: int) -> None:
    shard.stand("active", row.where, sign)
    shard.stand("commitment_fen", row.where, sign * row.amount_fen)


def _review(shard: Shard, row: CaseRow, is_open: bool) -> None:
    if row.review_open != is_open and row.stage != "over":
        shard.stand("reviews_open", row.where, 1 if is_open else -1)
        row.review_open = is_open


def _all_that_stands(shard: Shard, row: CaseRow, sign: int) -> None:
    if row.stage == "granted":
        _stands(shard, row, sign)
    else:
        shard.stand("under_way", row.where, sign)
    if row.review_open:
        shard.stand("reviews_open", row.where, sign)


def _close(shard: Shard, key: UUID, row: CaseRow) -> None:
    _review(shard, row, False)
    shard.cases.pop(key.hex, None)


# -- coverage: who is enrolled, and who of them a case supports ----------------------------------------------


@counted(r.Enrolled, by_person)
def enrolled(shard: Shard, key: UUID, e: Envelope, fact: r.Enrolled) -> None:
    _cover(shard, key, township=fact.township, enrolled=True)


@counted(r.Exited, by_person)
def no_longer_enrolled(shard: Shard, key: UUID, e: Envelope, fact: r.Exited) -> None:
    _cover(shard, key, township="", enrolled=False)


@counted(r.HouseholdMoved, by_members)
def moved(shard: Shard, key: UUID, e: Envelope, fact: r.HouseholdMoved) -> None:
    if key.hex in shard.people:
        _cover(shard, key, township=fact.township)


@counted(r.HouseholdCorrected, by_members)
def corrected(shard: Shard, key: UUID, e: Envelope, fact: r.HouseholdCorrected) -> None:
    if fact.township is not None and key.hex in shard.people:
        _cover(shard, key, township=fact.township)


@counted(a.SubsidyGranted, by_covered)
@counted(a.TakenOver, by_covered)
def supported(shard: Shard, key: UUID, e: Envelope, fact: a.SubsidyGranted | a.TakenOver) -> None:
    if fact.programme in a.BASIC_LIVING:
        _cover(shard, key, joins=fact.case.hex)


@counted(a.Exited, by_members)
def no_longer_supported(shard: Shard, key: UUID, e: Envelope, fact: a.Exited) -> None:
    _cover(shard, key, leaves=fact.case.hex)


def _who_changed(e: Envelope, fact: a.HouseholdChanged) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys((*fact.joined, *fact.left)))


@counted(a.HouseholdChanged, _who_changed)
def left_the_case(shard: Shard, key: UUID, e: Envelope, fact: a.HouseholdChanged) -> None:
    """Who joins is supported from the `Adjusted` on that takes them in."""
    if key in fact.left:
        _cover(shard, key, leaves=fact.case.hex)


@counted(a.Adjusted, by_members)
def supported_from_now_on(shard: Shard, key: UUID, e: Envelope, fact: a.Adjusted) -> None:
    if key not in fact.covered:
        _cover(shard, key, leaves=fact.case.hex)
    elif fact.programme in a.BASIC_LIVING:
        _cover(shard, key, joins=fact.case.hex)


def _cover(
    shard: Shard,
    key: UUID,
    *,
    township: str | None = None,
    enrolled: bool | None = None,
    joins: str = "",
    leaves: str = "",
) -> None:
    """Change a person's row, and what of it stands. Township and enrolment are the registry's, cases a domain's."""
    row = shard.people.get(key.hex)
    if row is None:
        row = PersonRow(cases=[])
    _covers(shard, row, -1)
    if township is not None:
        row.township = township
    if enrolled is not None:
        row.enrolled = enrolled
    row.cases = sorted({*row.cases, joins} - {leaves, ""})
    _covers(shard, row, 1)
    if row.enrolled or row.cases:
        shard.people[key.hex] = row
    else:
        shard.people.pop(key.hex, None)


def _covers(shard: Shard, row: PersonRow, sign: int) -> None:
    if row.enrolled:
        where = Where(row.township, "", "")
        shard.stand("enrolled", where, sign)
        if row.cases:
            shard.stand("covered", where, sign)


# -- letters ------------------------------------------------------------------------------------------------


@counted(Parked, by_service)
def parked(shard: Shard, key: UUID, e: Envelope, fact: Parked) -> None:
    _letter(shard, e, "letters_parked", 1)


@counted(Resumed, by_service)
def resumed(shard: Shard, key: UUID, e: Envelope, fact: Resumed) -> None:
    _letter(shard, e, "letters_resumed", -1)


@counted(Discarded, by_service)
def discarded(shard: Shard, key: UUID, e: Envelope, fact: Discarded) -> None:
    _letter(shard, e, "letters_discarded", -1)


def _letter(shard: Shard, e: Envelope, measure: str, waiting: int) -> None:
    where = Where("", "", e.source.rpartition("/")[2])
    shard.count(measure, where, day_of(e))
    shard.stand("letters_waiting", where, waiting)
