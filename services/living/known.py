"""What living knows by itself when relief is decided: who is in which group, and what was relieved before.

Rows `relief-given` (person → relief of the cases
that covered them) and `relief-event` (person and event → the day it was relieved).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from events import assistance as a
from events.base import Recorded
from events.ids import CaseId
from events.registry import Category
from services.assistance.days import first_of_next_month, month_of, months_after
from services.assistance.inputs import yuan
from services.assistance.model import CASE, Case
from services.assistance.programme import Local
from services.assistance.published import published
from services.assistance.steps import running
from services.chassis.refusal import Refused
from services.chassis.service import Shelf
from services.chassis.work import Work
from services.policy.area import area_of
from services.policy.language.remember import Series, fold
from services.registry.keeping import belongs_since, categories_of, person_of

EMERGENCY, EXPENDITURE, RIGID = "relief-emergency", "relief-expenditure", "rigid-expenditure"
RELIEF = frozenset({EMERGENCY, EXPENDITURE})
GROUP, COVERED, PEOPLE, SAME_EVENT = "对象类别", "已纳入类别", "家庭人口", "同一事由已救助"
HELPED = "救助人数"
EVENT = "事由编号"
"""What an application of relief calls the event that it is for: a code, nothing personal."""
EVENT_MONTHS = 12
KEPT_MONTHS = 25


# -- kept ----------------------------------------------------------------------------------------------


def applied(shelf: Shelf, fact: Recorded[a.Applied]) -> None:
    if fact.data.programme in RELIEF:
        shelf.put("relief-asked", fact.data.case, event_of(fact.data.findings))


def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted]) -> None:
    data = fact.data
    if data.programme not in RELIEF:
        return
    event = shelf.get("relief-asked", data.case)
    oldest = months_after(data.since, -KEPT_MONTHS).isoformat()
    line = {"case": str(data.case), "on": data.since.isoformat(), "fen": data.amount_fen}
    for person in data.members:
        before = [one for one in shelf.get("relief-given", person) or [] if one["on"] >= oldest]
        shelf.put("relief-given", person, [*before, line])
        shelf.put("relief-event", f"{person}|{event}", data.since.isoformat())


def withdrawn(shelf: Shelf, fact: Recorded[a.Withdrawn]) -> None:
    """A refusal or an end may still be changed, and something be granted for the event after all."""
    if fact.data.programme in RELIEF:
        shelf.drop("relief-asked", fact.data.case)


# -- known ---------------------------------------------------------------------------------------------


def of_relief(work: Work, case: Case) -> Local:
    """The group where it is known, whether the event was relieved, and relief of both kinds in the months before."""
    known = {SAME_EVENT: _text(_relieved(work, case)), **_before(work, case)}
    group = group_of(work, case)
    if group is not None:
        known[GROUP] = group
    if case.programme == EXPENDITURE:
        known[PEOPLE] = str(len(case.members))
    _must_agree(case, known)
    return known


def owes_check(case: Case, local: Local) -> frozenset[str]:
    """The means are checked, but of those on dibao or tekun only the spending is looked at (民发〔2018〕23号 二(二))."""
    found = case.inquired.findings if case.inquired is not None else ()
    said = {one.name: str(one.value) for one in (*case.stated, *found)}
    group = local.get(GROUP) or said.get(GROUP, "")
    return frozenset() if group.startswith(a.BASIC_LIVING) else frozenset({"check"})


def of_rigid(work: Work, case: Case) -> Local:
    """Whether the household is admitted to dibao, tekun or as a margin household, and how many live in it."""
    aided = _aided(work, case)
    margin = any(belongs_since(work, one, Category.MARGIN) for one in case.members)
    known = {COVERED: aided or ("margin" if margin else "none"), PEOPLE: str(len(case.members))}
    _must_agree(case, known)
    return known


def group_of(work: Work, case: Case) -> str | None:
    """The priority group (对象类别); None where nothing is known: then the survey has to say."""
    aided = _aided(work, case)
    if aided is not None:
        return f"{aided}_{area_of(case.township)}"
    categories = {code for member in case.members for code in categories_of(work, member)}
    return next((one for one in ("back_in_poverty", "newly_poor") if one in categories), None)


def event_of(findings: tuple[a.Finding, ...]) -> str | None:
    return next((str(one.value) for one in findings if one.name == EVENT), None)


def _aided(work: Work, case: Case) -> str | None:
    """By which of living's own programmes any of the people is supported now."""
    found = {
        programme
        for member in case.members
        for of, programme in running(work, "case-of-person", member).items()
        if programme in a.BASIC_LIVING and work.load(CASE, CaseId.of(of)).supports(member)
    }
    return next((one for one in a.BASIC_LIVING if one in found), None)


def _relieved(work: Work, case: Case) -> bool:
    """Whether any of the people was relieved for the same event within twelve months."""
    event, since = event_of(case.stated), months_after(work.today, -EVENT_MONTHS)
    days = [work.fact("relief-event", f"{id}|{event}") for id in _registrations(work, case)]
    return any(day is not None and date.fromisoformat(day) > since - timedelta(days=1) for day in days)


def _registrations(work: Work, case: Case) -> list[str]:
    """Of the people, those that were merged into theirs included: what was given under these was given to them."""
    return [id for member in case.members for id in (str(member), *person_of(work, member)["also"])]


def _before(work: Work, case: Case) -> dict[str, str]:
    """What the paper remembers of relief of both kinds: of every case that covered one of the people, once."""
    lines: dict[str, dict[str, Any]] = {
        one["case"]: one for id in _registrations(work, case) for one in work.fact("relief-given", id) or ()
    }
    amounts, times = Counter[str](), Counter[str]()
    for line in lines.values():
        month = line["on"][:7]
        amounts[month] += line["fen"]
        times[month] += 1
    series: dict[str, Series] = {
        "relief_amount": [(month, yuan(fen)) for month, fen in amounts.items()],
        "relief_count": [(month, count) for month, count in times.items()],
    }
    history = published(work, case.programme).rule(work.today).definition.history
    # The month to come: what was given earlier in this one counts too.
    deciding = month_of(first_of_next_month(work.today))
    return {
        name: _plain(fold(remembered, series[remembered.of], deciding))
        for name, remembered in history.items()
        if remembered.of in series
    }


def _must_agree(case: Case, known: dict[str, str]) -> None:
    """Nobody's finding stands against what the service itself has recorded."""
    found = case.inquired.findings if case.inquired is not None else ()
    for one in (*case.stated, *found):
        told = _text(one.value) if isinstance(one.value, bool) else str(one.value)
        if one.name in known and told != known[one.name]:
            raise Refused(
                "known-otherwise",
                f"“{one.name}”与系统记录不一致：系统记录为{known[one.name]}。",
                f"`{one.name}` is recorded otherwise here: {known[one.name]}.",
                field=one.name,
            )
        if one.name == HELPED and isinstance(one.value, int) and one.value > len(case.members):
            raise Refused(
                "more-than-household",
                "救助人数不得超过家庭人口。",
                "More people are helped than live in the household.",
                field=HELPED,
            )


def _text(truth: bool) -> str:
    return "true" if truth else "false"


def _plain(value: Decimal) -> str:
    return format(value, "f")
