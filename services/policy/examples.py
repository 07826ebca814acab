"""The examples of a paper, run: what it says comes out must come out, to the fen and to the row.

In the files money and numbers are texts (`"600.00"`) or whole numbers, days are texts, lists are lists of mappings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.policy.definition import Definition
from services.policy.finding import Finding, Refused
from services.policy.language.intake import InputWrong, as_input
from services.policy.language.interpret import NoRow
from services.policy.paper import Example, Examples, Input, Paper, RecordField
from services.policy.places import Path, Places
from services.policy.rule import Outcome
from services.policy.rulebook import Rulebook

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
Decide = Callable[[Mapping[str, object]], Outcome]
RulebookOf = Callable[[Sequence[Paper]], Rulebook]
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def run(
    paper: Paper,
    others: Sequence[Paper],
    places: Places | None = None,
    rulebook_of: RulebookOf = Rulebook,
) -> list[Finding]:
    """What does not come out as the paper says (rule `example`), or cannot be decided at all.

    `others`: papers to choose from; each group of examples names those that it is decided together with.
    """
    return list(failing(paper, others, places, rulebook_of))


def failing(
    paper: Paper,
    others: Sequence[Paper],
    places: Places | None = None,
    rulebook_of: RulebookOf = Rulebook,
) -> Iterator[Finding]:
    """The findings of `run`, each as it is found."""
    for index, group in enumerate(paper.examples):
        yield from _run_group(paper, group, others, ("examples", index), places or Places(), rulebook_of)


def together(paper: Paper, group: Examples, others: Sequence[Paper]) -> tuple[list[Paper], list[str]]:
    """The papers that a group of examples is decided under, and the ids that it names in vain."""
    known = {other.identity.id: other for other in others} | {paper.identity.id: paper}
    wanted = list(dict.fromkeys((paper.identity.id, *group.together_with)))
    return [known[one] for one in wanted if one in known], [one for one in wanted if one not in known]


def inputs_of(definition: Definition, group: Examples, example: Example) -> dict[str, object]:
    """The example's inputs, over the group's base, with the types of the definition.

    The base may name what this definition does not ask: a group may span the change of a paper. What cannot be read as
    its type stays as it is, and the decision refuses it by its name.
    """
    asked = {**definition.inputs, **{name: as_input(one) for name, one in definition.history.items()}}
    base = {name: value for name, value in group.base.items() if name in asked}
    return {
        name: typed(asked[name], value) if name in asked else value
        for name, value in {**base, **example.inputs}.items()
    }


def typed(asked: Input | RecordField, value: object) -> object:
    """A value of a file as an input of a decision."""
    match asked.type, value:
        case "count", str() if NUMBER.fullmatch(value) and "." not in value:
            return int(value)
        case (("money" | "number" | "count"), str()) if NUMBER.fullmatch(value):
            return Decimal(value)
        case "money", int() if not isinstance(value, bool):
            return Decimal(value)
        case "date", str() if DATE.fullmatch(value):
            return _day(value)
        case "list", list() if isinstance(asked, Input):
            fields = {field.name: field for field in asked.fields}
            return [_typed_row(fields, row) for row in value]
    return value


def _typed_row(fields: Mapping[str, RecordField], row: object) -> object:
    if not isinstance(row, dict):
        return row
    return {name: typed(fields[name], value) if name in fields else value for name, value in row.items()}


def _day(text: str) -> object:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _run_group(
    paper: Paper, group: Examples, others: Sequence[Paper], at: Path, places: Places, rulebook_of: RulebookOf
) -> Iterator[Finding]:
    papers, missing = together(paper, group, others)
    if missing:
        file, line = places.line((*at, "with"))
        ids = ", ".join(missing)
        yield Finding("example", f"没有文件 {ids}", f"there is no paper {ids}", file, line)
        return
    try:
        rulebook = rulebook_of(papers)
    except Refused as refused:
        yield from refused.findings
        return
    told = set[Finding]()
    for index, example in enumerate(group.examples):
        file, line = places.line((*at, "examples", index))
        try:
            rule = rulebook.rule(group.programme, example.on)
        except Refused as refused:
            # The same for every example of an epoch: once is enough.
            yield from (finding for finding in refused.findings if finding not in told)
            told.update(refused.findings)
            continue
        for zh, en in _differences(example, rule.definition, group, rule.decide):
            said = f"{group.programme}/{example.name}"
            yield Finding("example", f"例“{said}”：{zh}", f"example `{said}`: {en}", file, line)


def _differences(
    example: Example, definition: Definition, group: Examples, decide: Decide
) -> Iterator[tuple[str, str]]:
    try:
        outcome = decide(inputs_of(definition, group, example))
    except InputWrong as wrong:
        yield f"{wrong.name}：{wrong.zh}", f"{wrong.name}: {wrong.en}"
        return
    except (NoRow, ArithmeticError, ValueError, LookupError) as error:
        said = f"{type(error).__name__}: {error}"
        yield f"无法作出决定（{said}）", f"no decision ({said})"
        return
    if outcome.row != example.row:
        yield f"应走 {example.row} 行，实为 {outcome.row}", f"expected row {example.row}, found {outcome.row}"
    amount = Decimal(outcome.amount_fen).scaleb(-2)
    if not NUMBER.fullmatch(example.amount) or Decimal(example.amount) != amount:
        yield f"应为 {example.amount} 元，实为 {amount}", f"expected {example.amount} yuan, found {amount}"
    if outcome.admitted != example.admitted:
        yield (
            f"应纳入 {_said(example.admitted)}，实为 {_said(outcome.admitted)}",
            f"expected {_said(example.admitted)} admitted, found {_said(outcome.admitted)}",
        )
    for name, value in example.outputs.items():
        if name not in outcome.outputs:
            yield f"没有输出“{name}”", f"there is no output `{name}`"
        elif not _same(value, outcome.outputs[name]):
            found = outcome.outputs[name]
            yield f"{name} 应为 {value}，实为 {found}", f"expected {value} for {name}, found {found}"


def _said(admitted: tuple[int, ...] | None) -> str:
    return "all" if admitted is None else str(list(admitted))


def _same(expected: object, found: object) -> bool:
    if isinstance(found, Decimal):
        text = str(expected)
        return NUMBER.fullmatch(text) is not None and Decimal(text) == found
    return type(expected) is type(found) and expected == found
