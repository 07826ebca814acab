"""What an auditor types, over the folder of a house that was lived in."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from events import assistance as a
from services.chassis.departments import Department
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token
from services.cli import app
from tests.end_to_end import families
from tests.end_to_end.systems import CLERK, System


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One family that is granted dibao, and somebody looked at a name; with the decision."""
    folder = tmp_path_factory.mktemp("house")
    system = System(folder)
    try:
        head = families.register_person(system, "滕某某")
        families.grant(system, families.register_household(system, head), head)
        assert system.client("registry").get(f"people/{head}?purpose=核对").is_success
        decision = next(one for one in system.log("living") if isinstance(one.data, a.SubsidyGranted))
        log = system.house.timelines
        assert log is not None
        ends = {one.source: one.store.head().sequence for one in system.house.runtimes.values()}
        system.eventually(
            lambda: all(one.sequence >= ends[one.source] for one in log.log.source_states()), "history has it"
        )
        return folder, str(decision.envelope.id)
    finally:
        system.close()


def told(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_house_in_which_all_was_done_as_it_must_be_has_no_findings(house: tuple[Path, str]) -> None:
    assert told("audit", "findings", "--json", "--data", str(house[0])) == (0, "")


def test_a_finding_is_a_line_of_json_with_its_class_and_who_could_know(
    house: tuple[Path, str], tmp_path: Path
) -> None:
    altered, decision = tmp_path / "altered", house[1]
    shutil.copytree(house[0], altered)
    with closing(sqlite3.connect(altered / "history-views.sqlite")) as log:
        log.execute(
            "UPDATE district_log SET data = CAST(replace(CAST(data AS TEXT), '\"amount_fen\":', '\"amount_fen\":1')"
            " AS BLOB) WHERE id = ?",
            (UUID(decision).bytes,),
        )
        log.commit()
    status, said = told("audit", "findings", "--json", "--data", str(altered))
    [line] = map(json.loads, said.splitlines())
    assert (status, line["event"], line["finding"], line["sort"]) == (1, decision, "altered_amount", "had")

    # For whoever reads: what it is in words, how many of which class, what to do next; and all of it as a file.
    status, said = told("audit", "findings", "--data", str(altered))
    assert status == 1 and decision in said
    assert all(word in said for word in ("金额与规则不符", "基本生活保障", "当时已知", "下一步"))
    assert told("audit", "findings", "--known", "later", "--data", str(altered))[0] == 0
    assert told("audit", "findings", "--finding", "kin", "--data", str(altered))[0] == 0
    for name in ("f.csv", "f.xlsx", "f.jsonl"):
        file = tmp_path / name
        assert told("audit", "findings", "--out", str(file), "--data", str(altered))[0] == 1
        content = " ".join(page_text(file)) if name == "f.xlsx" else file.read_text(encoding="utf-8-sig")
        assert decision in content
    assert json.loads((tmp_path / "f.jsonl").read_text()) == line
    status, said = told("audit", "findings", "--out", str(tmp_path / "f.doc"), "--data", str(altered))
    assert status == 2 and not (tmp_path / "f.doc").exists()


def page_text(file: Path) -> list[str]:
    return [str(cell.value) for row in load_workbook(file).worksheets[0] for cell in row]


def test_an_event_that_is_no_decision_is_answered_with_the_decision_behind_it(
    house: tuple[Path, str],
) -> None:
    with closing(sqlite3.connect(house[0] / "history-views.sqlite")) as log:
        rows = log.execute(
            "SELECT id FROM district_log WHERE dataschema LIKE 'assistance.MonthGranted.%' OR dataschema LIKE ?",
            (f"{a.Applied.TYPE}.%",),
        ).fetchall()
    answers = [told("audit", "decision", str(UUID(bytes=id)), "--data", str(house[0])) for (id,) in rows]
    assert {status for status, _ in answers} == {1} and all("不是决定" in said for _, said in answers)


@pytest.mark.parametrize("what", [("findings",), ("report", "looks"), ("all",)])
@pytest.mark.parametrize("turned", [False, True])
def test_days_the_wrong_way_round_are_refused_and_never_answered_with_nothing(
    house: tuple[Path, str], what: tuple[str, ...], turned: bool
) -> None:
    days = [("--from", "2021-03-31"), ("--to", "2021-03-01")]
    said = [word for day in (reversed(days) if turned else days) for word in day]
    status, answer = told("audit", *what, *said, "--data", str(house[0]))
    assert status == 2 and "--to is before --from" in answer


def test_of_an_event_that_was_altered_no_proof_is_handed_out(house: tuple[Path, str], tmp_path: Path) -> None:
    proof, key = tmp_path / "proof.json", tmp_path / "key"
    whole = tmp_path / "whole"
    shutil.copytree(house[0], whole)
    assert told("audit", "checkpoint", "--sign", "--data", str(whole))[0] == 0
    ask = ("audit", "inclusion", house[1], "--out", str(proof), "--data", str(whole))
    assert told(*ask)[0] == 0
    key.write_text(told("audit", "keys", "--data", str(whole))[1].splitlines()[0])
    assert "PROVEN" in told("audit", "verify", str(proof), "--key", key.read_text())[1]
    proof.unlink()
    with closing(sqlite3.connect(whole / "history-views.sqlite")) as log:
        log.execute(
            "UPDATE district_log SET data = CAST(replace(CAST(data AS TEXT), '\"amount_fen\":', '\"amount_fen\":1')"
            " AS BLOB) WHERE id = ?",
            (UUID(house[1]).bytes,),
        )
        log.commit()
    status, said = told(*ask)
    assert status == 1 and "NOT PROVEN" in said and not proof.exists()


def test_a_broken_tree_is_told_apart_from_an_altered_log(house: tuple[Path, str], tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(house[0], broken)
    assert told("audit", "checkpoint", "--sign", "--data", str(broken))[0] == 0
    with closing(sqlite3.connect(broken / "history-views.sqlite")) as log:
        log.execute(
            "UPDATE proof_tiles SET nodes = zeroblob(length(nodes)) WHERE source LIKE '%/living' AND level = 0"
        )
        log.commit()
    status, said = told("audit", "log", "living", "--data", str(broken))
    by_place = {line.split("│")[1].strip(): line for line in said.splitlines() if line.count("│") > 3}
    assert status == 1 and "DIFFERS" in by_place["stored tree"]
    assert "agrees" in by_place["district log"] and "agrees" in by_place["own store"]


def test_checkpoints_taken_away_are_missed(house: tuple[Path, str], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(house[0], bare)
    assert told("audit", "checkpoint", "--sign", "--data", str(bare))[0] == 0
    assert told("audit", "log", "living", "--data", str(bare))[0] == 0
    with closing(sqlite3.connect(bare / "history-views.sqlite")) as log:
        log.execute("DELETE FROM proof_checkpoints")
        log.commit()
    status, said = told("audit", "log", "living", "--data", str(bare))
    assert status == 1 and "a key and no checkpoint" in said


def test_a_report_lists_who_looked_and_why(house: tuple[Path, str], tmp_path: Path) -> None:
    status, said = told("audit", "report", "looks", "--json", "--data", str(house[0]))
    [row] = [json.loads(line) for line in said.splitlines() if "核对" in line]
    assert status == 0 and row["type"] == "service.Unsealed" and row["department"] == "civil-affairs"
    status, said = told("audit", "report", "roles", "--limit", "1", "--data", str(house[0]))
    assert status == 0 and "岗位与职责变动" in said
    file = tmp_path / "looks.csv"
    assert told("audit", "report", "looks", "--out", str(file), "--data", str(house[0]))[0] == 0
    assert "核对" in file.read_text(encoding="utf-8-sig") and "民政局" in file.read_text(encoding="utf-8-sig")


def test_a_decision_is_printed(house: tuple[Path, str], tmp_path: Path) -> None:
    file = tmp_path / "decision.pdf"
    status, said = told("audit", "decision", house[1], "--pdf", str(file), "--data", str(house[0]))
    assert status == 0 and str(file.name) in said.replace("\n", "")
    assert file.read_bytes().startswith(b"%PDF-")


def test_families_of_a_what_if_are_named_only_to_whom_a_token_entitles(
    house: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOUDI_TOKEN_DEVELOPMENT", "true")
    settings = Settings(data=house[0], token_development=True)
    months = ("--from", "2021-08", "--to", "2021-08", "--names", "测算", "--data", str(house[0]))
    assert told("whatif", *months)[0] == 2
    for department, status in ((Department.HEALTH, 2), (Department.AUDIT, 0)):
        token = issue_token(settings, Caller(person=CLERK, post="clerk", department=department))
        said = told("whatif", *months, "--token", token)
        assert said[0] == status and ("申请人 name" in said[1]) == (status == 0), said
