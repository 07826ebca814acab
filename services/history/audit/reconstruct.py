"""A decision reconstructed: its five parts, put together from one snapshot of the log.

auditor = Auditor(log, keys, checkpoints)
auditor.reconstruct(event)        # NotFound where it is no decision
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from events import assistance as a
from events.evidence import EvidenceAttached
from services.chassis.refusal import NotFound
from services.chassis.service import name_of
from services.chassis.work import Keys
from services.history.asof.knowledge import Known
from services.history.asof.looking import Look
from services.history.audit import deciders, known, procedure, remedies
from services.history.audit.finding import Window
from services.history.audit.gone import gone
from services.history.audit.reading import Found, Log
from services.history.audit.reports import LATE_DAYS, Report, Row, report
from services.history.audit.rows import POLICY_TYPES, STAFF_TYPES, Rows, papers_on
from services.history.audit.rule import Ruled, papers_used, ruled
from services.history.audit.story import Story, day_of, until
from services.history.audit.unchanged import unchanged
from services.history.audit.verdict import (
    VERDICT_WORDS,
    Check,
    Derived,
    Gone,
    Link,
    Part,
    Reconstruction,
    Sort,
    judged,
    part,
    unknown,
)
from services.history.district_log import DistrictLog
from services.history.lines import Sight, line
from services.history.proof.bundle import Proof
from services.history.proof.signing import Checkpoints
from services.history.timelines import Found as InTimeline
from services.policy.keeping import Altered

DECISIONS = (a.SubsidyGranted, a.Declined, a.Adjusted, a.Exited, a.Reviewed)
TYPES = frozenset(fact.TYPE for fact in DECISIONS)
DEEPEST_CHAIN = 32


@dataclass(slots=True)
class Kept:
    """Rows of papers and staff by how much of their logs is in them, so that many decisions cost them once."""

    facts: dict[str, list[Found]] = field(default_factory=dict)
    rows: dict[tuple[str, frozenset[int]], Rows] = field(default_factory=dict)
    last: dict[str, tuple[list[Found], Rows]] = field(default_factory=dict)
    """What was taken last of a source: the same list, as `swept` gives it, need not be looked through again."""

    def of(self, log: Log, source: str, types: frozenset[str], bound: Known | None) -> Rows:
        """`bound`: what of it is known; None for all."""
        if source not in self.facts:
            self.facts[source] = log.of_source(source, types)
        facts = self.facts[source]
        taken = facts if bound is None else log.known(facts, bound)
        if source not in self.last or self.last[source][0] is not taken:
            key = source, frozenset(one.line.position for one in taken)
            if key not in self.rows:
                self.rows[key] = Rows(taken)
            self.last[source] = taken, self.rows[key]
        return self.last[source][1]


class Auditor:
    def __init__(self, log: DistrictLog, keys: Keys, checkpoints: Checkpoints | None = None) -> None:
        """`keys`: history's own, which open what is restricted to audit; names stay sealed."""
        self.log = log
        self.checkpoints = checkpoints
        self._keys = keys

    @contextmanager
    def reading(self, kind: type[Log] = Log) -> Iterator[Reader]:
        """Many reconstructions from one snapshot; `kind`: `swept.SweptLog` for many decisions in their order."""
        with self.log.database.reading() as session:
            generation = session.execute("SELECT generation FROM log_head")[0][0]
            yield Reader(kind(session, generation, self._keys), self._keys)

    def reconstruct(self, decision: UUID) -> Reconstruction:
        return self.with_proofs(decision)[0]

    def report(
        self, kind: Report, window: Window, late_days: int = LATE_DAYS, after: int = 0
    ) -> Generator[Row]:
        """Lines of one of the lists beside the findings, behind a position; the snapshot is held until it is closed."""
        with self.reading() as reader:
            yield from report(reader.log, self._keys, kind, window, late_days, after)

    def with_proofs(self, decision: UUID) -> tuple[Reconstruction, tuple[Proof, ...]]:
        """Also the inclusion proofs of the decision and of what it rests on."""
        with self.reading() as reader:
            found = reader.reconstruct(decision)
        grounds = [event for one in found.parts for check in one.checks for event in check.events]
        grounds += [link.id for one in found.inputs for link in one.chain]
        grounds += [paper.published for paper in found.papers if paper.published is not None]
        checks, proofs = unchanged(self.checkpoints, decision, grounds)
        return whole(found, (*found.parts[:-1], part("unchanged", checks))), proofs


def whole(found: Reconstruction, parts: tuple[Part, ...]) -> Reconstruction:
    """With other parts, and the verdict that follows from them."""
    verdict = judged(check.outcome for one in parts for check in one.checks)
    zh, en = VERDICT_WORDS[verdict]
    return found.model_copy(update={"parts": parts, "verdict": verdict, "zh": zh, "en": en})


