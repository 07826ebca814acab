"""A mismatch: found, disputed, the person heard, resolved once; and the correction of the data. Pure, then as taken.

It changes no benefit: the case's domain opens a review in which the person is heard (社会救助法 48). The same record of the
same person is the same mismatch, however often it is delivered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from events import assistance as a
from events import verification as v
from events.base import Recorded
from events.ids import FeedId, HouseholdId, MismatchId, PersonId, ServiceId
from events.sealed import Sealed
from services.chassis.clock import civil_date
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.service import Service, Shelf, id_of
from services.chassis.work import Work
from services.policy.keeping import working_days
from services.verification.limits import CORRECT
from services.verification.sources import SOURCES, Record

CORRECTION_DUE, TELL_DUE = "correction", "corrections-told"
Result = Literal["confirmed", "data_wrong", "known", "other_person"]
WRONG: frozenset[str] = frozenset({"data_wrong", "other_person"})
"""Results after which the department is asked to correct its data."""


class State(StrEnum):
    NONE = "none"
    FOUND = "found"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """`on`: the day on which it was found; `papers`: the clauses by which it contradicts help; `correct_by`: last day for
    the department's answer, while one is asked for."""

    state: State = State.NONE
    person: PersonId | None = None
    household: HouseholdId | None = None
    source: v.Source = "vehicles"
    as_of: date | None = None
    record: Sealed | None = None
    heard: date | None = None
    result: str = ""
    correct_by: date | None = None
    on: date | None = None
    papers: tuple[a.Paper, ...] = ()


MISMATCH: Fold[Mismatch] = Fold(Mismatch())


@MISMATCH.on(v.MismatchFound)
def _found(was: Mismatch, fact: v.MismatchFound) -> Mismatch:
    return Mismatch(
        State.FOUND, fact.person, fact.household, fact.source, fact.as_of, fact.record,
        on=fact.on, papers=fact.papers,
    )  # fmt: skip


@MISMATCH.on(v.MismatchDisputed)
def _disputed(was: Mismatch, fact: v.MismatchDisputed) -> Mismatch:
    return replace(was, state=State.DISPUTED)


@MISMATCH.on(v.MismatchHeard)
def _heard(was: Mismatch, fact: v.MismatchHeard) -> Mismatch:
    return replace(was, heard=fact.on)


@MISMATCH.on(v.MismatchResolved)
def _resolved(was: Mismatch, fact: v.MismatchResolved) -> Mismatch:
    return replace(was, state=State.RESOLVED, result=fact.result)


@MISMATCH.on(v.CorrectionAsked)
def _correction(was: Mismatch, fact: v.CorrectionAsked) -> Mismatch:
    return replace(was, correct_by=fact.correct_by)


@MISMATCH.on(v.CorrectionAnswered)
def _corrected(was: Mismatch, fact: v.CorrectionAnswered) -> Mismatch:
    return replace(was, correct_by=None)


# -- as taken ----------------------------------------------------------------------------------------------


def find(
    work: Work,
    person: PersonId,
    household: HouseholdId | None,
    source: v.Source,
    feed: FeedId,
    as_of: date,
    records: Sequence[Record],
    papers: Sequence[a.Paper] = (),
) -> bool:
    """Record what contradicts, and by which clauses; False where it is known already."""
    text = json.dumps(list(records), ensure_ascii=False, sort_keys=True)
    digest = work.around.keys.blind_index("mismatch", f"{person}|{source}|{text}")
    identifier = MismatchId.of(uuid5(NAMESPACE_URL, f"doudi:mismatch/{digest}"))
    if work.load(MISMATCH, identifier).state is not State.NONE:
        return False
    said: dict[str, Any] = {"mismatch": identifier, "person": person}
    work.record(
        identifier,
        v.MismatchFound(
            **said, household=household, source=source, feed=feed, as_of=as_of, record=Sealed.of(text, person),
            digest=digest, on=work.today, papers=tuple(papers),
        ),
    )  # fmt: skip
    work.record(
        identifier,
        v.ReviewAsked(household=household, people=(person,), reason="mismatch", mismatch=identifier),
    )
    return True


def mismatch_in(work: Work, identifier: MismatchId, open_still: bool = True) -> Mismatch:
    found = work.load(MISMATCH, identifier)
    if found.state is State.NONE:
        raise NotFound("没有该比对差异。", "There is no such mismatch.", field="mismatch")
    if open_still and found.state is State.RESOLVED:
        raise Conflict("mismatch-resolved", "该差异已处理。", "The mismatch is resolved.", field="mismatch")
    return found


