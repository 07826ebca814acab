"""What a case remembers of its earlier months: one number from a series. The deciding month is left
out, unless `with_this_month` says that what it holds so far is seen, too.

A series is a value a month: an amount, or a truth (1 or 0). A month may be missing; it is then no month of the series,
which is not the same as a month with 0. Let `d` be the deciding month and `w` the window.

- A month is *seen* if it is in the series, before `d` (or `d` itself with `with_this_month`), and, with a window,
  not before `d - w`.
- A seen month *counts* if `where` holds; without `where`, if its value is not 0. `where` is a test that names nothing
  but the series (`granted_amount > 500`).

| fold | gives |
|---|---|
| `latest` | the value of the last seen month (with `where`: of those that count); 0 if there is none |
| `sum` | the sum of the values of the seen months (with `where`: of those that count) |
| `count` | how many seen months count |
| `run_length` | how many months count one after another up to `d - 1` (`d` with `with_this_month`); a missing month ends the run |
| `months_since` | months from the last that counts to `d` (the month before: 1, `d` itself: 0); `w + 1` if none; needs a window |
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Final

from services.policy.language.arithmetic import EXACT, ZERO
from services.policy.language.expressions import Expressions
from services.policy.language.functions import functions
from services.policy.language.parse import parse
from services.policy.language.variables import Constants, Single
from services.policy.paper import Remembered

Series = Iterable[tuple[str, Decimal | bool | int]]
"""Month (`2020-09`) and value, in any order, no month twice."""

FIRST_MONTH: Final = 1
LAST_MONTH: Final = 12


def fold(remembered: Remembered, series: Series, month: str) -> Decimal:
    """What is remembered when deciding for `month` (`2020-10`).

    Raises ValueError for a month twice or one that is none, for `months_since` without a window, and Wrong (a
    ValueError too) where `where` names anything but the series.
    """
    deciding, window = month_number(month), remembered.window
    last = deciding if remembered.with_this_month else deciding - 1
    months: dict[int, Decimal] = {}
    for text, value in series:
        number = month_number(text)
        if number in months:
            raise ValueError(f"{remembered.of}: {text} stands twice")
        months[number] = Decimal(value)
    seen = {
        number: months[number]
        for number in sorted(months)
        if number <= last and (window is None or number >= deciding - window)
    }
    with localcontext(EXACT):
        return _folded(remembered, seen, deciding)


@lru_cache(maxsize=4096)
def month_number(text: str) -> int:
    """Months since the year 0: `2020-09` → 24248."""
    year, dash, month = text[:4], text[4:5], text[5:]
    if not (len(text) == 7 and text.isascii() and dash == "-" and year.isdigit() and month.isdigit()):
        raise ValueError(f"{text!r} is not a month like 2020-09")
    if not FIRST_MONTH <= int(month) <= LAST_MONTH:
        raise ValueError(f"{text!r} is not a month like 2020-09")
    return int(year) * 12 + int(month) - 1


def _folded(remembered: Remembered, seen: dict[int, Decimal], deciding: int) -> Decimal:
    counts = _counting(remembered)
    counted = {number: value for number, value in seen.items() if counts(value)}
    taken = seen if remembered.where is None else counted
    match remembered.fold:
        case "latest":
            return taken[max(taken)] if taken else ZERO
        case "sum":
            return sum(taken.values(), ZERO)
        case "count":
            return Decimal(len(counted))
        case "run_length":
            run, last = 0, deciding if remembered.with_this_month else deciding - 1
            while last - run in counted:
                run += 1
            return Decimal(run)
        case "months_since":
            if remembered.window is None:
                raise ValueError(f"{remembered.name}: months_since needs a window")
            return Decimal(deciding - max(counted) if counted else remembered.window + 1)


def _counting(remembered: Remembered) -> Callable[[Decimal], bool]:
    return _is_not_0 if remembered.where is None else _compiled(remembered.of, remembered.where)


def _is_not_0(value: Decimal) -> bool:
    return value != 0


@lru_cache(maxsize=1024)
def _compiled(series: str, where: str) -> Callable[[Decimal], bool]:
    constants = Constants(functions())
    test = Expressions({series: Single("value")}, constants).value(parse(where))
    arguments = ast.arguments([], [ast.arg("value")], None, [], [], None, [])
    function = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, test)))
    found: Callable[[Decimal], bool] = eval(compile(function, "<where>", "eval"), constants.globals)
    return found
