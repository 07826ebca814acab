"""Where each part of a paper stands in its files: what a finding names."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str | int, ...]

FIELDS = {"from": ("first", "sender"), "to": ("last",), "with": ("together_with",)}
"""Keys of the files that are called otherwise in `services.policy.paper`; both find their place."""


@dataclass(slots=True)
class Places:
    """`line(("programmes", 0, "formulas", 2, "formula"))` → (file, line), lines counted from 1.

    A path follows the fields of `Paper`: keys of mappings, indices of lists. Where there is nothing at a path (a field
    is missing, say), its nearest part above answers; where there is none either, ("", 0).
    """

    lines: dict[Path, tuple[str, int]] = field(default_factory=dict)

    def note(self, path: Path, file: str, line: int) -> None:
        self.lines[path] = (file, line)
        if path and isinstance(path[-1], str):
            for name in FIELDS.get(path[-1], ()):
                self.lines.setdefault((*path[:-1], name), (file, line))

    def line(self, path: Path) -> tuple[str, int]:
        for length in range(len(path), -1, -1):
            if found := self.lines.get(path[:length]):
                return found
        return ("", 0)
