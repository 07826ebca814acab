"""From text to tree: `parse` for formulas, `parse_cell` for the cells of a table.

Nothing but `Wrong` is raised, whatever the text. The grammar is `language.lark`; it is read on first use.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

from services.policy.language.building import Build
from services.policy.language.names import depth, names_in
from services.policy.language.signs import SIGNS, WORDS, instead, must_be_plain
from services.policy.language.tree import Compare, Name, Node, Not, Within
from services.policy.language.wrong import Wrong

__all__ = ["Wrong", "parse", "parse_cell"]

LONGEST = 4000
DEEPEST = 50
"""Readers of a tree may recurse; a formula nested deeper than this is split into named formulas."""


@lru_cache(maxsize=8192)
def parse(text: str) -> Node:
    """A formula. Raises Wrong."""
    return _read(text, "expression")


@lru_cache(maxsize=8192)
def parse_cell(column: str, text: str) -> Node:
    """A test of one column, as a boolean tree over `Name(column)`. Raises Wrong.

    `= 'urban'` and `'urban'` alone are the same; so are `= true` and `true`. `not {'a'}` is a `Not`.
    """
    found = _read(text, "cell")
    if column in names_in(found):
        raise Wrong(f"单元格不能再写本列“{column}”", f"the cell may not name its own column `{column}`")
    return _about(column, found)


def _about(column: str, cell: Node) -> Node:
    subject = Name(column)
    match cell:
        case Compare():
            return Compare(cell.operator, subject, cell.right, at=cell.at)
        case Within():
            return Within(subject, cell.range, at=cell.at)
        case Not(value=Within() as within):
            return Not(Within(subject, within.range, at=within.at), at=cell.at)
    raise AssertionError(cell)


def _read(text: str, start: str) -> Node:
    if len(text) > LONGEST:
        raise Wrong(f"公式超过 {LONGEST} 字", f"a formula has at most {LONGEST} characters", LONGEST)
    must_be_plain(text)
    try:
        found = _parser().parse(text, start=start)
    except UnexpectedToken as error:
        raise _unexpected(text, error) from None
    except UnexpectedCharacters as error:
        raise _strange(text, error.pos_in_stream) from None
    except VisitError as error:
        if isinstance(error.orig_exc, Wrong):
            raise error.orig_exc from None
        raise
    assert isinstance(found, Node)
    if depth(found) > DEEPEST:
        raise Wrong(
            f"嵌套超过 {DEEPEST} 层，请分成几个公式", f"nested more than {DEEPEST} deep: split the formula"
        )
    return found


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("language.lark").read_text(encoding="utf-8")
    return Lark(
        grammar, parser="lalr", start=["expression", "cell"], transformer=Build(), maybe_placeholders=True
    )


def _unexpected(text: str, error: UnexpectedToken) -> Wrong:
    token = error.token
    if token.type == "$END":
        at = len(text) + 1
        return Wrong("公式没有写完", "the formula stops before it is complete", at)
    found, at = str(token), (token.start_pos or 0) + 1
    if found in WORDS:
        return instead(found, WORDS[found], at)
    if token.type == "COMPARISON" and found == "=" and at > 1 and text[at - 2 : at] == "==":
        return instead("==", "=", at - 1)
    if token.type == "FLOAT":
        return Wrong(f"“{found}”须写成参数", f"write {found} as a parameter", at, "float-literal")
    return Wrong(f"此处不应有“{found}”", f"`{found}` does not belong here", at)


def _strange(text: str, place: int | None) -> Wrong:
    place = place or 0
    found = text[place : place + 1]
    if found in SIGNS:
        return instead(found, SIGNS[found], place + 1)
    if found == "'":
        return Wrong(
            "引号没有成对，或其中无字", "a quotation mark without its pair, or with nothing in it", place + 1
        )
    return Wrong(f"不认识的字符“{found}”", f"`{found}` is not a sign of the language", place + 1)
