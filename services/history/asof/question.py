"""What is asked: effective on one day, known on another, to the district or to a service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.chassis.refusal import Malformed
from services.chassis.service import name_of


@dataclass(frozen=True, slots=True)
class Question:
    """`effective`: civil day on which it counted; `known`: by the end of which civil day it was recorded, or,
    with `by`, known to that service when it last recorded anything."""

    effective: date
    known: date
    by: str | None = None


def must_have_come(known: date, today: date) -> None:
    """Of the day known. Raises Malformed: `known-in-future`."""
    if known > today:
        raise Malformed(
            "known-in-future",
            f"“知悉日”{known}晚于今天（{today}）：尚未发生的记录无从知悉。",
            f"{known} is later than today ({today}): nobody knows yet what will be recorded.",
            field="known",
        )


def ask(
    sources: Iterable[str], today: date, effective: date | None, known: date | None, by: str | None
) -> Question:
    """Unless said: known today, and effective on the day known. Raises Malformed: `known-in-future`,
    `unknown-service`."""
    known = known or today
    must_have_come(known, today)
    names = sorted(map(name_of, sources))
    if by is not None and by not in names:
        raise Malformed(
            "unknown-service",
            f"没有名为“{by[:40]}”的服务；现有：{'、'.join(names)}。",
            f"There is no service {by[:40]}; there are {', '.join(names)}.",
            field="by",
        )
    return Question(effective or known, known, by)
