"""A small paper that passes every check: winter heating for old people, for tests of publication."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.policy.paper import Paper
from services.policy.reading import canonical, digest

AUTHOR = UUID(int=0xA1, version=4)
APPROVER = UUID(int=0xA2, version=4)


def heating(
    code: str = "heating-2020", number: str = "鹤民发〔2020〕99号", sum_of: str = "120.00", **identity: Any
) -> Paper:
    """Whoever is as old as the paper says gets a sum a month."""
    told: dict[str, Any] = {
        "id": code,
        "language": 1,
        "number": number,
        "title": "冬季取暖补贴办法",
        "issuers": ["鹤城区民政局"],
        "in_force": {"from": "2020-07-01"},
        "status": "confirmed",
        "pending": "finish_old",
        "outline": {"一": "谁能享受", "二": "标准"},
    }
    first = (told | identity)["in_force"]["from"]
    parameters = [
        _parameter("取暖年龄", "age from which heating is paid", "number", "70", "confirmed", "一", first),
        _parameter("取暖标准", "heating, a month", "yuan/month", sum_of, "illustrative", "二", first),
    ]
    rows = [
        _row(
            "YOUNG", {"年龄": "< 取暖年龄"}, "'refuse'", "未满规定年龄，不发。", "Too young: nothing is paid."
        ),
        _row("OLD", {}, "'pay'", "达到规定年龄，按月发给。", "Old enough: paid every month."),
    ]
    programme = {
        "programme": "heating",
        "title": {"zh": "冬季取暖补贴", "en": "Winter heating"},
        "clause": "一",
        "unit": "person",
        "period": "month",
        "inputs": [
            {
                "name": "年龄",
                "en": "age in completed years",
                "type": "count",
                "range": ["0", "120"],
                "source": "registry",
                "clause": "一",
            }
        ],
        "tables": [
            {
                "name": "认定",
                "en": "whether heating is paid",
                "hit": "first",
                "columns": ["年龄"],
                "outputs": [{"name": "去向", "en": "route", "type": "choice", "of": ["pay", "refuse"]}],
                "rows": rows,
                "clause": "一",
            }
        ],
        "amount": {"formula": "if 去向 = 'pay' then 取暖标准 else 0", "table": "认定", "clause": "二"},
    }
    examples = [
        _example(69, "YOUNG", "0.00", first),
        _example(70, "OLD", sum_of, first),
        _example(71, "OLD", sum_of, first),
    ]
    return Paper.model_validate(
        {
            "identity": told | identity,
            "parameters": parameters,
            "programmes": [programme],
            "examples": [{"programme": "heating", "examples": examples}],
        }
    )


def text_of(paper: Paper) -> str:
    return canonical(paper).decode()


def digest_of(paper: Paper) -> str:
    return digest(paper)


def _parameter(
    name: str, en: str, unit: str, value: str, status: str, clause: str, first: str
) -> dict[str, Any]:
    values = [{"from": first, "value": value, "source": "本办法", "status": status}]
    return {"name": name, "en": en, "unit": unit, "clause": clause, "values": values}


def _row(id: str, when: dict[str, str], route: str, zh: str, en: str) -> dict[str, Any]:
    return {"id": id, "clause": "一", "when": when, "then": {"去向": route}, "zh": zh, "en": en}


def _example(age: int, row: str, amount: str, on: str) -> dict[str, Any]:
    return {"name": f"{age}岁", "on": on, "inputs": {"年龄": age}, "row": row, "amount": amount}
