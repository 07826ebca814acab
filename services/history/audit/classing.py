"""Who could know, at an act: whoever acted, the district without having read it, or nobody yet.

2021 办法 39 exempts an honest error that is promptly put right: what became known only later is noted, and is
nobody's fault.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.history.asof import knowledge
from services.history.asof.knowledge import Known
from services.history.audit.reading import Found, Log
from services.history.audit.verdict import Check, Outcome, Sort

SAID: dict[Sort, tuple[str, str]] = {
    "had": ("当时已知", "it was known to whoever acted"),
    "unread": ("信息已到达而未被读取", "it had arrived and was not read"),
    "later": ("事后才获知", "it became known only afterwards"),
}


def when_known(log: Log, act: Found, holds: Callable[[Known], bool]) -> Sort:
    """`holds`: whether something was so, as far as anybody with this knowledge could tell."""
    if holds(log.decider(act)):
        return "had"
    return "unread" if holds(log.district_before(act)) else "later"


def knew(log: Log, act: Found, fact: Found) -> Sort:
    return when_known(log, act, lambda known: bool(log.known([fact], known)))


def knew_by(log: Log, source: str, day: date, fact: Found) -> Sort:
    """Of something left undone by a day: whether the service had read by then what called for it."""
    known = knowledge.decider(log.session, log.generation, source, day, log.begun)
    return "had" if log.known([fact], known) else "unread"


def weighed(check: Check, sort: Sort) -> Check:
    """What nobody could know yet is noted; what was known, or lay there unread, is at fault."""
    outcome = Outcome.NOTED if sort == "later" else Outcome.BROKEN
    return check.model_copy(update={"sort": sort, "outcome": outcome})
