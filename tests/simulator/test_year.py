"""The year: the same from the same seed, with all that a year can hold, checked by replay."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from events.base import Entry
from services.cli.check import check
from services.cli.check_reading import check_reading
from services.cli.summary import summary
from tests.simulator.small import Small
from tests.simulator.small import lived as small_lived

HOUSEHOLDS, DAYS = 20, 66
KEPT_IN_BOXES = ("box",)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with small_lived(tmp_path_factory.mktemp("first"), HOUSEHOLDS, DAYS) as small:
        yield small


def logs(small: Small) -> dict[str, list[tuple[Any, ...]]]:
    return {name: [plain(entry) for entry in runtime.log()] for name, runtime in small.house.runtimes.items()}


def plain(entry: Entry) -> tuple[Any, ...]:
    """The envelope, and the data but for ciphertext."""
    if entry.envelope.audience is not None:
        return entry.envelope, None
    return entry.envelope, without_boxes(json.loads(entry.data))


def without_boxes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_boxes(inner) for name, inner in value.items() if name not in KEPT_IN_BOXES}
    if isinstance(value, list):
        return [without_boxes(inner) for inner in value]
    return value


def test_two_runs_from_one_seed_record_the_same_logs(lived: Small, tmp_path: Path):
    with small_lived(tmp_path, HOUSEHOLDS, DAYS) as again:
        first, second = logs(lived), logs(again)
    assert first.keys() == second.keys()
    for name in first:
        assert len(first[name]) == len(second[name])
        for one, other in zip(first[name], second[name], strict=True):
            assert one == other


def test_the_days_hold_cases_from_application_to_payment_and_changes_in_families(lived: Small):
    types = Counter(
        entry.envelope.type for runtime in lived.house.runtimes.values() for entry in runtime.log()
    )
    for name in (
        "Applied", "Accepted", "Surveyed", "Checked", "Assessed", "NoticePosted", "NoticeEnded",
        "SubsidyGranted", "MonthGranted",
    ):  # fmt: skip
        assert types[f"assistance.{name}"], name
    for name in ("Enrolled", "Died", "MemberJoined", "PersonCorrected", "ListIssued"):
        assert types[f"registry.{name}"], name
    assert types["disability.CardIssued"] and types["disability.SubsidyConsentGiven"]


def test_a_subsidy_begins_by_itself_is_paid_and_told(lived: Small):
    of_disability = Counter(entry.envelope.type for entry in lived.house.runtimes["disability"].log())
    assert of_disability["assistance.SubsidyGranted"] and of_disability["assistance.MonthGranted"]
    said = io.StringIO()
    Console(file=said, width=160).print(summary(lived.house))
    [line] = [one for one in said.getvalue().splitlines() if "残疾人两项补贴" in one]
    assert "开始" in line and "已发0.00" not in line, line
    messages = [json.loads(one.data) for one in lived.house.runtimes["notification"].log()]
    told = {one["template"] for one in messages if "template" in one}
    assert {"subsidy_started.township", "month_subsidised.department"} <= told


def test_replaying_gives_what_the_services_hold_and_what_is_read(lived: Small):
    said = io.StringIO()
    console = Console(file=said, width=160)
    assert check(lived.house, console), said.getvalue()
    assert check_reading(lived.house, console), said.getvalue()


def test_nobody_is_on_any_desk_for_ever(lived: Small):
    """No letter waits, and no feed stands still."""
    for runtime in lived.house.runtimes.values():
        assert runtime.unready() == []
        assert not runtime.store.kept("blocked", "letters")