def _about(identifier: MismatchId, found: Mismatch) -> dict[str, Any]:
    return {"mismatch": identifier, "person": found.person}


def dispute(work: Work, identifier: MismatchId, statement: str, officer: UUID) -> None:
    """The person says that the data are wrong."""
    found = mismatch_in(work, identifier)
    said = {**_about(identifier, found), "on": work.today, "officer": officer}
    work.record(identifier, v.MismatchDisputed(**said, statement=_said_by(found, statement)))


def hear(work: Work, identifier: MismatchId, statement: str | None, on: date, officer: UUID) -> None:
    found = mismatch_in(work, identifier)
    if on > work.today:
        raise Refused("day-in-future", "日期不得晚于今天。", "The day lies in the future.", field="on")
    said = {**_about(identifier, found), "on": on, "officer": officer}
    text = _said_by(found, statement) if statement else None
    work.record(identifier, v.MismatchHeard(**said, statement=text))


def _said_by(found: Mismatch, text: str) -> Sealed:
    assert found.person is not None, "a mismatch is somebody's"
    return Sealed.of(text, found.person)


def resolve(work: Work, identifier: MismatchId, result: Result, officer: UUID) -> None:
    """Once, and with the person heard; who has died cannot be."""
    found = mismatch_in(work, identifier)
    dead = found.source == "death" and result == "confirmed"
    if found.heard is None and not dead:
        raise Refused(
            "person-not-heard",
            "处理前须听取本人意见（社会救助法第四十八条）。",
            "Hear the person first, and say when.",
            field="mismatch",
        )
    about = _about(identifier, found)
    work.record(
        identifier,
        v.MismatchResolved(**about, result=result, heard=found.heard, on=work.today, officer=officer),
    )
    work.record(identifier, v.MismatchSettled(**about, household=found.household, on=work.today))
    if result in WRONG:
        by, provisional = working_days(work).after(work.today, CORRECT)
        work.record(
            identifier,
            v.CorrectionAsked(**about, source=found.source, correct_by=by, provisional=provisional),
        )


def answer_correction(work: Work, identifier: MismatchId, corrected: bool, officer: UUID) -> None:
    found = mismatch_in(work, identifier, open_still=False)
    if found.correct_by is None:
        raise Conflict(
            "nothing-asked", "没有待答复的校核申请。", "No correction is asked for.", field="mismatch"
        )
    said = {**_about(identifier, found), "on": work.today, "officer": officer}
    late = work.today > found.correct_by
    work.record(identifier, v.CorrectionAnswered(**said, corrected=corrected, late=late))


def keep_mismatches(service: Service) -> None:
    service.stream(MismatchId, MISMATCH)
    service.keep(v.CorrectionAsked)(_correction_due)
    service.keep(v.CorrectionAnswered, v.CorrectionOverdue)(_correction_over)
    service.keep(v.CorrectionsDue)(_told)
    service.due(CORRECTION_DUE)(not_corrected)
    service.due(TELL_DUE)(tell_departments)


def _correction_due(shelf: Shelf, fact: Recorded[v.CorrectionAsked]) -> None:
    told = fact.data
    shelf.remind(told.correct_by + timedelta(days=1), CORRECTION_DUE, told.mismatch)
    department, own = SOURCES[told.source].department.value, id_of(fact.envelope.source)
    count, first = shelf.get("to-tell", department) or (0, told.correct_by.isoformat())
    shelf.put("to-tell", department, [count + 1, min(first, told.correct_by.isoformat())])
    shelf.remind(civil_date(fact.envelope.recordedtime) + timedelta(days=1), TELL_DUE, own)


def _told(shelf: Shelf, fact: Recorded[v.CorrectionsDue]) -> None:
    shelf.drop("to-tell", fact.data.department)
    shelf.forget(TELL_DUE, id_of(fact.envelope.source))


def tell_departments(work: Work, own: ServiceId) -> None:
    """What was asked of each since the last time, as a number."""
    for department, (count, first) in work.facts("to-tell"):
        by = date.fromisoformat(first)
        work.record(
            own, v.CorrectionsDue(department=department, corrections=count, correct_by=by, on=work.today)
        )


def _correction_over(shelf: Shelf, fact: Recorded[v.CorrectionAnswered | v.CorrectionOverdue]) -> None:
    shelf.forget(CORRECTION_DUE, fact.data.mismatch)


def not_corrected(work: Work, identifier: MismatchId) -> None:
    found = work.load(MISMATCH, identifier)
    if found.correct_by is not None:
        said = {**_about(identifier, found), "correct_by": found.correct_by, "on": work.today}
        work.record(identifier, v.CorrectionOverdue(**said))
