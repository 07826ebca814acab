"""`doudi whatif`: the history decided again under other papers. Families are told by id; with their names only to whom a
token entitles, and that is recorded. Nothing else is."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.chassis.problems import Problem, not_allowed
from services.chassis.refusal import Refused as NotSo
from services.chassis.tokens import Caller
from services.cli.house import House, existing
from services.cli.show import Data, Postgres, wide_console
from services.cli.up import read_settings
from services.history.api import ENTITLED, of_the_district
from services.history.audit.reading import log_in
from services.history.names import names_of, opened

if TYPE_CHECKING:
    # DuckDB is a second of a start: it is loaded when it is used.
    from services.history.whatif.answer import Answer

SHOWN = 20
OUT = "不在内 out"
"""Where a run had refused it before, and nobody asked again; or nothing could be said of it."""
MONTH = ["%Y-%m"]


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    app.command()(whatif)


def whatif(
    since: Annotated[datetime, typer.Option("--from", formats=MONTH, help="first month, YYYY-MM")],
    until: Annotated[datetime, typer.Option("--to", formats=MONTH, help="last month")],
    policy: Annotated[
        list[Path] | None,
        typer.Option(
            help="folder of a paper, or of several; without: the papers in force, to be held against the log"
        ),
    ] = None,
    programme: Annotated[
        str | None, typer.Option(help="of one programme, e.g. dibao; without: of all")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the tables; without: on the terminal")] = None,
    format: Annotated[Format, typer.Option(help="of the files in --out")] = Format.CSV,
    names: Annotated[
        str | None,
        typer.Option(
            help="name the families, for this purpose; recorded with who holds the token", show_default=False
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="of civil affairs or audit, for --names", envvar="TOKEN", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="of the sample that the interpreter decides, too")] = 0,
    data: Data = None,
    postgres: Postgres = None,
) -> None:
    """Decide the months again under other papers: who gains, who loses, what it costs, which row moved whom.

    Status 1 where the log has a sum or a decision that neither its own papers give nor anything in it explains.
    """
    from services.history.whatif import running
    from services.history.whatif.deciding import Differs, Unfoldable
    from services.history.whatif.papers import NoPaper, read_folders
    from services.policy.finding import Refused

    house = existing(read_settings(data=data, postgres_url=postgres), ["history"])
    try:
        assert house.timelines is not None, "history is among the services of this house"
        caller = None if names is None else entitled(house, token)
        keys = house.runtimes["history"].around.keys
        with _bar() as bar:
            task = bar.add_task("whatif", total=None)
            months = since.date(), until.date()
            asked = running.whatif(
                house.timelines.log, keys, read_folders(policy or ()), *months, programme=programme, seed=seed,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )  # fmt: skip
            with asked as answer:
                bar.stop()
                if names is not None and caller is not None:
                    name(house, answer, names, caller)
                show(answer)
                if out is not None:
                    typer.echo("\n".join(map(str, answer.write(out, format.value))))
                status = 1 if answer.unexplained else 0
    except (Problem, NotSo) as refusal:
        typer.secho(f"{refusal.zh} {refusal.en}", err=True, fg="red")
        raise typer.Exit(2) from None
    except (running.CannotAsk, Differs, NoPaper, Refused, Unfoldable) as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(2) from None
    finally:
        house.close()
    raise typer.Exit(status)


def entitled(house: House, token: str | None) -> Caller:
    """Who holds the token; Problem where it is not good, or of nobody who may see names."""
    caller = house.tokens.caller(token or "")
    if caller.department not in ENTITLED:
        raise not_allowed(
            "仅民政和审计部门可查看个人信息。", "Only civil affairs and audit may look at personal data."
        )
    of_the_district(caller)
    return caller


def name(house: House, answer: Answer, purpose: str, caller: Caller) -> None:
    """A look is recorded before anything is shown."""
    assert house.timelines is not None, "history is among the services of this house"
    runtime, people = house.runtimes["history"], {UUID(one["applicant"]) for one in answer.table("families")}
    with house.timelines.log.database.reading() as session:
        pieces = list(names_of(log_in(session, runtime.around.keys), sorted(people)))
    answer.name(runtime.decide(lambda work: opened(work, purpose, pieces), runtime.cause(caller.to_actor())))


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def show(answer: Answer) -> None:
    from services.history.whatif.answer import CODES

    console = wide_console()
    console.print(_totals(answer))
    console.print(_costs(answer, "每月支出（元） cost by month, yuan", ("month", "programme")))
    console.print(_costs(answer, "各乡镇支出（元） cost by township, yuan", ("township", "programme")))
    moves = _table(
        "条款行变动 which row moved whom", BY["programme"], SUMS["before"], SUMS["after"], "户数 cases", "户月 months",
        SUMS["difference"],
    )  # fmt: skip
    for line in answer.table("moves"):
        rows = (escape(line[name] or OUT) for name in ("row_before", "row_after"))
        moves.add_row(
            line["programme"], *rows, str(line["cases"]), str(line["months"]), _yuan(line["difference_fen"])
        )
    console.print(moves)
    families = answer.table("named" if answer.has_names else "families")
    listed = _table(
        f"受影响家庭 families: {len(families)}", "家庭 household", BY["programme"], "得失 outcome", SUMS["difference"],
        "首月 first", "末月 last",
    )  # fmt: skip
    if answer.has_names:
        listed.add_column("申请人 name", overflow="fold")
    words = {"gains": "受益 gains", "loses": "减少 loses"}
    shown = families if len(families) <= SHOWN else [*families[: SHOWN // 2], *families[-SHOWN // 2 :]]
    for line in shown:
        span = (f"{line[name]:%Y-%m}" for name in ("first_month", "last_month"))
        cells = line["household"], line["programme"], words[line["outcome"]], _yuan(line["difference_fen"])
        listed.add_row(*cells, *span, *(escape(line[name]) for name in ("name",) if name in line))
    console.print(listed)
    if len(families) > SHOWN:
        console.print(
            f"以上为增加最多和减少最多的各 {SHOWN // 2} 户；--out 写出全部 {len(families)} 户。"
            f" The {SHOWN // 2} highest and the {SHOWN // 2} lowest; --out writes all {len(families)}."
        )
    for line in answer.table("explained"):
        zh, en = CODES[line["code"]]
        console.print(f"{line['code']}: {line['months']} 户月 months, {line['cases']} 户 cases: {zh} {en}")
    for one in answer.differences[:SHOWN]:
        zh, en = CODES[one.code]
        console.print(f"决定 decision {one.decision}: {zh} {en}")
    console.print(
        f"{answer.since:%Y-%m} – {answer.until:%Y-%m}：现行文件重现日志中 {answer.judged} 项决定，"
        f"{len(answer.differences)} 项不同，无法解释 {answer.unexplained} 项；规则适用 {answer.decided} 次，其中"
        f" {answer.sampled} 次经解释器复核（种子 {answer.seed}）。\n"
        f"The papers in force give the log's {answer.judged} decisions again but for {len(answer.differences)};"
        f" {answer.unexplained} unexplained. {answer.decided} times a rule was applied, {answer.sampled} of them by the"
        f" interpreter, too (seed {answer.seed}), without a difference."
    )
    if answer.unreadable:
        console.print(f"[red]{answer.unreadable} 条事件无法读取 events could not be read[/]")


SUMS = {
    "recorded": "实发 recorded", "before": "现行 in force", "after": "假如 other", "static": "静态 static",
    "difference": "差额 difference",
}  # fmt: skip
BY = {"month": "月份 month", "township": "乡镇 township", "programme": "项目 programme"}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _totals(answer: Answer) -> Table:
    """What it comes to: of each programme, over all months."""
    table = _table(
        f"合计（元） {answer.since:%Y-%m} – {answer.until:%Y-%m} in all, yuan", BY["programme"], *SUMS.values(), "% of 现行",
        "受益 gain", "减少 lose",
    )  # fmt: skip
    for line in answer.table("totals"):
        before, more = line["before_fen"], line["difference_fen"]
        share = f"{100 * more / before:+.1f} %" if before else "—"
        sums = (_yuan(line[f"{name}_fen"]) for name in SUMS)
        sides = (
            f"{line[f'families_{side}']} 户, {_yuan(line[f'{sum_}_fen'])}"
            for side, sum_ in (("gain", "gained"), ("lose", "lost"))
        )
        table.add_row(line["programme"], *sums, share, *sides)
    return table


def _costs(answer: Answer, title: str, by: tuple[str, str]) -> Table:
    monthly = by[0] == "month"
    table = _table(title, *(BY[name] for name in by), *SUMS.values(), *(["户数 cases"] if monthly else []))
    found: dict[tuple[str, ...], Counter[str]] = {}
    for line in answer.table("cost"):
        key = tuple(f"{one:%Y-%m}" if isinstance(one := line[name], date) else one for name in by)
        sums = found.setdefault(key, Counter())
        for name in (*(f"{one}_fen" for one in SUMS), "cases_before", "cases_after"):
            sums[name] += line[name]
    for key, sums in sorted(found.items()):
        cases = f"{sums['cases_before']} → {sums['cases_after']}"
        table.add_row(*key, *(_yuan(sums[f"{name}_fen"]) for name in SUMS), *([cases] if monthly else []))
    return table


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
