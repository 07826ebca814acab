"""One month of one programme decided in SQL over facts that are laid out (`laying`); a sample by the interpreter as well.

Inputs lie in one table as whole numbers; what earlier months say is folded from a table of months, one for each run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection
from sqlglot import exp

from services.history.audit.deriving import PAID_ABOVE, SERIES
from services.history.audit.rows import said
from services.history.audit.rule import ROUTE
from services.policy.definition import Definition
from services.policy.language.intake import InputWrong, counts_months
from services.policy.language.remember import fold
from services.policy.rule import Outcome, Rule
from services.policy.sql.history import remembering
from services.policy.sql.inputs import givens, quoted, telling
from services.policy.sql.statement import places
from services.policy.sql.telling import tell

SAMPLE = 10_000
DECIDING = "deciding_month"
MOST_A_MONTH = 10**11
"""In fen. A thousand such months together are still in the range of what is remembered, so that no fold need be checked."""
RUNS = ("before", "after", "static")
OF_LOG, OWN = "months_of_log", "months_of_after"
HISTORY = {"before": OF_LOG, "after": OWN, "static": OF_LOG}
"""Runs, and the table of months that each looks back on."""


class Differs(ValueError):
    """SQL and interpreter do not agree on a case; the message shows it."""


class Unfoldable(ValueError):
    """A monthly programme remembers what the months of one case do not say."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of a case. `refused`: inputs that nobody knew or that are out of range: then it says nothing.
    `admitted`: how many of the family, where not all of it."""

    eligible: bool
    amount_fen: int
    row: str
    route: str
    refused: tuple[str, ...] = ()
    admitted: int | None = None


def unknown(names: Iterable[str]) -> Said:
    return Said(False, 0, "", "", tuple(names))


def months_table(connection: DuckDBPyConnection, name: str) -> None:
    series = ", ".join(f"'{one}'" for one in SERIES)
    connection.execute(
        f"CREATE OR REPLACE TABLE {quoted(name)} (case_id BIGINT, series ENUM ({series}), month DATE,"
        f" value BIGINT CHECK (value BETWEEN 0 AND {MOST_A_MONTH}))"
    )


def pay(connection: DuckDBPyConnection, name: str, month: date, paid: str) -> None:
    """A month's sums are kept for the months to come. `paid`: a SELECT of `id`, `amount_fen` and `route`."""
    above = ", ".join(f"'{one}'" for one in sorted(PAID_ABOVE))
    connection.execute(
        f"INSERT INTO {quoted(name)} SELECT id, series, DATE '{month}',"
        f" CASE series WHEN 'granted_amount' THEN amount_fen WHEN 'above_standard' THEN 100 * (route IN ({above}))::INTEGER END"
        f" FROM ({paid}), (SELECT unnest(['granted_amount', 'above_standard']) AS series)"
    )


