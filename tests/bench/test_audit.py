"""Decisions worked out again from the log, beside a bare read-and-decode of the same cases."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from events import assistance as a
from events import registry as r
from events.ids import HouseholdId
from events.policy import PaperPublished
from services.chassis.clock import civil_date
from services.history.audit.columns.judging import judge
from services.history.audit.columns.laying import lay
from services.history.audit.columns.poor import Poor
from services.history.audit.columns.situations import Situations
from services.history.audit.deriving import recorded, text
from services.history.audit.everything import Summary, accounted, decisions, findings, rules
from services.history.audit.lean import LeanLog
from services.history.audit.rows import asked_by
from services.history.audit.swept import CATEGORIES, TOLD_OR_DECIDED, SweptLog
from services.history.lake.folder import Lake
from services.history.lake.reading import opened
from services.policy.reading import from_canonical
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook
from tests.bench.measuring import Samples, cpu_rate, interleaved
from tests.bench.report import Report
from tests.history.audited import EVERYTHING, Told, World
from tests.history.test_audit import the
from tests.history.test_audit_money import again

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

DECISIONS = int(os.environ.get("DOUDI_BENCH_DECISIONS", "2000"))
JUDGED = 200
TEXT = f"""`everything.rules` (`doudi audit all`) over {DECISIONS:,} grants, each of a family and with an income of its own: every
input derived once more from what was known, then the papers applied again, for the recommendation with every step on
the way, and for the grant. In seconds of the processor, of all threads together. From the sorted lake, as sets (*from
the lake*: all of it; *each more*: of the time by which that is longer than for {JUDGED} grants, what is done once for
all left out; *laid out*: from the files to typed columns; *decided*: from those columns to what came out equal), and
*case by case* from the log, as for what does not come out equal there. *Sealed*: where what is restricted is closed, as
in a district, and three texts are opened for each grant; everywhere else it lies open. Beside it: a loop that reads the
rows of the same cases, open, and decodes envelope and data with msgspec; and the *rule alone*: the interpreter asked
twice for every grant, from inputs that lie ready, once with its steps. *Account*: the same decisions, every check told
in words, as for one that is not plainly right. *Findings* adds procedure, deciders, months and payments. The last three
and *case by case* over {JUDGED}."""


def many(told: list[Told], families: int) -> Iterable[Told]:
    """The clean case once for each of so many families; each has farmed for another sum."""
    family, home = the(told, a.Applied).fact, the(told, r.HouseholdRegistered)
    papers = [from_canonical(one.fact.text.encode()) for one in told if isinstance(one.fact, PaperPublished)]
    rulebook = Rulebook(papers)
    mine = [one for one in told if one.service != "finance"]
    for one in mine:
        one.known = dict.fromkeys(one.known, EVERYTHING)
    for number in range(1, families):
        ids = {str(one): str(uuid4()) for one in (family.household, *family.members)}
        fact = home.fact.model_dump_json()
        for was, is_ in ids.items():
            fact = fact.replace(was, is_)
        registered = r.HouseholdRegistered.model_validate_json(fact)
        stream = HouseholdId(ids[str(family.household)])
        mine.append(replace(home, stream=stream, fact=registered, id=uuid4(), sequence=0))
        mine += farming(again(told, **ids), rulebook, 100_00 + 7 * number)
    return sorted(mine, key=lambda one: (one.at, one.service != "policy"))


def farming(case: list[Told], rulebook: Rulebook, fen: int) -> list[Told]:
    """The case, had the family farmed for this sum a month, by the rule."""
    assessed = the(case, a.Assessed)
    rule = rulebook.rule("dibao", civil_date(assessed.at))
    inputs = tuple(
        one.model_copy(update={"value": f"{fen // 100}.{fen % 100:02}"}) if one.name == "经营净收入" else one
        for one in assessed.fact.inputs
    )
    outcome = rule.decide(recorded(asked_by(rule.definition), inputs), trace=True)
    assert outcome.trace is not None and outcome.amount_fen > 0
    worked = tuple(
        a.Worked(name=step.name, value=text(step.value), clause=step.clause, paper=step.paper)
        for step in outcome.trace
    )
    for one in case:
        fact: Any = one.fact
        if isinstance(fact, a.Surveyed | a.Checked) and fact.means is not None:
            said = {"means": fact.means.model_copy(update={"business_income": fen})}
        elif isinstance(fact, a.Assessed):
            said = {"inputs": inputs, "worked": worked, "amount_fen": outcome.amount_fen}
        elif isinstance(fact, a.SubsidyGranted | a.MonthGranted):
            said = {"amount_fen": outcome.amount_fen}
        else:
            continue
        one.fact = fact.model_copy(update=said)
    return case


def test_every_decision_again(tmp_path: Path, report: Report) -> None:
    world, small = _world(tmp_path / "all", DECISIONS), _world(tmp_path / "some", JUDGED)
    closed = _world(tmp_path / "closed", DECISIONS, sealed=True)
    closed_few = _world(tmp_path / "closed, some", JUDGED, sealed=True)
    try:
        lake, few, sealed, sealed_few = (one.lake() for one in (world, small, closed, closed_few))
        lake.compact()
        sealed.compact()
        assert rules(closed.auditor, lake=sealed) == rules(world.auditor, lake=lake)
        summary = rules(world.auditor, lake=lake)
        assert (summary.decisions, summary.equal) == (DECISIONS, DECISIONS)
        assert rules(small.auditor).equal == rules(small.auditor, lake=few).equal == JUDGED
        assert list(findings(small.auditor)) == []
        asked = list(_inputs(world))
        found = interleaved(
            {
                "lake": lambda: cpu_rate(DECISIONS, lambda: rules(world.auditor, lake=lake)),
                "few": lambda: cpu_rate(JUDGED, lambda: rules(small.auditor, lake=few)),
                "sealed": lambda: cpu_rate(DECISIONS, lambda: rules(closed.auditor, lake=sealed)),
                "sealed, few": lambda: cpu_rate(JUDGED, lambda: rules(closed_few.auditor, lake=sealed_few)),
                "bare": lambda: cpu_rate(DECISIONS, lambda: _bare(world)),
                "rule": lambda: cpu_rate(DECISIONS, lambda: _rule_alone(asked)),
                "cases": lambda: cpu_rate(JUDGED, lambda: rules(small.auditor)),
                "account": lambda: cpu_rate(JUDGED, lambda: _account(small)),
                "findings": lambda: cpu_rate(JUDGED, lambda: list(findings(small.auditor))),
                "bare, some": lambda: cpu_rate(JUDGED, lambda: _bare(small)),
            },
            rounds=3,
        )
        found |= _in_parts(world, lake)
    finally:
        for one in (world, small, closed, closed_few):
            one.close()
    section = report.section("Audit", TEXT)
    report.compare(section, "from the lake", found["lake"], found["bare"], "decisions/s")
    each, fixed = _each_more(found["lake"], found["few"])
    report.compare(section, "from the lake, each more", each, found["bare"], "decisions/s", "20,000 a core")
    each_sealed, _ = _each_more(found["sealed"], found["sealed, few"])
    report.compare(section, "from the lake, sealed", found["sealed"], found["bare"], "decisions/s")
    report.compare(section, "from the lake, sealed, each more", each_sealed, found["bare"], "decisions/s")
    report.compare(section, "laid out", found["laid out"], found["bare"], "decisions/s")
    report.compare(section, "decided", found["decided"], found["bare"], "decisions/s")
    report.compare(section, "rule alone", found["rule"], found["bare"], "decisions/s")
    report.compare(section, "case by case", found["cases"], found["bare, some"], "decisions/s")
    report.compare(section, "account", found["account"], found["bare, some"], "decisions/s")
    report.compare(section, "findings", found["findings"], found["bare, some"], "decisions/s")
    section.notes.append(
        f"What is done once, however many the decisions: {fixed.median:.2f} s ({fixed.low:.2f}–{fixed.high:.2f})."
    )


def _each_more(many_: Samples, few: Samples) -> tuple[Samples, Samples]:
    """Round by round: decisions a second beyond the first JUDGED, and the seconds that even none would take."""
    longer = [DECISIONS / all_ - JUDGED / some for all_, some in zip(many_.values, few.values, strict=True)]
    each = [(DECISIONS - JUDGED) / seconds for seconds in longer]
    fixed = [JUDGED / some - JUDGED / rate for some, rate in zip(few.values, each, strict=True)]
    return Samples(tuple(each)), Samples(tuple(fixed))


def _in_parts(world: World, lake: Lake) -> dict[str, Samples]:
    """The same work over all cases at once, from the files to columns, and from columns to what is equal."""
    found: dict[str, list[float]] = {"laid out": [], "decided": []}
    manifest = lake.manifest()
    with world.auditor.reading(LeanLog) as reader:
        log = reader.log
        assert isinstance(log, LeanLog), "as asked for"
        situations, poor = Situations(reader, log), Poor(log, log.positions_of(CATEGORIES))
        for round_ in range(4):
            with opened(lake.folder, lake.paths(manifest.files), threads=1) as connection:
                laid = cpu_rate(DECISIONS, lambda: lay(connection, log.opener, manifest.sources))
                decided = cpu_rate(DECISIONS, lambda: judge(connection, situations, log.turns(), (), poor))
                assert connection.execute("SELECT count(*) FROM right_ones").fetchall() == [(DECISIONS,)]
            if round_:  # the first also puts the papers into SQL, once for all decisions of a district
                found["laid out"].append(laid)
                found["decided"].append(decided)
    return {name: Samples(tuple(values)) for name, values in found.items()}


def _world(folder: Path, families: int, *, sealed: bool = False) -> World:
    folder.mkdir()
    return World(folder, lambda told: many(told, families), sealed=sealed)


def _bare(world: World) -> None:
    decode = msgspec.json.Decoder().decode
    with world.database.reading() as session:
        rows = session.execute("SELECT dataschema, envelope, data FROM district_log ORDER BY position")
    for schema, envelope, data in rows:
        if schema.rpartition(".")[0] in TOLD_OR_DECIDED:
            decode(envelope)
            decode(data)


def _account(world: World) -> None:
    with world.auditor.reading(SweptLog) as reader:
        accounted(decisions(reader), reader, Summary())


def _inputs(world: World) -> Iterable[tuple[Rule, dict[str, object]]]:
    """Of every recommendation: its rule and what it was told."""
    with world.auditor.reading() as reader:
        papers = [
            from_canonical(one.fact.text.encode())
            for one in reader.log.of_types(frozenset({PaperPublished.TYPE}))
        ]
        rulebook, rules_ = Rulebook(papers), dict[date, Rule]()
        for one in reader.log.of_types(frozenset({a.Assessed.TYPE})):
            on = civil_date(one.recorded.envelope.recordedtime)
            if on not in rules_:
                rules_[on] = rulebook.rule("dibao", on)
            rule = rules_[on]
            yield rule, recorded(asked_by(rule.definition), one.fact.inputs)


def _rule_alone(asked: Iterable[tuple[Rule, dict[str, object]]]) -> None:
    for rule, inputs in asked:
        rule.decide(inputs)
        for _ in rule.decide(inputs, trace=True).trace or ():
            pass
