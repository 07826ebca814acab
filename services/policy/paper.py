"""A paper: what a law, a procedure, a local plan or a notice says, as data. The shape of its YAML.

A paper is a folder: `paper.yaml` (identity and outline), `parameters.yaml`, `programmes/*.yaml`,
`procedures/*.yaml`, `duties.yaml`, `referrals.yaml`, `examples/*.yaml`; all but the first may be missing.
Every part carries its clause, which must stand in the outline. Names may be Chinese.

A decision rests on the parts of all papers in force: a programme's inputs, formulas and tables may come from
several. Two papers that define one part conflict, unless one `amends` or `supersedes` the other.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from events.verification import Source

Clause = Annotated[str, Field(min_length=1, description="a clause of the paper's outline")]
Formula = Annotated[str, Field(min_length=1, description="an expression of the policy language")]
Cell = Annotated[str, Field(min_length=1, description="a test of one column: `< 1`, `[1..3)`, `{'a', 'b'}`")]
Status = Literal["confirmed", "illustrative"]
Unit = Literal["yuan", "yuan/month", "yuan/year", "yuan/day", "number", "month", "day", "year"]
Days = Literal["working_days", "calendar_days", "months"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Part):
    """A text in both languages, for people."""

    zh: str
    en: str


class InForce(Part):
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to", description="the last day, included")


class Value(Part):
    """What a parameter is from a day on, until its next value."""

    first: date = Field(alias="from")
    value: str = Field(description="a decimal number, its digits as published; or `true`, `false`, a date")
    source: str
    status: Status
    clause: Clause | None = None


class Parameter(Part):
    name: str
    en: str
    unit: Unit | Literal["boolean", "date"]
    clause: Clause
    values: tuple[Value, ...] = Field(min_length=1)


class RecordField(Part):
    name: str
    en: str
    type: Literal["money", "number", "count", "boolean", "date", "choice"]
    unit: Unit | None = None
    decimals: int = 0
    range: tuple[str, str] | None = Field(default=None, description="least and greatest, included")
    of: tuple[str, ...] = ()


class Input(Part):
    """What the decision is told. `source`: who knows it (`registry`, `survey`, `verification`, `history`)."""

    name: str
    en: str
    type: Literal["money", "number", "count", "boolean", "date", "choice", "list"]
    unit: Unit | None = None
    decimals: int = Field(default=0, description="digits after the point; money always has two")
    range: tuple[str, str] | None = None
    of: tuple[str, ...] = Field(default=(), description="the members of a choice")
    fields: tuple[RecordField, ...] = Field(default=(), description="of the records of a list")
    source: str
    clause: Clause


class Remembered(Part):
    """An input from earlier decisions, folded from the months of the case (or its applicant).

    `of` names a series: a sum or a truth a month. `window`: how many months back, the deciding one left out.
    `with_this_month`: what the deciding month holds so far is seen too, beside the window: a cap must see what was given
    earlier in the same month.
    """

    name: str
    en: str
    fold: Literal["latest", "count", "sum", "run_length", "months_since"]
    of: str
    where: Formula | None = None
    window: int | None = None
    with_this_month: bool = False
    unit: Unit
    clause: Clause


class NamedFormula(Part):
    name: str
    en: str
    formula: Formula
    unit: Unit | Literal["boolean", "date", "choice"]
    clause: Clause
    zh: str | None = Field(default=None, description="how it is explained to a citizen")


class Output(Part):
    name: str
    en: str
    type: Literal["choice", "number", "boolean"]
    of: tuple[str, ...] = ()


class Row(Part):
    id: str
    clause: Clause
    when: dict[str, Cell] = Field(default_factory=dict, description="empty: whatever is left")
    then: dict[str, Formula]
    admits: str | None = Field(
        default=None,
        description="a formula that sums over the members: whoever has a share of it is admitted; none: all of them",
    )
    zh: str
    en: str


class Table(Part):
    name: str
    en: str
    hit: Literal["first", "unique", "collect"]
    columns: tuple[str, ...]
    outputs: tuple[Output, ...] = Field(min_length=1)
    rows: tuple[Row, ...] = Field(min_length=1)
    overlaps: tuple[tuple[str, str], ...] = Field(default=(), description="pairs of rows meant to overlap")
    clause: Clause


class Amount(Part):
    """What is paid: `formula` gives yuan. `row`: the table whose row is the reason of the decision."""

    formula: Formula
    table: str
    clause: Clause


class Contradiction(Part):
    """What of a department's data contradicts help of a programme: a reason to hear the person, never to decide."""

    source: Source
    when: dict[str, Cell] = Field(
        default_factory=dict,
        description="tests of the record's fields (`services/policy/delivered.py`), all of which hold; empty: any record",
    )
    clause: Clause
    zh: str
    en: str
    status: Status = Field(default="confirmed", description="illustrative where the paper does not name it")


