"""What can be told of a paper without putting it together: syntax, names, clauses of the outline, dates of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from pydantic import BaseModel

from services.policy.assembly import value_of
from services.policy.checking.placing import Findings, defined, parts_of, written
from services.policy.definition import DECISION_DAY
from services.policy.language.signs import WORDS
from services.policy.language.wrong import Wrong
from services.policy.paper import Input, Paper, Programme, RecordField
from services.policy.places import Path


def check_alone(paper: Paper, findings: Findings) -> None:
    for one in written(paper):
        try:
            one.tree()
        except Wrong as wrong:
            findings.wrong(one.path, wrong)
    _names(paper, findings)
    for path, clause in clauses(paper, ()):
        if clause not in paper.identity.outline:
            findings.add(
                "clause", path, f"提纲中没有“{clause}”", f"there is no clause `{clause}` in the outline"
            )
    for index, parameter in enumerate(paper.parameters):
        days = [value.first for value in parameter.values]
        for place, (before, after) in enumerate(pairwise(days), start=1):
            if after <= before:
                at = ("parameters", index, "values", place)
                findings.add(
                    "value-order", at, f"{after} 不晚于前值 {before}", f"{after} is not after {before}"
                )
        for place, value in enumerate(parameter.values):
            try:
                value_of(parameter, value)
            except Wrong as wrong:
                findings.add("value", ("parameters", index, "values", place, "value"), wrong.zh, wrong.en)
    for index, programme in enumerate(paper.programmes):
        _ranges(programme, ("programmes", index), findings)


def clauses(part: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every `clause` of a paper, with its path."""
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            value = getattr(part, name)
            if name == "clause" and isinstance(value, str):
                yield (*path, name), value
            else:
                yield from clauses(value, (*path, name))
    elif isinstance(part, tuple):
        for index, one in enumerate(part):
            yield from clauses(one, (*path, index))


def _names(paper: Paper, findings: Findings) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for name, programme, path in defined(paper):
        if not name.isidentifier() or name in WORDS or name == DECISION_DAY:
            findings.add("name", path, f"“{name}”不能作名称", f"`{name}` cannot be a name")
        if (name, programme) in seen or (name, "") in seen:
            findings.add("twice", path, f"“{name}”定义了两次", f"`{name}` is defined twice")
        seen[name, programme] = path
    for index, one in enumerate(paper.programmes):
        for number, table in enumerate(one.tables):
            at: Path = ("programmes", index, "tables", number)
            ids = [row.id for row in table.rows]
            for place, row in enumerate(table.rows):
                if row.id in ids[:place]:
                    findings.add("twice", (*at, "rows", place), f"行“{row.id}”有两个", f"two rows `{row.id}`")
            for pair in table.overlaps:
                for name in set(pair) - set(ids):
                    findings.add(
                        "unknown-name", (*at, "overlaps"), f"没有行“{name}”", f"there is no row `{name}`"
                    )


def _ranges(programme: Programme, at: Path, findings: Findings) -> None:
    for index, given in enumerate(programme.inputs):
        here: Path = (*at, "inputs", index)
        ones: list[tuple[Path, Input | RecordField]] = [(here, given)]
        ones += [((*here, "fields", number), field) for number, field in enumerate(given.fields)]
        for path, one in ones:
            if one.type == "choice" and not one.of:
                findings.add("kind", path, f"“{one.name}”没有选项", f"the choice `{one.name}` has no members")
            if one.range is None or one.type == "date":
                continue
            try:
                low, high = (Decimal(bound) for bound in one.range)
                ordered = low <= high
            except ArithmeticError:
                ordered = False
            if not ordered:
                findings.add("range", (*path, "range"), "范围不对", f"no range: {' to '.join(one.range)}")


def check_unused(paper: Paper, others: Sequence[Paper], findings: Findings) -> None:
    """Parameters, inputs, their fields and formulas that nothing reads, in this paper or another."""
    read = reading([paper, *others])
    everywhere = set().union(*read.values()) | _shares([paper, *others])
    for index, parameter in enumerate(paper.parameters):
        if parameter.name not in everywhere:
            _unused(parameter.name, ("parameters", index), findings)
    for index, one in enumerate(paper.programmes):
        here = read.get(one.programme, set())
        for room, number, part in parts_of(one):
            if part.name not in here:
                _unused(part.name, ("programmes", index, room, number), findings)
        for number, given in enumerate(one.inputs):
            for place, field in enumerate(given.fields):
                if f".{field.name}" not in here:
                    path: Path = ("programmes", index, "inputs", number, "fields", place)
                    _unused(f"{given.name}.{field.name}", path, findings)


def reading(papers: Iterable[Paper]) -> dict[str, set[str]]:
    """Programme → all names that any of its expressions or columns reads."""
    found: dict[str, set[str]] = {}
    for paper in papers:
        for one in written(paper):
            found.setdefault(one.programme, set()).update(one.reads())
        for programme in paper.programmes:
            for table in programme.tables:
                found.setdefault(programme.programme, set()).update(table.columns)
    return found


def _shares(papers: Iterable[Paper]) -> set[str]:
    steps = (step for paper in papers for one in paper.procedures for step in one.steps)
    return {step.share for step in steps if step.share is not None}


def _unused(name: str, path: Path, findings: Findings) -> None:
    findings.add("unused-name", path, f"“{name}”没有用到", f"nothing reads `{name}`")
