"""Cases that ran before the system began here: taken over from a file, row by row, each accepted or refused.

A row names household (or person) by the number under which the register knows it. The same row again changes nothing,
also where the case has moved on or ended since. Row `taken-over`: programme|household|person → what was taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from events import assistance as a
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import steps
from services.assistance.days import first_of_next_month, months_after
from services.assistance.programme import programme_of
from services.assistance.published import published
from services.assistance.taken_over_file import Row
from services.assistance.terms import terms_of
from services.chassis.refusal import Refused
from services.chassis.service import Shelf
from services.chassis.work import Cause, Work

TAKEN_OVER = "taken-over"
MONTHS: dict[a.ReviewClass, int] = {"yearly": 12, "half_yearly": 6, "quarterly": 3, "monthly": 1}


def noted(shelf: Shelf, fact: Recorded[a.TakenOver]) -> None:
    told = fact.data
    person = str(told.members[0]) if told.unit == "person" else ""
    row = {
        "case": str(told.case), "since": told.since.isoformat(), "amount": told.amount_fen, "basis": told.basis,
    }  # fmt: skip
    shelf.put(TAKEN_OVER, f"{told.programme}|{told.household}|{person}", row)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row: its case, or what stood against it in which column."""

    row: int
    outcome: str
    case: UUID | None = None
    column: str = ""
    rule: str = ""
    zh: str = ""
    en: str = ""


def take(
    work: Work,
    rows: Sequence[Row],
    digest: str,
    officer: UUID,
    cause: Cause,
    may_act_in: Callable[[str], bool],
) -> list[Taken]:
    """Some rows in one transaction; one that is refused leaves no trace and hinders no other."""
    found: list[Taken] = []
    for row in rows:
        mark = work.mark()
        work.begin(cause)
        try:
            found.append(_take(work, row, digest, officer, may_act_in))
        except Refused as refused:
            work.rollback(mark)
            column = COLUMN_OF.get(refused.field or "", "")
            found.append(Taken(row.row, "refused", None, column, refused.slug, refused.zh, refused.en))
    return found


COLUMN_OF = {
    "programme": "救助项目", "case": "救助项目", "household": "家庭编号", "person": "人员编号", "since": "起始日期",
    "first_month": "首发月份", "amount": "月保障金额", "basis": "依据文号", "review": "复核类别",
    "admitted": "单人户人员编号",
}  # fmt: skip


def _take(work: Work, row: Row, digest: str, officer: UUID, may_act_in: Callable[[str], bool]) -> Taken:
    declared = programme_of(row.programme, work.around.service.name)
    terms = terms_of(published(work, row.programme).rule(work.today))
    if terms.period != "month" or terms.fund is None:
        raise Refused(
            "not-monthly",
            "该救助项目不按月发放，无需接续。",
            "Nothing is paid monthly in this programme.",
            field="programme",
        )
    household = HouseholdId.of(row.household)
    home = work.fact("household", household)
    if home is None or home["gone"]:
        raise Refused(
            "household-unknown",
            "未登记该家庭，或者已注销、迁出。",
            "No such household lives here.",
            field="household",
        )
    if not may_act_in(home["township"]):
        raise Refused(
            "not-of-the-township",
            "该家庭不属于本乡镇（街道）。",
            "The household is another township's.",
            field="household",
        )
    members = _members(work, row, terms.unit, home["members"])
    members = declared.covers(work, members)
    known = work.fact(TAKEN_OVER, f"{row.programme}|{household}|{row.person or ''}")
    if known is not None and _same(known, row):
        return Taken(row.row, "unchanged", UUID(known["case"]))
    _must_be_free(work, row.programme, household, members, terms.unit)
    first = row.first_month or first_of_next_month(work.today)
    if first < work.today.replace(day=1) or first > first_of_next_month(work.today) or first < row.since:
        raise Refused(
            "first-month",
            "首发月份须为本月或者下月，且不早于起始日期。",
            "It is granted here from this month or the next on, and not before it was first paid.",
            field="first_month",
        )
    case = CaseId.of(work.around.ids.random())
    fact = a.TakenOver(
        case=case,
        programme=row.programme,
        household=household,
        members=members,
        admitted=_admitted(row, terms.unit, members),
        addressee=members[0],
        township=home["township"],
        unit=terms.unit,
        since=row.since,
        amount_fen=row.amount_fen,
        first_month=first,
        basis=row.basis,
        review=row.review,
        review_on=months_after(work.today, MONTHS[row.review]),
        file=digest,
        row=row.row,
        on=work.today,
        officer=officer,
    )
    steps.record(work, case, (fact,))
    return Taken(row.row, "accepted", UUID(int=case.int))


def _members(work: Work, row: Row, unit: str, household: Sequence[str]) -> tuple[PersonId, ...]:
    members = tuple(PersonId.of(one) for one in household)
    if unit == "household":
        if row.person is not None:
            raise Refused(
                "person-not-asked",
                "该救助项目以家庭为单位，不填人员编号。",
                "This programme is for households: no person is named.",
                field="person",
            )
        found = members
    else:
        found = tuple(one for one in members if one == row.person)
    if not found:
        raise Refused(
            "person-unknown",
            "该人员不在该家庭（或者家庭已无在世成员）。",
            "The person does not live in the household, or nobody does.",
            field="person" if unit == "person" else "household",
        )
    return found


def _admitted(row: Row, unit: str, members: Sequence[PersonId]) -> tuple[PersonId, ...]:
    admitted = tuple(map(PersonId.of, row.admitted))
    if admitted and (unit == "person" or not set(admitted) <= set(members)):
        raise Refused(
            "admitted-strangers",
            "单人户人员须为该家庭在世成员；以个人为单位的救助项目不填。",
            "Whoever is admitted alone is a member of the household; programmes for persons name nobody here.",
            field="admitted",
        )
    return admitted if set(admitted) != set(members) else ()


def _same(known: dict[str, object], row: Row) -> bool:
    return (known["since"], known["amount"], known["basis"]) == (
        row.since.isoformat(),
        row.amount_fen,
        row.basis,
    )


def _must_be_free(
    work: Work, programme: str, household: HouseholdId, members: Sequence[PersonId], unit: str
) -> None:
    held = [steps.running(work, "case-of-person", one) for one in members]
    if unit == "household":
        held.append(steps.running(work, "case-of-household", household))
    if any(programme in cases.values() for cases in held):
        raise Refused(
            "case-exists",
            "该家庭或成员已有同一救助项目的案件。",
            "There is a case of the programme already.",
            field="household",
        )
