"""Whom a row admits where not all of the members are (参照单人户): whoever has a share of the sum that it names.

    admits: 单人户保障额        # sum(max(0, 低保标准 - m.工资) for m in 家庭成员 where m.残疾等级 in [1..2])

The sum itself says who has a share: who is admitted and what is paid for them are one definition and cannot differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from services.policy.assembly import Step
from services.policy.definition import ParsedFormula, ParsedRow, ParsedTable
from services.policy.finding import Finding
from services.policy.language.tree import Compare, Logic, Node, Number, Over


def with_admission(
    steps: Sequence[Step], reason: str, members: Collection[str], findings: list[Finding]
) -> list[Step]:
    """The rows with the test of whom they admit. `reason`: the table whose row is the reason of the decision: only its
    rows may admit some, and only where one row holds. `members`: lists whose records are people of the register."""
    formulas = {one.formula.name: one for one in steps if isinstance(one, ParsedFormula)}
    return [
        replace(one, rows=tuple(_row(row, one, reason, members, formulas, findings) for row in one.rows))
        if isinstance(one, ParsedTable)
        else one
        for one in steps
    ]


def _row(
    row: ParsedRow,
    table: ParsedTable,
    reason: str,
    members: Collection[str],
    formulas: dict[str, ParsedFormula],
    findings: list[Finding],
) -> ParsedRow:
    named = row.row.admits
    if named is None:
        return row
    where = f"{table.paper.identity.id}, {table.table.name}/{row.row.id}: "

    def refuse(rule: str, zh: str, en: str) -> ParsedRow:
        findings.append(Finding(rule, f"{where}{zh}", f"{where}{en}"))
        return row

    if table.table.name != reason or table.table.hit == "collect":
        zh, en = (
            "只有给出决定理由的表能写 admits",
            "only a row that is the reason of the decision admits some",
        )
        return refuse("admits", zh, en)
    found = formulas.get(named)
    if found is None:
        return refuse("unknown-name", f"没有公式“{named}”", f"there is no formula `{named}`")
    match found.tree:
        case Over(fold="sum", value=Node() as share) if found.tree.list in members:
            return replace(row, admits=_with_a_share(found.tree, share))
    zh, en = (
        f"“{named}”须是对登记的家庭成员的 sum",
        f"`{named}` must be a sum over the members that the register knows",
    )
    return refuse("admits", zh, en)


def _with_a_share(total: Over, share: Node) -> Over:
    has = Compare(">", share, Number(Decimal(0)))
    test = has if total.where is None else Logic("and", (total.where, has))
    return Over("which", None, total.row, total.list, test, at=total.at)
