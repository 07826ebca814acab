"""单人户, beside the real registry, disability and finance: only those who qualify are admitted, and nobody else is anything.

民发〔2012〕220号 10, 民发〔2021〕57号 8: a severely disabled adult is admitted alone out of a family above the standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import finance as f
from events import registry as r
from events.assistance import Means, MemberMeans
from events.ids import CaseId, HouseholdId, PersonId
from events.letters import LetterKind
from events.registry import Category
from services import finance, living
from services.assistance import correspondence, steps
from services.assistance.commands import Confirm
from services.assistance.model import CASE, Case, Stage
from services.chassis.refusal import Refused
from services.chassis.unsealing import unseal
from services.chassis.work import Work
from services.disability import filing
from services.finance import price
from tests.casework import take_owed
from tests.disability.town import OFFICER, Town
from tests.living.office import SECOND, SURVEYOR
from tests.papers import publish_shipped

DISABLED = {"disability_grade": 1, "disability_kind": "physical", "own_register": True}
EARNS = {"wage": 3000_00, "in_work": True, "able_to_work": True}
Family = tuple[HouseholdId, list[PersonId]]


class House(Town):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, living.SERVICE, [finance.SERVICE])
        publish_shipped(self.runtime("policy"), ["price-link-illustrative"])
        self.host.drain()

    def decide(self, step: Any, case: CaseId, *values: Any, **named: Any) -> Any:
        result = self.runtime("living").decide(lambda work: step(work, case, *values, **named))
        self.host.drain()
        return result

    def state(self, case: CaseId) -> Case:
        return self.runtime("living").decide(lambda work: work.load(CASE, case))

    def look_into(self, case: CaseId, each: Sequence[dict[str, Any]]) -> None:
        """`each`: what is found of every member, in their order."""
        people = self.state(case).members
        members = tuple(
            MemberMeans.model_validate({"person": one, "age": 40, **found})
            for one, found in zip(people, each, strict=True)
        )
        means = Means(members=members, property_within_rule=True)
        self.decide(steps.survey, case, (SURVEYOR, SECOND), means)
        self.decide(steps.check, case, means)
        self.decide(steps.assess, case)

    def asked(self, family: Family, each: Sequence[dict[str, Any]], **said: Any) -> CaseId:
        """Up to the decision."""
        home, people = family
        said = {"consent": True, "apart": True} | said
        case: CaseId = self.runtime("living").decide(
            lambda work: steps.apply(work, "dibao", home, people[0], **said)
        )
        self.decide(steps.accept, case)
        self.look_into(case, each)
        while self.runtime("living").decide(lambda work: take_owed(work, case, (SURVEYOR, SECOND))):
            self.decide(steps.post_notice, case)
            self.until(self.state(case).notice_until)
            self.until(date.fromordinal(self.today.toordinal() + 1))
        return case

    def granted(self, family: Family, each: Sequence[dict[str, Any]]) -> CaseId:
        case = self.asked(family, each)
        self.decide(steps.confirm, case, OFFICER)
        return case

    def reviewed(self, case: CaseId, each: Sequence[dict[str, Any]]) -> None:
        if not self.state(case).review_open:
            self.decide(steps.open_review, case, "report")
        self.look_into(case, each)
        self.decide(steps.conclude_review, case, OFFICER, heard=self.today)

    def letter(self, case: CaseId, kind: LetterKind) -> str:
        """Its words; names stand in them as ids."""
        issued = self.runtime("living").decide(lambda work: correspondence.issue(work, case, kind))
        [words] = self.runtime("living").decide(lambda work: unseal(work, "文书", issued.words))
        return str(words)

    def on_dibao(self, *people: PersonId) -> list[bool]:
        return [
            Category.DIBAO in self.registry(lambda reg, one=one: reg.person(one).categories) for one in people
        ]

    def of(self, case: CaseId, kind: type[Any]) -> list[Any]:
        return [one for one in self.facts("living", kind) if one.case == case]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as house:
        yield house
        for name in ("registry", "living", "disability", "finance"):
            assert house.differences(name) == []
            assert house.runtime(name).unready() == []


@pytest.fixture
def four(house: House) -> Family:
    """Two who work, one severely disabled, a sister with a card of grade 3; registered poor, all of them."""
    home, people = house.family(4, enrolled=False)
    for one in people:
        house.registry(lambda reg, one=one: reg.categorise(one, {Category.REGISTERED_POOR: date(2018, 1, 1)}))
    return home, people


MEANS = (DISABLED, EARNS, EARNS, {"disability_grade": 3, "disability_kind": "hearing"})


@pytest.mark.clause("B2")
def test_of_a_family_of_four_only_the_severely_disabled_one_is_admitted(house: House, four: Family) -> None:
    home, people = four
    he = people[0]
    case = house.granted(four, MEANS)
    [assessed], [granted] = house.of(case, a.Assessed), house.of(case, a.SubsidyGranted)
    assert (assessed.route, assessed.admitted) == ("single", (he,))
    assert (granted.members, granted.admitted, granted.covered) == (tuple(people), (he,), (he,))
    assert granted.amount_fen == 417_00
    house.until(date(2020, 10, 2))
    assert {month.covered for month in house.of(case, a.MonthGranted)} == {(he,)}
    # The register, and who is enrolled by it: registered poor and on dibao.
    assert house.on_dibao(*people) == [True, False, False, False]
    assert [one.person for one in house.facts("registry", r.Enrolled)] == [he]
    # The gap list: he is covered; to the others it was said no, and nobody is missed or covered with him.
    [made] = [one for one in house.facts("living", a.GapListMade) if one.month == "2020-09"]
    [line] = made.townships
    assert (line.qualify, line.covered, line.applied, line.explained, line.gaps) == (4, 1, 0, 3, 0)
    # Finance pays one head.
    row = house.runtime("finance").decide(lambda work: work.fact("month-living", f"2020-09|{case}"))
    assert row["members"] == [str(he)]
    # One family has one case: nobody else of it asks for another.
    with pytest.raises(Refused):
        house.runtime("living").decide(lambda work: steps.apply(work, "dibao", home, people[3], consent=True))


@pytest.mark.clause("D1")
def test_disability_subsidies_follow_whom_dibao_covers(house: House, four: Family) -> None:
    _, people = four
    for one, grade in ((people[0], 1), (people[3], 3)):
        house.do(filing.issue, one, house.card_number(one, grade=grade))
        house.do(filing.consent, one, "person")
    case = house.granted(four, MEANS)
    assert [one.members for one in house.told(a.SubsidyGranted)] == [(people[0],)]
    assert house.case(people[3]) is None
    house.until(date(2020, 10, 14))
    house.registry(lambda reg: reg.die(people[0], house.today))
    assert house.state(case).stage is Stage.EXITED
    assert house.case(people[0]) is None


@pytest.mark.parametrize("how", ["dies", "leaves"])
def test_the_case_ends_when_none_of_those_admitted_is_left_and_nobody_else_is_exited(
    house: House, four: Family, how: str
) -> None:
    home, people = four
    case = house.granted(four, MEANS)
    house.until(date(2020, 10, 14))
    if how == "dies":
        house.registry(lambda reg: reg.die(people[0], date(2020, 10, 12)))
    else:
        house.registry(lambda reg: reg.leave(home, people[0], date(2020, 10, 12), "marriage", people[1]))
    [exited] = house.of(case, a.Exited)
    assert (exited.reason, exited.since) == ("death" if how == "dies" else "member_left", date(2020, 11, 1))
    assert (exited.members, exited.covered) == (tuple(people), (people[0],))
    assert house.on_dibao(*people[1:]) == [False, False, False]
    assert {one.person for one in house.facts("registry", r.Exited)} <= {people[0]}
    assert house.of(case, a.HouseholdChanged) == []


def test_somebody_not_admitted_who_dies_is_no_end_and_what_the_family_lacks_is_looked_at(
    house: House, four: Family
) -> None:
    _, people = four
    case = house.granted(four, MEANS)
    house.until(date(2020, 10, 14))
    house.registry(lambda reg: reg.die(people[3], date(2020, 10, 12)))
    state = house.state(case)
    assert (state.stage, state.review_open, state.admitted) == (Stage.GRANTED, True, (people[0],))
    assert house.of(case, a.Adjusted) == []


def test_a_review_admits_a_second_person_and_later_leaves_the_first_out(house: House, four: Family) -> None:
    _, people = four
    case = house.granted(four, MEANS)
    both = (DISABLED, EARNS, EARNS, DISABLED)
    house.until(date(2020, 10, 14))
    house.reviewed(case, both)
    [adjusted] = house.of(case, a.Adjusted)
    assert (adjusted.admitted, adjusted.amount_fen) == ((people[0], people[3]), 2 * 417_00)
    assert house.on_dibao(*people) == [True, False, False, True]
    # The sum is the same and somebody drops out: that is an adjustment, too.
    house.until(date(2020, 12, 14))
    house.reviewed(case, ({}, EARNS, DISABLED, DISABLED))
    swapped = house.of(case, a.Adjusted)[-1]
    assert (swapped.admitted, swapped.amount_fen) == ((people[2], people[3]), 2 * 417_00)
    assert house.on_dibao(*people) == [False, False, True, True]
    house.until(date(2021, 1, 2))
    months = {one.month: one.covered for one in house.of(case, a.MonthGranted)}
    assert months["2020-10"] == (people[0],)
    assert months["2020-12"] == (people[0], people[3])
    assert months["2021-01"] == (people[2], people[3])


def test_a_family_that_falls_below_the_standard_is_admitted_whole_and_comes_back_to_one(
    house: House, four: Family
) -> None:
    _, people = four
    case = house.granted(four, MEANS)
    house.until(date(2020, 10, 14))
    house.reviewed(case, (DISABLED, {}, {}, {}))
    assert house.of(case, a.Adjusted)[-1].admitted == ()
    assert house.on_dibao(*people) == [True] * 4
    house.until(date(2020, 12, 14))
    house.reviewed(case, MEANS)
    assert house.of(case, a.Adjusted)[-1].admitted == (people[0],)
    assert house.on_dibao(*people) == [True, False, False, False]
    ended = [one for one in house.facts("registry", r.CategoryEnded) if one.category is Category.DIBAO]
    assert {one.person for one in ended} == set(people[1:])
    house.decide(steps.request_exit, case)
    assert house.on_dibao(*people) == [False] * 4


def test_whoever_was_registered_twice_stays_admitted_as_the_one_they_are(house: House, four: Family) -> None:
    _, people = four
    case = house.granted(four, MEANS)
    other = house.person()
    house.registry(lambda reg: reg.merge_people(other, people[0]))
    state = house.state(case)
    assert (state.stage, state.admitted) == (Stage.GRANTED, (other,))
    assert house.on_dibao(other, *people[1:]) == [True, False, False, False]
    house.until(date(2020, 10, 2))
    assert house.of(case, a.MonthGranted)[-1].covered == (other,)


def test_an_officer_who_departs_says_whom_and_only_members(house: House, four: Family) -> None:
    _, people = four
    case = house.asked(four, (EARNS, EARNS, EARNS, {}))
    assert house.of(case, a.Assessed)[-1].admitted == ()
    why = {"amount_fen": 400_00, "departs": "重病证明在补办"}
    with pytest.raises(Refused, match="say whom you admit"):
        house.decide(steps.confirm, case, OFFICER, **why)
    with pytest.raises(Exception, match="member of the family"):
        house.decide(steps.confirm, case, OFFICER, **why, admitted=(house.person(),))
    house.decide(steps.confirm, case, OFFICER, **why, admitted=(people[3],))
    assert house.on_dibao(*people) == [False, False, False, True]
    assert Confirm(version=1).admitted == ()


@pytest.mark.clause("F2")
def test_the_price_allowance_counts_one_head(house: House, four: Family) -> None:
    _, people = four
    house.granted(four, MEANS)
    house.until(date(2020, 11, 16))

    def link(work: Work) -> bool:
        price.record_index(work, "2020-10", "4.0", "8.0", "4.0", date(2020, 11, 12), OFFICER)
        return price.grant(work, "2020-10")

    assert not house.runtime("finance").decide(link)
    assert [one.members for one in house.facts("finance", f.PriceAllowanceGranted)] == [(people[0],)]


@pytest.mark.clause("B2")
def test_letters_name_those_admitted_also_where_only_they_change(house: House, four: Family) -> None:
    _, people = four
    case = house.asked(four, MEANS)
    house.decide(steps.confirm, case, OFFICER)
    told = house.letter(case, "confirmation")
    assert "保障人员1人" in told and [one for one in people if str(one) in told] == people[:1]
    house.until(date(2020, 10, 14))
    house.reviewed(case, (EARNS, EARNS, EARNS, DISABLED))
    assert [one.admitted for one in house.of(case, a.Adjusted)] == [(people[3],)]
    told = house.letter(case, "adjustment")
    assert "变更" in told and "417元不变" in told and "保障人员1人" in told and str(people[3]) in told
