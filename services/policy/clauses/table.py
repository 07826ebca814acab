"""The 83 duties of the plan, one a line of `services/policy/clauses.csv`.

`key_zh` quotes the paper, `duty` says it in English. `parts` are patterns of parts of papers (see `parts`), `facts`
types of the catalogue, `code` files; each has to match something, so that the table cannot promise what is gone.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[1] / "clauses.csv"


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    ref: str
    key_zh: str
    duty: str
    department: str
    population: str
    parts: tuple[str, ...]
    facts: tuple[str, ...]
    code: tuple[str, ...]


def clauses(file: Path = FILE) -> tuple[Clause, ...]:
    """In the order of the paper; ValueError where two have one id."""
    with file.open(encoding="utf-8", newline="") as lines:
        found = tuple(_clause(line) for line in csv.DictReader(lines))
    if len({clause.id for clause in found}) != len(found):
        raise ValueError("two clauses have one id")
    return found


def _clause(line: dict[str, str]) -> Clause:
    return Clause(
        id=line["id"],
        ref=line["ref"],
        key_zh=line["key_zh"],
        duty=line["duty"],
        department=line["department"],
        population=line["population"],
        parts=tuple(line["parts"].split()),
        facts=tuple(line["facts"].split()),
        code=tuple(line["code"].split()),
    )
