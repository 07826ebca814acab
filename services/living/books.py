"""Reading relief and reserves: the ledger, papers that are owed, checks asked for, the book; as rows and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.assistance.programme import PROGRAMMES
from services.chassis.spreadsheet import line
from services.chassis.views import ViewReader

Row = dict[str, Any]

GROUPS = {
    "none": "非重点对象",
    "dibao_urban": "城市低保对象",
    "dibao_rural": "农村低保对象",
    "tekun_urban": "城市特困人员",
    "tekun_rural": "农村特困人员",
    "back_in_poverty": "返贫人口",
    "newly_poor": "新增贫困人口",
}
KINDS = {"advanced": "拨入", "replenished": "补充", "spent": "支出"}
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table for spreadsheets: the columns of the rows with their Chinese headings."""

    name: str
    columns: Mapping[str, str]

    def csv(self, rows: Iterable[Row]) -> Iterator[bytes]:
        """With a byte order mark, as spreadsheets want it; codes that have a Chinese word are told by it."""
        yield line(self.columns.values(), mark=True)
        for row in rows:
            yield line(_told(name, row[name]) for name in self.columns)


LEDGER = Table(
    "relief-ledger",
    {
        "month": "月份", "programme": "救助类型", "grp": "对象类别", "township": "乡镇街道代码", "cases": "件数",
        "amount_fen": "金额（分）", "illustrative": "是否示例标准",
    },
)  # fmt: skip
PAPERS = Table(
    "relief-papers",
    {
        "case": "案件编号", "township": "乡镇街道代码", "amount_fen": "金额（分）", "paid_first": "先行救助日期",
        "papers_by": "补办期限", "provisional": "期限待定", "overdue": "是否逾期", "illustrative": "是否示例标准",
    },
)  # fmt: skip
CHECKS = Table(
    "relief-checks",
    {
        "case": "来源案件", "programme": "来源项目", "household": "家庭编号", "township": "乡镇街道代码",
        "towards": "核查项目", "reason": "原因代码", "asked_on": "提出日期", "answer_by": "答复期限",
        "paper": "依据", "clause": "条款",
    },
)  # fmt: skip
BOOK = Table(
    "reserve-book",
    {
        "day": "日期", "kind": "事项", "amount_fen": "金额（分）", "balance_fen": "余额（分）", "case": "案件编号",
    },
)  # fmt: skip


def ledger(reader: ViewReader, township: str | None, month: str | None) -> list[Row]:
    """Relief granted, by month, kind, group and township: how many cases, how much in fen."""
    where, values = _where({"township": township, "month": month}, "month IS NOT NULL")
    columns = ("month", "programme", "grp", "township", "cases", "amount_fen", "illustrative")
    sql = (
        "SELECT month, programme, grp, township, COUNT(*), SUM(amount_fen), MAX(illustrative) FROM {relief}"
        f" WHERE {where} GROUP BY month, programme, grp, township ORDER BY month, programme, grp, township"
        f" LIMIT {MOST_ROWS}"
    )
    return [
        row | {"cases": int(row["cases"]), "amount_fen": int(row["amount_fen"])}
        for row in _rows(reader, sql, values, columns)
    ]


def papers_owed(reader: ViewReader, township: str | None, overdue: bool | None) -> list[Row]:
    """Relief paid first whose papers are not complete, the oldest first."""
    late = None if overdue is None else int(overdue)
    open_only = "paid_first IS NOT NULL AND papers_on IS NULL"
    where, values = _where({"township": township, "overdue": late}, open_only)
    columns = (
        "case", "township", "amount_fen", "paid_first", "papers_by", "provisional", "overdue", "illustrative",
    )  # fmt: skip
    sql = (
        "SELECT id, township, amount_fen, paid_first, papers_by, provisional, overdue, illustrative FROM {relief}"
        f" WHERE {where} ORDER BY papers_by, opened LIMIT {MOST_ROWS}"
    )
    return _rows(reader, sql, values, columns)


def checks(reader: ViewReader, township: str | None) -> list[Row]:
    """Looks at another kind of help that were asked for and that nobody has taken up, the oldest first."""
    where, values = _where({"township": township}, "taken_up IS NULL")
    columns = (
        "case", "programme", "household", "township", "referral", "towards", "reason", "asked_on", "answer_by",
        "paper", "clause",
    )  # fmt: skip
    sql = (
        "SELECT from_case, programme, household, township, referral, towards, reason, asked_on, answer_by, paper,"
        f" clause FROM {{checks}} JOIN {{towns}} ON {{towns}}.id = from_case WHERE {where} ORDER BY asked"
        f" LIMIT {MOST_ROWS}"
    )
    return _rows(reader, sql, values, columns)


def book(reader: ViewReader, township: str) -> list[Row]:
    """Every movement of a township's reserve, in order, with the balance after it."""
    columns = ("day", "kind", "amount_fen", "balance_fen", "case")
    sql = (
        "SELECT day, kind, amount_fen, balance_fen, case_id FROM {book} WHERE township = ? ORDER BY sequence"
        f" LIMIT {MOST_ROWS}"
    )
    return _rows(reader, sql, (township,), columns)


def months(reader: ViewReader, township: str) -> list[Row]:
    """Months to be reconciled or reconciled."""
    columns = ("month", "booked_fen", "counted_fen", "reconciled")
    sql = "SELECT month, booked_fen, counted_fen, reconciled FROM {months} WHERE township = ? ORDER BY month"
    return _rows(reader, sql, (township,), columns)


def balance(reader: ViewReader, township: str) -> tuple[int, int]:
    """In the reserve, and spent and not yet paid back, in fen."""
    sql = "SELECT balance_fen, spent_fen FROM {reserves} WHERE township = ?"
    rows = _rows(reader, sql, (township,), ("balance", "spent"))
    return (rows[0]["balance"], rows[0]["spent"]) if rows else (0, 0)


def _where(wanted: Mapping[str, Any], first: str) -> tuple[str, tuple[Any, ...]]:
    given = {name: value for name, value in wanted.items() if value is not None}
    return " AND ".join([first, *(f"{name} = ?" for name in given)]), tuple(given.values())


def _rows(reader: ViewReader, sql: str, values: tuple[Any, ...], columns: tuple[str, ...]) -> list[Row]:
    with reader.reading() as tables:
        return [dict(zip(columns, row, strict=True)) for row in tables.execute(sql, values)]


def _told(name: str, value: Any) -> Any:
    if name in ("illustrative", "overdue", "provisional"):
        return "是" if value else "否"
    if name in ("programme", "towards"):
        return PROGRAMMES[value].title[0] if value in PROGRAMMES else "临时救助"
    if name == "grp":
        return GROUPS.get(value, "未登记")
    return KINDS.get(value, value) if name == "kind" else value
