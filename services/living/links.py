"""Links between dibao and relief, both ways (民发〔2018〕23号 二(四)): what one comes to asks for a look at the other.

Whether a look is asked for says the rule (核查低保); within how many days it is answered says the paper's referral.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from events import assistance as a
from services.assistance.model import Case
from services.assistance.published import Published, published
from services.assistance.rules import about
from services.chassis.work import Work

DIBAO_CHECK, RELIEF_CHECK = "dibao_check", "relief_check"
EITHER_RELIEF = "temporary_relief"


def suggested(
    case: Case, by: Published, referral: str, towards: str, reason: str, today: date
) -> tuple[a.CheckSuggested, ...]:
    """Nothing where no paper in force asks for it."""
    for paper in by.rulebook.in_force(today):
        for asked in paper.referrals:
            if asked.referral == referral:
                within = asked.reply_within
                return (
                    a.CheckSuggested(
                        **about(case),
                        referral=referral,
                        towards=towards,
                        reason=reason,
                        on=today,
                        answer_by=by.end_of(within, today)[0] if within else None,
                        paper=paper.identity.number,
                        clause=asked.clause,
                    ),
                )
    return ()


def of_dibao(work: Work, case: Case, facts: Sequence[a.CaseFact]) -> Sequence[a.CaseFact]:
    """Whoever is refused dibao is looked at for relief."""
    for fact in facts:
        if isinstance(fact, a.Declined):
            by = published(work, case.programme)
            return suggested(case, by, RELIEF_CHECK, EITHER_RELIEF, fact.reason, work.today)
    return ()
