"""A district log of millions of events, written as rows: the same families as `test_asof.District`, by template.

Making each fact through its model and taking it through the door costs ten times as much; the index is built from the
rows by `DistrictLog.rebuild`, as after an upgrade.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import msgspec

from events.base import Entry
from events.ids import PersonId
from services.chassis.database import Row
from services.history.district_log import DistrictLog
from tests.bench.measuring import cpu_rate

KEPT = 20  # of so many families, one is there to be asked about
_encode = msgspec.json.encode


class Template:
    """An event of an example family; `%` fills in another family's ids, its own and its predecessor's, and when."""

    def __init__(self, entry: Entry, names: dict[UUID, str]) -> None:
        e = entry.envelope
        self.source, self.schema = e.source, e.dataschema
        self.subject_of = names[e.stream]
        self.kind = e.subject.partition("/")[0]
        assert e.previous is not None, "the first of its source is no example"
        self.reads = next(iter(e.known), None)
        texts = {str(id): f"%({name})b" for id, name in names.items()} | {
            str(e.id): "%(id)b",
            str(e.previous): "%(previous)b",
            f'"sequence":{e.sequence},': '"sequence":%(sequence)d,',
            e.recordedtime.isoformat().replace("+00:00", "Z"): "%(now)b",
            f'"{e.effective.isoformat()}"': '"%(day)b"',
            f'"month":"{e.effective.year}-': '"month":"%(year)d-',
        }
        if self.reads is not None:
            texts[f'"{self.reads}":{e.known[self.reads]}'] = f'"{self.reads}":%(known)d'
        self.envelope, self.data = (_filled(text, texts) for text in (_encode(e), entry.data))


def _filled(text: bytes, places: dict[str, str]) -> bytes:
    for found, place in places.items():
        text = text.replace(found.encode(), place.encode())
    return text


class LongLog:
    """`people`: some whose families are in the log, in the order in which they came."""

    def __init__(self, log: DistrictLog, beginning: Iterator[Entry], step: timedelta) -> None:
        self.people: list[PersonId] = []
        self._log, self._step = log, step
        first = list(islice(beginning, 1 + 2 * FAMILY))
        self._take(first)
        example = first[-FAMILY:]
        streams = list(dict.fromkeys(one.envelope.stream for one in example))
        self._templates = [Template(one, dict(zip(streams, NAMES, strict=True))) for one in example]
        self._draw = random.Random(2)
        self._now: datetime = first[-1].envelope.recordedtime
        self._last = {one.envelope.source: (one.envelope.sequence, str(one.envelope.id)) for one in first}
        self.count = len(first)

    def grow(self, size: int, at_once: int = 20_000) -> float:
        """Families until there are so many events, then the index; how many events it takes a second of our processor."""
        rows = self._rows()
        while self.count < size:
            some = list(islice(rows, -(-min(at_once, size - self.count) // FAMILY) * FAMILY))
            with self._log.database.transaction() as session:
                self._log.engine.insert(session, "district_log", some)
                session.execute("UPDATE log_head SET position = ?", (self.count,))
                for source, (sequence, id) in self._last.items():
                    session.execute(
                        "UPDATE sources SET sequence = ?, id = ?, recordedtime = ? WHERE source = ?",
                        (sequence, UUID(id).bytes, self._now.isoformat(), source),
                    )
        return cpu_rate(self.count, self._log.rebuild)

    def _take(self, entries: Sequence[Entry]) -> None:
        for source in dict.fromkeys(one.envelope.source for one in entries):
            self._log.take(source, [one for one in entries if one.envelope.source == source])

    def _rows(self) -> Iterator[Row]:
        while True:
            ids = [UUID(int=self._draw.getrandbits(128), version=4) for _ in NAMES]
            if self.count // FAMILY % KEPT == 0:
                self.people += [PersonId.of(one) for one in ids[:3]]
            named: dict[bytes, object] = {
                name.encode(): str(id).encode() for name, id in zip(NAMES, ids, strict=True)
            }
            for template in self._templates:
                yield self._row(template, named)

    def _row(self, template: Template, named: dict[bytes, object]) -> Row:
        self._now += self._step
        self.count += 1
        sequence, previous = self._last[template.source]
        id = UUID(int=self._draw.getrandbits(128), version=4)
        self._last[template.source] = sequence + 1, str(id)
        at, day = self._now.isoformat(), self._now.date()
        named |= {
            b"id": str(id).encode(), b"previous": previous.encode(), b"sequence": sequence + 1,
            b"now": at.replace("+00:00", "Z").encode(), b"day": day.isoformat().encode(), b"year": day.year,
            b"known": self._last[template.reads][0] if template.reads else 0,
        }  # fmt: skip
        subject = named[template.subject_of.encode()]
        assert isinstance(subject, bytes)
        return (
            self.count, template.source, sequence + 1, id.bytes, template.schema,
            f"{template.kind}/{subject.decode()}", day.isoformat(), at,
            template.envelope % named, template.data % named,
        )  # fmt: skip


NAMES = ("one", "two", "three", "home", "case")
"""The streams of a family, in the order in which they begin."""
FAMILY = 21
"""Events of one."""
