"""B1: cases that ran before the system are taken over row by row, paid and reviewed like others, and nothing twice."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from events import assistance as a
from events import living as l
from events import registry as r
from events.ids import CaseId, HouseholdId
from services.assistance import steps
from services.assistance.taken_over_file import HEADINGS
from services.chassis.clock import midnight
from services.chassis.work import Work
from tests.assistance.kernel import OFFICER, Kernel
from tests.living import aid, tekun
from tests.living.office import RURAL, URBAN, having

pytestmark = pytest.mark.clause("B1")
GOOD = ("最低生活保障", "HOUSEHOLD", "", "2018-05-01", "417.50", "2020-09", "鹤民低〔2018〕77号", "B", "")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        yield office
        assert office.differences("living") == []


def csv(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    return "\r\n".join(",".join(row) for row in (headings, *rows)).encode("gb18030")


def row(household: object, **changes: str) -> tuple[str, ...]:
    said = dict(zip(HEADINGS, GOOD, strict=True)) | {"家庭编号": str(household)} | changes
    return tuple(said.values())


def hand_in(client: Any, content: bytes, name: str = "running.csv") -> dict[str, Any]:
    answer = client.post("/taken-over", files={"file": (name, io.BytesIO(content))})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def taken(office: Kernel, household: HouseholdId, **changes: str) -> CaseId:
    told = hand_in(office.client("living"), csv(row(household, **changes)))
    assert told["accepted"] == 1, told
    return CaseId(told["rows"][0]["case"])


def test_a_case_that_ran_before_is_paid_from_its_first_month_here_as_it_was_decided(office: Kernel) -> None:
    household, people = office.family(2)
    case = taken(office, household)
    (fact,) = office.facts("living", a.TakenOver)
    assert (fact.since, fact.amount_fen, fact.members) == (date(2018, 5, 1), 417_50, tuple(people))
    office.until(date(2020, 10, 2))
    months = office.facts("living", a.MonthGranted)
    assert [(one.month, one.amount_fen) for one in months] == [("2020-09", 417_50), ("2020-10", 417_50)]
    shown = office.client("living").get(f"/cases/{case}").json()["current"]
    assert (shown["state"], shown["amount"]["amount_fen"]) == ("granted", 417_50)
    (line,) = office.client("living", township=RURAL).get("/cases").json()["items"]
    assert (line["state"], line["months"], line["basis"]) == ("granted", 2, "鹤民低〔2018〕77号")


def test_it_is_reviewed_in_its_class_and_ends_like_any_other(office: Kernel) -> None:
    household, people = office.family()
    case = taken(office, household, 复核类别="季度")
    office.until(date(2020, 11, 4))
    assert [one.reason for one in office.facts("living", a.ReviewOpened)] == ["due"]
    office.tell(r.Died(person=people[0], on=date(2020, 11, 3)))
    (exited,) = office.facts("living", a.Exited)
    assert (exited.case, exited.reason, exited.since) == (case, "death", date(2020, 12, 1))
    office.until(date(2021, 1, 3))
    assert office.facts("living", a.MonthGranted)[-1].month == "2020-11"


def test_a_single_person_case_goes_on_for_that_person_alone_and_is_reviewed_as_one(office: Kernel) -> None:
    household, people = office.family(3)
    case = taken(office, household, 单人户人员编号=str(people[0]), 复核类别="季度")
    (fact,) = office.facts("living", a.TakenOver)
    assert (fact.members, fact.covered) == (tuple(people), (people[0],))
    office.until(date(2020, 11, 4))
    assert {one.covered for one in office.facts("living", a.MonthGranted)} == {(people[0],)}
    alone = {"disability_grade": 1, "disability_kind": "physical", "own_register": True}
    found = having(3000_00, first=alone)(people)

    def review(work: Work) -> None:
        steps.survey(work, case, [OFFICER, UUID(int=0x10, version=4)], found)
        steps.check(work, case, found)
        steps.assess(work, case)
        steps.conclude_review(work, case, OFFICER)

    office.runtime("living").decide(review)
    (assessed,) = office.facts("living", a.Assessed)
    assert (assessed.route, assessed.admitted) == ("single", (people[0],))
    told = hand_in(
        office.client("living"),
        csv(row(office.family()[0], 首发月份="2020-12", 单人户人员编号=str(people[0]))),
    )
    assert (told["rows"][0]["column"], told["rows"][0]["rule"]) == ("单人户人员编号", "admitted-strangers")


def test_its_first_review_finds_out_what_nobody_had_recorded_and_its_sum_follows_the_rule_from_then(
    office: Kernel,
) -> None:
    household, people = office.family(1)
    case = taken(office, household, 复核类别="季度")
    office.until(date(2020, 11, 4))
    found = having(300_00)(people)

    def review(work: Work) -> None:
        steps.survey(work, case, [OFFICER, UUID(int=0x10, version=4)], found)
        steps.check(work, case, found)
        steps.assess(work, case)
        steps.conclude_review(work, case, OFFICER)

    office.runtime("living").decide(review)
    (adjusted,) = office.facts("living", a.Adjusted)
    assert adjusted.amount_fen == 417_00 - 300_00 and adjusted.since == date(2020, 12, 1)
    office.until(date(2020, 12, 2))
    assert office.facts("living", a.MonthGranted)[-1].amount_fen == 117_00
    assert office.facts("living", a.Reviewed)[0].outcome == "adjusted"


def test_the_same_file_twice_changes_nothing_not_even_after_an_end(office: Kernel) -> None:
    household, people = office.family()
    client = office.client("living")
    content = csv(row(household))
    case = hand_in(client, content)["rows"][0]["case"]
    before = office.runtime("living").store.head()
    again = hand_in(client, content)
    assert (again["unchanged"], again["rows"][0]["case"]) == (1, case)
    assert office.runtime("living").store.head() == before
    office.tell(r.Died(person=people[0], on=date(2020, 8, 3)))
    other, _ = office.family()
    told = hand_in(client, csv(row(other), row(other)))
    assert (told["accepted"], told["unchanged"]) == (1, 1), "a row that is there twice is one case"


@pytest.mark.parametrize(
    ("column", "said", "rule"),
    [
        ("救助项目", "低保救助", "programme-unknown"),
        ("救助项目", "", "missing"),
        ("救助项目", "relief-emergency", "not-monthly"),
        ("救助项目", "特困人员救助供养", "no-rule"),
        ("家庭编号", "1号", "number"),
        ("家庭编号", "00000000-0000-4000-8000-000000000000", "household-unknown"),
        ("人员编号", "00000000-0000-4000-8000-000000000000", "person-not-asked"),
        ("起始日期", "去年", "day"),
        ("起始日期", "2020-02-30", "day"),
        ("起始日期", "2020-12-01", "day-in-future"),
        ("月保障金额", "417.505", "amount"),
        ("月保障金额", "-1", "amount"),
        ("月保障金额", "四百", "amount"),
        ("首发月份", "2020-07", "first-month"),
        ("首发月份", "2020-10", "first-month"),
        ("首发月份", "2020-09-02", "first-month"),
        ("依据文号", "", "missing"),
        ("依据文号", "见 档案", "basis"),
        ("复核类别", "D", "review"),
    ],
)
def test_a_bad_row_is_refused_with_row_column_and_reason_and_hinders_no_other(
    tmp_path: Path, column: str, said: str, rule: str
) -> None:
    with Kernel(tmp_path, aid.PAPERS) as office:
        good, _ = office.family()
        bad, _ = office.family()
        told = hand_in(office.client("living"), csv(row(bad, **{column: said}), row(good)))
        assert (told["accepted"], told["refused"]) == (1, 1)
        refused = told["rows"][0]
        assert (refused["row"], refused["column"], refused["rule"]) == (2, column, rule)
        assert refused["zh"] and refused["en"]
        assert len(office.facts("living", a.TakenOver)) == 1


def test_tekun_is_taken_over_for_one_person_with_the_care_that_is_owed(tmp_path: Path) -> None:
    with Kernel(tmp_path, tekun.PAPERS) as office:
        office.clock.advance_to(midnight(date(2021, 7, 5)))
        office.host.settle(office.today)
        household, people = office.family(2)
        said = {"救助项目": "tekun", "首发月份": "2021-08"}
        client = office.client("living")
        nobody = hand_in(client, csv(row(household, **said)))
        assert nobody["rows"][0]["rule"] == "person-unknown"
        told = hand_in(client, csv(row(household, **said, 人员编号=str(people[1]))))
        assert told["accepted"] == 1, told
        (fact,) = office.facts("living", a.TakenOver)
        assert (fact.unit, fact.members) == ("person", (people[1],))
        assert [one.wish for one in office.facts("living", l.PlacementWishRecorded)] == ["scattered"]
        assert office.differences("living") == []


def test_a_household_with_a_case_or_of_another_township_is_refused(office: Kernel) -> None:
    household, people = office.family()
    office.granted(household, people)
    elsewhere, _ = office.family(township=URBAN)
    clerk = office.client("living", township=RURAL)
    told = hand_in(clerk, csv(row(household), row(elsewhere)))
    assert [one["rule"] for one in told["rows"]] == ["case-exists", "not-of-the-township"]


def test_a_workbook_is_read_as_well_and_a_strange_file_is_refused_whole(office: Kernel) -> None:
    household, _ = office.family()
    book = Workbook()
    page = book.active
    page.append([f"{one} *" for one in HEADINGS])
    page.append(["dibao", str(household), None, date(2018, 5, 1), 417.5, None, "鹤民低〔2018〕77号", "年度"])
    out = io.BytesIO()
    book.save(out)
    client = office.client("living")
    assert hand_in(client, out.getvalue(), "在保户.xlsx")["accepted"] == 1
    (fact,) = office.facts("living", a.TakenOver)
    assert (fact.amount_fen, fact.first_month, fact.row) == (417_50, date(2020, 9, 1), 2)
    for content in (csv(GOOD, headings=(*HEADINGS[:-1], "备注")), b"", b"\x00\x01"):
        answer = client.post("/taken-over", files={"file": ("x.csv", io.BytesIO(content))})
        assert answer.status_code == 422, answer.text
    assert len(office.facts("living", a.TakenOver)) == 1


def test_a_report_of_every_row_is_downloaded_in_both_languages(office: Kernel) -> None:
    good, _ = office.family()
    content = csv(row(good), row("户一号"))
    county = office.client("living")
    answer = county.post("/taken-over/report.xlsx", files={"file": ("running.csv", io.BytesIO(content))})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="taken-over-')
    page = load_workbook(io.BytesIO(answer.content)).active
    rows = list(page.iter_rows(values_only=True))
    assert [one[:3] for one in rows[1:]] == [(None, 2, None), (None, 3, "家庭编号")]
    assert "新增" in rows[1][3] and "已拒绝" in rows[2][3]
    assert rows[2][4] and any("\u4e00" <= sign <= "\u9fff" for sign in rows[2][5]) and rows[2][6].isascii()
    assert len(office.facts("living", a.TakenOver)) == 1
    text = county.post("/taken-over/report.csv", files={"file": ("running.csv", io.BytesIO(content))})
    assert "无变化" in text.content.decode("utf-8-sig") and "已拒绝" in text.content.decode("utf-8-sig")
    strange = county.post("/taken-over/report.csv", files={"file": ("x.csv", io.BytesIO(b""))})
    assert (strange.status_code, strange.headers["content-type"]) == (422, "application/problem+json")
