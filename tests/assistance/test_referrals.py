"""B15: a need is handed to the line department, which accepts or returns it, and it is closed with a result; B13:
relief and dibao demand checks of each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events.ids import ReferralId
from services.assistance import links
from services.assistance.programme import PROGRAMMES, Programme
from services.chassis.departments import Department
from tests.assistance.kernel import GROUNDS, OFFICER, RELIEF, Kernel
from tests.living.office import RURAL, URBAN


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path, RELIEF) as office:
        yield office
        assert office.differences("living") == []


def sent(office: Kernel, kind: str = "housing", **named: Any) -> dict[str, Any]:
    """Sent on 2020-08-03; ten working days run until 2020-08-17."""
    household, people = office.family(2)
    body = {"kind": kind, "household": str(household), "people": [str(people[0])], **named}
    response = office.client("living").post("/referrals", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def answer(office: Kernel, department: str, referral: dict[str, Any], step: str, **body: Any) -> Any:
    client = office.client("living", department)
    return client.post(f"/referrals/{referral['referral']}/{step}", json=body)


@pytest.mark.clause("B15")
def test_a_need_goes_to_the_department_of_the_paper_with_its_marked_limit(office: Kernel) -> None:
    referral = sent(office, need="房屋漏雨")
    assert (referral["to"], referral["to_zh"], referral["reply_by"]) == (
        "housing", "住房和城乡建设局", "2020-08-17"
    )  # fmt: skip
    fact = office.facts("living", a.ReferralSent)[0]
    assert fact.illustrative
    assert (fact.paper.number, fact.paper.clause) == ("鹤民发〔2020〕43号", "三(一)3")
    assert fact.paper.digest is not None
    assert not fact.named


@pytest.mark.clause("B15")
def test_it_is_accepted_and_closed_with_a_result_that_the_sender_sees(office: Kernel) -> None:
    referral = sent(office)
    assert answer(office, "housing", referral, "acceptance", version=1).json()["state_zh"] == "已接收"
    assert answer(office, "housing", referral, "result", result="helped").json()["state"] == "closed"
    office.host.follow()
    line = office.client("living").get("/referrals").json()["items"][0]
    assert (line["state_zh"], line["result"], line["answered"]) == ("已办结", "helped", "2020-08-03")
    assert "示例" in line["note"]


@pytest.mark.clause("B15")
def test_without_a_result_or_a_reason_it_is_neither_closed_nor_returned(office: Kernel) -> None:
    referral = sent(office)
    assert answer(office, "housing", referral, "return").json()["type"].endswith("reason-required")
    answer(office, "housing", referral, "acceptance")
    refused = answer(office, "housing", referral, "result")
    assert (refused.status_code, "结果" in refused.text) == (422, True)
    assert answer(office, "housing", referral, "result", result="done").status_code == 422
    assert office.facts("living", a.ReferralClosed) == []


@pytest.mark.clause("B15")
def test_for_safe_water_the_district_names_the_department_and_elsewhere_the_paper_does(
    office: Kernel,
) -> None:
    household, people = office.family()
    body = {"kind": "drinking_water", "household": str(household), "people": [str(people[0])]}
    client = office.client("living")
    refused = client.post("/referrals", json=body)
    assert (refused.status_code, refused.json()["type"].endswith("receiver-required")) == (422, True)
    named = client.post("/referrals", json=body | {"to": "agriculture"})
    assert named.json()["to_zh"] == "农业农村局"
    assert office.facts("living", a.ReferralSent)[0].named
    other = client.post("/referrals", json=body | {"kind": "medical", "to": "education"})
    assert other.json()["type"].endswith("receiver-by-paper")
    unknown = client.post("/referrals", json=body | {"kind": "holiday"})
    assert unknown.json()["type"].endswith("referral-unknown")


@pytest.mark.clause("B15")
def test_unanswered_past_its_last_day_it_is_overdue_and_an_answer_still_counts(office: Kernel) -> None:
    late, answered = sent(office), sent(office, "medical")
    answer(office, "medical-insurance", answered, "acceptance")
    office.until(date(2020, 8, 17))
    assert office.facts("living", a.ReferralOverdue) == []
    office.until(date(2020, 8, 18))
    (overdue,) = office.facts("living", a.ReferralOverdue)
    assert (str(overdue.referral), overdue.to, overdue.reply_by) == (
        late["referral"], "housing", date(2020, 8, 17)
    )  # fmt: skip
    ledger = {one["department"]: one for one in office.client("living").get("/referral-ledger").json()}
    assert (ledger["housing"]["waiting"], ledger["housing"]["late"]) == (1, 1)
    assert (ledger["medical-insurance"]["accepted"], ledger["medical-insurance"]["late"]) == (1, 0)
    late_list = office.client("living").get("/referrals", params={"overdue": True}).json()["items"]
    assert [one["referral"] for one in late_list] == [late["referral"]]
    assert answer(office, "housing", late, "acceptance").status_code == 200
    office.host.follow()
    table = office.client("living").get("/referral-ledger.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("接收部门,转介件数,待答复,其中逾期")
    assert "住房和城乡建设局,1,0,0,1,0,0,1" in table
    rows = office.client("living").get("/referrals.csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    office.until(date(2020, 9, 1))
    assert len(office.facts("living", a.ReferralOverdue)) == 1


@pytest.mark.clause("B15")
def test_what_came_back_is_closed_by_the_sender_or_sent_anew(office: Kernel) -> None:
    referral = sent(office)
    assert answer(office, "housing", referral, "return", reason="incomplete").json()["state"] == "returned"
    assert answer(office, "housing", referral, "result", result="helped").status_code == 409
    body = {name: referral[name] for name in ("kind", "household", "people")}
    again = office.client("living").post("/referrals", json=body | {"before": referral["referral"]})
    assert again.status_code == 201, again.text
    assert answer(office, "civil-affairs", referral, "result", result="passed_on").json()["state"] == "closed"


@pytest.mark.clause("B15")
def test_only_the_two_departments_act_and_a_township_only_for_its_own(office: Kernel) -> None:
    referral = sent(office)
    assert answer(office, "education", referral, "acceptance").status_code == 403
    assert answer(office, "civil-affairs", referral, "acceptance").json()["type"].endswith("not-addressed")
    household, people = office.family()
    body = {"kind": "housing", "household": str(household), "people": [str(people[0])]}
    assert office.client("living", "housing").post("/referrals", json=body).status_code == 403
    assert office.client("living", township=URBAN).post("/referrals", json=body).status_code == 403
    assert office.client("living", township=RURAL).post("/referrals", json=body).status_code == 201
    office.host.follow()
    assert len(office.client("living", "housing").get("/referrals").json()["items"]) == 2
    assert office.client("living", "education").get("/referrals").json()["items"] == []


@pytest.mark.clause("B15")
def test_the_same_need_is_not_sent_twice_and_nobody_elses_at_all(office: Kernel) -> None:
    referral = sent(office)
    body = {name: referral[name] for name in ("kind", "household", "people")}
    client = office.client("living")
    assert client.post("/referrals", json=body).json()["type"].endswith("referral-open")
    stranger = body | {"kind": "medical", "people": [str(office.family()[1][0])]}
    assert client.post("/referrals", json=stranger).json()["type"].endswith("not-of-household")
    assert answer(office, "housing", referral, "acceptance", version=1).status_code == 200
    assert answer(office, "housing", referral, "return", version=1, reason="not_ours").status_code == 409


@pytest.mark.clause("B15")
def test_the_receiving_service_answers_by_its_own_fact_and_one_too_late_is_kept_unused(
    office: Kernel,
) -> None:
    referral = sent(office)
    (fact,) = office.facts("living", a.ReferralSent)
    told = a.ReferralAnswered(
        referral=fact.referral, household=fact.household, people=fact.people, answer="accepted", on=office.today
    )  # fmt: skip
    office.answered("education", told)
    assert office.facts("living", a.ReferralAnswerNotUsed)[0].why == "not-addressed"
    office.answered("housing", told)
    office.answered("housing", told.model_copy(update={"answer": "closed"}))
    office.answered("housing", told.model_copy(update={"answer": "closed", "result": "helped"}))
    office.answered("housing", told.model_copy(update={"answer": "returned", "reason": "not_ours"}))
    unused = [one.why for one in office.facts("living", a.ReferralAnswerNotUsed)]
    assert unused == ["not-addressed", "result-required", "wrong-step"]
    closed = office.facts("living", a.ReferralClosed)[0]
    assert (closed.result, closed.by, closed.cause is not None) == ("helped", "housing", True)
    elsewhere = ReferralId.of(office.ids.random())
    office.answered("housing", told.model_copy(update={"referral": elsewhere}))
    assert len(office.facts("living", a.ReferralAnswerNotUsed)) == 3
    assert referral["state"] == "sent"


@pytest.mark.clause("B13")
def test_a_refused_dibao_opens_a_relief_check_once(office: Kernel) -> None:
    household, people = office.family()
    for _ in range(2):
        case = office.applied(household, people)
        about = office.about(case, household, people)
        office.record(
            case, a.Declined(**about, reason="ABOVE", on=office.today, officer=OFFICER, grounds=GROUNDS)
        )
    (opened,) = office.facts("living", a.ReferralSent)
    assert (opened.kind, opened.to, opened.paper.clause) == ("relief_check", "civil-affairs", "二(四)")
    assert opened.cause is not None
    assert opened.reply_by == date(2020, 8, 17)


@pytest.mark.clause("B13")
def test_relief_granted_again_within_twelve_months_opens_a_dibao_check(
    office: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = links.Link("relief", a.SubsidyGranted, "dibao_check", Department.CIVIL_AFFAIRS, links.repeated)
    monkeypatch.setitem(links.LINKS, ("relief", a.SubsidyGranted), one)
    monkeypatch.setitem(PROGRAMMES, "relief", Programme("relief", "living", ("救助", "relief"), "relief"))
    household, people = office.family()
    office.granted(household, people, "relief", period="once")
    assert office.facts("living", a.ReferralSent) == []
    office.granted(household, people, "relief", period="once")
    assert [one.kind for one in office.facts("living", a.ReferralSent)] == ["dibao_check"]
