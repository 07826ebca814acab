"""What of the checks of means is told: that there is something to be heard about, how to dispute it, and that it is
settled; changes and what is late, to the departments that share data (四(三)).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from events import registry as r
from events import verification as v
from events.notification import MessageComposed
from services import notification
from services.chassis.departments import Department
from services.chassis.work import Work
from services.notification.wording import TEMPLATES
from services.verification import checking, mismatch
from tests.verification.given import OFFICER, TOWN, Bureau, csv_file
from tests.verification.test_comparison import compare

HOME = f"township:{TOWN}"
CIVIL_AFFAIRS = "department:civil-affairs"
WORDS = ("mismatch", "late", "check", "changed", "share", "feed", "corrections")


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    with Bureau(tmp_path, [notification.SERVICE]) as bureau:
        yield bureau
        assert bureau.differences("notification") == []
        assert bureau.runtime("notification").unready() == []


def told(bureau: Bureau) -> list[MessageComposed]:
    """Of what verification says; grants and deaths are told of in their own words."""
    bureau.host.drain()
    found = bureau.facts("notification", MessageComposed)
    return [one for one in found if one.template.startswith(WORDS)]


def to(messages: list[MessageComposed]) -> list[tuple[str, str]]:
    return [(one.recipient, one.template) for one in messages]


def a_car(bureau: Bureau) -> v.MismatchFound:
    """Of somebody who is helped, found by the quarter's comparison."""
    _, (person,) = bureau.helped()
    bureau.deliver(bureau.share("vehicles"), bureau.cars(person))
    compare(bureau)
    [found] = bureau.found()
    return found


def text(bureau: Bureau, message: MessageComposed) -> str:
    whom = bureau.vault.open_text(message.subject_name) if message.subject_name else ""
    number = str(message.person or message.household or "")
    return "\n".join(TEMPLATES[message.template].render(message.values | {"number": number, "whom": whom}))


@pytest.mark.clause("V3")
def test_who_is_to_be_heard_is_told_that_nothing_is_cut_and_how_to_dispute_and_not_by_whose_data(
    bureau: Bureau,
) -> None:
    found = a_car(bureau)
    [message] = [one for one in told(bureau) if one.person == found.person]
    assert (message.recipient, message.template) == (HOME, "mismatch_found.township")
    said = text(bureau, message)
    assert "石某某" in said and "不得据此停发、减发" in said
    assert "有权了解差异内容并陈述、申辩" in said and "提出异议" in said
    assert message.values == {"on": bureau.today.isoformat()}, "the log does not say what the data say"
    assert "机动车" not in said


@pytest.mark.clause("V3")
def test_once_it_is_settled_the_person_is_told_so_and_the_result_stays_with_its_audience(
    bureau: Bureau,
) -> None:
    found = a_car(bureau)
    before = len(told(bureau))

    def settle(result: mismatch.Result) -> None:
        def decide(work: Work) -> None:
            mismatch.hear(work, found.mismatch, "车已卖掉", bureau.today, OFFICER)
            mismatch.resolve(work, found.mismatch, result, OFFICER)

        bureau.bureau.decide(decide)

    settle("data_wrong")
    [message] = told(bureau)[before:]
    assert (message.recipient, message.template, message.person) == (
        HOME, "mismatch_settled.township", found.person,
    )  # fmt: skip
    assert message.values == {"on": bureau.today.isoformat()}
    assert "核实办结" in text(bureau, message)


