"""Relief and the subsidies for disabled persons ask who is on dibao: under the counterfactual by its own months, in the
static variant as the log has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events.ids import CaseId
from services.assistance import steps
from services.history.whatif.answer import Answer
from services.history.whatif.papers import read_folders
from services.history.whatif.running import whatif
from tests.history.audited import Plant, Told, World, told_by
from tests.living.aid import EXPENDITURE, Aid
from tests.living.office import OFFICER, having

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
MONTHS = date(2020, 8, 1), date(2020, 12, 1)
DEAR = {
    "家庭年可支配收入": "200000.00",
    "必需支出": ({"类别": "medical", "金额": "250000.00", "报销补助": "0.00"},),
}
"""A year's income a head far above the local one, and spending far beyond what that can bear: relieved on dibao only."""
Ask = Callable[..., Answer]


@cache
def on_dibao() -> tuple[Told, ...]:
    """A family on dibao, and another that never asked for it, are relieved."""

    def live(office: Aid) -> None:
        home, people = office.family(2)
        office.grant(home, people[0])
        relieved(office, home, people, 对象类别="dibao_rural", **DEAR)
        other, neighbours = office.family(3)
        relieved(office, other, neighbours)

    return lived(live)


@cache
def refused_dibao() -> tuple[Told, ...]:
    """A family of two with 425 yuan a head, above 417, is refused dibao, and then relief."""

    def live(office: Aid) -> None:
        home, people = office.family(2)
        dibao = office.apply(home, people[0])
        office.do(steps.accept, dibao)
        office.look_into(dibao, having(850_00))
        office.do(steps.decline, dibao, OFFICER)
        office.until(date(2020, 10, 5))
        case = office.assessed(home, people[0], "surgery-1", EXPENDITURE, **DEAR)
        office.do(steps.decline, case, OFFICER)

    return lived(live)


@cache
def with_a_card() -> tuple[Told, ...]:
    """A family is granted dibao, another with 850 yuan for two is refused; one of each has a card (`subsidy`)."""

    def live(office: Aid) -> None:
        home, people = office.family(2)
        office.grant(home, people[0])
        other, neighbours = office.family(2)
        dibao = office.apply(other, neighbours[0])
        office.do(steps.accept, dibao)
        office.look_into(dibao, having(850_00))
        office.do(steps.decline, dibao, OFFICER)
        office.until(date(2020, 11, 5))
        third, [somebody] = office.family(1)
        office.apply(third, somebody)  # until here goes the log

    return lived(live, "disability-subsidies-2015", "disability-measures-illustrative")


def subsidy(told: list[Told]) -> Iterable[Told]:
    """Whoever is granted or refused dibao has a case of the living subsidy, decided right after it on what that says."""
    said: dict[Any, dict[str, Told]] = {}
    for one in told:
        yield one
        if isinstance(one.fact, a.Applied | a.Assessed):
            said.setdefault(one.fact.case, {})[type(one.fact).__name__] = one
        elif isinstance(one.fact, a.SubsidyGranted | a.Declined):
            yield from _subsidy(*said[one.fact.case].values(), one)


def _subsidy(*dibao: Told) -> Iterator[Told]:
    case, granted = CaseId.of(uuid4()), isinstance(dibao[-1].fact, a.SubsidyGranted)
    said = {"本人同意": True, "残疾人证有效": True, "服刑": False, "工伤护理费": False, "特困供养": False,
            "儿童全额保障": False, "低保家庭": granted}  # fmt: skip
    inputs = tuple(a.Input(name=name, value=str(value).lower(), local=True) for name, value in said.items())
    for place, one in enumerate(dibao, 1):
        fact = one.fact
        same = {"case": case, "programme": "disability-living", "members": fact.members[:1]}
        match fact:
            case a.Assessed():
                same |= {"inputs": inputs}
            case a.SubsidyGranted():
                same |= {
                    "amount_fen": 60_00,
                    "grounds": fact.grounds.model_copy(update={"rows": ("DISABLED_IN_NEED",)}),
                }
            case a.Declined():
                same |= {"grounds": fact.grounds.model_copy(update={"rows": ("NO_DIBAO",)})}
        at = dibao[-1].at + timedelta(seconds=place)
        yield replace(
            one, stream=case, fact=fact.model_copy(update=same), at=at, id=uuid4(), decision=uuid4(), known={}
        )


