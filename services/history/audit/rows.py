"""Papers, calendars and staff out of the log, kept by the very functions by which a deciding service keeps them.

So an audit asks `services.policy.keeping` and `services.staff.keeping` what a decision asks them, on any day, of any
part of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from events import policy as p
from events.ids import Identifier
from events.sealed import Sealed
from services.chassis.service import Service
from services.history.audit.of_others import Derive, derivations
from services.history.audit.reading import Found, Log
from services.policy import keeping
from services.policy.calendars import WorkingDays
from services.policy.definition import Definition
from services.policy.finding import Refused
from services.policy.keeping import Texts
from services.policy.language.intake import as_input
from services.policy.paper import Input
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook
from services.staff.keeping import keep_staff

_KEEPING = Service("audit", listens=("policy", "staff"))
_KEEPING.keep(p.PaperPublished)(keeping.published)
_KEEPING.keep(p.CalendarPublished)(keeping.calendar)
keep_staff(_KEEPING)
POLICY_TYPES = frozenset({p.PaperPublished.TYPE, p.CalendarPublished.TYPE})
STAFF_TYPES = frozenset(fact.TYPE for fact in _KEEPING.keeps) - POLICY_TYPES


class Rows:
    """What is kept of some facts; `today` is the day of which is asked."""

    def __init__(self, facts: Iterable[Found], today: date = date.min) -> None:
        self.today = today
        self._rows: dict[tuple[str, str], Any] = {}
        self.papers: dict[date, Papers] = {}
        """Put together before, by day."""
        self.published: dict[str, Found] = {}
        """Papers by the digest of their text."""
        for found in facts:
            if (digest := getattr(found.fact, "digest", None)) is not None:
                self.published[digest] = found
            for _, step in _KEEPING.keeps.get(type(found.fact), ()):
                step(self, found.recorded)

    def get(self, kind: str, key: object) -> Any | None:
        return deepcopy(self._rows.get((kind, str(key))))

    def put(self, kind: str, key: object, value: Any) -> None:
        self._rows[kind, str(key)] = value

    def drop(self, kind: str, key: object) -> None:
        self._rows.pop((kind, str(key)), None)

    def fact(self, kind: str, key: object) -> Any | None:
        return self._rows.get((kind, str(key)))

    def remind(self, day: date, kind: str, subject: Identifier) -> None:
        """An audit decides nothing, so nothing falls due."""

    def forget(self, kind: str, subject: Identifier) -> None:
        """As `remind`."""

    def open(self, sealed: Sealed) -> str | None:
        """Names are not needed here, and stay sealed."""


def all_rows(log: Log) -> Rows:
    """Of every paper and calendar that was published, whoever knew it."""
    return Rows(log.of_types(POLICY_TYPES))


@dataclass(frozen=True, slots=True, eq=False)
class Papers:
    """Those that count on a day: put together, with the digest of each by its id, and the working days."""

    rulebook: Rulebook
    days: WorkingDays
    digests: dict[str, str]


def papers_on(rows: Rows, day: date) -> Papers:
    """keeping.Altered where a text is not what its digest says."""
    found = rows.papers.get(day)
    if found is None:
        found = rows.papers[day] = _papers(keeping.texts_of(rows, day), keeping.working_days(rows))
    return found


@lru_cache(maxsize=64)
def _papers(texts: Texts, days: WorkingDays) -> Papers:
    papers = keeping.papers(texts)
    digests = {paper.identity.id: digest for paper, digest in zip(papers, texts.digests, strict=True)}
    return Papers(keeping.rulebook(texts, days), days, digests)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rule of a programme on a day; `asked`: its inputs and what it remembers, by name; `beside`: of these what a
    service knows beside the case; `monthly`: whether it is paid by months; `brings_money`: a status may bring none."""

    rule: Rule
    asked: Mapping[str, Input]
    beside: Mapping[str, Derive]
    monthly: bool
    brings_money: bool = True


@lru_cache(maxsize=2048)
def ruling(papers: Papers, programme: str, on: date) -> Ruling:
    """policy.finding.Refused without a rule on the day."""
    rule = papers.rulebook.rule(programme, on)
    monthly = (said(rule, "period") or "month") == "month"
    definition = rule.definition
    return Ruling(
        rule, asked_by(definition), derivations(definition), monthly, said(rule, "fund") is not None
    )


@lru_cache(maxsize=2048)
def fund_of(papers: Papers, programme: str, on: date) -> str | None:
    """The title of the fund out of which a programme is paid; None where no paper says so, or no rule holds that day."""
    try:
        rule = papers.rulebook.rule(programme, on)
    except Refused:
        return None
    found = said(rule, "fund")
    return None if found is None else str(found)


def asked_by(definition: Definition) -> dict[str, Input]:
    """What a rule is told, what it remembers of earlier months included."""
    return dict(definition.inputs) | {name: as_input(one) for name, one in definition.history.items()}


def said(rule: Rule, name: str) -> object:
    """What the last of the papers that says it says of the programme."""
    definition = rule.definition
    parts = [p for paper in reversed(definition.papers) for p in paper.programmes]
    own = (p for p in parts if p.programme == definition.programme)
    return next((value for p in own if (value := getattr(p, name)) is not None), None)


@lru_cache(maxsize=2048)
def numbers_in_force(papers: Papers, on: date) -> frozenset[str]:
    return frozenset(paper.identity.number for paper in papers.rulebook.in_force(on))
