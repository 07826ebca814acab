"""Figures a source (how late, how often anything is found, what became of it), and everything that is owed by a day."""

from __future__ import annotations

from typing import Any

from services.chassis.views import ViewReader
from services.verification.sources import SOURCES

Row = dict[str, Any]
OWED = ("kind", "id", "about", "department", "due", "overdue")
KINDS = {
    "reply": "答复共享申请", "deliver": "提供数据", "start": "启动核对", "answer": "核对答复", "correct": "校核更正",
    "hear": "听取意见",
}  # fmt: skip
MOST = 10_000


def by_source(sharing: ViewReader, checks: ViewReader) -> list[Row]:
    """One row a source that was ever shared or asked."""
    with sharing.reading() as tables:
        files = {
            source: (taken, refused or 0, late or 0, lag)
            for source, taken, refused, late, lag in tables.execute(
                "SELECT source, SUM(CASE WHEN state = 'taken' THEN 1 ELSE 0 END),"
                " SUM(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), SUM(late), MAX(lag) FROM {files} GROUP BY source"
            )
        }
        beyond: Row = dict(tables.execute("SELECT source, SUM(beyond) FROM {agreements} GROUP BY source"))
    with checks.reading() as tables:
        tallies = {row[0]: row[1:] for row in tables.execute("SELECT * FROM {tallies}")}
        states: dict[str, Row] = {}
        for source, state, count in tables.execute(
            "SELECT source, COALESCE(result, state), COUNT(*) FROM {mismatches} GROUP BY source, COALESCE(result, state)"
        ):
            states.setdefault(source, {})[state] = count
    return [
        {
            "source": source,
            "title": declared.zh,
            **dict(zip(("files", "files_refused", "late_files", "longest_lag_days"),
                       files.get(source, (0, 0, 0, None)), strict=True)),
            "files_beyond_agreement": int(beyond[source]),
            **_rates(tallies.get(source, (0, 0, 0, 0, 0))),
            "mismatches": states.get(source, {}),
        }
        for source, declared in SOURCES.items()
        if source in beyond
    ]  # fmt: skip


def _rates(tally: tuple[int, ...]) -> Row:
    asked, hits, compared, contradicted, found = tally
    return {
        "asked": asked, "hits": hits, "hit_rate": _rate(hits, asked), "compared": compared,
        "contradicted": contradicted, "mismatch_rate": _rate(contradicted, compared), "found": found,
    }  # fmt: skip


def _rate(part: int, whole: int) -> str | None:
    """Per cent with one decimal, half up; None of nothing."""
    if not whole:
        return None
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


def owed(sharing: ViewReader, checks: ViewReader) -> list[Row]:
    """What departments and the district owe by a day, the earliest first, the overdue marked."""
    with sharing.reading() as tables:
        rows = tables.execute(
            "SELECT CASE WHEN state = 'requested' THEN 'reply' ELSE 'deliver' END, id, source, department, due, overdue"
            f" FROM {{agreements}} WHERE due IS NOT NULL ORDER BY due LIMIT {MOST}"
        )
    with checks.reading() as tables:
        rows += tables.execute(
            "SELECT CASE WHEN state = 'owed' THEN 'start' ELSE 'answer' END, id, case_id, 'civil-affairs', due, overdue"
            f" FROM {{checks}} WHERE due IS NOT NULL ORDER BY due LIMIT {MOST}"
        )
        mismatches = tables.execute(
            "SELECT CASE WHEN correct_by IS NULL THEN 'hear' ELSE 'correct' END, id, source, source, correct_by, overdue"
            " FROM {mismatches} WHERE correct_by IS NOT NULL OR (heard IS NULL AND state <> 'resolved')"
            f" ORDER BY opened LIMIT {MOST}"
        )
    for kind, id, about, source, due, overdue in mismatches:
        department = "civil-affairs" if kind == "hear" else SOURCES[source].department.value
        rows.append((kind, id, about, department, due, overdue))
    found = [dict(zip(OWED, row, strict=True)) for row in rows]
    return sorted(found, key=lambda row: (row["due"] is None, row["due"] or "", row["kind"], row["id"]))
