"""Decisions worked out again from the log, beside a bare read-and-decode of the same cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from events import assistance as a
from events import registry as r
from events.ids import HouseholdId
from services.history.audit.everything import findings, rules
from services.history.audit.swept import TOLD_OR_DECIDED
from tests.bench.measuring import interleaved, rate
from tests.bench.report import Report
from tests.history.audited import EVERYTHING, Told, World
from tests.history.test_audit import the
from tests.history.test_audit_money import again

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

DECISIONS = 300
TEXT = f"""`everything.rules` (`doudi audit all`) over {DECISIONS:,} grants, each of a family of its own: every input derived once more
from what was known, then the papers applied again. Beside it: a loop that reads the rows of the same cases and decodes
envelope and data with msgspec. *Findings* adds procedure, deciders, months and payments."""


def many(told: list[Told]) -> Iterable[Told]:
    """The clean case once for each of so many families."""
    family, home = the(told, a.Applied).fact, the(told, r.HouseholdRegistered)
    mine = [one for one in told if one.service != "finance"]
    for one in mine:
        one.known = dict.fromkeys(one.known, EVERYTHING)
    for _ in range(DECISIONS - 1):
        ids = {str(one): str(uuid4()) for one in (family.household, *family.members)}
        fact = home.fact.model_dump_json()
        for was, is_ in ids.items():
            fact = fact.replace(was, is_)
        registered = r.HouseholdRegistered.model_validate_json(fact)
        stream = HouseholdId(ids[str(family.household)])
        mine.append(replace(home, stream=stream, fact=registered, id=uuid4(), sequence=0))
        mine += again(told, **ids)
    return sorted(mine, key=lambda one: (one.at, one.service != "policy"))


def test_every_decision_again(tmp_path: Path, report: Report) -> None:
    world = World(tmp_path, many)
    try:
        summary = rules(world.auditor)
        assert (summary.decisions, summary.equal) == (DECISIONS, DECISIONS)
        assert findings(world.auditor) == []
        found = interleaved(
            {
                "again": lambda: rate(DECISIONS, lambda: rules(world.auditor)),
                "findings": lambda: rate(DECISIONS, lambda: findings(world.auditor)),
                "bare": lambda: rate(DECISIONS, lambda: _bare(world)),
            },
            rounds=3,
        )
    finally:
        world.close()
    section = report.section("Audit", TEXT)
    report.compare(section, "decisions again", found["again"], found["bare"], "decisions/s", "20,000 a core")
    report.compare(section, "findings", found["findings"], found["bare"], "decisions/s")


def _bare(world: World) -> None:
    decode = msgspec.json.Decoder().decode
    with world.database.reading() as session:
        rows = session.execute("SELECT dataschema, envelope, data FROM district_log ORDER BY position")
    for schema, envelope, data in rows:
        if schema.rpartition(".")[0] in TOLD_OR_DECIDED:
            decode(envelope)
            decode(data)
