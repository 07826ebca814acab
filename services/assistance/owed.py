"""What the published papers say of referrals and duties on a day: which department, by when, how often.

said = referral_of(work, "medical", work.today)      # None where no paper in force names it
said.part.reply_within, said.paper.identity.number, said.cited
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Generic, Literal, TypeVar

from events import assistance as a
from services.assistance.days import months_after
from services.chassis.departments import Department
from services.policy import keeping
from services.policy.calendars import WorkingDays
from services.policy.keeping import Reading, Texts
from services.policy.paper import Duty, Paper, Referral

P = TypeVar("P", Duty, Referral)
Period = Literal["month", "quarter", "term", "year", "once"]
OFFICES = {
    "district": Department.CIVIL_AFFAIRS,
    "township": Department.CIVIL_AFFAIRS,  # its clerks are civil affairs of their township
    "乡镇人民政府": Department.CIVIL_AFFAIRS,
}
"""Whom the papers name otherwise than by a department."""


@dataclass(frozen=True, slots=True)
class Said(Generic[P]):
    """A part of a paper, with the paper and the digest of its text."""

    part: P
    paper: Paper
    digest: str

    @property
    def cited(self) -> a.Paper:
        return a.Paper(number=self.paper.identity.number, clause=self.part.clause, digest=self.digest)


def referral_of(work: Reading, code: str, on: date) -> Said[Referral] | None:
    """Of more papers in force the youngest counts."""
    found = [one for one in _referrals(keeping.texts_of(work, on), on) if one.part.referral == code]
    return found[-1] if found else None


def duty_of(work: Reading, code: str, on: date) -> Said[Duty] | None:
    found = [one for one in _duties(keeping.texts_of(work, on), on) if one.part.duty == code]
    return found[-1] if found else None


def duty_after(work: Reading, code: str, after: date) -> date | None:
    """The first day after this one on which a paper that is published by now asks for the duty."""
    texts = keeping.texts_of(work, date.max)
    begins = (paper.identity.in_force.first for paper in keeping.papers(texts))
    return next((day for day in sorted(begins) if day > after and duty_of(work, code, day)), None)


@lru_cache(maxsize=64)
def _referrals(texts: Texts, on: date) -> tuple[Said[Referral], ...]:
    return tuple(
        Said(part, paper, digest) for paper, digest in _in_force(texts, on) for part in paper.referrals
    )


@lru_cache(maxsize=64)
def _duties(texts: Texts, on: date) -> tuple[Said[Duty], ...]:
    return tuple(Said(part, paper, digest) for paper, digest in _in_force(texts, on) for part in paper.duties)


def _in_force(texts: Texts, on: date) -> Iterator[tuple[Paper, str]]:
    digests = dict(zip((one.identity.id for one in keeping.papers(texts)), texts.digests, strict=True))
    for paper in keeping.rulebook(texts, WorkingDays.of({})).in_force(on):
        yield paper, digests[paper.identity.id]


def department_of(named: str | None) -> Department | None:
    """The department that a paper names (`区医疗保障局`); None where it names none, or none of those that work here."""
    if named is None:
        return None
    found = OFFICES.get(named)
    return found or next((one for one in Department if named.removeprefix("区") == one.zh), None)


def period_of(period: Period, day: date) -> tuple[str, date, date | None]:
    """The period a day lies in: its name, its first and its last day; `once` begins on the day and has no end.

    Terms begin on 1 February and 1 September, as schools' do; the papers name no days.
    """
    if period == "once":
        return "once", day, None
    if period == "month":
        first, length, name = day.replace(day=1), 1, f"{day:%Y-%m}"
    elif period == "quarter":
        quarter = (day.month - 1) // 3
        first, length, name = date(day.year, 3 * quarter + 1, 1), 3, f"{day.year}-Q{quarter + 1}"
    elif period == "year":
        first, length, name = date(day.year, 1, 1), 12, f"{day.year}"
    elif 2 <= day.month < 9:
        first, length, name = date(day.year, 2, 1), 7, f"{day.year}-spring"
    else:
        began = day.year if day.month >= 9 else day.year - 1
        first, length, name = date(began, 9, 1), 5, f"{began}-autumn"
    return name, first, months_after(first, length) - timedelta(days=1)
