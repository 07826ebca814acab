"""Who may apply, and who may hand an application in for somebody else; a minor never applies alone.

民法典 27 and 32: parents, then grandparents, elder siblings and others are guardians of a minor; where nobody is, civil
affairs or the village committee. A minor gives nobody a mandate. 单人户 and tekun are for single persons: so orphans and
children left alone come through one of these (鹤民发〔2020〕43号 三(一)1 and 2).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from events.assistance import OnBehalf
from events.ids import HouseholdId, PersonId
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.work import Work

ADULT = 18
FOR_MINORS = frozenset({"guardian", "committee", "institution"})


def home_of_applicant(work: Work, household: HouseholdId, applicant: PersonId) -> dict[str, Any]:
    """What is kept of the household; refused where it is not known or gone, or the applicant dead or merged."""
    home = work.fact("household", household)
    if home is None:
        raise Refused("household-unknown", "未登记该家庭。", "No such household is known.", field="household")
    if home["gone"]:
        raise Conflict(
            "household-closed",
            "该家庭已注销或迁出。",
            "The household is closed or has left.",
            field="household",
        )
    person = work.fact("person", applicant)
    if person is not None and person["died"] is not None:
        raise Refused("applicant-dead", "申请人已死亡。", "The applicant has died.", field="applicant")
    if person is not None and person["merged_into"] is not None:
        raise Refused(
            "applicant-merged",
            "该人员登记已并入另一登记。",
            "This registration was merged into another.",
            field="applicant",
        )
    found: dict[str, Any] = home
    return found


def must_be_represented(work: Work, applicant: PersonId, through: OnBehalf | None, on: date) -> None:
    """Refused where nobody, or somebody unfit, speaks for a minor; whose birthday nobody told is taken for an adult."""
    if _is_minor(work, applicant, on) and (through is None or through.kind not in FOR_MINORS):
        raise Refused(
            "guardian-needed",
            "申请人未满十八周岁，须由监护人代为申请；没有监护人的，由村（居）民委员会、民政部门或者供养机构代为申请"
            "（民法典第二十七条、第三十二条）。",
            "The applicant is a minor: the guardian applies, or where there is none the committee or institution.",
            field="through",
        )
    if through is None:
        return
    if through.kind == "mandated" and through.mandate is None:
        raise Malformed(
            "mandate-missing",
            "委托他人申请的，须附书面委托书（民发〔2021〕57号第六条）。",
            "Who applies by mandate hands the written mandate in.",
            field="through.mandate",
        )
    if through.person == applicant or _is_minor(work, through.person, on):
        raise Refused(
            "guardian-unfit",
            "代为申请的人不得是申请人本人或者未成年人。",
            "Who applies for somebody is another person and of age.",
            field="through.person",
        )


def _is_minor(work: Work, person: PersonId | None, on: date) -> bool:
    told = None if person is None else work.fact("born", person)
    if told is None:
        return False
    born = date.fromisoformat(told)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day)) < ADULT
