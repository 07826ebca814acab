"""Reading: whom something is owed to or asked of, and the sweep's coverage by village, as rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.assistance.days import months_after
from services.chassis.views import ViewReader
from services.registry.divisions import hecheng

Row = dict[str, Any]
LISTS = {
    "without-carer": "card = 1 AND severe = 1 AND wish = 'home' AND cared_for = 0",
    "wishing-place": "card = 1 AND severe = 1 AND wish = 'institution' AND institution IS NULL",
    "suspects": "suspected IS NOT NULL",
    "without-consent": "card = 1 AND consent = 0",
    "cards-ending": "card = 1 AND until < ?",
}
"""Name → who is on it. A mark stands for the day three months from now."""
NAMES = ("person", "township", "until", "suspected")


def listed(
    reader: ViewReader, name: str, township: str | None, today: date, after: str, limit: int
) -> list[Row]:
    """By person."""
    condition = LISTS[name]
    values: list[Any] = [after]
    if "?" in condition:
        values.append(months_after(today, 3).isoformat())
    if township is not None:
        values.append(township)
    own = "" if township is None else " AND township = ?"
    with reader.reading() as tables:
        rows = tables.execute(
            f"SELECT {', '.join(NAMES)} FROM {{people}} WHERE person > ? AND {condition}{own} ORDER BY person LIMIT ?",
            (*values, limit),
        )
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def coverage(reader: ViewReader, year: int, township: str | None) -> list[Row]:
    """Every village of the district: whether it was swept that year, families called on, suspects, assessed, cards."""
    with reader.reading() as tables:
        swept = tables.execute(
            "SELECT village, MAX(swept), SUM(households) FROM {sweeps} WHERE year = ? GROUP BY village",
            (year,),
        )
        found = tables.execute(
            "SELECT village, COUNT(*), COUNT(assessed), COUNT(card) FROM {suspects} WHERE year = ? GROUP BY village",
            (year,),
        )
    days = {village: (day, households) for village, day, households in swept}
    people = {village: counts for village, *counts in found}
    rows = []
    for town in hecheng().townships:
        if township not in (None, town.code):
            continue
        for village in hecheng().villages(town.code):
            day, households = days.get(village.code, (None, 0))
            suspects, assessed, cards = people.get(village.code, (0, 0, 0))
            rows.append({
                "township": town.code, "village": village.code, "name": village.name, "swept": day,
                "households": int(households), "suspects": suspects, "assessed": assessed, "cards": cards,
            })  # fmt: skip
    return rows
