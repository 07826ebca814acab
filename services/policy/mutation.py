"""Papers wrong in one place, to see whether the checks and the examples notice.

    for mutant in mutants(paper):
        assert caught(mutant.paper, others)

`mutants` are of what is decided with: every formula, condition, output and parameter. A slip in a limit of a procedure,
in a duty, a referral or in what is remembered changes no decision by given inputs; `limit_mutants` makes these, and
`limits` tells all of them line by line, to be compared with what was agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from services.policy.checking import check
from services.policy.checking.alone import check_alone, reading
from services.policy.checking.placing import Findings, written
from services.policy.comparing import NAMES
from services.policy.examples import failing
from services.policy.mutation_text import changes, digits_changed, full_width
from services.policy.paper import Limit, Paper, Parameter, Programme, Remembered, Row, Table
from services.policy.places import Path, Places


@dataclass(frozen=True, slots=True)
class Mutant:
    """`where`: the part, as `doudi policy diff` names it; `becomes`: what it says instead."""

    kind: str
    where: str
    becomes: str
    paper: Paper

    def __str__(self) -> str:
        return f"{self.paper.identity.id}: {self.where}: {self.kind}: {self.becomes}"


def caught(paper: Paper, others: Sequence[Paper]) -> bool:
    """Whether `check` refuses the paper. The quick parts of it come first, and the first that finds something ends it."""
    findings = Findings(paper, Places())
    check_alone(paper, findings)
    return bool(findings) or any(failing(paper, others)) or bool(check(paper, others))


def mutants(paper: Paper, others: Iterable[Paper] = ()) -> Iterator[Mutant]:
    """Every slip in formulas, tables, the amount and the parameters that some formula reads.

    `others`: papers whose formulas may read this paper's parameters.
    """
    members = _members([paper, *others])
    for one in written(paper):
        for change in changes(one.text, members):
            yield _mutant(paper, change.kind, one.path, change.text)
    yield from _turned(paper)
    for index, programme in enumerate(paper.programmes):
        for number, table in enumerate(programme.tables):
            yield from _table_mutants(paper, ("programmes", index, "tables", number), table)
    read = set().union(*reading([paper, *others]).values())
    for index, parameter in enumerate(paper.parameters):
        yield _mutant(paper, "typo", ("parameters", index, "name"), f"{parameter.name}x")
        if parameter.name in read:
            yield from _value_mutants(paper, index, parameter)


def limits(paper: Paper, others: Iterable[Paper] = ()) -> dict[str, str]:
    """Part → what it says and its clause: all that no decision shows, but the offices are held to."""
    parameters = {one.name: one for other in (*others, paper) for one in other.parameters}
    return {called(paper, path): said for path, said in _limits(paper, parameters)}


def limit_mutants(paper: Paper, others: Iterable[Paper] = ()) -> Iterator[Mutant]:
    """Every slip in a number of days or people, in whom a limit runs from, in a period, in what is remembered."""
    shares = _shares((paper, *others))
    for path, part in _parts(paper, ()):
        yield from (_mutant(paper, "limit", (*path, name), value) for name, value in _slips(part))
    for index, parameter in enumerate(paper.parameters):
        if parameter.name in shares:
            yield from _value_mutants(paper, index, parameter)


def called(paper: Paper, path: Path) -> str:
    """A path with names in place of numbers: `programmes/dibao/formulas/差额/formula`."""
    part: Any = paper
    said: list[str] = []
    for key in path:
        if isinstance(part, BaseModel):
            part = getattr(part, str(key))
            said.append(str(key))
        else:
            part = part[key]
            names = (getattr(part, name, None) for name in (*NAMES, "first"))
            said.append(str(key) if isinstance(key, str) else str(next(filter(None, names), key)))
    return "/".join(said)


def changed(part: Any, path: Path, value: object) -> Any:
    """The same part, but for one value deep within. It is not validated: it may be such as no file could give."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        return part.model_copy(update={str(key): changed(getattr(part, str(key)), rest, value)})
    if isinstance(part, tuple):
        return tuple(changed(one, rest, value) if index == key else one for index, one in enumerate(part))
    return {name: changed(one, rest, value) if name == key else one for name, one in part.items()}


