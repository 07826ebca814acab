"""One expression, wrong in one place: what a tired hand may write instead of what the paper says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.policy.language.whitelist import ROUNDING

_TOKEN: Final = re.compile(
    r"(?P<text>'[^'\n]*')|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?P<number>[0-9]+)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|!=|\.\.|[-=<>+*/(){}\[\],.])"
)
_KEYWORDS: Final = frozenset(
    ("if", "then", "else", "and", "or", "not", "in", "for", "where", "true", "false")
)
_OTHER: Final[dict[str, tuple[str, ...]]] = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "=": ("!=",),
    "!=": ("=",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "and": ("or",),
    "or": ("and",),
    "true": ("false",),
    "false": ("true",),
    "not": ("",),
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "monthly": ("yearly",),
    "yearly": ("monthly",),
}
_LOOKS_LIKE: Final[dict[str, tuple[str, ...]]] = {
    "<": ("＜", "小于"),
    "<=": ("≤", "小于等于"),
    ">": ("＞", "大于"),
    ">=": ("≥", "大于等于"),
    "=": ("＝", "=="),
    "!=": ("≠", "不等于"),
    "+": ("＋", "加"),
    "-": ("－", "减"),
    "*": ("×", "乘"),
    "/": ("÷", "除以"),
    "(": ("（",),
    ")": ("）",),
    "[": ("【",),
    "]": ("】",),
    ",": ("，",),
    "..": ("～",),
    "and": ("且",),
    "or": ("或",),
    "not": ("非",),
    "if": ("如果",),
    "then": ("那么",),
    "else": ("否则",),
    "in": ("属于",),
    "true": ("真",),
    "false": ("假",),
}
_OPENING: Final = {"[": "(", "(": "["}
_CLOSING: Final = {"]": ")", ")": "]"}


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: what sort of slip; `text`: the whole expression with it."""

    kind: str
    text: str


def changes(text: str, members: Mapping[str, str]) -> Iterator[Change]:
    """Every single slip in an expression. `members`: to each member of a choice another one of it."""
    found = list(_TOKEN.finditer(text))
    bounds = dict(_bounds(found))
    for place, token in enumerate(found):
        for kind, instead in _instead(token, members):
            yield Change(kind, text[: token.start()] + instead + text[token.end() :])
        if place in bounds:
            yield Change("interval", text[: token.start()] + bounds[place] + text[token.end() :])
        if token[0] == "where":
            yield Change("where", text[: token.start()].rstrip() + text[_end(found, place) :])


def digits_changed(value: str) -> Iterator[str]:
    """A number as published with its last digit one up and one down, one more and one less, and its sign turned."""
    _, _, decimals = value.partition(".")
    unit = 10 ** len(decimals)
    whole = int(value.replace(".", ""))
    for changed in dict.fromkeys((whole + 1, whole - 1, whole + unit, whole - unit, -whole)):
        if changed != whole:
            yield _with_point(changed, len(decimals))


def full_width(digits: str) -> str:
    """`10` as `１０`."""
    return "".join(chr(ord(one) + 0xFEE0) if one.isascii() and one.isdigit() else one for one in digits)


def _with_point(whole: int, decimals: int) -> str:
    if not decimals:
        return str(whole)
    digits = str(abs(whole)).rjust(decimals + 1, "0")
    return f"{'-' if whole < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


def _instead(token: re.Match[str], members: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    said = token[0]
    for other in _OTHER.get(said, ()):
        yield "operator", other
    for like in _LOOKS_LIKE.get(said, ()):
        yield "sign", like
    if token.lastgroup == "number":
        yield "bound", str(int(said) + 1)
        if int(said):
            yield "bound", str(int(said) - 1)
        yield "sign", full_width(said)
    elif token.lastgroup == "text":
        yield "typo", f"'{said[1:-1]}x'"
        if said[1:-1] in members:
            yield "choice", f"'{members[said[1:-1]]}'"
    elif token.lastgroup == "name" and said not in _KEYWORDS:
        yield "typo", f"{said}x"
        if said in ROUNDING:
            yield from (("rounding", other) for other in ROUNDING if other != said)


def _bounds(found: list[re.Match[str]]) -> Iterator[tuple[int, str]]:
    """Places of the brackets of intervals, each with the other bracket."""
    signs = [token[0] for token in found]
    for place, said in enumerate(signs):
        if said != "..":
            continue
        opening, closing = _outwards(signs, place, -1), _outwards(signs, place, 1)
        yield opening, _OPENING[signs[opening]]
        yield closing, _CLOSING[signs[closing]]


def _outwards(signs: list[str], place: int, step: int) -> int:
    """The bracket around a place, to one side: those that open and close again on the way are passed over."""
    inner, outer = (("(", "["), (")", "]")) if step > 0 else ((")", "]"), ("(", "["))
    depth = 0
    place += step
    while depth or signs[place] not in outer:
        depth += (signs[place] in inner) - (signs[place] in outer)
        place += step
    return place


def _end(found: list[re.Match[str]], place: int) -> int:
    """Where the bracket begins that closes the fold of a `where`."""
    return found[_outwards([token[0] for token in found], place, 1)].start()
