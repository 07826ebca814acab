"""Rows of a comma-separated roster: UTF-8 with or without a mark, or GB18030 as Excel writes it here."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

from services.registry.roster_rows import RosterRefused

_CHUNK = 1 << 18
_LONGEST_CELL = 10_000


def csv_rows(file: IO[bytes]) -> Iterator[tuple[int, Sequence[str | None]]]:
    """(row number from 1, cells) of the whole file; empty cells are None."""
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Kept(file)), encoding=encoding, newline="")
    try:
        for number, cells in enumerate(csv.reader(text, strict=True), 1):
            if cells and max(map(len, cells)) > _LONGEST_CELL:
                raise _malformed()
            yield number, [cell or None for cell in cells]
    except csv.Error:
        raise _malformed() from None


def _encoding(file: IO[bytes]) -> str:
    """Decided over the whole file: the first byte that tells may stand in its last row."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    raise _undecodable()
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise _undecodable()


class _Kept(io.RawIOBase):
    """The file without its `close`: a text wrapper closes what it wraps, and the file is read twice."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub asks for any buffer
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _undecodable() -> RosterRefused:
    return RosterRefused(
        "csv-encoding",
        "CSV文件既不是UTF-8也不是GB18030编码，或不是文本",
        "the CSV file is neither UTF-8 nor GB18030 text",
    )


def _malformed() -> RosterRefused:
    return RosterRefused(
        "csv-malformed",
        "CSV文件引号不配对或单元格过长，无法读取",
        "the CSV file has unbalanced quotes or an oversized cell",
    )
