"""Months walked one after another, each decided three times; what differs from the log is explained by a code.

A case is in a run while the rule admits it: from a decision that admits it until a month that does not; then not before
another decision. Sums are those that the rule gives, on the first day of each month.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from services.chassis.clock import civil_date
from services.chassis.work import Keys
from services.history.audit.reading import Log, log_in
from services.history.audit.rows import POLICY_TYPES, Rows, said
from services.history.audit.story import first_of_next_month
from services.history.district_log import DistrictLog
from services.history.whatif import deciding, once
from services.history.whatif.answer import Answer, Line
from services.history.whatif.deciding import HISTORY, OF_LOG, OWN, RUNS, SAMPLE, Said, unknown
from services.history.whatif.facts import TYPES, Case, Episode, cases_of
from services.history.whatif.papers import Compared, InForce, checked
from services.policy.reading import ReadPaper
from services.policy.rule import Rule

Progress = Callable[[int, int], None]
CASES_AT_ONCE = 2000
"""How many cases' facts are in memory together: no case is decided by what another has."""
MOST_MEMORY = "1GB"
NOBODY = unknown(())
"""What a run says of a case that is not in it."""


class CannotAsk(ValueError):
    """Months or a programme of which nothing can be said; the message says what to do."""


@contextmanager
def whatif(
    log: DistrictLog,
    keys: Keys,
    papers: Sequence[ReadPaper],
    since: date,
    until: date,
    *,
    programme: str | None = None,
    seed: int = 0,
    sample: int = SAMPLE,
    progress: Progress = lambda done, of: None,
) -> Iterator[Answer]:
    """`since`, `until`: the first days of months, both included; `sample`: how many are decided by the interpreter, too.

    Raises CannotAsk, policy.finding.Refused (a paper does not pass its check), deciding.Differs.
    """
    if until < since:
        raise CannotAsk(f"月份颠倒：{since:%Y-%m} 晚于 {until:%Y-%m}。 The months are reversed.")
    with _tables() as connection:
        with log.database.reading() as session:
            reader = log_in(session, keys)
            answer = _answer(reader, connection, papers, since, until, programme, seed, sample, progress)
        yield answer  # without the snapshot: whoever looks at the answer may take their time, and look at the log


