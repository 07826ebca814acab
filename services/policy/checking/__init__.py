"""Is a paper fit to be published? `check` says what stands against it, each with file, line and reason.

Rules: `syntax`, `float-literal`, `name`, `twice`, `clause`, `value`, `value-order`, `range` of the paper alone;
`unused-name`, `no-paper`, `no-amount`, `no-value`, `conflict`, `cycle`, `unknown-name`, `kind`, `unit`,
`division-by-zero`, `cell`, `regions`, `unreachable`, `gap`, `overlap` together with the others, in every epoch of
its validity; `example`, `no-example` of its examples. Stages that rest on a sound paper wait for one.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.policy.checking.alone import check_alone, check_unused
from services.policy.checking.contradictions import check_contradictions
from services.policy.checking.coverage import check_coverage
from services.policy.checking.placing import Findings
from services.policy.checking.surveys import rulebook_of
from services.policy.checking.together import check_together
from services.policy.examples import run
from services.policy.finding import Finding
from services.policy.paper import Paper
from services.policy.places import Places

__all__ = ["check"]


def check(paper: Paper, others: Sequence[Paper], places: Places | None = None) -> list[Finding]:
    """What stands against a paper beside all other papers there are; nothing if it may be published.

    `others` may hold the same paper's earlier self, which is left out.
    """
    rest = [other for other in others if other.identity.id != paper.identity.id]
    findings = Findings(paper, places or Places())
    check_alone(paper, findings)
    check_contradictions(paper, findings)
    if findings:
        return findings.all()
    check_unused(paper, rest, findings)
    check_together(paper, rest, findings)
    if findings:
        return findings.all()
    check_coverage(paper, rest, findings)
    return [*run(paper, rest, places, rulebook_of), *findings.all()]
