"""The rows of a file: checked one by one, matched by blind index with the register, kept; in pieces.

Each piece is one transaction that also says how far it went: whatever cuts the taking off, the same file goes on from
there. A piece is all that is held, however long the file or the register. Of people who are not registered here nothing is
kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import dropwhile, islice
from typing import NamedTuple

from events import verification as v
from services.chassis.refusal import Conflict, Malformed
from services.chassis.runtime import Runtime
from services.registry.identity import IdNumber, IdNumberInvalid
from services.verification.files import Cells, Opened
from services.verification.records import Reached, Records, Refusal
from services.verification.sources import ID_NUMBER, SOURCES, Source

PIECE = 5000
RECORDS_KNOWN = 10_000
BEING_TAKEN = "file-being-taken"
STRANGERS_LISTED = 10_000
"""Rows of nobody registered here that the report names; all are counted."""
Told = Callable[[Reached], object]
"""Hears how far the taking is."""


class Good(NamedTuple):
    """A row that says what it should: its line, the blind index of its number, and the rest as JSON."""

    line: int
    number: str
    record: str


class Matching:
    def __init__(
        self, runtime: Runtime, records: Records, source: v.Source, as_of: date, opened: Opened
    ) -> None:
        self._runtime, self._records, self._opened = runtime, records, opened
        self._source, self._as_of = SOURCES[source], as_of
        self._place = opened.fields.index(ID_NUMBER)
        self._known: dict[
            tuple[str | None, ...], str
        ] = {}  # most rows say the same as another: a kind, a day

    def take(self, file: str, reached: Reached, told: Told) -> Reached:
        """Everything behind what is reached. Conflict where another process takes the same file."""
        rows = dropwhile(lambda row: row[0] <= reached.line, self._opened.rows)
        while piece := list(islice(rows, PIECE)):
            reached = self._piece(file, reached, piece)
            told(reached)
        return reached

    def _piece(self, file: str, reached: Reached, piece: Sequence[tuple[int, Cells | None]]) -> Reached:
        refused: list[Refusal] = []
        good = list(self._good(piece, refused))
        registered = self._runtime.store.kept_of("id-number", list({one.number for one in good}))
        strangers = [one for one in good if one.number not in registered]
        left = max(STRANGERS_LISTED - reached.strangers, 0)
        listed: list[Refusal] = [(one.line, ID_NUMBER, "not-of-the-district") for one in strangers[:left]]
        ours = [(one, str(registered[one.number])) for one in good if one.number in registered]
        kept = list(self._kept(reached, ours, refused))
        after = replace(
            reached,
            line=piece[-1][0],
            rows=reached.rows + len(piece),
            kept=reached.kept + len(kept),
            strangers=reached.strangers + len(strangers),
            refused=reached.refused + len(refused),
        )
        if not self._records.add(file, reached, after, kept, [*refused, *listed]):
            raise Conflict(
                BEING_TAKEN,
                "该文件正在导入，请稍后再试。",
                "The file is being taken already.",
                field="file",
            )
        return after

    # -- one row -------------------------------------------------------------------------------------------

    def _good(self, piece: Sequence[tuple[int, Cells | None]], refused: list[Refusal]) -> Iterator[Good]:
        keys, place = self._runtime.around.keys, self._place
        for line, cells in piece:
            if cells is None:
                refused.append((line, "row", "row-form"))
                continue
            try:
                number = _number(cells[place], self._as_of)
                record = self._record((*cells[:place], *cells[place + 1 :]))
            except Malformed as wrong:
                refused.append((line, wrong.field, wrong.slug))
                continue
            yield Good(line, keys.blind_index("id-number", number), record)

    def _record(self, texts: tuple[str | None, ...]) -> str:
        """JSON of a row's fields but the ID number."""
        known = self._known.get(texts)
        if known is None:
            known = _json_of(self._others, texts, self._source, self._as_of)
            if len(self._known) < RECORDS_KNOWN:
                self._known[texts] = known
        return known

    @property
    def _others(self) -> tuple[str, ...]:
        fields = self._opened.fields
        return (*fields[: self._place], *fields[self._place + 1 :])

    # -- those of the register -----------------------------------------------------------------------------

    def _kept(
        self, reached: Reached, ours: Sequence[tuple[Good, str]], refused: list[Refusal]
    ) -> Iterator[tuple[str, int, bytes]]:
        """A row repeated is refused, and a second one of who can have one only."""
        seen = defaultdict[str, set[str]](set)
        for person, records in self._records.texts(reached.feed, {person for _, person in ours}).items():
            seen[person] = records
        for one, person in ours:
            before = seen[person]
            if one.record in before:
                refused.append((one.line, ID_NUMBER, "row-repeated"))
            elif before and not self._source.many and len(before) >= self._numbers(person):
                refused.append((one.line, ID_NUMBER, "person-twice"))
            else:
                before.add(one.record)
                yield person, one.line, one.record.encode()

    def _numbers(self, person: str) -> int:
        """How many ID numbers somebody has: who was registered twice has two, and a record under each."""
        return len(self._runtime.looking().fact("id-of", person) or ())


def _number(text: str | None, latest: date) -> str:
    if text is None:
        raise _missing(ID_NUMBER)
    try:
        return IdNumber.read(text, latest).value
    except IdNumberInvalid as wrong:
        raise Malformed(wrong.rule, wrong.zh, wrong.en, field=ID_NUMBER) from None


def _json_of(names: Sequence[str], texts: Sequence[str | None], source: Source, as_of: date) -> str:
    record = {}
    for name, text in zip(names, texts, strict=True):
        if text is None:
            raise _missing(name)
        try:
            record[name] = source.columns[name].read(text.strip(), as_of)
        except Malformed as wrong:
            raise Malformed(wrong.slug, wrong.zh, wrong.en, field=name) from None
    return json.dumps(record, sort_keys=True)


def _missing(name: str) -> Malformed:
    return Malformed("missing", "缺少必填项。", "It is missing.", field=name)
