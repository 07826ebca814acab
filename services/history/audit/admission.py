"""Whom a decision admits, held against whom the rule admits (参照单人户): more or fewer of the family is a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from events import assistance as a
from services.history.audit.story import Inquiry
from services.history.audit.verdict import Check, Class, broken, kept
from services.policy.rule import Outcome

TAPER = "taper"
"""Whoever is phased out is who was admitted before."""


@dataclass(frozen=True, slots=True)
class Family:
    """`people`: in the order in which a rule was told of them; `before`: of them, whom the help was for until now, if not
    for all."""

    people: tuple[UUID, ...] = ()
    before: tuple[UUID, ...] = ()


UNKNOWN = Family()


def family(inquiry: Inquiry, before: Iterable[UUID], members: Iterable[UUID] | None = None) -> Family:
    """`members`: of these alone."""
    wanted = None if members is None else {one.int for one in members}
    for found in (inquiry.check, inquiry.survey):
        if found is not None and found.fact.means is not None:
            people = tuple(one.person for one in found.fact.means.members)
            return Family(tuple(one for one in people if wanted is None or one.int in wanted), tuple(before))
    return Family((), tuple(before))


def covered(fact: Any) -> tuple[UUID, ...]:
    """Whom a fact about a case, or a sum that is due, is for."""
    found: tuple[UUID, ...] = getattr(fact, "admitted", ()) or fact.members
    return found


def admitted(outcome: Outcome, route: str, of: Family) -> tuple[UUID, ...]:
    """By the rule; empty: all of the family."""
    if route == TAPER:
        return of.before
    return tuple(of.people[place - 1] for place in outcome.admitted or () if place <= len(of.people))


def same(fact: a.CaseFact, by_rule: Iterable[UUID]) -> bool:
    return not _ids(covered(fact)) ^ _ids(tuple(by_rule) or fact.members)


def check(fact: a.CaseFact, by_rule: tuple[UUID, ...], departs: bool) -> Iterable[Check]:
    """Nothing where both are for all of the family."""
    if not fact.admitted and not by_rule:
        return
    decided, wanted = _ids(covered(fact)), _ids(by_rule or fact.members)
    told, again = (", ".join(sorted(str(UUID(int=one))[:8] for one in some)) for some in (decided, wanted))
    zh, en = f"纳入{told}，按规则应为{again}", f"for {told}; by the rule for {again}"
    if decided == wanted:
        yield kept("admitted", f"{zh}，一致。", f"Equal: {en}.")
    elif departs:
        yield kept("admitted", f"{zh}；决定已说明与意见不一致的理由。", f"It departs, and says why: {en}.")
    else:
        kind = Class.NOT_ELIGIBLE if decided - wanted else Class.MISSED
        yield broken("admitted", kind, f"{zh}，不一致。", f"Differs: {en}.")


def _ids(people: Iterable[UUID]) -> set[int]:
    return {one.int for one in people}
