"""Who acts on a case: no near relative of the family, and in a post that may. What a service asks of staff.

〔2012〕220号 14 and 2021 办法 11: applications of near relatives of officials and of village committees are kept apart;
all of them are visited by the county (2012 办法 26, 2021 办法 20), and whoever is related does not act.

A role is asked for once the district's staff register has a post with that role at all: before that nobody can tell
who holds one. The decision then carries no `acting`, and audit shows the post as unknown, never as broken. A step for
which its paper names an office and no role (`by: township`) takes any post of that office, once the register has posts
of clerks (经办人). A relation counts as soon as it is declared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from events import assistance as a
from events import casework as c
from events.base import Recorded
from events.staff import PostCreated, Role, RolesChanged
from services.assistance.choosing import papers_of
from services.assistance.model import BEFORE_DECISION, Case
from services.assistance.published import Published
from services.assistance.rules import Facts, about
from services.chassis.refusal import Conflict, Refused
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.policy.paper import Step
from services.staff.keeping import STAFF, acting, acts_as, keep_staff, kin, ties

ROLES = "staff-role"
"""Role → true, once the district has a post with it."""
ROLE_ZH = {
    Role.CLERK: "经办人",
    Role.SURVEYOR: "调查人",
    Role.CHECKER: "核对人",
    Role.APPROVER: "审核确认人",
}
VISIT = "visit"
"""The county's visit: owed by every case kept apart, also where the paper asks for no share."""


def keep_officials(service: Service) -> None:
    keep_staff(service)
    service.keep(PostCreated, RolesChanged, of=STAFF)(_role)


def _role(shelf: Shelf, fact: Recorded[PostCreated | RolesChanged]) -> None:
    for role in fact.data.roles:
        shelf.put(ROLES, role.value, True)


# -- who acts --------------------------------------------------------------------------------------------


def of_surveyors(work: Work, case: Case, surveyors: Sequence[UUID], on: date) -> None:
    for one in surveyors:
        must_be_independent(work, one, case.members, on, "surveyors")
        must_act_as(work, one, Role.SURVEYOR, on, case.township, "surveyors")


def of_staff(work: Work, case: Case, by: Published, name: str, staff: Sequence[UUID], on: date) -> None:
    """Of a step that has no fact of its own: its paper names an office, and no role."""
    step = by.proceeding(case.basis, work.today).step(name)
    office = step.by if step is not None and work.fact(ROLES, Role.CLERK.value) else ""
    offices: dict[str, set[str | None]] = {"district": {None}, "township": {None, case.township}}
    places = offices.get(office)
    for one in staff:
        must_be_independent(work, one, case.members, on, "staff")
        if places is not None and not any(post.township in places for post in acting(work, one, on)):
            raise _without_post("staff", office, on)


def of_decider(work: Work, case: Case, by: Published, officer: UUID) -> a.Acting | None:
    """The post in which somebody decides today; None where the register has no post with that role yet."""
    must_be_independent(work, officer, case.members, work.today, "officer")
    return must_act_as(work, officer, Role.APPROVER, work.today, case.township, "officer")


def must_be_independent(work: Work, who: UUID, members: Collection[UUID], on: date, field: str) -> None:
    if ties(work, who, members, on):
        raise Refused(
            "not-independent",
            "经办人员与该家庭成员有近亲属关系，应当回避，请由其他人员办理"
            "（民发〔2012〕220号第十四条、民发〔2021〕57号第十一条）。",
            "Whoever acts has declared a near relative in this family: let somebody else act.",
            field=field,
        )


def must_act_as(work: Work, who: UUID, role: Role, on: date, township: str, field: str) -> a.Acting | None:
    if work.fact(ROLES, role.value) is None:
        return None
    post = acts_as(work, who, role, on, township)
    if post is None:
        raise Refused(
            "not-in-post",
            f"{on.isoformat()}该人员没有“{ROLE_ZH[role]}”岗位职责（或者请假且未代理），请由在岗人员办理。",
            f"On {on} they act in no post here with the role `{role}`; while away only the deputy acts.",
            field=field,
        )
    return a.Acting(post=post.code, role=role)


def _without_post(field: str, office: str, on: date) -> Refused:
    zh = {"district": "区级", "township": "本乡镇（街道）或者区级"}[office]
    return Refused(
        "not-in-post",
        f"{on.isoformat()}该人员不在{zh}岗位上，不能办理此步骤。",
        f"On {on} they act in no post of the {office}, which takes this step.",
        field=field,
    )


# -- kept apart ------------------------------------------------------------------------------------------


def registered_apart(work: Work, case: Case, cause: UUID | None = None) -> Facts:
    """Of a running case with a near relative of an official, and the steps that it owes for that; nothing new: none."""
    if not case.running:
        return ()
    found = tuple(tie.declaration for tie in kin(work, case.members, work.today))
    if not set(found) - set(case.kin):
        return ()
    apart = c.RegisteredApart(**about(case), on=work.today, declarations=found, cause=cause)
    if case.stage not in BEFORE_DECISION:
        return (apart,)
    return (apart, *_owed_by_kin(case, papers_of(work, case), work.today))


def _owed_by_kin(case: Case, by: Published, today: date) -> Facts:
    try:
        proceeding = by.proceeding(case.basis, today if case.basis else case.applied)
    except Conflict:
        return ()  # no paper in force: nothing can be decided before there is one
    return tuple(
        c.StepDemanded(**about(case), step=step.step, reason="kin", on=today)
        for step in proceeding.procedure.steps
        if looks_again(step) and step.step not in case.owes
    )


def looks_again(step: Step) -> bool:
    """A step that only some cases owe, and for which relatives and complaints all count."""
    return step.share is not None or step.step == VISIT
