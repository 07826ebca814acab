"""The inputs of a recommendation again, in SQL: as the rule takes them, and as a recommendation writes them down.

What `deriving` derives of one case from its story, said as columns over what a recommendation rests on (`judging`), for
a family whose means were checked. Whatever else a definition asks for is not expressed here (`NotInColumns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from services.history.audit.deriving import IN_FEN, MEMBERS, OF_FAMILY, OF_MEMBER, PAID_ABOVE
from services.history.audit.known import REGISTERED_POOR
from services.history.lake.selection import quoted as text
from services.policy.definition import DECISION_DAY, Definition
from services.policy.language.intake import as_input
from services.policy.language.parse import parse
from services.policy.paper import Input, RecordField, Remembered
from services.policy.sql.history import SEEN, remembering
from services.policy.sql.inputs import quoted
from services.policy.sql.telling import digits_column

AREA, APART = "地区", "单人户申请"
SUMS: Final = "granted_amount"
COUNTED: Final = frozenset({"count", "run_length", "months_since"})
MONTHS: Final = "months_before"
"""Of the cases that are asked about, by `id`: `sql.history` says how they lie."""
DECIDING: Final = "deciding"
"""The column of the first of the month that is decided for."""
NOTHING_DUE: Final = "nothing_due"
"""The reason of a recommendation where the family is admitted and nothing is left to be paid; else it is the row."""
_TYPES: Final = {"age": "count", "disability_grade": "count", "disability_kind": "choice"}


class NotInColumns(ValueError):
    """A definition asks for what these columns do not say."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """`columns`: name and SQL over what it rests on; `written`: the pieces of their texts side by side, a list of SQL over
    these columns and those."""

    columns: tuple[tuple[str, str], ...]
    written: str

    @property
    def selected(self) -> str:
        return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.columns)


def inputs_of(definition: Definition) -> Inputs:
    """Raises NotInColumns."""
    columns: list[tuple[str, str]] = []
    parts = [_one(DECISION_DAY, f"CAST({DECISION_DAY} AS VARCHAR)", "null")]
    for name, asked in definition.inputs.items():
        value, written = _said(name, asked)
        columns.append((name, value))
        parts.append(written)
    parts += [_remembered(one) for one in definition.history.values()]
    side_by_side = ", ',', ".join(parts)
    return Inputs(tuple(columns), side_by_side)


def head() -> str:
    """The text of a recommendation up to what it comes to, over the columns of `recommended` of `judging`."""
    members = "array_to_string(list_transform(members, lambda one: CAST(one AS VARCHAR)), '\",\"')"
    return (
        'concat(\'{"case":"\', stream, \'","programme":"\', programme, \'","household":"\', household,'
        f' \'","members":["\', {members}, \'"],"admitted":[],"eligible":\')'
    )


def looking_back(definition: Definition, asked: str) -> str:
    """A SELECT of `asked` with what its MONTHS say, and the digits of sums."""
    digits = {
        name: digits_column(name) for name, one in definition.history.items() if as_input(one).type == "money"
    }
    return remembering(definition, asked, MONTHS, exp.column(DECIDING, table=SEEN), digits).sql("duckdb")


def months_of(asked: str) -> str:
    """The months before each of those asked, as a SELECT. `asked`: a table with `id`, `stream`, `source`, `sequence` and
    DECIDING."""
    above = ", ".join(map(text, sorted(PAID_ABOVE)))
    return (
        f"SELECT asked.id AS case_id, {DECIDING}, series.name AS series,"
        " CAST(concat(months.month, '-01') AS DATE) AS month,"
        f" CASE WHEN series.name = {text(SUMS)} THEN months.amount_fen"
        f"  WHEN months.route IN ({above}) THEN 100 ELSE 0 END AS value"
        f" FROM {asked} AS asked JOIN months ON months.stream = asked.stream AND months.source = asked.source"
        f" AND months.sequence < asked.sequence CROSS JOIN (VALUES ({text(SUMS)}), ('above_standard')) AS series(name)"
    )


def _said(name: str, asked: Input) -> tuple[str, str]:
    """The value of an input, and how it is written."""
    if name == AREA and asked.type == "choice":
        # Urban in a subdistrict: digits 7 to 9 of its code are 001 to 099.
        value = (
            "CASE WHEN CAST(substr(coalesce(moved, lived), 7, 3) AS INTEGER) BETWEEN 1 AND 99"
            " THEN 'urban' ELSE 'rural' END"
        )
        return value, _one(name, quoted(name), _id("application"))
    if name == APART and asked.type == "boolean":
        return "apart", _one(name, _truth(quoted(name)), _id("application"))
    if name == REGISTERED_POOR and asked.type == "boolean":
        return "poor", _one(name, _truth(quoted(name)), "null", local=True)
    if name == MEMBERS and asked.type == "list":
        return _records(asked), _list(name, asked)
    if name in OF_FAMILY and asked.type == _type(OF_FAMILY[name]):
        written = _truth(quoted(name)) if asked.type == "boolean" else yuan(quoted(name))
        return f"means.{OF_FAMILY[name]}", _one(name, written, _id("found"))
    raise NotInColumns(name)


def _records(asked: Input) -> str:
    fields = []
    for one in asked.fields:
        if one.name not in OF_MEMBER or one.type != _type(OF_MEMBER[one.name]):
            raise NotInColumns(f"{asked.name}.{one.name}")
        fields.append(f"{quoted(one.name)} := one.{OF_MEMBER[one.name]}")
    return f"list_transform(means.members, lambda one: struct_pack({', '.join(fields)}))"


def _list(name: str, asked: Input) -> str:
    """A record of the list is an input of its own, with its values as a text of JSON in the text of JSON."""
    parts: list[str] = []
    for one in asked.fields:
        mark = ',\\"' if parts else '{\\"'
        parts += [text(f'{mark}{one.name}\\":'), _in_text(one)]
    head = text(f'{{"name":"{name}[')
    each = (
        f'concat({head}, place - 1, \']","value":"\', {", ".join(parts)},'
        f' \'}}","event":\', {_id("found")}, \',"local":false}}\')'
    )
    return f"array_to_string(list_transform({quoted(name)}, lambda one, place: {each}), ',')"


def _in_text(one: RecordField) -> str:
    value = f"one.{quoted(one.name)}"
    if one.type == "money":
        return f"'\\\"', {yuan(value)}, '\\\"'"
    if one.type == "choice":
        return f"'\\\"', {value}, '\\\"'"
    return value if one.type == "count" else _truth(value)


def _remembered(one: Remembered) -> str:
    _must_be_a_series_of_the_case(one)
    value = quoted(one.name)
    if as_input(one).type == "count":
        return _one(one.name, f"CAST({value} AS VARCHAR)", "null")
    bare = f"CASE WHEN {quoted(digits_column(one.name))} = 0 THEN '0' ELSE {yuan(value)} END"
    return _one(one.name, bare, "null")


def _must_be_a_series_of_the_case(one: Remembered) -> None:
    of_sums = one.of == SUMS and as_input(one).type == "money"
    counted = one.of in (SUMS, "above_standard") and one.fold in COUNTED
    if not (of_sums or counted):
        raise NotInColumns(one.name)
    if one.where is not None:
        parse(one.where)


def _one(name: str, value: str, event: str, *, local: bool = False) -> str:
    """In pieces."""
    head, tail = text(f'{{"name":"{name}","value":"'), text(f',"local":{str(local).lower()}}}')
    return f'{head}, {value}, \'","event":\', {_sql_or_null(event)}, {tail}'


def _sql_or_null(event: str) -> str:
    return "'null'" if event == "null" else event


def _id(name: str) -> str:
    return f"'\"', CAST({name} AS VARCHAR), '\"'"


def _truth(value: str) -> str:
    return f"CASE WHEN {value} THEN 'true' ELSE 'false' END"


def yuan(value: str) -> str:
    """Fen as a text in yuan, with two digits; NULL beyond 16 digits of fen."""
    written = f"CAST(TRY_CAST({value} AS DECIMAL(16, 0)) * 0.01 AS VARCHAR)"
    return f"CASE WHEN {value} = 0 THEN '0.00' ELSE {written} END"  # most are none


def _type(field: str) -> str:
    return "money" if field in IN_FEN else _TYPES.get(field, "boolean")
