"""The rule applied again: the papers by digest out of the log, the recorded inputs; row, formulas and sum compared.

A recommendation is worked out from its own inputs. A decision that rests on one is worked out by the rule of its own
day (a paper may have lapsed while a notice stood), from the same inputs but for what earlier months say, which is
taken from the log. A sum that changed by itself (another standard, a death) is worked out from what settled it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from events import assistance as a
from services.history.audit import admission
from services.history.audit.admission import Family
from services.history.audit.deriving import derive, recorded, remembered_by, text
from services.history.audit.reading import Found
from services.history.audit.rows import Rows, Ruling, numbers_in_force, papers_on, ruling, said
from services.history.audit.story import Story, day_of, first_of_next_month
from services.history.audit.verdict import Arithmetic, Check, Class, PaperUsed, broken, kept, unknown
from services.policy.finding import Refused
from services.policy.keeping import Altered
from services.policy.language.intake import InputWrong
from services.policy.rule import Outcome, Rule

ROUTE = "去向"
PROPERTY = "财产符合"
BY_EVENT = frozenset(
    {
        "death",
        "moved_away",
        "household_gone",
        "member_left",
        "tekun",
        "request",
        "fraud",
        "completed",
        "lapsed",
    }
)
"""Reasons of an end that no rule is applied for: an event, or what was granted is granted whole or its time is over."""
SUMS = frozenset({a.SubsidyGranted.TYPE, a.Adjusted.TYPE})
CHANGES = frozenset({a.Adjusted.TYPE, a.Exited.TYPE})
"""What may follow without a recommendation."""


@dataclass(slots=True)
class Ruled:
    checks: list[Check] = field(default_factory=list)
    arithmetic: tuple[Arithmetic, ...] = ()
    amount_fen: int | None = None
    again_fen: int | None = None
    illustrative: bool = False
    papers: tuple[PaperUsed, ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """An outcome worked out again."""

    rule: Rule
    outcome: Outcome
    inputs: Mapping[str, object] = field(default_factory=dict)
    family: Family = admission.UNKNOWN

    @property
    def refused_for(self) -> Class:
        """What kind of fault it is to help all the same."""
        return Class.OVER_PROPERTIED if self.inputs.get(PROPERTY) is False else Class.NOT_ELIGIBLE

    @property
    def eligible(self) -> bool:
        return self.route != "refuse" and (self.outcome.amount_fen > 0 or said(self.rule, "fund") is None)

    @property
    def route(self) -> str:
        return str(self.outcome.outputs[ROUTE])

    @property
    def amount_fen(self) -> int:
        return self.outcome.amount_fen if self.eligible else 0

    @property
    def admitted(self) -> tuple[UUID, ...]:
        """Of the family; empty: all of it, or nobody."""
        return admission.admitted(self.outcome, self.route, self.family) if self.eligible else ()


def apply(ruling: Ruling, inputs: Mapping[str, object], family: Family, trace: bool = False) -> Again:
    """InputWrong where it cannot be decided on the inputs."""
    told = inputs if inputs.keys() <= ruling.asked.keys() else _only(inputs, ruling.asked)
    return Again(ruling.rule, ruling.rule.decide(told, trace), told, family)


def _only(inputs: Mapping[str, object], names: Iterable[str]) -> Mapping[str, object]:
    return {name: inputs[name] for name in names if name in inputs}


def ruled(decision: Found, story: Story, rows: Rows, assessed: Found | None, assessed_rows: Rows) -> Ruled:
    """`rows`: what the decider knew of papers at the decision; `assessed_rows`: at the recommendation."""
    found = Ruled()
    fact = decision.fact
    try:
        if isinstance(fact, a.Assessed):
            _recommendation(found, decision, rows, story)
        else:
            if assessed is not None:
                _recommendation(found, assessed, assessed_rows, story)
            _decision(found, decision, story, rows, assessed)
    except Refused as refused:
        why = refused.findings[0]
        zh, en = f"当日没有可用的规则：{why.zh}。", f"No rule of that day: {why.en}."
        found.checks.append(broken("no-rule", Class.PAPER_OUT_OF_FORCE, zh, en))
    except InputWrong as wrong:
        zh, en = f"按“{wrong.name}”不能重新计算：{wrong.zh}。", f"Cannot be worked out again: {wrong.en}."
        found.checks.append(broken("not-decidable", Class.ALTERED_AMOUNT, zh, en))
    except Altered:
        zh, en = "文件文本与其摘要不符。", "A paper's text is not what its digest says."
        found.checks.append(broken("paper-altered", Class.ALTERED_LOG, zh, en))
    return found


def recommended(assessed: Found, rows: Rows, story: Story) -> Again:
    """A recommendation from its own inputs once more, with its trace. Refused, InputWrong, Altered. `story`: of its own
    inquiry."""
    fact, on = assessed.fact, day_of(assessed)
    rule = ruling(papers_on(rows, on), fact.programme, on)
    of = admission.family(story.inquiry, story.admitted)
    return apply(rule, recorded(rule.asked, fact.inputs), of, trace=True)


def same_recommendation(fact: a.Assessed, again: Again) -> bool:
    """By what it comes to and the row that says so; the steps on the way are compared by themselves."""
    same = (fact.eligible, fact.amount_fen, fact.route) == (again.eligible, again.amount_fen, again.route)
    return same and again.outcome.row in fact.grounds.rows and admission.same(fact, again.admitted)


def _recommendation(found: Ruled, assessed: Found, rows: Rows, story: Story) -> None:
    fact = assessed.fact
    on = day_of(assessed)
    again = recommended(assessed, rows, story)
    found.arithmetic = _arithmetic(fact.worked, again)
    found.amount_fen, found.again_fen = fact.amount_fen, again.amount_fen
    found.illustrative = again.rule.illustrative
    row, sum_ = again.outcome.row, again.amount_fen
    same = same_recommendation(fact, again)
    same = same and all(one.recorded == one.again for one in found.arithmetic)
    about = {"events": (assessed.id,)}
    zh = f"按{on.isoformat()}的规则重新计算初审意见：条款行{row}，{yuan(sum_)}元，原记录{yuan(fact.amount_fen)}元"
    en = f"the recommendation by the rule of {on}: row {row}, {yuan(sum_)} yuan; recorded {yuan(fact.amount_fen)}"
    if same:
        found.checks.append(
            kept("recommendation", f"{zh}，一致。", f"Worked out again, {en}: equal.", **about)
        )
    else:
        wrong = broken(
            "recommendation",
            Class.ALTERED_AMOUNT,
            f"{zh}，不一致。",
            f"Worked out again, {en}: differs.",
            **about,
        )
        found.checks.append(wrong)


def _arithmetic(worked: Iterable[a.Worked], again: Again) -> tuple[Arithmetic, ...]:
    assert again.outcome.trace is not None, "asked for"
    told, anew = list(worked), list(again.outcome.trace)
    lines = []
    for number in range(max(len(told), len(anew))):
        was = told[number] if number < len(told) else None
        now = anew[number] if number < len(anew) else None
        same = (
            was is not None and now is not None and (was.name, was.clause, was.paper) == now[0:1] + now[2:4]
        )
        name = was.name if was is not None else now.name if now is not None else ""
        lines.append(
            Arithmetic(
                name=name,
                recorded=was.value if was is not None else "",
                again=text(now.value) if now is not None and (same or was is None) else "",
                clause=now.clause if now is not None else was.clause if was is not None else "",
                paper=now.paper if now is not None else was.paper if was is not None else "",
            )
        )
    return tuple(lines)


def _decision(found: Ruled, decision: Found, story: Story, rows: Rows, assessed: Found | None) -> None:
    fact = decision.fact
    if isinstance(fact, a.Reviewed):
        # What follows from it is recorded with it, and judged there; where nothing does, it is judged here.
        if fact.outcome == "unchanged" and assessed is not None:
            found.checks.append(_goes_on(fact, as_assessed(decision, story, rows, assessed)))
        return
    if ended_by_event(fact):
        zh, en = "因事件终止，不涉及金额计算。", "It ended by an event; no rule is applied."
        found.checks.append(kept("no-rule-needed", zh, en))
        return
    again = decided(decision, story, rows, assessed)
    if again is None:
        zh, en = "没有可据以重新计算的初审意见。", "There is no recommendation to work it out from."
        found.checks.append(unknown("no-assessment", zh, en))
        return
    found.again_fen, found.illustrative = again.amount_fen, again.rule.illustrative
    found.amount_fen = fact.amount_fen if isinstance(fact, a.SubsidyGranted | a.Adjusted) else 0
    found.checks.append(_compared(fact, again))
    if fact.TYPE in SUMS:
        found.checks += admission.check(fact, again.admitted, departs(fact))


def ended_by_event(fact: a.CaseFact) -> bool:
    return fact.TYPE == a.Exited.TYPE and getattr(fact, "reason", "") in BY_EVENT


def decided(
    decision: Found, story: Story, rows: Rows, assessed: Found | None, recommended: Again | None = None
) -> Again | None:
    """What a rule gives where one is applied; None where nothing says on what. Refused, InputWrong, Altered.
    `recommended`: the recommendation worked out again, if it was."""
    fact = decision.fact
    if fact.TYPE in CHANGES and fact.grounds.assessment is None:
        return _by_itself(decision, story, rows)
    return None if assessed is None else as_assessed(decision, story, rows, assessed, recommended)


def as_assessed(
    decision: Found, story: Story, rows: Rows, assessed: Found, recommended: Again | None = None
) -> Again:
    today = day_of(decision)
    rule = ruling(papers_on(rows, today), decision.fact.programme, today)
    definition = rule.rule.definition
    month = first_of_next_month(today) if rule.monthly else today.replace(day=1)
    if recommended is not None and recommended.rule.definition.inputs is definition.inputs:
        inputs = dict(recommended.inputs)  # asked for the same, and read before
    else:
        inputs = recorded(rule.asked, assessed.fact.inputs)
    remembered = remembered_by(definition, story, f"{month:%Y-%m}")
    inputs |= {name: one.value for name, one in remembered.items()}
    return apply(rule, inputs, admission.family(story.inquiry, story.admitted))


def _by_itself(decision: Found, story: Story, rows: Rows) -> Again | None:
    """From what settled the running sum: by the rule of the month from which it changed, or ended."""
    fact, settled = decision.fact, story.settled
    if settled is None or settled.inquiry.assessed is None:
        return None
    dead = fact.TYPE == a.Adjusted.TYPE and fact.reason == "death"
    next_month = f"{story.paid[-1].month}-01" if story.paid else None
    month = fact.since
    if dead and next_month is not None:
        month = max(month, first_of_next_month(date.fromisoformat(next_month)))
    rule = ruling(papers_on(rows, day_of(decision) if dead else month), fact.programme, month)
    derived = derive(
        rule.rule.definition, story, settled.inquiry, settled.township, f"{month:%Y-%m}", fact.members
    )
    inputs = {name: one.value for name, one in derived.items()}
    used = [one for one in settled.inquiry.assessed.fact.inputs if one.local]
    local = {one.name for one in used}
    inputs |= {name: value for name, value in recorded(rule.asked, used).items() if name in local}
    return apply(rule, inputs, admission.family(settled.inquiry, story.admitted, fact.members))


def stands(fact: a.CaseFact, again: Again) -> bool:
    """Whether a decision is what the rule gives: its sum, its row, whether anything is due at all."""
    grounds: a.Grounds = getattr(fact, "grounds")  # noqa: B009  # the facts that get here have grounds
    if again.outcome.row not in grounds.rows:
        return False
    if fact.TYPE in SUMS:
        return _fen(fact) == again.amount_fen and (again.eligible or departs(fact))
    return not again.eligible


def departs(fact: a.CaseFact) -> bool:
    """From the recommendation, with a reason."""
    return getattr(fact, "departs", None) is not None


def departs_by_row(fact: a.CaseFact, again: Again) -> bool:
    """Another decision than the rule gives, with a reason and the rule's own row."""
    grounds: a.Grounds = getattr(fact, "grounds")  # noqa: B009  # as above
    return departs(fact) and again.outcome.row in grounds.rows


