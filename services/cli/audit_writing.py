"""A list of an audit written to a file, by its ending: a table for a spreadsheet, or a line of JSON each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import BaseModel

from services.chassis import spreadsheet, workbook

T = TypeVar("T", bound=BaseModel)
ENDINGS = (".csv", ".xlsx", ".jsonl")


class Writing:
    """Refused at once where the ending is another; nothing is held in memory."""

    def __init__(self, to: Path) -> None:
        self._to = to
        if to.suffix not in ENDINGS:
            said = f"文件应为{'、'.join(ENDINGS)}之一。 The file ends in one of {', '.join(ENDINGS)}."
            raise typer.BadParameter(said, param_hint="--out")

    def write(
        self,
        title: str,
        headings: Sequence[str],
        cells: Callable[[T], Iterable[object]],
        lines: Iterable[T],
        widths: Sequence[int] = (),
    ) -> None:
        match self._to.suffix:
            case ".csv":
                with self._to.open("wb") as file:
                    file.write(spreadsheet.line(headings, mark=True))
                    file.writelines(spreadsheet.line(cells(one)) for one in lines)
            case ".xlsx":
                workbook.write(self._to, workbook.Sheet(title, headings, map(cells, lines), widths))
            case _:
                with self._to.open("w", encoding="utf-8") as file:
                    file.writelines(f"{one.model_dump_json()}\n" for one in lines)