def _mutant(paper: Paper, kind: str, path: Path, value: object, becomes: str | None = None) -> Mutant:
    return Mutant(kind, called(paper, path), becomes or str(value), changed(paper, path, value))


def _members(papers: Iterable[Paper]) -> dict[str, str]:
    """Member of a choice → the next one of the same choice; that of the first choice that has it."""
    found: dict[str, str] = {}
    for paper in papers:
        for one in paper.programmes:
            choices = [output.of for table in one.tables for output in table.outputs]
            choices += [given.of for given in one.inputs]
            choices += [field.of for given in one.inputs for field in given.fields]
            for members in choices:
                for before, after in pairwise((*members, *members[:1])):
                    if before != after:
                        found.setdefault(before, after)
    return found


def _turned(paper: Paper) -> Iterator[Mutant]:
    """Whole formulas with the sign turned, or the truth."""
    for index, one in enumerate(paper.programmes):
        at: Path = ("programmes", index)
        for number, formula in enumerate(one.formulas):
            yield from _turn(paper, (*at, "formulas", number, "formula"), formula.formula, formula.unit)
        for number, table in enumerate(one.tables):
            kinds = {output.name: output.type for output in table.outputs}
            for place, row in enumerate(table.rows):
                for name, text in row.then.items():
                    kind = kinds.get(name, "choice")
                    yield from _turn(paper, (*at, "tables", number, "rows", place, "then", name), text, kind)
        if one.amount is not None:
            yield from _turn(paper, (*at, "amount", "formula"), one.amount.formula, "yuan")


def _turn(paper: Paper, path: Path, text: str, kind: str) -> Iterator[Mutant]:
    if kind == "boolean":
        yield _mutant(paper, "turned", path, f"not ({text})")
    elif kind not in ("choice", "date") and text != "0":
        yield _mutant(paper, "turned", path, f"-({text})")


def _table_mutants(paper: Paper, at: Path, table: Table) -> Iterator[Mutant]:
    """A row left out; two neighbours in the other order or with each other's outputs; a test or two outputs mixed up."""
    rows = table.rows
    here: Path = (*at, "rows")
    for place, row in enumerate(rows):
        if len(rows) > 1:
            yield _mutant(paper, "row", here, rows[:place] + rows[place + 1 :], f"without {row.id}")
        if row.admits is not None:
            yield _mutant(paper, "admits", (*here, place, "admits"), None)
            yield _mutant(paper, "typo", (*here, place, "admits"), f"{row.admits}x")
        for column in row.when:
            left = {name: cell for name, cell in row.when.items() if name != column}
            yield _mutant(paper, "test", (*here, place, "when"), left, f"without {column}")
        names = list(row.then)
        for first, second in pairwise(names):
            if row.then[first] != row.then[second]:
                then = {**row.then, first: row.then[second], second: row.then[first]}
                said = f"{first} and {second} exchanged"
                yield _mutant(paper, "outputs", (*here, place, "then"), then, said)
    for place, (one, other) in enumerate(pairwise(rows)):
        said = f"{other.id} before {one.id}"
        yield _mutant(paper, "order", here, _with(rows, place, other, one), said)
        if one.then != other.then:
            mixed = (
                one.model_copy(update={"then": other.then}),
                other.model_copy(update={"then": one.then}),
            )
            said = f"outputs of {one.id} and {other.id} exchanged"
            yield _mutant(paper, "outputs", here, _with(rows, place, *mixed), said)


def _with(rows: tuple[Row, ...], place: int, one: Row, other: Row) -> tuple[Row, ...]:
    return (*rows[:place], one, other, *rows[place + 2 :])


