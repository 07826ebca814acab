"""The months of one programme, one after another: every case that is laid out decided three times, as sets.

A case is in a run while the rule admits it: from a decision that admits it until a month that does not; then not before
another decision. Sums are those that the rule gives, on the first day of each month.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from duckdb import DuckDBPyConnection

from events.assistance import BASIC_LIVING
from services.history.audit.admission import TAPER
from services.history.audit.rows import said
from services.history.audit.story import first_of_next_month
from services.history.whatif import aid, deciding
from services.history.whatif.answer import Answer, Judged
from services.history.whatif.deciding import HISTORY, OF_LOG, OWN, RUNS
from services.history.whatif.laying import Asking, Laying
from services.history.whatif.papers import Compared
from services.policy.rule import Rule
from services.policy.sql.inputs import quoted

STATE = 'id BIGINT, episode BIGINT, before BOOLEAN, "after" BOOLEAN, static BOOLEAN, refused BOOLEAN, linked VARCHAR'
"""Of a case that counts: on which facts it was last asked; in which runs it is; whether nothing could be said of it
when it was decided under the other papers; what it is told otherwise because of other programmes."""


@dataclass(frozen=True, slots=True)
class Walk:
    connection: DuckDBPyConnection
    papers: Compared
    laying: Laying
    answer: Answer
    statements: deciding.Statements
    programme: str
    sample: int
    """How many the interpreter decides, too, of all programmes together."""

    def begin(self, since: date) -> None:
        """What was decided and paid before the first month is as it is in the log."""
        sql = self.connection.execute
        sql(f"CREATE OR REPLACE TABLE state ({STATE})")
        sql(
            "INSERT INTO state SELECT number, episode, in_aid, in_aid, in_aid, false, NULL FROM at_first WHERE programme = ?",
            [self.programme],
        )
        for name in (OF_LOG, OWN):
            deciding.months_table(self.connection, name)
        earlier = sql(
            "SELECT DISTINCT month FROM paid JOIN cases USING (number) WHERE programme = ? AND month < ? ORDER BY month",
            [self.programme, since],
        ).fetchall()
        for (month,) in earlier:
            for name in (OF_LOG, OWN):
                deciding.pay(self.connection, name, month, self._paid(month))

    def month(self, month: date, sample: int) -> None:
        """`sample`: how many the interpreter decides, too, of each run and each set of decisions."""
        rules = self.papers.rules(self.programme, month)
        self._decide(month, sample)
        linked = self._linked(month, rules["after"])
        self._admit(month, linked)
        for run in RUNS:
            self._answer(run, rules[run], month, self._facts(run, rules[run], month, linked), sample)
        self._tell(month, rules)
        self._pay(month)
        self._go_on()

    # -- who is in it --------------------------------------------------------------------------------

    def _counting(self, month: date) -> str:
        return f"e.programme = '{self.programme}' AND e.since <= DATE '{month}' AND e.until > DATE '{month}'"

    def _decide(self, month: date, sample: int) -> None:
        """Cases with new facts, decided on the day of their decision: as the table `admitted`."""
        sql = self.connection.execute
        sql(
            "CREATE OR REPLACE TABLE admitted (episode BIGINT, run VARCHAR, eligible BOOLEAN, refused BOOLEAN)"
        )
        sql(
            "CREATE OR REPLACE TABLE newly AS SELECT e.number AS id, e.episode, e.day, e.members, e.stated FROM episodes e"
            f" LEFT JOIN state s ON s.id = e.number WHERE {self._counting(month)} AND e.decision IS NOT NULL"
            " AND s.episode IS DISTINCT FROM e.episode"
        )
        days = [day for (day,) in sql("SELECT DISTINCT day FROM newly ORDER BY day").fetchall()]
        for group in self._alike(days):
            rules = self.papers.rules(self.programme, group[0])
            chosen = ", ".join(f"DATE '{day}'" for day in group)
            sql(f"CREATE OR REPLACE VIEW asking AS FROM newly WHERE day IN ({chosen})")
            linked = self._link(rules["after"])
            for run in RUNS:
                source = "SELECT f.*, f.day AS decision_day FROM {} f JOIN asking USING (episode)"
                facts = self._view(run, rules[run], source, linked)
                self._answer(run, rules[run], first_of_next_month(group[0]), facts, sample)
                sql(
                    f"INSERT INTO admitted SELECT n.episode, '{run}', coalesce(said.eligible, false), said.id IS NULL"
                    f" FROM asking n LEFT JOIN {_said(run)} said ON said.id = n.id"
                )
            self._judge()

    def _alike(self, days: Iterable[date]) -> Iterable[list[date]]:
        """Days on which the same rules hold and that decide for the same month."""
        groups: dict[tuple[object, ...], list[date]] = {}
        for day in days:
            rules = self.papers.rules(self.programme, day).values()
            same = tuple(None if rule is None else id(rule.definition.constants) for rule in rules)
            groups.setdefault((first_of_next_month(day), *same), []).append(day)
        return groups.values()

    def _judge(self) -> None:
        """Decisions of the log held against what the papers of their day give again."""
        found = self.connection.execute(
            'SELECT c."case", e.decision, e.departs, said.id IS NULL, said.eligible IS NOT DISTINCT FROM e.eligible'
            ' AND said.amount_fen = e.amount_fen AND list_contains(e.rows, said."row")'
            " FROM asking n JOIN episodes e USING (episode) JOIN cases c ON c.number = e.number"
            f" LEFT JOIN {_said('before')} said ON said.id = n.id ORDER BY n.episode"
        )
        for case, decision, departs, refused, same in found.fetchall():
            self.answer.judge(Judged(UUID(decision), UUID(case), departs), refused, bool(same))

    def _admit(self, month: date, linked: list[str]) -> None:
        """Who is told otherwise than a month before because of another programme is asked anew, as by itself."""
        runs = ", ".join(
            f"CASE WHEN s.episode = e.episode THEN s.{quoted(run)} ELSE e.decision IS NULL OR coalesce({run}_.eligible, false) END"
            f" {'OR l.told IS DISTINCT FROM s.linked' if run == 'after' else ''} AS {quoted(run)}"
            for run in RUNS
        )
        joins = " ".join(
            f"LEFT JOIN admitted {run}_ ON {run}_.episode = e.episode AND {run}_.run = '{run}'"
            for run in RUNS
        )
        told = "concat_ws(',', " + ", ".join(f"'{name}', {quoted(name)}" for name in linked) + ")"
        link = f"(SELECT id, {told if linked else 'NULL::VARCHAR'} AS told FROM linked)"
        self.connection.execute(
            f"CREATE OR REPLACE TABLE state AS SELECT e.number AS id, e.episode, {runs},"
            " coalesce(after_.refused, false) AS refused, l.told AS linked"
            f" FROM episodes e LEFT JOIN state s ON s.id = e.number {joins} LEFT JOIN {link} l ON l.id = e.number"
            f" WHERE {self._counting(month)}"
        )

    # -- decided -------------------------------------------------------------------------------------

    def _linked(self, month: date, rule: Rule | None) -> list[str]:
        self.connection.execute(
            f"CREATE OR REPLACE VIEW asking AS SELECT e.number AS id, DATE '{month}' AS day, e.members, e.stated"
            f" FROM episodes e WHERE {self._counting(month)}"
        )
        return self._link(rule)

    def _link(self, rule: Rule | None) -> list[str]:
        """As the table `linked`, who of `asking` is told otherwise under the other papers."""
        if rule is not None and aid.asks(rule.definition.inputs):
            return aid.linked(self.connection, rule.definition.inputs)
        self.connection.execute("CREATE OR REPLACE TABLE linked (id BIGINT)")
        return []

    def _facts(self, run: str, rule: Rule | None, month: date, linked: list[str]) -> str:
        source = (
            f"SELECT f.*, DATE '{month}' AS decision_day FROM {{}} f JOIN state s ON s.id = f.id AND s.{quoted(run)}"
            f" WHERE f.since <= DATE '{month}' AND f.until > DATE '{month}'"
        )
        return self._view(run, rule, source, linked)

    def _view(self, run: str, rule: Rule | None, source: str, linked: list[str]) -> str:
        """The facts of a run, by the name of a view; `source`: a SELECT with a gap for the table."""
        if rule is None:
            return ""
        asking = self.laying.askings.of(rule.definition)
        if run == "after" and linked:
            told = ", ".join(f"coalesce(l.{quoted(one)}, f.{quoted(one)}) AS {quoted(one)}" for one in linked)
            source = f"SELECT f.* REPLACE ({told}) FROM ({source}) f LEFT JOIN linked l USING (id)"
        self.connection.execute(f"CREATE OR REPLACE VIEW facts AS {source.format(self._table(asking))}")
        return "facts"

    def _table(self, asking: Asking) -> str:
        self.laying.make(asking)
        return quoted(asking.table)

    def _answer(self, run: str, rule: Rule | None, month: date, facts: str, sample: int) -> None:
        answers = f"said_{run}"
        if rule is None:
            deciding.no_answers(self.connection, answers)
            return
        self.answer.decided += deciding.answer_month(
            self.connection, self.statements, rule, month, facts, HISTORY[run], answers
        )
        most = min(sample, self.sample - self.answer.sampled)
        drawn = deciding.draw(self.connection, answers, self.answer.seed, most)
        deciding.agree(self.connection, rule.definition, lambda day: self._rule(run, day), answers, drawn)
        self.answer.sampled += len(drawn)

    def _rule(self, run: str, day: date) -> Rule:
        """Of a day on which there is one."""
        rule = self.papers.rules(self.programme, day)[run]
        assert rule is not None, "it has just been applied"
        return rule

    # -- told ----------------------------------------------------------------------------------------

    def _paid(self, month: date) -> str:
        return (
            "SELECT number AS id, amount_fen, route FROM paid JOIN cases USING (number)"
            f" WHERE programme = '{self.programme}' AND month = DATE '{month}'"
        )

    def _tell(self, month: date, rules: Mapping[str, Rule | None]) -> None:
        """A line a case; what was paid to a case that nobody may be asked about is a line, too."""
        on = f"DATE '{month}'"
        brings_no_money = all(rule is None or said(rule, "fund") is None for rule in rules.values())
        unsaid = {
            run: "false" if rules[run] is None else f"(s.{quoted(run)} AND {run}_.id IS NULL)" for run in RUNS
        }
        code = (
            "''"
            if brings_no_money
            else f"""CASE
         WHEN CASE WHEN before_.eligible THEN p.amount_fen = before_.amount_fen AND p.route = before_.route
          ELSE p.id IS NULL END THEN ''
         WHEN e.fixed OR p.route = 'officer' THEN 'officer'
         WHEN {unsaid["before"]} THEN 'input-unknown'
         WHEN e.number IN (SELECT number FROM reviews WHERE (opened <= {on} AND (closed IS NULL OR closed > {on}))
          OR date_trunc('month', opened) = {on}) THEN 'review-open'
         WHEN e.number IN (SELECT number FROM decided_later WHERE day <= {on} AND since > {on}) THEN 'decided-later'
         WHEN p.id IS NULL AND c.ended_by_rule <= {on} THEN 'not-asked-again'
         ELSE 'unexplained' END"""
        )
        basic = self.programme in BASIC_LIVING
        columns = {
            "month": on, "programme": "c.programme", "township": "e.township", "case": 'c."case"',
            "household": "c.household", "applicant": "c.applicant", "recorded_fen": "coalesce(p.amount_fen, 0)",
            **_of("before"), **_of("after"), "static_fen": "coalesce(static_.amount_fen, 0)",
            "code": f"CASE WHEN code = '' AND (s.refused OR {unsaid['after']}) THEN 'input-unknown' ELSE code END",
            "number": "e.number", "episode": "e.episode",
            "for_before": _for("before") if basic else "NULL", "for_after": _for("after") if basic else "NULL",
        }  # fmt: skip
        self.connection.execute(
            f"INSERT INTO lines BY NAME SELECT {', '.join(f'{value} AS {quoted(name)}' for name, value in columns.items())}"
            " FROM state s JOIN episodes e ON e.episode = s.episode JOIN cases c ON c.number = e.number"
            f" LEFT JOIN ({self._paid(month)}) p ON p.id = e.number"
            f" {' '.join(f'LEFT JOIN {_said(run)} {run}_ ON {run}_.id = e.number' for run in RUNS)},"
            f" LATERAL (SELECT {code} AS code)"
        )
        self.connection.execute(
            f"""INSERT INTO lines BY NAME SELECT {on} AS month, c.programme, c.township, c."case", c.household, c.applicant,
            p.amount_fen AS recorded_fen, false AS before, 0 AS before_fen, '' AS row_before, false AS "after",
            0 AS after_fen, '' AS row_after, 0 AS static_fen, 'unexplained' AS code, 0 AS people_before, 0 AS people_after,
            c.number FROM ({self._paid(month)}) p JOIN cases c ON c.number = p.id ANTI JOIN state s ON s.id = p.id"""
        )

    def _pay(self, month: date) -> None:
        deciding.pay(
            self.connection,
            OF_LOG,
            month,
            f"SELECT p.* FROM ({self._paid(month)}) p SEMI JOIN state USING (id)",
        )
        own = f"SELECT id, amount_fen, route FROM {_said('after')} WHERE amount_fen > 0"
        deciding.pay(self.connection, OWN, month, own)

    def _go_on(self) -> None:
        runs = ", ".join(
            f"s.{quoted(run)} AND coalesce({run}_.eligible, false) AS {quoted(run)}" for run in RUNS
        )
        joins = " ".join(f"LEFT JOIN {_said(run)} {run}_ ON {run}_.id = s.id" for run in RUNS)
        self.connection.execute(
            f"CREATE OR REPLACE TABLE state AS SELECT s.id, s.episode, {runs}, false AS refused, s.linked FROM state s {joins}"
        )


def _said(run: str) -> str:
    return quoted(f"said_{run}")


def _of(run: str) -> dict[str, str]:
    """Columns of what a run says: whether it is admitted, with which sum, by which row, and for how many."""
    one, admits = f"{run}_", f"coalesce({run}_.eligible, false)"
    people = (
        f"CASE WHEN NOT {admits} THEN 0 WHEN {one}.admitted IS NOT NULL THEN len(list_filter({one}.admitted, lambda x: x))"
        f" WHEN {one}.route = '{TAPER}' AND len(e.tapered) > 0 THEN len(e.tapered) ELSE len(e.members) END"
    )
    return {
        run: admits, f"{run}_fen": f"coalesce({one}.amount_fen, 0)", f"row_{run}": f"coalesce({one}.\"row\", '')",
        f"people_{run}": people,
    }  # fmt: skip


def _for(run: str) -> str:
    """Whom it is for, where not for all of the family."""
    one = f"{run}_"
    return (
        f"CASE WHEN {one}.admitted IS NOT NULL THEN list_where(e.family, {one}.admitted[:len(e.family)])"
        f" WHEN {one}.route = '{TAPER}' AND len(e.tapered) > 0 THEN e.tapered END"
    )
