"""Relief looks back on twelve months of the counterfactual's own relief; the static variant on the log's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from services.assistance import steps
from services.history.whatif import once
from services.history.whatif.answer import Answer
from services.history.whatif.papers import read_folders
from services.history.whatif.running import whatif
from tests.history.audited import Told, World, told_by
from tests.living.aid import EMERGENCY, Aid
from tests.living.office import OFFICER

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
NOTHING = """- name: 单次封顶月数
  en: "most of one relief, in months of the dibao standard: made up, to relieve nobody"
  unit: month
  clause: 一
  values:
    - {from: 2020-01-01, value: "0", source: "测试用；示例", status: illustrative}
"""
MONTHS = date(2020, 8, 1), date(2021, 8, 1)


@cache
def three_in_need() -> tuple[Told, ...]:
    """Three emergencies of one person: twice 1251 yuan, which is the most within twelve months, and then nothing; and
    another family's in between."""

    def live(office: Aid) -> None:
        household, people = office.family(1)
        other, [neighbour] = office.family(1)
        office.relieved(household, people[0], "fire-1", 困难程度="grave")
        office.relieved(other, neighbour, "fire-1", 困难程度="grave")
        office.relieved(household, people[0], "flood-2", 困难程度="grave")
        case = office.assessed(household, people[0], "quake-3")
        office.do(steps.decline, case, OFFICER)

    return lived(live)


@cache
def twice_for_one_fire() -> tuple[Told, ...]:
    """Relieved once, and refused for the same fire."""

    def live(office: Aid) -> None:
        household, people = office.family(1)
        office.relieved(household, people[0], "fire-1")
        office.do(steps.decline, office.assessed(household, people[0], "fire-1"), OFFICER)

    return lived(live)


def lived(live: Callable[[Aid], None]) -> tuple[Told, ...]:
    with TemporaryDirectory() as folder:
        office = Aid(Path(folder))
        live(office)
        return told_by(office)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Answer]]:
    with ExitStack() as stack:

        def asked(base: Callable[[], tuple[Told, ...]], *folders: Path) -> Answer:
            world = World(tmp_path, base=base)
            stack.callback(world.close)
            question = whatif(world.log, world.keys, read_folders(folders), *MONTHS, programme=EMERGENCY)
            return stack.enter_context(question)

        yield asked


def in_order(answer: Answer) -> list[dict[str, Any]]:
    """Of the one who was in need again and again, in the order of the decisions."""
    lines = answer.table("months")
    households = [line["household"] for line in lines]
    most = max(households, key=households.count)
    return sorted(
        (line for line in lines if line["household"] == most), key=lambda line: -line["recorded_fen"]
    )


def test_under_the_papers_in_force_relief_is_as_it_was(ask: Callable[..., Answer]) -> None:
    answer = ask(three_in_need)
    assert (answer.judged, answer.unexplained, answer.differences) == (4, 0, [])
    for line in answer.table("months"):
        assert line["recorded_fen"] == line["before_fen"] == line["after_fen"] == line["static_fen"]


def test_the_cap_of_twelve_months_is_used_up_by_what_the_counterfactual_itself_gave(
    ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "CASES_AT_ONCE", 1)  # who decides last what is left sees all pieces
    first, second, third = in_order(ask(three_in_need, MORE))
    # A standard of 459: three months are 1377, and six the most. By the log 252 would be left for the third.
    assert (first["after_fen"], second["after_fen"], third["after_fen"]) == (1377_00, 1377_00, 0)
    assert (third["static_fen"], third["row_after"]) == (252_00, "CAPPED")


def test_what_the_counterfactual_did_not_relieve_is_not_the_same_event_again(
    ask: Callable[..., Answer], tmp_path: Path
) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    paper = (MORE / "paper.yaml").read_text("utf-8").replace("standards-plus-10", "nothing-at-once")
    (nothing / "paper.yaml").write_text(paper.replace("[standards-", "[standards-relief-"), "utf-8")
    (nothing / "parameters.yaml").write_text(NOTHING, "utf-8")
    granted, refused = in_order(ask(twice_for_one_fire, nothing))
    assert (granted["recorded_fen"], granted["after_fen"]) == (834_00, 0)
    assert (refused["row_before"], refused["row_after"]) == ("REPEATED", granted["row_after"])
