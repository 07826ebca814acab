"""Taking a file: read row by row, matched by blind index with the register, kept for comparison, recorded once.

Rows are first sorted by index in a private temporary database that is gone with the process, then merged with the register,
which lies in the same order: memory does not grow with either. Of people who are not registered here nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import IO, Any
from uuid import UUID

from events import verification as v
from events.ids import AgreementId, FeedId
from services.chassis.refusal import Malformed, Refused
from services.chassis.runtime import Runtime
from services.chassis.work import Cause, Keys, Work
from services.registry.identity import IdNumber, IdNumberInvalid
from services.verification import sharing
from services.verification.files import Cells, Opened, open_file
from services.verification.keeping import file_key
from services.verification.records import Records, Refusal
from services.verification.sharing import Agreement, State
from services.verification.sources import ID_NUMBER, SOURCES

PIECE = 5000
RECORDS_KNOWN = 50_000
STRANGERS_LISTED = 10_000
"""Rows of nobody registered here that the report names; all are counted."""
Row = dict[str, Any]


@dataclass
class Taken:
    rows: int = 0
    kept: int = 0
    strangers: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, place: str, rule: str) -> None:
        self.refused += 1
        self.refusals.append((line, place, rule))

    def drain(self) -> list[Refusal]:
        found, self.refusals = self.refusals, []
        return found


def take(
    runtime: Runtime,
    records: Records,
    identifier: AgreementId,
    as_of: date,
    file: IO[bytes],
    filename: str,
    cause: Cause,
) -> Row:
    """What became of the file, the same for every repeat; Refused, and that is recorded, where it is refused whole."""
    digest = _digest(file)
    agreed, today = runtime.decide(lambda work: (_agreed(work, identifier), work.today), cause)
    before = runtime.looking().fact("feed-file", file_key(identifier, as_of, digest))
    if before is not None and not records.lost(UUID(before["feed"])):
        return dict(before)
    try:
        if as_of > today:
            raise Malformed(
                "day-in-future", "数据日期不得晚于今天。", "Data of a day to come.", field="as_of"
            )
        opened = open_file(file, filename, agreed.source, agreed.fields)
        # Of a file whose rows were lost they are put back under its id: nothing new is recorded.
        feed = FeedId(before["feed"]) if before else FeedId.of(runtime.around.ids.random())
        taken = _keep_rows(runtime, records, feed, agreed.source, as_of, opened)
    except Refused as refused:
        _record_refusal(runtime, identifier, agreed, digest, refused, cause)
        raise
    row = runtime.decide(lambda work: _record(work, identifier, as_of, digest, feed, opened, taken), cause)
    if row["feed"] == str(feed):
        records.taken(feed)
    else:
        records.drop(feed)  # the same file was taken twice at once: one counts
    return row


def _agreed(work: Work, identifier: AgreementId) -> Agreement:
    return sharing.agreement(work, identifier, State.GRANTED)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1 << 18):
        digest.update(chunk)
    return digest.hexdigest()


def _record(
    work: Work, identifier: AgreementId, as_of: date, digest: str, feed: FeedId, opened: Opened, taken: Taken
) -> Row:
    key = file_key(identifier, as_of, digest)
    before = work.fact("feed-file", key)
    if before is None:
        found = _agreed(work, identifier)
        current = found.as_of is None or as_of >= found.as_of
        work.record(
            identifier,
            v.FeedReceived(
                agreement=identifier, source=found.source, feed=feed, as_of=as_of, digest=digest, rows=taken.rows,
                matched=taken.kept, strangers=taken.strangers, refused=taken.refused, beyond=opened.beyond,
                beyond_other=opened.beyond_other, late=work.today > found.due, current=current,
                next_by=sharing.next_by(found, as_of, work.today), officer=work.cause.actor.person,
            ),
        )  # fmt: skip
        before = work.fact("feed-file", key)
    return dict(before or {})


def _record_refusal(
    runtime: Runtime, identifier: AgreementId, agreed: Agreement, digest: str, refused: Refused, cause: Cause
) -> None:
    def decide(work: Work) -> None:
        work.record(
            identifier,
            v.FeedRefused(
                agreement=identifier, source=agreed.source, digest=digest, field=refused.field, rule=refused.slug,
                on=work.today,
            ),
        )  # fmt: skip

    runtime.decide(decide, cause)


# -- the rows ----------------------------------------------------------------------------------------------


def _keep_rows(
    runtime: Runtime, records: Records, feed: FeedId, source: v.Source, as_of: date, opened: Opened
) -> Taken:
    taken = Taken()
    records.begin(feed, runtime.looking().today)
    try:
        with closing(sqlite3.connect("")) as sorting:  # an unnamed file: gone when it is closed
            sorting.execute(
                "CREATE TABLE rows (idx TEXT NOT NULL, line INTEGER NOT NULL, data TEXT NOT NULL)"
            )
            read = _read(opened, source, as_of, runtime.around.keys, taken)
            while piece := list(islice(read, PIECE)):
                sorting.executemany("INSERT INTO rows VALUES (?, ?, ?)", piece)
                records.add(feed, (), taken.drain())
            records.add(feed, (), taken.drain())
            in_order = sorting.execute("SELECT idx, line, data FROM rows ORDER BY idx, line")
            matched = _matched(in_order, _register(runtime), SOURCES[source].many, taken)
            while rows := list(islice(matched, PIECE)):
                records.add(feed, rows, taken.drain())
            records.add(feed, (), taken.drain())
    except BaseException:
        records.drop(feed)
        raise
    return taken


def _read(
    opened: Opened, source: v.Source, as_of: date, keys: Keys, taken: Taken
) -> Iterator[tuple[str, int, str]]:
    """Good rows as blind index, line and JSON."""
    place = opened.fields.index(ID_NUMBER)
    known: dict[tuple[str | None, ...], str] = {}  # most rows say the same as another: a kind, a day
    for line, cells in opened.rows:
        taken.rows += 1
        if cells is None:
            taken.refuse(line, "row", "row-form")
            continue
        rest = (*cells[:place], *cells[place + 1 :])
        try:
            number = _number(cells[place], as_of)
            record = known.get(rest)
            if record is None:
                record = _record_of(opened.fields, source, cells, as_of)
                if len(known) < RECORDS_KNOWN:
                    known[rest] = record
        except Malformed as wrong:
            taken.refuse(line, wrong.field, wrong.slug)
            continue
        yield keys.blind_index("id-number", number), line, record


def _number(text: str | None, latest: date) -> str:
    if text is None:
        raise _missing(ID_NUMBER)
    try:
        return IdNumber.read(text, latest).value
    except IdNumberInvalid as wrong:
        raise Malformed(wrong.rule, wrong.zh, wrong.en, field=ID_NUMBER) from None


def _record_of(fields: Sequence[str], source: v.Source, cells: Cells, as_of: date) -> str:
    """JSON of a row's fields but the ID number."""
    columns, record = SOURCES[source].columns, {}
    for name, text in zip(fields, cells, strict=True):
        if name == ID_NUMBER:
            continue
        if text is None:
            raise _missing(name)
        try:
            record[name] = columns[name].read(text.strip(), as_of)
        except Malformed as wrong:
            raise Malformed(wrong.slug, wrong.zh, wrong.en, field=name) from None
    return json.dumps(record, sort_keys=True)


