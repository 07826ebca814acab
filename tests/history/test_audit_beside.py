"""What a service knew by itself is derived from the log: it holds where it is so, and each fault is found in its class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import disability as d
from events import registry as r
from events.base import Event
from events.ids import CaseId, Identifier, PersonId, ServiceId
from events.service import Discarded, Parked, Resumed
from services.history.audit.everything import decisions, findings, rules
from services.history.audit.reading import Log
from services.history.audit.reconstruct import Reconstruction
from services.history.audit.swept import SweptLog
from services.history.audit.verdict import Class, Outcome, Verdict
from tests.history import beside
from tests.history.audited import EVERYTHING, Plant, Told, World
from tests.history.logs import src
from tests.living.aid import named

Make = Callable[..., World]
BY_ITSELF = {"registry", "file", "aid", "relief", "service", "none"}
"""Kinds of sources of inputs that no event of the case says."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    worlds: list[World] = []

    def make(base: Callable[[], tuple[Told, ...]], plant: Plant = lambda told: told) -> World:
        worlds.append(World(tmp_path / str(len(worlds)), plant, base))
        return worlds[-1]

    def folders() -> None:
        for number in range(4):
            (tmp_path / str(number)).mkdir()

    folders()
    yield make
    for world in worlds:
        world.close()


def accounts(world: World, programme: str = "", kind: type[Log] = Log) -> list[Reconstruction]:
    """Of the decisions of a programme; without: of all but what a test's own living says."""
    with world.auditor.reading(kind) as reader:
        found = [reader.of(one) for one in reader.log.of_positions(decisions(reader))]
    return [
        one for one in found if (one.programme == programme if programme else one.parts[1].verdict == "holds")
    ]


def known(one: Reconstruction) -> Verdict:
    return one.parts[0].verdict


# -- what is so --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", beside.EVERY.values(), ids=beside.EVERY.keys())
def test_what_was_known_holds_whole_and_nothing_is_left_to_the_service(made: Make, base: Any) -> None:
    world = made(base)
    alone = accounts(world)
    assert alone and {known(one) for one in alone} == {"holds"}
    assert {line.source for one in alone for line in one.inputs} & {"service", "none"} == set()
    assert all(line.used == line.derived for one in alone for line in one.inputs)
    assert accounts(world, kind=SweptLog) == alone
    assert [
        one for one in findings(world.auditor) if one.kind in (Class.SWAPPED_INPUT, Class.UNFOUNDED)
    ] == []


@pytest.mark.parametrize("base", beside.EVERY.values(), ids=beside.EVERY.keys())
def test_many_decisions_are_plainly_right_with_it(made: Make, base: Any) -> None:
    world = made(base)
    summary = rules(world.auditor)
    others = [check.code for _, check in summary.differing]
    assert set(others) <= {"paper-unknown"}  # what a test's own living says of its papers
    assert summary.equal + len(others) == summary.decisions and not summary.unjudged


def chain(one: Reconstruction, name: str) -> list[str]:
    [line] = [line for line in one.inputs if line.name == name]
    return [link.type for link in line.chain]


def test_every_input_leads_back_to_the_events_that_say_it(made: Make) -> None:
    granted = accounts(made(beside.subsidies), "disability-care")[0]
    assert chain(granted, "残疾人证有效") == [d.CardIssued.TYPE]
    assert d.GradeCertified.TYPE in chain(granted, "残疾等级")
    assert chain(granted, "本人同意") == [d.SubsidyConsentGiven.TYPE]
    again = accounts(made(beside.relief), "relief-expenditure")[0]
    assert chain(again, "十二月内救助次数") == [a.SubsidyGranted.TYPE] * 2
    assert chain(again, "对象类别") == [a.SubsidyGranted.TYPE]


# -- a recommendation that says otherwise ------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """`row`: which of the programme's recommendations says otherwise."""

    base: Callable[[], tuple[Told, ...]]
    programme: str
    name: str
    value: str
    row: int = 0


