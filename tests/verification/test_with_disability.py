"""Verification beside the real disability: whose subsidy began by itself is checked too, and heard before anything ends."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events import assistance as a
from events import verification as v
from events.ids import AgreementId, CaseId, HouseholdId, PersonId
from services import verification
from services.assistance import steps
from services.chassis.refusal import Refused
from services.chassis.work import Work
from services.disability import filing
from services.history.audit.verdict import Class, Outcome
from services.verification import comparing, mismatch, sharing, taking
from tests.disability.town import OFFICER, Town
from tests.verification.given import csv_file
from tests.verification.test_with_living import audited

pytestmark = [pytest.mark.clause("V1"), pytest.mark.clause("V3"), pytest.mark.clause("D1")]


class Bureau(Town):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, more=[verification.SERVICE])
        self.bureau = self.runtime("verification")
        self.records = verification.Records.open(self.settings, self.bureau.around.keys)
        self.host.senders.append(verification.Doer(self.bureau, self.records).step)

    def share(self, source: v.Source, *fields: str) -> AgreementId:
        def agree(work: Work) -> AgreementId:
            said = {"conditional": True, "every_months": 3, "floor_fen": 0, "until": date(2030, 1, 1)}
            found = sharing.request(work, source, ("id_number", *fields), OFFICER, **said)
            sharing.grant(work, found, OFFICER)
            return found

        found = self.bureau.decide(agree)
        self.host.drain()
        return found

    def in_prison(self, agreement: AgreementId, *people: PersonId) -> None:
        rows = ((self.numbers[one], "2020-07-01") for one in people)
        content = io.BytesIO(csv_file(("id_number", "since"), *rows))
        cause = self.bureau.cause()
        taking.take(self.bureau, self.records, agreement, self.today, content, "prison.csv", cause)
        self.host.drain()

    def son_with_a_card(self) -> PersonId:
        """Of a family on dibao; the living subsidy begins by itself."""
        home, people = self.family(2)
        self.dibao(home, people, date(2020, 9, 1))
        self.do(filing.issue, people[1], self.card_number(people[1], grade=1))
        self.do(filing.consent, people[1], "guardian")
        return people[1]

    def reviews(self) -> list[a.ReviewOpened]:
        return [one for one in self.told(a.ReviewOpened) if one.reason == "mismatch"]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    with Bureau(tmp_path) as bureau:
        yield bureau
        for name in ("verification", "disability"):
            assert bureau.differences(name) == []
            assert bureau.runtime(name).store.kept_range("letter", "", "", 10) == []


def test_whose_subsidy_begins_by_itself_is_checked_with_the_sources_that_its_paper_names(
    bureau: Bureau,
) -> None:
    prison = bureau.share("prison", "since")
    bureau.share("vehicles", "kind", "registered")
    other = bureau.alone()
    bureau.in_prison(prison, other)
    bureau.son_with_a_card()
    [owed] = [
        one for one in bureau.facts("verification", v.CheckOwed) if one.programme == "disability-living"
    ]
    assert set(owed.sources) == {"death", "prison"}
    [asked] = [one for one in bureau.facts("verification", v.CheckRequested) if one.check == owed.check]
    assert asked.sources == ("prison",), "vehicles say nothing of a subsidy for the disabled"
    [answer] = [one for one in bureau.facts("verification", v.CheckReported) if one.check == owed.check]
    assert answer.unused is None, "what the service decided by itself was decided on no answer"
    assert bureau.facts("verification", v.MismatchFound) == [] and bureau.reviews() == []


def test_a_contradiction_is_heard_in_a_review_and_nothing_is_cut_meanwhile(bureau: Bureau) -> None:
    prison = bureau.share("prison", "since")
    home, people = bureau.family(2)
    bureau.in_prison(prison, people[1])
    bureau.dibao(home, people, date(2020, 9, 1))
    bureau.do(filing.issue, people[1], bureau.card_number(people[1], grade=1))
    bureau.do(filing.consent, people[1], "guardian")
    [found] = bureau.facts("verification", v.MismatchFound)
    assert (found.person, found.source) == (people[1], "prison")
    [review] = bureau.reviews()
    assert review.members == (people[1],)
    bureau.until(date(2020, 10, 2))
    assert bureau.months() == ["2020-08", "2020-09", "2020-10"], "it is paid until somebody has decided"
    assert bureau.told(a.Exited) == []
    told = [one for one in audited(bureau) if one.check.code == "departments-data"]
    heard_by_nobody = {("disability", Class.JAILED, Outcome.OPEN)}
    assert {(one.service, one.kind, one.check.outcome) for one in told} == heard_by_nobody
    assert {one.check.paper for one in told} == {"国发〔2015〕52号"} and len(told) == 2, "September, October"
    # The comparison finds the same, and it stays the same.
    assert len(bureau.facts("verification", v.MismatchFound)) == 1


def test_whoever_is_helped_by_disability_alone_is_heard_when_a_comparison_finds_them(bureau: Bureau) -> None:
    son = bureau.son_with_a_card()
    prison = bureau.share("prison", "since")
    bureau.in_prison(prison, son)
    assert bureau.reviews() == []
    bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
    bureau.host.drain()
    [review] = bureau.reviews()
    assert review.members == (son,)
    # The office hears, notes what was found, and decides the review: the subsidy ends with the month.
    assert bureau.told(a.Exited) == []
    bureau.do(filing.exclude, son, "prison")
    bureau.do(steps.assess, review.case)
    with pytest.raises(Refused, match="family-not-heard"):
        bureau.do(steps.conclude_review, review.case, OFFICER)
    bureau.do(steps.conclude_review, review.case, OFFICER, heard=bureau.today)
    assert [one.members for one in bureau.told(a.Exited)] == [(son,)]


def granted_by_hand(bureau: Bureau, person: PersonId, home: HouseholdId) -> CaseId:
    """Without consent on the file nothing begins by itself; what the departments answer is there before the decision."""
    bureau.do(filing.issue, person, bureau.card_number(person))
    case: CaseId = bureau.do(steps.apply, "disability-living", home, person, consent=True)
    bureau.do(steps.accept, case)
    bureau.do(steps.assess, case)
    assert [one.person for one in bureau.facts("verification", v.MismatchFound)] == [person]
    assert bureau.reviews() == []
    bureau.do(steps.confirm, case, OFFICER)
    return case


def test_a_mismatch_that_came_before_a_grant_by_hand_is_put_to_the_family_after_it(bureau: Bureau) -> None:
    prison = bureau.share("prison", "since")
    home, (person,) = bureau.family()
    bureau.dibao(home, [person], date(2020, 9, 1))
    bureau.in_prison(prison, person)
    case = granted_by_hand(bureau, person, home)
    [review] = bureau.reviews()
    assert review.case == case
    [found] = bureau.facts("verification", v.MismatchFound)
    asked = [one for one in bureau.facts("verification", v.ReviewAsked) if one.case == case]
    assert [(one.mismatch, one.people) for one in asked] == [(found.mismatch, (person,))]


@pytest.mark.parametrize(
    ("result", "reviews"), [("confirmed", 1), ("data_wrong", 0), ("known", 0), ("other_person", 0)]
)
def test_of_a_mismatch_that_is_settled_only_a_confirmed_one_is_asked_about_again(
    bureau: Bureau, result: mismatch.Result, reviews: int
) -> None:
    prison = bureau.share("prison", "since")
    home, (person,) = bureau.family()
    bureau.dibao(home, [person], date(2020, 9, 1))
    bureau.in_prison(prison, person)
    case = granted_by_hand(bureau, person, home)
    [found] = bureau.facts("verification", v.MismatchFound)

    def settle(work: Work) -> None:
        mismatch.hear(work, found.mismatch, None, bureau.today, OFFICER)
        mismatch.resolve(work, found.mismatch, result, OFFICER)

    bureau.bureau.decide(settle)
    bureau.host.drain()
    bureau.do(steps.request_exit, case)
    bureau.until(date(2020, 11, 2))
    before = len(bureau.reviews())
    again: CaseId = bureau.do(steps.apply, "disability-living", home, person, consent=True)
    bureau.do(steps.accept, again)
    bureau.do(steps.assess, again)
    bureau.do(steps.confirm, again, OFFICER)
    assert len(bureau.reviews()) - before == reviews


def test_what_says_nothing_of_the_programme_granted_opens_nothing(bureau: Bureau) -> None:
    vehicles = bureau.share("vehicles", "kind", "registered")
    home, (person,) = bureau.family()
    bureau.dibao(home, [person], date(2020, 9, 1))
    content = io.BytesIO(
        csv_file(("id_number", "kind", "registered"), (bureau.numbers[person], "car", "2019-05-01"))
    )
    taking.take(
        bureau.bureau, bureau.records, vehicles, bureau.today, content, "cars.csv", bureau.bureau.cause()
    )
    bureau.do(filing.issue, person, bureau.card_number(person))
    case = bureau.do(steps.apply, "disability-living", home, person, consent=True)
    bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
    bureau.host.drain()
    assert len(bureau.facts("verification", v.MismatchFound)) == 1, "a car contradicts dibao"
    bureau.do(steps.accept, case)
    bureau.do(steps.assess, case)
    bureau.do(steps.confirm, case, OFFICER)
    assert len(bureau.told(a.SubsidyGranted)) == 1 and bureau.reviews() == []


def test_a_device_is_no_question_of_means_nor_of_any_source(bureau: Bureau) -> None:
    bureau.share("vehicles", "kind", "registered")
    home, (person,) = bureau.family()
    bureau.do(filing.issue, person, bureau.card_number(person))
    stated = (a.Finding(name="器具", value="white_cane"),)
    case = bureau.do(steps.apply, "assistive-device", home, person, consent=True, findings=stated)
    bureau.do(steps.accept, case)
    assert bureau.facts("disability", a.Accepted) != []
    assert bureau.facts("verification", v.CheckOwed) == []