class Programme(Part):
    """What one paper says of one programme; papers in force are put together part by part."""

    programme: str
    title: Said
    clause: Clause
    unit: Literal["household", "person"] | None = None
    population: str | None = None
    period: Literal["month", "term", "year", "once"] | None = None
    fund: str | None = None
    procedure: str | None = None
    inputs: tuple[Input, ...] = ()
    history: tuple[Remembered, ...] = ()
    formulas: tuple[NamedFormula, ...] = ()
    tables: tuple[Table, ...] = ()
    amount: Amount | None = None
    contradicted_by: tuple[Contradiction, ...] = ()


class Limit(Part):
    count: int = Field(ge=0)
    unit: Days
    after: str = Field(description="the step from whose day it runs; that day is not counted")
    status: Status = Field(default="confirmed", description="illustrative where the paper names no figure")


class Step(Part):
    step: str
    by: str
    clause: Clause
    zh: str
    en: str
    start_within: Limit | None = None
    finish_within: Limit | None = None
    people: int = Field(default=1, ge=1)
    evidence: tuple[str, ...] = ()
    shows: tuple[str, ...] = Field(default=(), description="what a public notice says, and nothing else")
    stands: Limit | None = Field(default=None, description="how long a public notice stands")
    share: str | None = Field(default=None, description="a parameter: the part of cases looked at")
    when: str | None = Field(default=None, description="when the step is owed, in plain words")


class Procedure(Part):
    procedure: str
    title: Said
    clause: Clause
    steps: tuple[Step, ...] = Field(min_length=1)
    whole: Limit | None = Field(default=None, description="from acceptance to decision")
    hard: Limit | None = Field(default=None, description="the same in hard cases")
    review_months: int | None = None
    review_months_unstable: int | None = None


class Duty(Part):
    """A service owed: so many a period to whom."""

    duty: str
    to: str
    by: str
    count: int = Field(ge=1)
    period: Literal["month", "quarter", "term", "year", "once"]
    clause: Clause
    zh: str
    en: str
    soft: bool = Field(default=False, description="力争, 原则上, 鼓励: measured and flagged, never blocking")
    status: Status = Field(default="confirmed", description="illustrative where the paper names no period")


class Referral(Part):
    referral: str
    sender: str = Field(alias="from")
    to: str | None = Field(description="the department; none: the district names it")
    reply_within: Limit | None = None
    clause: Clause
    zh: str
    en: str


class Example(Part):
    """Inputs → outcome. `on`: the day of decision; `with`: other papers it is decided together with."""

    name: str
    on: date
    inputs: dict[str, object]
    row: str
    amount: str
    admitted: tuple[int, ...] | None = Field(
        default=None, description="where the row admits some: their places in the list, from 1"
    )
    outputs: dict[str, object] = Field(default_factory=dict)


class Examples(Part):
    programme: str
    together_with: tuple[str, ...] = Field(default=(), alias="with", description="ids of other papers")
    base: dict[str, object] = Field(default_factory=dict, description="inputs where an example says nothing")
    examples: tuple[Example, ...] = Field(min_length=1)


class Identity(Part):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    language: int
    number: str = Field(description="文号; the law's name where it has none")
    title: str
    issuers: tuple[str, ...] = Field(min_length=1)
    in_force: InForce
    status: Status
    supersedes: tuple[str, ...] = Field(
        default=(), description="ids; their parts end with this paper's start"
    )
    amends: tuple[str, ...] = Field(
        default=(), description="ids; where both define a part, this one's counts"
    )
    pending: Literal["finish_old", "switch_at_next_step"]
    outline: dict[str, str] = Field(min_length=1, description="clause → what it is about")
    notes: tuple[str, ...] = ()


class Paper(Part):
    """Everything a paper says, in one value; its canonical text is what is published."""

    identity: Identity
    parameters: tuple[Parameter, ...] = ()
    programmes: tuple[Programme, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    duties: tuple[Duty, ...] = ()
    referrals: tuple[Referral, ...] = ()
    examples: tuple[Examples, ...] = ()
