"""What contradicts somebody's help, by the published papers of the programmes by which they are helped (V3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from events import assistance as a
from events import verification as v
from services.chassis.work import Work
from services.policy.contradicting import holds
from services.policy.delivered import DELIVERED
from services.policy.keeping import rulebook_of
from services.policy.paper import Contradiction, Paper
from services.verification.sources import Record

Against = tuple[list[Record], tuple[a.Paper, ...]]
"""Records, and the clauses that they are held against."""


class Contradicting:
    """As the papers in force today have it."""

    def __init__(self, work: Work) -> None:
        self._book, self._on = rulebook_of(work), work.today
        self._parts: dict[str, tuple[tuple[Contradiction, Paper], ...]] = {}

    def against(
        self, programmes: Iterable[str], source: v.Source, records: Sequence[Record], floor_fen: int
    ) -> Against:
        """Of a person's records those that contradict any of these programmes; sums up to the floor do not."""
        told = [record for record in records if not _below(source, record, floor_fen)]
        found: list[Record] = []
        papers: dict[a.Paper, None] = {}
        for part, paper in self._of(programmes, source):
            for record in (one for one in told if holds(part, one)):
                papers[a.Paper(number=paper.identity.number, clause=part.clause)] = None
                if record not in found:
                    found.append(record)
        return found, tuple(papers)

    def also(self, programme: str, source: v.Source, papers: Sequence[a.Paper], on: date) -> bool:
        """Whether what contradicted help on a day, by these clauses, contradicts a programme today. Nobody's record is opened
        for it: which tests it fulfils is known from the clauses."""
        clauses = {(one.number, one.clause) for one in papers}
        tests = [
            part.when
            for one in self._book.programmes(on)
            for part, paper in self._book.contradictions(one, on)
            if part.source == source and (paper.identity.number, part.clause) in clauses
        ]
        return any(not part.when or part.when in tests for part, _ in self._of([programme], source))

    def sources(self, programme: str) -> frozenset[v.Source]:
        """Those that say anything against help of a programme."""
        return frozenset(part.source for part, _ in self._parts_of(programme))

    def _of(self, programmes: Iterable[str], source: v.Source) -> Iterable[tuple[Contradiction, Paper]]:
        for programme in sorted(set(programmes)):
            yield from (one for one in self._parts_of(programme) if one[0].source == source)

    def _parts_of(self, programme: str) -> tuple[tuple[Contradiction, Paper], ...]:
        if programme not in self._parts:
            self._parts[programme] = self._book.contradictions(programme, self._on)
        return self._parts[programme]


def _below(source: v.Source, record: Record, floor_fen: int) -> bool:
    sums = [
        record[name] for name, field in DELIVERED[source].items() if field.type == "money" and name in record
    ]
    return bool(sums) and max(sums) <= floor_fen
