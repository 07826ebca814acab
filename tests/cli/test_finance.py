"""The statement on a terminal: no sum is cut off."""

from __future__ import annotations

import io
from datetime import date

from rich.console import Console

from services.cli.finance import table_of
from services.finance.statement import FundLine, Statement


def fund(title: str) -> FundLine:
    return FundLine(
        fund="relief", title=title, budget_fen=123_456_789_01, allocated_fen=123_456_789_01, committed_fen=1,
        paid_fen=50_000_000_00, returned_fen=0, recovered_fen=2_05, month_paid_fen=-3_10, idle_fen=73_456_789_00,
        idle_since=date(2022, 10, 17),
    )  # fmt: skip


def test_on_eighty_columns_every_sum_is_whole_to_the_fen() -> None:
    said = io.StringIO()
    told = Statement(
        month="2022-10", funds=(fund("困难群众救助补助资金"), fund("价格临时补贴资金")), reconciled=True
    )
    Console(file=said, width=80).print(table_of(told))
    lines = said.getvalue()
    assert "…" not in lines
    for sum_ in ("123,456,789.01", "50,000,000.00", "2.05", "-3.10", "0.01", "73,456,789.00"):
        assert lines.count(f" {sum_} ") >= 2, sum_
    assert "账实相符" in lines
