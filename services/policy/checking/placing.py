"""Where in a paper a part stands, and findings told with that place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.policy.finding import Finding
from services.policy.language.names import names_in, nodes
from services.policy.language.parse import parse, parse_cell
from services.policy.language.tree import Field, Node
from services.policy.language.wrong import Wrong
from services.policy.paper import Input, NamedFormula, Paper, Programme, Remembered
from services.policy.places import Path, Places


@dataclass(frozen=True, slots=True)
class Written:
    """An expression of a paper: its path, its programme, what it is part of, its text; a cell has a column."""

    path: Path
    programme: str
    part: str
    text: str
    column: str | None = None

    def tree(self) -> Node:
        """Raises Wrong."""
        return parse(self.text) if self.column is None else parse_cell(self.column, self.text)

    def reads(self) -> frozenset[str]:
        """Names and, as `.wage`, fields; nothing where the text cannot be parsed."""
        return _reads(self.text, self.column)


@lru_cache(maxsize=8192)
def _reads(text: str, column: str | None) -> frozenset[str]:
    try:
        tree = parse(text) if column is None else parse_cell(column, text)
    except Wrong:
        return frozenset()
    fields = (f".{node.name}" for node in nodes(tree) if isinstance(node, Field))
    return frozenset((*names_in(tree), *fields))


def written(paper: Paper) -> Iterator[Written]:
    """Every expression of a paper, in order."""
    for index, one in enumerate(paper.programmes):
        at: Path = ("programmes", index)
        for number, formula in enumerate(one.formulas):
            yield Written((*at, "formulas", number, "formula"), one.programme, formula.name, formula.formula)
        for number, table in enumerate(one.tables):
            for place, row in enumerate(table.rows):
                here = (*at, "tables", number, "rows", place)
                for column, cell in row.when.items():
                    yield Written((*here, "when", column), one.programme, table.name, cell, column)
                for output, text in row.then.items():
                    yield Written((*here, "then", output), one.programme, table.name, text)
        if one.amount is not None:
            yield Written((*at, "amount", "formula"), one.programme, "amount", one.amount.formula)


def defined(paper: Paper) -> Iterator[tuple[str, str, Path]]:
    """Every name a paper gives, with its programme ('' for parameters) and path."""
    for index, parameter in enumerate(paper.parameters):
        yield parameter.name, "", ("parameters", index, "name")
    for index, one in enumerate(paper.programmes):
        at: Path = ("programmes", index)
        for room, number, part in parts_of(one):
            yield part.name, one.programme, (*at, room, number, "name")
        for number, table in enumerate(one.tables):
            for place, output in enumerate(table.outputs):
                yield output.name, one.programme, (*at, "tables", number, "outputs", place, "name")


def parts_of(one: Programme) -> Iterator[tuple[str, int, Input | Remembered | NamedFormula]]:
    """The inputs, remembered inputs and formulas of a programme, with their field and index."""
    yield from (("inputs", number, given) for number, given in enumerate(one.inputs))
    yield from (("history", number, remembered) for number, remembered in enumerate(one.history))
    yield from (("formulas", number, formula) for number, formula in enumerate(one.formulas))


class Findings:
    """Findings of one paper, each once: what recurs from epoch to epoch is told for the first day only."""

    def __init__(self, paper: Paper, places: Places) -> None:
        self.paper = paper
        self.places = places
        self._found: dict[tuple[object, ...], Finding] = {}

    def add(self, rule: str, path: Path, zh: str, en: str, once: tuple[object, ...] | None = None) -> None:
        """`once`: what makes two of them the same; without it, their words."""
        file, line = self.places.line(path)
        self._found.setdefault((rule, path, *(once or (en,))), Finding(rule, zh, en, file, line))

    def wrong(self, path: Path, wrong: Wrong, where: str = "") -> None:
        zh, en = f"{where}{wrong.zh}（第 {wrong.at} 字）", f"{where}{wrong.en} (character {wrong.at})"
        self.add(wrong.rule, path, zh, en, (wrong.en, wrong.at))

    def __bool__(self) -> bool:
        return bool(self._found)

    def all(self) -> list[Finding]:
        return sorted(self._found.values(), key=lambda one: (one.file, one.line, one.rule))
