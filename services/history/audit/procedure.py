"""Every step that the basis demanded: whether it was taken, by how many, with which evidence, and in time.

The basis is the procedure of the day of the application, unless the one in force at the decision takes over what is
pending. Steps that only some cases owe (`when`, `share`) are shown, and judged only once they were taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance as a
from services.assistance.published import hears
from services.history.audit.limits import end_of
from services.history.audit.reading import Found
from services.history.audit.rows import Papers
from services.history.audit.story import Notice, Story, Taken, day_of
from services.history.audit.verdict import Check, Class, broken, kept, unknown
from services.policy.finding import Refused
from services.policy.paper import Paper, Procedure, Step

EARLY = frozenset({"apply", "accept", "survey", "check", "opinion", "decide"})
"""Steps without which nobody is refused, however clear the check is."""


@dataclass(frozen=True, slots=True)
class Demanded:
    """A procedure with its paper."""

    procedure: Procedure
    paper: Paper

    def about(self, clause: str) -> dict[str, Any]:
        return {"paper": self.paper.identity.number, "clause": clause}


def demanded(papers: Papers, programme: str, basis: str, on: date, procedure: str = "") -> Demanded | None:
    """The case's own to the end, unless the one in force takes it over at its next step."""
    name = procedure or _name(papers, programme)
    own = next(
        (
            Demanded(procedure, paper)
            for paper in papers.rulebook.papers
            if paper.identity.number == basis
            for procedure in paper.procedures
            if procedure.procedure == name
        ),
        None,
    )
    try:
        now = Demanded(*papers.rulebook.procedure(name, on))
    except Refused:
        return own
    if own is None or now.paper.identity.pending == "switch_at_next_step":
        return now
    return own


def _name(papers: Papers, programme: str) -> str:
    said = (
        part.procedure
        for paper in reversed(papers.rulebook.papers)
        for part in paper.programmes
        if part.programme == programme and part.procedure is not None
    )
    return next(said, programme)


def checks_of(
    decision: Found, story: Story, papers: Papers, evidence: frozenset[str] | None
) -> Iterator[Check]:
    """Of the decision on an application. `evidence`: steps that evidence was attached to; None: none in the log."""
    if story.accepted is None:
        zh, en = "没有受理记录。", "It was never accepted."
        yield broken("accept", Class.SKIPPED_STEP, zh, en)
        return
    on = day_of(decision)
    basis = story.accepted.fact.basis
    found = demanded(papers, decision.fact.programme, basis, on, story.accepted.fact.procedure)
    if found is None:
        zh, en = f"未找到程序依据{basis}。", f"The procedure of {basis} is not among the papers known."
        yield unknown("basis", zh, en, paper=basis)
        return
    names = [step.step for step in found.procedure.steps]
    steps = found.procedure.steps[: names.index("decide") + 1 if "decide" in names else len(names)]
    refused = isinstance(decision.fact, a.Declined)
    ends_early = refused and not story.inquiry.notices
    for step in steps:
        if ends_early and step.step not in EARLY:
            continue  # whom the check rules out is told without appraisal or notice (2021 办法 18)
        yield from _step(found, step, story, decision, papers)
        yield from _evidence(found, step, story, decision, evidence)
    yield from _whole(found, story, papers, on)


def taken(name: str, story: Story, decision: Found) -> Taken | None:
    """When a step was taken: by the fact of its own, else by `StepTaken`."""
    inquiry = story.inquiry
    own: dict[str, Found | None] = {
        "apply": story.applied,
        "accept": story.accepted,
        "survey": inquiry.survey,
        "check": inquiry.check,
        "opinion": inquiry.assessed,
        "decide": decision,
    }
    if name not in own:
        return inquiry.steps.get(name)
    found = own[name]
    if found is None:
        return None
    day: date = day_of(found) if name in ("opinion", "decide") else found.fact.on
    staff: tuple[UUID, ...] = getattr(found.fact, "surveyors", ())
    return Taken(day, staff, (found.id,))


def _step(found: Demanded, step: Step, story: Story, decision: Found, papers: Papers) -> Iterator[Check]:
    about = found.about(step.clause)
    name = step.zh.rstrip("。")
    done = taken(step.step, story, decision)
    if step.step == "inquire_again":
        return  # an objection voids what was found, so that the steps themselves show whether it was done again
    if step.stands is not None and step.when is None:
        yield from _notice(found, step, story.inquiry.notices.get(step.step), papers)
    elif done is None:
        if (step.when is None and step.share is None) or step.step in story.owes:
            zh, en = f"未办理：{name}。", f"Not taken: {step.en}"
            yield broken(step.step, Class.SKIPPED_STEP, zh, en, **about)
        return
    else:
        zh = f"{done.on.isoformat()}已办理：{name}。"
        yield kept(step.step, zh, f"Taken on {done.on}: {step.en}", events=done.events, **about)
        # Who appraised, submitted or checked is not told by every fact; who surveyed, and who took a step, is.
        if step.people > 1 and len(set(done.staff)) < step.people:
            zh = f"{name}：须{step.people}人以上，实为{len(set(done.staff))}人。"
            en = f"{step.people} people or more were due, {len(set(done.staff))} took part: {step.en}"
            yield broken(f"{step.step}-people", Class.TOO_FEW_PEOPLE, zh, en, events=done.events, **about)
    if done is not None:
        yield from _limits(found, step, done, story, decision, papers)


