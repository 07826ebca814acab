"""The project's pages as tests see them: their blocks, what is not run and why, their links and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "events" / "contracts" / "README.md"]
)
SHELL = ("sh", "console")
REASONS = {
    "runs until stopped",
    "needs Docker",
    "needs the network",
    "runs every test",
    "by the test of a fresh clone",
    "an act on an installation",
}
_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^>]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<(https?://[^>]+)>")


@dataclass(frozen=True)
class Block:
    """A fenced block; `reason` says why it is not simply run, if it is not."""

    page: Path
    line: int
    language: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def page(name: str) -> Path:
    return ROOT / name


def blocks(path: Path) -> list[Block]:
    text = path.read_text()
    return [
        Block(path, text.count("\n", 0, m.start("text")), m["language"], m["text"], m["reason"])
        for m in _BLOCK.finditer(text)
    ]


def shell_blocks(path: Path) -> list[Block]:
    return [block for block in blocks(path) if block.language in SHELL]


def prose(path: Path) -> str:
    """The page without its blocks."""
    return _BLOCK.sub("", path.read_text())


def links(path: Path) -> list[str]:
    return [inner or outer for inner, outer in _LINK.findall(prose(path))]


def anchors(path: Path) -> set[str]:
    """The names by which headings are linked to."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
