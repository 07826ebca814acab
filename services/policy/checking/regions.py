"""Tables looked at region by region: rows that nothing reaches, gaps, overlaps that nobody declared.

The thresholds of a column cut its values into points and stretches; one sample of each stands for all. Samples that
the same rows accept are one, and columns are joined one after another, so that few combinations are ever looked at.
Columns are taken to be independent of one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from services.policy.definition import ParsedTable
from services.policy.language.kinds import Kind, known
from services.policy.language.tree import Choices, Compare, Name, Node, Not, Within
from services.policy.language.tree import Text as TextNode
from services.policy.language.wrong import Wrong

MOST = 200_000
Sample = Fraction | str
Scope = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Region:
    """`rows`: the indices of the rows with tests that accept it; `sample`: column → a value in it."""

    rows: frozenset[int]
    sample: dict[str, Sample]


def regions(parsed: ParsedTable, scope: Scope) -> list[Region]:
    """Every different set of rows that accept something. Raises Wrong: a cell that is not a test against
    parameters, or more than 200,000 combinations."""
    tested = frozenset(index for index, row in enumerate(parsed.rows) if row.when)
    found: dict[frozenset[int], dict[str, Sample]] = {tested: {}}
    for column in parsed.table.columns:
        if column not in scope:
            continue
        accepted: dict[frozenset[int], Sample] = {}
        for sample in samples(parsed, column, scope):
            accepted.setdefault(_accepting(parsed, column, sample, scope), sample)
        if len(found) * len(accepted) > MOST:
            raise Wrong(f"区域超过 {MOST} 个", f"more than {MOST:,} regions: split the table", 1, "regions")
        joined: dict[frozenset[int], dict[str, Sample]] = {}
        for rows, known_samples in found.items():
            for more, sample in accepted.items():
                joined.setdefault(rows & more, {**known_samples, column: sample})
        found = joined
    return [Region(rows, sample) for rows, sample in found.items()]


def samples(parsed: ParsedTable, column: str, scope: Scope) -> list[Sample]:
    """A value on each threshold of a column and one in each stretch between, as far as its kind has any."""
    kind = scope[column]
    if kind.type == "choice":
        return list(kind.of)
    if kind.type == "boolean":
        return [Fraction(0), Fraction(1)]
    found = {value for row in parsed.rows if column in row.when for value in limits(row.when[column], scope)}
    cuts = sorted(found)
    if kind.step is not None:
        step = kind.step
        near = {side * step for cut in cuts for side in (floor(cut / step) - 1, floor(cut / step))}
        near |= {side * step for cut in cuts for side in (ceil(cut / step), ceil(cut / step) + 1)}
    else:
        near = {(one + other) / 2 for one, other in pairwise(cuts)} | set(cuts)
        near |= {end for cut in cuts for end in (cut - 1, cut + 1)} | _between(cuts, kind)
    near |= {bound for bound in (kind.low, kind.high) if bound is not None}
    return sorted(value for value in near or {Fraction(0)} if kind.range.holds(value))


def _between(cuts: list[Fraction], kind: Kind) -> set[Fraction]:
    """A quotient's values between its bounds and the outermost thresholds."""
    if not cuts:
        return set()
    low = set() if kind.low is None else {(kind.low + cuts[0]) / 2}
    return low | (set() if kind.high is None else {(cuts[-1] + kind.high) / 2})


def limits(test: Node, scope: Scope) -> list[Fraction]:
    """The numbers and days that a cell compares its column with. Raises Wrong where one is not fixed."""
    match test:
        case Not():
            return limits(test.value, scope)
        case Compare():
            return [] if isinstance(test.right, TextNode) else [_fixed(test.right, scope)]
        case Within(range=Choices() as members):
            return [_fixed(item, scope) for item in members.items if not isinstance(item, TextNode)]
        case Within():
            assert not isinstance(test.range, Choices)
            return [_fixed(test.range.low, scope), _fixed(test.range.high, scope)]
    return []


def _fixed(node: Node, scope: Scope) -> Fraction:
    value = known(scope, node)
    if value is None:
        zh, en = "单元格只能与参数或数字相比", "a cell compares with parameters and numbers only"
        raise Wrong(zh, en, node.at, "cell")
    return value


