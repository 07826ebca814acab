"""What a decision is told, checked before it is used: types, digits, ranges, members of choices, records of lists.

The compiled check is quick and says only that something is wrong; `wrong_input` then looks again, slowly, and says what.
The digits of money are checked all at once: a sum of `Decimal` has as many digits after the point as the longest of what
was added up, so if it has two, none has more. Only if it has more, each is looked at: `1.000` is told, too.

| type | what is given |
|---|---|
| money | `Decimal`, at most two digits after the point |
| number | `Decimal` or `int`, at most so many digits as declared |
| count | `int` |
| boolean, date | `bool`; `date` (not `datetime`) |
| choice | one of its members |
| list | a list or tuple of mappings, each with exactly the fields declared |
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext
from operator import itemgetter

from services.policy.language.arithmetic import DIGITS, EXACT
from services.policy.language.variables import Column, Constants, Rows, Single, call, load
from services.policy.paper import Input, RecordField, Remembered

MONEY_DIGITS = 2
CENT = Decimal("0.00")
MONEY = "money"
"""The variable of the compiled check in which all money is added up."""
LEAST, GREATEST = Decimal(-(10**12)), Decimal(10**12)
"""The range of a number that declares none; a count begins at 0."""

Asked = Input | RecordField


class InputWrong(ValueError):
    """`name`: the input, or `members[2].wage`: the field of its third record."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        super().__init__(f"{name}: {en} {zh}")
        self.name = name
        self.zh = zh
        self.en = en


def counts_months(remembered: Remembered) -> bool:
    return remembered.fold in ("count", "run_length", "months_since")


def as_input(remembered: Remembered) -> Input:
    """What history remembers is told to the decision like an input: money, a number, or a count of months."""
    counted = counts_months(remembered)
    money = remembered.unit.startswith("yuan")
    return Input(
        name=remembered.name, en=remembered.en, type="count" if counted else "money" if money else "number",
        unit=remembered.unit, source="history", clause=remembered.clause,
    )  # fmt: skip


def digits_of(asked: Asked) -> int:
    return MONEY_DIGITS if asked.type == "money" else asked.decimals if asked.type == "number" else 0


def bounds_of(asked: Asked) -> tuple[Decimal, Decimal]:
    """The least and the greatest value allowed."""
    if asked.range is not None:
        return Decimal(asked.range[0]), Decimal(asked.range[1])
    return (Decimal(0) if asked.type in ("count", "list") else LEAST), GREATEST


