"""What a department knows of two people helped: one confirmed, one disputed, and what an audit says of both."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from events import verification as v
from services.history.audit import Auditor
from services.history.audit.everything import findings
from services.history.audit.verdict import Class, Outcome
from tests.simulator.small import lived


def test_an_audit_tells_what_a_department_confirmed_from_what_is_disputed(tmp_path: Path) -> None:
    with lived(tmp_path, 60, 150) as small:
        house = small.house
        assert house.timelines is not None
        auditor = Auditor(house.timelines.log, house.runtimes["history"].around.keys)
        told = [one.check for one in findings(auditor) if one.check.code == "departments-data"]
        facts = Counter(entry.envelope.type for entry in house.runtimes["verification"].log())
    assert {(one.finding, one.sort, one.outcome) for one in told} == {
        (Class.JAILED, "had", Outcome.BROKEN),
        (Class.JAILED, "had", Outcome.OPEN),
    }
    for outcome, said in ((Outcome.BROKEN, "it was confirmed"), (Outcome.OPEN, "the person disputes it")):
        assert all(said in one.en for one in told if one.outcome is outcome)
    assert [facts[one.TYPE] for one in (v.MismatchFound, v.MismatchResolved, v.MismatchDisputed)] == [2, 1, 1]
    assert facts[v.ShareEnded.TYPE] == 1, "shared for a week, so that not every case is checked"
