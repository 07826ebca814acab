"""A reconstruction as PDF/A-2u, for the file and the court: what the JSON says, in both languages, nothing more.

Whoever may read it sees what the family owns and earns; names stay sealed. The signed JSON proves, this one is read.
"""

from __future__ import annotations

from pathlib import Path

from services.assistance.letters.setting import lacking, typeset
from services.history.audit.rule import yuan
from services.history.audit.verdict import Check, Part, Reconstruction

TEMPLATE = Path(__file__).parent / "report.typ"
WORDS = {"kept": "符合", "broken": "不符", "noted": "注意", "open": "未载"}
ILLUSTRATIVE = "所用标准含示例数据 · Illustrative figures"
BLANK = "〓"
"""In place of a character that the font lacks: the file has it."""


def to_pdf(found: Reconstruction) -> bytes:
    """The same reconstruction gives the same bytes; dated by the decision, for it says nothing of today."""
    return typeset(TEMPLATE, "report", _fitting(content(found)), found.recordedtime.replace(microsecond=0))


def content(found: Reconstruction) -> dict[str, object]:
    """What `report.typ` reads: plain text throughout."""
    return {
        "title": "决定复原报告 Reconstruction",
        "decision": str(found.decision),
        "date": [found.recordedtime.year, found.recordedtime.month, found.recordedtime.day],
        "mark": ILLUSTRATIVE if found.illustrative else "",
        "verdict": f"{found.zh} · {found.en}",
        "facts": [
            ["决定 decision", f"{found.type} {found.decision}"],
            ["案件 case", f"{found.programme} {found.case}"],
            ["记录 recorded", f"{found.service} {found.sequence} · {found.recordedtime.isoformat()}"],
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
                    [one.name, one.used, one.derived or "—", one.source, str(one.chain[0].id) if one.chain else "—"]
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


def _part(part: Part) -> dict[str, object]:
    return {"title": f"{part.zh} · {part.en}", "checks": [_check(one) for one in part.checks]}


def _check(check: Check) -> dict[str, str]:
    where = f"〔{check.paper} {check.clause}〕" if check.paper or check.clause else ""
    return {
        "outcome": check.outcome, "word": WORDS[check.outcome], "zh": check.zh, "en": check.en, "where": where,
    }  # fmt: skip


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