class Statements:
    """Rules as SQL, each edition compiled once: the day of decision is a column, the month put in."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, str], tuple[Definition, str, str]] = {}

    def of(self, rule: Rule, facts: str, months: str, month: date) -> tuple[str, str]:
        """The cases of `facts` with what their months say, and what the rule says of these (as `asked`)."""
        definition = rule.definition
        key = (
            id(definition.constants),
            facts,
            months,
        )  # an edition's own; held below: no other takes its place
        if key not in self._made:
            strange = {one.of for one in definition.history.values()} - SERIES.keys()
            if strange:
                raise Unfoldable(f"{definition.programme}: {', '.join(sorted(strange))}")
            looking_back = remembering(
                definition, facts, months, exp.Parameter(this=exp.to_identifier(DECIDING))
            )
            asked = looking_back.sql("duckdb")
            self._made[key] = definition, asked, tell(rule, "asked", worked=False).sql()
        _, asked, statement = self._made[key]
        return asked.replace(f"${DECIDING}", f"DATE '{month}'"), statement


def answer_month(
    connection: DuckDBPyConnection, statements: Statements, rule: Rule, month: date, facts: str, months: str,
    answers: str = "answers",
) -> int:  # fmt: skip
    """As `asked`, the cases of `facts` with what their months before `month` say; as the table `answers`, what the rule
    says of them. `facts`: `id`, `decision_day` and the inputs, none missing or out of range. Gives how many."""
    asked, statement = statements.of(rule, facts, months, month)
    admits = f"{quoted(ROUTE)} <> 'refuse'{'' if said(rule, 'fund') is None else ' AND amount_fen > 0'}"
    connection.execute(f"CREATE OR REPLACE VIEW asked AS {asked}")
    made = connection.execute(
        f'CREATE OR REPLACE TABLE {quoted(answers)} AS SELECT id, "row", {quoted(ROUTE)} AS route, {admits} AS eligible,'
        f" CASE WHEN eligible THEN amount_fen ELSE 0 END AS amount_fen, admitted FROM ({statement})"
    )
    [(answered,)] = made.fetchall()
    return int(answered)


def no_answers(connection: DuckDBPyConnection, answers: str) -> None:
    """No paper speaks of the programme."""
    connection.execute(
        f'CREATE OR REPLACE TABLE {quoted(answers)} (id BIGINT, "row" VARCHAR, route VARCHAR, eligible BOOLEAN,'
        " amount_fen BIGINT, admitted BOOLEAN[])"
    )


def draw(connection: DuckDBPyConnection, answers: str, seed: int, most: int) -> list[int]:
    """So many of the cases that were answered, or all; always the same of the same."""
    asked = f"SELECT id FROM {quoted(answers)} ORDER BY hash(id, ?), id LIMIT ?"
    return [id for (id,) in connection.execute(asked, [seed, most]).fetchall()]


def decide_one(rule: Rule, inputs: Mapping[str, object]) -> Said:
    """A decision of its own day, by the interpreter. No months: what is paid once has none."""
    told = dict(inputs)
    for name, one in rule.definition.history.items():
        if one.of in SERIES:
            value = fold(one, (), f"{rule.definition.on:%Y-%m}")
            told[name] = int(value) if counts_months(one) else value
    try:
        return _outcome(rule, rule.decide(told))
    except InputWrong as wrong:
        return unknown([wrong.name])


def _outcome(rule: Rule, outcome: Outcome) -> Said:
    route, fen, some = str(outcome.outputs[ROUTE]), outcome.amount_fen, outcome.admitted
    eligible = route != "refuse" and (fen > 0 or said(rule, "fund") is None)
    return Said(
        eligible, fen if eligible else 0, outcome.row, route, admitted=None if some is None else len(some)
    )


def agree(
    connection: DuckDBPyConnection, definition: Definition, rule_on: Callable[[date], Rule], answers: str, drawn: Sequence[int]
) -> None:  # fmt: skip
    """The interpreter decides some of those that `answer_month` has just decided; Differs where it says otherwise.
    `rule_on`: the rule of a day of decision, of the edition of the definition."""
    if not drawn:
        return
    parts = [(name, telling(given)) for name, given in givens(definition).items()]
    columns = "".join(f", asked.{quoted(name)}" for name, _ in parts)
    both = (
        f'SELECT decision_day, eligible, answers.amount_fen, answers."row", route, admitted{columns}'
        f" FROM asked JOIN {quoted(answers)} AS answers USING (id) WHERE id IN (SELECT unnest(?))"
    )
    for day, eligible, fen, row, route, some, *values in connection.execute(both, [list(drawn)]).fetchall():
        case = {name: _told(tell, value) for (name, tell), value in zip(parts, values, strict=True)}
        rule = rule_on(day)
        found = Said(eligible, fen, row, route, admitted=None if some is None else sum(some))
        outcome = rule.decide(case)
        if _outcome(rule, outcome) != found or places(some) != outcome.admitted:
            raise Differs(
                f"{rule.definition.programme}, {day}: SQL says {found}, the interpreter {_outcome(rule, outcome)}"
            )


def _told(tell: Any, value: object) -> object:
    return value if isinstance(value, date) else tell(value)
