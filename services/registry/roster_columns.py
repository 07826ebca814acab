"""The columns of a roster: which headings are understood, which are required, which are passed over.

- 户编号 *: number of the household, any text; also 家庭编号, 家庭户编号
- 户主姓名: agrees with 姓名 on the head's row; also 户主
- 姓名 *: also 家庭成员姓名, 成员姓名
- 身份证号 *: GB 11643, as text; also 公民身份号码, 身份证号码, 身份证, 证件号码
- 与户主关系 *: GB/T 4761 or the usual words; also 与户主的关系, 家庭关系, 关系
- 性别: agrees with the identity number
- 民族: GB/T 3304
- 出生日期: agrees with the identity number; also 出生年月日, 出生年月
- 乡镇(街道) *: name or 12-digit code; also 乡镇, 街道, 镇街, 所在乡镇
- 村(社区) *: name within the township, or code; also 村, 社区, 行政村, 村居
- 住址: also 家庭住址, 现住址, 居住地址, 详细地址, 地址
- 联系电话: mobile or landline; also 电话, 手机号, 手机号码, 联系方式
- 人员类别: several separated by 、 ; , or /; also 救助类别, 困难类别, 对象类别, 类别
- 类别起始日期: one for all categories, or one for each; also 认定日期, 类别认定日期
- 残疾类别, 残疾等级: GB/T 26341, both or neither; also 残疾类型, 残疾级别
- 残疾证号: identity number + kind + grade, 20 digits; also 残疾人证号
- 健康状况: 健康, 长期慢性病, 患有大病, 残疾
- 户口性质: 农业, 非农业, 居民, 集体; also 户口类型, 户籍性质
- 在校状况, 劳动能力: the words of the poverty file; also 在校生状况, 劳动能力状况
- 备注: any text; also 说明

A star marks a column that must be there, and a cell in it that must be filled.
序号, 年龄, 家庭人口 and 家庭人口数 are passed over: they are counted from the rest. Any other heading is
refused by name, because a column that nobody reads is a column whose content the clerk believes stored.
Spaces, line breaks, asterisks and the width of brackets in a heading do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.registry.roster_rows import RosterRefused

_KNOWN: dict[str, tuple[str, ...]] = {
    "household_number": ("户编号", "家庭编号", "家庭户编号"),
    "head_name": ("户主姓名", "户主"),
    "name": ("姓名", "家庭成员姓名", "成员姓名"),
    "id_number": (
        "身份证号",
        "公民身份号码",
        "身份证号码",
        "身份证",
        "居民身份证号",
        "公民身份证号",
        "证件号码",
    ),
    "relation": ("与户主关系", "与户主的关系", "家庭关系", "关系"),
    "sex": ("性别",),
    "ethnicity": ("民族",),
    "birth_date": ("出生日期", "出生年月日", "出生年月"),
    "township": (
        "乡镇(街道)",
        "乡镇",
        "街道",
        "乡镇街道",
        "乡(镇)",
        "乡(镇、街道)",
        "镇街",
        "所在乡镇",
        "街道(乡镇)",
    ),
    "village": ("村(社区)", "村", "社区", "村社区", "行政村", "村(居)", "村居", "社区(村)", "所在村"),
    "address": ("住址", "家庭住址", "现住址", "居住地址", "详细地址", "地址"),
    "phone": ("联系电话", "电话", "手机号", "手机号码", "电话号码", "联系方式"),
    "categories": ("人员类别", "救助类别", "困难类别", "对象类别", "类别"),
    "categories_since": ("类别起始日期", "类别认定日期", "认定日期", "起始日期"),
    "disability_kind": ("残疾类别", "残疾类型"),
    "disability_grade": ("残疾等级", "残疾级别"),
    "disability_card": ("残疾证号", "残疾人证号"),
    "health": ("健康状况",),
    "hukou_kind": ("户口性质", "户口类型", "户籍性质"),
    "schooling": ("在校状况", "在校生状况"),
    "labour": ("劳动能力", "劳动能力状况"),
    "note": ("备注", "说明"),
}
_FIELD_OF = {heading: field for field, headings in _KNOWN.items() for heading in headings}
PASSED_OVER = frozenset({"序号", "年龄", "家庭人口", "家庭人口数"})
REQUIRED = ("household_number", "name", "id_number", "relation", "township", "village")
HEADING_OF = {field: headings[0] for field, headings in _KNOWN.items()}
"""The heading we write ourselves for each field."""

ENOUGH_TO_BE_HEADINGS = 3
"""A row with so many known headings is the row of headings: above it stand titles and dates."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column (from 0) holds which field, with the heading as the clerk wrote it."""

    place: dict[str, int]
    heading: dict[str, str]
    passed_over: frozenset[int]

    def heading_of(self, field: str) -> str:
        return self.heading.get(field, HEADING_OF[field])


def plain_heading(text: str) -> str:
    """A heading without the decoration that clerks give it."""
    return re.sub(r"[\s*＊※:：]", "", text).translate(str.maketrans("（）", "()"))


def looks_like_headings(texts: Sequence[str]) -> bool:
    return sum(plain_heading(text) in _FIELD_OF for text in texts) >= ENOUGH_TO_BE_HEADINGS


def read_headings(sheet: str, texts: Sequence[str]) -> Columns:
    """The columns of a row of headings; an unknown, doubled or missing one refuses the file."""
    place: dict[str, int] = {}
    heading: dict[str, str] = {}
    passed_over = set()
    for index, text in enumerate(texts):
        plain = plain_heading(text)
        if not plain:
            continue
        if plain in PASSED_OVER:
            passed_over.add(index)
            continue
        field = _FIELD_OF.get(plain)
        if field is None:
            shown = _shown(plain)
            raise RosterRefused(
                "heading-unknown",
                f"工作表“{sheet}”有未知的列标题“{shown}”；请改用模板中的标题或删去该列",
                f"sheet {sheet!r} has an unknown column heading {shown!r}; rename or remove the column",
            )
        if field in place:
            raise RosterRefused(
                "heading-duplicated",
                f"工作表“{sheet}”的列标题“{heading[field]}”与“{plain}”重复，含义相同的列只能有一个",
                f"sheet {sheet!r} has two columns of one meaning: {heading[field]!r} and {plain!r}",
            )
        place[field], heading[field] = index, plain
    missing = [HEADING_OF[field] for field in REQUIRED if field not in place]
    if missing:
        raise RosterRefused(
            "heading-missing",
            f"工作表“{sheet}”缺少必需的列：{'、'.join(missing)}",
            f"sheet {sheet!r} lacks required columns: {', '.join(missing)}",
        )
    return Columns(place, heading, frozenset(passed_over))


def _shown(heading: str) -> str:
    # Where a row of people is taken for headings, its cells must not be quoted in an error message.
    return re.sub(r"\d{4,}", "…", heading)[:20]
