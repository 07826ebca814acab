"""The programmes of all domains, and what a domain says of one beyond what the papers say.

    DIBAO = declare(Programme("dibao", "living", ("最低生活保障", "dibao"), local=registered_poor))

Unit, period, inputs, tables, amounts and steps stand in the papers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.chassis.refusal import Refused

if TYPE_CHECKING:
    from datetime import date

    from events.assistance import CaseFact, Finding
    from events.base import Recorded
    from events.ids import PersonId
    from services.assistance.model import Case
    from services.assistance.published import Published
    from services.chassis.work import Work

Local = Mapping[str, str]
"""Inputs of a rule that the service itself knows, by the paper's names, as texts: `true`, `3`, `rural`, `417.00`."""


def nothing(work: Work, case: Case) -> Local:
    return {}


def nothing_more_owed(case: Case, local: Local) -> frozenset[str]:
    return frozenset()


def anything(by: Published, today: date, step: str, findings: tuple[Finding, ...]) -> None:
    return None


def everybody(work: Work, members: tuple[PersonId, ...]) -> tuple[PersonId, ...]:
    return members


def nothing_more(work: Work, fact: Recorded[CaseFact]) -> None:
    return None


def nothing_follows(work: Work, case: Case, facts: Sequence[CaseFact]) -> Sequence[CaseFact]:
    return ()


@dataclass(frozen=True, slots=True)
class Programme:
    """`domain`: the service that carries its cases. `title`: in Chinese and in English. `procedure`: by its code in
    the papers. `local`: what the service knows of a case when its rule is applied. `owes`: steps that its paper owes some
    cases only (`when`), and this one by what is known. `admits`: refuses what a step must
    not bring. `covers`: whom of a household a case is for. `follows`: the facts that a domain adds to those of one
    decision, given the case as it was before them; or it refuses them. `beside`: what else follows from a fact of a
    case, in the same decision, which it may refuse."""

    code: str
    domain: str
    title: tuple[str, str]
    procedure: str
    local: Callable[[Work, Case], Local] = nothing
    owes: Callable[[Case, Local], frozenset[str]] = nothing_more_owed
    admits: Callable[[Published, date, str, tuple[Finding, ...]], None] = anything
    covers: Callable[[Work, tuple[PersonId, ...]], tuple[PersonId, ...]] = everybody
    beside: Callable[[Work, Recorded[CaseFact]], None] = nothing_more
    follows: Callable[[Work, Case, Sequence[CaseFact]], Sequence[CaseFact]] = nothing_follows


PROGRAMMES: dict[str, Programme] = {}


def declare(programme: Programme) -> Programme:
    """Made known once, where its domain is declared."""
    if PROGRAMMES.setdefault(programme.code, programme) != programme:
        raise ValueError(f"{programme.code} is declared twice")
    return programme


def programme_of(code: str, domain: str | None = None) -> Programme:
    """Refused where no domain, or not this one, carries such cases."""
    found = PROGRAMMES.get(code)
    if found is None or domain not in (None, found.domain):
        raise Refused(
            "programme-unknown",
            "本部门不办理该救助项目。",
            "This service does not carry cases of that programme.",
            field="programme",
        )
    return found
