"""A question answered: facts laid out, each programme's months walked, what is paid once decided when all months are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import TemporaryDirectory

import duckdb

from events.assistance import BASIC_LIVING
from services.chassis.clock import civil_date
from services.chassis.work import Keys
from services.history.audit.lean import LeanLog
from services.history.audit.reading import log_in
from services.history.audit.rows import POLICY_TYPES, Rows
from services.history.audit.story import first_of_next_month
from services.history.district_log import DistrictLog
from services.history.whatif import once
from services.history.whatif.answer import Answer
from services.history.whatif.deciding import RUNS, SAMPLE, Statements
from services.history.whatif.facts import TYPES, cases_of, facts_of
from services.history.whatif.laying import Laying
from services.history.whatif.papers import Compared, InForce, checked
from services.history.whatif.walking import Walk
from services.policy.reading import ReadPaper

Progress = Callable[[int, int], None]
CASES_AT_ONCE = 2000
"""How many cases' facts are in memory together: no case is decided by what another has."""
MOST_MEMORY = "1GB"
FIRST = date(2000, 1, 1)
"""As over HTTP; no register of help in this form is older."""


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
    if since < FIRST:
        raise CannotAsk(f"起始月份不得早于 {FIRST:%Y-%m}。 No month before {FIRST:%Y-%m} can be asked about.")
    with _tables() as connection:
        with log.database.reading() as session:
            reader = LeanLog.beside(log_in(session, keys))
            answer = _answer(reader, connection, papers, since, until, programme, seed, sample, progress)
        yield answer  # without the snapshot: whoever looks at the answer may take their time, and look at the log


def _answer(
    reader: LeanLog, connection: duckdb.DuckDBPyConnection, papers: Sequence[ReadPaper], since: date, until: date,
    programme: str | None, seed: int, sample: int, progress: Progress,
) -> Answer:  # fmt: skip
    in_force = InForce(Rows(reader.plain.of_types(POLICY_TYPES)))
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
    compared, answer = Compared(in_force, others), Answer(connection, seed, since, until)
    months, at_once = list(_months(since, until)), list[once.Place]()
    laying = Laying(connection, compared, months)
    streams, anybody = reader.streams_of(TYPES), False
    pieces = range(0, len(streams), CASES_AT_ONCE)
    steps = _Steps(progress, len(pieces) + len(months) * len(known) + 1)
    for start in pieces:
        cases = list(cases_of(facts_of(reader, streams[start : start + CASES_AT_ONCE]), programme).values())
        laying.take(cases)
        anybody = anybody or bool(cases)
        at_once += once.places_of(cases, compared, since, until)
        steps.done()
    if not anybody:
        raise CannotAsk(
            "日志中没有救助案件。 There are no cases in the log: play the demo, or take papers and cases in."
        )
    _walk(connection, compared, laying, answer, months, sorted(known, key=_in_order), sample, steps)
    once.decide(reader, connection, compared, answer, sorted(at_once))
    steps.done()
    answer.unreadable = len(reader.unreadable)
    return answer


def _in_order(programme: str) -> tuple[int, str]:
    """Who asks whether dibao or tekun helps comes behind them."""
    place = BASIC_LIVING.index(programme) if programme in BASIC_LIVING else len(BASIC_LIVING)
    return place, programme


def _walk(
    connection: duckdb.DuckDBPyConnection, papers: Compared, laying: Laying, answer: Answer, months: Sequence[date],
    programmes: Sequence[str], sample: int, steps: _Steps,
) -> None:  # fmt: skip
    statements = Statements()
    there = {one for (one,) in connection.execute("SELECT DISTINCT programme FROM cases").fetchall()}
    left = len(months) * len(there)
    for programme in programmes:
        walk = Walk(connection, papers, laying, answer, statements, programme, sample)
        if programme in there:
            walk.begin(months[0])
        for month in months:
            if programme in there:
                if papers.monthly(programme, month):
                    # Each month of a programme has its share of what is left of the sample.
                    walk.month(month, (sample - answer.sampled) // (left * len(RUNS)))
                left -= 1
            steps.done()


class _Steps:
    def __init__(self, progress: Progress, of: int) -> None:
        self._progress, self._done, self._of = progress, 0, of

    def done(self) -> None:
        self._done += 1
        self._progress(self._done, self._of)


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
