"""Departments' data: agreed with purpose and fields, delivered in time, taken row by row, never more than was agreed (V2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events import verification as v
from services.chassis.departments import Department
from services.chassis.refusal import Conflict, Refused
from services.verification.sources import EVERY, SOURCES
from tests.verification.given import Bureau, csv_file, json_lines, number_of

pytestmark = pytest.mark.clause("V2")
CARS = ("id_number", "kind", "registered")


def test_every_source_is_declared_with_the_fields_that_it_needs_and_no_name_or_account() -> None:
    assert tuple(SOURCES) == EVERY
    names = {name for source in SOURCES.values() for name in source.columns}
    assert not names & {"name", "address", "account", "telephone", "plate"}


def test_a_department_replies_within_one_or_ten_working_days_and_delivers_within_twenty(
    bureau: Bureau,
) -> None:
    office = bureau.office()
    body = {"source": "tax", "fields": ["id_number", "income"], "until": "2022-08-01"}
    at_once = office.post("/agreements", json=body | {"conditional": False}).json()
    later = office.post("/agreements", json=body | {"conditional": True}).json()
    assert (at_once["due"], later["due"]) == ("2020-08-04", "2020-08-17")
    bureau.pass_days(2)
    [late] = bureau.facts("verification", v.ShareReplyOverdue)
    assert str(late.agreement) == at_once["agreement"]
    granted = office.post(f"/agreements/{at_once['agreement']}/grant").json()
    assert (granted["state"], granted["due"]) == ("granted", "2020-09-02")
    assert [one.late for one in bureau.facts("verification", v.ShareGranted)] == [True]
    second = office.post(f"/agreements/{later['agreement']}/grant")
    assert second.json()["type"] == "urn:doudi:problem:source-shared", "one agreement a source"
    refused = office.post(f"/agreements/{later['agreement']}/refusal", json={"reason": "incomplete"})
    assert refused.json()["state"] == "refused"
    bureau.pass_days(30)
    [overdue] = bureau.facts("verification", v.FeedOverdue)
    assert (overdue.source, overdue.deliver_by, overdue.on) == ("tax", date(2020, 9, 2), date(2020, 9, 3))


def test_nobody_is_asked_for_more_than_the_check_needs(bureau: Bureau) -> None:
    body = {"source": "deposits", "conditional": True, "until": "2022-08-01"}
    for fields in (["id_number", "balance", "name"], ["balance"], ["id_number", "balance", "balance"]):
        answer = bureau.office().post("/agreements", json=body | {"fields": fields})
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:doudi:problem:fields-beyond-need")


def test_an_agreement_ends_with_its_period_and_what_was_delivered_is_disposed_of(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles", until=date(2020, 8, 20))
    _, (person,) = bureau.helped()
    row = bureau.deliver(agreement, bureau.cars(person))
    assert bureau.records.of(row["feed"], str(person)) != []
    bureau.pass_days(18)
    [ended] = bureau.facts("verification", v.ShareEnded)
    assert (ended.reason, ended.on) == ("period_over", date(2020, 8, 21))
    assert bureau.records.of(row["feed"], str(person)) == []
    with pytest.raises(Conflict, match="agreement-state"):
        bureau.deliver(agreement, bureau.cars(person))


def test_good_rows_are_taken_and_each_other_is_refused_by_line_with_field_and_rule(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (first, second) = bureau.helped(2)
    one, two = bureau.numbers[first], bureau.numbers[second]
    content = csv_file(
        CARS,
        (one, "car", "2019-05-01"),
        (one, "小型汽车", "2019-05-01"),  # the same again, in Chinese
        (one, "motorcycle", "2020-01-01"),  # a second vehicle
        (two[:-1] + ("0" if two[-1] != "0" else "1"), "car", "2019-05-01"),
        (two, "tank", "2019-05-01"),
        (two, "car", "2021-01-01"),
        (two, "car", "2019-02-30"),
        (two, "car", ""),
        (two, "car"),
        (number_of(900), "car", "2019-05-01"),
        (two[:15], "car", "2019-05-01"),
    )
    row = bureau.deliver(agreement, content)
    assert (row["rows"], row["matched"], row["strangers"], row["refused"]) == (11, 2, 1, 8)
    answer = bureau.office().get(f"/files/{row['feed']}/refusals.csv")
    lines = [line.split(",")[:3] for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    assert lines == [
        ["3", "id_number", "row-repeated"],
        ["5", "id_number", "id-number-check-digit"],
        ["6", "kind", "code"],
        ["7", "registered", "day-in-future"],
        ["8", "registered", "day"],
        ["9", "registered", "missing"],
        ["10", "row", "row-form"],
        ["11", "id_number", "not-of-the-district"],
        ["12", "id_number", "id-number-length"],
    ]
    assert one not in answer.text and two not in answer.text
    assert bureau.office(Department.EDUCATION).get(f"/files/{row['feed']}/refusals.csv").status_code == 403


def test_who_can_have_one_record_only_is_in_a_file_once(bureau: Bureau) -> None:
    agreement = bureau.share("death")
    _, (person,) = bureau.helped()
    number = bureau.numbers[person]
    content = json_lines(
        {"id_number": number, "died": "2020-07-01"}, {"id_number": number, "died": "2020-07-02"}
    )
    row = bureau.deliver(agreement, content, name="deaths.jsonl")
    assert (row["matched"], row["refused"]) == (1, 1)
    assert [rule for _, _, rule in bureau.records.refusals(row["feed"])] == ["person-twice"]


@pytest.mark.parametrize(
    ("content", "name", "field", "rule"),
    [
        (csv_file(("id_number", "registered")), "a.csv", "kind", "column-missing"),
        (csv_file(("id_number", "kind", "kind", "registered")), "a.csv", "kind", "column-twice"),
        (b"\xff\x00\xfe", "a.csv", "file", "csv-encoding"),
        (b'id_number,"kind', "a.csv", "file", "csv-malformed"),
        (b"", "a.csv", "id_number", "column-missing"),
        (b"[1]\n", "a.jsonl", "file", "json-lines"),
        (b"{}\n", "a.jsonl", "id_number", "column-missing"),
        (b"", "a.jsonl", "file", "json-lines"),
        (b"x", "a.xlsx", "file", "file-kind"),
    ],
)
def test_a_file_of_another_form_is_refused_whole_and_that_is_on_record(
    bureau: Bureau, content: bytes, name: str, field: str, rule: str
) -> None:
    agreement = bureau.share("vehicles")
    with pytest.raises(Refused, match=rule):
        bureau.deliver(agreement, content, name=name)
    [refused] = bureau.facts("verification", v.FeedRefused)
    assert (refused.field, refused.rule) == (field, rule)
    assert bureau.facts("verification", v.FeedReceived) == []


def test_a_row_of_another_form_than_the_first_is_refused_alone(bureau: Bureau) -> None:
    agreement = bureau.share("pension")
    _, (first, second) = bureau.helped(2)
    good = {"id_number": bureau.numbers[first], "monthly": "103.50", "since": "2018-01-01"}
    other = {"id_number": bureau.numbers[second], "per_month": 103, "since": "2018-01-01"}
    content = json_lines(good, other) + b"no json\n\n" + json_lines(good | {"monthly": 1.5})
    row = bureau.deliver(agreement, content, name="a.jsonl")
    assert (row["rows"], row["matched"], row["refused"]) == (4, 1, 3)
    assert bureau.records.of(row["feed"], str(first)) == [{"monthly": 10350, "since": "2018-01-01"}]
    rules = [rule for _, _, rule in bureau.records.refusals(row["feed"])]
    assert rules == ["row-form", "row-form", "missing"]


def test_data_of_a_day_to_come_are_refused_and_older_ones_replace_nothing(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    with pytest.raises(Refused, match="day-in-future"):
        bureau.deliver(agreement, bureau.cars(person), as_of=bureau.today + timedelta(days=1))
    newer = bureau.deliver(agreement, bureau.cars(person))
    older = bureau.deliver(agreement, bureau.cars(), as_of=bureau.today - timedelta(days=30))
    assert (newer["current"], older["current"]) == (True, False)
    assert bureau.bureau.looking().fact("feed", "vehicles")["feed"] == str(newer["feed"])


def test_the_same_file_again_changes_nothing(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    first = bureau.deliver(agreement, bureau.cars(person))
    facts = len(bureau.facts("verification"))
    assert bureau.deliver(agreement, bureau.cars(person)) == first
    assert len(bureau.facts("verification")) == facts


def test_columns_beyond_the_agreement_are_seen_and_not_read(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles", ["kind"])
    _, (person,) = bureau.helped()
    number = bureau.numbers[person]
    headings = ("身份证号", "车辆类型", "registered", "owner_name", number)
    row = bureau.deliver(agreement, csv_file(headings, (number, "货车", "2019-05-01", "石某某", "x")))
    assert (row["beyond"], row["beyond_other"]) == (["owner_name", "registered"], 1), "no number in clear"
    assert bureau.records.of(row["feed"], str(person)) == [{"kind": "truck"}]
    [shown] = bureau.office().get("/statistics").json()
    assert shown["files_beyond_agreement"] == 1


def test_a_late_file_is_seen_and_the_figures_say_how_old_data_were(bureau: Bureau) -> None:
    agreement = bureau.share("vehicles")
    _, (person,) = bureau.helped()
    bureau.pass_days(40)
    assert [one.deliver_by for one in bureau.facts("verification", v.FeedOverdue)] == [date(2020, 8, 31)]
    row = bureau.deliver(agreement, bureau.cars(person), as_of=bureau.today - timedelta(days=5))
    assert row["late"]
    [shown] = bureau.office().get("/statistics").json()
    assert (shown["files"], shown["late_files"], shown["longest_lag_days"]) == (1, 1, 5)
    [agreed] = bureau.office().get("/agreements").json()["items"]
    assert (agreed["overdue"], agreed["due"]) == (0, "2020-12-12")


def test_a_department_hands_in_its_own_source_over_http_and_no_other(bureau: Bureau) -> None:
    agreement = bureau.share("disability_card")
    _, (person,) = bureau.helped()
    content = csv_file(("id_number", "grade", "issued"), (bureau.numbers[person], "2", "2015-03-01"))
    path, said = f"/agreements/{agreement}/files", {"as_of": "2020-08-01"}

    def send(department: Department) -> object:
        return bureau.office(department).post(path, data=said, files={"file": ("cards.csv", content)})

    assert send(Department.EDUCATION).status_code == 403
    assert bureau.office(Department.FINANCE).get("/agreements").status_code == 403
    answer = send(Department.DISABLED_FEDERATION)
    assert (answer.status_code, answer.json()["matched"]) == (201, 1)
    wrong = bureau.office().post(path, data=said, files={"file": ("cards.csv", b"a,b\r\n")})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:doudi:problem:column-missing")
    assert wrong.json()["errors"][0]["field"] == "id_number"
    files = bureau.office().get("/files").json()["items"]
    assert [(one["state"], one["rule"]) for one in files] == [("taken", None), ("refused", "column-missing")]
