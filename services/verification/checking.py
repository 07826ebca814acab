"""The check of a case's people with the departments: owed, asked, answered, closed (V1). Pure, then as taken.

A request names the case, the household as it was, and people who consent. An answer names its request; one that comes when
the request is closed, the household another or the consent over is recorded as not used and asks for a review.

Of means every source is asked, and whoever decides looks at the answers. Of other help only the sources that the papers of its
programme name; what then contradicts it asks for a hearing as in the comparison: a case that opened by itself has nobody
else to look at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from events import assistance as a
from events import verification as v
from events.base import Recorded
from events.ids import AgreementId, CaseId, CheckId, FeedId, HouseholdId, PersonId
from events.sealed import Sealed
from services.assistance.entitlement import OF_DATA
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.service import Service, Shelf, id_of, name_of
from services.chassis.work import Work
from services.policy.keeping import working_days
from services.registry.keeping import household_of
from services.verification import mismatch
from services.verification.consent import consents, missing
from services.verification.contradicting import Contradicting
from services.verification.keeping import CHECKED
from services.verification.limits import ANSWER_CHECK, STALE_DAYS, START_CHECK
from services.verification.sharing import AGREEMENT, in_force
from services.verification.sources import Record

START_DUE, ANSWER_DUE = "check-start", "check-answer"


class State(StrEnum):
    NONE = "none"
    OWED = "owed"
    ASKED = "asked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Check:
    """`version`: of the household as asked about; `open`: sources that have not answered; `only`: no others
    may be asked, where there are any."""

    state: State = State.NONE
    case: CaseId | None = None
    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = ()
    version: int = 0
    open: tuple[v.Source, ...] = ()
    due: date = date.max
    answered: Mapping[str, date] | None = None
    programme: str = ""
    only: tuple[v.Source, ...] = ()


CHECK: Fold[Check] = Fold(Check())


@CHECK.on(v.CheckOwed)
def _owed(was: Check, fact: v.CheckOwed) -> Check:
    return Check(
        State.OWED, fact.case, fact.household, fact.members, due=fact.start_by, programme=fact.programme,
        only=fact.sources,
    )  # fmt: skip


@CHECK.on(v.CheckRequested)
def _asked(was: Check, fact: v.CheckRequested) -> Check:
    return replace(
        was,
        state=State.ASKED,
        people=fact.people,
        version=fact.version,
        open=fact.sources,
        due=fact.answer_by,
    )


@CHECK.on(v.CheckReported)
def _reported(was: Check, fact: v.CheckReported) -> Check:
    answered = {**(was.answered or {}), fact.source: fact.as_of}
    if fact.unused is not None:
        return was
    return replace(was, open=tuple(one for one in was.open if one != fact.source), answered=answered)


@CHECK.on(v.CheckClosed)
def _closed(was: Check, fact: v.CheckClosed) -> Check:
    return replace(was, state=State.CLOSED)


# -- as taken ----------------------------------------------------------------------------------------------


def check_in(work: Work, identifier: CheckId) -> Check:
    found = work.load(CHECK, identifier)
    if found.state is State.NONE:
        raise NotFound("没有该核对。", "There is no such check.", field="check")
    return found


def _about(identifier: CheckId, check: Check) -> dict[str, Any]:
    return {"check": identifier, "case": check.case, "household": check.household}


def owe(work: Work, told: a.CaseFact, cause: UUID, of_means: bool) -> None:
    """The case is to be checked; it begins at once where everybody has consented. Where no department shares data yet
    there is nobody to ask: then the check is the township's own step of the case."""
    running = work.fact("check-of", told.case)
    if running is not None:
        close(work, CheckId(running), "asked_anew")
    only = () if of_means else tuple(sorted(Contradicting(work).sources(told.programme)))
    sources = _delivering(work, only) if of_means or only else {}
    if not sources:
        return
    identifier = work.new(CheckId)
    start_by, provisional = working_days(work).after(work.today, START_CHECK)
    work.record(
        identifier,
        v.CheckOwed(
            check=identifier, case=told.case, household=told.household, programme=told.programme,
            members=told.members, start_by=start_by, provisional=provisional, cause=cause, sources=only,
        ),
    )  # fmt: skip
    if not missing(work, told.members, sources):
        start(work, identifier)


