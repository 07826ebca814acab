"""A case as of a day: how far it has come, whom it covers, how much from when, which months were granted."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from events import assistance as a
from services.history.asof.placing import Placed, Told
from services.history.asof.shape import Shape

BEFORE_DECISION = ("applied", "accepted", "notice", "notice_ended")
RUNNING = frozenset({*BEFORE_DECISION, "granted"})


@dataclass(frozen=True, slots=True)
class Amount:
    """So much a month, in fen, from a day on; `until`: the day from which another sum or none counts;
    `decision`: the event that says so."""

    since: date
    until: date | None
    amount_fen: int
    decision: UUID


class Decided(NamedTuple):
    since: date
    amount_fen: int
    decision: UUID
    told: Told
    replaces: bool = False


DRIVEN = frozenset({"standard_changed", "rule_changed"})
"""Why a sum is another that only followed the rule."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month granted, in fen, and the township that the case was in then: the first, where it counts from a day
    before the application (a subsidy owed from the first of its month)."""

    month: str
    amount_fen: int
    illustrative: bool
    township: str


@dataclass(frozen=True, slots=True)
class CaseState:
    """`stage`: applied, accepted, notice, notice_ended, granted, declined, withdrawn, exited. `basis`: number of
    the procedure; `papers`: those that the last decision cites, by number and digest. `admitted`: of the members those whom the
    help is for, as last decided; empty: all, or nothing is decided."""

    id: UUID
    stage: str = ""
    service: str = ""
    programme: str = ""
    household: UUID | None = None
    members: tuple[UUID, ...] = ()
    admitted: tuple[UUID, ...] = ()
    township: str = ""
    applied: date | None = None
    accepted: date | None = None
    basis: str = ""
    papers: tuple[a.Paper, ...] = ()
    notice_until: date | None = None
    review_open: bool = False
    illustrative: bool = False
    paid: tuple[Month, ...] = ()
    ended: date | None = None
    reason: str = ""
    amounts: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class Case(CaseState):
    """While it is folded; `stage` is empty before the first."""

    decided: tuple[Decided, ...] = ()
    stage_told: Told | None = None


CASE: Shape[Case] = Shape()


def _at(case: Case, stage: str, placed: Placed) -> Case:
    """The stage that was told last stands: a grant may count from a day before the application."""
    if case.stage_told is not None and placed.told < case.stage_told:
        return case
    return replace(case, stage=stage, stage_told=placed.told)


def _about(case: Case, fact: a.CaseFact, placed: Placed) -> Case:
    service = placed.told[1].rpartition("/")[2]
    return replace(case, programme=fact.programme, household=fact.household, service=service)


def _in(case: Case, township: str) -> Case:
    if case.township:
        return replace(case, township=township)
    return replace(
        case, township=township, paid=tuple(replace(month, township=township) for month in case.paid)
    )


@CASE.on(a.Applied)
def _applied(case: Case, fact: a.Applied, placed: Placed) -> Case:
    case = _at(_about(case, fact, placed), "applied", placed)
    return replace(_in(case, fact.township), members=fact.members, applied=fact.on)


@CASE.on(a.TakenOver)
def _taken_over(case: Case, fact: a.TakenOver, placed: Placed) -> Case:
    """Decided before the log, by the document that it names."""
    case = _at(_about(case, fact, placed), "granted", placed)
    counts = Decided(fact.since, fact.amount_fen, placed.id, placed.told)
    return replace(
        _in(case, fact.township),
        members=fact.members,
        admitted=fact.admitted,
        applied=fact.since,
        basis=fact.basis,
        decided=(counts,),
    )


@CASE.on(a.Accepted)
def _accepted(case: Case, fact: a.Accepted, placed: Placed) -> Case:
    return replace(_at(_about(case, fact, placed), "accepted", placed), accepted=fact.on, basis=fact.basis)


@CASE.on(a.NoticePosted)
def _notice(case: Case, fact: a.NoticePosted, placed: Placed) -> Case:
    return replace(_at(_about(case, fact, placed), "notice", placed), notice_until=fact.until)


@CASE.on(a.ObjectionLodged)
def _objection(case: Case, fact: a.ObjectionLodged, placed: Placed) -> Case:
    return _at(case, "accepted", placed)


@CASE.on(a.NoticeEnded)
def _notice_ended(case: Case, fact: a.NoticeEnded, placed: Placed) -> Case:
    return _at(case, "notice_ended", placed)


@CASE.on(a.HouseholdChanged)
def _changed(case: Case, fact: a.HouseholdChanged, placed: Placed) -> Case:
    case = _about(case, fact, placed)
    if case.stage in ("notice", "notice_ended"):  # another household than the one surveyed: surveyed again
        case = _at(case, "accepted", placed)
    return replace(_in(case, fact.township or case.township), members=fact.members, admitted=fact.admitted)


@CASE.on(a.SubsidyGranted)
def _granted(case: Case, fact: a.SubsidyGranted, placed: Placed) -> Case:
    case = _at(_about(case, fact, placed), "granted", placed)
    if fact.replaces is not None:  # a refusal or an end that another decision took the place of
        case = replace(case, ended=None, reason="")
    return _amount(case, fact, placed)


@CASE.on(a.Adjusted)
def _adjusted(case: Case, fact: a.Adjusted, placed: Placed) -> Case:
    return _amount(_about(case, fact, placed), fact, placed)


def _amount(case: Case, fact: a.SubsidyGranted | a.Adjusted, placed: Placed) -> Case:
    before = case.decided
    if before and before[-1].told > placed.told and not _stands_by_itself(before[-1], fact):
        return case  # decided later, and from an earlier day on: it stands for the days after as well
    if before and before[-1].since == fact.since:
        before = before[:-1]
    return replace(
        case,
        decided=(
            *before,
            Decided(fact.since, fact.amount_fen, placed.id, placed.told, fact.replaces is not None),
        ),
        admitted=fact.admitted,
        papers=fact.grounds.papers,
        illustrative=fact.grounds.illustrative,
    )


def _stands_by_itself(earlier: Decided, fact: a.SubsidyGranted | a.Adjusted) -> bool:
    """What was decided for a later day by itself stands beside one that takes the place of an earlier decision."""
    return earlier.replaces and isinstance(fact, a.Adjusted) and fact.reason not in DRIVEN


@CASE.on(a.Declined)
def _declined(case: Case, fact: a.Declined, placed: Placed) -> Case:
    case = _at(_about(case, fact, placed), "declined", placed)
    return replace(case, reason=fact.reason, papers=fact.grounds.papers, ended=fact.on)


@CASE.on(a.Withdrawn)
def _withdrawn(case: Case, fact: a.Withdrawn, placed: Placed) -> Case:
    case = _at(_about(case, fact, placed), "withdrawn", placed)
    return replace(case, reason=fact.reason, ended=fact.on)


@CASE.on(a.Exited)
def _exited(case: Case, fact: a.Exited, placed: Placed) -> Case:
    case = _at(_about(case, fact, placed), "exited", placed)
    return replace(case, reason=fact.reason, papers=fact.grounds.papers, ended=fact.since, review_open=False)


@CASE.on(a.MonthGranted)
def _month(case: Case, fact: a.MonthGranted, placed: Placed) -> Case:
    month = Month(fact.month, fact.amount_fen, fact.illustrative, case.township)
    return replace(_about(case, fact, placed), paid=(*case.paid, month))


@CASE.on(a.ReviewOpened)
def _review_opened(case: Case, fact: a.ReviewOpened, placed: Placed) -> Case:
    return replace(case, review_open=True)


@CASE.on(a.Reviewed)
def _reviewed(case: Case, fact: a.Reviewed, placed: Placed) -> Case:
    return replace(case, review_open=False)


def shown(case: Case) -> CaseState:
    """The case with its sums from–to; once it has exited, so has the last of them."""
    end = case.ended if case.stage == "exited" else None
    steps = [one for one in case.decided if end is None or one.since < end]
    ends = [*(one.since for one in steps[1:]), end]
    amounts = tuple(
        Amount(one.since, until, one.amount_fen, one.decision)
        for one, until in zip(steps, ends, strict=False)
    )
    values = {one.name: getattr(case, one.name) for one in fields(CaseState)}
    return CaseState(**{**values, "amounts": amounts})
