"""What bad input gets, over HTTP at the assembled system: a refusal that names field and rule in Chinese and
English, and nothing stored. One line of the table for each kind that the foundation promises to refuse.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from events import registry, service
from services.chassis.departments import Department
from services.chassis.tokens import Caller, issue_token
from tests.end_to_end import families
from tests.end_to_end.systems import CLERK, System
from tests.registry.rosters import GOOD, comma_separated, workbook

CHINESE = re.compile("[\u4e00-\u9fff]")
NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


@dataclasses.dataclass(frozen=True)
class Bad:
    """One bad request; `$name` in it stands for something of the seeded family."""

    name: str
    path: str
    status: int
    slug: str
    field: str | None = None
    """Of the first broken rule; None: the problem is about no field."""
    rule: str | None = None
    json: Any = None
    method: str = "POST"
    more: dict[str, Any] = dataclasses.field(default_factory=dict)


PERSON = {"name": "石某某", "id_number": "$new_number"}
HOME = {"head": "$other", "members": [{"person": "$other", "relation": "02"}], "township": families.TOWNSHIP,
        "village": families.VILLAGE, "since": "$today"}  # fmt: skip
SURVEY = {"surveyors": families.SURVEYORS, "means": families.means(["$head", "$other"])}


def broken(name: str, path: str, json: Any, field: str, rule: str, slug: str = "validation") -> Bad:
    """Readable, but a rule is broken (422)."""
    return Bad(name, path, 422, slug, field, rule, json)


def conflict(name: str, path: str, json: Any, field: str, rule: str) -> Bad:
    return Bad(name, path, 409, rule, field, rule, json)


TABLE = [
    # malformed JSON
    Bad("json-cut-off", "/registry/people", 400, "malformed-request", "body", "json_invalid",
        more={"content": b'{"name": "', "headers": JSON}),
    Bad("json-without-end", "/registry/people", 400, "malformed-request",
        more={"content": b"[" * 100_000, "headers": JSON}),
    Bad("half-a-character", "/registry/people", 422, "validation", "name", "string_unicode",
        more={"content": b'{"name": "\\ud800", "id_number": "1"}', "headers": JSON}),
    Bad("json-not-utf8", "/registry/people", 400, "malformed-request", None, None,
        more={"content": b'{"name": "\xff\xfe"}', "headers": JSON}),
    # unknown fields, of every service that takes commands
    broken("unknown-field", "/registry/people", PERSON | {"nickname": "某"}, "nickname", "extra_forbidden"),
    broken("field-named-by-a-person", "/registry/people", PERSON | {"石某某": 1}, "?", "extra_forbidden"),
    broken("unknown-inner-field", "/registry/households",
           HOME | {"members": [{"person": "$other", "relation": "02", "age": 3}]},
           "members.0.age", "extra_forbidden"),
    broken("unknown-field-of-a-case", "/living/cases/$case/survey", SURVEY | {"car": 1}, "car",
           "extra_forbidden"),
    broken("unknown-field-of-a-message", f"/notification/messages/{NOBODY}/retry",
           {"reason": "再试", "force": True}, "force", "extra_forbidden"),
    # impossible dates
    broken("no-such-day", "/registry/people/$head/death", {"on": "2021-02-30"}, "on",
           "date_from_datetime_parsing"),
    broken("a-timestamp", "/registry/people/$head/death", {"on": 1627862400}, "on", "date_type"),
    broken("a-day-to-come", "/registry/people/$head/death", {"on": "2099-01-01"}, "on", "date-in-future",
           "date-in-future"),
    broken("no-such-day-in-a-case", "/living/cases/$case/acceptance", {"on": "2021-13-01"}, "on",
           "date_from_datetime_parsing"),
    # numbers and names
    broken("check-digit", "/registry/people", PERSON | {"id_number": "$wrong_number"}, "id_number",
           "id-number-check-digit", "id-number-check-digit"),
    broken("a-name-nobody-can-read", "/registry/people", PERSON | {"name": "石\x00某"}, "name", "text_control"),
    broken("a-finding-nobody-can-read", "/living/cases/$case/survey",
           SURVEY | {"findings": [{"name": "收\x7f入", "value": 1}]}, "findings", "text_control"),
    broken("household-numbered-by-a-person", "/registry/households", HOME | {"number": "$new_number"},
           "number", "household-number-personal", "household-number-personal"),
    # a duplicate person, a member of two households
    conflict("duplicate-person", "/registry/people", PERSON | {"id_number": "$taken_number"}, "id_number",
             "id-number-taken"),
    conflict("two-households", "/registry/households",
             HOME | {"members": [*HOME["members"], {"person": "$head", "relation": "10"}]},
             "members.1.person", "member-of-another-household"),
    conflict("joins-a-second-household", "/registry/households/$second/members",
             {"person": "$head", "relation": "10", "since": "$today", "reason": "marriage"},
             "person", "member-of-another-household"),
    # a stale version
    conflict("stale-household", "/registry/households/$household/departure",
             {"since": "$today", "version": 99}, "version", "stale-version"),
    conflict("stale-case", "/living/cases/$case/acceptance", {"version": 99}, "version", "stale-version"),
    Bad("no-such-person", f"/registry/people/{NOBODY}/death", 404, "not-found", "person", "not-found",
        {"on": "$today"}),
    # who calls
    Bad("no-token", "/registry/people", 401, "not-authenticated", json=PERSON, more={"department": None}),
    Bad("another-department", "/registry/people", 403, "not-allowed", json=PERSON,
        more={"department": Department.EDUCATION}),
    Bad("body-over-the-limit", "/registry/people", 413, "body-too-large", None, None,
        more={"content": b" " * (1 << 20) + b"{}", "headers": JSON}),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("world"))
    yield system
    system.close()


@pytest.fixture(scope="module")
def seeded(world: System) -> dict[str, str]:
    """A household that has applied, another, and somebody who belongs to none."""
    taken = families.id_number("19700203")
    head = str(world.post("registry", "people", {"name": "石某某", "id_number": taken})["id"])
    other, alone = families.register_person(world, "龙某某"), families.register_person(world, "向某某")
    household = families.register_household(world, head)
    new = families.id_number("19700204")
    return {
        "head": head,
        "other": other,
        "household": household,
        "second": families.register_household(world, alone),
        "case": families.apply(world, household, head),
        "today": families.today(world),
        "taken_number": taken,
        "new_number": new,
        "wrong_number": new[:-1] + ("0" if new[-1] != "0" else "1"),
    }


def client(world: System, department: Department | None = Department.CIVIL_AFFAIRS) -> TestClient:
    made = TestClient(world._web, base_url="http://doudi", raise_server_exceptions=False)
    if department is not None:
        caller = Caller(person=CLERK, post="clerk", department=department)
        made.headers["Authorization"] = f"Bearer {issue_token(world.settings, caller)}"
    return made


def heads(world: System) -> dict[str, Any]:
    """Where each log ends; its revision also counts what is kept beside the log."""

    def now() -> dict[str, Any]:
        world.settle()
        return {name: runtime.store.head() for name, runtime in world.house.runtimes.items()}

    def at_rest() -> dict[str, Any] | None:
        before = now()
        time.sleep(0.05)
        return before if now() == before else None

    return world.eventually(at_rest, "nothing moves any more") or {}


def filled(value: Any, seeded: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\$(\w+)", lambda m: seeded[m[1]], value)
    if isinstance(value, dict):
        return {name: filled(one, seeded) for name, one in value.items()}
    return [filled(one, seeded) for one in value] if isinstance(value, list) else value


def spoken(problem: dict[str, Any]) -> bool:
    """Whether a problem, and each of its broken rules, says in both languages what is wrong."""
    pairs = [(problem["title"], problem["title_en"]), (problem["detail"], problem["detail_en"])]
    pairs += [(one["zh"], one["en"]) for one in problem["errors"]]
    return all(CHINESE.search(zh) and en.isascii() and len(en) > 3 for zh, en in pairs)


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_bad_input_is_refused_with_its_rule_and_nothing_is_stored(
    world: System, seeded: dict[str, str], bad: Bad
) -> None:
    before = heads(world)
    more = dict(bad.more)
    caller = client(world, more.pop("department", Department.CIVIL_AFFAIRS))
    answer = caller.request(bad.method, filled(bad.path, seeded), json=filled(bad.json, seeded), **more)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["type"]) == (
        bad.status,
        bad.status,
        f"urn:doudi:problem:{bad.slug}",
    ), answer.text
    rules = [(one["field"], one["rule"]) for one in problem["errors"]]
    assert bad.rule is None or rules[0] == (bad.field, bad.rule), answer.text
    assert spoken(problem), answer.text
    for said in ("new_number", "wrong_number", "taken_number"):
        assert seeded[said] not in answer.text
    assert UUID(problem["instance"].removeprefix("urn:uuid:")) == UUID(answer.headers["x-request-id"])
    assert heads(world) == before


@pytest.mark.parametrize("chunked", [False, True])
def test_an_upload_over_its_limit_is_refused(world: System, chunked: bool) -> None:
    before, size = heads(world), world.settings.import_limit + 1
    boundary = b'--b\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
    content: Any = boundary + b"x" * size
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    if chunked:
        whole = content
        content = (whole[at : at + (1 << 20)] for at in range(0, len(whole), 1 << 20))
    answer = client(world).post("/registry/imports", content=content, headers=kind)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:doudi:problem:body-too-large")
    assert heads(world) == before


def test_a_key_stands_for_one_request_also_after_a_restart(tmp_path: Path) -> None:
    first, second = families.id_number("19710203"), families.id_number("19710204")
    key = {"Idempotency-Key": "roster 7, row 12"}
    given = None
    for _ in range(2):
        world = System(tmp_path)
        try:
            for _ in range(2):
                sent = {"name": "石某某", "id_number": first}
                answer = client(world).post("/registry/people", json=sent, headers=key)
                assert answer.status_code == 201
                given = given or answer.json()
                assert answer.json() == given
            before = heads(world)
            sent = {"name": "石某某", "id_number": second}
            reused = client(world).post("/registry/people", json=sent, headers=key)
            assert (reused.status_code, reused.json()["type"]) == (
                422,
                "urn:doudi:problem:idempotency-key-reused",
            )
            [rule] = reused.json()["errors"]
            assert (rule["field"], rule["rule"]) == ("header.Idempotency-Key", "idempotency-key-reused")
            assert spoken(reused.json())
            assert heads(world) == before
            assert len(world.facts("registry", registry.PersonRegistered)) == 1
        finally:
            world.close()


def corrupt() -> bytes:
    whole = workbook(GOOD)
    return whole[: len(whole) // 2]


def with_password() -> bytes:
    # What spreadsheet programs save under a password is an OLE2 file around the encrypted workbook.
    return (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    )


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(GOOD))) as plain,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in plain.namelist():
            content = plain.read(name)
            bomb.writestr(name, content + b" " * (64 << 20) if name.endswith("sheet1.xml") else content)
    return out.getvalue()


def imported(world: System, content: bytes, name: str) -> dict[str, Any]:
    office = client(world)
    answer = office.post("/registry/imports", files={"file": (name, content)})
    assert answer.status_code == 202, answer.text

    def over() -> dict[str, Any] | None:
        progress = office.get(f"/registry/imports/{answer.json()['id']}").json()
        return progress if progress["status"] not in ("waiting", "running") else None

    return world.eventually(over, "the import is over") or {}


@pytest.mark.parametrize(
    ("make", "name", "rule"),
    [
        (corrupt, "花名册.xlsx", "workbook-damaged"),
        (with_password, "花名册.xlsx", "workbook-password"),
        (zip_bomb, "花名册.xlsx", "workbook-bomb"),
        (lambda: b"", "花名册.xlsx", "file-empty"),
        (lambda: b"%PDF-1.7", "花名册.pdf", "file-kind"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(
    world: System, make: Callable[[], bytes], name: str, rule: str
) -> None:
    before = heads(world)
    progress = imported(world, make(), name)
    assert (progress["status"], progress["rows"], progress["reason"]["rule"]) == ("refused", 0, rule)
    assert CHINESE.search(progress["reason"]["zh"]) and progress["reason"]["en"].isascii()
    assert heads(world) == before


@pytest.mark.parametrize("name", ["花名册.xlsx", "花名册.csv"])
@pytest.mark.parametrize(
    ("column", "cell"), [("姓名", '=HYPERLINK("http://nowhere")'), ("身份证号", "=1+1"), ("住址", "@SUM(A1)")]
)
def test_a_formula_refuses_its_row(world: System, name: str, column: str, cell: str) -> None:
    before = heads(world)
    rows = [GOOD | {column: cell}]
    content = comma_separated(*rows) if name.endswith("csv") else workbook(*rows)
    progress = imported(world, content, name)
    assert (progress["status"], progress["refused"], progress["registered"]) == ("done", 1, 0)
    report = client(world).get(f"/registry/imports/{progress['id']}/report.csv").content.decode("utf-8-sig")
    [line] = [line for line in report.splitlines() if "formula" in line]
    _, row, at, _, rule, zh, en = line.split(",", 6)
    assert (row, at, rule) == ("2", column, "formula")
    assert CHINESE.search(zh) and en.isascii()
    assert cell not in report
    # that a roster came is on record, with its counts and nothing of the row
    assert heads(world)["registry"].sequence == before["registry"].sequence + 1
    assert world.log("registry")[-1].envelope.type == "registry.RosterImported"


def report(world: System, **changed: Any) -> dict[str, Any]:
    """A death reported, as health's system would send it."""
    message = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/health/deaths",
        "type": "reports.DeathReported",
        "dataschema": "reports.DeathReported.1",
        "time": world.clock.now().astimezone(UTC).isoformat(),
        "data": {"person": NOBODY, "on": families.today(world)},
    }
    return message | changed