def start(work: Work, identifier: CheckId) -> None:
    """Ask every source that delivers about all members, and about supporters who consented. Refused without consent."""
    found = check_in(work, identifier)
    if found.state is not State.OWED:
        raise Conflict(
            "check-state", "该核对已启动或已结束。", "The check has begun or is over.", field="check"
        )
    sources = _delivering(work, found.only)
    if not sources:
        raise Conflict(
            "nobody-delivers", "尚无部门共享数据。", "No department delivers data yet.", field="check"
        )
    lacking = missing(work, found.people, sources)
    if lacking:
        raise Conflict(
            "consent-missing",
            f"有{len(lacking)}名家庭成员没有有效授权，不得核对。",
            f"{len(lacking)} of the household have no consent in date: nobody may be asked about them.",
            field="check",
        )
    others = [PersonId(one) for one in work.fact("supporters", found.household) or ()]
    willing = [one for one in others if not missing(work, [one], sources)]
    answer_by, provisional = working_days(work).after(work.today, ANSWER_CHECK)
    work.record(
        identifier,
        v.CheckRequested(
            **_about(identifier, found), people=tuple(dict.fromkeys([*found.people, *willing])),
            version=_version(work, found.household), sources=tuple(sources), on=work.today,
            late=work.today > found.due, answer_by=answer_by, provisional=provisional,
        ),
    )  # fmt: skip


def _delivering(work: Work, only: Sequence[v.Source]) -> dict[v.Source, AgreementId]:
    """Of these sources, or of all where there are none, those that deliver now, each with its agreement."""
    return {source: one for source, one in in_force(work).items() if not only or source in only}


def report(
    work: Work,
    identifier: CheckId,
    source: v.Source,
    as_of: date,
    records: Mapping[PersonId, Sequence[Record]],
    feed: FeedId | None = None,
) -> v.Unused | None:
    """Take a source's answer; why it was not used, or None. Refused where it was never asked for."""
    found = check_in(work, identifier)
    if found.state is State.OWED:
        raise Conflict("check-state", "该核对尚未启动。", "The check has not begun.", field="check")
    if as_of > work.today:
        raise Refused("day-in-future", "数据日期不得晚于今天。", "Data of a day to come.", field="as_of")
    strangers = set(records) - set(found.people)
    if strangers:
        raise Refused("not-asked-about", "含有未请求核对的人员。", "About somebody who was not asked about.",
                      field="records")  # fmt: skip
    unused = _unused(work, found, source)
    asked = [one for one in found.people if _may_ask(work, one, source)]
    age = (work.today - as_of).days
    said = {**_about(identifier, found), "source": source}
    work.record(
        identifier,
        v.CheckReported(
            **said, feed=feed, as_of=as_of, age_days=age, stale=age > STALE_DAYS, on=work.today, unused=unused,
            findings=tuple(v.Finding(person=one, record=_sealed(one, records.get(one, ()))) for one in asked),
        ),
    )  # fmt: skip
    if unused is not None:
        people = tuple(found.people)
        work.record(
            identifier,
            v.ReviewAsked(household=found.household, people=people, case=found.case, reason="late_report"),
        )
        return unused
    if found.only:
        _hold_against(work, found, source, as_of, {one: records.get(one, ()) for one in asked}, feed)
    hits = sum(bool(records.get(one)) for one in asked)
    work.record(identifier, v.RecordsCounted(**said, asked=len(asked), hits=hits))
    if not work.load(CHECK, identifier).open:
        close(work, identifier, "answered")
    return None


def _hold_against(
    work: Work,
    check: Check,
    source: v.Source,
    as_of: date,
    records: Mapping[PersonId, Sequence[Record]],
    feed: FeedId | None,
) -> None:
    """What of an answer contradicts the programme is to be heard. Of a file it is a mismatch, the same that a comparison finds."""
    contradicting = Contradicting(work)
    agreement = in_force(work).get(source)
    floor = work.load(AGREEMENT, agreement).floor_fen if agreement is not None else 0
    for person, told in records.items():
        if work.fact("dead", person) is not None:
            continue  # known: the case has followed it
        against, papers = contradicting.against([check.programme], source, told, floor)
        if against and feed is not None:
            mismatch.find(work, person, check.household, source, feed, as_of, against, papers)
        elif against:
            work.record(
                person,
                v.ReviewAsked(
                    household=check.household, people=(person,), case=check.case, reason="mismatch"
                ),
            )


