"""How history is asked about something: an id, a township by its code, a fund's book by fund and year."""

from __future__ import annotations

import re
from uuid import UUID

from events.ids import BookId
from services.chassis.refusal import Malformed, NotFound
from services.registry.divisions import hecheng

TOWNSHIP = re.compile(r"[0-9]{12}")
BOOK = re.compile(r"([a-z][a-z-]{0,39})/([0-9]{4})")
Subject = UUID | str
"""Of a person, household, case, book or whatever else has facts of its own: its id. Of a township: its code."""


def subject_of(text: str) -> Subject:
    """`431202002000`, `basic-living/2022`, or an id. Malformed: `malformed-id`; NotFound: no such township."""
    if TOWNSHIP.fullmatch(text):
        if hecheng().by_code(text) is None:
            raise NotFound("没有该乡镇（街道）代码。", "There is no such township.", field="id")
        return text
    if named := BOOK.fullmatch(text):
        return BookId.of_year(named[1], int(named[2]))
    try:
        return UUID(text)
    except ValueError as error:
        raise Malformed(
            "malformed-id",
            "编号格式不正确：应为编号、12位乡镇代码，或“资金/年度”（如 basic-living/2022）。",
            "Neither an id, nor a township's code of 12 digits, nor a fund and year like basic-living/2022.",
            field="id",
        ) from error
