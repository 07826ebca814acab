"""What came of it: a line a case and month in DuckDB, and the tables that are asked of them. Whole fen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from duckdb import DuckDBPyConnection

from services.history import csv_file
from services.history.audit.admission import TAPER
from services.history.whatif.deciding import Said
from services.history.whatif.facts import Case, Episode

CODES: Mapping[str, tuple[str, str]] = {
    "officer": ("经办人员另行决定并说明理由", "an officer decided otherwise, and said why"),
    "review-open": ("复核期间按原定金额发放", "the sum stood while a review was open"),
    "decided-later": ("已决定的新金额尚未开始执行", "another sum was decided that begins later"),
    "not-asked-again": ("已停发，之后未再申请", "it had ended, and nobody asked again"),
    "input-unknown": ("规则所需信息当时无人掌握", "nobody knew what the rule asks for"),
    "unexplained": ("无法解释", "unexplained"),
}
"""Why the log has another sum than the papers in force give; `input-unknown` also of the other papers."""

COST = """SELECT month, programme, township, sum(recorded_fen) AS recorded_fen, sum(before_fen) AS before_fen,
 sum(after_fen) AS after_fen, sum(static_fen) AS static_fen, sum(after_fen - before_fen) AS difference_fen,
 count(*) FILTER (before) AS cases_before, count(*) FILTER ("after") AS cases_after,
 sum(people_before) AS people_before, sum(people_after) AS people_after
 FROM lines GROUP BY ALL ORDER BY ALL"""
MOVES = """SELECT programme, row_before, row_after, count(DISTINCT "case") AS cases, count(*) AS months,
 sum(after_fen - before_fen) AS difference_fen FROM lines
 WHERE (row_before <> row_after AND (before OR "after")) OR before_fen <> after_fen GROUP BY ALL
 ORDER BY programme, abs(sum(after_fen - before_fen)) DESC, row_before, row_after"""
FAMILIES = """SELECT household, applicant, "case", programme, last(township ORDER BY month) AS township,
 CASE WHEN sum(after_fen - before_fen) > 0 THEN 'gains' WHEN sum(after_fen - before_fen) < 0 THEN 'loses'
 WHEN count(*) FILTER ("after") > count(*) FILTER (before)
 OR sum(people_after) > sum(people_before) THEN 'gains' ELSE 'loses' END AS outcome,
 sum(before_fen) AS before_fen, sum(after_fen) AS after_fen, sum(static_fen) AS static_fen,
 sum(after_fen - before_fen) AS difference_fen, min(month) AS first_month, max(month) AS last_month,
 max(people_before) AS people_before, max(people_after) AS people_after FROM lines
 WHERE before_fen <> after_fen OR before <> "after" OR people_before <> people_after GROUP BY household, applicant, "case", programme
 ORDER BY difference_fen DESC, "case" """
TOTALS = f"""SELECT programme, sum(recorded_fen) AS recorded_fen, sum(before_fen) AS before_fen, sum(after_fen) AS after_fen,
 sum(static_fen) AS static_fen, sum(after_fen - before_fen) AS difference_fen, coalesce(any_value(gain), 0) AS families_gain,
 coalesce(any_value(gained), 0) AS gained_fen, coalesce(any_value(lose), 0) AS families_lose, coalesce(any_value(lost), 0) AS lost_fen
 FROM lines LEFT JOIN (SELECT programme, count(*) FILTER (outcome = 'gains') AS gain,
  sum(difference_fen) FILTER (outcome = 'gains') AS gained, count(*) FILTER (outcome = 'loses') AS lose,
  -sum(difference_fen) FILTER (outcome = 'loses') AS lost FROM ({FAMILIES}) GROUP BY programme) USING (programme)
 GROUP BY programme ORDER BY programme"""
NAMED = f"""SELECT coalesce(n.name, '') AS name, f.* FROM ({FAMILIES}) f LEFT JOIN names n USING (applicant)
 ORDER BY f.difference_fen DESC, f."case" """
EXPLAINED = "SELECT code, count(*) AS months, count(DISTINCT \"case\") AS cases FROM lines WHERE code <> '' GROUP BY ALL ORDER BY ALL"
TABLES = {
    "totals": TOTALS,
    "cost": COST,
    "moves": MOVES,
    "families": FAMILIES,
    "explained": EXPLAINED,
    "months": 'SELECT * EXCLUDE (number, episode, for_before, for_after) FROM lines ORDER BY month, programme, "case"',
}
FORMATS = ("csv", "parquet", "xlsx")


@dataclass(frozen=True, slots=True)
class Line:
    """`recorded_fen`: by the log; `before`: whether the papers in force admit it, with sum and row; `after`: the others."""

    month: date
    programme: str
    township: str
    case: str
    household: str
    applicant: str
    recorded_fen: int
    before: bool
    before_fen: int
    row_before: str
    after: bool
    after_fen: int
    row_after: str
    static_fen: int
    code: str
    people_before: int
    people_after: int

    @classmethod
    def of(
        cls,
        month: date,
        case: Case,
        episode: Episode,
        recorded: int,
        said: Mapping[str, Said],
        code: str,
    ) -> Line:
        before, after = said["before"], said["after"]
        township = episode.township
        return cls(
            month, case.programme, township, str(case.id), str(case.household), str(case.applicant), recorded,
            before.eligible, before.amount_fen, before.row, after.eligible, after.amount_fen, after.row,
            said["static"].amount_fen, code, _people(before, episode), _people(after, episode),
        )  # fmt: skip


def _people(said: Said, episode: Episode) -> int:
    """How many of the family it is for: those admitted, who was admitted before where it is phased out, else all."""
    if not said.eligible:
        return 0
    if said.admitted is not None:
        return said.admitted
    return len((episode.story.admitted if said.route == TAPER else ()) or episode.members)


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision of the log, and whether it departs from the recommendation."""

    decision: UUID
    case: UUID
    departs: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision that the papers of its day do not give again."""

    decision: UUID
    case: UUID
    code: str


KINDS = {"month": "DATE", "recorded_fen": "BIGINT", "before_fen": "BIGINT", "after_fen": "BIGINT", "static_fen": "BIGINT",
         "people_before": "BIGINT", "people_after": "BIGINT",
         "before": "BOOLEAN", "after": "BOOLEAN"}  # fmt: skip


OF_MONTHS = "number BIGINT, episode BIGINT, for_before VARCHAR[], for_after VARCHAR[]"
"""Of what is paid by months, for `aid`: the case, its facts, and whom it is for by either run, where not for all."""


class Answer:
    """`decided`: how often a rule was applied to a month or a decision; `sampled`: of these, by the interpreter, too;
    `judged`: decisions of the log held against the papers of their day."""

    def __init__(self, connection: DuckDBPyConnection, seed: int, since: date, until: date) -> None:
        self.seed, self.since, self.until = seed, since, until
        self.decided = self.sampled = self.judged = self.unreadable = 0
        self.differences: list[Difference] = []
        self._connection = connection
        self._tables = dict(TABLES)
        columns = ", ".join(f'"{one.name}" {KINDS.get(one.name, "VARCHAR")}' for one in fields(Line))
        connection.execute(f"CREATE TABLE lines ({columns}, {OF_MONTHS})")

    def take(self, lines: Sequence[Line]) -> None:
        if lines:
            columns = [list(column) for column in zip(*map(astuple, lines), strict=True)]
            wanted = ", ".join(f'unnest(?) AS "{one.name}"' for one in fields(Line))
            self._connection.execute(f"INSERT INTO lines BY NAME SELECT {wanted}", columns)

    def judge(self, judged: Judged, refused: bool, same: bool) -> str:
        """Of a decision of the log, whether its papers give the same again, or nothing because of what nobody knew; gives
        the code of the difference, or nothing."""
        self.judged += 1
        if same:
            return ""
        code = "officer" if judged.departs else "input-unknown" if refused else "unexplained"
        self.differences.append(Difference(judged.decision, judged.case, code))
        return code

    @property
    def unexplained(self) -> int:
        """Decisions and months that nothing in the log explains; 0, or the log or this is wrong."""
        [(months,)] = self._connection.execute(
            "SELECT count(*) FROM lines WHERE code = 'unexplained'"
        ).fetchall()
        return int(months) + sum(one.code == "unexplained" for one in self.differences)

    def name(self, names: Mapping[UUID, str]) -> None:
        """A table more, `named`: the families with the names of who applied, for whoever may see them."""
        people = list(map(str, names))
        asked = "CREATE TABLE names AS SELECT unnest(?) AS applicant, unnest(?) AS name"
        self._connection.execute(asked, [people, list(names.values())])
        self._tables["named"] = NAMED

    @property
    def has_names(self) -> bool:
        return "named" in self._tables

    def table(self, name: str) -> list[dict[str, Any]]:
        """`totals`, `cost`, `moves`, `families`, `explained`, `months`, or `named`."""
        return list(self._rows(name))

    def count(self, name: str) -> int:
        """How many lines a table has."""
        [(lines,)] = self._connection.execute(f"SELECT count(*) FROM ({self._tables[name]})").fetchall()
        return int(lines)

    def _rows(self, name: str) -> Iterator[dict[str, Any]]:
        found = self._connection.execute(self._tables[name])
        names = [column[0] for column in found.description or ()]
        while batch := found.fetchmany(1000):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def write(self, folder: Path, format: str) -> list[Path]:
        """Each table as a file, or all as the sheets of one workbook, with names for nobody but the file's owner; gives what
        was written. ValueError for another format."""
        if format not in FORMATS:
            raise ValueError(f"{format}: csv, parquet or xlsx")
        folder.mkdir(parents=True, exist_ok=True)
        written = self._write(folder, format)
        if self.has_names:
            for path in written:
                path.chmod(0o600)
        return written

    def _write(self, folder: Path, format: str) -> list[Path]:
        if format == "xlsx":
            return [self._workbook(folder / "whatif.xlsx")]
        written = []
        for name, query in self._tables.items():
            path = folder / f"{name}.{format}"
            if format == "csv":
                csv_file.write(self._connection, query, str(path))
            else:
                self._connection.sql(query).write_parquet(str(path))
            written.append(path)
        return written

    def _workbook(self, path: Path) -> Path:
        from services.chassis import workbook  # here: slow to load, and seldom wanted

        sheets = [
            workbook.Sheet(name, self._columns(name), (row.values() for row in self._rows(name)))
            for name in self._tables
        ]
        workbook.write(path, *sheets)
        return path

    def _columns(self, name: str) -> list[str]:
        return [str(column[0]) for column in self._connection.execute(self._tables[name]).description or ()]
