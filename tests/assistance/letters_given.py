"""What the tests of letters share: offices, a matter, names, and letters of every kind."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from events import remedies as m
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance.letters import remedies, templates
from services.assistance.letters.letter import Clause, Letter
from services.assistance.letters.offices import of_district, of_township
from services.assistance.letters.templates import Listed, Matter
from services.registry.divisions import hecheng

ANNA, BEN = PersonId(int=0xA, version=4), PersonId(int=0xB, version=4)
CASE = CaseId(int=0xCA5E, version=4)
NAMES: dict[UUID, str | None] = {ANNA: "欧阳䶮", BEN: "阿卜杜热合曼·买买提依明江·吐尔逊"}
TOWNSHIP = of_township(hecheng().townships[0], "城中街道政务服务中心一楼")
DISTRICT = of_district(hecheng().district)
APPLIED, TODAY = date(2021, 8, 3), date(2021, 8, 20)
ACCEPTED_UNDER = Clause(paper="最低生活保障审核确认办法", article="第十条")
LONG = (
    "共同生活的家庭成员名下有机动车辆、船舶（含“享受型”船舶）、工程机械，价值超过规定倍数，不符合财产条件；"
    * 40
)


def matter(**changes: Any) -> Matter:
    given: dict[str, Any] = {
        "case": CASE,
        "programme": "dibao",
        "applicant": ANNA,
        "office": TOWNSHIP,
        "applied": APPLIED,
        "clauses": (ACCEPTED_UNDER,),
        "illustrative": False,
    }
    return Matter(**{**given, **changes})


def of_remedies(matter: Matter) -> list[Letter]:
    months = (m.MonthDifference(month="2021-09", due_fen=65_000, had_fen=0),)
    whose: dict[str, Any] = {
        "case": CASE, "programme": "dibao", "household": HouseholdId(int=0xF, version=4), "members": (ANNA,),
        "on": TODAY, "officer": UUID(int=1),
    }  # fmt: skip
    arrears = m.ArrearsGranted(
        **whose,
        arrears=UUID(int=2),
        months=months,
        amount_fen=65_000,
        why="changed_decision",
        illustrative=False,
    )
    back = (m.MonthDifference(month="2021-08", due_fen=0, had_fen=65_000),)
    order = m.RecoveryOrdered(
        **whose,
        order=UUID(int=3),
        months=back,
        amount_fen=65_000,
        why="exit",
        illustrative=True,
        parts=3,
        first_due=date(2021, 9, 1),
    )
    return [
        remedies.review_notice(
            matter, 8, TODAY, contested="Declined", decided=APPLIED, lodged=TODAY, decide_by=date(2021, 10, 19)
        ),
        remedies.changed_decision(
            matter, 9, TODAY, contested="Declined", decided=APPLIED, by="怀化市鹤城区人民政府行政复议", paper="鹤政复决字〔2021〕3号",
            outcome="changed", amount_fen=65_000, since=date(2021, 9, 1), once=False, arrears=arrears,
        ),
        remedies.recovery(matter, 10, TODAY, order),
    ]  # fmt: skip


def every(programme: str = "dibao") -> dict[str, Letter]:
    """A letter of each kind, by its title."""
    town, district = matter(programme=programme), matter(programme=programme, office=DISTRICT)
    listed = [Listed(ANNA, 3, 65_050), Listed(BEN, 1, 130_000)]
    reduced: dict[str, Any] = {"before_fen": 65_000, "after_fen": 60_000, "since": date(2021, 9, 1)}
    stopped: dict[str, Any] = {**reduced, "after_fen": 0}
    letters = [
        templates.acceptance(town, 1, TODAY, decide_by=date(2021, 9, 30)),
        templates.supplement(town, 2, TODAY, ["户口簿", "授权核对书"], by=date(2021, 8, 27)),
        templates.refusal(district, 3, TODAY, ["家庭月人均收入高于保障标准。"]),
        templates.confirmation(district, 4, TODAY, 65_000, date(2021, 9, 1), [ANNA, BEN]),
        templates.adjustment(district, 5, TODAY, "reduced", ["家庭收入增加。"], **reduced),
        templates.adjustment(district, 6, TODAY, "stopped", ["家庭收入高于保障标准。"], **stopped),
        templates.public_notice(town, 7, TODAY, listed, until=date(2021, 8, 26)),
        *of_remedies(district),
    ]
    return {letter.title: letter for letter in letters}