def _missing(name: str) -> Malformed:
    return Malformed("missing", "缺少必填项。", "It is missing.", field=name)


def _register(runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Blind index and person of everybody registered, in the order of the indexes, read in pieces."""
    first = ""
    while page := runtime.store.kept_range("id-number", first, "", PIECE):
        yield from ((index, str(person)) for index, person in page)
        first = page[-1][0] + "\x01"


def _matched(
    rows: Iterator[Any], register: Iterator[tuple[str, str]], many: bool, taken: Taken
) -> Iterator[tuple[str, int, bytes]]:
    """Merge both, each in order; a row repeated is refused, and a second one of who can have one only."""
    index, person = next(register, ("g", ""))  # "g" is behind every hexadecimal index
    last, seen = "", set[str]()
    for idx, line, data in rows:
        while index < idx:
            index, person = next(register, ("g", ""))
        if idx != index:
            taken.strangers += 1
            if taken.strangers <= STRANGERS_LISTED:
                taken.refusals.append((line, ID_NUMBER, "not-of-the-district"))
            continue
        if idx != last:
            last, seen = idx, set()
        if data in seen:
            taken.refuse(line, ID_NUMBER, "row-repeated")
        elif seen and not many:
            taken.refuse(line, ID_NUMBER, "person-twice")
        else:
            seen.add(data)
            taken.kept += 1
            yield person, line, data.encode()
