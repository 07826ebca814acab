"""The inbox: upstream facts, each taken once, in order, and never before its causes.

One function takes a run of entries of one source inside one transaction. Where it stops it says why:
`wait` (a cause is still on its way, try again later) or a `Stop` (a gap, a fork, an old copy, a newer
version, a clock ahead), which leaves the feed unready until a person has looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from events.base import CATALOGUE, Actor, Entry, Event, UnknownType, current
from services.chassis import letters
from services.chassis.codec import read
from services.chassis.letters import blocked, park
from services.chassis.service import Service, name_of
from services.chassis.shelf import Rows, WorkShelf
from services.chassis.store import INFRASTRUCTURE
from services.chassis.work import Cause, Work

AHEAD = timedelta(minutes=5)
DEEPEST = 16

Position = dict[str, Any]  # sequence, id, recordedtime


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a feed went no further. `slug` is stable; `wait` alone is no alarm."""

    slug: str
    detail: str = ""

    @property
    def alarming(self) -> bool:
        return self.slug != "wait"


WAIT = Stopped("wait")


@dataclass(frozen=True, slots=True)
class Taken:
    entries: int
    stopped: Stopped | None = None


def position_of(entry: Entry) -> Position:
    e = entry.envelope
    return {"sequence": e.sequence, "id": str(e.id), "recordedtime": e.recordedtime.isoformat()}


def judge(position: Position | None, entry: Entry) -> str:
    """`next`, `duplicate`, `gap` or `fork`, from the last entry taken and this one."""
    e = entry.envelope
    if position is None:
        return "next" if e.previous is None else "gap"
    if e.sequence > position["sequence"]:
        return "next" if str(e.previous) == position["id"] else "gap"
    if e.sequence == position["sequence"]:
        return "duplicate" if str(e.id) == position["id"] else "fork"
    return "duplicate" if e.recordedtime < datetime.fromisoformat(position["recordedtime"]) else "fork"


def take(work: Work, entries: Sequence[Entry]) -> Taken:
    """Take entries of one source, in order, as far as possible; the rest is for a later call."""
    for count, entry in enumerate(entries):
        stopped = _take(work, entry)
        if stopped is not None:
            return Taken(count, stopped)
    return Taken(len(entries))


def _take(work: Work, entry: Entry) -> Stopped | None:
    e = entry.envelope
    verdict = judge(work.fact("position", e.source), entry)
    if verdict == "duplicate":
        return None
    if verdict != "next":
        return Stopped(verdict, f"{e.source} {e.sequence} does not follow what was taken before")
    if e.recordedtime > work.now + AHEAD:
        return Stopped("clock-ahead", f"{e.source} records {e.recordedtime.isoformat()}")
    stopped = must_wait(work, entry)
    if stopped is not None:
        return stopped
    fact = taken_type(work, entry)
    if isinstance(fact, Stopped):
        return fact
    work.keep("position", e.source, position_of(entry))
    hear(work, entry)
    if fact is not None:
        work.begin(cause_of(work, entry))
        if blocked(work, e.concerns):
            park(work, entry, "waits behind a letter about the same people")
        else:
            _apply(work, entry)
    return None


def must_wait(work: Work, entry: Entry) -> Stopped | None:
    """Whether a cause of the entry is still to come: causal delivery."""
    e = entry.envelope
    own = work.around.source
    for vector in (e.known, e.heard):
        for source, sequence in vector.items():
            if source == own:
                if sequence > work.sequence:
                    return Stopped(
                        "old-copy",
                        f"others know {sequence} events of this log, it holds {work.sequence}:"
                        f" an old copy; run `doudi restore {work.service.name}`",
                    )
            elif name_of(source) in work.service.listens and source != e.source:
                position = work.fact("position", source)
                if position is None or position["sequence"] < sequence:
                    return WAIT
    return None


def taken_type(work: Work, entry: Entry) -> type[Event] | Stopped | None:
    """The type if the service takes it; None to skip; a stop where it is newer than this program."""
    e = entry.envelope
    try:
        fact = CATALOGUE[current(e.dataschema)]
    except UnknownType:
        wanted = {f.TYPE for f in (*work.service.keeps, *work.service.reactions)}
        if e.type in wanted:
            return Stopped("newer-version", f"{e.dataschema} is newer than this program: upgrade it")
        return None
    return fact if work.service.takes(fact) else None


def wants(service: Service, schema: str) -> bool:
    """Whether entries stored under a schema are more than passed over: taken, or looked at because unknown."""
    try:
        return service.takes(CATALOGUE[current(schema)])
    except UnknownType:
        return True


def hear(rows: Rows, entry: Entry) -> None:
    """Remember the highest positions named of sources that this service does not listen to."""
    e, around = entry.envelope, rows.around
    others = [
        (source, sequence)
        for vector in (e.known, e.heard)
        for source, sequence in vector.items()
        if source != around.source and name_of(source) not in around.service.listens
    ]
    if not others:
        return
    heard: dict[str, int] = rows.fact("heard", "all") or {}
    new = dict(heard)
    for source, sequence in others:
        new[source] = max(sequence, new.get(source, 0))
    if new != heard:
        rows.keep("heard", "all", new)


def cause_of(work: Work, entry: Entry) -> Cause:
    e = entry.envelope
    actor = Actor("system", work.service.name)
    return Cause(actor, e.correlationid, e.id, e.depth + 1)


def _apply(work: Work, entry: Entry) -> None:
    """Fold the fact and react to it; if that fails, nothing of it stays but a letter."""
    mark = work.mark()
    try:
        if entry.envelope.depth >= DEEPEST:
            raise RecursionError(f"reactions deeper than {DEEPEST}")
        fact = read(entry, work.around.keys)
        work.service.apply(WorkShelf(work, entry.envelope.source), fact)
        work.service.react(work, fact)
    except INFRASTRUCTURE:
        raise  # the machine, not the fact: stop, back off, and take it again
    except Exception as failure:  # noqa: BLE001  # a fact that fails must park, not stop its source
        work.rollback(mark)
        work.begin(cause_of(work, entry))
        park(work, entry, type(failure).__name__)


def drain_retries(work: Work) -> int:
    """Try every letter for which a retry was asked, in order of arrival; how many were settled."""
    settled = 0
    for key, _ in work.facts("retry"):
        number = int(key)
        if letters.behind_another(work, number):
            letters.refuse_retry(work, number, "waits behind an earlier letter about the same people")
            continue
        entry = letters.letter_entry(work, number)
        mark = work.mark()
        work.begin(cause_of(work, entry))
        try:
            letters.unshelve(work, number)
            fact = read(entry, work.around.keys)
            work.service.apply(WorkShelf(work, entry.envelope.source), fact)
            letters.resumed(work, entry)  # in the order in which a reconstruction does it
            work.service.react(work, fact)
            settled += 1
        except INFRASTRUCTURE:
            raise
        except Exception as failure:  # noqa: BLE001  # as above: it goes on waiting
            work.rollback(mark)
            work.begin(cause_of(work, entry))
            letters.refuse_retry(work, number, type(failure).__name__)
    return settled
