"""The departments' data: what each source is asked for, how its columns are read, and what of it contradicts help.

Only fields that the purpose needs stand here: no name, no address, no account number. What contradicts help is a
reason to hear the person, never to decide: the thresholds of the papers do that in the case's review.
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
    centre for checks. `many`: whether one person may have several records. `contradicts`: record and floor in fen."""

    zh: str
    origin: str
    department: Department
    columns: Mapping[str, Column]
    many: bool
    contradicts: Callable[[Record, int], bool]


def _code(**words: str) -> Callable[[str, date], str]:
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


def _always(record: Record, floor: int) -> bool:
    return True


def _never(record: Record, floor: int) -> bool:
    """Told in a check, and never by itself a reason to hear somebody."""
    return False


def _above(name: str) -> Callable[[Record, int], bool]:
    return lambda record, floor: int(record.get(name, 0)) > floor


def _is(name: str, *codes: str) -> Callable[[Record, int], bool]:
    return lambda record, floor: record.get(name) in codes


CIVIL = Department.CIVIL_AFFAIRS
SINCE = Column("起始日期", _day)

SOURCES: Mapping[v.Source, Source] = {
    "vehicles": Source(
        "机动车登记", "公安机关交通管理部门", CIVIL,
        {
            "kind": Column("车辆类型", _code(car="小型汽车", truck="货车", motorcycle="摩托车", tractor="农用车")),
            "registered": Column("登记日期", _day),
        },
        many=True, contradicts=_is("kind", "car", "truck"),
    ),
    "property": Source(
        "不动产登记", "自然资源部门", CIVIL,
        {
            "use": Column("用途", _code(home="住宅", shop="商业", other="其他")),
            "registered": Column("登记日期", _day),
        },
        many=True, contradicts=_is("use", "shop"),
    ),
    "deposits": Source(
        "银行存款", "银行业金融机构", CIVIL, {"balance": Column("余额", _fen)}, many=True,
        contradicts=_above("balance"),
    ),
    "tax": Source(
        "纳税记录", "税务机关", CIVIL, {"income": Column("年应税收入", _fen)}, many=False,
        contradicts=_above("income"),
    ),
    "company": Source(
        "市场主体登记", "市场监督管理部门", CIVIL,
        {
            "role": Column("身份", _code(owner="经营者", legal="法定代表人", holder="股东")),
            "since": SINCE,
        },
        many=True, contradicts=_always,
    ),
    "pension": Source(
        "养老金待遇", "社会保险经办机构", Department.HUMAN_RESOURCES,
        {"monthly": Column("月待遇", _fen), "since": SINCE}, many=False, contradicts=_above("monthly"),
    ),
    "death": Source(
        "死亡信息", "卫生健康部门、殡葬管理机构", Department.HEALTH, {"died": Column("死亡日期", _day)}, many=False,
        contradicts=_always,
    ),
    "prison": Source(
        "服刑信息", "司法行政机关", CIVIL, {"since": SINCE}, many=False, contradicts=_always,
    ),
    "marriage": Source(
        "婚姻登记", "婚姻登记机关", CIVIL,
        {"status": Column("婚姻状况", _code(married="已婚", divorced="离婚")), "since": SINCE}, many=False,
        contradicts=_is("status", "married"),
    ),
    "school_roll": Source(
        "学籍", "教育部门", Department.EDUCATION,
        {
            "stage": Column("学段", _code(senior="高中", vocational="中职", higher="高等教育")),
            "since": SINCE,
        },
        many=False, contradicts=_never,
    ),
    "disability_card": Source(
        "残疾人证", "残疾人联合会", Department.DISABLED_FEDERATION,
        {"grade": Column("残疾等级", _count), "issued": Column("发证日期", _day)}, many=False, contradicts=_never,
    ),
}  # fmt: skip


def deliverers(source: v.Source) -> frozenset[Department]:
    """Who may hand in a file of a source."""
    return frozenset({CIVIL, SOURCES[source].department})


DELIVERERS = frozenset(one for source in SOURCES for one in deliverers(source))
