"""`python -m events.contracting [--check] [--folder PATH]`: write the contracts, or say what differs.

Exits 1 where a change needs a new version (nothing is written then), and with --check also where a file is
not what would be written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from events.contracting.writing import FOLDER, differences, refusals, write

ADVICE = (
    "Raise the version (`class Fact(Event, version=2)`) and write an upcaster "
    '(`@upcast("room.Fact.1", to="room.Fact.2")`); nothing was written.'
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m events.contracting", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything differs")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="default: events/contracts")
    asked = parser.parse_args(arguments)
    if found := refusals(asked.folder):
        print(*found, ADVICE, sep="\n", file=sys.stderr)
        return 1
    if asked.check:
        differing = differences(asked.folder)
        for path in differing:
            print(f"{path} is not what the catalogue says: run `make contracts`", file=sys.stderr)
        return 1 if differing else 0
    written = write(asked.folder)
    print(f"{len(written)} files of the contracts written" if written else "the contracts are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
