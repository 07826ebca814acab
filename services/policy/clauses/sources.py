"""The checkout as its files tell it: fact types, the code that records them, the tests marked with a clause.

Files are parsed and never run: the page must come out the same where Kafka or a database is missing.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TELLING = ("history", "insight", "simulator", "cli", "console")
"""Rooms that word, count or play facts and decide nothing."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A test with `@pytest.mark.clause("B1")`; `facts`: the types that it names."""

    file: str
    test: str
    clauses: tuple[str, ...]
    facts: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}::{self.test}"


def fact_types(root: Path) -> frozenset[str]:
    """Every type of fact, such as `assistance.Accepted`; shapes that facts are made of are none."""
    classes = [
        (path.relative_to(root / "events").parts[0].removesuffix(".py"), node)
        for path in sorted((root / "events").rglob("*.py"))
        for node in _parsed(path).body
        if isinstance(node, ast.ClassDef)
    ]
    shapes = {"Event"} | {node.name for _, node in classes if _is_shape(node)}
    return frozenset(
        f"{domain}.{node.name}"
        for domain, node in classes
        if not _is_shape(node) and any(_last(base) in shapes for base in node.bases)
    )


def _is_shape(node: ast.ClassDef) -> bool:
    return any(keyword.arg == "shape" for keyword in node.keywords)


def told_apart(types: frozenset[str]) -> dict[str, str]:
    """Class name → type, where only one domain has a fact of that name."""
    count = Counter(type.partition(".")[2] for type in types)
    return {name: type for type in sorted(types) if count[name := type.partition(".")[2]] == 1}


def recorded_by(root: Path) -> dict[str, tuple[str, ...]]:
    """Class name → files of services in which such a thing is made."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "services").rglob("*.py")):
        file = path.relative_to(root)
        if file.parts[1] in TELLING:
            continue
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.Call) and (name := _last(node.func)):
                found[name].add(file.as_posix())
    return {name: tuple(sorted(files)) for name, files in found.items()}


def marked_tests(root: Path, types: frozenset[str]) -> tuple[Marked, ...]:
    """Tests by file and line; a mark on the module (`pytestmark`) or on the function."""
    found: list[Marked] = []
    known = told_apart(types)
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = _parsed(path)
        every = tuple(_clauses(_module_marks(tree)))
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            clauses = (*every, *_clauses(node.decorator_list))
            if clauses:
                names = {_last(inner) for inner in ast.walk(node) if isinstance(inner, ast.expr)}
                facts = tuple(sorted(known[name] for name in names if name in known))
                file = path.relative_to(root).as_posix()
                found.append(Marked(file, node.name, tuple(dict.fromkeys(clauses)), facts))
    return tuple(found)


def _module_marks(tree: ast.Module) -> list[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(_last(target) == "pytestmark" for target in node.targets):
            return list(node.value.elts) if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
    return []


def _clauses(marks: list[ast.expr]) -> Iterator[str]:
    for mark in marks:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.clause":
            for told in mark.args:
                if not isinstance(told, ast.Constant) or not isinstance(told.value, str):
                    raise ValueError(f"a clause is marked by its id, as text: {ast.unparse(mark)}")
                yield told.value


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
