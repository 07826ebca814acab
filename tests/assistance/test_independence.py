"""B1, B6: nobody acts on the case of their own family, nor without a post; relatives' cases are kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events import assistance as a
from events import casework as c
from events import staff as s
from events.base import Actor
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import steps
from services.assistance.model import Stage
from services.chassis.refusal import Refused
from services.chassis.work import Cause, Work
from services.living import SERVICE
from services.staff import declaring, leave
from services.staff import steps as staffing
from tests.living.office import OFFICER, POOR, RURAL, SECOND, SURVEYOR, URBAN, Office

DEPUTY = UUID(int=0xDE, version=4)
PERSONNEL = UUID(int=0xAA, version=4)


class Staffed(Office):
    """The staff service records who works here."""

    def of_staff(self, step: Callable[..., Any], *said: Any, **more: Any) -> Any:
        cause = Cause(Actor("civil-affairs", "personnel", PERSONNEL), self.ids.random())
        found = self.staff.decide(lambda work: step(work, *said, **more), cause)
        self.host.drain()
        return found

    def shown(self, household: HouseholdId, applicant: PersonId) -> CaseId:
        """A case whose notice stands."""
        return self.post(household, applicant)

    def joins(self, *people: UUID) -> None:
        for one in people:
            self.of_staff(staffing.register, one, "测试人")

    def has_post(self, code: str, who: UUID, *roles: s.Role, township: str | None = None) -> None:
        self.of_staff(
            staffing.create, code, title="岗位", department="civil-affairs", roles=roles, since=self.today,
            township=township,
        )  # fmt: skip
        self.of_staff(staffing.assign, code, who, since=self.today)

    def related(self, who: UUID, person: PersonId, since: date | None = None) -> None:
        self.of_staff(
            declaring.declare, who, person=person, relation=s.Relation.SIBLING, since=since or self.today
        )


@pytest.mark.clause("B1")
def test_who_is_a_near_relative_makes_no_check_and_gives_no_opinion(tmp_path: Path) -> None:
    office = Staffed(tmp_path)
    office.joins(OFFICER, SURVEYOR, SECOND, DEPUTY)
    case, people = accepted(office)
    office.related(DEPUTY, people[1])
    means = POOR(people)
    office.do(steps.survey, case, (SURVEYOR, SECOND), means)
    for step, said in ((steps.check, {"means": means}), (steps.assess, {})):
        with pytest.raises(Refused, match="not-independent") as wrong:
            office.do(step, case, officer=DEPUTY, **said)
        assert wrong.value.field == "officer"
        office.do(step, case, officer=SECOND, **said)
    told = [office.facts(case, kind)[0].officer for kind in (a.Checked, a.Assessed)]
    assert told == [SECOND, SECOND]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Staffed]:
    found = Staffed(tmp_path)
    found.joins(OFFICER, SURVEYOR, SECOND, DEPUTY)
    yield found
    assert found.differs() == []


def accepted(office: Staffed, size: int = 2) -> tuple[CaseId, list[PersonId]]:
    household, people = office.family(size)
    case = office.apply(household, people[0])
    office.do(steps.accept, case)
    return case, people


def slug(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.zh
    return refused.value.slug, refused.value.field


@pytest.mark.clause("B1")
def test_a_surveyor_who_is_a_near_relative_of_a_member_is_turned_away(office: Staffed) -> None:
    case, people = accepted(office)
    means = POOR(people)
    office.related(SECOND, people[1])
    survey = lambda: office.do(steps.survey, case, (SURVEYOR, SECOND), means)  # noqa: E731
    assert slug(survey) == ("not-independent", "surveyors")
    office.do(steps.survey, case, (SURVEYOR, DEPUTY), means)


@pytest.mark.clause("B1")
def test_who_is_a_near_relative_neither_confirms_nor_declines_nor_takes_a_step(office: Staffed) -> None:
    household, people = office.family(1)
    case = office.shown(household, people[0])
    office.ready(case)
    office.related(OFFICER, people[0])
    step = lambda: office.do(steps.take_step, case, "visit", (OFFICER,))  # noqa: E731
    assert slug(step) == ("not-independent", "staff")
    office.ready(case)
    for act in (steps.confirm, steps.decline):
        assert slug(partial(office.do, act, case, OFFICER)) == ("not-independent", "officer")
    office.do(steps.confirm, case, DEPUTY)
    office.do(steps.open_review, case, "other")
    office.look_into(case)
    assert slug(lambda: office.do(steps.conclude_review, case, OFFICER)) == ("not-independent", "officer")
    assert slug(lambda: office.do(steps.request_exit, case, OFFICER)) == ("not-independent", "officer")


@pytest.mark.clause("B1")
def test_once_the_district_has_approvers_only_they_decide_and_their_post_is_recorded(office: Staffed) -> None:
    household, people = office.family(1)
    case = office.grant(household, people[0])
    (granted,) = office.facts(case, a.SubsidyGranted)
    assert granted.acting is None, "nobody knows who holds which post: unknown, not broken"

    office.has_post("approver", OFFICER, s.Role.APPROVER)
    household, people = office.family(1)
    case = office.shown(household, people[0])
    office.ready(case)
    assert slug(lambda: office.do(steps.confirm, case, DEPUTY)) == ("not-in-post", "officer")
    office.do(steps.confirm, case, OFFICER)
    (granted,) = office.facts(case, a.SubsidyGranted)
    assert granted.acting == a.Acting(post="approver", role=s.Role.APPROVER)


@pytest.mark.clause("B1")
def test_while_the_approver_is_away_only_the_deputy_decides(office: Staffed) -> None:
    office.has_post("approver", OFFICER, s.Role.APPROVER)
    household, people = office.family(1)
    case = office.shown(household, people[0])
    office.ready(case)
    office.of_staff(
        leave.take_leave, OFFICER, since=office.today, until=office.today, deputies={"approver": DEPUTY}
    )
    assert slug(lambda: office.do(steps.confirm, case, OFFICER)) == ("not-in-post", "officer")
    office.do(steps.confirm, case, DEPUTY)


@pytest.mark.clause("B1")
def test_a_surveyor_of_another_township_may_not_survey_here(office: Staffed) -> None:
    case, people = accepted(office)
    office.has_post("surveyor", SURVEYOR, s.Role.SURVEYOR, township=RURAL)
    office.has_post("elsewhere", SECOND, s.Role.SURVEYOR, township=URBAN)
    survey = lambda: office.do(steps.survey, case, (SURVEYOR, SECOND), POOR(people))  # noqa: E731
    assert slug(survey) == ("not-in-post", "surveyors")


@pytest.mark.clause("B1")
def test_a_step_of_the_county_is_not_taken_in_a_post_of_a_township(office: Staffed) -> None:
    household, people = office.family(1)
    case = office.shown(household, people[0])
    office.ready(case)
    office.has_post("clerk", SURVEYOR, s.Role.CLERK, township=RURAL)
    office.has_post("county", SECOND, s.Role.CLERK)
    visit = partial(office.do, steps.take_step, case, "visit")
    assert slug(partial(visit, (SURVEYOR,))) == ("not-in-post", "staff")
    visit((SECOND,))


@pytest.mark.clause("B1")
def test_a_relatives_application_is_kept_apart_and_owes_the_countys_visit(office: Staffed) -> None:
    household, people = office.family(2)
    office.related(DEPUTY, people[1])
    case = office.shown(household, people[0])
    assert office.names(case)[:3] == ["Applied", "RegisteredApart", "StepDemanded"]
    (demanded,) = office.facts(case, c.StepDemanded)
    assert (demanded.step, demanded.reason) == ("visit", "kin")
    office.until(office.case(case).notice_until + timedelta(days=1))
    office.do(steps.take_step, case, "submit", (SURVEYOR,))
    office.do(steps.take_step, case, "review", (SURVEYOR,))
    owed = slug(lambda: office.do(steps.post_notice, case))
    assert owed == ("step-owed", "case")
    office.do(steps.take_step, case, "visit", (SURVEYOR,))
    office.do(steps.post_notice, case)


@pytest.mark.clause("B1")
def test_a_relation_told_after_the_application_is_still_kept_apart(office: Staffed) -> None:
    case, people = accepted(office)
    office.related(DEPUTY, people[1])
    assert office.names(case)[-2:] == ["RegisteredApart", "StepDemanded"]
    office.related(OFFICER, people[0], since=office.today)
    assert office.names(case).count("RegisteredApart") == 2
    assert office.names(case).count("StepDemanded") == 1


@pytest.mark.clause("B1")
def test_a_relation_told_after_the_decision_opens_a_review_where_it_was_so_by_then(office: Staffed) -> None:
    household, people = office.family(1)
    case = office.grant(household, people[0])
    decided = office.today
    office.until(decided + timedelta(days=40))
    office.related(DEPUTY, people[0], since=decided + timedelta(days=1))
    assert office.facts(case, a.ReviewOpened) == []
    office.related(OFFICER, people[0], since=decided - timedelta(days=1))
    (review,) = office.facts(case, a.ReviewOpened)
    assert review.reason == "relative_declared" and review.cause is not None
    assert office.case(case).stage is Stage.GRANTED


@pytest.mark.clause("B1")
def test_a_relation_told_while_the_officer_confirms_is_not_overlooked(office: Staffed) -> None:
    """Two processes on one store: the declaration is taken by one before the other commits."""
    household, people = office.family(1)
    case = office.shown(household, people[0])
    office.ready(case)
    other, told = office.runtime(SERVICE), list[object]()
    other.start(office.living.feeds)

    def confirm(work: Work) -> None:
        found = steps.confirm(work, case, OFFICER)
        if not told:
            told.append(found)
            office.related(OFFICER, people[0])

    with pytest.raises(Refused) as refused:
        other.decide(confirm)
    assert refused.value.slug == "not-independent"
    assert office.facts(case, a.SubsidyGranted) == []
