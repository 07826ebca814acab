"""`doudi finance`: the monthly statement of the funds, from the recorded movements."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.chassis.settings import Settings
from services.cli.house import existing
from services.finance.statement import FundLine, Statement, statement
from services.finance.views import BOOKS

SUMS: dict[str, Callable[[FundLine], Decimal]] = {
    "预算 budget": lambda line: Decimal(line.budget_fen),
    "拨付 allocated": lambda line: Decimal(line.allocated_fen),
    "已安排 committed": lambda line: Decimal(line.committed_fen),
    "已支付 paid": lambda line: Decimal(line.paid_fen),
    "本月支付 paid in the month": lambda line: Decimal(line.month_paid_fen),
    "交回 returned": lambda line: Decimal(line.returned_fen),
    "追回 recovered": lambda line: Decimal(line.recovered_fen),
    "闲置 idle": lambda line: Decimal(line.idle_fen),
}
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


def register(app: typer.Typer) -> None:
    finance = typer.Typer(help="资金 Funds: what was allocated, committed, paid, and what lies idle.")
    app.add_typer(finance, name="finance")

    @finance.command("statement")
    def show(
        month: Annotated[str, typer.Option(help="YYYY-MM; the year up to the end of it")],
        data: Annotated[Path, typer.Option(help="folder of the stores")] = Path("data"),
        json: Annotated[bool, typer.Option("--json", help="as JSON, sums in fen")] = False,
    ) -> None:
        """The statement of a month; status 1 where a book does not reconcile."""
        if not MONTH.fullmatch(month):
            typer.secho("--month is YYYY-MM", err=True, fg="red")
            raise typer.Exit(2)
        house = existing(Settings(data=data), ["finance"])
        try:
            reader = house.readers["finance"][BOOKS.name]
            while reader.advance():
                pass
            told = statement(reader, month)
        finally:
            house.close()
        if json:
            typer.echo(told.model_dump_json(indent=2))
        else:
            Console().print(table_of(told))
        if not told.reconciled:
            raise typer.Exit(1)


def table_of(told: Statement) -> Table:
    """A column for each fund: sums are never cut off, however narrow the terminal."""
    table = Table(title=f"{told.month} 资金月报 Statement, in yuan")
    table.add_column("", no_wrap=True)
    for line in told.funds:
        table.add_column(line.title, justify="right", overflow="fold", min_width=14)
    for heading, sum_of in SUMS.items():
        table.add_row(heading, *(f"{sum_of(line) / 100:,.2f}" for line in told.funds))
    since = (line.idle_since.isoformat() if line.idle_since else "" for line in told.funds)
    table.add_row("闲置自 idle since", *since)
    table.caption = "账实相符 reconciled" if told.reconciled else "不符 does not reconcile"
    return table
