"""The log decided again: the very decisions under the papers in force; others under others, to the fen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from events import assistance as a
from services.history.whatif.answer import Answer
from services.history.whatif.papers import NoPaper, read_folders
from services.history.whatif.running import CannotAsk, whatif
from services.policy.finding import Refused
from tests.history.audited import Plant, Told, World

MORE = Path(__file__).parents[3] / "samples" / "policies" / "standards-plus-10-illustrative"
SINCE, UNTIL = date(2020, 9, 1), date(2020, 10, 1)
REFUSED = "ABOVE"
Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    with ExitStack() as stack:

        def asked(
            *folders: Path,
            plant: Plant = lambda told: told,
            since: date = SINCE,
            until: date = UNTIL,
            **more: str,
        ) -> Answer:
            world = World(tmp_path, plant)
            stack.callback(world.close)
            return stack.enter_context(
                whatif(
                    world.log,
                    world.keys,
                    read_folders(folders),
                    since,
                    until,
                    programme=more.get("programme"),
                )
            )

        yield asked


def sums(answer: Answer) -> list[tuple[int, int, int, int]]:
    return [
        (m["recorded_fen"], m["before_fen"], m["after_fen"], m["static_fen"]) for m in answer.table("months")
    ]


def test_the_papers_in_force_give_the_very_decisions_and_months_of_the_log(ask: Ask) -> None:
    answer = ask()
    assert sums(answer) == [(534_00, 534_00, 534_00, 534_00)] * 2
    assert (answer.judged, answer.differences, answer.unexplained) == (1, [], 0)
    assert answer.sampled == answer.decided == 9  # a decision and two months, each in three runs
    assert answer.table("families") == answer.table("moves") == answer.table("explained") == []


def test_a_standard_a_tenth_higher_gives_each_head_as_much_more(ask: Ask) -> None:
    answer = ask(MORE)
    # Two heads in the country: 2 × 42 a month.
    assert sums(answer) == [(534_00, 534_00, 618_00, 618_00)] * 2
    [family] = answer.table("families")
    assert (family["outcome"], family["difference_fen"]) == ("gains", 2 * 84_00)
    [move] = answer.table("moves")
    assert (move["cases"], move["months"], move["row_before"] == move["row_after"]) == (1, 2, True)
    assert answer.unexplained == 0


def test_a_month_paid_otherwise_than_the_rule_says_is_not_explained_away(ask: Ask) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in told:
            if isinstance(one.fact, a.MonthGranted) and one.fact.month == "2020-10":
                one.fact = one.fact.model_copy(update={"amount_fen": 1_00})
        return told

    answer = ask(plant=plant)
    assert [month["code"] for month in answer.table("months")] == ["", "unexplained"]
    assert answer.unexplained == 1


def test_a_month_paid_without_any_decision_is_told(ask: Ask) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [one for one in told if not isinstance(one.fact, a.SubsidyGranted)]

    assert [month["code"] for month in ask(plant=plant).table("months")] == ["unexplained"] * 2


def test_a_decision_with_another_sum_than_its_papers_give_is_told(ask: Ask) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in told:
            if isinstance(one.fact, a.SubsidyGranted):
                one.fact = one.fact.model_copy(update={"amount_fen": one.fact.amount_fen + 1})
        return told

    assert [one.code for one in ask(plant=plant).differences] == ["unexplained"]


def declined(income: str) -> Plant:
    """The same family with that income from farming, declined; the log goes on until October."""

    def plant(told: list[Told]) -> Iterable[Told]:
        fen = int(income.replace(".", ""))
        for one in told:
            fact = one.fact
            if isinstance(fact, a.Surveyed | a.Checked) and fact.means is not None:
                one.fact = fact.model_copy(
                    update={"means": fact.means.model_copy(update={"business_income": fen})}
                )
            elif isinstance(fact, a.Assessed):
                inputs = (
                    used.model_copy(update={"value": income}) if used.name == "经营净收入" else used
                    for used in fact.inputs
                )
                one.fact = fact.model_copy(update={"inputs": tuple(inputs)})
            elif isinstance(fact, a.SubsidyGranted):
                grounds = fact.grounds.model_copy(update={"rows": (REFUSED,)})
                one.fact = a.Declined(
                    case=fact.case, programme=fact.programme, household=fact.household, members=fact.members,
                    reason=REFUSED, on=fact.confirmed, officer=fact.officer, grounds=grounds,
                )  # fmt: skip
            if not isinstance(one.fact, a.MonthGranted):
                yield one
        last = next(one for one in told if one.service == "staff")
        yield replace(last, at=datetime(2020, 10, 2, tzinfo=last.at.tzinfo), id=uuid4())

    return plant


def test_who_was_declined_counts_from_the_decision_if_other_papers_admit(ask: Ask) -> None:
    # 850 yuan for two: above twice 417, below twice 459.
    answer = ask(MORE, plant=declined("850.00"))
    assert sums(answer) == [(0, 0, 68_00, 68_00)] * 2
    assert (answer.judged, answer.differences, answer.unexplained) == (1, [], 0)
    [family] = answer.table("families")
    assert (family["outcome"], family["first_month"], family["difference_fen"]) == ("gains", SINCE, 2 * 68_00)


def test_who_was_declined_before_the_first_month_is_not_invented(ask: Ask) -> None:
    assert sums(ask(MORE, plant=declined("850.00"), since=UNTIL)) == [(0, 0, 0, 0)]


def test_a_refusal_that_its_own_papers_do_not_give_is_told(ask: Ask) -> None:
    answer = ask(plant=declined("300.00"))
    assert [one.code for one in answer.differences] == ["unexplained"]
    assert answer.unexplained == 3  # the decision, and both months


def test_nobody_is_asked_about_who_never_got_a_decision(ask: Ask) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [one for one in told if not isinstance(one.fact, a.SubsidyGranted | a.MonthGranted)]

    assert ask(MORE, plant=plant, since=date(2020, 8, 1)).table("months") == []


def test_what_cannot_be_asked_is_said(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(CannotAsk, match="reversed"):
        ask(since=UNTIL, until=SINCE)
    with pytest.raises(CannotAsk, match="No month before"):
        ask(since=date(1, 1, 1), until=UNTIL)
    with pytest.raises(CannotAsk, match="ends before"):
        ask(since=date(2030, 1, 1), until=date(2030, 1, 1))
    with pytest.raises(CannotAsk, match="No paper has"):
        ask(programme="moonlight")
    with pytest.raises(NoPaper):
        read_folders([tmp_path / "nothing"])
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "paper.yaml").write_text((MORE / "paper.yaml").read_text("utf-8"), "utf-8")
    text = (MORE / "parameters.yaml").read_text("utf-8")
    (bad / "parameters.yaml").write_text(text.replace("clause: 一", "clause: 九"), "utf-8")
    with pytest.raises(Refused):
        ask(bad)


@pytest.mark.parametrize("format", ["csv", "parquet", "xlsx"])
def test_the_answer_is_written_to_files(ask: Ask, tmp_path: Path, format: str) -> None:
    written = ask(MORE).write(tmp_path / "out", format)
    assert all(path.stat().st_size > 0 for path in written)
    assert len(written) == (1 if format == "xlsx" else 6)
