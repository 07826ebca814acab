"""What every service that decides keeps of policy: the published papers with their texts, and the calendars.

    SERVICE.keep(policy.PaperPublished)(keeping.published)
    SERVICE.keep(policy.CalendarPublished)(keeping.calendar)

Then in a decision: `rulebook_of(work)`, `working_days(work)`. The rows follow from the log alone, so that a
decision that is repeated from the logs finds the very papers that it rested on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol

from events.base import Recorded
from events.policy import CalendarPublished, PaperProposed, PaperPublished, PaperWithdrawn
from services.chassis.service import Shelf
from services.policy.calendars import WorkingDays
from services.policy.paper import Paper
from services.policy.reading import from_canonical
from services.policy.rulebook import Rulebook

POLICY = "policy"
"""Row `papers`: code → number and versions as [effective, digest]; row `calendars`: year → moved days."""
TEXT = "policy-text"
"""Digest → canonical text."""
OPEN = "policy-open"
"""Only of policy itself: digest of an open proposal → its paper's code."""


class Reading(Protocol):
    """A decision in progress: `services.chassis.work.Work`."""

    @property
    def today(self) -> date: ...

    def fact(self, kind: str, key: object) -> Any | None: ...


class Altered(RuntimeError):
    """A kept text is not the one whose digest was published."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Papers by their digests, sorted: two with the same digests are the same papers."""

    digests: tuple[str, ...]
    texts: tuple[str, ...] = field(compare=False, repr=False)


def published(shelf: Shelf, fact: Recorded[PaperPublished]) -> None:
    told = fact.data
    papers = shelf.get(POLICY, "papers") or {}
    row = papers.setdefault(told.code, {"number": told.number, "versions": []})
    row["versions"].append([told.effective.isoformat(), told.digest])
    shelf.put(POLICY, "papers", papers)
    shelf.put(TEXT, told.digest, told.text)


def calendar(shelf: Shelf, fact: Recorded[CalendarPublished]) -> None:
    told = fact.data
    calendars = shelf.get(POLICY, "calendars") or {}
    calendars[str(told.year)] = [off.on.isoformat() for off in (*told.holidays, *told.working_weekends)]
    shelf.put(POLICY, "calendars", calendars)


def proposed(shelf: Shelf, fact: Recorded[PaperProposed]) -> None:
    shelf.put(OPEN, fact.data.digest, fact.data.code)


def settled(shelf: Shelf, fact: Recorded[PaperPublished | PaperWithdrawn]) -> None:
    shelf.drop(OPEN, fact.data.digest)


def texts_of(work: Reading, on: date | None = None) -> Texts:
    """Of each paper the version that counts on a day (today, unless said); lapsed papers are among them."""
    day = (on or work.today).isoformat()
    papers: Mapping[str, Any] = work.fact(POLICY, "papers") or {}
    return _texts(work, (_counting(row["versions"], day) for row in papers.values()))


def latest_texts(work: Reading, beside: Mapping[str, tuple[str, str]], without: str) -> Texts:
    """Of each paper but one the version published last, whether it counts already or not; `beside` gives others
    that are to be published with it, by their codes: digest and text."""
    papers: Mapping[str, Any] = work.fact(POLICY, "papers") or {}
    latest = {code: row["versions"][-1][1] for code, row in papers.items() if code not in beside}
    found = {digest: str(work.fact(TEXT, digest)) for code, digest in latest.items() if code != without}
    found |= {digest: text for code, (digest, text) in beside.items() if code != without}
    return Texts(tuple(sorted(found)), tuple(found[digest] for digest in sorted(found)))


def _texts(work: Reading, digests: Iterable[str | None]) -> Texts:
    found = tuple(sorted(digest for digest in digests if digest is not None))
    return Texts(found, tuple(str(work.fact(TEXT, digest)) for digest in found))


def _counting(versions: list[list[str]], day: str) -> str | None:
    """The version with the latest start that is not after the day; of two with one start the later published."""
    begun = [
        (effective, number, digest) for number, (effective, digest) in enumerate(versions) if effective <= day
    ]
    return max(begun)[2] if begun else None


def rulebook_of(work: Reading, on: date | None = None) -> Rulebook:
    """The rules by which is decided on a day (today, unless said), from the papers published for it."""
    return rulebook(texts_of(work, on), working_days(work))


def working_days(work: Reading) -> WorkingDays:
    calendars: Mapping[str, list[str]] = work.fact(POLICY, "calendars") or {}
    return _working_days(tuple((year, tuple(days)) for year, days in calendars.items()))


@lru_cache(maxsize=16)
def _working_days(calendars: tuple[tuple[str, tuple[str, ...]], ...]) -> WorkingDays:
    return WorkingDays.of({int(year): map(date.fromisoformat, days) for year, days in calendars})


@lru_cache(maxsize=16)
def rulebook(texts: Texts, days: WorkingDays) -> Rulebook:
    return Rulebook(papers(texts), days.is_working)


@lru_cache(maxsize=16)
def papers(texts: Texts) -> tuple[Paper, ...]:
    """The papers themselves. Altered where a text is not what was published under its digest."""
    return tuple(map(paper, texts.digests, texts.texts))


@lru_cache(maxsize=64)
def paper(digest: str, text: str) -> Paper:
    if sha256(text.encode()).hexdigest() != digest:
        raise Altered(f"the text kept as {digest} is another")
    return from_canonical(text.encode())