def _answer(
    reader: Log, connection: duckdb.DuckDBPyConnection, papers: Sequence[ReadPaper], since: date, until: date,
    programme: str | None, seed: int, sample: int, progress: Progress,
) -> Answer:  # fmt: skip
    streams = reader.streams_of(TYPES)
    in_force = InForce(Rows(reader.of_types(POLICY_TYPES)))
    [(latest,)] = reader.session.execute("SELECT max(recordedtime) FROM district_log")
    until = min(until, _last_month(latest))
    if until < since:
        raise CannotAsk(f"日志在 {since:%Y-%m} 前已止。 The log is empty, or ends before {since:%Y-%m}.")
    others = checked(papers, in_force.papers(until))
    known = {p.programme for paper in (*in_force.papers(until), *others) for p in paper.programmes}
    if programme is not None and programme not in known:
        raise CannotAsk(
            f"没有文件规定“{programme}”。 No paper has the programme; there are {', '.join(sorted(known))}."
        )
    compared, answer, draw = (
        Compared(in_force, others),
        Answer(connection, seed, since, until),
        random.Random(seed),
    )
    months, at_once = list(_months(since, until)), list[once.Place]()
    done, of, anybody = 0, len(months) * -(-len(streams) // CASES_AT_ONCE), False
    for start in range(0, len(streams), CASES_AT_ONCE):
        some = streams[start : start + CASES_AT_ONCE]
        cases = list(cases_of(reader.of_streams(some, TYPES), programme).values())
        walk = Walk(connection, compared, answer, draw)
        walk.begin(cases, since)
        anybody = anybody or bool(cases)
        at_once += once.places_of(cases, compared, since, until)
        for month in months:
            # Every month of every piece has its share of what is left of the sample.
            walk.month(cases, month, (sample - answer.sampled) // (of - done))
            done += 1
            progress(done, of + 1)
    if not anybody:
        raise CannotAsk(
            "日志中没有救助案件。 There are no cases in the log: play the demo, or take papers and cases in."
        )
    once.decide(reader, connection, compared, answer, sorted(at_once))
    progress(of + 1, of + 1)
    answer.unreadable = len(reader.unreadable)
    return answer


@contextmanager
def _tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """What is laid out and found; beyond this much memory it goes to the disk."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = '{folder}'")
        connection.execute(f"SET memory_limit = '{MOST_MEMORY}'")
        yield connection


def _last_month(moment: str | None) -> date:
    return date.min if moment is None else civil_date(datetime.fromisoformat(moment)).replace(day=1)


def _months(since: date, until: date) -> Iterator[date]:
    while since <= until:
        yield since
        since = first_of_next_month(since)


@dataclass(slots=True)
class State:
    """Of a case: on which facts it was last asked, and in which runs it is."""

    episode: Episode | None = None
    runs: set[str] = field(default_factory=set)


class Walk:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, papers: Compared, answer: Answer, draw: random.Random
    ) -> None:
        self._connection, self._answer, self._draw = connection, answer, draw
        self._papers = papers
        self._states: dict[int, State] = {}
        for name in (OF_LOG, OWN):
            deciding.months_table(connection, name)

    def begin(self, cases: Any, since: date) -> None:
        """What was decided and paid before the first month is as it is in the log."""
        earlier: dict[date, dict[int, tuple[int, str]]] = {}
        before = (since - timedelta(days=1)).replace(day=1)
        for case in cases:
            runs = set(RUNS) if case.in_aid(before) else set[str]()
            episode = case.episode(before)
            if episode is not None:
                self._states[case.number] = State(episode, runs)
            for month, paid in case.paid.items():
                if month < since:
                    earlier.setdefault(month, {})[case.number] = paid
        for month, paid_ in sorted(earlier.items()):
            for name in (OF_LOG, OWN):
                deciding.pay(self._connection, name, month, paid_)

    def month(self, cases: Any, month: date, sample: int) -> None:
        by_programme: dict[str, list[Case]] = {}
        for case in cases:
            by_programme.setdefault(case.programme, []).append(case)
        for programme, mine in sorted(by_programme.items()):
            if self._papers.monthly(programme, month):
                rules = self._papers.rules(programme, month)
                self._monthly(mine, month, rules, sample // len(by_programme))

    # -- a sum a month -------------------------------------------------------------------------------

    def _monthly(self, cases: list[Case], month: date, rules: Mapping[str, Rule | None], sample: int) -> None:
        active = {case.number: (case, one) for case in cases if (one := case.episode(month)) is not None}
        undecided: dict[int, tuple[str, ...]] = {}
        for number, (case, episode) in active.items():
            undecided |= self._admit(case, episode, number)
        found: dict[str, dict[int, Said]] = {}
        laid: dict[str, list[str]] = {}
        before, other = rules["before"], rules["after"]
        same_inputs = (
            before is not None and other is not None and before.definition.inputs == other.definition.inputs
        )
        for run in RUNS:
            rule = rules[run]
            inside = {n: active[n][1] for n in active if run in self._states[n].runs}
            if rule is None or not inside:
                found[run] = {}
                continue
            key = [*rule.definition.inputs, *map(str, inside)]
            table = (
                "facts_before"
                if run == "before" or (same_inputs and laid.get("facts_before") == key)
                else "facts_other"
            )
            if laid.get(table) != key:
                inputs = {n: one.inputs(rule.definition, f"{month:%Y-%m}") for n, one in inside.items()}
                deciding.lay_out(self._connection, table, rule.definition, inputs)
                laid[table] = key
            share = sample // len(RUNS)
            found[run] = deciding.decide_month(self._connection, rule, table, HISTORY[run], self._draw, share)
            self._answer.sampled += min(share, len(inside))
            self._answer.decided += len(inside)
        brings_no_money = all(rule is None or said(rule, "fund") is None for rule in rules.values())
        lines = []
        for number, (case, episode) in active.items():
            state = self._states[number]
            answers = {run: found[run].get(number, NOBODY) for run in RUNS}
            state.runs -= {run for run in RUNS if not answers[run].eligible}
            paid = case.paid.get(month)
            code = "" if brings_no_money else _why(case, episode, month, answers["before"], paid)
            refused = answers["after"].refused or undecided.get(number, ())
            lines.append(
                Line.of(
                    month,
                    case,
                    episode,
                    paid[0] if paid else 0,
                    answers,
                    code or ("input-unknown" if refused else ""),
                )
            )
        nowhere = dict.fromkeys(RUNS, NOBODY)
        lines += [
            Line.of(month, one, None, one.paid[month][0], nowhere, "unexplained")
            for one in cases
            if month in one.paid and one.number not in active
        ]
        self._answer.take(lines)
        deciding.pay(
            self._connection,
            OF_LOG,
            month,
            {n: one.paid[month] for n, (one, _) in active.items() if month in one.paid},
        )
        after = {n: (one.amount_fen, one.route) for n, one in found["after"].items() if one.amount_fen}
        deciding.pay(self._connection, OWN, month, after)

    def _admit(self, case: Case, episode: Episode, number: int) -> dict[int, tuple[str, ...]]:
        """A case with new facts is decided on the day of its decision. Gives what nobody knew of it."""
        state = self._states.setdefault(number, State())
        if state.episode is episode:
            return {}
        state.episode = episode
        if episode.recorded is None:
            state.runs = set(RUNS)
            return {}
        answers = self._decided(case, episode)
        state.runs = {run for run in RUNS if answers[run].eligible}
        self._answer.judge(case, episode, answers["before"])
        refused = answers["after"].refused
        return {number: refused} if refused else {}

    def _decided(self, case: Case, episode: Episode) -> dict[str, Said]:
        rules = self._papers.rules(case.programme, episode.day)
        month = first_of_next_month(episode.day)
        found: dict[str, Said] = {}
        for run in RUNS:
            rule = rules[run]
            if rule is None:
                found[run] = unknown(("去向",))
                continue
            inputs = episode.inputs(rule.definition, f"{month:%Y-%m}")
            found[run] = deciding.decide_one(self._connection, rule, inputs, HISTORY[run], case.number, month)
        return found


def _why(case: Case, episode: Episode, month: date, rule: Said, paid: tuple[int, str] | None) -> str:
    """Empty where the rule gives what the log has; else why not, and `unexplained` where nothing in the log says why."""
    if paid == ((rule.amount_fen, rule.route) if rule.eligible else None):
        return ""
    if episode.fixed or (paid is not None and paid[1] == "officer"):
        return "officer"
    if rule.refused:
        return "input-unknown"
    if case.reviewing(month):
        return "review-open"
    if case.decided_for_later(month):
        return "decided-later"
    if paid is None and case.ended_by_rule is not None and case.ended_by_rule <= month:
        return "not-asked-again"
    return "unexplained"
