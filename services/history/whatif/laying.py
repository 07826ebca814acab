"""What cases rested on, laid out in DuckDB a few thousand cases at a time: a row an episode, a column an input. Whole fen.

| table | a row |
|---|---|
| `cases` | a case, by its number |
| `episodes` | the facts that count of a case in the months from `since` until `until` (a day that does not belong to them) |
| `facts …` | the inputs of an episode, as one set of them asks; none where something is missing or out of range |
| `paid`, `reviews`, `decided_later` | what the log paid; when a review was open; sums decided for a later month |
| `at_first` | on which episode, and whether in aid, a case stood before the first month |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from services.history.audit.admission import family
from services.history.whatif.facts import Case, Episode
from services.history.whatif.papers import Compared
from services.policy.definition import Definition
from services.policy.language.intake import Asked
from services.policy.paper import Input
from services.policy.sql.inputs import column_type, quoted, refused, storing

TABLES = {
    "cases": 'number BIGINT, "case" VARCHAR, programme VARCHAR, household VARCHAR, applicant VARCHAR, township VARCHAR,'
    " ended_by_rule DATE",
    "episodes": "number BIGINT, episode BIGINT, programme VARCHAR, since DATE, until DATE, day DATE, township VARCHAR,"
    " members VARCHAR[], family VARCHAR[], tapered VARCHAR[], stated VARCHAR[], fixed BOOLEAN, decision VARCHAR,"
    " eligible BOOLEAN, amount_fen BIGINT, rows VARCHAR[], departs BOOLEAN",
    "paid": "number BIGINT, month DATE, amount_fen BIGINT, route VARCHAR",
    "reviews": "number BIGINT, opened DATE, closed DATE",
    "decided_later": "number BIGINT, day DATE, since DATE",
    "at_first": "number BIGINT, episode BIGINT, programme VARCHAR, in_aid BOOLEAN",
}
ARROW = {"boolean": pa.bool_(), "date": pa.date32(), "choice": pa.string()}
_TYPES = {"BIGINT": pa.int64(), "DATE": pa.date32(), "BOOLEAN": pa.bool_(), "VARCHAR": pa.string(),
          "VARCHAR[]": pa.list_(pa.string())}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """The inputs of a definition, and the table in which they lie."""

    table: str
    inputs: Mapping[str, Input]


class Askings:
    """Of every programme the sets of inputs that its rules ask for, of whichever run and day; each has a table."""

    def __init__(self, papers: Compared) -> None:
        self._papers = papers
        self._known: dict[tuple[object, ...], Asking] = {}
        self._on: dict[tuple[str, date], tuple[Asking, ...]] = {}

    def of(self, definition: Definition) -> Asking:
        key = (definition.programme, *map(_shape, definition.inputs.values()))
        if key not in self._known:
            table = f"facts of {definition.programme} {len(self._known)}"
            self._known[key] = Asking(table, definition.inputs)
        return self._known[key]

    def on(self, programme: str, day: date) -> tuple[Asking, ...]:
        if (programme, day) not in self._on:
            rules = self._papers.rules(programme, day).values()
            found = {(one := self.of(rule.definition)).table: one for rule in rules if rule is not None}
            self._on[programme, day] = tuple(found.values())
        return self._on[programme, day]


def _shape(one: Input) -> str:
    """What makes a difference to how it lies, and to what is refused."""
    return one.model_dump_json(exclude={"en", "source", "clause", "unit"})


class Laying:
    """`months`: those that will be walked."""

    def __init__(self, connection: DuckDBPyConnection, papers: Compared, months: Sequence[date]) -> None:
        self._connection, self._papers, self._months = connection, papers, months
        self.askings = Askings(papers)
        self._cases = self._episodes = 0
        self._facts: set[str] = set()
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")

    def take(self, cases: Iterable[Case]) -> None:
        """Of what is paid by months; cases of anything else are left out."""
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
        facts: dict[str, tuple[Asking, list[tuple[Any, ...]]]] = {}
        for case in cases:
            if any(self._papers.monthly(case.programme, month) for month in self._months):
                self._case(case, rows, facts)
        for name, some in rows.items():
            names_types = [column.strip().rsplit(" ", 1) for column in TABLES[name].split(",")]
            self._insert(name, [_TYPES[kind] for _, kind in names_types], some)
        for asking, lines in facts.values():
            self._lay(asking, lines)

    def _case(
        self, case: Case, rows: dict[str, list[tuple[Any, ...]]],
        facts: dict[str, tuple[Asking, list[tuple[Any, ...]]]],
    ) -> None:  # fmt: skip
        self._cases += 1
        number, programme = self._cases, case.programme
        ids = map(str, (case.household, case.applicant))
        rows["cases"].append((number, str(case.id), programme, *ids, case.story.township, case.ended_by_rule))
        rows["paid"] += [(number, month, fen, route) for month, (fen, route) in case.paid.items()]
        rows["reviews"] += [(number, *review) for review in case.reviews]
        rows["decided_later"] += [
            (number, one.day, one.since) for one in case.episodes if one.day < one.since
        ]
        before = (self._months[0] - timedelta(days=1)).replace(day=1)
        first = case.episode(before)
        for episode, since, until in case.spans():
            self._episodes += 1
            if episode is first:
                rows["at_first"].append((number, self._episodes, programme, case.in_aid(before)))
            if until <= self._months[0] or since > self._months[-1]:
                continue
            rows["episodes"].append(_episode(number, self._episodes, programme, episode, since, until))
            place = (number, self._episodes, since, until, episode.day)
            for asking in self._asked(programme, episode, since, until, episode is not first):
                lines = facts.setdefault(asking.table, (asking, []))[1]
                lines.append((*place, episode.inputs(asking.inputs)))

    def _asked(
        self, programme: str, episode: Episode, since: date, until: date, decided: bool
    ) -> Iterable[Asking]:
        days = [
            month
            for month in self._months
            if since <= month < until and self._papers.monthly(programme, month)
        ]
        if decided and episode.recorded is not None:
            days.append(episode.day)
        return {one.table: one for day in days for one in self.askings.on(programme, day)}.values()

    def _insert(self, table: str, types: Sequence[pa.DataType], rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        columns = zip(zip(*rows, strict=True), types, strict=True)
        laid = pa.table({f"c{at}": pa.array(column, kind) for at, (column, kind) in enumerate(columns)})
        self._connection.register("laid", laid)
        self._connection.execute(f"INSERT INTO {table} FROM laid")
        self._connection.unregister("laid")

    def _lay(self, asking: Asking, lines: Sequence[tuple[Any, ...]]) -> None:
        *places, inputs = zip(*lines, strict=True)
        kinds = (pa.int64(), pa.int64(), pa.date32(), pa.date32(), pa.date32())
        names = ("id", "episode", "since", "until", "day")
        arrays = [pa.array(column, kind) for column, kind in zip(places, kinds, strict=True)]
        self.make(asking)
        lay(self._connection, asking.table, asking.inputs, dict(zip(names, arrays, strict=True)), inputs)

    def make(self, asking: Asking) -> None:
        """Its table, empty, if there is none."""
        if asking.table not in self._facts:
            self._connection.execute(
                f"CREATE TABLE {quoted(asking.table)}"
                f" (id BIGINT, episode BIGINT, since DATE, until DATE, day DATE{columns(asking.inputs)})"
            )
            self._facts.add(asking.table)


def _episode(number: int, id: int, programme: str, one: Episode, since: date, until: date) -> tuple[Any, ...]:
    said = one.recorded
    decision = (None,) * 5 if said is None else (
        str(said.event), said.eligible, said.amount_fen, said.rows, said.departs
    )  # fmt: skip
    of = family(one.inquiry, one.story.admitted, one.members)
    people = (list(map(str, some)) for some in (one.members, of.people, of.before))
    stated = list(one.story.stated)
    return number, id, programme, since, until, one.day, one.township, *people, stated, one.fixed, *decision


def lay(
    connection: DuckDBPyConnection,
    table: str,
    asked: Mapping[str, Input],
    places: Mapping[str, pa.Array],
    cases: Sequence[Mapping[str, object]],
) -> None:
    """The inputs of cases, beside what places each, into a table that is there (`columns`); who lacks an input, or has
    one out of range, is left out."""
    laid = pa.table([*places.values(), *columns_of(asked, cases)], [*places, *asked])
    connection.register("laid", laid)
    connection.execute(f"INSERT INTO {quoted(table)} FROM laid WHERE NOT ({refused(asked).sql('duckdb')})")
    connection.unregister("laid")


def columns(asked: Mapping[str, Input]) -> str:
    """Of a table, one an input, as SQL."""
    return "".join(f", {quoted(name)} {column_type(one)}" for name, one in asked.items())


def columns_of(asked: Mapping[str, Input], cases: Sequence[Mapping[str, object]]) -> Iterator[pa.Array]:
    """Each input of all cases, as `storing` makes it; what nobody knew or cannot be read is null."""
    for name, one in asked.items():
        values = [case.get(name) for case in cases]
        yield _records(one, values) if one.type == "list" else _column(one, values)


def _column(one: Asked, values: Sequence[object]) -> pa.Array:
    kind = ARROW.get(one.type, pa.int64())
    if one.type in ARROW:
        fits = {"boolean": bool, "date": date, "choice": str}[one.type]
        return pa.array([value if isinstance(value, fits) else None for value in values], kind)
    store = storing(one)
    try:
        return pa.array([None if value is None else store(value) for value in values], kind)
    except (TypeError, ValueError, ArithmeticError, pa.ArrowException):
        return pa.array([_one(store, value) for value in values], kind)


def _one(store: Any, value: object) -> int | None:
    """Of a column in which something is wrong."""
    try:
        stored = store(value)
        return stored if isinstance(stored, int) and abs(stored) < 2**63 else None
    except (TypeError, ValueError, ArithmeticError):
        return None


def _records(one: Input, values: Sequence[object]) -> pa.Array:
    """A list a case, its fields as columns. A record that lacks a field has a null there, which is refused."""
    lists = [value if isinstance(value, list | tuple) else None for value in values]
    ends, records = [0], list[Mapping[str, object]]()
    for value in lists:
        records += [record if isinstance(record, Mapping) else {} for record in value or ()]
        ends.append(len(records))
    fields = [_column(part, [record.get(part.name) for record in records]) for part in one.fields]
    inner = pa.StructArray.from_arrays(fields, [part.name for part in one.fields])
    nothing = pa.array([value is None for value in lists])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), inner, mask=nothing)
