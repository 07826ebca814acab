"""The sheets of an uploaded roster, workbook or CSV, as rows of plain cells.

What comes in is copied to a file of our own and inspected (`roster_archive`) before any parser sees it.
openpyxl reads the sheets as a stream; its XML parser is made safe by defusedxml, which must be installed.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import IO, BinaryIO

from openpyxl import load_workbook

from services.registry.roster_archive import Limits, bomb, damaged, inspect_archive, password_set
from services.registry.roster_csv import csv_rows
from services.registry.roster_rows import RosterRefused

# openpyxl quotes cell values in its warnings, and a warning ends up in a log.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 18


class Odd(Enum):
    """Contents of a cell that are no value."""

    FORMULA = "formula"
    ERROR = "error"
    OTHER = "other"


Cell = str | int | float | date | Odd | None
Row = tuple[int, Sequence[Cell]]


@dataclass(slots=True)
class _Budget:
    """What is left of the walk through rows and cells, over all sheets of a file."""

    left: int

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise bomb()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet by name; `rows` starts anew at each call and counts from 1, blank rows included."""

    name: str
    hidden: bool
    source: object
    budget: _Budget

    def rows(self) -> Iterator[Row]:
        if isinstance(self.source, _Text):
            return csv_rows(self.source.file)
        return _workbook_rows(self.source, self.budget)


@dataclass(frozen=True, slots=True)
class _Text:
    file: IO[bytes]


@contextmanager
def opened(file: BinaryIO, filename: str, limits: Limits) -> Iterator[list[Sheet]]:
    """The sheets of an .xlsx or .csv file (a .csv is one sheet named CSV)."""
    # Spooled by us: the caller's file may not seek, and its size is not to be believed.
    with tempfile.SpooledTemporaryFile(max_size=4 << 20) as copy:
        size = 0
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > limits.file_bytes:
                raise RosterRefused(
                    "file-too-large",
                    f"文件超过上限{limits.file_bytes >> 20}MB，请拆分后导入",
                    f"the file is over the limit of {limits.file_bytes >> 20} MiB; split it",
                )
            copy.write(chunk)
        if size == 0:
            raise RosterRefused("file-empty", "文件为空", "the file is empty")
        copy.seek(0)
        _refuse_old_formats(copy)
        kind = filename.lower().rpartition(".")[2]
        if kind == "csv":
            yield [Sheet("CSV", False, _Text(copy), _Budget(limits.cells))]
        elif kind == "xlsx":
            inspect_archive(copy, limits)
            yield from _with_workbook(copy, limits)
        else:
            raise RosterRefused(
                "file-kind",
                "只接受 .xlsx 或 .csv 文件，请另存为这两种格式之一",
                "only .xlsx and .csv files are read; save the file as one of them",
            )


def _with_workbook(file: IO[bytes], limits: Limits) -> Iterator[list[Sheet]]:
    with _damage_is_a_refusal():
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        budget = _Budget(limits.cells)
        sheets = [Sheet(page.title, page.sheet_state != "visible", page, budget) for page in book.worksheets]
    try:
        yield sheets
    finally:
        book.close()


def _workbook_rows(page: object, budget: _Budget) -> Iterator[Row]:
    # The declared dimensions may be wrong either way; without them openpyxl reads to the true end.
    with _damage_is_a_refusal():
        page.reset_dimensions()  # type: ignore[attr-defined]  # read-only sheets have no common type in the stubs
        rows = enumerate(page.iter_rows(), 1)  # type: ignore[attr-defined]  # as above
    while True:
        with _damage_is_a_refusal():
            step = next(rows, None)
        if step is None:
            return
        number, cells = step
        budget.spend(1 + len(cells))
        yield number, [_plain(cell.data_type, cell.value) for cell in cells]


def _plain(kind: str, value: object) -> Cell:
    if value is None:
        return None
    if kind == "f":
        return Odd.FORMULA
    if kind == "e":
        return Odd.ERROR
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return Odd.OTHER
    return value


@contextmanager
def _damage_is_a_refusal() -> Iterator[None]:
    try:
        yield
    except (RosterRefused, MemoryError):
        raise
    except Exception:  # noqa: BLE001  # the reason stands below
        # A damaged workbook makes openpyxl raise whatever it stumbles on (KeyError, IndexError,
        # TypeError, ParseError, RecursionError ...); nothing but its own reading runs in this block.
        raise damaged() from None


def _refuse_old_formats(file: IO[bytes]) -> None:
    """OLE2 files are workbooks of before 2007, or new ones wrapped by a password."""
    if file.read(len(OLE2)) == OLE2:
        tail = b""
        while chunk := file.read(_CHUNK):
            if _ENCRYPTED in tail + chunk:
                raise password_set()
            tail = chunk[-len(_ENCRYPTED) :]
        raise RosterRefused(
            "workbook-old-format",
            "这是旧版 .xls 格式，请在 Excel 或 WPS 中另存为 .xlsx",
            "this is an .xls workbook of the old format; save it as .xlsx",
        )
    file.seek(0)
