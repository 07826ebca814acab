"""What departments' data say of somebody (verification's mismatches), where each stands, and who could know it.

What is on record stays sealed: the day whose state the data are is taken, so that somebody was dead, in prison or owned
something by then. Nothing counts as a fact before the person could speak (社会救助法 48); a death needs no hearing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from events import verification as v
from services.history.asof.knowledge import Known
from services.history.audit.reading import Found, Log
from services.history.words import Words

DEATH: frozenset[v.Source] = frozenset({"death"})
EVERY: frozenset[v.Source] = frozenset(get_args(v.Source))
VOID = frozenset({"data_wrong", "other_person", "known"})
"""Results by which the data contradict nothing: they are wrong, of somebody else, or what they say was weighed before."""
TYPES = frozenset(
    fact.TYPE
    for fact in (v.MismatchFound, v.MismatchDisputed, v.MismatchHeard, v.MismatchResolved, v.ReviewAsked)
)


@dataclass(slots=True)
class Reported:
    """A mismatch. `feed`: the file that it is from; `asked`: by which the domains learn of it."""

    found: Found
    feed: Found | None
    asked: Found | None = None
    disputed: bool = False
    heard: bool = False
    result: str = ""

    @property
    def counts(self) -> bool:
        """As a fact: confirmed, or the person was heard and disputes nothing."""
        if self.result:
            return self.result == "confirmed"
        return not self.disputed and (self.heard or self.found.fact.source in DEATH)

    @property
    def void(self) -> bool:
        return self.result in VOID

    @property
    def stands(self) -> Words:
        if self.result:
            return Words("已核实", "it was confirmed")
        if self.disputed:
            return Words("本人有异议，尚未认定", "the person disputes it, and nothing is settled")
        if self.counts:
            return Words("无异议", "nobody disputes it")
        return Words("尚未听取本人意见", "the person was not heard yet")

    def known(self, log: Log, known: Known) -> bool:
        """Whether the file, the mismatch or the review asked for had been read."""
        return bool(log.known([one for one in (self.feed, self.found, self.asked) if one is not None], known))


def reported(log: Log, people: Sequence[UUID], sources: Iterable[v.Source] = EVERY) -> list[Reported]:
    """Of these people, in the order of the log; what contradicts nothing is left out."""
    by_id: dict[UUID, Reported] = {}
    for one in log.about(people, TYPES):
        fact = one.fact
        if isinstance(fact, v.MismatchFound):
            by_id[fact.mismatch] = Reported(one, log.feed(fact.feed))
        elif fact.mismatch in by_id:
            _told(by_id[fact.mismatch], one)
    return [one for one in by_id.values() if one.found.fact.source in sources and not one.void]


def _told(mismatch: Reported, one: Found) -> None:
    match one.fact:
        case v.MismatchDisputed():
            mismatch.disputed = True
        case v.MismatchHeard():
            mismatch.heard = True
        case v.MismatchResolved():
            mismatch.result = one.fact.result
        case v.ReviewAsked():
            mismatch.asked = (
                mismatch.asked or one
            )  # again for help decided later: it was known from the first
