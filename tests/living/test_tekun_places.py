"""B9: who cannot care for themselves finds a place in an institution, by their own choice; and how an end is shown."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from events import assistance as a
from events import living as l
from events import registry as r
from events.ids import CaseId, InstitutionId, PersonId
from services.assistance import steps
from services.chassis.refusal import Refused
from services.living import caring, ending
from tests.living.office import OFFICER, SECOND, SURVEYOR
from tests.living.tekun import SON, SURVEYED, TekunOffice, findings


@pytest.fixture
def office(tmp_path: Path) -> TekunOffice:
    return TekunOffice(tmp_path)


def wanting(office: TekunOffice, unmet: int = 4) -> tuple[CaseId, PersonId]:
    household, person = office.alone()
    return office.tekun(household, person, unmet, "centralised"), person


@pytest.mark.clause("B9")
def test_a_place_changes_the_sum_from_the_next_month_and_leaving_changes_it_back(office: TekunOffice) -> None:
    household, person = office.alone()
    case = office.tekun(household, person)
    office.until(date(2021, 8, 10))
    office.act(caring.wish, person, "centralised")
    office.act(caring.place, person, office.institution(), bed="1-1", consent_by="person")
    office.until(date(2021, 9, 10))
    office.act(caring.leave, person)
    office.until(date(2021, 10, 2))
    paid = {fact.month: fact.amount_fen for fact in office.facts(case, a.MonthGranted)}
    assert paid == {"2021-08": 696_10, "2021-09": 727_10, "2021-10": 696_10}
    assert [fact.reason for fact in office.facts(case, a.Adjusted)] == ["placement", "placement"]
    assert office.differs() == []


@pytest.mark.clause("B9")
def test_nobody_is_placed_without_consent_against_their_wish_or_where_no_bed_is_free(
    office: TekunOffice,
) -> None:
    home = office.institution(beds=1)
    _, person = wanting(office)
    _, second = wanting(office)
    with pytest.raises(Refused, match="consent-needed"):
        office.act(caring.place, person, home, bed="1", consent_by=None)
    with pytest.raises(Refused, match="not-found"):
        office.act(caring.place, person, InstitutionId(int=9), bed="1", consent_by="person")
    office.act(caring.place, person, home, bed="1", consent_by="person")
    with pytest.raises(Refused, match="bed-taken"):
        office.act(caring.place, second, home, bed="1", consent_by="guardian")
    with pytest.raises(Refused, match="no-bed"):
        office.act(caring.place, second, home, bed="2", consent_by="guardian")
    with pytest.raises(Refused, match="beds-taken"):
        office.act(caring.register_institution, home, name="敬老院", township="431202201000", beds=0)
    office.act(caring.leave, person, "other")
    office.act(caring.place, second, home, bed="1", consent_by="guardian")
    office.act(caring.wish, person, "scattered")
    with pytest.raises(Refused, match="wishes-to-stay"):
        office.act(caring.place, person, office.institution(), bed="1", consent_by="person")


@pytest.mark.clause("B9")
def test_a_place_ends_the_agreement_and_a_death_frees_the_bed(office: TekunOffice) -> None:
    home = office.institution(beds=1)
    _, person = wanting(office)
    office.act(caring.sign, person, carer_name="李测试", until=date(2022, 6, 30), hours=40)
    office.act(caring.place, person, home, bed="1", consent_by="person")
    assert [fact.reason for fact in office.of(person, l.CareAgreementEnded)] == ["placed"]
    office.tell(r.Died(person=person, on=office.today))
    assert [fact.reason for fact in office.of(person, l.LeftInstitution)] == ["support_ended"]
    _, second = wanting(office)
    office.act(caring.place, second, home, bed="1", consent_by="person")
    assert office.differs() == []


def no_longer(office: TekunOffice, case: CaseId) -> None:
    """A review finds a son who can support the person."""
    if not office.case(case).review_open:
        office.do(steps.open_review, case, "report")
    told = findings(SURVEYED | {"法定义务人": (SON,)})
    office.do(steps.survey, case, (SURVEYOR, SECOND), findings=told)
    office.do(steps.assess, case)


@pytest.mark.clause("B6")
def test_an_end_is_shown_for_seven_days_before_it_is_decided(office: TekunOffice) -> None:
    household, person = office.alone()
    case = office.tekun(household, person)
    with pytest.raises(Refused, match="no-end-intended"):
        office.act(ending.post, person)
    no_longer(office, case)
    with pytest.raises(Refused, match="end-not-shown"):
        office.do(steps.conclude_review, case, OFFICER)
    office.act(ending.post, person)
    until = office.of(person, l.EndNoticePosted)[0].until
    assert until == office.today + timedelta(days=7)
    with pytest.raises(Refused, match="end-shown"):
        office.act(ending.post, person)
    office.until(until)
    with pytest.raises(Refused, match="end-not-shown"):
        office.do(steps.conclude_review, case, OFFICER)
    office.until(until + timedelta(days=1))
    office.do(steps.conclude_review, case, OFFICER)
    (ended,) = office.facts(case, a.Exited)
    assert (ended.reason, ended.since.day) == ("no_longer_eligible", 1)
    assert office.support(person).ending is None
    assert office.differs() == []


@pytest.mark.clause("B6")
def test_an_objection_to_an_end_is_inquired_into_before_it_is_shown_again(office: TekunOffice) -> None:
    household, person = office.alone()
    case = office.tekun(household, person)
    no_longer(office, case)
    office.act(ending.post, person)
    office.act(ending.object_to, person, "儿子已失业")
    (objected,) = office.of(person, l.EndObjectionLodged)
    assert objected.decide_by > office.today + timedelta(days=15)
    office.until(office.today + timedelta(days=9))
    with pytest.raises(Refused, match="end-not-shown"):
        office.do(steps.conclude_review, case, OFFICER)
    with pytest.raises(Refused, match="end-shown"):
        office.act(ending.post, person)
    no_longer(office, case)
    office.act(ending.post, person)
    office.until(office.today + timedelta(days=8))
    office.do(steps.conclude_review, case, OFFICER)
    assert len(office.facts(case, a.Exited)) == 1


@pytest.mark.clause("B6")
def test_who_asks_to_leave_is_shown_too(office: TekunOffice) -> None:
    household, person = office.alone()
    case = office.tekun(household, person)
    with pytest.raises(Refused, match="end-not-shown"):
        office.do(steps.request_exit, case)
    office.do(steps.open_review, case, "other")
    told = findings(SURVEYED | {"终止情形": "withdrawn"})
    office.do(steps.survey, case, (SURVEYOR, SECOND), findings=told)
    office.do(steps.assess, case)
    office.act(ending.post, person)
    assert office.of(person, l.EndNoticePosted)[0].reason == "WITHDRAWN"


@pytest.mark.clause("B6")
def test_from_july_2026_nobody_leaves_tekun_unheard(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path, start=date(2026, 7, 6))
    household, person = office.alone()
    case = office.tekun(household, person)
    no_longer(office, case)
    office.act(ending.post, person)
    office.until(office.today + timedelta(days=8))
    with pytest.raises(Refused, match="family-not-heard"):
        office.do(steps.conclude_review, case, OFFICER)
    office.do(steps.conclude_review, case, OFFICER, heard=office.today)
    assert office.facts(case, a.Exited)[0].reason == "no_longer_eligible"
