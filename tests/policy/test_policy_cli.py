"""`doudi policy`: shown, checked, compared, explained, and published to a running system."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from services.chassis.departments import Department
from services.chassis.settings import Settings
from services.chassis.tokens import Caller, issue_token
from services.cli import app
from services.cli.house import House
from services.cli.up import serving, start
from services.policy.paper import Paper
from services.policy.reading import digest
from tests.policy.heating import APPROVER, AUTHOR, heating


def doudi(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", *map(str, arguments)])


def write(paper: Paper, folder: Path) -> Path:
    """A paper as the folder of YAML that it is read from."""
    whole: dict[str, Any] = paper.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    files = {"paper.yaml": whole["identity"], "parameters.yaml": whole["parameters"]}
    for room in ("programmes", "examples"):
        files |= {f"{room}/{one['programme']}.yaml": one for one in whole[room]}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(heating(), tmp_path / "heating-2020")


def test_the_shipped_papers_are_listed_and_each_is_shown() -> None:
    listed = doudi("show")
    assert listed.exit_code == 0
    assert "hecheng-2020-43" in listed.stdout
    shown = doudi("show", "hecheng-2020-43")
    assert shown.exit_code == 0
    assert "鹤民发〔2020〕43号" in shown.stdout
    assert "三(一)1" in shown.stdout


def test_what_is_no_paper_is_refused(tmp_path: Path) -> None:
    for arguments in (("show", "nothing"), ("check", tmp_path), ("diff", "nothing", "nothing")):
        answer = doudi(*arguments)
        assert answer.exit_code == 2, arguments
        assert "doudi policy show" in answer.stderr


def test_a_good_paper_passes_the_checks(folder: Path) -> None:
    answer = doudi("check", folder)
    assert (answer.exit_code, answer.stdout) == (0, "1 checked, nothing found\n")


def test_what_is_wrong_is_told_with_file_line_and_reason(folder: Path) -> None:
    path = folder / "programmes" / "heating.yaml"
    path.write_text(path.read_text().replace("< 取暖年龄", "< 取暖年令"))
    line = 1 + path.read_text().splitlines().index("    年龄: < 取暖年令".replace("    ", "      "))
    answer = doudi("check", folder)
    assert answer.exit_code == 1
    assert f"{path}:{line}: " in answer.stdout
    assert "取暖年令" in answer.stdout


def test_a_file_that_is_no_yaml_is_told_with_its_line(folder: Path) -> None:
    (folder / "parameters.yaml").write_text("- name: [\n")
    answer = doudi("check", folder)
    assert answer.exit_code == 1
    assert "parameters.yaml" in answer.stdout


def test_two_papers_are_compared_part_by_part(folder: Path, tmp_path: Path) -> None:
    assert doudi("diff", folder, folder).stdout == f"the same: {digest(heating())}\n"
    other = write(heating(sum_of="150.00"), tmp_path / "other")
    answer = doudi("diff", folder, other)
    assert answer.exit_code == 1
    assert "- parameters/取暖标准/values/2020-07-01/value: 120.00" in answer.stdout
    assert "+ parameters/取暖标准/values/2020-07-01/value: 150.00" in answer.stdout


def test_a_rule_is_explained_for_a_day_in_either_language(folder: Path) -> None:
    chinese = doudi("explain", "heating", "--on", "2021-01-05", "--papers", folder)
    assert chinese.exit_code == 0
    assert chinese.stdout.startswith("冬季取暖补贴（2021年1月5日）\n")
    english = doudi("explain", "heating", "--on", "2021-01-05", "--papers", folder, "--lang", "en")
    assert "Old enough: paid every month." in english.stdout
    assert doudi("explain", "heating", "--on", "2019-01-05", "--papers", folder).exit_code == 2


def test_dibao_is_explained_from_the_shipped_papers() -> None:
    answer = doudi("explain", "dibao", "--on", "2021-09-01")
    assert answer.exit_code == 0, answer.stderr
    assert "民发〔2021〕57号" in answer.stdout
    assert "〔示例〕" in answer.stdout


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[str, Settings]]:
    settings = Settings(data=tmp_path / "data", port=0, token_development=True)
    house = House(settings)
    host = start(house)
    with serving(house) as server:
        yield f"http://127.0.0.1:{server.port}/policy", settings
    host.stop()
    house.close()


def test_a_paper_is_published_to_a_running_system_with_two_tokens(
    running: tuple[str, Settings], folder: Path
) -> None:
    url, settings = running
    author, approver = (
        issue_token(settings, Caller(person=who, post="clerk", department=Department.CIVIL_AFFAIRS))
        for who in (AUTHOR, APPROVER)
    )
    people = ("--url", url, "--author", author, "--approver", approver)
    alone = doudi("publish", folder, "--url", url, "--author", author, "--approver", author)
    assert alone.exit_code == 2
    assert "second person" in alone.stderr
    published = doudi("publish", folder, *people)  # the proposal waits already, and is approved
    assert published.exit_code == 0, published.stderr
    assert "in effect from" in published.stdout and digest(heating()) in published.stdout
    again = doudi("publish", folder, *people)
    assert again.exit_code == 0
    assert "heating-2020: published already\n" in again.stdout
    wrong = shutil.copytree(folder, folder.with_name("wrong"))
    path = wrong / "programmes" / "heating.yaml"
    path.write_text(path.read_text().replace("< 取暖年龄", "< 取暖年令"))
    refused = doudi("publish", wrong, *people)
    assert refused.exit_code == 2
    assert "取暖年令" in refused.stderr


def test_publishing_to_nobody_says_so(folder: Path) -> None:
    answer = doudi("publish", folder, "--url", "http://127.0.0.1:9", "--author", "a", "--approver", "b")
    assert answer.exit_code == 2
    assert "no answer" in answer.stderr
