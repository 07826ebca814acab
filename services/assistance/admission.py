"""Who may work on which case: civil affairs; a township's clerk on the township's cases only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from events.ids import CaseId, Concerned
from services.assistance.application import ruling_to_decide
from services.assistance.choosing import delegated
from services.assistance.steps import case_and_papers, case_of
from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.problems import not_allowed
from services.chassis.tokens import Caller
from services.chassis.work import Work

CivilAffairs = Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]
Readers = Annotated[
    Caller, allow(Department.CIVIL_AFFAIRS, Department.FINANCE, Department.DISTRICT, Department.AUDIT)
]
"""Of cases, without what a family has."""


def in_own_township(caller: Caller, township: str) -> None:
    if not caller.may_act_in(township):
        raise not_allowed("只能办理本乡镇（街道）的案件。", "Only cases of your own township.")


def of_the_county(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed(
            "审核确认由区民政局办理。", "Decided by the county's civil affairs, not a township."
        )


def may_decide(work: Work, caller: Caller, case: CaseId, amount_fen: int | None = None) -> None:
    """A township's clerk, where the district has left the decision to the township, or the paper leaves it and its
    sum (审批机关)."""
    if caller.township is None:
        return
    found, by = case_and_papers(work, case)
    if delegated(found):
        return
    if found.inquiry.recommendation is None:
        of_the_county(caller)
    ruling = ruling_to_decide(found, by, work.today)
    if not ruling.township_may_decide or (amount_fen or 0) > ruling.amount_fen:
        of_the_county(caller)


def may_change(work: Work, caller: Caller, case: CaseId) -> None:
    """What a township was left to decide it also changes and ends."""
    if not delegated(case_of(work, case)):
        of_the_county(caller)


def seen_by(caller: Caller, township: str | None) -> str | None:
    if caller.township is None:
        return township
    if township is not None:
        in_own_township(caller, township)
    return caller.township


def whose_evidence(work: Work, caller: Caller, case: CaseId) -> Sequence[Concerned]:
    """Those whom the evidence of a case is about: its members."""
    found = case_of(work, case)
    in_own_township(caller, found.township)
    return found.members
