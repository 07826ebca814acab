"""Sums that are paid once, in the order in which they were decided, whoever's case: relief looks back on other cases' relief.

What the rule is told of relief in the twelve months before, and of who is on dibao or tekun (`aid`), is as it was recorded
(`before`, `static`), or with what the counterfactual itself gave in place of what the log did (`after`). What was given
before the first month is the log's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
from duckdb import DuckDBPyConnection

from services.assistance.days import months_after
from services.history.audit.lean import LeanLog
from services.history.audit.rows import asked_by
from services.history.audit.story import day_of, first_of_next_month
from services.history.whatif import aid, deciding
from services.history.whatif.aid import Aid
from services.history.whatif.answer import Answer, Judged, Line
from services.history.whatif.deciding import RUNS, Said, unknown
from services.history.whatif.facts import Case, Episode, cases_of, facts_of
from services.history.whatif.papers import Compared
from services.policy.definition import Definition
from services.policy.language.remember import Series, fold

RELIEF = frozenset({"relief-emergency", "relief-expenditure"})
EVENT, SAME_EVENT = "事由编号", "同一事由已救助"
EVENT_MONTHS = 12
AMOUNT, COUNT = "relief_amount", "relief_count"
"""The papers' own words and series."""
CASES_AT_ONCE = 2000
Place = tuple[int, UUID]
"""Where a decision lies in the log, and its case."""


def places_of(cases: Iterable[Case], papers: Compared, since: date, until: date) -> Iterator[Place]:
    """Of the decisions, in these months, on what is paid once."""
    for case in cases:
        for one in case.episodes:
            month = one.day.replace(day=1)
            if (
                one.recorded is not None
                and since <= month <= until
                and papers.monthly(case.programme, month) is False
            ):
                yield one.recorded.position, case.id


def decide(
    reader: LeanLog, connection: DuckDBPyConnection, papers: Compared, answer: Answer, places: list[Place]
) -> None:
    """`places`: in their order. A line each, counted in the month of the decision; a few thousand cases at a time."""
    given = Given()
    for start in range(0, len(places), CASES_AT_ONCE):
        some = places[start : start + CASES_AT_ONCE]
        cases = cases_of(facts_of(reader, list(dict.fromkeys(id for _, id in some))))
        decisions = [Decision(cases[id], position) for position, id in some]
        helped = _helped(connection, decisions)
        answer.take([_line(papers, answer, given, one, helped.get(one.position, {})) for one in decisions])


class Decision:
    """Of a case, the decision at a position of the log."""

    def __init__(self, case: Case, position: int) -> None:
        self.case, self.position = case, position
        found = ((one, one.recorded) for one in case.episodes)
        self.episode, self.recorded = next(
            (one, said) for one, said in found if said is not None and said.position == position
        )

    @property
    def day(self) -> date:
        """On which it was found out what the decision rests on."""
        assessed = self.episode.inquiry.assessed
        return self.episode.day if assessed is None else day_of(assessed)


def _helped(connection: DuckDBPyConnection, decisions: Sequence[Decision]) -> dict[int, Aid]:
    """By position, by which programmes the people of a decision are helped otherwise by the counterfactual."""
    columns = {
        "id": pa.array([one.position for one in decisions], pa.int64()),
        "day": pa.array([one.day for one in decisions], pa.date32()),
        "members": pa.array([[*map(str, one.episode.members)] for one in decisions], pa.list_(pa.string())),
    }
    connection.execute("DROP VIEW IF EXISTS asking")
    connection.register("asking", pa.table(columns))
    aid.find(connection)
    connection.unregister("asking")
    found: dict[int, dict[str, tuple[bool, bool]]] = defaultdict(dict)
    for position, programme, before, after in connection.execute("FROM aid").fetchall():
        found[position][programme] = before, after
    return dict(found)


