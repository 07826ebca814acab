"""Several folds over one list in one pass: sums that have bounds share the bits of one BIGINT.

DuckDB walks through a list once for each `list_sum`, and that walk costs more than what is added up. So each sum gets a
stretch of bits wide enough for the greatest value it can have, and none can run over into its neighbour's: no summand is
negative, and no list has more records than `inputs.longest` (which `inputs.refusals` sees to, as to all other ranges).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from services.policy.sql.writing import Sql, binary, call, case, cast, column, each, whole

BITS = 63
ROW = "one of the list"
"""The name of the record in a lambda; no name of a paper has such signs."""


@dataclass(slots=True)
class Pack:
    """One BIGINT: the summands, each already moved to its place."""

    over: str
    name: str
    used: int = 0
    summands: list[Sql] = field(default_factory=list)


class Packs:
    """What is summed over the lists of a case, before all steps."""

    def __init__(self) -> None:
        self._packs: list[Pack] = []
        self._known: dict[tuple[str, str], Sql] = {}

    def sum(self, list_: str, row: str, test: Sql | None, summand: Sql, most: int) -> Sql | None:
        """The sum of `summand` over the records for which `test` holds, at most `most` and never negative.

        Both read nothing but the record, which they call `row`. None where the sum does not fit.
        """
        width = max(most.bit_length(), 1)
        if width > BITS:
            return None
        test, summand = None if test is None else _renamed(test, row), _renamed(summand, row)
        key = (list_, f"{'' if test is None else test.sql('duckdb')}?{summand.sql('duckdb')}")
        if key not in self._known:
            self._known[key] = self._placed(list_, test, summand, width)
        return self._known[key].copy()

    def columns(self) -> Iterator[tuple[str, Sql]]:
        """The columns that hold the packs, over the columns of the cases."""
        for pack in self._packs:
            total, *others = pack.summands
            for one in others:
                total = binary(exp.Add, total, one)
            summed = call("list_sum", each(column(pack.over), ROW, total))
            yield pack.name, cast(call("coalesce", summed, whole(0)), "BIGINT")

    def _placed(self, list_: str, test: Sql | None, summand: Sql, width: int) -> Sql:
        pack = next((one for one in self._packs if one.over == list_ and one.used + width <= BITS), None)
        if pack is None:
            pack = Pack(list_, f"{list_}/pack/{len(self._packs)}")
            self._packs.append(pack)
        place, pack.used = pack.used, pack.used + width
        moved = summand if place == 0 else _times(summand, 1 << place)
        pack.summands.append(moved if test is None else case([(test, moved)], whole(0)))
        held: Sql = column(pack.name)
        if place:
            held = binary(exp.BitwiseRightShift, held, exp.Literal.number(place))
        return binary(exp.BitwiseAnd, held, whole((1 << width) - 1))


def _times(summand: Sql, factor: int) -> Sql:
    return whole(factor) if summand == whole(1) else binary(exp.Mul, summand, whole(factor))


def _renamed(sql: Sql, row: str) -> Sql:
    """One name for the record of every fold; a column of the case is never a Dot."""

    def rename(node: Sql) -> Sql:
        if isinstance(node, exp.Dot) and node.this.name == row:
            return exp.Dot(this=exp.to_identifier(ROW, quoted=True), expression=node.expression)
        return node

    return sql.copy().transform(rename)