def relieved(office: Aid, home: Any, people: list[Any], **told: Any) -> None:
    case = office.assessed(home, people[0], "surgery-1", EXPENDITURE, **told)
    office.ready(case)
    office.do(steps.confirm, case, OFFICER)


def lived(live: Callable[[Aid], None], *papers: str) -> tuple[Told, ...]:
    with TemporaryDirectory() as folder:
        office = Aid(Path(folder), more=papers)
        live(office)
        return told_by(office)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with ExitStack() as stack:

        def asked(
            base: Callable[[], tuple[Told, ...]], *folders: Path, programme: str | None = None,
            plant: Plant = lambda told: told,
        ) -> Answer:  # fmt: skip
            world = World(tmp_path, plant, base)
            stack.callback(world.close)
            question = whatif(world.log, world.keys, read_folders(folders), *MONTHS, programme=programme)
            return stack.enter_context(question)

        yield asked


@pytest.fixture
def little(tmp_path: Path) -> Path:
    """A standard of 100 yuan: nobody here is on dibao under it."""
    folder = tmp_path / "little"
    folder.mkdir()
    for name in ("paper.yaml", "parameters.yaml"):
        text = (MORE / name).read_text("utf-8").replace("standards-plus-10", "standards-little")
        (folder / name).write_text(text.replace('"647"', '"100"').replace('"459"', '"100"'), "utf-8")
    return folder


def relief(answer: Answer) -> list[dict[str, Any]]:
    return [line for line in answer.table("months") if line["programme"] == EXPENDITURE]


def test_who_loses_dibao_is_relieved_as_somebody_without_and_in_the_static_variant_as_before(
    ask: Ask, little: Path
) -> None:
    lines = relief(ask(on_dibao, little))
    # Three months of three people and of two, at 100 yuan a head.
    [lost] = [line for line in lines if line["row_after"] == "INCOME"]
    [kept] = [line for line in lines if line is not lost]
    assert lost["recorded_fen"] > 0 and lost["row_before"] == "RELIEF"
    assert (lost["after_fen"], lost["static_fen"] > 0) == (0, True)
    assert kept["after_fen"] == kept["static_fen"] > 0


def test_who_gains_dibao_is_relieved_as_somebody_on_it(ask: Ask) -> None:
    [line] = relief(ask(refused_dibao, MORE))
    assert (line["row_before"], line["row_after"]) == ("INCOME", "RELIEF")
    assert (line["recorded_fen"], line["static_fen"]) == (0, 0) and line["after_fen"] > 0


def test_under_the_papers_in_force_nobody_is_told_otherwise(ask: Ask) -> None:
    for base in (on_dibao, refused_dibao):
        answer = ask(base)
        assert answer.differences == [] and answer.table("families") == []
        for line in relief(answer):
            assert line["recorded_fen"] == line["before_fen"] == line["after_fen"] == line["static_fen"]


def test_where_dibao_is_not_asked_about_it_is_as_it_was_recorded(ask: Ask, little: Path) -> None:
    lines = relief(ask(on_dibao, little, programme=EXPENDITURE))
    assert len(lines) == 2 and all(line["after_fen"] == line["static_fen"] > 0 for line in lines)


def subsidies(answer: Answer) -> dict[bool, set[tuple[int, int, int]]]:
    """By whether it was granted, sums by the papers in force, by the others, and by the others in the static variant."""
    found: dict[bool, set[tuple[int, int, int]]] = {}
    for line in answer.table("months"):
        if line["programme"] == "disability-living":
            sums = line["before_fen"], line["after_fen"], line["static_fen"]
            found.setdefault(line["before"], set()).add(sums)
    return found


def test_a_subsidy_that_asks_for_dibao_follows_the_counterfactuals_own_months(ask: Ask, little: Path) -> None:
    assert subsidies(ask(with_a_card, plant=subsidy)) == {True: {(60_00, 60_00, 60_00)}, False: {(0, 0, 0)}}
    assert subsidies(ask(with_a_card, little, plant=subsidy)) == {
        True: {(60_00, 0, 60_00)},
        False: {(0, 0, 0)},
    }
    assert subsidies(ask(with_a_card, MORE, plant=subsidy)) == {
        True: {(60_00, 60_00, 60_00)},
        False: {(0, 60_00, 0)},
    }
