"""Z1: a paper's last day is told 180 days before, once, so that later decisions have another basis in time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from events.policy import PaperLapseNear
from services.chassis.codec import read
from services.policy import model
from tests.living.office import Office
from tests.papers import DIBAO, shipped

pytestmark = pytest.mark.clause("Z1")


def told(office: Office, code: str) -> list[PaperLapseNear]:
    entries = office.policy.store.stream(model.paper_id(code))
    facts = [read(entry, office.vault).data for entry in entries]
    return [one for one in facts if isinstance(one, PaperLapseNear)]


def test_the_lapse_of_the_districts_paper_is_told_180_days_before_and_once(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2025, 1, 24))
    office.until(date(2025, 1, 26))
    assert told(office, "hecheng-2020-43") == []
    office.until(date(2025, 2, 3))
    (near,) = told(office, "hecheng-2020-43")
    assert (near.number, near.last, near.on) == ("鹤民发〔2020〕43号", date(2025, 7, 26), date(2025, 1, 27))
    assert (near.last - near.on).days == 180


def test_a_longer_life_published_in_time_is_told_of_by_its_own_last_day(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2025, 1, 20))
    paper = shipped("hecheng-2020-43")
    longer = paper.identity.in_force.model_copy(update={"last": date(2027, 7, 26)})
    office.publish(
        paper.model_copy(update={"identity": paper.identity.model_copy(update={"in_force": longer})})
    )
    office.until(date(2025, 2, 3))
    assert told(office, "hecheng-2020-43") == []


def test_what_has_lapsed_already_or_never_does_is_not_told_of(tmp_path: Path) -> None:
    office = Office(tmp_path, date(2026, 1, 5))
    office.until(date(2026, 1, 8))
    lapsing = {code for code in DIBAO if told(office, code)}
    last = {code: shipped(code).identity.in_force.last for code in DIBAO}
    near = {code for code, day in last.items() if day and date(2026, 1, 8) <= day <= date(2026, 7, 7)}
    assert lapsing == near
