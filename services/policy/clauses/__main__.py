"""The command: write the page, or say that it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from services.policy.clauses.page import PAGE, text

ROOT = Path(__file__).parents[3]


def main(arguments: list[str]) -> int:
    """0 where done; 1 where the page or the table is wrong, 2 where there is no checkout or another argument."""
    if arguments not in ([], ["--check"]) or not (ROOT / "tests").is_dir():
        print("python -m services.policy.clauses [--check], in a checkout of the project", file=sys.stderr)
        return 2
    try:
        said = text(ROOT)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    page = ROOT / PAGE
    if not arguments:
        page.write_text(said, encoding="utf-8")
        return 0
    if page.exists() and page.read_text(encoding="utf-8") == said:
        return 0
    print(f"{PAGE} is out of date: make clauses", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
