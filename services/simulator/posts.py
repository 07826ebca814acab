"""The posts of a district's civil affairs, who is drawn for them, and whom of the register they are related to.

Each township has a clerk, two surveyors and an approver; the district two checkers, who also survey where a
township's own are related to the family, and two approvers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

TOWNSHIP_CLERK, SURVEYORS, TOWNSHIP_APPROVER = "clerk", ("surveyor-1", "surveyor-2"), "approver"
DISTRICT_APPROVER = "district-approver-1"
NEEDED = 2
"""Surveyors of a household: two or more (2021 办法 16)."""


@dataclass(frozen=True, slots=True)
class Position:
    """A post and who holds it from the first day on; `township` is none for the whole district."""

    code: str
    title: str
    roles: tuple[str, ...]
    holder: UUID
    township: str | None = None


@dataclass(slots=True)
class Posts:
    """`related`: member of staff → the people of the register whom they have declared."""

    positions: tuple[Position, ...]
    related: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, county: UUID, clerks: Mapping[str, UUID], person: Callable[[], UUID]) -> Posts:
        """`person` draws somebody new; `county` is the first approver of the district."""
        return cls(tuple(_positions(county, clerks, person)))

    def surveyors_of(self, township: str, members: Collection[str]) -> list[str]:
        """Two surveyors of a township who are independent of a family, or else the district's."""
        able = [one for one in self.positions if "surveyor" in one.roles and one.township in (township, None)]
        return self._independent(sorted(able, key=lambda one: one.township is None), members)

    def of_the_district(self, members: Collection[str]) -> list[str]:
        """Two of the district's own, independent of a family: for the steps that its paper gives to the district."""
        return self._independent([one for one in self.positions if one.township is None], members)

    def _independent(self, able: Iterable[Position], members: Collection[str]) -> list[str]:
        holders = (str(one.holder) for one in able)
        return [one for one in holders if self.related.get(one, set()).isdisjoint(members)][:NEEDED]


def clerk_of(township: str) -> str:
    return f"{township}-{TOWNSHIP_CLERK}"


def _positions(county: UUID, clerks: Mapping[str, UUID], person: Callable[[], UUID]) -> Iterator[Position]:
    yield Position(DISTRICT_APPROVER, "区民政局审核确认岗", ("approver",), county)
    yield Position("district-approver-2", "区民政局审核确认岗", ("approver",), person())
    for number in (1, 2):
        yield Position(f"district-checker-{number}", "区民政局核对岗", ("checker", "surveyor"), person())
    for township, clerk in clerks.items():
        yield Position(clerk_of(township), "民政经办岗", ("clerk",), clerk, township)
        for surveyor in SURVEYORS:
            code = f"{township}-{surveyor}"
            yield Position(code, "入户调查岗", ("surveyor",), person(), township)
        yield Position(f"{township}-{TOWNSHIP_APPROVER}", "乡镇审核岗", ("approver",), person(), township)