def _fen(fact: a.CaseFact) -> int:
    return int(getattr(fact, "amount_fen"))  # noqa: B009  # of SUMS


def _compared(fact: a.CaseFact, again: Again) -> Check:
    row, sums = again.outcome.row, fact.TYPE in SUMS
    if sums:
        zh = f"决定金额{yuan(_fen(fact))}元，重新计算{yuan(again.amount_fen)}元（条款行{row}）"
        en = f"decided {yuan(_fen(fact))} yuan, worked out again {yuan(again.amount_fen)} (row {row})"
    else:
        zh = f"决定不予（不再）保障，重新计算{'符合' if again.eligible else '不符合'}条件（条款行{row}）"
        en = f"declined or ended; worked out again {'eligible' if again.eligible else 'not eligible'} (row {row})"
    if stands(fact, again):
        return kept("decision", f"{zh}，一致。", f"Equal: {en}.")
    if departs_by_row(fact, again):
        return kept("decision", f"{zh}；决定已说明与意见不一致的理由。", f"It departs, and says why: {en}.")
    kind = again.refused_for if sums and not again.eligible else Class.ALTERED_AMOUNT
    return broken("decision", kind, f"{zh}，不一致。", f"Differs: {en}.")


def _goes_on(fact: a.Reviewed, again: Again) -> Check:
    """A review that changes nothing: the family still qualifies, or the officer says why it goes on."""
    if again.eligible or fact.departs is not None:
        zh, en = (
            "复核后继续保障，与规则一致或者已说明理由。",
            "It goes on after the review, by the rule or with a reason.",
        )
        return kept("decision", zh, en)
    row = again.outcome.row
    zh = f"复核后继续保障，重新计算不符合条件（条款行{row}），未说明理由。"
    en = f"It goes on after the review, though by the rule (row {row}) it does not, and no reason is given."
    return broken("decision", again.refused_for, zh, en)


