"""A letter as PDF/A-2u: one file for the screen, the printer and the archive, its font embedded.

Typst sets it (it knows where a Chinese line may break) from `letter.typ`. The same letter with the same names
gives the same bytes with the same release of typst: nothing of the day or the machine goes in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from services.assistance.letters.letter import Letter, named
from services.assistance.letters.setting import lacking, typeset
from services.assistance.letters.wording import chinese_date
from services.chassis.refusal import Refused

ROOM = Path(__file__).parent
ILLUSTRATIVE = "样例：本文书所用标准为示例数据，非正式文书 · Illustrative figures, not an official letter"


class NoSuchGlyph(Refused):
    """The font lacks a character of the letter: a name with a rare one is printed rightly or not at all."""

    def __init__(self, count: int, field: str) -> None:
        super().__init__(
            "letter-glyph",
            f"文书中有{count}个字超出字库（通用规范汉字表及GB 2312），不能打印，请手工出具。",
            f"The letter has {count} characters beyond the font: it cannot be printed; write it by hand.",
            field=field,
        )


def to_pdf(letter: Letter, names: Mapping[UUID, str | None]) -> bytes:
    """The letter on A4; `names` of everybody in `letter.carries`, None for the erased.

    The caller opens them with `unseal`, whose purpose says that this letter is printed. NameMissing where
    one was not given; NoSuchGlyph, which tells neither the name nor the character.
    """
    said = content(letter, names)
    _check_glyphs(said)
    at = datetime(letter.on.year, letter.on.month, letter.on.day, tzinfo=UTC)
    return typeset(ROOM / "letter.typ", "letter", said, at)


def content(letter: Letter, names: Mapping[UUID, str | None]) -> dict[str, object]:
    """What `letter.typ` reads: plain text throughout, names filled in."""
    return {
        "title": letter.title,
        "office": letter.office.name,
        "number": letter.number,
        "date": [letter.on.year, letter.on.month, letter.on.day],
        "day": chinese_date(letter.on),
        "addressee": named(letter, letter.addressed, names),
        "paragraphs": [named(letter, one, names) for one in letter.paragraphs],
        "remedies": list(letter.remedies),
        "contact": [f"联系方式：{letter.office.contact}"] if letter.office.contact else [],
        "mark": ILLUSTRATIVE if letter.illustrative else "",
    }


def _check_glyphs(said: Mapping[str, object]) -> None:
    for field, value in said.items():
        missing = lacking(json.dumps(value, ensure_ascii=False))
        if missing:
            raise NoSuchGlyph(len(missing), field)