def _unused(work: Work, found: Check, source: v.Source) -> v.Unused | None:
    if found.state is State.CLOSED or source not in found.open:
        return "closed"
    if _version(work, found.household) != found.version:
        return "household_changed"
    if not any(_may_ask(work, one, source) for one in found.people):
        return "no_consent"
    return None


def _may_ask(work: Work, person: PersonId, source: v.Source) -> bool:
    return consents(work, person, source, work.today) and work.fact("erased", person) is None


def _sealed(person: PersonId, records: Sequence[Record]) -> Sealed:
    return Sealed.of(json.dumps(list(records), ensure_ascii=False, sort_keys=True), person)


def _version(work: Work, household: object) -> int:
    home = household_of(work, household)
    return 0 if home is None else int(home["changes"])


def close(work: Work, identifier: CheckId, outcome: Any) -> None:
    found = check_in(work, identifier)
    if found.state is not State.CLOSED:
        work.record(identifier, v.CheckClosed(**_about(identifier, found), outcome=outcome, on=work.today))


def begin_where_possible(work: Work, person: PersonId) -> None:
    """Whoever consents now was perhaps the last that a check waited for."""
    for one in work.fact("checks-of", person) or ():
        found = check_in(work, CheckId(one))
        sources = _delivering(work, found.only)
        if found.state is State.OWED and sources and not missing(work, found.people, sources):
            start(work, CheckId(one))


def consent_over(work: Work, person: PersonId) -> None:
    """Whoever takes consent back is asked about no more."""
    for one in work.fact("checks-of", person) or ():
        if check_in(work, CheckId(one)).state is State.ASKED:
            close(work, CheckId(one), "consent_withdrawn")


# -- by itself ---------------------------------------------------------------------------------------------


def accepted(work: Work, fact: Recorded[a.Accepted]) -> None:
    owe(work, fact.data, fact.envelope.id, _of_means(fact))


def reviewed(work: Work, fact: Recorded[a.ReviewOpened]) -> None:
    if fact.data.reason not in OF_DATA:  # those a check asked for itself
        owe(work, fact.data, fact.envelope.id, _of_means(fact))


def _of_means(fact: Recorded[Any]) -> bool:
    return name_of(fact.envelope.source) in CHECKED


def household_changed(work: Work, fact: Recorded[a.HouseholdChanged]) -> None:
    """What was asked about another household answers nothing: it is asked anew."""
    if work.fact("check-of", fact.data.case) is not None and fact.data.members:
        owe(work, fact.data, fact.envelope.id, _of_means(fact))


def decided(
    work: Work, fact: Recorded[a.SubsidyGranted | a.Declined | a.Withdrawn | a.Reviewed | a.Exited]
) -> None:
    """What the check was for is decided: an answer that comes now is too late, and opens a review. What the domain itself
    decided (免申即享) was decided on no answer: that one is still waited for."""
    running = work.fact("check-of", fact.data.case)
    if running is not None and getattr(fact.data, "officer", None) != id_of(fact.envelope.source):
        close(work, CheckId(running), "decided")


def keep_checks(service: Service) -> None:
    service.stream(CheckId, CHECK)
    service.keep(v.CheckOwed)(_start_due)
    service.keep(v.CheckRequested)(_answer_due)
    service.keep(v.CheckOverdue)(lambda shelf, fact: shelf.forget(START_DUE, fact.data.check))
    service.keep(v.CheckClosed)(_nothing_due)
    service.due(START_DUE)(not_begun)
    service.due(ANSWER_DUE)(lambda work, identifier: close(work, identifier, "lapsed"))


def _start_due(shelf: Shelf, fact: Recorded[v.CheckOwed]) -> None:
    shelf.remind(fact.data.start_by + timedelta(days=1), START_DUE, fact.data.check)


def _answer_due(shelf: Shelf, fact: Recorded[v.CheckRequested]) -> None:
    shelf.forget(START_DUE, fact.data.check)
    shelf.remind(fact.data.answer_by + timedelta(days=1), ANSWER_DUE, fact.data.check)


def _nothing_due(shelf: Shelf, fact: Recorded[v.CheckClosed]) -> None:
    shelf.forget(START_DUE, fact.data.check)
    shelf.forget(ANSWER_DUE, fact.data.check)


def not_begun(work: Work, identifier: CheckId) -> None:
    found = check_in(work, identifier)
    work.record(identifier, v.CheckOverdue(**_about(identifier, found), start_by=found.due, on=work.today))
