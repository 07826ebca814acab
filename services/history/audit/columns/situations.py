"""What the papers said, asked once for all that was decided in the same situation: by the same service, knowing the same
of policy, on the same day, of the same programme."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from events import assistance as a
from services.history.audit.columns.writing import Inputs, NotInColumns, inputs_of, looking_back
from services.history.audit.lean import LeanLog
from services.history.audit.reconstruct import Reader
from services.history.audit.rows import Rows, Ruling, numbers_in_force, papers_on, ruling
from services.policy.definition import Definition
from services.policy.finding import Refused
from services.policy.keeping import Altered
from services.policy.language.wrong import Wrong
from services.policy.sql.inputs import refusals
from services.policy.sql.telling import tell

ASKED: Final = "asked"
"""The table that a rule is asked about."""
BESIDES: Final = ("head", "written")
"""Of a recommendation, what its text should say before the sum, and of its inputs."""
GROUNDS: Final = ',"grounds":'
"""Where in the text of a recommendation its end begins: nowhere in a value, where the marks would be escaped."""
_papers = TypeAdapter(tuple[a.Paper, ...])


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of a service, by what decides how far it had read."""

    source: str
    sequence: int
    known: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """A rule for all days on which it is the same but for its day, in SQL: `telling` with every step, over `ASKED` and
    with its `BESIDES`; `deciding` without."""

    number: int
    definition: Definition
    monthly: bool
    brings_money: bool
    inputs: Inputs
    looking_back: str | None
    telling: str
    deciding: str
    refused: str


@dataclass
class Situations:
    """`reader`: over a `LeanLog`."""

    reader: Reader
    log: LeanLog
    _editions: list[Edition | None] = field(default_factory=list)
    _numbers: dict[object, int] = field(default_factory=dict)
    _rows: dict[str, list[str] | None] = field(default_factory=dict)

    def rows(self, source: str, sequence: int, known: str) -> Rows:
        """What was known of papers at an event of a service, as its envelope says."""
        knew = self.log.knew(Moment(source, sequence, json.loads(known)))
        return self.reader.papers(source, knew)

    def of(self, number: int) -> Edition | None:
        """None where it cannot be expressed in columns."""
        return self._editions[number]

    def edition(self, rows: Rows, programme: str, day: date) -> int | None:
        """The number of the rule; None where the account has to say what is the matter."""
        try:
            papers = papers_on(rows, day)
            edition = papers.rulebook.edition(programme, day)
            key = (edition, tuple(papers.digests[id] for id in edition[1]))
            if key not in self._numbers:
                self._numbers[key] = self._numbered(ruling(papers, programme, day))
            return self._numbers[key]
        except (Refused, Altered, Wrong):
            return None

    def _numbered(self, found: Ruling) -> int:
        number, rule = len(self._editions), found.rule
        try:
            edition = Edition(
                number,
                rule.definition,
                found.monthly,
                found.brings_money,
                inputs_of(rule.definition),
                looking_back(rule.definition, ASKED) if rule.definition.history else None,
                tell(rule, ASKED, besides=BESIDES).sql(),
                tell(rule, ASKED, worked=False).sql(),
                refusals(rule.definition, ASKED).sql("duckdb"),
            )
        except (NotInColumns, Wrong):
            self._editions.append(None)
        else:
            self._editions.append(edition)
        return number

    def lapsed(self, rows: Rows, on: date, papers: str) -> list[str] | None:
        """Numbers of the papers named that were not in force that day by themselves; None where one does not lie in what
        was known."""
        try:
            named = _papers.validate_json(papers)
            in_force = numbers_in_force(papers_on(rows, on), on)
        except (ValidationError, Refused, Altered):
            return None
        if not named or not all(one.digest in rows.published for one in named):
            return None
        return sorted({one.number for one in named} - in_force)

    def rows_named(self, tail: str) -> list[str] | None:
        """By the end of a recommendation's text, behind `GROUNDS`; None where it is not as the fact would write it."""
        if tail not in self._rows:
            self._rows[tail] = _rows_named(tail)
        return self._rows[tail]


class _Tail(BaseModel, extra="forbid"):
    """The last fields of a recommendation, in their order."""

    grounds: a.Grounds
    review: int
    officer: UUID | None


def _rows_named(tail: str) -> list[str] | None:
    text = "{" + GROUNDS.removeprefix(",") + tail
    try:
        found = _Tail.model_validate_json(text, strict=True)
    except ValidationError:
        return None
    return list(found.grounds.rows) if found.review >= 0 and found.model_dump_json() == text else None