NESTED = json.loads("[" * 500 + "]" * 500)


@pytest.mark.parametrize(
    ("changed", "at", "rule"),
    [
        ({"type": "reports.BirthReported"}, "type", "report-type-unknown"),
        ({"dataschema": "reports.DeathReported.2"}, "dataschema", "report-version-newer"),
        ({"data": {"on": "2021-08-01"}}, "data.person", "missing"),
        ({"data": {"person": NOBODY, "on": "2021-02-30"}}, "data.on", "date_parsing"),
        ({"data": {"person": NOBODY, "on": "2021-08-01", "cause": "x"}}, "data.cause", "extra_forbidden"),
        ({"data": NESTED}, "data", "nesting"),
        ({}, "data.person", "not-found"),
    ],
)
def test_a_bad_report_is_refused_at_the_gate_and_only_the_refusal_is_on_record(
    world: System, changed: dict[str, Any], at: str, rule: str
) -> None:
    before = heads(world)
    sent = report(world, **changed)
    health = client(world, Department.HEALTH)
    first, again = (health.post("/registry/gate", json=sent) for _ in range(2))
    problem = first.json()
    assert (first.status_code, problem["type"]) == (422, "urn:doudi:problem:validation")
    assert [(one["field"], one["rule"]) for one in problem["errors"]] == [(at, rule)]
    assert spoken(problem), first.text
    # a repeat gets the same answer, and is not recorded again
    assert again.json()["errors"] == problem["errors"]
    after = heads(world)
    assert after["registry"].sequence == before["registry"].sequence + 1
    [*_, refused] = world.facts("registry", service.ReportRefused)
    assert (refused.report_id, refused.field, refused.rule) == (sent["id"], at, rule)
    assert world.facts("registry", registry.Died) == []


def test_a_report_repeated_counts_once_and_its_id_is_not_used_twice(world: System) -> None:
    person = families.register_person(world, "麻某某")
    sent = report(world, data={"person": person, "on": families.today(world)})
    health = client(world, Department.HEALTH)
    first = health.post("/registry/gate", json=sent)
    assert first.status_code == 200, first.text
    before = heads(world)
    assert health.post("/registry/gate", json=sent).json() == first.json()
    assert heads(world) == before
    yesterday = datetime.fromisoformat(families.today(world)) - timedelta(days=1)
    other = health.post(
        "/registry/gate", json=sent | {"data": {"person": person, "on": yesterday.date().isoformat()}}
    )
    assert (other.status_code, other.json()["errors"][0]["rule"]) == (422, "report-id-reused")
    assert len(world.facts("registry", registry.Died)) == 1
    # nor does another department get in: not at all, or not with this type
    assert client(world, Department.FINANCE).post("/registry/gate", json=report(world)).status_code == 403
    poverty = client(world, Department.POVERTY_ALLEVIATION)
    assert poverty.post("/registry/gate", json=report(world)).status_code == 403
