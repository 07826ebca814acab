"""Whether the decision, and what it rests on, stands under a signed checkpoint as it lies in the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.chassis.clock import CIVIL_ZONE
from services.history.audit.verdict import Check, Class, broken, kept, unknown
from services.history.proof import leaf
from services.history.proof.bundle import Proof, Unproven, check, prove
from services.history.proof.keeping import Missing
from services.history.proof.note import BadNote, verifier_of
from services.history.proof.signing import Checkpoints
from services.history.words import Words

DECISION = Words("决定", "The decision")
GROUND = Words("所依据的一个事件", "An event it rests on")


def unchanged(
    checkpoints: Checkpoints | None, decision: UUID, grounds: Iterable[UUID]
) -> tuple[list[Check], tuple[Proof, ...]]:
    """Also the proofs themselves, the decision's first, to be taken away."""
    if checkpoints is None:
        return [_uncovered((decision,))], ()
    keys = checkpoints.public_keys()
    if keys is None:
        return [_uncovered((decision,))], ()
    first = [verifier_of(keys.first)]
    altered: list[Check] = []
    proofs: list[Proof] = []
    uncovered: list[UUID] = []
    covered: dict[tuple[bool, int, datetime], list[UUID]] = {}
    for event in dict.fromkeys((decision, *grounds)):
        try:
            proof = prove(checkpoints.trees, checkpoints.origin, event)
            proven = None if proof is None else check(proof, first)
        except (leaf.Altered, BadNote, Unproven, Missing, ValueError) as error:
            what = DECISION if event == decision else GROUND
            zh, en = (
                f"{what.zh}与已签名的日志不符。",
                f"{what.en} is not in the log as it was signed: {error}",
            )
            altered.append(broken("inclusion", Class.ALTERED_LOG, zh, en, events=(event,)))
            continue
        if proof is None or proven is None:
            uncovered.append(event)
            continue
        proofs.append(proof)
        covered.setdefault((event == decision, proven.checkpoint, proven.signed), []).append(event)
    checks = [*altered, *(_covered(*under, tuple(events)) for under, events in covered.items())]
    if uncovered:
        checks.append(_uncovered(tuple(uncovered)))
    return checks, tuple(proofs)


def _covered(decision: bool, checkpoint: int, signed: datetime, events: tuple[UUID, ...]) -> Check:
    when = signed.astimezone(CIVIL_ZONE).isoformat(" ", "minutes")
    what = (
        DECISION if decision else Words(f"所依据的{len(events)}个事件", f"What it rests on ({len(events)})")
    )
    zh = f"{what.zh}在第{checkpoint}号检查点之下（{when}签名）。"
    en = f"{what.en}: under checkpoint {checkpoint}, signed {when}."
    return kept("inclusion", zh, en, events=events)


def _uncovered(events: tuple[UUID, ...]) -> Check:
    zh, en = "尚无检查点覆盖。", "No checkpoint covers it yet."
    return unknown("inclusion", zh, en, events=events)
