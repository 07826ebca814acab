"""What is wrong with a paper: where, by which rule, and why. Papers are refused with a list of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule`: a stable code (`unknown-name`, `gap`); `file` and `line` are empty and 0 where there is no file."""

    rule: str
    zh: str
    en: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.rule}: {self.en} {self.zh}"


class Refused(Exception):
    """A paper that cannot be published, or papers that do not go together."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)
