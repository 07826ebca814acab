"""A case's check: by consent in date, begun within three working days, answered by the departments, never too late (V1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events import assistance as a
from events import registry as r
from events import verification as v
from services import registry, verification
from services.chassis.departments import Department
from services.chassis.refusal import Conflict
from services.verification import checking
from services.verification.checking import State
from tests.verification.given import Bureau

pytestmark = pytest.mark.clause("V1")


def test_an_accepted_application_is_checked_with_whoever_delivers_and_the_answer_says_how_old_it_is(
    bureau: Bureau,
) -> None:
    agreement = bureau.share("vehicles")
    home, (first, second) = bureau.household(2)
    said = bureau.case(home, (first, second))
    bureau.apply(said)
    bureau.accept(said)
    [asked] = bureau.facts("verification", v.CheckRequested)
    assert (asked.people, asked.sources, asked.late) == ((first, second), ("vehicles",), False)
    bureau.deliver(agreement, bureau.cars(second), as_of=bureau.today - timedelta(days=10))
    [report] = bureau.facts("verification", v.CheckReported)
    assert (report.case, report.source, report.age_days, report.stale, report.unused) == (
        said["case"], "vehicles", 10, False, None,
    )  # fmt: skip
    [counted] = bureau.facts("verification", v.RecordsCounted)
    assert (counted.asked, counted.hits) == (2, 1)
    [closed] = bureau.facts("verification", v.CheckClosed)
    assert closed.outcome == "answered"
    texts = {one.person: bureau.vault.open_text(one.record) for one in report.findings}
    assert texts == {first: "[]", second: '[{"kind": "car", "registered": "2019-05-01"}]'}


def test_nobody_is_asked_without_consent_and_the_check_that_waits_is_overdue_after_three_working_days(
    bureau: Bureau,
) -> None:
    bureau.share("deposits")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.accept(said)
    identifier, check = bureau.check_of(said["case"])
    assert (check.state, check.due) == (State.OWED, date(2020, 8, 6))
    answer = bureau.office().post(f"/checks/{identifier}/start", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:doudi:problem:consent-missing")
    bureau.pass_days(4)
    [late] = bureau.facts("verification", v.CheckOverdue)
    assert (late.check, late.on) == (identifier, date(2020, 8, 7))
    assert [(row["kind"], row["id"]) for row in bureau.office().get("/owed?overdue=true").json()] == [
        ("start", str(identifier))
    ]
    body = {"person": str(person), "household": str(home), "capacity": "applicant", "since": "2020-08-07"}
    assert bureau.office().post("/consents", json=body).status_code == 201
    [asked] = bureau.facts("verification", v.CheckRequested)
    assert asked.late and asked.sources == ("deposits",)


def test_a_supporter_outside_the_household_consents_apart_and_is_asked_about_too(bureau: Bureau) -> None:
    bureau.share("pension")
    home, (parent,) = bureau.household()
    _, (son,) = bureau.household()
    office = bureau.office()
    body = {"person": str(son), "household": str(home), "since": "2020-08-03", "form": "a" * 64}
    wrong = office.post("/consents", json=body | {"capacity": "member"})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:doudi:problem:capacity")
    assert office.post("/consents", json=body | {"capacity": "supporter"}).status_code == 201
    said = bureau.case(home, (parent,))
    bureau.apply(said)
    bureau.accept(said)
    [asked] = bureau.facts("verification", v.CheckRequested)
    assert asked.people == (parent, son)


def test_a_consent_runs_out_after_a_year_unless_it_says_otherwise_and_ends_when_it_is_withdrawn(
    bureau: Bureau,
) -> None:
    bureau.share("pension")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.apply(said)
    [given] = bureau.facts("verification", v.ConsentGiven)
    assert (given.capacity, given.until) == ("applicant", date(2021, 8, 3))
    bureau.accept(said)
    identifier, _ = bureau.check_of(said["case"])
    office = bureau.office()
    assert office.post("/consents/withdrawal", json={"person": str(person)}).status_code == 200
    [closed] = bureau.facts("verification", v.CheckClosed)
    assert closed.outcome == "consent_withdrawn"
    assert office.get("/consents", params={"person": str(person)}).json()["scope"] == []
    with pytest.raises(Conflict, match="check-state"):
        bureau.bureau.decide(lambda work: checking.start(work, identifier))


def test_a_department_answers_the_request_by_itself_and_another_may_not(bureau: Bureau) -> None:
    bureau.share("school_roll")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.apply(said)
    bureau.accept(said)
    identifier, _ = bureau.check_of(said["case"])
    record = {"person": str(person), "record": {"stage": "高等教育", "since": "2019-09-01"}}
    body = {"source": "school_roll", "as_of": "2020-08-01", "records": [record]}
    path = f"/checks/{identifier}/reports"
    assert bureau.office(Department.HEALTH).post(path, json=body).status_code == 403
    education = bureau.office(Department.EDUCATION)
    more = record | {"record": {"stage": "higher", "since": "2019-09-01", "marks": "90"}}
    beyond = education.post(path, json=body | {"records": [more]})
    assert (beyond.status_code, beyond.json()["type"]) == (422, "urn:doudi:problem:fields-beyond-need")
    assert education.post(path, json=body).json()["unused"] is None
    shown = bureau.office().post(f"/checks/{identifier}/findings", json={"purpose": "审核低保申请"}).json()
    assert shown["items"][0]["records"] == [{"since": "2019-09-01", "stage": "higher"}]
    assert [one.purpose for one in bureau.facts("verification") if hasattr(one, "purpose")][
        -1
    ] == "审核低保申请"


def test_an_answer_after_the_end_or_about_another_household_is_not_used_and_asks_for_a_review(
    bureau: Bureau,
) -> None:
    bureau.share("company")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.apply(said)
    bureau.accept(said)
    identifier, check = bureau.check_of(said["case"])
    newcomer = bureau.person()
    joined = r.MemberJoined(
        household=home, person=newcomer, relation="10", since=bureau.today, reason="marriage"
    )
    bureau.say("registry", (home, joined))

    def answer() -> v.Unused | None:
        return bureau.bureau.decide(lambda work: checking.report(work, identifier, "company", work.today, {}))

    assert answer() == "household_changed"
    bureau.pass_days((check.due - bureau.today).days + 1)
    assert bureau.check_of(said["case"])[1].state is State.CLOSED
    assert answer() == "closed"
    asked = bureau.facts("verification", v.ReviewAsked)
    assert {(one.case, one.reason) for one in asked} == {(said["case"], "late_report")}
    assert [one.unused for one in bureau.facts("verification", v.CheckReported)] == [
        "household_changed",
        "closed",
    ]


def test_a_household_that_is_another_is_asked_about_anew_and_an_old_report_says_that_it_is_stale(
    bureau: Bureau,
) -> None:
    agreement = bureau.share("company")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.apply(said)
    bureau.accept(said)
    first, _ = bureau.check_of(said["case"])
    changed = a.HouseholdChanged(**said, township="431202102000", reason="moved", since=bureau.today)
    bureau.say("living", (said["case"], changed))
    second, check = bureau.check_of(said["case"])
    assert second != first and check.state is State.ASKED
    old = b"id_number,role,since\r\n"
    bureau.deliver(agreement, old, as_of=bureau.today - timedelta(days=91))
    [report] = bureau.facts("verification", v.CheckReported)
    assert (report.check, report.stale) == (second, True)


def test_an_answer_after_the_decision_is_not_used_and_asks_for_a_review(bureau: Bureau) -> None:
    bureau.share("tax")
    home, members = bureau.household()
    said = bureau.case(home, members)
    bureau.apply(said)
    bureau.accept(said)
    identifier, _ = bureau.check_of(said["case"])
    bureau.grant(said)
    [closed] = bureau.facts("verification", v.CheckClosed)
    assert (closed.check, closed.outcome) == (identifier, "decided")
    body = {"source": "tax", "as_of": "2020-08-01", "records": []}
    answer = bureau.office().post(f"/checks/{identifier}/reports", json=body)
    assert (answer.status_code, answer.json()["unused"]) == (201, "closed")
    [asked] = bureau.facts("verification", v.ReviewAsked)
    assert (asked.case, asked.reason) == (said["case"], "late_report")


def test_a_review_is_checked_too_but_not_one_that_a_check_asked_for(bureau: Bureau) -> None:
    home, members = bureau.household()
    said = bureau.case(home, members)
    bureau.accept(said)
    assert bureau.facts("verification", v.CheckOwed) == [], "nobody shares data: there is nobody to ask"
    bureau.share("tax")
    for number, reason in enumerate(("due", "mismatch", "late_report"), 1):
        bureau.say("living", (said["case"], a.ReviewOpened(**said, reason=reason, number=number)))
    assert len(bureau.facts("verification", v.CheckOwed)) == 1


def test_a_department_s_system_answers_at_the_gate_once_and_each_for_its_own_source(bureau: Bureau) -> None:
    bureau.share("school_roll")
    home, (person,) = bureau.household()
    said = bureau.case(home, (person,))
    bureau.apply(said)
    bureau.accept(said)
    identifier, _ = bureau.check_of(said["case"])
    record = {"person": str(person), "record": {"stage": "higher", "since": "2019-09-01"}}
    message = {
        "specversion": "1.0", "id": "roll-1", "source": "/education/rolls", "type": "reports.CheckAnswered",
        "dataschema": "reports.CheckAnswered.1",
        "data": {"check": str(identifier), "source": "school_roll", "as_of": "2020-08-01", "records": [record]},
    }  # fmt: skip
    health = bureau.office(Department.HEALTH).post("/gate", json=message)
    assert (health.status_code, health.json()["type"]) == (403, "urn:doudi:problem:not-allowed")
    assert bureau.office(Department.FINANCE).post("/gate", json=message).status_code == 403
    education = bureau.office(Department.EDUCATION)
    first, again = education.post("/gate", json=message), education.post("/gate", json=message)
    assert first.status_code == 200 and first.json() == again.json()
    [report] = bureau.facts("verification", v.CheckReported)
    assert (report.source, report.unused) == ("school_roll", None)


def test_a_gate_reads_past_what_is_for_another_and_one_refuses_what_is_for_nobody() -> None:
    mine, other, nobodys = (
        {"type": f"reports.{one}"} for one in ("CheckAnswered", "DeathReported", "Whatever")
    )
    assert [verification.GATE.is_for_another(one) for one in (mine, other, nobodys)] == [False, True, True]
    assert [registry.GATE.is_for_another(one) for one in (mine, other, nobodys)] == [True, False, False]
