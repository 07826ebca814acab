"""Code tables of the national data standards, with the Chinese words clerks write for each code.

Every table is an enum whose value is what is stored in events. `named(...)` finds the member for a word
of a roster, or None: unknown words are refused by the caller, which knows the column.
Only codes in use here are carried; GB/T 4761 is kept at the grain of its groups, plus sons- and
daughters-in-law, whom the rules on family members tell apart from children.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import Self


class Coded(StrEnum):
    """An enum member with the Chinese words for it; the first word is the one we write."""

    words: tuple[str, ...]

    def __new__(cls, code: str, *words: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    @property
    def zh(self) -> str:
        return self.words[0]

    @classmethod
    def named(cls, text: str) -> Self | None:
        """The member that a word (or its code) means."""
        # The table of words is made once a class: a roster asks half a million times.
        table: dict[str, Self] = cls._words()  # type: ignore[assignment]  # a cache forgets which class it serves
        return table.get("".join(text.split()))

    @classmethod
    @cache
    def _words(cls) -> dict[str, Coded]:
        codes = {member.value: member for member in cls}
        return codes | {word: member for member in cls for word in member.words}

    @classmethod
    def words_of_all(cls) -> str:
        """The words to choose from, for a message to the clerk."""
        return "、".join(member.zh for member in cls)


class Sex(Coded):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知的性别", "未知"
    MALE = "1", "男", "男性"
    FEMALE = "2", "女", "女性"
    UNSTATED = "9", "未说明的性别", "未说明"


# GB/T 3304, in the order of its numeric codes 01 to 56.
_ETHNIC_GROUPS = (
    "汉、蒙古、回、藏、维吾尔、苗、彝、壮、布依、朝鲜、满、侗、瑶、白、土家、哈尼、哈萨克、傣、黎、傈僳、佤、畲、高山、拉祜、水、"
    "东乡、纳西、景颇、柯尔克孜、土、达斡尔、仫佬、羌、布朗、撒拉、毛南、仡佬、锡伯、阿昌、普米、塔吉克、怒、乌孜别克、俄罗斯、"
    "鄂温克、德昂、保安、裕固、京、塔塔尔、独龙、鄂伦春、赫哲、门巴、珞巴、基诺"
)
ETHNICITIES: dict[str, str] = {
    f"{number:02}": name for number, name in enumerate(_ETHNIC_GROUPS.split("、"), 1)
}
ETHNICITIES |= {"97": "其他", "98": "外国血统中国籍人士"}
_ETHNICITY_CODES = {name: code for code, name in ETHNICITIES.items()}


def ethnicity_code(text: str) -> str | None:
    """Two digits of GB/T 3304 for 侗, 侗族 or 12; None when no such group exists."""
    word = "".join(text.split())
    if word in ETHNICITIES:
        return word
    return _ETHNICITY_CODES.get(word) or _ETHNICITY_CODES.get(word.removesuffix("族"))


class Relation(Coded):
    """GB/T 4761: what a member is to the head of the household."""

    SELF = "01", "本人"
    HEAD = "02", "户主"
    SPOUSE = "10", "配偶", "夫", "妻", "丈夫", "妻子", "爱人", "11", "12"
    SON = "20", "子", "儿子", "独生子", "长子", "次子", "三子", "四子", "五子", "养子", "继子", "养子或继子"
    SON_IN_LAW = "28", "女婿"
    DAUGHTER = (
        "30",
        "女",
        "女儿",
        "独生女",
        "长女",
        "次女",
        "三女",
        "四女",
        "五女",
        "养女",
        "继女",
        "养女或继女",
    )
    DAUGHTER_IN_LAW = "38", "儿媳", "媳妇"
    GRANDCHILD = (
        "40",
        "孙子、孙女或外孙子、外孙女",
        *("孙子", "孙女", "外孙子", "外孙女", "外孙", "曾孙子", "曾孙女", "孙子女", "孙媳", "孙女婿"),
    )
    PARENT = (
        "50",
        "父母",
        "父亲",
        "母亲",
        "父",
        "母",
        "公公",
        "婆婆",
        "岳父",
        "岳母",
        "继父",
        "继母",
        "养父",
        "养母",
    )
    GRANDPARENT = "60", "祖父母或外祖父母", "祖父", "祖母", "外祖父", "外祖母", "爷爷", "奶奶", "外公", "外婆"
    SIBLING = "70", "兄弟姐妹", "兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹", "兄弟", "姐妹"
    OTHER = (
        "99",
        "其他",
        "其它",
        "侄子",
        "侄女",
        "外甥",
        "外甥女",
        "伯父",
        "叔父",
        "舅父",
        "其他亲属",
        "非亲属",
    )

    @property
    def is_head(self) -> bool:
        """Rosters write both 户主 and 本人 on the line of the head."""
        return self in (Relation.HEAD, Relation.SELF)


class DisabilityKind(Coded):
    """GB/T 26341."""

    VISUAL = "1", "视力残疾", "视力"
    HEARING = "2", "听力残疾", "听力"
    SPEECH = "3", "言语残疾", "言语"
    PHYSICAL = "4", "肢体残疾", "肢体"
    INTELLECTUAL = "5", "智力残疾", "智力"
    MENTAL = "6", "精神残疾", "精神"
    MULTIPLE = "7", "多重残疾", "多重"


class DisabilityGrade(Coded):
    """GB/T 26341: 1 is the most severe."""

    FIRST = "1", "一级", "1级", "壹级", "一", "Ⅰ级"
    SECOND = "2", "二级", "2级", "贰级", "二", "Ⅱ级"
    THIRD = "3", "三级", "3级", "叁级", "三", "Ⅲ级"
    FOURTH = "4", "四级", "4级", "肆级", "四", "Ⅳ级"


class Health(Coded):
    """The words of the poverty file (建档立卡); several may hold of one person."""

    HEALTHY = "healthy", "健康", "健康或良好", "良好", "一般"
    CHRONIC = "chronic_illness", "长期慢性病", "慢性病"
    SERIOUS = "serious_illness", "患有大病", "大病", "重病", "重大疾病"
    DISABLED = "disabled", "残疾"


class HukouKind(Coded):
    """What the household register says of the person's residence status."""

    RURAL = "rural", "农业户口", "农业", "农业家庭户口", "农村"
    URBAN = "urban", "非农业户口", "非农业", "非农业家庭户口", "城镇"
    UNIFIED = "unified", "居民户口", "居民", "居民家庭户口"
    COLLECTIVE = "collective", "集体户口", "集体户", "居民集体户口"
    NONE = "none", "未落户", "无户口"


