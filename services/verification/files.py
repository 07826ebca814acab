"""A department's file as rows: CSV (UTF-8 or GB18030) or JSON Lines, streamed, by its own headings.

A column that the agreement names and the file lacks refuses the file (its form was changed); columns beyond the agreement
are not read. Headings may be the fields' names or their Chinese ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from events import verification as v
from services.chassis.redaction import redact
from services.chassis.refusal import Malformed
from services.registry.roster_csv import csv_rows
from services.registry.roster_rows import RosterRefused
from services.verification.sources import ID_NUMBER, SOURCES

LONGEST_LINE = 10_000
NAMED_BEYOND = 50
_NAME = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
Cells = Sequence[str | None]
"""A row's texts in the order of the agreed fields; None where there is nothing."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`fields`: those agreed; `beyond`: further columns by their names, `beyond_other`: how many more."""

    fields: tuple[str, ...]
    beyond: tuple[str, ...]
    beyond_other: int
    rows: Iterator[tuple[int, Cells | None]]
    """Line from 1, and the cells; None for a line that cannot be read."""


def open_file(file: IO[bytes], filename: str, source: v.Source, agreed: Sequence[str]) -> Opened:
    """Malformed, with field and rule, for a file that cannot be taken as a whole."""
    if filename.lower().endswith((".jsonl", ".ndjson")):
        return _json_lines(file, source, agreed)
    if filename.lower().endswith(".csv"):
        return _csv(file, source, agreed)
    raise _wrong("file-kind", "应为.csv或.jsonl文件。", "A .csv or .jsonl file is needed.")


def _names(source: v.Source) -> dict[str, str]:
    """Heading → field."""
    columns = SOURCES[source].columns
    return {
        ID_NUMBER: ID_NUMBER, "身份证号": ID_NUMBER, "公民身份号码": ID_NUMBER,
        **{name: name for name in columns}, **{column.zh: name for name, column in columns.items()},
    }  # fmt: skip


def _judged(
    source: v.Source, agreed: Sequence[str], headings: Sequence[str]
) -> tuple[dict[str, int], tuple[str, ...], int]:
    """Where each agreed field stands, and what is beyond them."""
    names = _names(source)
    fields = [names.get(one.strip(), one.strip()) for one in headings]
    doubled = {one for one in fields if one in agreed and fields.count(one) > 1}
    if doubled:
        raise Malformed("column-twice", "同一数据项出现两次。", "A column stands twice.", field=min(doubled))
    for one in agreed:
        if one not in fields:
            raise Malformed(
                "column-missing",
                "文件缺少协议约定的数据项（格式是否已变更？）。",
                "A column that was agreed is missing: was the form changed?",
                field=one,
            )
    further = sorted({one for one in fields if one not in agreed})
    named = [one for one in further if _NAME.fullmatch(one) and redact(one) == one][:NAMED_BEYOND]
    return {one: fields.index(one) for one in agreed}, tuple(named), len(further) - len(named)


def _csv(file: IO[bytes], source: v.Source, agreed: Sequence[str]) -> Opened:
    try:
        lines = csv_rows(file)
        _, headings = next(lines, (0, []))
    except RosterRefused as refused:
        raise _wrong(refused.rule, refused.zh, refused.en) from None
    places, beyond, other = _judged(source, agreed, [one or "" for one in headings if one])
    wanted, width = [places[one] for one in agreed], len(headings)

    def rows() -> Iterator[tuple[int, Cells | None]]:
        try:
            for number, cells in lines:
                if len(cells) == width:
                    yield number, [cells[place] for place in wanted]
                elif any(cells):
                    yield number, None
        except RosterRefused as refused:
            raise _wrong(refused.rule, refused.zh, refused.en) from None

    return Opened(tuple(agreed), beyond, other, rows())


def _json_lines(file: IO[bytes], source: v.Source, agreed: Sequence[str]) -> Opened:
    file.seek(0)
    first = _object(file.readline(LONGEST_LINE))
    if first is None:
        raise _wrong("json-lines", "首行不是JSON对象。", "The first line is no JSON object.")
    places, beyond, other = _judged(source, agreed, list(first))
    keys = [list(first)[places[one]] for one in agreed]

    def rows() -> Iterator[tuple[int, Cells | None]]:
        file.seek(0)
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if not line.strip():
                continue
            found = _object(line)
            # Of another form than the first line: its columns mean something else.
            yield (
                number,
                None
                if found is None or found.keys() != first.keys()
                else [_text(found[key]) for key in keys],
            )

    return Opened(tuple(agreed), beyond, other, rows())


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: Any) -> str | None:
    """Texts and whole numbers as they are; anything else is not read."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _wrong(rule: str, zh: str, en: str) -> Malformed:
    return Malformed(rule, zh, en, field="file")
