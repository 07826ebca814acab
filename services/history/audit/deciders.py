"""Who acted: in which post and role, independent of the family by what was declared, and where they departed.

Independence is a fact, not what the decider's service had read: a declaration counts from the day on which it was in
the district's log. One that came only after the act is noted: nobody could know it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from events import assistance as a
from events.staff import Role
from services.chassis.service import NAMESPACE
from services.history.audit.reading import Found
from services.history.audit.rows import Rows
from services.history.audit.story import Story, day_of
from services.history.audit.verdict import Check, Class, Outcome, Sort, broken, kept, unknown
from services.history.wording_assistance import STEPS
from services.history.words import Words, of, short
from services.staff.keeping import acts_as, member_of, post_of, ties


@dataclass(frozen=True, slots=True)
class Acted:
    who: UUID
    on: date
    role: Role | None
    zh: str
    en: str
    event: UUID

    @property
    def named(self) -> Words:
        return Words(f"{self.zh}{short(self.who)}", f"{self.en} {short(self.who)}")


def acted(decision: Found, story: Story) -> list[Acted]:
    """All that took part, each in what they did."""
    found = []
    officer = getattr(decision.fact, "officer", None)
    if officer is not None and not by_itself(decision):
        found.append(
            Acted(officer, day_of(decision), Role.APPROVER, "审核确认人", "The decider", decision.id)
        )
    survey = story.inquiry.survey
    if survey is not None:
        for one in survey.fact.surveyors:
            on = survey.fact.on
            found.append(Acted(one, on, Role.SURVEYOR, "调查人", "The surveyor", survey.id))
    found += _entered(decision, story)
    for name, step in story.inquiry.steps.items():
        for one in step.staff:
            what = of(STEPS, name)
            zh, en = f"“{what.zh}”经办人", f"Who took part in `{what.en}`,"
            found.append(Acted(one, step.on, None, zh, en, step.events[0]))
    return found


def _entered(decision: Found, story: Story) -> Iterator[Acted]:
    """Where check and recommendation name no officer, whoever entered them did them. A service by itself is nobody."""
    assessed = decision if isinstance(decision.fact, a.Assessed) else story.inquiry.assessed
    for told, zh, en in (
        (story.inquiry.check, "核对人", "Who made the check,"),
        (assessed, "初审意见提出人", "Who made the recommendation,"),
    ):
        if told is None or by_itself(told):
            continue
        person = told.fact.officer or told.recorded.envelope.actor.person
        if person is not None:
            yield Acted(person, day_of(told), None, zh, en, told.id)


def by_itself(decision: Found) -> bool:
    """Whether the service decided by the published rule alone (免申即享)."""
    officer = getattr(decision.fact, "officer", None)
    return officer is not None and officer == uuid5(NAMESPACE, decision.recorded.envelope.source)


def checks_of(
    decision: Found,
    story: Story,
    stages: Mapping[Sort, Rows],
    merged: Mapping[UUID, tuple[UUID, ...]],
    reason: Words | None,
) -> Iterator[Check]:
    """`stages`: staff as the decider had it, as the district had it then, as it is known now. `merged`: the ids that
    are one person. `reason`: why it departs, as far as this reader sees it."""
    people = [id for member in decision.fact.members for id in merged.get(member, (member,))]
    if by_itself(decision):
        zh, en = (
            "由系统按公布的规则主动办理，没有人员决定。",
            "The service decided by the published rule: no officer.",
        )
        yield kept("by-itself", zh, en)
    for one in dict.fromkeys(acted(decision, story)):
        yield _independent(one, people, stages)
        yield from _authorised(one, story.township, stages["later"], decision)
    yield _departure(decision.fact, reason)


def _independent(one: Acted, people: list[UUID], stages: Mapping[Sort, Rows]) -> Check:
    about, who = {"events": (one.event,), "clause": "第十一条"}, one.named
    for sort, rows in stages.items():
        found = ties(rows, one.who, people, one.on)
        if not found:
            continue
        tie = found[0]
        check = broken(
            "independent",
            Class.KIN,
            f"{who.zh}与{short(tie.person)}为近亲属（申报{short(tie.declaration)}）。",
            f"{who.en} is a near relative ({tie.relation}) of {short(tie.person)}.",
            sort=sort,
            **about,
        )
        return check.model_copy(update={"outcome": Outcome.NOTED}) if sort == "later" else check
    if not member_of(stages["later"], one.who).known:
        zh, en = f"{who.zh}未在人员登记中。", f"{who.en} is not registered with staff."
        return unknown("independent", zh, en, **about)
    zh, en = f"{who.zh}与该家庭无近亲属申报。", f"{who.en} declared no near relative in the family."
    return kept("independent", zh, en, **about)


def _authorised(one: Acted, township: str, rows: Rows, decision: Found) -> Iterator[Check]:
    """Posts are judged by what is known now: an appointment is often told late, and counts from its day."""
    if one.role is None:
        return
    about, who = {"events": (one.event,)}, one.named
    if not member_of(rows, one.who).known:
        return  # told by independence
    post = acts_as(rows, one.who, one.role, one.on, township or None)
    if post is None:
        zh = f"{who.zh}在{one.on.isoformat()}没有相应岗位职责（{one.role}）。"
        en = f"{who.en} held no post with the role {one.role} on {one.on}."
        yield broken("authorised", Class.NOT_AUTHORISED, zh, en, **about)
        return
    acting = getattr(decision.fact, "acting", None) if one.event == decision.id else None
    said = acting.post if acting is not None else decision.recorded.envelope.actor.post
    with_token = one.event == decision.id and said and said != post.code and post_of(rows, said).known
    note = f"；决定时记录的岗位为{said}" if with_token else ""
    zh = f"{who.zh}当日任{post.title}（{post.code}）{note}。"
    yield kept("authorised", zh, f"{who.en} acted in {post.code} as {one.role}.", **about)


def _departure(fact: a.CaseFact, reason: Words | None) -> Check:
    if reason is None:
        zh, en = "决定与初审意见一致。", "It follows the recommendation."
        return kept("departure", zh, en)
    zh = f"决定与初审意见不一致，理由：{reason.zh}"
    return kept("departure", zh, f"It departs from the recommendation: {reason.en}")