class Intake:
    """Statements that read `inputs` into variables; whatever is wrong raises one of `DOUBTS`.

    `begin` comes before all of them, `end` behind.
    """

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self._digits: list[ast.stmt] = []

    def place(self, asked: Input, variable: str) -> Single | Rows:
        if asked.type != "list":
            return Single(variable, _is_positive(asked), whole=asked.type == "count")
        columns = {
            field.name: Column(index, _is_positive(field), whole=field.type == "count")
            for index, field in enumerate(asked.fields)
        }
        return Rows(variable, columns, filled=bounds_of(asked)[0] > 0)

    def begin(self) -> ast.stmt:
        return assign(MONEY, self.constants.of(CENT))

    def end(self) -> ast.stmt:
        """Every sum of money must have two digits, if all of them together have more."""
        two = ast.Call(ast.Attribute(load(MONEY), "same_quantum", ast.Load()), [self.constants.of(CENT)], [])
        return ast.If(two, [ast.Pass()], self._digits or [ast.Pass()])

    def statements(self, asked: Input, place: Single | Rows) -> Iterator[ast.stmt]:
        yield assign(place.variable, ast.Subscript(load("inputs"), ast.Constant(asked.name), ast.Load()))
        told = load(place.variable)
        if isinstance(place, Single):
            yield from self._checks(asked, told)
            if asked.type == "money":
                yield _added([told])
                self._digits.append(self._exact(asked, told))
            return
        yield doubt_if(_is_not(call("type", told), ast.NotIn(), self.constants.of((list, tuple))))
        length = ast.Compare(call("len", load("row")), [ast.NotEq()], [ast.Constant(len(asked.fields))])
        yield _for_each(ast.Name("row", ast.Store()), told, [doubt_if(length)])
        yield from self._within(asked, call("len", told))
        # One call of C a record makes it a tuple; a single name would give the bare value instead.
        names = [field.name for field in asked.fields]
        taking = self.constants.named(itemgetter(*names) if len(names) > 1 else _only(*names))
        yield assign(
            place.variable, ast.List([ast.Starred(call("map", taking, told), ast.Load())], ast.Load())
        )
        fields = [ast.Name(f"f{index}", ast.Store()) for index in range(len(names))]
        checks = [
            check
            for index, field in enumerate(asked.fields)
            for check in self._checks(field, load(f"f{index}"))
        ]
        money = [load(f"f{index}") for index, field in enumerate(asked.fields) if field.type == "money"]
        if money:
            checks.append(_added(money))
        row = ast.Tuple(list[ast.expr](fields), ast.Store())
        yield _for_each(row, told, checks)
        if money:
            exact = [
                self._exact(field, load(f"f{index}"))
                for index, field in enumerate(asked.fields)
                if field.type == "money"
            ]
            self._digits.append(_for_each(row, told, exact))

    def _checks(self, asked: Asked, told: ast.expr) -> Iterator[ast.stmt]:
        match asked.type:
            case "boolean":
                neither = [_is_not(told, ast.IsNot(), ast.Constant(truth)) for truth in (True, False)]
                yield doubt_if(ast.BoolOp(ast.And(), neither))
            case "date":
                yield doubt_if(_is_not(call("type", told), ast.IsNot(), self.constants.of(date)))
            case "choice":
                yield doubt_if(_is_not(told, ast.NotIn(), self.constants.of(frozenset(asked.of))))
            case "count":
                yield doubt_if(_is_not(call("type", told), ast.IsNot(), load("int")))
                low, high = (ast.Constant(int(bound)) for bound in bounds_of(asked))
                yield _unless_between(low, told, high)
            case "money":
                yield self._money(asked, told)
            case _:
                exact = self._exact(asked, told)
                yield ast.If(_is_not(call("type", told), ast.IsNot(), load("int")), [exact], [])
                yield from self._within(asked, told)

    def _money(self, asked: Asked, told: ast.expr) -> ast.stmt:
        """Nothing but a Decimal has `is_signed`, and few sums of money have a sign: most are compared once."""
        low, high = bounds_of(asked)
        over = ast.Compare(told, [ast.Gt()], [self.constants.of(high)])
        signed = ast.Call(ast.Attribute(told, "is_signed", ast.Load()), [], [])
        under: ast.expr = ast.Compare(told, [ast.Lt()], [self.constants.of(low)])
        # A bound above 0 is passed from below without a sign; asked of each, `is_signed` tells the type still.
        under = ast.BoolOp(ast.And(), [signed, under]) if low <= 0 else ast.BoolOp(ast.Or(), [signed, under])
        return doubt_if(ast.BoolOp(ast.Or(), [under, over]))

    def _exact(self, asked: Asked, told: ast.expr) -> ast.stmt:
        """Nothing but a Decimal has `quantize`, and `EXACT` lets that drop no digit."""
        step = self.constants.of(DIGITS[digits_of(asked)])
        return ast.Expr(ast.Call(ast.Attribute(told, "quantize", ast.Load()), [step], []))

    def _within(self, asked: Asked, value: ast.expr) -> Iterator[ast.stmt]:
        low, high = map(self.constants.of, bounds_of(asked))
        yield _unless_between(low, value, high)


DOUBTS = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError)


def assign(variable: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(variable, ast.Store())], value)


def doubt_if(test: ast.expr) -> ast.stmt:
    return ast.If(test, [ast.Raise(load("Doubt"))], [])


def _added(money: list[ast.expr]) -> ast.stmt:
    """To the sum whose digits stand for those of all; it is never looked at otherwise."""
    total: ast.expr = load(MONEY)
    for one in money:
        total = ast.BinOp(total, ast.Add(), one)
    return assign(MONEY, total)


def _for_each(row: ast.expr, rows: ast.expr, lines: list[ast.stmt]) -> ast.stmt:
    return ast.For(row, rows, lines, [])


def _is_not(value: ast.expr, sign: ast.cmpop, other: ast.expr) -> ast.expr:
    return ast.Compare(value, [sign], [other])


def _unless_between(low: ast.expr, value: ast.expr, high: ast.expr) -> ast.stmt:
    return doubt_if(ast.UnaryOp(ast.Not(), ast.Compare(low, [ast.LtE(), ast.LtE()], [value, high])))