def _accepting(parsed: ParsedTable, column: str, sample: Sample, scope: Scope) -> frozenset[int]:
    return frozenset(
        index
        for index, row in enumerate(parsed.rows)
        if column not in row.when or holds(row.when[column], sample, scope)
    )


def holds(test: Node, sample: Sample, scope: Scope) -> bool:
    """Whether a cell accepts a value of its column."""
    match test:
        case Not():
            return not holds(test.value, sample, scope)
        case Compare():
            return compared(test.operator, sample, _value(test.right, scope))
        case Within(range=Choices() as members):
            return any(sample == _value(item, scope) for item in members.items)
        case Within():
            span = test.range
            assert not isinstance(span, Choices)
            above = compared(">=" if span.low_included else ">", sample, _fixed(span.low, scope))
            return above and compared("<=" if span.high_included else "<", sample, _fixed(span.high, scope))
        case Name():
            return bool(sample)
    raise TypeError(f"not the test of a cell: {test!r}")


def _value(node: Node, scope: Scope) -> Sample:
    return node.value if isinstance(node, TextNode) else _fixed(node, scope)


def compared(operator: str, sample: Sample, value: Sample) -> bool:
    if operator in ("=", "!="):
        return (sample == value) is (operator == "=")
    assert isinstance(sample, Fraction) and isinstance(value, Fraction)
    return {
        "<": sample < value,
        "<=": sample <= value,
        ">": sample > value,
        ">=": sample >= value,
    }[operator]


def problems(parsed: ParsedTable, scope: Scope) -> Iterator[tuple[str, int | None, str, str]]:
    """(rule, row or None for the table, zh, en). Raises Wrong like `regions`."""
    found = regions(parsed, scope)
    rows, hit = parsed.rows, parsed.table.hit
    default = next((index for index, row in enumerate(rows) if not row.when), None)
    # With `first`, a row without tests ends the table where it stands; else it is what no other row accepts.
    ends = default if hit == "first" and default is not None else len(rows)
    reached: set[int] = set()
    overlaps: dict[tuple[int, int], Region] = {}
    gap: Region | None = None
    for region in found:
        accepting = sorted(index for index in region.rows if index < ends)
        if not accepting:
            if default is not None:
                reached.add(default)
            elif hit != "collect":
                gap = gap or region
            continue
        reached.update(accepting[:1] if hit == "first" else accepting)
        if hit != "collect":
            pairs = ((one, other) for place, one in enumerate(accepting) for other in accepting[place + 1 :])
            for one, other in (
                pairs if hit == "unique" else ((accepting[0], other) for other in accepting[1:])
            ):
                if hit == "unique" or rows[one].then != rows[other].then:
                    overlaps.setdefault((one, other), region)
    for index, row in enumerate(rows):
        if index not in reached:
            yield "unreachable", index, f"永远走不到行 {row.row.id}", f"nothing reaches the row {row.row.id}"
    if gap is not None:
        said = told(gap.sample, scope)
        yield "gap", None, f"没有一行适用于 {said}", f"no row is for {said}"
    declared = {frozenset(pair) for pair in parsed.table.overlaps}
    for (one, other), region in sorted(overlaps.items(), key=lambda item: item[0]):
        first, second = rows[one].row.id, rows[other].row.id
        if frozenset((first, second)) not in declared:
            said = told(region.sample, scope)
            zh, en = f"{first} 与 {second} 重叠：{said}", f"{first} and {second} overlap: {said}"
            yield "overlap", other, zh, en


def told(sample: Mapping[str, Sample], scope: Scope) -> str:
    return ", ".join(f"{column} = {_shown(value, scope[column])}" for column, value in sample.items())


def _shown(value: Sample, kind: Kind) -> str:
    if isinstance(value, str):
        return value
    if kind.type == "boolean":
        return "true" if value else "false"
    if kind.type == "date":
        return date.fromordinal(int(value)).isoformat()
    return str(float(value)) if value.denominator != 1 else str(value.numerator)
