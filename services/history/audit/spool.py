"""Findings written down as they are found, and read again from any place: memory holds counts and one line at a time.

The file has no name: it is gone with the process, whatever ends that, and nobody else can open it.
"""

from __future__ import annotations

import os
import weakref
from collections import Counter
from collections.abc import Iterator
from tempfile import TemporaryFile

from services.chassis.problems import invalid
from services.history.audit.finding import FindingLine
from services.history.audit.verdict import Class, Sort

BLOCK = 64 * 1024
Counts = dict[Class, dict[Sort, int]]


class Spool:
    """One writer, then any number of readers. A place is how many bytes lie before it."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  # closed with the last who reads
        weakref.finalize(self, self._file.close)
        self._counts: dict[Class, Counter[Sort]] = {}
        self.lines = 0

    def add(self, line: FindingLine) -> None:
        assert line.finding is not None and line.sort is not None, "of a finding"
        self._file.write(line.model_dump_json().encode() + b"\n")
        self._counts.setdefault(line.finding, Counter())[line.sort] += 1
        self.lines += 1

    def counts(self) -> Counts:
        """So far, by class and by who could know."""
        return {kind: dict(sorts) for kind, sorts in list(self._counts.items())}

    def finish(self) -> None:
        self._file.flush()

    def read(self, place: int = 0) -> Iterator[tuple[int, FindingLine]]:
        """Lines from a place on, each with the place behind it. Problem 422 where no line begins there."""
        if place and os.pread(self._file.fileno(), 1, place - 1) != b"\n":
            zh, en = "页码游标无效，请从第一页重新读取。", "Not a cursor of this list: begin again."
            raise invalid("query.cursor", "cursor", zh, en)
        return self._lines(place)

    def _lines(self, place: int) -> Iterator[tuple[int, FindingLine]]:
        """Every reader at its own offset (`pread`)."""
        rest, offset = b"", place
        while block := os.pread(self._file.fileno(), BLOCK, offset):
            offset += len(block)
            *whole, rest = (rest + block).split(b"\n")
            for text in whole:
                place += len(text) + 1
                yield place, FindingLine.model_validate_json(text)
