"""A decision reconstructed from the log, and faults planted in it: each found in its class, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import finance as f
from events import registry as r
from events import staff as s
from events.base import Actor
from events.ids import HouseholdId, PersonId, StaffId
from services.chassis.refusal import NotFound
from services.history.audit import signed
from services.history.audit.everything import findings, rules
from services.history.audit.verdict import Class
from services.history.proof.bundle import Unproven
from services.history.proof.note import verifier_of
from tests.history.audited import EVERYTHING, Plant, Told, World
from tests.living.office import OFFICER, SURVEYOR

Make = Callable[[Plant], World]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., World]]:
    worlds: list[World] = []

    def make(plant: Plant = lambda told: told) -> World:
        worlds.append(World(tmp_path, plant))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def found(world: World) -> list[tuple[Class, str]]:
    return sorted({(one.kind, one.sort) for one in findings(world.auditor)})


def changed(kind: type[Any], change: Callable[[Any], dict[str, Any]]) -> Plant:
    """One kind of fact says something else."""

    def plant(told: list[Told]) -> Iterable[Told]:
        for one in told:
            if isinstance(one.fact, kind):
                one.fact = one.fact.model_copy(update=change(one.fact))
        return told

    return plant


def without(*kinds: type[Any]) -> Plant:
    return lambda told: [one for one in told if not isinstance(one.fact, kinds)]


def before(told: list[Told], kind: type[Any], *facts: Told) -> list[Told]:
    at = next(n for n, one in enumerate(told) if isinstance(one.fact, kind))
    return [*told[:at], *facts, *told[at:]]


def the(told: list[Told], kind: type[Any]) -> Told:
    return next(one for one in told if isinstance(one.fact, kind))


def test_a_clean_decision_holds_and_shows_its_arithmetic(made: Make) -> None:
    world = made(lambda told: told)
    found_ = world.auditor.reconstruct(world.decision())
    verdicts = {part.part: part.verdict for part in found_.parts}
    assert verdicts["known"] == verdicts["rule"] == verdicts["deciders"] == "holds"
    # No evidence was attached, and no checkpoint is signed yet: the log does not say more.
    assert verdicts["procedure"] == verdicts["unchanged"] == "open"
    assert found_.amount_fen == found_.again_fen == 534_00
    assert all(one.recorded == one.again for one in found_.arithmetic)
    assert len(found_.arithmetic) > 20
    assert all(one.used == one.derived for one in found_.inputs)
    assert {one.name for one in found_.inputs if one.chain} >= {"地区", "家庭成员[0]", "经营净收入"}
    assert all(paper.published is not None for paper in found_.papers)
    assert found(world) == []


def test_what_is_no_decision_is_not_found(made: Make) -> None:
    world = made(lambda told: told)
    with pytest.raises(NotFound):
        world.auditor.reconstruct(uuid4())
    with pytest.raises(NotFound):
        world.auditor.reconstruct(world.decision(a.Applied))


def test_all_decisions_are_worked_out_again(made: Make) -> None:
    summary = rules(made(lambda told: told).auditor)
    assert (summary.decisions, summary.equal, summary.differing, summary.unjudged) == (1, 1, [], [])


def test_an_altered_amount_is_found(made: Make) -> None:
    world = made(changed(a.SubsidyGranted, lambda fact: {"amount_fen": fact.amount_fen + 100_00}))
    assert found(world) == [(Class.ALTERED_AMOUNT, "had")]
    assert len(rules(world.auditor).differing) == 1


def test_a_swapped_input_is_found_though_the_sum_follows_from_it(made: Make) -> None:
    # Both are said to have farmed for 100 yuan, and the sum is what the rule makes of that: 150.00 a head more.
    def swapped(fact: a.Assessed) -> dict[str, Any]:
        inputs = tuple(
            one.model_copy(update={"value": "250.00"}) if one.name == "经营净收入" else one
            for one in fact.inputs
        )
        return {"inputs": inputs}

    first = made(changed(a.Assessed, swapped))
    again = first.auditor.reconstruct(first.decision())
    assert again.again_fen == 584_00
    first.close()
    worked = tuple(
        a.Worked(name=one.name, value=one.again, clause=one.clause, paper=one.paper)
        for one in again.arithmetic
    )

    def plant(told: list[Told]) -> Iterable[Told]:
        told = list(changed(a.Assessed, swapped)(told))
        told = list(changed(a.Assessed, lambda fact: {"worked": worked, "amount_fen": 584_00})(told))
        for kind in (a.SubsidyGranted, a.MonthGranted, f.PaymentOrdered, f.PaymentPaid):
            told = list(changed(kind, lambda fact: {"amount_fen": 584_00})(told))
        return told

    first.folder.joinpath("history.db").unlink()
    assert found(made(plant)) == [(Class.SWAPPED_INPUT, "had")]


def test_a_skipped_notice_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [one for one in told if getattr(one.fact, "step", "") != "notice"]

    assert found(made(plant)) == [(Class.SKIPPED_NOTICE, "had")]


def test_a_notice_that_stood_too_short_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        def shorter(fact: a.NoticeEnded) -> dict[str, Any]:
            return {"on": fact.on - timedelta(days=1)} if fact.step == "notice" else {}

        return changed(a.NoticeEnded, shorter)(told)

    assert found(made(plant)) == [(Class.SKIPPED_NOTICE, "had")]


def test_a_late_survey_is_found_by_the_calendar(made: Make) -> None:
    # Accepted two weeks earlier than it was: 10 working days are over, no other limit of 2012 runs from then.
    def plant(told: list[Told]) -> Iterable[Told]:
        early = changed(a.Accepted, lambda fact: {"on": fact.on - timedelta(days=21)})(told)
        return changed(a.Checked, lambda fact: {"on": fact.on - timedelta(days=14)})(list(early))

    assert found(made(plant)) == [(Class.LATE, "had")]


def declared(told: list[Told], who: Any) -> Told:
    family = the(told, a.Applied).fact
    fact = s.NearRelativeDeclared(
        declaration=uuid4(),
        staff=StaffId.of(who),
        person=family.members[1],
        relation=s.Relation.SIBLING,
        since=date(2020, 1, 1),
    )
    id = uuid4()
    return Told("staff", StaffId.of(who), fact, told[0].at, date(2020, 1, 1), id, id)


def test_a_surveyor_who_is_kin_is_found(made: Make) -> None:
    assert found(made(lambda told: before(told, a.Surveyed, declared(told, SURVEYOR)))) == [
        (Class.KIN, "unread")
    ]


@pytest.mark.parametrize("kind", [a.Checked, a.Assessed])
def test_who_entered_the_check_or_the_recommendation_and_is_kin_is_found(made: Make, kind: type[Any]) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        clerk = StaffId.of(uuid4())
        the(told, kind).actor = Actor("civil-affairs", "clerk", UUID(int=clerk.int))
        return before(told, a.Surveyed, declared(told, clerk))

    assert found(made(plant)) == [(Class.KIN, "unread")]


@pytest.mark.parametrize("kind", [a.Checked, a.Assessed])
def test_whoever_made_the_check_or_gave_the_opinion_and_is_kin_is_found_as_well(
    made: Make, kind: type[Any]
) -> None:
    who = uuid4()

    def plant(told: list[Told]) -> Iterable[Told]:
        the(told, kind).fact = the(told, kind).fact.model_copy(update={"officer": who})
        return before(told, a.Surveyed, declared(told, who))

    assert found(made(plant)) == [(Class.KIN, "unread")]


def test_kin_declared_only_afterwards_is_noted_as_such(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [*told, replace(declared(told, OFFICER), at=told[-1].at)]

    world = made(plant)
    assert found(world) == [(Class.KIN, "later")]
    deciders = world.auditor.reconstruct(world.decision()).parts[3]
    assert deciders.verdict == "holds"


def test_an_officer_without_a_post_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [
            one for one in told if not (isinstance(one.fact, s.PostAssigned) and one.fact.staff == OFFICER)
        ]

    assert found(made(plant)) == [(Class.NOT_AUTHORISED, "had")]


def test_a_paper_out_of_force_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        later = next(
            one.fact
            for one in told
            if getattr(one.fact, "code", "") == "dibao-notice-2022-10" and hasattr(one.fact, "approver")
        )
        paper = a.Paper(number=later.number, clause="一(三)", digest=later.digest)

        def cited(fact: a.SubsidyGranted) -> dict[str, Any]:
            return {"grounds": fact.grounds.model_copy(update={"papers": (*fact.grounds.papers, paper)})}

        return changed(a.SubsidyGranted, cited)(told)

    assert found(made(plant)) == [(Class.PAPER_OUT_OF_FORCE, "had")]


def death(told: list[Told]) -> Told:
    family = the(told, a.Applied).fact
    person, home = PersonId.of(family.members[1]), HouseholdId.of(family.household)
    on = the(told, a.SubsidyGranted).fact.confirmed - timedelta(days=2)
    fact = r.Died(person=person, household=home, on=on)
    id = uuid4()
    return Told("registry", person, fact, the(told, a.SubsidyGranted).at, on, id, id)


def test_a_decision_after_a_known_death_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        granted = the(told, a.SubsidyGranted)
        granted.known = {**granted.known, "registry": EVERYTHING}
        return before(told, a.SubsidyGranted, death(told))

    assert found(made(plant)) == [(Class.AFTER_DEATH, "had")]


def test_a_death_that_had_arrived_unread_is_told_apart(made: Make) -> None:
    assert found(made(lambda told: before(told, a.SubsidyGranted, death(told)))) == [
        (Class.AFTER_DEATH, "unread")
    ]


def test_a_death_not_yet_known_breaks_nothing(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [*told, replace(death(told), at=told[-1].at)]

    world = made(plant)
    assert found(world) == [(Class.AFTER_DEATH, "later")]
    assert world.auditor.reconstruct(world.decision()).parts[0].verdict == "holds"


def test_a_signed_reconstruction_is_checked_with_the_file_and_a_key_alone(made: Make) -> None:
    world = made(lambda told: told)
    world.checkpoints.trees.advance()
    world.checkpoints.sign()
    one, proofs = world.auditor.with_proofs(world.decision())
    assert one.parts[4].verdict == "holds"
    file = signed.sign_with(world.checkpoints, world.key_file, one, proofs)
    keys = world.checkpoints.public_keys()
    assert keys is not None
    trusted = [verifier_of(keys.first)]
    text = file.model_dump_json()
    held = signed.verify(signed.read(text), trusted)
    assert held.proven[0].event == world.decision()
    for altered in (
        text.replace('"amount_fen":53400', '"amount_fen":63400'),
        text.replace('"verdict":"open"', '"verdict":"holds"'),
        file.model_copy(update={"proofs": file.proofs[1:]}).model_dump_json(),
    ):
        assert altered != text
        with pytest.raises(Unproven):
            signed.verify(signed.read(altered), trusted)
    world.checkpoints.rotate()  # what the former key signed in its time still holds
    assert signed.verify(signed.read(text), trusted).by == "doudi/431202"


def test_an_event_altered_behind_its_checkpoint_is_found(made: Make) -> None:
    world = made(lambda told: told)
    world.checkpoints.trees.advance()
    world.checkpoints.sign()
    with world.database.transaction() as session:
        session.execute(
            "UPDATE district_log SET data = CAST(replace(CAST(data AS TEXT), '53400', '53401') AS BLOB) WHERE id = ?",
            (world.decision().bytes,),
        )
    one = world.auditor.reconstruct(world.decision())
    assert [check.finding for check in one.parts[4].checks if check.finding] == [Class.ALTERED_LOG]