@pytest.mark.clause("V2")
def test_a_department_is_told_the_morning_after_how_much_it_is_to_correct_and_of_nobody(
    bureau: Bureau,
) -> None:
    agreement, (_, people) = bureau.share("pension", ["monthly"]), bureau.helped(2)
    rows = ((bureau.numbers[one], "300.00") for one in people)
    bureau.deliver(agreement, csv_file(("id_number", "monthly"), *rows))
    compare(bureau)
    for found in bureau.found():

        def decide(work: Work, found: v.MismatchFound = found) -> None:
            mismatch.hear(work, found.mismatch, None, bureau.today, OFFICER)
            mismatch.resolve(work, found.mismatch, "data_wrong", OFFICER)

        bureau.bureau.decide(decide)
    assert [one for one in told(bureau) if one.template.startswith("corrections")] == []
    bureau.pass_days(1)
    [message] = [one for one in told(bureau) if one.template.startswith("corrections")]
    assert message.recipient == "department:human-resources"
    assert (message.person, message.household, message.subject_name) == (None, None, None)
    said = text(bureau, message)
    assert "有2项经核查有异议" in said and "2020年8月17日前" in said and "养老" not in said
    [due] = [
        one for one in bureau.runtime("verification").log() if one.envelope.type == v.CorrectionsDue.TYPE
    ]
    assert all(str(one) not in due.envelope.concerns and str(one).encode() not in due.data for one in people)
    assert due.envelope.decision == due.envelope.id, "in no decision about anybody"
    # The department looks up which they are, and what it has answered is asked no more.
    department = bureau.office(Department.HUMAN_RESOURCES)
    listed = department.get("/mismatches/corrections").json()
    assert {one["person"] for one in listed} == set(map(str, people))
    assert bureau.office(Department.EDUCATION).get("/mismatches/corrections").json() == []
    path = f"/mismatches/{listed[0]['id']}/correction"
    assert department.post(path, json={"corrected": True}).is_success
    bureau.pass_days(1)
    bureau.host.follow()
    assert len(department.get("/mismatches/corrections").json()) == 1
    assert len([one for one in told(bureau) if one.template.startswith("corrections")]) == 1, "once"


@pytest.mark.clause("V1")
def test_an_answer_that_came_too_late_is_put_to_the_family(bureau: Bureau) -> None:
    bureau.share("company")
    home, members = bureau.household(2)
    said = bureau.case(home, members)
    bureau.apply(said)
    bureau.accept(said)
    identifier, _ = bureau.check_of(said["case"])
    bureau.grant(said)
    bureau.bureau.decide(lambda work: checking.report(work, identifier, "company", bureau.today, {}))
    late = [one for one in told(bureau) if one.template.startswith("late")]
    assert [(one.recipient, one.template, one.household) for one in late] == [
        (HOME, "late_report.township", home)
    ]
    assert "石某某家庭的待遇" in text(bureau, late[0])


@pytest.mark.clause("V3")
def test_a_change_is_told_to_each_department_that_shares_data_and_was_not_told_of_it_already(
    bureau: Bureau,
) -> None:
    home, (person, _) = bureau.helped(2)
    bureau.share("pension")
    bureau.share("school_roll")
    before = len(told(bureau))
    bureau.say("registry", (person, r.Died(person=person, household=home, on=bureau.today)))
    # human resources, who pay pensions, are told of every death as it is
    [message] = told(bureau)[before:]
    assert (message.recipient, message.template) == ("department:education", "changed.department")
    assert (message.subject_name, message.person) == (None, person)
    assert "石某某" not in text(bureau, message) and "登记变化：死亡" in text(bureau, message)
    moved = r.HouseholdMovedAway(household=home, members=(person,), since=bureau.today)
    bureau.say("registry", (home, moved))
    assert to(told(bureau)[before + 1 :]) == [
        ("department:education", "changed.department"),
        ("department:human-resources", "changed.department"),
    ]


@pytest.mark.clause("V2")
def test_a_department_is_told_what_is_asked_of_it_and_what_is_late(bureau: Bureau) -> None:
    office = bureau.office()
    body = {
        "source": "pension",
        "fields": ["id_number", "monthly"],
        "until": "2022-08-01",
        "conditional": False,
    }
    agreement = office.post("/agreements", json=body).json()["agreement"]
    asked, replies = told(bureau), "department:human-resources"
    assert to(asked) == [(replies, "share_requested.department")]
    assert "申请共享养老金待遇数据" in text(bureau, asked[0]) and "2020年8月4日前答复" in text(
        bureau, asked[0]
    )
    bureau.pass_days(2)
    late = [(CIVIL_AFFAIRS, "share_overdue.department"), (replies, "share_overdue.department")]
    assert to(told(bureau)[1:]) == late
    assert office.post(f"/agreements/{agreement}/grant").is_success
    bureau.pass_days(32)
    delivers = [(CIVIL_AFFAIRS, "feed_overdue.department"), (replies, "feed_overdue.department")]
    assert to(told(bureau)[3:]) == delivers


@pytest.mark.clause("V1")
def test_a_check_that_nobody_began_is_told_to_civil_affairs(bureau: Bureau) -> None:
    bureau.share("company")
    home, members = bureau.household()
    said = bureau.case(home, members)
    bureau.accept(said)  # and nobody has consented
    bureau.pass_days(7)
    late = [one for one in told(bureau) if one.template.startswith("check")]
    assert [(one.recipient, one.household) for one in late] == [(CIVIL_AFFAIRS, home)]
