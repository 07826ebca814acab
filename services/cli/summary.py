"""What the years came to, in one table."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from rich.table import Table

from services.chassis.service import name_of
from services.chassis.views import ViewReader
from services.cli.house import House

ILLUSTRATIVE = "示例标准 illustrative"
DECIDED = {f"assistance.{name}" for name in ("SubsidyGranted", "Declined", "Adjusted", "Exited")}


def summary(house: House) -> Table:
    """People, cases, sums, messages and events, as the views and the district log have them."""
    table = Table(title="小结 The years in figures", title_justify="left", show_header=False)
    table.add_column("zh")
    table.add_column("en", style="dim")
    table.add_column("figure", justify="right")
    for zh, en, figure in _figures(house):
        table.add_row(zh, en, figure)
    return table


def _figures(house: House) -> list[tuple[str, str, str]]:
    register, cases = house.readers["registry"]["register"], house.readers["living"]["cases"]
    recorded = _recorded(house)
    by_service: dict[str, Counter[str]] = {name: Counter() for name in house.names}
    for (source, schema), count in recorded.items():
        by_service[name_of(source)][schema.rpartition(".")[0]] += count
    types = by_service["living"]

    def registered(sql: str) -> str:
        return f"{_one(register, sql):,}"

    monthly = _one(cases, "SELECT COALESCE(SUM(amount_fen), 0) FROM {cases} WHERE state = 'granted'")
    exits = types["assistance.Exited"]
    figures = [
        ("户数", "households", registered("SELECT COUNT(*) FROM {households} WHERE closed IS NULL")),
        ("人数", "people", registered("SELECT COUNT(*) FROM {people} WHERE died IS NULL AND merged IS NULL")),
        ("在册对象", "enrolled", registered("SELECT COUNT(*) FROM {enrolments} WHERE until IS NULL")),
        ("低保申请", "applications", f"{types['assistance.Applied']:,}"),
        ("予以确认", "granted", f"{types['assistance.SubsidyGranted']:,}"),
        ("不予确认", "declined", f"{types['assistance.Declined']:,}"),
        ("停保", "exits", f"{exits:,}"),
        ("月保障金额", "a month, yuan", f"{monthly / 100:,.2f} {ILLUSTRATIVE}"),
        (
            "残疾人两项补贴",
            "subsidies for the disabled, by themselves",
            _subsidies(house, by_service["disability"]),
        ),
        ("已发通知", "messages told", f"{by_service['notification']['notification.Sent']:,}"),
    ]
    for number, count in sorted(_decided_by(house).items()):
        figures.append((f"依据：{number}", "decisions under it", f"{count:,}"))
    return figures + [
        (f"事件：{name}", f"events of {name}", f"{by_service[name].total():,}") for name in house.names
    ]


def _subsidies(house: House, types: Counter[str]) -> str:
    """How many began, were changed and ended without an application, and what the bank has paid of them."""
    paid = _one(
        house.readers["finance"]["payments"],
        "SELECT COALESCE(SUM(amount_fen), 0) FROM {payments}"
        " WHERE programme IN ('disability-living', 'disability-care') AND state = 'paid'",
    )
    counts = {
        "开始": types["assistance.SubsidyGranted"],
        "调整": types["assistance.Adjusted"],
        "终止": types["assistance.Exited"],
    }
    told = "，".join(f"{word}{count}" for word, count in counts.items())
    return f"{told}，已发{paid / 100:,.2f} {ILLUSTRATIVE}"


def _recorded(house: House) -> dict[tuple[str, str], int]:
    """How many events of which source and schema the district log holds."""
    if house.timelines is None:
        return {}
    with house.timelines.log.database.reading() as session:
        rows = session.execute(
            "SELECT source, dataschema, COUNT(*) FROM district_log GROUP BY source, dataschema"
        )
    return {(source, schema): count for source, schema, count in rows}


def _decided_by(house: House) -> Counter[str]:
    """How many decisions cite which paper, by its number; where that is illustrative it says so itself."""
    found: Counter[str] = Counter()
    for entry in house.runtimes["living"].log():
        if entry.envelope.type in DECIDED:
            found.update({paper["number"] for paper in json.loads(entry.data)["grounds"]["papers"]})
    return found


def _one(reader: ViewReader, sql: str) -> Any:
    with reader.reading() as tables:
        return tables.execute(sql)[0][0]
