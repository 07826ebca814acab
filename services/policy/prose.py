"""A formula in plain words, Chinese or English: `max(0, 标准 - 收入)` → 标准减去收入，不足零的按零计算.

What a name stands for is told by whoever asks; the words are for people and are never read back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from services.policy.language.tree import (
    Call,
    Choices,
    Compare,
    Day,
    Field,
    If,
    Interval,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Operation,
    Over,
    Text,
    Truth,
    Within,
)

Lang = Literal["zh", "en"]

_SIGNS = {
    "zh": {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "},
    "en": {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "},
}
_COMPARED = {
    "zh": {"=": "是", "!=": "不是", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"},
    "en": {"=": "is", "!=": "is not", "<": "below", "<=": "at most", ">": "above", ">=": "at least"},
}
_CALLED = {
    "zh": {
        "min": "{0}中最小的",
        "max": "{0}中最大的",
        "abs": "{0}（不计正负）",
        "round_fen": "{0}（四舍五入到分）",
        "ceil_fen": "{0}（不足一分按一分）",
        "floor_fen": "{0}（不足一分舍去）",
        "round_yuan": "{0}（四舍五入到元）",
        "ceil_yuan": "{0}（不足一元按一元）",
        "floor_yuan": "{0}（不足一元舍去）",
        "round_whole": "{0}（四舍五入取整）",
        "ceil_whole": "{0}（有零头进一）",
        "floor_whole": "{0}（舍去零头）",
        "monthly": "{0}平均到每月",
        "yearly": "{0}合全年",
        "age": "{1}的周岁（从{0}起算）",
        "months_between": "{0}到{1}的满月数",
        "next_month": "{0}的下月1日",
        "add_months": "{0}之后{1}个月",
        "add_days": "{0}之后{1}天",
        "add_working_days": "{0}之后{1}个工作日",
    },
    "en": {
        "min": "the least of {0}",
        "max": "the greatest of {0}",
        "abs": "{0} without its sign",
        "round_fen": "{0}, rounded to the fen",
        "ceil_fen": "{0}, rounded up to the fen",
        "floor_fen": "{0}, rounded down to the fen",
        "round_yuan": "{0}, rounded to the yuan",
        "ceil_yuan": "{0}, rounded up to the yuan",
        "floor_yuan": "{0}, rounded down to the yuan",
        "round_whole": "{0}, rounded to a whole number",
        "ceil_whole": "{0}, rounded up",
        "floor_whole": "{0}, rounded down",
        "monthly": "{0} a month",
        "yearly": "{0} a year",
        "age": "age on {1} of who was born on {0}",
        "months_between": "whole months from {0} to {1}",
        "next_month": "the first of the month after {0}",
        "add_months": "{1} months after {0}",
        "add_days": "{1} days after {0}",
        "add_working_days": "{1} working days after {0}",
    },
}
_FOLDED = {
    "zh": {
        "count": "{list}中{where}的人数",
        "sum": "{list}中{where}每人的（{value}）之和",
        "any": "{list}中{where}有人{value}",
        "all": "{list}中{where}人人{value}",
        "min": "{list}中{where}每人的（{value}）里最小的",
        "max": "{list}中{where}每人的（{value}）里最大的",
    },
    "en": {
        "count": "how many of {list}{where} there are",
        "sum": "the sum over {list}{where} of ({value})",
        "any": "one of {list}{where} has: {value}",
        "all": "each of {list}{where} has: {value}",
        "min": "the least over {list}{where} of ({value})",
        "max": "the greatest over {list}{where} of ({value})",
    },
}


class Prose:
    """`named(name)` and `field(list, name)` give the words for a name and for a field of a list's records;
    `case(name, member)` those for a table's output being a member of its choice, empty where it is no such."""

    def __init__(
        self,
        lang: Lang,
        named: Callable[[str], str],
        field: Callable[[str, str], str],
        case: Callable[[str, str], str],
    ) -> None:
        self.lang = lang
        self._named = named
        self._field = field
        self._case = case
        self._list = ""

    def of(self, node: Node) -> str:
        match node:
            case Number():
                return str(node.value)
            case Text():
                return node.value
            case Truth():
                return self._either("是", "yes") if node.value else self._either("否", "no")
            case Day():
                return node.value.isoformat()
            case Name():
                return self._named(node.name)
            case Field():
                return self._field(self._list, node.name)
            case Negative():
                return f"−{self._part(node.value)}"
            case Not():
                return self._either("并非", "not ") + self._part(node.value)
            case Operation():
                return self._operation(node)
            case Compare():
                return self._compare(node)
            case Within():
                return self._part(node.value) + self._range(node.range)
            case Logic():
                joint = {"and": self._either("，并且", " and "), "or": self._either("，或者", " or ")}
                return joint[node.operator].join(map(self._part, node.items))
            case If():
                parts = self.of(node.condition), self.of(node.then), self.of(node.otherwise)
                return self._either("如果{}，就是{}；否则，{}", "if {}: {}; otherwise: {}").format(*parts)
            case Call():
                return self._call(node)
            case Over():
                return self._over(node)
        return self._range(node)

    def _either(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def _part(self, node: Node) -> str:
        """A part of something else, in brackets where it has parts of its own."""
        bare = (Number, Text, Truth, Day, Name, Field, Call, Over)
        text = self.of(node)
        if isinstance(node, bare) or (isinstance(node, Compare) and isinstance(node.right, Truth)):
            return text
        return self._either("（{}）", "({})").format(text)

    def _operation(self, node: Operation) -> str:
        left = self.of(node.left) if _chains(node.left, node.operator) else self._part(node.left)
        return left + _SIGNS[self.lang][node.operator] + self._part(node.right)

    def _compare(self, node: Compare) -> str:
        if isinstance(node.right, Truth) and node.operator in ("=", "!="):
            holds = node.right.value is (node.operator == "=")
            return self.of(node.left if holds else Not(node.left))
        match node:
            case Compare(operator="=", left=Name(name=name), right=Text(value=member)):
                if told := self._case(name, member):
                    return told
        left, right = self._part(node.left), self._part(node.right)
        word = _COMPARED[self.lang][node.operator]
        return self._either(f"{left}{word}{right}", f"{left} {word} {right}")

    def _range(self, found: Node) -> str:
        match found:
            case Choices():
                items = self._either("、", ", ").join(map(self.of, found.items))
                return self._either("是{}之一", " is one of {}").format(items)
            case Interval():
                words = _COMPARED[self.lang]
                low = words[">=" if found.low_included else ">"]
                high = words["<=" if found.high_included else "<"]
                return self._either("{}{}、{}{}", " {} {} and {} {}").format(
                    low, self.of(found.low), high, self.of(found.high)
                )
        raise TypeError(f"not a node of the language: {found!r}")

    def _call(self, node: Call) -> str:
        given = [self.of(one) for one in node.arguments]
        match node:
            case Call(function="max", arguments=(Number(value=zero), other)) if zero == 0:
                return self._either("{}（不足零的按零计算）", "({}), or 0 if that is less").format(
                    self.of(other)
                )
            case Call(function="min" | "max"):
                given = [self._either("、", ", ").join(map(self._part, node.arguments))]
        return _CALLED[self.lang][node.function].format(*given)

    def _over(self, node: Over) -> str:
        outer, self._list = self._list, node.list
        try:
            where = "" if node.where is None else self.of(node.where)
            value = "" if node.value is None else self.of(node.value)
        finally:
            self._list = outer
        told = self._either(f"（{where}）", f" with {where}") if where else ""
        if self.lang == "zh" and node.fold == "count" and not where:
            return f"{self._named(node.list)}的人数"
        return _FOLDED[self.lang][node.fold].format(list=self._named(node.list), where=told, value=value)


def _chains(node: Node, operator: str) -> bool:
    """Whether brackets would say nothing: a + b + c, a × b × c, a × b + c."""
    tight = {"+": "+-*/", "-": "+-*/", "*": "*/", "/": "*/"}
    return isinstance(node, Operation) and node.operator in tight[operator]