def _value_mutants(paper: Paper, index: int, parameter: Parameter) -> Iterator[Mutant]:
    for place, value in enumerate(parameter.values):
        path: Path = ("parameters", index, "values", place, "value")
        if parameter.unit == "boolean":
            yield _mutant(paper, "value", path, "false" if value.value == "true" else "true")
        elif parameter.unit == "date":
            for days in (-1, 1):
                moved = date.fromisoformat(value.value) + timedelta(days=days)
                yield _mutant(paper, "value", path, moved.isoformat())
        else:
            yield from (_mutant(paper, "value", path, text) for text in digits_changed(value.value))
            yield _mutant(paper, "sign", path, full_width(value.value))


# -- limits ------------------------------------------------------------------------------------------

_LIMITS = ("start_within", "finish_within", "stands", "whole", "hard", "reply_within")
_NUMBERS = ("count", "people", "review_months", "review_months_unstable", "window")
_PERIODS = ("month", "quarter", "term", "year", "once")
_FOLDS = ("latest", "count", "sum", "run_length", "months_since")
_DAYS = ("working_days", "calendar_days", "months")


def _limits(paper: Paper, parameters: Mapping[str, Parameter]) -> Iterator[tuple[Path, str]]:
    for path, part in _parts(paper, ()):
        if isinstance(part, Limit):
            continue
        clause = getattr(part, "clause", "")
        for name in _LIMITS:
            if (limit := getattr(part, name, None)) is not None:
                yield (*path, name), f"{limit.count} {limit.unit} after {limit.after} ({clause})"
        for name in ("people", "review_months", "review_months_unstable"):
            if (number := getattr(part, name, None)) not in (None, 1):
                yield (*path, name), f"{number} ({clause})"
        if (share := getattr(part, "share", None)) is not None:
            known = parameters[share].values if share in parameters else ()
            values = ", ".join(f"{value.value} from {value.first}" for value in known)
            yield (*path, "share"), f"{share}: {values} ({clause})"
        if isinstance(part, Remembered):
            where = f" where {part.where}" if part.where else ""
            window = f", {part.window} months" if part.window else ""
            window += " and this one" if part.with_this_month else ""
            yield path, f"{part.fold} of {part.of}{where}{window} ({clause})"
        elif hasattr(part, "duty"):
            yield path, f"{part.count} a {part.period} by {part.by} ({clause})"


def _parts(part: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every part of the procedures, duties, referrals and of what programmes remember."""
    if isinstance(part, tuple):
        for index, one in enumerate(part):
            yield from _parts(one, (*path, index))
    elif isinstance(part, BaseModel):
        if len(path) > 1 and not isinstance(part, Programme):
            yield path, part
        rooms = type(part).model_fields
        if isinstance(part, Paper):
            rooms = {name: rooms[name] for name in ("programmes", "procedures", "duties", "referrals")}
        elif path[:1] == ("programmes",) and len(path) == 2:
            rooms = {"history": rooms["history"]}
        for name in rooms:
            yield from _parts(getattr(part, name), (*path, name))


def _slips(part: Any) -> Iterator[tuple[str, object]]:
    for name in _NUMBERS:
        if type(number := getattr(part, name, None)) is int:
            yield from ((name, number + step) for step in (1, -1) if number + step >= 0)
    for name, known in (
        ("period", _PERIODS),
        ("fold", _FOLDS),
        ("unit", _DAYS if isinstance(part, Limit) else ()),
    ):
        if known and (said := getattr(part, name, None)) in known:
            yield name, known[(known.index(said) + 1) % len(known)]
    for name in ("after", "share", "of"):
        if isinstance(said := getattr(part, name, None), str):
            yield name, f"{said}x"
    for name in _LIMITS:
        if getattr(part, name, None) is not None:
            yield name, None


def _shares(papers: Iterable[Paper]) -> set[str]:
    steps = (step for paper in papers for one in paper.procedures for step in one.steps)
    return {step.share for step in steps if step.share is not None}
