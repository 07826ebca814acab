"""What departments deliver of a person, source by source: the fields, what they hold, and their Chinese names.

Papers say by these names what contradicts help; verification reads the departments' files by them. Only fields that the
check of means needs: no name, no address, no account number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from events.verification import Source

Type = Literal["choice", "money", "count", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """`of`: the codes of a choice, each with its Chinese word. Money is in yuan."""

    zh: str
    type: Type
    of: Mapping[str, str] = field(default_factory=dict)


def _choice(zh: str, **of: str) -> Field:
    return Field(zh, "choice", of)


SINCE = Field("起始日期", "date")

DELIVERED: Mapping[Source, Mapping[str, Field]] = {
    "vehicles": {
        "kind": _choice("车辆类型", car="小型汽车", truck="货车", motorcycle="摩托车", tractor="农用车"),
        "registered": Field("登记日期", "date"),
    },
    "property": {
        "use": _choice("用途", home="住宅", shop="商业", other="其他"),
        "registered": Field("登记日期", "date"),
    },
    "deposits": {"balance": Field("余额", "money")},
    "tax": {"income": Field("年应税收入", "money")},
    "company": {
        "role": _choice("身份", owner="经营者", legal="法定代表人", holder="股东"),
        "since": SINCE,
    },
    "pension": {"monthly": Field("月待遇", "money"), "since": SINCE},
    "death": {"died": Field("死亡日期", "date")},
    "prison": {"since": SINCE},
    "marriage": {"status": _choice("婚姻状况", married="已婚", divorced="离婚"), "since": SINCE},
    "school_roll": {
        "stage": _choice("学段", senior="高中", vocational="中职", higher="高等教育"),
        "since": SINCE,
    },
    "disability_card": {"grade": Field("残疾等级", "count"), "issued": Field("发证日期", "date")},
}
