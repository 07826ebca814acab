"""Signs and words that look right and are not: what to write in their place.

A text must be NFKC-normal as it stands. Full-width signs and digits and Chinese words for operators are refused,
never mended: what is published is what was read and approved.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from services.policy.language.wrong import Wrong

SIGNS: Final = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "×": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "“": "'",
    "”": "'",
    "‘": "'",
    "’": "'",
    '"': "'",
    "、": ",",
    "。": ".",
    "【": "[",
    "】": "]",
    "&": "and",
    "|": "or",
    "!": "not",
    "∈": "in",
    "～": "..",
    "~": "..",
    "→": "then",
}
WORDS: Final = {
    "且": "and",
    "并且": "and",
    "而且": "and",
    "和": "and",
    "或": "or",
    "或者": "or",
    "非": "not",
    "不是": "not",
    "如果": "if",
    "若": "if",
    "那么": "then",
    "则": "then",
    "否则": "else",
    "等于": "=",
    "不等于": "!=",
    "大于": ">",
    "小于": "<",
    "大于等于": ">=",
    "不小于": ">=",
    "小于等于": "<=",
    "不大于": "<=",
    "属于": "in",
    "加": "+",
    "减": "-",
    "乘": "*",
    "除以": "/",
    "真": "true",
    "假": "false",
    "是": "true",
    "否": "false",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IF": "if",
    "THEN": "then",
    "ELSE": "else",
    "IN": "in",
    "True": "true",
    "False": "false",
}
"""Words that may not be names, with the sign or word to write."""


def instead(found: str, right: str, at: int) -> Wrong:
    return Wrong(f"不能写“{found}”，应写“{right}”", f"write `{right}`, not `{found}`", at)


def must_be_plain(text: str) -> None:
    """Raises Wrong at the first character that is not NFKC-normal, or is a digit outside 0–9."""
    for place, char in enumerate(text, start=1):
        normal = unicodedata.normalize("NFKC", char)
        if normal != char:
            if not normal.strip():
                raise Wrong("此处须为普通空格", "only a plain space may stand here", place)
            raise instead(char, SIGNS.get(char, normal), place)
        if unicodedata.category(char) == "Nd" and not char.isascii():
            raise instead(char, str(unicodedata.decimal(char)), place)
    # Characters that are normal one by one may still combine: a letter and an accent after it.
    if unicodedata.normalize("NFKC", text) != text:
        raise Wrong("文字须为 NFKC 规范形式", "the text must be NFKC-normal")
