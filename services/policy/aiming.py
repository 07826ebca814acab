"""Finding, for many cases at once, where turning one input makes a comparison change: by halving, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from duckdb import DuckDBPyConnection
from sqlglot import exp

from services.policy.definition import Definition
from services.policy.paper import Input
from services.policy.sql.inputs import givens, put_stored, quoted
from services.policy.sql.statement import Building, called
from services.policy.sql.thresholds import POSITION, Distance
from services.policy.sql.writing import Sql, all_of, binary, call, case, cast, column, day, field, whole

CASES, STATE, TRIED = "aim/cases", "aim/state", "aim/tried"
DISTANCE, KNOB, TRY = "aim/distance", "aim/knob", "aim/try"


@dataclass(frozen=True, slots=True)
class Knob:
    """An input (`field`: of one of its records) and the whole numbers it may be turned to; `origin`: of a date, the
    day that 0 stands for."""

    input: str
    field: str | None
    low: int
    high: int
    origin: date | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """`distance`: its place among the distances. `position`: of the record, from 1."""

    distance: int
    knob: Knob
    position: int


class Search:
    """`begin` with the cases, ask which aims are `changing`, then for the `meeting_points` of some of them."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        definition: Definition,
        building: Building,
        distances: Sequence[Distance],
        knobs: list[Knob],
    ) -> None:
        self.connection = connection
        self.definition = definition
        self.knobs = knobs
        asked = case(
            [
                (binary(exp.EQ, column(DISTANCE), whole(at)), cast(one.sql, "HUGEINT"))
                for at, one in enumerate(distances)
            ],
            exp.Null(),
        )
        besides = (DISTANCE, POSITION, TRY)
        found = [column("id"), column(TRY), called("reached", binary(exp.GTE, asked, whole(0)))]
        self.tried = building.over_steps(TRIED, found, besides).sql("duckdb")
        self.trying = self._turned().sql("duckdb")

    def begin(self, cases: Sequence[Mapping[str, object]]) -> None:
        """`cases` as `sql.inputs.storing` makes them."""
        put_stored(self.connection, CASES, self.definition, cases)

    def changing(self, aims: Mapping[int, Aim]) -> set[int]:
        """The cases whose comparison changes between the two ends of the knob."""
        self._state(aims)
        low, high = self._reached("low"), self._reached("high")
        return {place for place in aims if low[place] is not None and low[place] is not high[place]}

    def meeting_points(self, aims: Mapping[int, Aim]) -> dict[int, int]:
        """For each case the last point before its comparison changes; all of them must be changing."""
        self._state(aims)
        reached = [place for place, one in self._reached("low").items() if one]
        self._execute(f"UPDATE {quoted(STATE)} SET at_low = id IN (SELECT unnest(?::BIGINT[]))", [reached])
        rounds = max(((one.knob.high - one.knob.low).bit_length() for one in aims.values()), default=0)
        for _ in range(rounds):
            self._halve()
        return dict(self._execute(f"SELECT id, low FROM {quoted(STATE)} ORDER BY id").fetchall())

    def _execute(self, sql: str, parameters: list[Any] | None = None) -> DuckDBPyConnection:
        return self.connection.execute(sql, parameters)

    def _state(self, aims: Mapping[int, Aim]) -> None:
        place = {knob: at for at, knob in enumerate(self.knobs)}
        rows = [
            [at, one.distance, place[one.knob], one.position, one.knob.low, one.knob.high]
            for at, one in aims.items()
        ]
        self._execute(
            f"CREATE OR REPLACE TABLE {quoted(STATE)} AS SELECT one[1] AS id, one[2] AS {quoted(DISTANCE)}, "
            f"one[3] AS {quoted(KNOB)}, one[4] AS {quoted(POSITION)}, one[5] AS low, one[6] AS high, "
            f"false AS at_low, low AS {quoted(TRY)} FROM (SELECT unnest(?::BIGINT[][]) AS one)",
            [rows],
        )

    def _reached(self, end: str) -> dict[int, bool | None]:
        self._execute(f"UPDATE {quoted(STATE)} SET {quoted(TRY)} = {end}")
        self._execute(f"CREATE OR REPLACE TABLE {quoted(TRIED)} AS {self.trying}")
        return {place: reached for place, _, reached in self._execute(self.tried).fetchall()}

    def _halve(self) -> None:
        """`low` stays on its side of the change, `high` on the other."""
        self._execute(f"UPDATE {quoted(STATE)} SET {quoted(TRY)} = (low + high) // 2")
        self._execute(f"CREATE OR REPLACE TABLE {quoted(TRIED)} AS {self.trying}")
        self._execute(
            f"CREATE OR REPLACE TABLE {quoted(STATE)} AS SELECT s.* REPLACE ("
            f"CASE WHEN t.reached = s.at_low THEN s.{quoted(TRY)} ELSE s.low END AS low, "
            f"CASE WHEN t.reached = s.at_low THEN s.high ELSE s.{quoted(TRY)} END AS high) "
            f"FROM {quoted(STATE)} s JOIN ({self.tried}) t ON s.id = t.id"
        )

    def _turned(self) -> exp.Select:
        """The cases with what each knob says in place of its input."""
        columns = [called(name, self._input(name, given)) for name, given in givens(self.definition).items()]
        ids = exp.column("id", table="c")
        besides = [column(name) for name in (DISTANCE, POSITION, TRY)]
        found = exp.select(ids, *columns, *besides).from_(
            exp.alias_(exp.to_table(quoted(CASES)), "c", table=True)
        )
        return found.join(
            exp.alias_(exp.to_table(quoted(STATE)), "s", table=True),
            on=binary(exp.EQ, ids, exp.column("id", table="s")),
        )

    def _input(self, name: str, given: object) -> Sql:
        turned = {knob.field: (at, knob) for at, knob in enumerate(self.knobs) if knob.input == name}
        if not turned:
            return column(name)
        if not (isinstance(given, Input) and given.type == "list"):
            at, knob = turned[None]
            return case([(binary(exp.EQ, column(KNOB), whole(at)), _said(knob))], column(name))
        fields: list[Sql] = []
        for one in given.fields:
            kept: Sql = field("m", one.name)
            if one.name in turned:
                at, knob = turned[one.name]
                here = [
                    binary(exp.EQ, column(KNOB), whole(at)),
                    binary(exp.EQ, column("at"), column(POSITION)),
                ]
                kept = case([(all_of(here), _said(knob))], kept)
            fields.append(exp.PropertyEQ(this=exp.to_identifier(one.name, quoted=True), expression=kept))
        rows = [exp.to_identifier("m", quoted=True), exp.to_identifier("at", quoted=True)]
        return call(
            "list_transform", column(name), exp.Lambda(this=call("struct_pack", *fields), expressions=rows)
        )


def _said(knob: Knob) -> Sql:
    if knob.origin is None:
        return column(TRY)
    return binary(exp.Add, day(knob.origin), cast(column(TRY), "INTEGER"))
