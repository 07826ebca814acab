"""The departments' data: what each source is asked for, who delivers it, and how its columns are read.

What of it contradicts help stands in the papers (`contradicting`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from events import verification as v
from services.chassis.departments import Department
from services.chassis.refusal import Malformed
from services.policy.delivered import DELIVERED, Field

Record = dict[str, Any]
ID_NUMBER = "id_number"
EVERY: tuple[v.Source, ...] = get_args(v.Source)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SUM = re.compile(r"\d{1,10}(\.\d{1,2})?", re.ASCII)
_COUNT = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a source: its Chinese heading, and how its text is read (Malformed where it cannot be)."""

    zh: str
    read: Callable[[str, date], str | int]


@dataclass(frozen=True, slots=True)
class Source:
    """`department`: who delivers it here; what comes from outside the ten departments comes through civil affairs'
    centre for checks. `many`: whether one person may have several records."""

    zh: str
    origin: str
    department: Department
    columns: Mapping[str, Column]
    many: bool


def _code(words: Mapping[str, str]) -> Callable[[str, date], str]:
    """One of these codes, or its Chinese word."""
    known = {**{code: code for code in words}, **{zh: code for code, zh in words.items()}}

    def read(text: str, latest: date) -> str:
        if text not in known:
            raise Malformed("code", f"应为{'、'.join(words.values())}之一。", f"One of {', '.join(words)}.")
        return known[text]

    return read


def _day(text: str, latest: date) -> str:
    """A day not behind that whose state the data are."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise Malformed("day", "应为存在的日期（YYYY-MM-DD）。", "An existing day, YYYY-MM-DD.")
    if day > latest:
        raise Malformed("day-in-future", "日期晚于数据日期。", "The day lies behind the day of the data.")
    return text


def _fen(text: str, latest: date) -> int:
    if not _SUM.fullmatch(text):
        raise Malformed("sum", "应为元，最多两位小数。", "A sum in yuan with two decimals at most.")
    return int(Decimal(text) * 100)


def _count(text: str, latest: date) -> int:
    if not _COUNT.fullmatch(text):
        raise Malformed("count", "应为0至999的整数。", "A whole number from 0 to 999.")
    return int(text)


READERS: Mapping[str, Callable[[str, date], str | int]] = {"date": _day, "money": _fen, "count": _count}


def _columns(fields: Mapping[str, Field]) -> dict[str, Column]:
    return {name: Column(one.zh, READERS.get(one.type) or _code(one.of)) for name, one in fields.items()}


CIVIL = Department.CIVIL_AFFAIRS
_SAID: Mapping[v.Source, tuple[str, str, Department, bool]] = {
    "vehicles": ("机动车登记", "公安机关交通管理部门", CIVIL, True),
    "property": ("不动产登记", "自然资源部门", CIVIL, True),
    "deposits": ("银行存款", "银行业金融机构", CIVIL, True),
    "tax": ("纳税记录", "税务机关", CIVIL, False),
    "company": ("市场主体登记", "市场监督管理部门", CIVIL, True),
    "pension": ("养老金待遇", "社会保险经办机构", Department.HUMAN_RESOURCES, False),
    "death": ("死亡信息", "卫生健康部门、殡葬管理机构", Department.HEALTH, False),
    "prison": ("服刑信息", "司法行政机关", CIVIL, False),
    "marriage": ("婚姻登记", "婚姻登记机关", CIVIL, False),
    "school_roll": ("学籍", "教育部门", Department.EDUCATION, False),
    "disability_card": ("残疾人证", "残疾人联合会", Department.DISABLED_FEDERATION, False),
}
SOURCES: Mapping[v.Source, Source] = {
    source: Source(zh, origin, department, _columns(DELIVERED[source]), many)
    for source, (zh, origin, department, many) in _SAID.items()
}


def deliverers(source: v.Source) -> frozenset[Department]:
    """Who may hand in a file of a source."""
    return frozenset({CIVIL, SOURCES[source].department})


DELIVERERS = frozenset(one for source in SOURCES for one in deliverers(source))
