"""Who qualifies by the data and is not covered (应保尽保, 二(三)): one person at a time. Pure.

By the data: a category that the registry holds and that dibao or tekun are made for. Covered: in a case that is
granted. Neither gap nor covered: an application in progress, and whoever was refused or taken off the list with a
reason within twelve months.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import get_args
from uuid import UUID

from events import assistance as a
from events.ids import GapId, HouseholdId, PersonId
from events.sealed import Sealed
from services.assistance.days import months_after
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, NotFound

BASES: tuple[a.GapBasis, ...] = get_args(a.GapBasis)
BY_HAND: dict[str, str] = {
    "not_entitled": "经核查不符合条件",
    "family_declined": "本人或者家庭放弃申请",
    "data_wrong": "数据有误",
}
"""Reasons that a person gives; the others the data give by themselves."""
BY_ITSELF: dict[str, str] = {
    "covered": "已纳入保障",
    "applied": "已申请",
    "declined": "申请未予确认",
    "gone": "死亡、迁出或者家庭变动",
    "no_longer_qualifies": "不再具有该类别",
}
QUIET_MONTHS = 12
"""So long nobody who was refused, or taken off with a reason, is listed again."""


class Standing(StrEnum):
    """How somebody who qualifies stands; whoever qualifies has exactly one."""

    COVERED = "covered"
    APPLIED = "applied"
    EXPLAINED = "explained"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Known:
    """Of one who qualifies. `declined`: the last refusal. `explained`: taken off the list with a reason."""

    person: PersonId
    bases: tuple[a.GapBasis, ...]
    covered: bool
    applied: bool
    declined: date | None = None
    explained: date | None = None

    def standing(self, today: date) -> Standing:
        if self.covered:
            return Standing.COVERED
        if self.applied:
            return Standing.APPLIED
        for day in (self.declined, self.explained):
            if day is not None and today < months_after(day, QUIET_MONTHS):
                return Standing.EXPLAINED
        return Standing.GAP


@dataclass(frozen=True, slots=True)
class Gap:
    id: GapId | None = None
    household: HouseholdId | None = None
    person: PersonId | None = None
    township: str = ""
    open: bool = False


GAP: Fold[Gap] = Fold(Gap())


@GAP.on(a.GapDetected)
def _detected(gap: Gap, fact: a.GapDetected) -> Gap:
    return Gap(fact.gap, fact.household, fact.person, fact.township, open=True)


@GAP.on(a.GapClosed)
def _closed(gap: Gap, fact: a.GapClosed) -> Gap:
    return replace(gap, open=False)


REASON_OF: dict[Standing, str] = {
    Standing.COVERED: "covered",
    Standing.APPLIED: "applied",
    Standing.EXPLAINED: "declined",
}
"""Why somebody who is not missed any more is taken off the list."""


def close(
    gap: Gap, reason: str | None, *, officer: UUID | None = None, remarks: str | None = None, today: date
) -> a.GapClosed:
    """By hand (`officer`) only with a reason that a person can know; the data close the rest."""
    if gap.id is None or gap.person is None:
        raise NotFound("清单中没有该项。", "There is no such gap.", field="gap")
    if not gap.open:
        raise Conflict("gap-closed", "该项已经销号。", "The gap is closed.", field="gap")
    allowed = BY_HAND if officer is not None else BY_ITSELF
    if reason not in allowed:
        raise Malformed(
            "reason-required",
            f"销号须写明原因：{'、'.join(BY_HAND.values())}。",
            f"A gap is closed only with a reason: {', '.join(BY_HAND)}.",
            field="reason",
        )
    return a.GapClosed.model_validate(
        {
            "gap": gap.id,
            "household": gap.household,
            "person": gap.person,
            "township": gap.township,
            "reason": reason,
            "on": today,
            "officer": officer,
            "remarks": Sealed.of(remarks, gap.person) if remarks else None,
        }
    )
