"""History beside a running house: a decision reconstructed over HTTP, and the lake that follows the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from events import assistance as a
from services.history.lake.checking import content_digest, faults
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from tests.end_to_end import families
from tests.end_to_end.systems import System


def granted(system: System) -> str:
    """The decision on the first case of a family."""
    head = families.register_person(system, "滕某某")
    household = families.register_household(system, head)
    families.registered_poor(system, head)
    families.grant(system, household, head)
    system.settle()
    return next(
        str(one.envelope.id) for one in system.log("living") if isinstance(one.data, a.SubsidyGranted)
    )


def test_a_decision_is_reconstructed_over_http(tmp_path: Path) -> None:
    system = System(tmp_path)
    try:
        decision = granted(system)
        client = system.client("history")
        path = f"decisions/{decision}/reconstruction"
        system.eventually(lambda: client.get(path).status_code == 200, "history has the decision")
        told = client.get(path).json()
        parts = {part["part"]: part["verdict"] for part in told["parts"]}
        assert parts["known"] == parts["rule"] == "holds"
        assert told["amount_fen"] == told["again_fen"] > 0
        printed = client.get(path, headers={"Accept": "application/pdf"})
        assert printed.headers["content-type"] == "application/pdf", printed.text
        assert printed.content.startswith(b"%PDF-")
        assert decision in printed.headers["content-disposition"]
    finally:
        system.close()


def test_the_lake_that_a_running_house_appends_to_equals_one_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOUDI_LAKE", str(tmp_path / "lake"))
    system = System(tmp_path / "data")
    try:
        granted(system)
        assert system.house.timelines is not None
        log, lake = system.house.timelines.log, Lake(tmp_path / "lake")
        appended = []
        for _ in range(2):
            system.clock.advance_to(system.clock.now() + timedelta(hours=7))
            before = appended[-1] if appended else 0
            system.eventually(lambda before=before: reached(lake) > before, "the lake was appended to")
            appended.append(reached(lake))
            families.register_person(system, "杨某某", born="19800101")
            system.settle()
        system.host.stop()  # nothing is appended from here on
        anew, end = Lake(tmp_path / "anew"), reached(lake)
        anew.append(line for line in lines_of(log, 0) if line[0] <= end)
        assert faults(lake) == []
        assert content_digest(lake) == content_digest(anew)
    finally:
        system.close()


def reached(lake: Lake) -> int:
    return lake.manifest().position if (lake.folder / "manifest.json").exists() else 0
