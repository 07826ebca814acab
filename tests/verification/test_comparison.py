"""The periodic comparison: whom departments' data contradict is heard; nothing is cut, each mismatch is resolved once (V3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events import assistance as a
from events import registry as r
from events import verification as v
from services.chassis.departments import Department
from services.chassis.refusal import Conflict, Refused
from services.verification import comparing, mismatch
from services.verification.comparing import COMPARISON, period_of
from tests.verification.given import OFFICER, Bureau, csv_file

pytestmark = pytest.mark.clause("V3")


def compare(bureau: Bureau) -> v.ComparisonDone:
    """One beside the schedule, in pieces of two people."""
    period, _ = period_of(bureau.today, 3)
    bureau.bureau.decide(lambda work: comparing.begin(work, period, OFFICER))
    bureau.host.drain()
    done: v.ComparisonDone = bureau.facts("verification", v.ComparisonDone)[-1]
    return done


def test_each_quarter_every_recipient_is_compared_and_whom_the_data_contradict_is_to_be_heard(
    bureau: Bureau,
) -> None:
    agreement = bureau.share("vehicles")
    homes = [bureau.helped(2) for _ in range(3)]
    people = [one for _, members in homes for one in members]
    bureau.deliver(agreement, bureau.cars(people[0], people[4], people[5]))
    bureau.pass_days(59)  # 1 October
    [opened] = bureau.facts("verification", v.ComparisonOpened)
    assert (opened.period, opened.on, opened.officer) == ("2020-Q4", date(2020, 10, 1), None)
    [done] = bureau.facts("verification", v.ComparisonDone)
    assert (done.people, done.unconsented) == (6, 0)
    assert done.counts == (v.Count(source="vehicles", compared=6, hits=3, found=3),)
    assert {one.person for one in bureau.found()} == {people[0], people[4], people[5]}
    asked = bureau.facts("verification", v.ReviewAsked)
    assert [(one.reason, one.people) for one in asked] == [
        ("mismatch", (one.person,)) for one in bureau.found()
    ]
    assert len(bureau.facts("verification", v.PieceCompared)) > 3


def test_each_half_year_where_the_district_chose_so_and_nothing_where_nobody_delivered(
    bureau: Bureau,
) -> None:
    bureau.share("vehicles")
    assert bureau.office().post("/comparisons/schedule", json={"every_months": 6}).status_code == 200
    assert bureau.office().post("/comparisons/schedule", json={"every_months": 4}).status_code == 422
    bureau.pass_days(152)  # 2 January 2021
    [skipped] = bureau.facts("verification", v.ComparisonSkipped)
    assert (skipped.period, skipped.reason, skipped.on) == ("2021-H1", "no_data", date(2021, 1, 1))
    answer = bureau.office().post("/comparisons")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:doudi:problem:no-feeds")


def test_nobody_is_compared_without_consent_in_date_and_they_are_counted(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (without,) = bureau.helped(consent=False)
    _, (withdrawn,) = bureau.helped()
    body = {"person": str(withdrawn)}
    assert bureau.office().post("/consents/withdrawal", json=body).status_code == 200
    _, (lapsed,) = bureau.helped()
    bureau.deliver(agreement, bureau.cars(without, withdrawn, lapsed))
    bureau.clock.advance_to(bureau.clock.now() + timedelta(days=400))
    done = compare(bureau)
    assert (done.people, done.unconsented, bureau.found()) == (3, 3, [])


@pytest.mark.parametrize(
    ("source", "row", "contradicts"),
    [
        ("vehicles", ("motorcycle", "2019-01-01"), False),
        ("property", ("shop", "2019-01-01"), True),
        ("property", ("home", "2019-01-01"), False),
        ("deposits", ("30000.01",), True),
        ("deposits", ("30000.00",), False),
        ("tax", ("60000",), True),
        ("company", ("owner", "2019-01-01"), True),
        ("pension", ("3000", "2019-01-01"), False),
        ("pension", ("30001", "2019-01-01"), True),
        ("death", ("2020-07-01",), True),
        ("prison", ("2020-07-01",), True),
        ("marriage", ("married", "2020-07-01"), True),
        ("marriage", ("divorced", "2020-07-01"), False),
        ("school_roll", ("higher", "2019-09-01"), False),
        ("disability_card", ("2", "2019-09-01"), False),
    ],
)
def test_what_contradicts_help_and_what_does_not(
    bureau: Bureau, source: v.Source, row: tuple[str, ...], contradicts: bool
) -> None:
    agreement = bureau.share(source, floor_fen=30_000_00)
    _, (person,) = bureau.helped()
    from services.verification.sources import SOURCES

    content = csv_file(("id_number", *SOURCES[source].columns), (bureau.numbers[person], *row))
    assert bureau.deliver(agreement, content)["matched"] == 1
    compare(bureau)
    assert [one.source for one in bureau.found()] == ([source] if contradicts else [])


def test_each_is_held_against_the_papers_of_what_they_are_helped_by_and_once(bureau: Bureau) -> None:
    cars, prisons = bureau.share("vehicles"), bureau.share("prison")
    home, (poor, disabled, both) = bureau.household(3)
    bureau.apply(bureau.case(home, (poor, disabled, both)))
    bureau.grant(bureau.case(home, (poor, both)))
    for person in (disabled, both):
        bureau.grant(bureau.case(home, (person,), "disability-care"), by="disability")
    bureau.deliver(cars, bureau.cars(poor, disabled, both))
    rows = ((bureau.numbers[one], "2020-07-01") for one in (poor, disabled, both))
    bureau.deliver(prisons, csv_file(("id_number", "since"), *rows))
    assert compare(bureau).people == 3
    found = {(one.person, one.source): [paper.clause for paper in one.papers] for one in bureau.found()}
    assert found == {
        (poor, "vehicles"): ["第十七条"],
        (poor, "prison"): ["第五条"],
        (disabled, "prison"): ["三(四)"],
        (both, "vehicles"): ["第十七条"],
        (both, "prison"): ["第五条", "三(四)"],
    }


def test_another_paper_in_force_is_another_clause_and_where_none_says_so_nothing_contradicts(
    bureau: Bureau,
) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    home, (carer,) = bureau.household()
    said = bureau.case(home, (carer,), "tekun")  # whose paper begins on 1 July 2021
    bureau.apply(said)
    bureau.grant(said)
    bureau.deliver(agreement, bureau.cars(person, carer))
    compare(bureau)
    assert [(one.person, [paper.number for paper in one.papers]) for one in bureau.found()] == [
        (person, ["民发〔2012〕220号"])
    ]
    bureau.clock.advance_to(bureau.clock.now() + timedelta(days=340))
    bureau.deliver(agreement, bureau.cars(person, carer, kind="truck"))
    compare(bureau)
    assert {(one.person, one.papers[0].number) for one in bureau.found()[1:]} == {
        (person, "民发〔2021〕57号"),
        (carer, "民发〔2021〕43号"),
    }


def test_the_dead_that_the_register_knows_are_not_compared(bureau: Bureau) -> None:
    agreement = bureau.share("death")
    _, (person,) = bureau.helped()
    bureau.say("registry", (person, r.Died(person=person, on=bureau.today)))
    content = csv_file(("id_number", "died"), (bureau.numbers[person], "2020-08-03"))
    bureau.deliver(agreement, content)
    assert (compare(bureau).people, bureau.found()) == (0, [])


def test_the_same_record_is_the_same_mismatch_and_another_record_is_another(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    bureau.deliver(agreement, bureau.cars(person))
    assert compare(bureau).counts[0].found == 1
    bureau.pass_days(1)
    bureau.deliver(agreement, bureau.cars(person))
    assert compare(bureau).counts == (v.Count(source="vehicles", compared=1, hits=1, found=0),)
    bureau.pass_days(1)
    bureau.deliver(agreement, bureau.cars(person, kind="truck"))
    assert compare(bureau).counts[0].found == 1


def test_a_mismatch_is_disputed_heard_and_only_then_resolved_once(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    bureau.deliver(agreement, bureau.cars(person))
    compare(bureau)
    [found] = bureau.found()
    office, path = bureau.office(), f"/mismatches/{found.mismatch}"
    unheard = office.post(f"{path}/resolution", json={"result": "data_wrong"})
    assert (unheard.status_code, unheard.json()["type"]) == (422, "urn:doudi:problem:person-not-heard")
    assert office.post(f"{path}/dispute", json={"statement": "车已卖给他人"}).status_code == 201
    to_come = office.post(f"{path}/hearing", json={"on": "2030-01-01"})
    assert to_come.json()["type"] == "urn:doudi:problem:day-in-future"
    assert office.post(f"{path}/hearing", json={"on": "2020-08-03", "statement": "已核实"}).status_code == 201
    assert office.post(f"{path}/resolution", json={"result": "data_wrong"}).status_code == 200
    again = office.post(f"{path}/resolution", json={"result": "confirmed"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:doudi:problem:mismatch-resolved")
    [asked] = bureau.facts("verification", v.CorrectionAsked)
    assert asked.correct_by == date(2020, 8, 17), "ten working days"
    shown = office.post(f"{path}/record", json={"purpose": "核实车辆"}).json()
    assert shown["records"] == [{"kind": "car", "registered": "2019-05-01"}]
    log = "".join(str(one) for one in bureau.bureau.store.stored(0, 10_000))
    assert "车已卖" not in log and "已核实" not in log


def test_a_correction_that_nobody_answers_is_overdue_and_the_figures_tell_what_became_of_mismatches(
    bureau: Bureau,
) -> None:
    agreement = bureau.share("school_roll")
    other = bureau.share("vehicles")
    _, (person, second) = bureau.helped(2)
    bureau.deliver(other, bureau.cars(person, second))
    compare(bureau)
    first, other_one = bureau.found()
    decide = bureau.bureau.decide
    for one, result in ((first, "other_person"), (other_one, "known")):
        decide(lambda work, one=one: mismatch.hear(work, one.mismatch, None, work.today, OFFICER))
        decide(lambda work, one=one, result=result: mismatch.resolve(work, one.mismatch, result, OFFICER))
    bureau.pass_days(15)
    [overdue] = bureau.facts("verification", v.CorrectionOverdue)
    assert (overdue.mismatch, overdue.on) == (first.mismatch, date(2020, 8, 18))
    office = bureau.office()
    owed = [row for row in office.get("/owed").json() if row["kind"] == "correct"]
    assert [(row["id"], row["overdue"]) for row in owed] == [(str(first.mismatch), 1)]
    table = office.get("/owed.csv").content.decode("utf-8-sig")
    assert "校核更正" in table and "是" in table
    path = f"/mismatches/{first.mismatch}/correction"
    assert bureau.office(Department.EDUCATION).post(path, json={"corrected": True}).status_code == 403
    assert office.post(path, json={"corrected": True}).status_code == 200
    assert [one.late for one in bureau.facts("verification", v.CorrectionAnswered)] == [True]
    with pytest.raises(Conflict, match="nothing-asked"):
        decide(lambda work: mismatch.answer_correction(work, first.mismatch, True, OFFICER))
    figures = {one["source"]: one for one in bureau.office().get("/statistics").json()}
    cars = figures["vehicles"]
    assert (cars["compared"], cars["contradicted"], cars["mismatch_rate"]) == (2, 2, "100.0")
    assert cars["mismatches"] == {"other_person": 1, "known": 1}
    assert figures["school_roll"]["mismatch_rate"] is None and agreement


def test_who_has_died_is_not_heard_but_who_lives_is(bureau: Bureau) -> None:
    agreement = bureau.share("death")
    _, (person, second) = bureau.helped(2)
    rows = ((bureau.numbers[one], "2020-07-01") for one in (person, second))
    bureau.deliver(agreement, csv_file(("id_number", "died"), *rows))
    compare(bureau)
    first, living = bureau.found()
    bureau.bureau.decide(lambda work: mismatch.resolve(work, first.mismatch, "confirmed", OFFICER))
    with pytest.raises(Refused, match="person-not-heard"):
        bureau.bureau.decide(lambda work: mismatch.resolve(work, living.mismatch, "other_person", OFFICER))


def test_changes_are_told_to_every_department_that_shares_data(bureau: Bureau) -> None:
    home, (person, second) = bureau.helped(2)
    stranger = bureau.person()
    bureau.say("registry", (second, r.Died(person=second, household=home, on=bureau.today)))
    assert bureau.facts("verification", v.ChangeNotified) == [], "nobody shares yet"
    bureau.share("pension")
    bureau.share("school_roll")
    bureau.say("registry", (stranger, r.Died(person=stranger, on=bureau.today)))
    bureau.say("registry", (person, r.Died(person=person, household=home, on=bureau.today)))
    [told] = bureau.facts("verification", v.ChangeNotified)
    assert (told.change, told.people) == ("died", (person,))
    assert told.departments == ("civil-affairs", "education", "human-resources")
    said = bureau.case(*bureau.household())
    bureau.grant(said)
    assert [one.change for one in bureau.facts("verification", v.ChangeNotified)] == ["died", "granted"]


def test_who_is_helped_no_more_is_compared_no_more_and_one_comparison_runs_at_a_time(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    home, members = bureau.household(2)
    said = bureau.case(home, members)
    bureau.apply(said)
    bureau.grant(said)
    bureau.deliver(agreement, bureau.cars(*members))
    remaining = {**said, "members": members[:1]}
    changed = a.HouseholdChanged(**remaining, left=members[1:], reason="member_left", since=bureau.today)
    bureau.say("living", (said["case"], changed))
    assert compare(bureau).people == 1

    def twice(work: comparing.Work) -> None:
        comparing.begin(work, "2020-Q3", OFFICER)
        comparing.begin(work, "2020-Q3", OFFICER)

    with pytest.raises(Conflict, match="comparison-running"):
        bureau.bureau.decide(twice)
    state = bureau.bureau.decide(lambda work: work.load(COMPARISON, comparing.comparison_of("2020-Q3")))
    assert state.done
