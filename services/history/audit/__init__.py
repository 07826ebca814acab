"""Reconstruction: why this sum, on this day, by whom, on what facts, under which clause; and findings over many.

Five parts, each with its own verdict: `known` (every input again from what the decider knew), `rule` (the papers out
of the log, applied again), `procedure` (every step that the basis demanded), `deciders` (post, role, independence)
and `unchanged` (inclusion under a signed checkpoint). Nothing of the service that decided is used: what an input is
made of is derived here once more (`deriving`), so that a fault there shows here.

Beside the decisions: payments, decisions and facts held against each other (`dues`, `money`), months and people in two
cases (`months`), who was left waiting (`missed`), help that departments' data contradict (`reported`, `contradicted`);
each a `finding`, weighed by who could know (`classing`); and lists to
look through (`reports`).

`reading` (the log, as far as the decider had read it) · `rows` (papers, calendars and staff as anybody would keep
them) · `story` (a case up to the decision) · `reconstruct` (the five parts) · `everything` (all decisions: known
and rule, or findings) · `swept` (the log, whole cases at a time) · `signed` (a file to take away) · `api*` and `access`.
"""

from __future__ import annotations

from services.history.audit.reconstruct import Auditor
from services.history.audit.verdict import Check, Part, Reconstruction

__all__ = ["Auditor", "Check", "Part", "Reconstruction"]