def _line(papers: Compared, answer: Answer, given: Given, one: Decision, helped: Aid) -> Line:
    case, episode, recorded = one.case, one.episode, one.recorded
    rules = papers.rules(case.programme, episode.day)
    answers: dict[str, Said] = {}
    for run in RUNS:
        rule = rules[run]
        if rule is None:
            answers[run] = unknown(("去向",))
            continue
        asked = asked_by(rule.definition)
        inputs = episode.inputs(asked)
        if run == "after":
            inputs |= given.own(rule.definition, case, episode, inputs)
            inputs |= aid.told(asked, inputs, episode.township, helped)
        answers[run] = deciding.decide_one(rule, inputs)
    before = answers["before"]
    same = (before.eligible, before.amount_fen) == (recorded.eligible, recorded.amount_fen)
    judged = Judged(recorded.event, case.id, recorded.departs)
    code = answer.judge(judged, bool(before.refused), same and before.row in recorded.rows)
    answer.decided += len(RUNS)
    given.take(case, episode, answers["after"].amount_fen)
    code = code or ("input-unknown" if answers["after"].refused else "")
    return Line.of(episode.day.replace(day=1), case, episode, recorded.amount_fen, answers, code)


@dataclass(frozen=True, slots=True)
class Relieved:
    """A decision on relief: what the log gave by it, and the counterfactual; 0 for nothing."""

    case: UUID
    position: int
    day: date
    event: object
    log_fen: int
    own_fen: int


@dataclass(slots=True)
class Given:
    """By person, in the order of the log."""

    by_person: dict[UUID, list[Relieved]] = field(default_factory=lambda: defaultdict(list))

    def take(self, case: Case, episode: Episode, own_fen: int) -> None:
        recorded = episode.recorded
        assert recorded is not None, "a decision"
        if case.programme not in RELIEF:
            return
        said = Relieved(
            case.id, recorded.position, episode.day, _event(episode), recorded.amount_fen, own_fen
        )
        for member in episode.members:
            self.by_person[UUID(int=member.int)].append(said)

    def own(
        self, definition: Definition, case: Case, episode: Episode, inputs: Mapping[str, Any]
    ) -> dict[str, object]:
        """What a rule is told otherwise than was recorded, because the counterfactual decided otherwise before."""
        assessed = episode.inquiry.assessed
        if assessed is None:
            return {}
        before = self._before(case, episode, assessed.line.position)
        if all(one.own_fen == one.log_fen for one in before):
            return {}
        on, told = day_of(assessed), dict[str, object]()
        deciding_month = f"{first_of_next_month(on):%Y-%m}"
        for name, remembered in definition.history.items():
            if remembered.of in (AMOUNT, COUNT) and remembered.fold == "sum" and name in inputs:
                more = fold(remembered, _series(before, remembered.of), deciding_month)
                told[name] = type(inputs[name])(inputs[name] + more)
        if SAME_EVENT in inputs:
            told[SAME_EVENT] = _relieved(before, _event(episode), on, bool(inputs[SAME_EVENT]))
        return told

    def _before(self, case: Case, episode: Episode, position: int) -> list[Relieved]:
        """Of every other case that covered one of the people, the last decision, once."""
        found = (one for member in episode.members for one in self.by_person.get(UUID(int=member.int), ()))
        seen = {one.case: one for one in found if one.position < position and one.case != case.id}
        return list(seen.values())


def _event(episode: Episode) -> object:
    return episode.story.stated.get(EVENT, (None, None))[0]


def _series(before: Iterable[Relieved], of: str) -> Series:
    """By month, how much more than in the log."""
    months: Counter[str] = Counter()
    for one in before:
        amounts, times = one.own_fen - one.log_fen, (one.own_fen > 0) - (one.log_fen > 0)
        months[f"{one.day:%Y-%m}"] += amounts if of == AMOUNT else times
    return [(month, Decimal(more).scaleb(-2) if of == AMOUNT else more) for month, more in months.items()]


def _relieved(before: Iterable[Relieved], event: object, on: date, recorded: bool) -> bool:
    """Whether the counterfactual relieved the same event; what it did not decide itself is as it was recorded."""
    same = [one for one in before if one.event == event and one.day >= months_after(on, -EVENT_MONTHS)]
    if any(one.own_fen for one in same):
        return True
    return recorded and not any(one.log_fen for one in same)
