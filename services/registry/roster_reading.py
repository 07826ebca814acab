"""One row of a roster: every cell read and checked, every problem of the row told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from openpyxl.utils import get_column_letter

from services.registry.categories import Category
from services.registry.divisions import Divisions
from services.registry.identity import NUMBER_OF_A_PERSON, IdNumber, is_id_number, normalise_id_number
from services.registry.reasons import Reason, Refusal
from services.registry.roster_cells import (
    REQUIRED,
    CodedT,
    cell_date,
    cell_text,
    coded,
    id_number_text,
    person_name,
    several,
    text_date,
)
from services.registry.roster_columns import Columns
from services.registry.roster_files import Cell
from services.registry.roster_rows import CategoryHeld, Disability, Problem, RefusedRow, RosterRow
from services.registry.standards import (
    DisabilityGrade,
    DisabilityKind,
    Health,
    HukouKind,
    Labour,
    Relation,
    Schooling,
    Sex,
    ethnicity_code,
    phone_number,
)

T = TypeVar("T")

ETHNICITY_UNKNOWN = Reason(
    "ethnicity-unknown", "民族不在GB/T 3304的56个民族之内", "not an ethnic group of GB/T 3304"
)
PHONE_INVALID = Reason(
    "phone-invalid", "联系电话不是有效的手机或固定电话号码", "not a valid mobile or landline number"
)
TOWNSHIP_UNKNOWN = Reason("township-unknown", "本区没有这个乡镇（街道）", "the district has no such township")
VILLAGE_UNKNOWN = Reason(
    "village-unknown", "该乡镇（街道）没有这个村（社区）", "the township has no such village"
)
SEX_DISAGREES = Reason("sex-disagrees", "性别与身份证号不一致", "the sex disagrees with the identity number")
BIRTH_DATE_DISAGREES = Reason(
    "birth-date-disagrees",
    "出生日期与身份证号不一致",
    "the date of birth disagrees with the identity number",
)
HEAD_NAME_DISAGREES = Reason(
    "head-name-disagrees",
    "本行是户主，但姓名与户主姓名不一致",
    "this row is the head of the household, but name and name of the head disagree",
)
DATES_UNEVEN = Reason(
    "category-dates-uneven",
    "类别起始日期应填一个，或与类别一一对应；有日期必须有类别",
    "give one date for all categories, or one for each; a date needs a category",
)
CATEGORY_TWICE = Reason("category-twice", "同一类别重复填写", "one category is given twice")
DISABILITY_HALF = Reason(
    "disability-incomplete",
    "残疾类别与残疾等级必须同时填写",
    "kind and grade of the disability must be given together",
)
CARD_DISAGREES = Reason(
    "disability-card-disagrees",
    "残疾证号应为身份证号加类别码、等级码共20位，与本行不一致",
    "the card number is identity number, kind and grade, 20 digits; it disagrees with the row",
)
NO_HEADING = Reason(
    "cell-without-heading",
    "该列没有标题，内容无法识别",
    "the cell stands in a column without a heading",
)


class RowReading:
    """Collects what one row says. A field that could not be read is None, and `problems` says why."""

    def __init__(self, cells: Sequence[Cell], columns: Columns, today: date, divisions: Divisions) -> None:
        self._cells = cells
        self._columns = columns
        self._today = today
        self._divisions = divisions
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.household_number = self._required("household_number", 50)
        self.id_number = self._id_number()
        if self.household_number and is_id_number(self.household_number):
            self.refuse("household_number", NUMBER_OF_A_PERSON)

    def result(self, sheet: str, row: int) -> RosterRow | RefusedRow:
        """The row, if nothing is wrong with it."""
        name = self._name("name") if self._given("name") else None
        head_name = self._name("head_name")
        relation = self._code("relation", Relation)
        township, village = self._place()
        birth_date = self._read("birth_date", lambda cell: cell_date(cell, self._today))
        sex = self._code("sex", Sex)
        ethnicity = self._ethnicity()
        address = self._text("address", 200)
        phone = self._phone()
        categories = self._categories()
        disability = self._disability()
        health = self._health()
        hukou_kind = self._code("hukou_kind", HukouKind)
        schooling = self._code("schooling", Schooling)
        labour = self._code("labour", Labour)
        note = self._text("note", 500)
        self._given("relation")
        if relation is not None and relation.is_head and head_name and name and head_name != name:
            self.refuse("head_name", HEAD_NAME_DISAGREES)
        identity = self.id_number
        if identity is not None:
            if sex in (Sex.MALE, Sex.FEMALE) and sex != identity.sex:
                self.refuse("sex", SEX_DISAGREES)
            if birth_date is not None and birth_date != identity.birth_date:
                self.refuse("birth_date", BIRTH_DATE_DISAGREES)
        self._stray_cells()
        if self.problems or not (
            self.household_number and name and identity and relation and township and village
        ):
            return RefusedRow(sheet, row, self.household_number, tuple(self.problems))
        # Every field was checked above; validating them again would double the time of an import.
        return RosterRow.model_construct(
            sheet=sheet,
            row=row,
            household_number=self.household_number,
            head_name=head_name,
            name=name,
            id_number=identity.value,
            relation=relation,
            sex=identity.sex,
            ethnicity=ethnicity,
            birth_date=identity.birth_date,
            township=township,
            village=village,
            address=address,
            phone=phone,
            categories=categories,
            disability=disability,
            health=health,
            hukou_kind=hukou_kind,
            schooling=schooling,
            labour=labour,
            note=note,
            doubts=tuple(self.doubts),
        )

    def refuse(self, field: str, reason: Reason) -> None:
        self.problems.append(Problem(self._columns.heading_of(field), *reason))

    def _cell(self, field: str) -> Cell:
        place = self._columns.place.get(field)
        return self._cells[place] if place is not None and place < len(self._cells) else None

    def _read(self, field: str, read: Callable[[Cell], T]) -> T | None:
        cell = self._cell(field)
        return None if cell is None else self._attempt(field, partial(read, cell))

    def _attempt(self, field: str, make: Callable[[], T]) -> T | None:
        """What `make` returns, or None with its refusal noted against the field."""
        try:
            return make()
        except Refusal as refusal:
            self.refuse(field, refusal.reason)
            return None

    def _text(self, field: str, longest: int) -> str | None:
        return self._read(field, lambda cell: cell_text(cell, longest))

    def _given(self, field: str) -> bool:
        """Whether a required cell holds anything; a cell that does is judged by its own rules."""
        cell = self._cell(field)
        try:
            given = cell is not None and cell_text(cell, 1000) is not None
        except Refusal:
            return True
        if not given:
            self.refuse(field, REQUIRED)
        return given

    def _required(self, field: str, longest: int) -> str | None:
        return self._text(field, longest) if self._given(field) else None

    def _id_number(self) -> IdNumber | None:
        if not self._given("id_number"):
            return None
        text = self._read("id_number", id_number_text)
        if text is None:
            return None
        identity = self._attempt("id_number", partial(IdNumber.read, text, self._today))
        if identity is not None:
            heading = self._columns.heading_of("id_number")
            self.doubts += [Problem(heading, *reason) for reason in identity.doubts()]
        return identity

    def _name(self, field: str) -> str | None:
        text = self._text(field, 50)
        return self._attempt(field, partial(person_name, text)) if text else None

    def _code(self, field: str, table: type[CodedT]) -> CodedT | None:
        text = self._text(field, 30)
        return self._attempt(field, partial(coded, table, text)) if text else None

    def _place(self) -> tuple[str | None, str | None]:
        town_text, village_text = self._required("township", 50), self._required("village", 50)
        if town_text is None:
            return None, None
        town = self._divisions.township_named(town_text)
        if town is None:
            self.refuse("township", TOWNSHIP_UNKNOWN)
            return None, None
        village = self._divisions.village_named(village_text, town.code) if village_text else None
        if village_text and village is None:
            self.refuse("village", VILLAGE_UNKNOWN)
        return town.code, village.code if village else None

    def _ethnicity(self) -> str | None:
        text = self._text("ethnicity", 20)
        if text is None:
            return None
        code = ethnicity_code(text)
        if code is None:
            self.refuse("ethnicity", ETHNICITY_UNKNOWN)
        return code

    def _phone(self) -> str | None:
        text = self._read("phone", lambda cell: cell_text(cell, 40, signs=True))
        if text is None:
            return None
        number = phone_number(text)
        if number is None:
            self.refuse("phone", PHONE_INVALID)
        return number

    def _categories(self) -> tuple[CategoryHeld, ...]:
        text = self._text("categories", 200)
        held = self._words("categories", text, Category)
        dates = self._category_dates()
        if len(set(held)) < len(held):
            self.refuse("categories", CATEGORY_TWICE)
        if len(dates) not in (0, 1, len(held)) or (dates and not text):
            self.refuse("categories_since", DATES_UNEVEN)
            return ()
        since = dates * len(held) if len(dates) == 1 else dates or [None] * len(held)
        return tuple(
            CategoryHeld.model_construct(category=c, since=d) for c, d in zip(held, since, strict=True)
        )

    def _category_dates(self) -> list[date | None]:
        cell = self._cell("categories_since")
        if not isinstance(cell, str) or len(words := several(cell.replace("/", "-"))) < 2:
            day = self._read("categories_since", lambda one: cell_date(one, self._today))
            return [day] if day else []
        return [self._attempt("categories_since", partial(text_date, word, self._today)) for word in words]

    def _words(self, field: str, text: str | None, table: type[CodedT]) -> list[CodedT]:
        found = [self._attempt(field, partial(coded, table, word)) for word in several(text or "")]
        return [word for word in found if word is not None]

    def _disability(self) -> Disability | None:
        before = len(self.problems)
        kind = self._code("disability_kind", DisabilityKind)
        grade = self._code("disability_grade", DisabilityGrade)
        card = self._text("disability_card", 40)
        if len(self.problems) > before or (kind is None and grade is None and card is None):
            return None
        if kind is None or grade is None:
            self.refuse("disability_grade" if kind else "disability_kind", DISABILITY_HALF)
            return None
        if card is not None:
            card = normalise_id_number(card)
            if self.id_number is not None and card != f"{self.id_number}{kind}{grade}":
                self.refuse("disability_card", CARD_DISAGREES)
        return Disability.model_construct(kind=kind, grade=grade, card=card)

    def _health(self) -> tuple[Health, ...]:
        return tuple(dict.fromkeys(self._words("health", self._text("health", 60), Health)))

    def _stray_cells(self) -> None:
        known = set(self._columns.place.values()) | self._columns.passed_over
        for index, cell in enumerate(self._cells):
            if index not in known and cell is not None and str(cell).strip():
                self.problems.append(Problem(f"{get_column_letter(index + 1)}列", *NO_HEADING))
                return
