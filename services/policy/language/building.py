"""What each rule of the grammar becomes: the nodes of the tree, built while the text is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast

from lark import Token, Transformer, v_args

from services.policy.language.names import nodes
from services.policy.language.signs import WORDS, instead
from services.policy.language.tree import (
    Arithmetic,
    Call,
    Choices,
    Compare,
    Comparison,
    Day,
    Field,
    Fold,
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
from services.policy.language.whitelist import FOLDS, FUNCTIONS
from services.policy.language.wrong import Wrong

MOST_DIGITS = 15


def _at(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _name(token: Token) -> str:
    """A name as written; a word that means an operator in Chinese may not be one."""
    if str(token) in WORDS:
        raise instead(str(token), WORDS[str(token)], _at(token))
    return str(token)


@v_args(inline=True)
class Build(Transformer[Token, Node]):
    def number(self, token: Token) -> Node:
        if len(token) > MOST_DIGITS:
            raise Wrong(
                f"数字超过 {MOST_DIGITS} 位", f"a number has at most {MOST_DIGITS} digits", _at(token)
            )
        return Number(Decimal(str(token)), at=_at(token))

    def float_literal(self, token: Token) -> Node:
        raise Wrong(f"“{token}”须写成参数", f"write {token} as a parameter", _at(token), "float-literal")

    def day(self, token: Token) -> Node:
        try:
            return Day(date.fromisoformat(str(token)), at=_at(token))
        except ValueError:
            raise Wrong(f"没有“{token}”这一天", f"there is no day {token}", _at(token)) from None

    def text(self, token: Token) -> Node:
        return Text(str(token)[1:-1], at=_at(token))

    def true(self, token: Token) -> Node:
        return Truth(True, at=_at(token))

    def false(self, token: Token) -> Node:
        return Truth(False, at=_at(token))

    def name(self, token: Token) -> Node:
        return Name(_name(token), at=_at(token))

    def field(self, row: Token, name: Token) -> Node:
        return Field(_name(row), _name(name), at=_at(row))

    def bracketed(self, node: Node) -> Node:
        return node

    def signed(self, sign: Token, value: Node) -> Node:
        if sign == "+":
            raise Wrong("正数前不写“+”", "no `+` before a number", _at(sign))
        return Negative(value, at=_at(sign))

    def negate(self, token: Token, value: Node) -> Node:
        return Not(value, at=_at(token))

    def operation(self, left: Node, operator: Token, right: Node) -> Node:
        return Operation(cast(Arithmetic, str(operator)), left, right, at=left.at)

    def compare(self, left: Node, operator: Token, right: Node) -> Node:
        return Compare(cast(Comparison, str(operator)), left, right, at=left.at)

    def within(self, value: Node, found: Interval | Choices) -> Node:
        return Within(value, found, at=value.at)

    def either(self, *items: Node) -> Node:
        return Logic("or", items, at=items[0].at)

    def all_of(self, *items: Node) -> Node:
        return Logic("and", items, at=items[0].at)

    def choose(
        self, token: Token, condition: Node, _then: Token, then: Node, _else: Token, other: Node
    ) -> Node:
        return If(condition, then, other, at=_at(token))

    def interval(self, opening: Token, low: Node, high: Node, closing: Token) -> Node:
        return Interval(low, high, opening == "[", closing == "]", at=_at(opening))

    def choices(self, brace: Token, *items: Node) -> Node:
        return Choices(items, at=_at(brace))

    def call(self, token: Token, *arguments: Node) -> Node:
        name = str(token)
        if name not in FUNCTIONS:
            raise Wrong(f"没有函数“{name}”", f"there is no function `{name}`", _at(token), "unknown-name")
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least}–{most}"
            raise Wrong(f"{name} 须有 {wanted} 个参数", f"{name} takes {wanted} arguments", _at(token))
        return Call(name, arguments, at=_at(token))

    def fold(self, token: Token, value: Node, _for: Token, row: Token, rows: Token, *rest: Any) -> Node:
        where = rest[1] if len(rest) == 2 else None
        if str(token) == "count":
            raise Wrong("count 写作 count(m in 名单 where …)", "write count(m in list where ...)", _at(token))
        return _over(token, value, _name(row), _name(rows), where)

    def count_fold(self, token: Token, row: Node, rows: Token, *rest: Any) -> Node:
        where = rest[1] if len(rest) == 2 else None
        if not isinstance(row, Name) or str(token) != "count":
            raise Wrong(
                "此处应为 count(m in 名单 where …)", "expected count(m in list where ...)", _at(token)
            )
        return _over(token, None, row.name, _name(rows), where)

    def cell_compare(self, operator: Token, right: Node) -> Node:
        return Compare(cast(Comparison, str(operator)), Name("_"), right, at=_at(operator))

    def cell_within(self, found: Interval | Choices) -> Node:
        return Within(Name("_"), found, at=found.at)

    def cell_not_within(self, token: Token, found: Choices) -> Node:
        return Not(Within(Name("_"), found, at=found.at), at=_at(token))

    def cell_text(self, token: Token) -> Node:
        return Compare("=", Name("_"), self.text(token), at=_at(token))

    def cell_true(self, token: Token) -> Node:
        return Compare("=", Name("_"), self.true(token), at=_at(token))

    def cell_false(self, token: Token) -> Node:
        return Compare("=", Name("_"), self.false(token), at=_at(token))


def _over(token: Token, value: Node | None, row: str, rows: str, where: Node | None) -> Node:
    name = str(token)
    if name not in FOLDS:
        raise Wrong(
            f"“{name}”不能逐项汇总", f"`{name}` is not a fold over a list", _at(token), "unknown-name"
        )
    for part in (value, where):
        if part is not None and any(isinstance(node, Over) for node in nodes(part)):
            raise Wrong("汇总之内不能再汇总", "a fold may not stand inside a fold", _at(token))
    return Over(cast(Fold, name), value, row, rows, where, at=_at(token))
