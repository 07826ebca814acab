"""What a service keeps of remedies: the decisions of each case, and the contests still to be decided.

Rows `decisions` (case → its decisions, each with the id of its event) and `contests-due` (case → contest → last day to
decide; without those told overdue). The reminder `contest` stands for the earliest of a case.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from events import assistance as a
from events import casework as c
from events import remedies as m
from events.base import Recorded
from services.chassis.clock import civil_date
from services.chassis.service import Service, Shelf

DECISIONS, DUE, CONTEST = "decisions", "contests-due", "contest"
Decision = (
    a.SubsidyGranted | a.Declined | a.Adjusted | a.Exited | c.Suspended | m.RecoveryOrdered | m.FineImposed
)


def keep_remedies(service: Service) -> None:
    own = service.name
    kinds = (
        a.SubsidyGranted,
        a.Declined,
        a.Adjusted,
        a.Exited,
        c.Suspended,
        m.RecoveryOrdered,
        m.FineImposed,
    )
    service.keep(*kinds, of=own)(_decided)
    service.keep(m.ContestedDecision, of=own)(_contested)
    service.keep(m.ReviewExtended, of=own)(_extended)
    service.keep(m.ReviewOverdue, m.ReviewDecided, of=own)(_over)


def _decided(shelf: Shelf, fact: Recorded[Decision]) -> None:
    told: Any = fact.data
    on = civil_date(fact.envelope.recordedtime)
    row = {
        "id": str(fact.envelope.id),
        "kind": type(told).__name__,
        "on": on.isoformat(),
        "since": getattr(told, "since", on).isoformat(),
        "amount": getattr(told, "amount_fen", None),
        "reason": getattr(told, "reason", ""),
        "period": getattr(told, "period", ""),
        "members": [str(one) for one in told.members],
        "order": str(order)
        if (order := getattr(told, "order", None) or getattr(told, "fine", None))
        else None,
        "replaces": str(told.replaces) if getattr(told, "replaces", None) else None,
    }
    shelf.put(DECISIONS, told.case, [*(shelf.get(DECISIONS, told.case) or ()), row])


def _contested(shelf: Shelf, fact: Recorded[m.ContestedDecision]) -> None:
    _put(shelf, fact.data, fact.data.decide_by)


def _extended(shelf: Shelf, fact: Recorded[m.ReviewExtended]) -> None:
    _put(shelf, fact.data, fact.data.decide_by)


def _over(shelf: Shelf, fact: Recorded[m.ReviewOverdue | m.ReviewDecided]) -> None:
    _put(shelf, fact.data, None)


def _put(shelf: Shelf, fact: m.ContestFact, decide_by: date | None) -> None:
    rows: dict[str, str] = dict(shelf.get(DUE, fact.case) or {})
    rows.pop(str(fact.contest), None)
    if decide_by is not None:
        rows[str(fact.contest)] = decide_by.isoformat()
    if rows:
        shelf.put(DUE, fact.case, rows)
        first = date.fromisoformat(min(rows.values()))
        shelf.remind(first + timedelta(days=1), CONTEST, fact.case)
    else:
        shelf.drop(DUE, fact.case)
        shelf.forget(CONTEST, fact.case)
