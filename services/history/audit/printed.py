"""A reconstruction as PDF/A-2u, for the file and the court: what the JSON says, in both languages, nothing more.

Whoever may read it sees what the family owns and earns; names stay sealed. The signed JSON proves, this one is read.
"""

from __future__ import annotations

import json
from pathlib import Path

from services.assistance.letters.setting import lacking, typeset
from services.chassis.clock import CIVIL_ZONE
from services.history.audit.deriving import text
from services.history.audit.rule import yuan
from services.history.audit.verdict import OUTCOME_WORDS, SOURCE_WORDS, Check, Part, Reconstruction

TEMPLATE = Path(__file__).parent / "report.typ"
NAMES = {"decision_day": "决定日"}
"""Of inputs that no paper names."""
TRUTH = {"true": "是", "false": "否"}
SAME = "同左 same"
ILLUSTRATIVE = "所用标准含示例数据 · Illustrative figures"
BLANK = "〓"
"""In place of a character that the font lacks: the file has it."""


def to_pdf(found: Reconstruction) -> bytes:
    """The same reconstruction gives the same bytes; dated by the decision, for it says nothing of today."""
    return typeset(TEMPLATE, "report", _fitting(content(found)), found.recordedtime.replace(microsecond=0))


def content(found: Reconstruction) -> dict[str, object]:
    """What `report.typ` reads: plain text throughout."""
    zh, en = found.titled
    return {
        "title": "决定复原报告 Reconstruction",
        "decision": str(found.decision),
        "date": [found.recordedtime.year, found.recordedtime.month, found.recordedtime.day],
        "mark": ILLUSTRATIVE if found.illustrative else "",
        "verdict": f"{found.zh} · {found.en}",
        "facts": [
            ["决定 decision", f"{zh} · {en}"],
            ["编号 id", f"{found.decision} · {found.type}"],
            ["案件 case", str(found.case)],
            ["记录 recorded", f"{found.service} {found.sequence} · {_moment(found)}"],
            ["决定日 day", found.day.isoformat()],
            ["金额 decided, in yuan", _sum(found.amount_fen)],
            ["重算 again, in yuan", _sum(found.again_fen)],
        ],
        "parts": [_part(one) for one in found.parts],
        "tables": [
            {
                "title": "输入 Inputs",
                "widths": [13, 19, 19, 12, 24],
                "head": ["名称", "所用 used", "推得 derived", "来源 source", "事件 event"],
                "rows": [
                    [
                        NAMES.get(one.name, one.name), _plain(one.used),
                        SAME if one.used == one.derived else "—" if one.derived is None else _plain(one.derived),
                        " ".join(SOURCE_WORDS.get(one.source, (one.source,))), str(one.chain[0].id) if one.chain else "—",
                    ]
                    for one in found.inputs
                ],
            },
            {
                "title": "计算 Arithmetic",
                "widths": [3, 2, 2, 4],
                "head": ["名称", "原记录 recorded", "重算 again", "依据 clause"],
                "rows": [[one.name, one.recorded, one.again, f"{one.paper} {one.clause}"] for one in found.arithmetic],
            },
            {
                "title": "文件 Papers",
                "widths": [4, 4, 3],
                "head": ["文号", "条款", "摘要 digest"],
                "rows": [[one.number, one.clause, (one.digest or "—")[:16]] for one in found.papers],
            },
            {
                "title": "已删除而不能显示 Erased",
                "widths": [1],
                "head": ["内容 what"],
                "rows": [[f"{one.zh} {one.en}"] for one in found.gone],
            },
        ],
    }  # fmt: skip


def _plain(value: str) -> str:
    """A value as somebody reads it: of a record its fields, one by one."""
    try:
        record = json.loads(value) if value.startswith("{") else None
    except ValueError:
        record = None  # as it was written, then
    if isinstance(record, dict):
        return "；".join(f"{name} {_plain(text(one))}" for name, one in record.items())
    return TRUTH.get(value, value)


def _part(part: Part) -> dict[str, object]:
    return {"title": f"{part.zh} · {part.en}", "checks": [_check(one) for one in part.checks]}


def _check(check: Check) -> dict[str, str]:
    return {
        "outcome": check.outcome, "word": OUTCOME_WORDS[check.outcome], "zh": check.zh, "en": check.en, "where": check.where,
    }  # fmt: skip


def _moment(found: Reconstruction) -> str:
    return found.recordedtime.astimezone(CIVIL_ZONE).isoformat(" ", "seconds")


def _sum(fen: int | None) -> str:
    return "—" if fen is None else yuan(fen)


def _fitting(value: object) -> dict[str, object]:
    """With `BLANK` for what the font lacks."""

    def fit(one: object) -> object:
        if isinstance(one, str):
            return one.translate(dict.fromkeys(map(ord, lacking(one)), BLANK))
        if isinstance(one, dict):
            return {name: fit(inner) for name, inner in one.items()}
        return [fit(inner) for inner in one] if isinstance(one, list) else one

    fitted = fit(value)
    assert isinstance(fitted, dict), "as it came"
    return fitted