class Schooling(Coded):
    """Where a person is enrolled now; rules on deductions and aid turn on the stage."""

    NOT_ENROLLED = "not_enrolled", "非在校", "非在校生", "不在校"
    PRESCHOOL = "preschool", "学前教育", "学前", "幼儿园"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "普通高中", "高中"
    VOCATIONAL = "vocational", "中职", "中等职业学校", "技校", "职高"
    HIGHER = "higher", "高等教育", "大学", "大专", "高职", "本科", "研究生", "普通高等学校"


class Labour(Coded):
    """Ability to work, in the words of the poverty file."""

    SKILLED = "skilled", "技能劳动力"
    ORDINARY = "ordinary", "普通劳动力", "有劳动能力", "有"
    WEAK = "weak", "弱劳动力", "半劳动力", "部分丧失劳动能力", "弱劳动力或半劳动力"
    LOST = "lost", "丧失劳动力", "丧失劳动能力", "完全丧失劳动能力"
    UNABLE = "none", "无劳动力", "无劳动能力"


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}[0-9]{7,8}")
_PHONE_MARKS = str.maketrans("０１２３４５６７８９＋－（）", "0123456789+-()")


def phone_number(text: str) -> str | None:
    """A mainland mobile or landline number in digits alone, or None when it is neither."""
    digits = re.sub(r"[\s()-]", "", text.translate(_PHONE_MARKS))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None
