"""Fines on who obtained help by deceit. Pure.

社会救助法 73 (from 2026-07-01): at most twice what was obtained. Before it 社会救助暂行办法 68 (2014): once to three times. The
rule of the day of the decision counts: the later one is the milder (行政处罚法 37). Nobody is fined unheard (44, 45), nor twice
for the same (29); in parts where the person cannot pay at once (66).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from events import assistance as a
from events import remedies as m
from events.ids import PersonId
from services.assistance.model import Case
from services.assistance.remedies.settling import LAW
from services.assistance.rules import about
from services.chassis.refusal import Conflict, Malformed, Refused


def impose(
    case: Case,
    id: UUID,
    *,
    person: PersonId,
    paper: str,
    amount_fen: int,
    heard: date,
    parts: int,
    first_due: date,
    officer: UUID,
    acting: a.Acting | None,
    today: date,
) -> m.FineImposed:
    whose = about(case)
    if person not in (*case.members, case.applicant):
        raise Refused(
            "not-of-the-case", "被处罚人须为本案当事人。", "Whoever is fined is of the case.", field="person"
        )
    fined = {order for _, orders in case.remedies.fined for order in orders}
    found = [one for one in case.remedies.frauds if one[0] not in fined]
    if not found:
        raise Conflict(
            "nothing-to-fine",
            "没有责令退回的骗取款项，或者已经处罚（行政处罚法第二十九条：同一行为不得两次罚款）。",
            "Nothing obtained by deceit was ordered back, or it was fined already.",
            field="case",
        )
    if not case.applied <= heard <= today:
        raise Malformed(
            "fine-unheard",
            "须先告知拟处罚内容并听取陈述、申辩（行政处罚法第四十四条、第四十五条），日期不得晚于今天。",
            "The person is told of it and heard before, today at the latest.",
            field="heard",
        )
    obtained = sum(fen for _, fen in found)
    least, most, clause = bounds(obtained, today)
    if not least <= amount_fen <= most:
        raise Refused(
            "fine-out-of-bounds",
            f"罚款须在{least}分至{most}分之间（{clause}，骗取{obtained}分）。",
            f"A fine is between {least} and {most} fen: {obtained} were obtained.",
            field="amount_fen",
        )
    if first_due < today:
        raise Refused(
            "due-past", "首期日期不得早于今天。", "The first part is due today or later.", field="first_due"
        )
    return m.FineImposed(
        **whose,
        fine=id,
        person=person,
        paper=paper,
        orders=tuple(order for order, _ in found),
        obtained_fen=obtained,
        amount_fen=amount_fen,
        clause=clause,
        heard=heard,
        parts=parts,
        first_due=first_due,
        illustrative=case.illustrative,
        on=today,
        officer=officer,
        acting=acting,
    )


def bounds(obtained_fen: int, day: date) -> tuple[int, int, str]:
    """The least and the most in fen, and the clause that says so."""
    if day >= LAW:
        return 1, 2 * obtained_fen, "社会救助法第七十三条"
    return obtained_fen, 3 * obtained_fen, "社会救助暂行办法第六十八条"