class Reader:
    """In one snapshot of the log."""

    def __init__(self, log: Log, keys: Keys) -> None:
        self.log = log
        self._keys = keys
        self._kept = Kept()
        self._sight = Sight(keys, restricted=True)

    def over(self, log: Log) -> Reader:
        """Another, over another reading of the same snapshot."""
        return Reader(log, self._keys)

    def reconstruct(self, id: UUID) -> Reconstruction:
        """The first four parts, and `unchanged` left open. NotFound where it is no decision."""
        decision = self.log.event(id)
        if decision is None:
            raise NotFound("没有该决定。", "There is no such decision.", field="id")
        if not isinstance(decision.fact, (*DECISIONS, a.Assessed, a.TakenOver)):
            raise self._no_decision(decision)
        return self._before_the_log(decision) if isinstance(decision.fact, a.TakenOver) else self.of(decision)

    def _no_decision(self, one: Found) -> NotFound:
        """That it is something else, and by which decision it came, if it is of a case: a payment, a month."""
        case = getattr(one.fact, "case", None)
        own = [] if case is None else self.log.own(UUID(int=case.int))
        before = (
            each.id
            for each in reversed(own)
            if isinstance(each.fact, DECISIONS) and each.line.position < one.line.position
        )
        by = next(before, None)
        zh, en = "该事件不是决定", "That event is no decision"
        if by is not None:
            zh, en = (
                f"{zh}；它所属案件在它之前的最后一项决定是{by}",
                f"{en}; the last one of its case before it is {by}",
            )
        return NotFound(f"{zh}。", f"{en}.", field="id")

    def _before_the_log(self, taken: Found) -> Reconstruction:
        last = part("unchanged", [unknown("inclusion", "尚未查验。", "Not looked at.")])
        parts = (*remedies.before_the_log(taken.fact), last)
        lost = gone(self.log, self._keys, taken)
        return whole(self._whole(taken, Ruled(amount_fen=taken.fact.amount_fen), (), parts, lost), parts)

    def first_two(self, decision: Found) -> tuple[list[Check], list[Check]]:
        """The checks of the first two parts, `known` and `rule`, without the chains of events to the sources."""
        e = decision.recorded.envelope
        own = [one for one in self.log.own(e.stream) if one.line.source == e.source]
        story = until(own, e.sequence)
        assessed = self.assessment(decision, story)
        rule = self._ruled(decision, story, own, assessed, self.log.decider(decision))
        checks, _ = self._known(decision, assessed, own, lambda event: ())
        return checks, rule.checks

    def _known(
        self, decision: Found, assessed: Found | None, own: list[Found], chain: known.Chain
    ) -> tuple[list[Check], tuple[Derived, ...]]:
        inputs: tuple[Derived, ...] = ()
        checks: list[Check] = []
        if assessed is not None:
            decider = self.log.decider(assessed)
            rows, told = self.papers(decision.line.source, decider), until(own, assessed.line.sequence)
            checks, inputs = known.known_inputs(self.log, assessed, told, rows, decider, chain)
        return checks + known.alive(self.log, decision), inputs

    def _ruled(
        self, decision: Found, story: Story, own: list[Found], assessed: Found | None, decider: Known
    ) -> Ruled:
        source = decision.line.source
        rows = self.papers(source, decider)
        before = rows if assessed is None else self.papers(source, self.log.decider(assessed))
        by_review = remedies.carries_out(decision)
        by_rule = None if by_review else ruled(decision, story, rows, assessed, before)
        found = by_rule or remedies.ruled(decision, own)
        papers_used(decision, self.basis(story), rows, found)
        return found

    def of(self, decision: Found, chains: bool = True) -> Reconstruction:
        """`chains`: with the events behind every input, and what was erased since."""
        e = decision.recorded.envelope
        own = [one for one in self.log.own(e.stream) if one.line.source == e.source]
        story = until(own, e.sequence)
        assessed = self.assessment(decision, story)
        decider = self.log.decider(decision)
        rows = self.papers(e.source, decider)
        rule = self._ruled(decision, story, own, assessed, decider)
        chain = self._chain if chains else lambda event: ()
        checks, inputs = self._known(decision, assessed, own, chain)
        parts = (
            part("known", checks),
            part("rule", rule.checks),
            part("procedure", self._procedure(decision, story, own, rows)),
            part("deciders", self._deciders(decision, story, decider)),
            part("unchanged", [unknown("inclusion", "尚未查验。", "Not looked at.")]),
        )
        lost = gone(self.log, self._keys, decision) if chains else ()
        return whole(self._whole(decision, rule, inputs, parts, lost), parts)

    def _whole(
        self,
        decision: Found,
        rule: Ruled,
        inputs: tuple[Derived, ...],
        parts: tuple[Part, ...],
        lost: tuple[Gone, ...],
    ) -> Reconstruction:
        e, fact = decision.recorded.envelope, decision.fact
        return Reconstruction(
            decision=e.id,
            type=e.type,
            case=e.stream,
            programme=fact.programme,
            service=name_of(e.source),
            sequence=e.sequence,
            day=day_of(decision),
            recordedtime=e.recordedtime,
            amount_fen=rule.amount_fen,
            again_fen=rule.again_fen,
            illustrative=rule.illustrative,
            verdict="open",
            zh="",
            en="",
            parts=parts,
            inputs=inputs,
            arithmetic=rule.arithmetic,
            papers=rule.papers,
            unreadable=tuple(sorted(self.log.unreadable)),
            gone=lost,
        )

    def assessment(self, decision: Found, story: Story) -> Found | None:
        """The recommendation that it names; for the end of a review, the one that it was made of."""
        if decision.fact.TYPE == a.Assessed.TYPE:
            return decision
        if decision.fact.TYPE == a.Reviewed.TYPE:
            return story.inquiry.assessed
        named = decision.fact.grounds.assessment
        found = self.log.event(named) if named is not None else None
        return found if found is not None and found.fact.TYPE == a.Assessed.TYPE else None

    def papers(self, source: str, bound: Known) -> Rows:
        return self._kept.of(self.log, sibling(source, "policy"), POLICY_TYPES, bound)

    @staticmethod
    def basis(story: Story) -> str:
        return "" if story.accepted is None else str(story.accepted.fact.basis)

    def _procedure(self, decision: Found, story: Story, own: list[Found], rows: Rows) -> list[Check]:
        try:
            papers = papers_on(rows, day_of(decision))
        except Altered:
            return []  # told where the rule is applied
        if isinstance(decision.fact, a.Assessed):
            return []
        if remedies.carries_out(decision):
            return remedies.procedure()
        if isinstance(decision.fact, a.SubsidyGranted | a.Declined):
            attached = {
                one.fact.step
                for one in self.log.concerning(decision.recorded.envelope.stream, EvidenceAttached.TYPE)
                if one.recorded.envelope.recordedtime <= decision.recorded.envelope.recordedtime
            }
            return list(procedure.checks_of(decision, story, papers, frozenset(attached)))
        return list(procedure.checks_of_review(decision, story, papers, self._reviewed(decision, own)))

    @staticmethod
    def _reviewed(decision: Found, own: list[Found]) -> Found | None:
        """The end of the review that this was decided with."""
        if isinstance(decision.fact, a.Reviewed):
            return decision
        same = decision.recorded.envelope.decision
        reviews = (one for one in own if one.recorded.envelope.decision == same)
        return next((one for one in reviews if isinstance(one.fact, a.Reviewed)), None)

    def _deciders(self, decision: Found, story: Story, decider: Known) -> list[Check]:
        staff = sibling(decision.line.source, "staff")
        bounds: dict[Sort, Known | None] = {
            "had": decider,
            "unread": self.log.district_before(decision, staff),
            "later": None,
        }
        stages = {sort: self._kept.of(self.log, staff, STAFF_TYPES, bound) for sort, bound in bounds.items()}
        look = Look(self.log.session, self.log.generation, self.log.everything(), day_of(decision))
        groups = look.groups(decision.fact.members)
        merged = {id: ids for ids in groups.values() for id in ids}
        departs = getattr(decision.fact, "departs", None)
        reason = None if departs is None else self._sight(departs)
        return list(deciders.checks_of(decision, story, stages, merged, reason))

    def _chain(self, event: UUID) -> tuple[Link, ...]:
        """An event and what it follows from, the nearest first."""
        links: list[Link] = []
        wanted: UUID | None = event
        while wanted is not None and len(links) < DEEPEST_CHAIN:
            found = self.log.event(wanted)
            if found is None:
                break
            shown = line(InTimeline(found.line.position, "own", found.entry), self._sight)
            links.append(
                Link(
                    id=shown.id,
                    service=shown.service,
                    type=shown.type,
                    effective=shown.effective,
                    recordedtime=shown.recordedtime,
                    cause=shown.cause,
                    zh=shown.zh,
                    en=shown.en,
                )
            )
            wanted = shown.cause
        return tuple(links)


def sibling(source: str, service: str) -> str:
    """Another service of the same district."""
    return f"{source.rpartition('/')[0]}/{service}"