def _only(name: str) -> Callable[[Mapping[str, object]], tuple[object]]:
    return lambda row: (row[name],)


def _is_positive(asked: Asked) -> bool:
    return asked.type in ("money", "number", "count") and bounds_of(asked)[0] > 0


def wrong_input(inputs: Mapping[str, object], asked: Mapping[str, Input]) -> InputWrong:
    """What is wrong with inputs that the compiled check refused."""
    return problem_of(inputs, asked) or InputWrong("inputs", "输入不可用", "the inputs cannot be used")


def problem_of(inputs: Mapping[str, object], asked: Mapping[str, Input]) -> InputWrong | None:
    """The first thing wrong with the inputs, None if nothing is."""
    for name in inputs:
        if name not in asked:
            return InputWrong(name, "没有这项输入", "there is no such input")
    for name, one in asked.items():
        if name not in inputs:
            return InputWrong(name, "缺少这项输入", "this input is missing")
        if (found := _problem(one, inputs[name], name)) is not None:
            return found
    return None


def _problem(asked: Asked, value: object, name: str) -> InputWrong | None:
    """What is wrong with one value, None if nothing is."""
    match asked.type:
        case "list":
            assert isinstance(asked, Input)
            return _problem_of_rows(asked, value, name)
        case "choice":
            members = "、".join(asked.of)
            if not isinstance(value, str) or value not in asked.of:
                return InputWrong(
                    name, f"须为 {members} 之一，不是 {value!r}", f"expected one of {members}, not {value!r}"
                )
        case "boolean":
            if type(value) is not bool:
                return InputWrong(
                    name, f"须为真假值，不是 {value!r}", f"expected true or false, not {value!r}"
                )
        case "date":
            if type(value) is not date:
                return InputWrong(name, f"须为日期，不是 {value!r}", f"expected a date, not {value!r}")
        case _:
            return _problem_of_number(asked, value, name)
    return None


def _problem_of_number(asked: Asked, value: object, name: str) -> InputWrong | None:
    whole = type(value) is int and asked.type != "money"
    if not (whole or (isinstance(value, Decimal) and asked.type != "count")):
        zh, en = {"money": ("十进制数", "a Decimal"), "count": ("整数", "a whole number")}.get(
            asked.type, ("数", "a number")
        )
        return InputWrong(name, f"须为{zh}，不是 {value!r}", f"expected {en}, not {value!r}")
    number, digits = Decimal(value), digits_of(asked)  # type: ignore[arg-type]  # one of the two
    if not number.is_finite() or _has_more_digits(number, digits):
        return InputWrong(
            name,
            f"小数最多 {digits} 位，不是 {value}",
            f"expected at most {digits} digits after the point, not {value}",
        )
    return _outside(asked, number, name)


def _has_more_digits(number: Decimal, digits: int) -> bool:
    with localcontext(EXACT):
        try:
            number.quantize(DIGITS[digits])
        except (InvalidOperation, ArithmeticError):
            return True
    return False


def _outside(asked: Asked, number: Decimal, name: str) -> InputWrong | None:
    low, high = bounds_of(asked)
    if low <= number <= high:
        return None
    return InputWrong(
        name, f"须在 {low} 与 {high} 之间，不是 {number}", f"expected {low} to {high}, not {number}"
    )


def _problem_of_rows(asked: Input, value: object, name: str) -> InputWrong | None:
    if type(value) not in (list, tuple):
        return InputWrong(name, f"须为列表，不是 {value!r}", f"expected a list, not {value!r}")
    assert isinstance(value, list | tuple)
    for index, row in enumerate(value):
        if not isinstance(row, Mapping):
            return InputWrong(f"{name}[{index}]", "须为一条记录", "expected a record")
        fields = {field.name: field for field in asked.fields}
        for other in row.keys() - fields.keys():
            return InputWrong(f"{name}[{index}].{other}", "没有这个字段", "there is no such field")
        for field_name, field in fields.items():
            where = f"{name}[{index}].{field_name}"
            if field_name not in row:
                return InputWrong(where, "缺少这个字段", "this field is missing")
            if (found := _problem(field, row[field_name], where)) is not None:
                return found
    return _outside(asked, Decimal(len(value)), name)
