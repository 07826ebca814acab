"""What is granted once: paid in parts, each when it falls due; and a status that lapses by itself. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from events import assistance as a
from services.assistance.days import months_after
from services.assistance.entitlement import end
from services.assistance.model import Case, Stage
from services.assistance.published import Published
from services.assistance.rules import Facts, about, grounds
from services.assistance.ruling import Ruling
from services.chassis.refusal import Malformed, Refused


def plan(
    case: Case, amount_fen: int, parts: tuple[a.Instalment, ...] | None, *, paid_once: bool, today: date
) -> Facts:
    """The parts in which a sum is paid: all of it today where none are named; None where it was paid already.

    Refused where they are not in order, begin before today, or are not the sum together.
    """
    if not paid_once:
        if parts:
            raise Refused(
                "not-in-instalments",
                "该救助项目不分阶段发放。",
                "This programme is not paid in instalments.",
                field="instalments",
            )
        return ()
    if parts is None:
        return ()
    parts = parts or (a.Instalment(due=today, amount_fen=amount_fen),)
    if parts[0].due < today or any(later.due <= earlier.due for earlier, later in pairwise(parts)):
        raise Malformed(
            "instalments-order",
            "各阶段日期须从今天起依次递增。",
            "Instalments begin today or later, each after the one before.",
            field="instalments",
        )
    if sum(part.amount_fen for part in parts) != amount_fen:
        raise Refused(
            "instalments-sum",
            "各阶段金额之和须等于救助金额。",
            "The instalments must add up to what is granted.",
            field="instalments",
        )
    return (a.InstalmentsPlanned(**about(case), instalments=parts),)


def grant_due(case: Case, by: Published, *, today: date) -> Facts:
    """Every part that has fallen due and was not granted; after the last the case is completed."""
    if case.stage is not Stage.GRANTED:
        return ()
    facts: list[a.CaseFact] = []
    parts = case.instalments
    for number, part in enumerate(parts, 1):
        if number <= case.instalments_paid or part.due > today:
            continue
        facts.append(
            a.InstalmentGranted(
                **about(case),
                number=number,
                of=len(parts),
                amount_fen=part.amount_fen,
                due=part.due,
                next_due=parts[number].due if number < len(parts) else None,
                illustrative=case.illustrative,
            )
        )
        if number == len(parts):
            facts += end(case, "completed", today, today, grounds(case, by, "end", today, ("completed",)))
    return tuple(facts)


def last_day(ruling: Ruling, today: date) -> date | None:
    """Of a status that its paper makes valid for some months; whoever needs it longer applies again."""
    months = ruling.valid_months
    return months_after(today, months) - timedelta(days=1) if months else None


def lapse(case: Case, by: Published, *, today: date) -> Facts:
    """The day after the last on which the status holds."""
    if case.stage is not Stage.GRANTED or case.until is None or case.until >= today:
        return ()
    since = case.until + timedelta(days=1)
    return end(case, "lapsed", since, today, grounds(case, by, "end", today, ("lapsed",)))
