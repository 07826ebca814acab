"""What comes out of reading a roster: rows accepted, rows refused, and notes about whole sheets.

Fields that identify a person are kept out of `repr`, so that a log line or a traceback that happens to
show a row does not show the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from services.registry.categories import Category
from services.registry.reasons import Reason, Refusal
from services.registry.standards import (
    DisabilityGrade,
    DisabilityKind,
    Health,
    HukouKind,
    Labour,
    Relation,
    Schooling,
    Sex,
)


class RosterRefused(Refusal):
    """The file as a whole cannot be read; nothing of it may be stored."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(Reason(rule, zh, en))


class Problem(NamedTuple):
    """What is wrong in one cell: its column's heading as in the file, the rule, and why."""

    column: str
    rule: str
    zh: str
    en: str


class CategoryHeld(BaseModel):
    """A category of a person, and since when, where the roster says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Category
    since: date | None


class Disability(BaseModel):
    """Kind and grade as certified; the card has 20 digits: identity number, kind, grade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: DisabilityKind
    grade: DisabilityGrade
    card: str | None = Field(default=None, repr=False)


class RosterRow(BaseModel):
    """One person of a roster, checked and in normal form. `row` counts from 1, as the clerk sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str
    row: int
    household_number: str = Field(repr=False)
    head_name: str | None = Field(repr=False)
    name: str = Field(repr=False)
    id_number: str = Field(repr=False)
    relation: Relation
    sex: Sex
    ethnicity: str | None
    birth_date: date = Field(repr=False)
    township: str
    village: str
    address: str | None = Field(repr=False)
    phone: str | None = Field(repr=False)
    categories: tuple[CategoryHeld, ...]
    disability: Disability | None
    health: tuple[Health, ...]
    hukou_kind: HukouKind | None
    schooling: Schooling | None
    labour: Labour | None
    note: str | None = Field(repr=False)
    doubts: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of which nothing may be stored, with everything that is wrong in it."""

    sheet: str
    row: int
    household_number: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SheetNote:
    """Something about a whole sheet that the clerk should know: it was skipped, and why."""

    sheet: str
    rule: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """The rows of one household in the order of the file, and how many more of it were refused."""

    number: str
    rows: tuple[RosterRow, ...]
    refused: int