FAULTS = {
    "another grade": Fault(beside.subsidies, "disability-care", "残疾等级", "2"),
    "no card": Fault(beside.subsidies, "disability-living", "残疾人证有效", "false"),
    "a card that is void": Fault(beside.subsidies, "disability-care", "残疾人证有效", "true", -1),
    "the grade of a void card": Fault(beside.subsidies, "disability-care", "残疾等级", "1", -1),
    "no need of care": Fault(beside.subsidies, "disability-care", "需要长期照护", "false"),
    "no consent": Fault(beside.subsidies, "disability-living", "本人同意", "false"),
    "prison left out": Fault(beside.subsidies, "disability-care", "服刑", "false", 1),
    "prison that is over": Fault(beside.subsidies, "disability-care", "服刑", "true", 2),
    "injury care of nowhere": Fault(beside.subsidies, "disability-care", "工伤护理费", "true"),
    "dibao left out": Fault(beside.subsidies, "disability-living", "低保家庭", "false"),
    "dibao that has ended": Fault(beside.subsidies, "disability-living", "低保家庭", "true", -1),
    "tekun of nowhere": Fault(beside.subsidies, "disability-care", "特困供养", "true"),
    "consent of who was never asked": Fault(beside.by_hand, "disability-living", "本人同意", "false"),
    "a device fitted before": Fault(beside.measures, "assistive-device", "距上次适配月数", "1200", 1),
    "a home changed before": Fault(beside.measures, "home-adaptation", "已改造", "false", 1),
    "no beneficiary": Fault(beside.measures, "home-adaptation", "兜底保障对象", "false"),
    "relief of the year left out": Fault(beside.relief, "relief-expenditure", "十二月内救助金额", "0"),
    "times of relief left out": Fault(beside.relief, "relief-emergency", "十二月内救助次数", "0", 1),
    "the same event": Fault(beside.relief, "relief-emergency", "同一事由已救助", "false", 2),
    "another group": Fault(beside.relief, "relief-emergency", "对象类别", "tekun_rural"),
    "a family back in poverty": Fault(beside.relief, "relief-emergency", "对象类别", "none", 3),
    "more people": Fault(beside.relief, "relief-expenditure", "家庭人口", "4"),
    "no margin": Fault(beside.rigid, "rigid-expenditure", "已纳入类别", "none", 1),
    "dibao left out of tekun": Fault(beside.tekun, "tekun", "继续领取低保", "false"),
    "a death of nowhere": Fault(beside.tekun, "tekun", "终止情形", "dead", 1),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_an_input_that_is_not_what_the_decider_knew_is_found(made: Make, fault: Fault) -> None:
    world = made(fault.base, said_otherwise(fault))
    wrong = [one for one in findings(world.auditor) if one.kind in (Class.SWAPPED_INPUT, Class.UNFOUNDED)]
    assert wrong and {(one.kind, one.sort) for one in wrong} == {(Class.SWAPPED_INPUT, "had")}
    assert all(f"`{fault.name}`" in one.check.en for one in wrong)
    of_account = {one.decision for one in accounts(world, fault.programme) if known(one) == "broken"}
    assert of_account == {one.event for one in wrong}
    assert of_account <= {id for id, _ in rules(world.auditor).differing}


def said_otherwise(fault: Fault) -> Plant:
    def plant(told: list[Told]) -> Iterable[Told]:
        one = recommended(told, fault.programme)[fault.row]
        assert any(used.name == fault.name and used.value != fault.value for used in one.fact.inputs)
        one.fact = one.fact.model_copy(update={"inputs": tuple(
            used.model_copy(update={"value": fault.value}) if used.name == fault.name else used
            for used in one.fact.inputs
        )})  # fmt: skip
        return told

    return plant


def recommended(told: list[Told], programme: str) -> list[Told]:
    return [one for one in told if isinstance(one.fact, a.Assessed) and one.fact.programme == programme]


# -- facts that make a recommendation wrong, or do not ------------------------------------------------------


def planted(
    programme: str,
    row: int,
    make: Callable[[a.Assessed, date], list[tuple[str, Identifier, Event]]],
    *,
    read: bool,
) -> Plant:
    """Facts recorded before a recommendation; `read`: by its decider."""

    def plant(told: list[Told]) -> Iterable[Told]:
        one = recommended(told, programme)[row]
        facts = make(one.fact, one.at.date())
        if read:
            one.known = {**one.known, **{name: EVERYTHING for name, _, _ in facts if name != one.service}}
        new = []
        for name, stream, fact in facts:
            id = uuid4()
            new.append(Told(name, stream, fact, one.at, one.at.date(), id, id))
        at = told.index(one)
        return [*told[:at], *new, *told[at:]]

    return plant


def verdict_of(world: World, programme: str, row: int = 0) -> Verdict:
    """Of one of the decisions that rest on a recommendation, by both ways."""
    alone, swept = (
        [one for one in accounts(world, programme, kind) if one.inputs][row] for kind in (Log, SweptLog)
    )
    assert alone == swept
    return known(alone)


def grant_of(programme: str, assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
    case = CaseId.of(uuid4())
    granted = a.SubsidyGranted(
        case=case, programme=programme, household=assessed.household, members=assessed.members, amount_fen=1_00,
        since=day, confirmed=day, officer=uuid4(), grounds=assessed.grounds,
    )  # fmt: skip
    return [("living", case, granted)]


def test_tekun_granted_before_makes_a_recommendation_without_it_wrong_only_where_it_was_read(
    made: Make,
) -> None:
    def tekun(assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
        return grant_of("tekun", assessed, day)

    unread = made(beside.subsidies, planted("disability-care", 0, tekun, read=False))
    assert verdict_of(unread, "disability-care") == "holds"
    had = made(beside.subsidies, planted("disability-care", 0, tekun, read=True))
    assert verdict_of(had, "disability-care") == "broken"


def void(assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
    [person] = assessed.members
    return [("disability", person, d.CardVoided(person=person, reason="mistake", since=day))]


def test_a_card_that_was_void_before_makes_what_was_recommended_with_it_wrong(made: Make) -> None:
    world = made(beside.by_hand, planted("disability-living", 0, void, read=True))
    assert verdict_of(world, "disability-living") == "broken"
    found = [one for one in findings(world.auditor) if "残疾人证有效" in one.check.zh]
    assert found and {(one.kind, one.sort) for one in found} == {(Class.SWAPPED_INPUT, "had")}


def test_a_card_whose_last_day_was_over_is_not_valid_though_nobody_said_so(made: Make) -> None:
    def lapsed(told: list[Told]) -> Iterable[Told]:
        for one in told:
            if isinstance(one.fact, d.CardIssued):
                day = recommended(told, "disability-living")[0].at.date()
                one.fact = one.fact.model_copy(update={"until": day - timedelta(days=30)})
        return told

    assert verdict_of(made(beside.by_hand, lapsed), "disability-living") == "broken"


def test_relief_given_under_another_registration_of_the_same_person_counts(made: Make) -> None:
    twin = PersonId.of(uuid4())

    def given(assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
        case = CaseId.of(uuid4())
        granted = a.SubsidyGranted(
            case=case, programme="relief-emergency", household=assessed.household, members=(twin,), amount_fen=500_00,
            since=day, period="once", confirmed=day, officer=uuid4(), grounds=assessed.grounds,
        )  # fmt: skip
        person = assessed.members[0]
        return [
            ("living", case, granted),
            ("registry", person, r.PeopleMerged(person=person, duplicate=twin)),
        ]

    world = made(beside.relief, planted("relief-emergency", 0, given, read=True))
    assert verdict_of(world, "relief-emergency") == "broken"
    unread = made(beside.relief, planted("relief-emergency", 0, given, read=False))
    assert verdict_of(unread, "relief-emergency") == "holds"


def test_relief_of_more_than_a_year_ago_neither_counts_nor_is_named(made: Make) -> None:
    def long_ago(assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
        [(name, case, granted)] = grant_of("relief-emergency", assessed, day - timedelta(days=400))
        applied = a.Applied(
            case=case, programme="relief-emergency", household=assessed.household, members=assessed.members,
            township="431202201000", applicant=assessed.members[0], consent=True, on=day - timedelta(days=401),
            findings=named("fire-1"),
        )  # fmt: skip
        return [(name, case, applied), (name, case, granted)]

    world = made(beside.relief, planted("relief-emergency", 0, long_ago, read=True))
    [granted, *_] = [one for one in accounts(world, "relief-emergency") if one.inputs]
    assert known(granted) == "holds"
    assert chain(granted, "十二月内救助次数") == chain(granted, "同一事由已救助") == []


def test_a_letter_that_waits_is_not_known_and_counts_once_it_was_taken(made: Make) -> None:
    """Tekun begins, and disability cannot take the news: parked; or taken in the end."""
    for outcome, verdict in ((None, "holds"), (Resumed, "broken"), (Discarded, "holds")):

        def tekun(
            assessed: a.Assessed, day: date, outcome: Any = outcome
        ) -> list[tuple[str, Identifier, Event]]:
            return grant_of("tekun", assessed, day)

        def plant(told: list[Told], outcome: Any = outcome, tekun: Any = tekun) -> Iterable[Told]:
            found = list(planted("disability-care", 0, tekun, read=True)(told))
            one = recommended(found, "disability-care")[0]
            letter = found[found.index(one) - 1]
            number = 1 + sum(before.service == "living" for before in found[: found.index(letter)])
            about = {
                "letter_source": src("living"), "letter_sequence": number, "letter": letter.id,
                "letter_concerns": letter.fact.concerns(),
            }  # fmt: skip
            facts = [Parked(**about, reason="x")]
            facts += (
                []
                if outcome is None
                else [outcome(**about, **({"reason": "x"} if outcome is Discarded else {}))]
            )
            more = []
            for fact in facts:
                id = uuid4()
                service = ServiceId.of(uuid4())
                more.append(Told("disability", service, fact, one.at, one.at.date(), id, id, dict(one.known)))
            at = found.index(one)
            return [*found[:at], *more, *found[at:]]

        assert verdict_of(made(beside.subsidies, plant), "disability-care") == verdict


def test_what_a_survey_found_does_not_stand_against_the_dibao_that_living_itself_granted(made: Make) -> None:
    def dibao(assessed: a.Assessed, day: date) -> list[tuple[str, Identifier, Event]]:
        return grant_of("dibao", assessed, day)

    world = made(beside.rigid, planted("rigid-expenditure", 0, dibao, read=True))
    assert verdict_of(world, "rigid-expenditure") == "broken"


def test_an_input_that_the_service_knew_and_left_out_is_found(made: Make) -> None:
    def left_out(told: list[Told]) -> Iterable[Told]:
        one = recommended(told, "home-adaptation")[0]
        inputs = tuple(used for used in one.fact.inputs if used.name != "已改造")
        one.fact = one.fact.model_copy(update={"inputs": inputs})
        return told

    [granted, *_] = accounts(made(beside.measures, left_out), "home-adaptation")
    codes = {check.code for check in granted.parts[0].checks if check.outcome is Outcome.BROKEN}
    assert codes == {"input-missing"}


def test_where_a_file_cannot_be_read_nothing_is_said_of_it(made: Make) -> None:
    world = made(beside.by_hand)
    with world.database.transaction() as session:
        session.execute(
            "UPDATE district_log SET data = CAST(replace(data, ?, ?) AS BLOB) WHERE dataschema LIKE ?",
            ('"until":"20', '"until":"x20', f"{d.CardIssued.TYPE}.%"),
        )
    assert verdict_of(world, "disability-living") == "open"


def test_who_joins_a_family_on_dibao_is_helped_for_the_others_once_the_sum_is_theirs(made: Make) -> None:
    """Living, which carries the case, counts them at once; disability, which hears of it, from the new sum on."""
    newcomer: list[UUID] = []

    def plant(told: list[Told]) -> Iterable[Told]:
        """The son has joined only now: dibao was granted to the mother alone."""
        [granted] = [
            one for one in told if isinstance(one.fact, a.SubsidyGranted) and one.service == "living"
        ]
        mother, son = granted.fact.members
        newcomer.append(son)
        granted.fact = granted.fact.model_copy(update={"members": (mother,)})
        joined = a.HouseholdChanged(
            case=granted.fact.case, programme="dibao", household=granted.fact.household, members=(mother, son),
            joined=(son,), reason="member_joined", since=granted.at.date(),
        )  # fmt: skip
        at, id = told.index(granted), uuid4()
        more = replace(granted, fact=joined, id=id, decision=id, sequence=0)
        one = recommended(told, "disability-living")[0]
        one.known = {**one.known, "living": EVERYTHING}
        return [*told[: at + 1], more, *told[at + 1 :]]

    world = made(beside.subsidies, plant)
    assert verdict_of(world, "disability-living") == "broken"
    assert newcomer