def _notice(found: Demanded, step: Step, notice: Notice | None, papers: Papers) -> Iterator[Check]:
    assert step.stands is not None, "it is a notice"
    about = found.about(step.clause)
    if notice is None:
        zh, en = f"未公示：{step.zh}", f"No notice was posted: {step.en}"
        yield broken(step.step, Class.SKIPPED_NOTICE, zh, en, **about)
        return
    last, _ = end_of(papers.days, step.stands, notice.posted)
    ended = notice.ended
    if ended is None or ended <= last or notice.until < last:
        zh = f"公示自{notice.posted.isoformat()}起，应满{last.isoformat()}，未满即终止。"
        en = f"The notice of {notice.posted} had to stand until {last}, and did not."
        yield broken(step.step, Class.SKIPPED_NOTICE, zh, en, events=notice.events, **about)
        return
    zh = f"公示自{notice.posted.isoformat()}至{notice.until.isoformat()}，期满无异议。"
    en = f"The notice stood from {notice.posted} to {notice.until}, without objection."
    yield kept(step.step, zh, en, events=notice.events, **about)


def _limits(
    found: Demanded, step: Step, done: Taken, story: Story, decision: Found, papers: Papers
) -> Iterator[Check]:
    for limit, starts in ((step.start_within, True), (step.finish_within, False)):
        if limit is None:
            continue
        since = taken(limit.after, story, decision)
        if since is None:
            continue  # that the step before is missing is told there
        last, provisional = end_of(papers.days, limit, since.on)
        about = {**found.about(step.clause), "events": done.events}
        mark = ("（暂定）" if provisional else "") + ("〔示例〕" if limit.status == "illustrative" else "")
        zh = f"{step.zh.rstrip('。')}：期限{last.isoformat()}{mark}，实际{done.on.isoformat()}"
        en = f"due by {last}, on {done.on}: {step.en}"
        if done.on <= last:
            yield kept(f"{step.step}-limit", f"{zh}：按期。", f"In time: {en}", **about)
        elif starts and step.step == "check":
            # The fact says when the check came back; when it was begun nobody records.
            yield unknown(
                f"{step.step}-limit", f"{zh}：启动日未记录。", f"Its start is not recorded: {en}", **about
            )
        else:
            yield broken(f"{step.step}-limit", Class.LATE, f"{zh}：逾期。", f"Late: {en}", **about)


def _whole(found: Demanded, story: Story, papers: Papers, on: date) -> Iterator[Check]:
    limit = found.procedure.whole
    if limit is None or story.accepted is None or story.inquiry.objection is not None:
        return
    last, provisional = end_of(papers.days, limit, story.accepted.fact.on)
    mark = "（暂定）" if provisional else ""
    zh, en = (
        f"全程期限{last.isoformat()}{mark}，决定{on.isoformat()}",
        f"the whole due by {last}, decided on {on}",
    )
    about = {**found.about(found.procedure.clause), "events": (story.accepted.id,)}
    if on <= last:
        yield kept("whole-limit", f"{zh}：按期。", f"In time: {en}.", **about)
        return
    yield broken("whole-limit", Class.LATE, f"{zh}：逾期。", f"Late: {en}.", **about)


def _evidence(
    found: Demanded, step: Step, story: Story, decision: Found, evidence: frozenset[str] | None
) -> Iterator[Check]:
    if not step.evidence or taken(step.step, story, decision) is None:
        return
    about = found.about(step.clause)
    if evidence is not None and step.step in evidence:
        zh, en = f"{step.zh.rstrip('。')}：证据已附。", f"Evidence is attached: {step.en}"
        yield kept(f"{step.step}-evidence", zh, en, **about)
    else:
        zh, en = (
            f"{step.zh.rstrip('。')}：日志未载所附证据。",
            f"No evidence is attached in the log: {step.en}",
        )
        yield unknown(f"{step.step}-evidence", zh, en, **about)


def checks_of_review(
    decision: Found, story: Story, papers: Papers, reviewed: Found | None
) -> Iterator[Check]:
    """Of what follows from a review: found out anew, and the family heard where the day's procedure says so."""
    on, fact = day_of(decision), decision.fact
    if reviewed is None:
        zh, en = (
            "由规则或登记信息变动自动引起，无须办理程序。",
            "It follows from the rule or the registry by itself.",
        )
        yield kept("by-itself", zh, en)
        return
    about = {"events": (reviewed.id,)}
    ended = isinstance(fact, a.Exited) or reviewed.fact.outcome == "ended"
    before = story.amount_in(fact.since) if isinstance(fact, a.Adjusted) else None
    reduced = ended or (before is not None and fact.amount_fen < before)
    if hears(papers.rulebook, on) and reduced and reviewed.fact.heard is None:
        zh, en = "减发、停发前未听取救助对象意见。", "The family was not heard before a reduction or end."
        yield broken("hear", Class.UNHEARD, zh, en, clause="第四十八条", **about)
    else:
        zh, en = "复核程序已办理。", "The review was concluded as it must be."
        yield kept("review", zh, en, **about)