def day_of_papers(decision: Found) -> date:
    """On which the papers that a decision names have to be in force."""
    fact = decision.fact
    by_itself = fact.TYPE == a.Adjusted.TYPE and fact.grounds.assessment is None
    by_month = by_itself and fact.reason not in ("death", "remedy")
    since: date = getattr(fact, "since", date.min)
    return since if by_month or getattr(fact, "reason", "") == "taper_ended" else day_of(decision)


def papers_used(decision: Found, basis: str, rows: Rows, found: Ruled) -> None:
    """That every paper named lies in the log under its digest and was in force."""
    grounds: a.Grounds | None = getattr(decision.fact, "grounds", None)
    if grounds is None:
        return
    on = day_of_papers(decision)
    try:
        in_force = numbers_in_force(papers_on(rows, on), on) | {basis}
    except Altered:
        return  # told where the rule is applied
    used = []
    for paper in grounds.papers:
        event = rows.published.get(paper.digest or "")
        used.append(
            PaperUsed(
                number=paper.number,
                clause=paper.clause,
                digest=paper.digest,
                published=event.id if event is not None else None,
            )
        )
        about = {"paper": paper.number, "clause": paper.clause, "events": (event.id,) if event else ()}
        if event is None:
            zh = f"{paper.number}的文本未按摘要见于决定时已知的日志。"
            en = f"The text of {paper.number} is not in the log that was known, by its digest."
            found.checks.append(broken("paper-unknown", Class.PAPER_OUT_OF_FORCE, zh, en, **about))
        elif paper.number not in in_force:
            zh = f"{paper.number}在{on.isoformat()}不具效力。"
            en = f"{paper.number} was not in force on {on}."
            found.checks.append(broken("paper-in-force", Class.PAPER_OUT_OF_FORCE, zh, en, **about))
        else:
            zh, en = (
                f"{paper.number}在{on.isoformat()}有效，文本见于日志。",
                f"{paper.number} was in force on {on}.",
            )
            found.checks.append(kept("paper-in-force", zh, en, **about))
    found.papers = tuple(used)


def yuan(fen: int) -> str:
    return text(Decimal(fen).scaleb(-2))
