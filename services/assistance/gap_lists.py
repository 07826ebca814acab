"""The list of those missed, made every month from what the service knows; what is kept for it; taken off by hand.

Rows: `gap-basis` (by what a person qualifies: category → since, of the registry), `granted-case`, `admitted-case` (whom
of a family, where not all), `refused` (a person's last refusal) and `gap-of-person` {gap, open, explained}.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from events import registry as r
from events.base import Recorded
from events.ids import DutyId, GapId, HouseholdId, PersonId
from services.assistance.days import month_of
from services.assistance.duty import Period
from services.assistance.gaps import BASES, BY_HAND, GAP, REASON_OF, Known, Standing, close
from services.chassis.service import Shelf
from services.chassis.work import Work

AT_ONCE = 1000


def make(work: Work, duty: DutyId, period: Period) -> None:
    """As things stand now, for the month that is over: who is newly missed, who no longer is, and how many there are."""
    month = month_of(period.since)
    counts: dict[str, Counter[Standing]] = defaultdict(Counter)
    known: set[str] = set()
    for key, bases in _rows(work, "gap-basis"):
        home = _home(work, key)
        if home is None:
            continue
        household, township = home
        person = PersonId.of(key)
        standing = _known(work, person, tuple(base for base in BASES if base in bases)).standing(work.today)
        counts[township][standing] += 1
        known.add(key)
        listed = work.fact("gap-of-person", person) or {"open": False}
        is_open = listed["open"]
        if standing is Standing.GAP and not is_open:
            _detect(work, person, household, township, month, [base for base in BASES if base in bases])
        elif standing is not Standing.GAP and is_open:
            _close(work, listed["gap"], REASON_OF[standing])
    for key, listed in list(_rows(work, "gap-of-person")):
        if listed["open"] and key not in known:
            still_here = _home(work, key) is not None
            _close(work, listed["gap"], "no_longer_qualifies" if still_here else "gone")
    townships = tuple(_coverage(township, found) for township, found in sorted(counts.items()))
    work.record(duty, a.GapListMade(duty=duty, month=month, on=work.today, townships=townships))


def close_by_hand(
    work: Work, gap: GapId, reason: str | None, officer: UUID, remarks: str | None = None
) -> None:
    fact = close(work.load(GAP, gap), reason, officer=officer, remarks=remarks, today=work.today)
    work.record(gap, fact)


def _detect(
    work: Work, person: PersonId, household: str, township: str, month: str, bases: list[a.GapBasis]
) -> None:
    gap = GapId.of(work.around.ids.random())
    fact = a.GapDetected(
        gap=gap,
        household=HouseholdId.of(household),
        person=person,
        township=township,
        month=month,
        bases=tuple(bases),
        on=work.today,
    )
    work.record(gap, fact)


def _close(work: Work, gap: str, reason: str) -> None:
    id = GapId.of(gap)
    work.record(id, close(work.load(GAP, id), reason, today=work.today))


def _known(work: Work, person: PersonId, bases: tuple[a.GapBasis, ...]) -> Known:
    cases: dict[str, str] = work.fact("case-of-person", person) or {}
    cases = {case: programme for case, programme in cases.items() if programme in a.BASIC_LIVING}
    granted = [case for case in cases if work.fact("granted-case", case) is not None]
    some = [work.fact("admitted-case", case) for case in granted]
    covered = any(not admitted or str(person) in admitted for admitted in some)
    # The decision that left them out of what their family has stands as long as it runs.
    refused = work.today if granted else _day(work.fact("refused", person))
    listed = work.fact("gap-of-person", person) or {}
    return Known(
        person,
        bases,
        covered=covered,
        applied=len(cases) > len(granted),
        declined=refused,
        explained=_day(listed.get("explained")),
    )


def _home(work: Work, person: object) -> tuple[str, str] | None:
    """Household and township of one who lives here."""
    row = work.fact("person", person)
    if row is None or row["household"] is None:
        return None
    home = work.fact("household", row["household"])
    return None if home is None or home["gone"] else (row["household"], home["township"])


def _rows(work: Work, kind: str) -> Iterator[tuple[str, Any]]:
    first = ""
    while rows := work.facts(kind, first, limit=AT_ONCE):
        yield from rows
        first = rows[-1][0] + "\x01"


def _coverage(township: str, found: Counter[Standing]) -> a.Coverage:
    return a.Coverage(
        township=township,
        qualify=found.total(),
        covered=found[Standing.COVERED],
        applied=found[Standing.APPLIED],
        explained=found[Standing.EXPLAINED],
        gaps=found[Standing.GAP],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# -- kept ---------------------------------------------------------------------------------------------------


def categorised(shelf: Shelf, fact: Recorded[r.Categorised]) -> None:
    if fact.data.category in BASES:
        row = shelf.get("gap-basis", fact.data.person) or {}
        since = fact.data.since.isoformat()
        shelf.put("gap-basis", fact.data.person, {**row, fact.data.category.value: since})
    elif fact.data.category is r.Category.LIFTED:
        _without(shelf, fact.data.person, "registered_poor")


def category_ended(shelf: Shelf, fact: Recorded[r.CategoryEnded]) -> None:
    _without(shelf, fact.data.person, fact.data.category.value)


def died(shelf: Shelf, fact: Recorded[r.Died]) -> None:
    shelf.drop("gap-basis", fact.data.person)


def people_merged(shelf: Shelf, fact: Recorded[r.PeopleMerged]) -> None:
    """By whatever the duplicate qualified, the person does: somebody registered twice is missed once."""
    row = shelf.get("gap-basis", fact.data.duplicate)
    if row is not None:
        shelf.drop("gap-basis", fact.data.duplicate)
        own = shelf.get("gap-basis", fact.data.person) or {}
        shelf.put("gap-basis", fact.data.person, {**row, **own})


def _without(shelf: Shelf, person: PersonId, category: str) -> None:
    row = shelf.get("gap-basis", person) or {}
    left = {name: since for name, since in row.items() if name != category}
    if left:
        shelf.put("gap-basis", person, left)
    elif row:
        shelf.drop("gap-basis", person)


def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted | a.TakenOver]) -> None:
    if fact.data.programme in a.BASIC_LIVING:
        shelf.put("granted-case", fact.data.case, fact.data.since.isoformat())


def admitted(
    shelf: Shelf, fact: Recorded[a.SubsidyGranted | a.TakenOver | a.Adjusted | a.HouseholdChanged]
) -> None:
    if fact.data.admitted:
        shelf.put("admitted-case", fact.data.case, [str(one) for one in fact.data.admitted])
    else:
        shelf.drop("admitted-case", fact.data.case)


def exited(shelf: Shelf, fact: Recorded[a.Exited]) -> None:
    shelf.drop("granted-case", fact.data.case)
    shelf.drop("admitted-case", fact.data.case)


def declined(shelf: Shelf, fact: Recorded[a.Declined]) -> None:
    if fact.data.programme in a.BASIC_LIVING:
        for person in fact.data.members:
            shelf.put("refused", person, fact.data.on.isoformat())


def detected(shelf: Shelf, fact: Recorded[a.GapDetected]) -> None:
    shelf.put("gap-of-person", fact.data.person, {"gap": str(fact.data.gap), "open": True, "explained": None})


def closed(shelf: Shelf, fact: Recorded[a.GapClosed]) -> None:
    explained = fact.data.on.isoformat() if fact.data.reason in BY_HAND else None
    row = {"gap": str(fact.data.gap), "open": False, "explained": explained}
    shelf.put("gap-of-person", fact.data.person, row)
