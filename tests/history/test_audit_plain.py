"""What is plainly right is right in the whole account; whatever was tampered with is not plain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events.ids import PersonId
from services.history.audit.columns import from_lake
from services.history.audit.everything import Summary, accounted, decisions, plainly, rules
from services.history.audit.finding import Window
from services.history.audit.lean import LeanLog
from services.history.audit.reconstruct import Reader
from services.history.audit.remedies import carries_out
from services.history.audit.swept import SweptLog
from services.history.audit.verdict import Class
from tests.history.audited import Plant, Told, World, clean
from tests.history.test_audit import changed, found, the, without
from tests.history.test_audit_money import again, beside
from tests.history.test_audit_remedies import reviewed
from tests.history.test_audit_swept import PLANTS

Change = Callable[[a.Assessed], dict[str, Any]]


def first(fact: a.Assessed, part: str, **update: Any) -> dict[str, Any]:
    one, *rest = getattr(fact, part)
    return {part: (one.model_copy(update=update), *rest)}


def last(fact: a.Assessed, part: str, **update: Any) -> dict[str, Any]:
    *rest, one = getattr(fact, part)
    return {part: (*rest, one.model_copy(update=update))}


def input_(name: str, **update: Any) -> Change:
    return lambda fact: {
        "inputs": tuple(one.model_copy(update=update) if one.name == name else one for one in fact.inputs)
    }


def grounds(fact: Any, **update: Any) -> dict[str, Any]:
    return {"grounds": fact.grounds.model_copy(update=update)}


def paper(fact: Any, **update: Any) -> dict[str, Any]:
    return grounds(fact, papers=(fact.grounds.papers[0].model_copy(update=update), *fact.grounds.papers[1:]))


def two_cases_one_recommendation(told: list[Told]) -> Iterable[Told]:
    """The grant names an event that is no recommendation."""
    other = the(told, a.Applied).id
    return changed(a.SubsidyGranted, lambda fact: grounds(fact, assessment=other))(told)


def richer_by_the_check(told: list[Told]) -> Iterable[Told]:
    return changed(
        a.Checked, lambda fact: {"means": fact.means.model_copy(update={"business_income": 1_00})}
    )(told)


def named_of_another_case(told: list[Told]) -> Iterable[Told]:
    """What the check is named for was found out in another case."""
    others = again(told)
    check = next(one.id for one in others if isinstance(one.fact, a.Checked))
    own = list(changed(a.Assessed, input_("经营净收入", event=check))(told))
    return beside(own, [one for one in others if isinstance(one.fact, a.Applied | a.Surveyed | a.Checked)])


def named_afterwards(told: list[Told]) -> Iterable[Told]:
    """An input of which no event says anything names one that came behind the recommendation."""
    granted = the(told, a.SubsidyGranted).id
    return changed(a.Assessed, input_("未脱贫建档立卡户", event=granted))(told)


UNFOUNDED: dict[str, Plant] = {
    "no survey and no check": without(a.Surveyed, a.Checked),
    "an input that nobody asks for": changed(
        a.Assessed, lambda fact: {"inputs": (*fact.inputs, a.Input(name="别的", value="1"))}
    ),
    "an input that nobody asks for, as the service's own": changed(
        a.Assessed, lambda fact: {"inputs": (*fact.inputs, a.Input(name="别的", value="1", local=True))}
    ),
    "what was to be found out, as the service's own": lambda told: without(a.Surveyed, a.Checked)(
        list(changed(a.Assessed, lambda fact: {"inputs": tuple(one.model_copy(update={"local": True})
                                                               for one in fact.inputs)})(told))
    ),
    "an input twice": changed(a.Assessed, lambda fact: {"inputs": (*fact.inputs, fact.inputs[-1])}),
    "a day that names an event of nowhere": changed(a.Assessed, input_("decision_day", event=uuid4())),
    "an event that came afterwards": named_afterwards,
}  # fmt: skip
TAMPERED: dict[str, Plant] = {
    "the check of another case": named_of_another_case,
    "a step of the sum": changed(a.Assessed, lambda fact: last(fact, "worked", value="1.00")),
    "the clause of a step": changed(a.Assessed, lambda fact: first(fact, "worked", clause="十")),
    "the paper of a step": changed(a.Assessed, lambda fact: first(fact, "worked", paper="another")),
    "a step left out": changed(a.Assessed, lambda fact: {"worked": fact.worked[:-1]}),
    "digits that mean the same": changed(a.Assessed, lambda fact: last(fact, "worked", value="534.000")),
    "the route": changed(a.Assessed, lambda fact: {"route": "taper"}),
    "the sum of the recommendation": changed(a.Assessed, lambda fact: {"amount_fen": fact.amount_fen + 1}),
    "whether it is recommended": changed(a.Assessed, lambda fact: {"eligible": False}),
    "the row of the recommendation": changed(a.Assessed, lambda fact: grounds(fact, rows=("Z",))),
    "the row of the grant": changed(a.SubsidyGranted, lambda fact: grounds(fact, rows=("Z",))),
    "a digest": changed(a.SubsidyGranted, lambda fact: paper(fact, digest="0" * 64)),
    "the number of a paper": changed(a.SubsidyGranted, lambda fact: paper(fact, number="鹤民发〔1999〕1号")),
    "an input left out": changed(a.Assessed, lambda fact: {"inputs": fact.inputs[1:]}),
    "an input that is no JSON": changed(a.Assessed, input_("家庭成员[0]", value="{")),
    "where an input comes from": changed(a.Assessed, input_("经营净收入", event=uuid4())),
    "what the check found": richer_by_the_check,
    "no recommendation": without(a.Assessed),
    "an event as recommendation": two_cases_one_recommendation,
    "the township": changed(a.Applied, lambda fact: {"township": "431202001000"}),
    **UNFOUNDED,
}
HARMLESS: dict[str, Plant] = {
    "a member more": changed(a.SubsidyGranted, lambda fact: {"members": (*fact.members, PersonId.of(uuid4()))}),
    "inputs that name no event": changed(
        a.Assessed, lambda fact: {"inputs": tuple(one.model_copy(update={"event": None}) for one in fact.inputs)}
    ),
}  # fmt: skip
EVERY = {f"tampered: {name}": plant for name, plant in TAMPERED.items()} | PLANTS | HARMLESS


def equal_in_columns(world: World) -> int:
    lake = world.lake()
    with world.auditor.reading(LeanLog) as reader:
        found = from_lake(reader, lake, Window())
    assert found is not None, "the lake is of this log"
    return found[0]


def by_account(world: World) -> Summary:
    with world.auditor.reading(SweptLog) as reader:
        return accounted(decisions(reader), reader, Summary())


def all_decisions(reader: Reader) -> dict[UUID, list[int]]:
    return reader.log.streams_at(decisions(reader))


@pytest.mark.parametrize("plant", EVERY.values(), ids=EVERY.keys())
def test_both_ways_come_to_the_same(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        assert rules(world.auditor) == by_account(world)
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


@pytest.mark.parametrize("plant", UNFOUNDED.values(), ids=UNFOUNDED.keys())
def test_what_nothing_supports_is_told_in_the_account_of_what_was_known(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        account = world.auditor.reconstruct(world.decision())
        known = account.parts[0]
        assert known.verdict == "broken"
        assert Class.UNFOUNDED in {check.finding for check in known.checks}
        assert (Class.UNFOUNDED, "had") in found(world)
    finally:
        world.close()


@pytest.mark.parametrize("plant", TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_tampered_with_is_not_right(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        summary = rules(world.auditor)
        assert (summary.decisions, summary.equal) == (1, 0)
        assert equal_in_columns(world) == 0
    finally:
        world.close()


@pytest.mark.parametrize("base", [clean, reviewed], ids=["clean", "reviewed"])
def test_what_was_decided_as_it_should_be_is_plainly_right(tmp_path: Path, base: Callable[[], Any]) -> None:
    world = World(tmp_path, base=base)
    try:
        whole = by_account(world)
        with world.auditor.reading(LeanLog) as reader:
            right, doubtful = plainly(reader, all_decisions(reader))
            made_after_a_review = sum(map(carries_out, reader.log.of_positions(doubtful)))
        assert right == whole.equal - made_after_a_review > 0
        assert rules(world.auditor) == whole
        if base is clean:
            assert equal_in_columns(world) == whole.equal
    finally:
        world.close()


def test_a_case_with_a_fact_that_cannot_be_read_is_looked_at_whole(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        with world.database.transaction() as session:
            session.execute(
                "UPDATE district_log SET data = CAST(replace(data, ?, ?) AS BLOB) WHERE dataschema = ?",
                ('"on":"2020', '"on":"9999-2020', f"{a.Accepted.TYPE}.1"),
            )
        with world.auditor.reading(LeanLog) as reader:
            assert plainly(reader, all_decisions(reader))[0] == 0
        assert rules(world.auditor) == by_account(world)
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


def test_where_the_survey_and_the_check_cannot_be_read_nothing_is_said_of_what_they_found(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    try:
        with world.database.transaction() as session:
            for kind in (a.Surveyed, a.Checked):
                session.execute(
                    "UPDATE district_log SET data = CAST(replace(data, ?, ?) AS BLOB) WHERE dataschema LIKE ?",
                    ('"on":"2020', '"on":"9999-2020', f"{kind.TYPE}.%"),
                )
        known = world.auditor.reconstruct(world.decision()).parts[0]
        assert (known.verdict, [check.code for check in known.checks][:1]) == ("open", ["inputs-unread"])
        for summary in (rules(world.auditor), rules(world.auditor, lake=world.lake())):
            assert (summary.equal, summary.differing, len(summary.unjudged)) == (0, [], 1)
    finally:
        world.close()


def test_a_decision_that_cannot_be_read_is_counted_and_not_right(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        with world.database.transaction() as session:
            session.execute(
                "UPDATE district_log SET data = CAST(replace(data, ?, ?) AS BLOB) WHERE dataschema = ?",
                ('"confirmed":"2020', '"confirmed":"9999-2020', f"{a.SubsidyGranted.TYPE}.1"),
            )
        for summary in (rules(world.auditor), rules(world.auditor, lake=world.lake())):
            assert (summary.decisions, summary.equal, summary.unreadable, summary.right) == (1, 0, 1, False)
    finally:
        world.close()
