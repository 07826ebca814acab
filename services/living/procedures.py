"""The procedure a case runs under, by the day of its application.

For now every case takes the steps of the procedure of 2021. An application from before 2021-07-01 names the
procedure of 2012 and takes its limit for the survey; that procedure's democratic appraisal, its visits to
three households in ten and its second notice come with the policy engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.living.days import working_days_after
from services.living.papers import PROCEDURE_2012, PROCEDURE_2021

SURVEYORS = 2
REVIEW_MONTHS = 12
REVIEW_MONTHS_UNSTABLE = 6


@dataclass(frozen=True, slots=True)
class Procedure:
    """Limits in working days from acceptance; a notice in calendar days."""

    number: str
    survey_days: int
    decide_days: int | None
    notice_days: int = 7

    def survey_by(self, accepted: date) -> date:
        return working_days_after(accepted, self.survey_days)

    def decide_by(self, accepted: date) -> date | None:
        return None if self.decide_days is None else working_days_after(accepted, self.decide_days)


OF_2012 = Procedure(PROCEDURE_2012, survey_days=10, decide_days=None)
OF_2021 = Procedure(PROCEDURE_2021, survey_days=3, decide_days=30)
BY_NUMBER = {procedure.number: procedure for procedure in (OF_2012, OF_2021)}


def procedure_on(applied: date) -> Procedure:
    return OF_2021 if applied >= date(2021, 7, 1) else OF_2012
