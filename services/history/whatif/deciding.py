"""One month of one programme decided in SQL, the facts laid out once; a sample decided by the interpreter as well.

Inputs lie in one table as whole numbers; what earlier months say is folded from a table of months, one for each run.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from duckdb import DuckDBPyConnection

from services.history.audit.deriving import PAID_ABOVE, SERIES
from services.history.audit.rows import said
from services.history.audit.rule import ROUTE
from services.policy.definition import Definition
from services.policy.language.intake import InputWrong
from services.policy.language.remember import Series, fold
from services.policy.rule import Outcome, Rule
from services.policy.sql.history import remembered, remembering
from services.policy.sql.inputs import givens, put_stored, quoted, refusals, storing, telling
from services.policy.sql.statement import compile_rule, places

SAMPLE = 10_000
RUNS = ("before", "after", "static")
OF_LOG, OWN = "months_of_log", "months_of_after"
HISTORY = {"before": OF_LOG, "after": OWN, "static": OF_LOG}
"""Runs, and the table of months that each looks back on."""
ANSWER = f'id, answers."row", answers.{quoted(ROUTE)}, answers.amount_fen, answers.admitted'


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
    connection.execute(
        f"CREATE OR REPLACE TABLE {quoted(name)} (case_id BIGINT, series VARCHAR, month DATE, value BIGINT)"
    )


def pay(connection: DuckDBPyConnection, name: str, month: date, paid: Mapping[int, tuple[int, str]]) -> None:
    """A month's sums are kept for the months to come, by the number of the case."""
    lines = [
        (number, series, month, value)
        for number, (fen, route) in paid.items()
        for series, value in (("granted_amount", fen), ("above_standard", 100 * (route in PAID_ABOVE)))
    ]
    if lines:
        numbers, series_, months, values = zip(*lines, strict=True)
        connection.execute(
            f"INSERT INTO {quoted(name)} SELECT unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(numbers), list(series_), list(months), list(values)],
        )


def lay_out(
    connection: DuckDBPyConnection,
    table: str,
    definition: Definition,
    cases: Mapping[int, Mapping[str, object]],
) -> None:
    """The inputs of cases by their numbers; what nobody knew stays empty, and is refused when decided."""
    asked = replace(definition, history={})
    parts = [(name, storing(given)) for name, given in givens(asked).items()]
    rows = ({name: _stored(store, one.get(name)) for name, store in parts} for one in cases.values())
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
    put_stored(connection, "laid_out", asked, rows)
    connection.execute(
        f"CREATE TABLE {quoted(table)} AS SELECT * REPLACE (list_extract(?, id + 1) AS id) FROM laid_out",
        [list(cases)],
    )
    connection.execute("DROP TABLE laid_out")


def _stored(store: Any, value: object) -> object:
    try:
        return None if value is None else store(value)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def decide_month(
    connection: DuckDBPyConnection, rule: Rule, table: str, months: str, draw: random.Random, sample: int
) -> dict[int, Said]:
    """Of every case of a laid-out table, by its number; Differs where the interpreter says otherwise of one of a
    sample of that size."""
    answer_month(connection, rule, table, months)
    found = {number: unknown(names) for number, names in connection.execute("FROM refused").fetchall()}
    answers = connection.execute(f"SELECT {ANSWER} FROM answers ORDER BY id").fetchall()
    for number, row, route, fen, some in answers:
        found[number] = _said(rule, row, route, fen, places(some))
    agree(connection, rule, draw.sample([answer[0] for answer in answers], min(sample, len(answers))))
    return found


def answer_month(connection: DuckDBPyConnection, rule: Rule, table: str, months: str) -> None:
    """As tables: `asked`, the cases with what their months say; `refused`, the ids of those that are not decided, with
    why; `answers`, what the rule says of the others."""
    definition = rule.definition
    strange = {one.of for one in definition.history.values()} - SERIES.keys()
    if strange:
        raise Unfoldable(f"{definition.programme}: {', '.join(sorted(strange))}")
    made = {
        "TABLE told": remembered(definition, months),
        "VIEW asked": remembering(definition, table, "told"),
        "TABLE refused": refusals(definition, "asked"),
    }
    for name, statement in made.items():
        connection.execute(f"CREATE OR REPLACE {name} AS {statement.sql('duckdb')}")
    connection.execute("CREATE OR REPLACE VIEW decided AS FROM asked ANTI JOIN refused USING (id)")
    connection.execute(f"CREATE OR REPLACE TABLE answers AS {compile_rule(definition, 'decided').sql()}")


def decide_one(
    connection: DuckDBPyConnection,
    rule: Rule,
    inputs: Mapping[str, object],
    months: str,
    number: int,
    month: date,
) -> Said:
    """A decision of its own day, by the interpreter."""
    wanted = rule.definition.inputs.keys() | rule.definition.history.keys()
    told = {name: value for name, value in inputs.items() if name in wanted}
    told |= _remembered(connection, rule.definition, months, number, month)
    try:
        outcome = rule.decide(told)
    except InputWrong as wrong:
        return unknown([wrong.name])
    return _outcome(rule, outcome)


def _remembered(
    connection: DuckDBPyConnection, definition: Definition, months: str, number: int, month: date
) -> dict[str, object]:
    found: dict[str, object] = {}
    lines: Sequence[tuple[str, date, int]] | None = None
    for name, one in definition.history.items():
        if one.of not in SERIES:
            continue
        if lines is None:
            asked = f"SELECT series, month, value FROM {quoted(months)} WHERE case_id = ?"
            lines = connection.execute(asked, [number]).fetchall()
        series: Series = [
            (f"{on:%Y-%m}", Decimal(value).scaleb(-2)) for of, on, value in lines if of == one.of
        ]
        value = fold(one, series, f"{month:%Y-%m}")
        found[name] = int(value) if one.fold in ("count", "run_length", "months_since") else value
    return found


def _outcome(rule: Rule, outcome: Outcome) -> Said:
    return _said(rule, outcome.row, str(outcome.outputs[ROUTE]), outcome.amount_fen, outcome.admitted)


def _said(rule: Rule, row: str, route: str, fen: int, some: tuple[int, ...] | None) -> Said:
    eligible = route != "refuse" and (fen > 0 or said(rule, "fund") is None)
    return Said(eligible, fen if eligible else 0, row, route, admitted=None if some is None else len(some))


def agree(connection: DuckDBPyConnection, rule: Rule, drawn: Sequence[int]) -> None:
    """The interpreter decides some of those that `answer_month` has decided; Differs where it says otherwise."""
    if not drawn:
        return
    parts = [(name, telling(given)) for name, given in givens(rule.definition).items()]
    columns = ", ".join(f"asked.{quoted(name)}" for name, _ in parts)
    both = f"SELECT {ANSWER}, {columns} FROM asked JOIN answers USING (id) WHERE id IN (SELECT unnest(?))"
    for _, row, route, fen, some, *values in connection.execute(both, [list(drawn)]).fetchall():
        case = {name: _told(tell, value) for (name, tell), value in zip(parts, values, strict=True)}
        outcome = rule.decide(case)
        found = _said(rule, row, route, fen, places(some))
        again = _outcome(rule, outcome)
        if again != found:
            on = rule.definition.on
            raise Differs(f"{rule.definition.programme}, {on}: SQL says {found}, the interpreter {again}")


def _told(tell: Any, value: object) -> object:
    return value if isinstance(value, date) else tell(value)
