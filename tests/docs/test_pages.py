"""What the pages name exists: commands, links, headings, tests, settings; what is not run says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from services.chassis.metrics import Metrics
from services.chassis.settings import PREFIX, Settings
from services.cli import app
from services.notification.settings import NotificationSettings
from tests.docs.pages import PAGES, REASONS, ROOT, anchors, blocks, links, page, shell_blocks

GROUP = get_command(app)
assert isinstance(GROUP, TyperGroup)
COMMANDS = GROUP.commands
EACH = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@EACH
def test_a_block_that_is_not_run_says_why(path: Path) -> None:
    for block in blocks(path):
        assert block.language, f"{block}: a block names its language"
        if block.reason is not None:
            assert block.reason in REASONS, f"{block}: {block.reason}"
    marked = path.read_text().count("<!-- not run")
    assert marked == sum(block.reason is not None for block in blocks(path)), (
        f"{path}: a mark without a block"
    )


def test_only_readme_and_guide_have_commands_that_are_run() -> None:
    # so that no other page can promise what nobody tries
    run = {block.page.name for path in PAGES for block in shell_blocks(path) if block.reason is None}
    assert run == {"README.md", "README.zh-CN.md", "guide.md"}


@EACH
def test_every_subcommand_named_exists_with_its_options(path: Path) -> None:
    for line in code(path.read_text()):
        said = re.match(r"(?:[A-Z_]+=\S+ )*(?:PERSON=|TOKEN=)?\$?\(?doudi ([a-z]+)(.*)", line)
        if said is None:
            continue
        name, rest = said.groups()
        assert name in COMMANDS, f"{path.name}: {line}"
        command = COMMANDS[name]
        if isinstance(command, TyperGroup) and (inner := re.match(r" ([a-z]+)", rest)):
            assert inner[1] in command.commands, f"{path.name}: {line}"
            command = command.commands[inner[1]]
        known = {option for parameter in command.params for option in parameter.opts}
        for option in re.findall(r"(?<= )--[a-z-]+", rest):
            assert option in known, f"{path.name}: {line}"


@EACH
def test_every_task_of_make_exists(path: Path) -> None:
    tasks = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in code(path.read_text()):
        if said := re.match(r"make ([a-z-]+)", line):
            assert said[1] in tasks, f"{path.name}: {line}"


def code(text: str) -> list[str]:
    """The lines of shell blocks, and what stands as code within lines."""
    fenced = re.findall(r"^```(?:sh|console)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return [*"".join(fenced).splitlines(), *inline]


@EACH
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in links(path):
        if link.startswith(("http://", "https://")):
            continue
        target, _, heading = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), f"{path.name}: {link}"
        assert found.is_relative_to(ROOT), f"{path.name}: {link} leads out of the checkout"
        if heading:
            assert heading in anchors(found), f"{path.name}: {link}"


@EACH
def test_every_test_named_exists(path: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", path.read_text()):
        assert f"def {name}" in (ROOT / file).read_text(), f"{path.name}: {file}::{name}"


@EACH
def test_every_setting_named_exists(path: Path) -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    known |= {f"{PREFIX}NOTIFY_{name}".upper() for name in NotificationSettings.model_fields}
    known |= {f"{PREFIX}{name}" for name in ("REQUIRE_BROKERS", "CACHE", "KAFKA_LIBS")}
    for name in re.findall(r"\bDOUDI_[A-Z_]+\b", path.read_text()):
        if not name.startswith((f"{PREFIX}TEST_", f"{PREFIX}BENCH_")) and not name.endswith("_"):
            assert name in known, f"{path.name}: {name}"


def test_every_metric_is_described_in_operations() -> None:
    metrics = Metrics("registry")
    metrics.lag("/431202/living", 0)
    ours = {family.name for family in metrics.registry.collect()}
    told = set(re.findall(r"`(doudi_\w+)`", page("docs/operations.md").read_text()))
    assert {name.removesuffix("_total") for name in told} == ours


def test_every_reason_for_a_stopped_feed_is_described_in_operations() -> None:
    sources = "".join(file.read_text() for file in (ROOT / "services").rglob("*.py"))
    slugs = set(re.findall(r'Stopped\(\s*"([a-z-]+)"', sources)) | {"gap", "fork"}
    told = set(re.findall(r"^### `([a-z-]+)`", page("docs/operations.md").read_text(), re.MULTILINE))
    assert told == slugs - {"wait"}
