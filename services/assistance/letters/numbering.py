"""Numbers of letters: consecutive by programme, kind, office and year, and never given twice.

The last number is a row folded from `LetterIssued`, read in the decision that gives the next: two at once are
decided one after the other, and a decision that is refused uses no number up. A service counts its own
programmes only, so no two services can meet in a series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from events.base import Recorded
from events.ids import CaseId, Concerned
from events.letters import LetterIssued, LetterKind, LetterServed
from events.sealed import Sealed
from services.assistance.letters.letter import Letter, digest_of
from services.assistance.letters.offices import Office
from services.chassis.refusal import Malformed, NotFound
from services.chassis.service import Service, Shelf
from services.chassis.work import Work

SERIES, ISSUED, SERVED, BY_CASE = "letter-series", "letter-issued", "letter-served", "letters-of-case"
"""Kinds of the rows: the last number of a series; by number, what was issued, and how it was served; by case, the
numbers of its letters."""

PROGRAMMES = {
    "dibao": "低",
    "tekun": "特",
    "temporary_relief": "临",
    "relief-emergency": "急",
    "relief-expenditure": "支",
    "rigid-expenditure": "刚",
    "disability-living": "残生",
    "disability-care": "残护",
    "assistive-device": "辅",
    "home-adaptation": "障",
}
KINDS: dict[LetterKind, str] = {
    "acceptance": "受",
    "supplement": "补",
    "refusal": "不确",
    "confirmation": "确",
    "adjustment": "调",
    "public_notice": "公",
    "review_notice": "复",
    "changed_decision": "变",
    "recovery": "追",
}


def series(programme: str, kind: LetterKind, office: Office, year: int) -> str:
    """Key of the row that holds the last number given."""
    return f"{programme}|{kind}|{office.code}|{year}"


def next_serial(last: int | None) -> int:
    """The number after the last one given; 1 where there was none."""
    return (last or 0) + 1


def number_of(programme: str, kind: LetterKind, office: Office, year: int, serial: int) -> str:
    """城中低受〔2021〕12号; Malformed for a programme that has no word."""
    if programme not in PROGRAMMES:
        raise Malformed(
            "letter-programme",
            "该救助项目没有文书字号。",
            "No word for the numbers of this programme's letters.",
            field="programme",
        )
    return f"{office.word}{PROGRAMMES[programme]}{KINDS[kind]}〔{year}〕{serial}号"


def issued(
    letter: Letter, serial: int, owners: Sequence[Concerned], decision: UUID | None = None
) -> LetterIssued:
    """The fact that the letter was issued under this number of its series; its words sealed for `owners`."""
    expected = number_of(letter.programme, letter.kind, letter.office, letter.on.year, serial)
    if letter.number != expected:
        raise Malformed(
            "letter-number", "文号与编号不一致。", "The letter bears another number.", field="number"
        )
    return LetterIssued(
        case=letter.case,
        programme=letter.programme,
        kind=letter.kind,
        office=letter.office.code,
        year=letter.on.year,
        serial=serial,
        number=letter.number,
        addressee=letter.addressee,
        on=letter.on,
        digest=digest_of(letter),
        words=Sealed.of(letter.model_dump_json(), *owners),
        remedies=bool(letter.remedies),
        decision=decision,
    )


def keep_letters(service: Service) -> None:
    """Declare the rows: the last number of each series, and each letter with how it was served."""

    @service.keep(LetterIssued, of=service.name)
    def _(shelf: Shelf, fact: Recorded[LetterIssued]) -> None:
        said = fact.data
        shelf.put(SERIES, f"{said.programme}|{said.kind}|{said.office}|{said.year}", said.serial)
        shelf.put(ISSUED, said.number, said.model_dump(mode="json"))
        shelf.put(BY_CASE, said.case, [*(shelf.get(BY_CASE, said.case) or ()), said.number])

    @service.keep(LetterServed, of=service.name)
    def _(shelf: Shelf, fact: Recorded[LetterServed]) -> None:
        shelf.put(SERVED, fact.data.number, fact.data.model_dump(mode="json"))


def numbered(
    work: Work,
    programme: str,
    kind: LetterKind,
    office: Office,
    make: Callable[[int], Letter],
    owners: Sequence[Concerned],
    decision: UUID | None = None,
) -> LetterIssued:
    """The fact of the letter that `make` words under the next number of its series; to be recorded by the
    same decision. The year is that of the day on which it is decided: a series is never filled up later."""
    last = work.fact(SERIES, series(programme, kind, office, work.today.year))
    serial = next_serial(last)
    letter = make(serial)
    if letter.on != work.today:
        raise Malformed(
            "letter-day", "文书日期须为当天。", "A letter bears the day of its issue.", field="on"
        )
    return issued(letter, serial, owners, decision)


def letters_of(work: Work, case: CaseId) -> list[tuple[LetterIssued, LetterServed | None]]:
    """A case's letters, oldest first, each with how it was served if it was."""
    return [letter_by_number(work, number) for number in work.fact(BY_CASE, case) or ()]


def letter_by_number(work: Work, number: str) -> tuple[LetterIssued, LetterServed | None]:
    """What was issued under a number, and how it was served if it was; NotFound."""
    row, served = work.fact(ISSUED, number), work.fact(SERVED, number)
    if row is None:
        raise NotFound("没有该文号的文书。", "No letter bears this number.", field="number")
    return LetterIssued.model_validate(row), LetterServed.model_validate(served) if served else None
