"""Whether the decision, and what it rests on, stands under a signed checkpoint as it lies in the log."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.history.audit.verdict import Check, Class, broken, kept, unknown
from services.history.proof import leaf
from services.history.proof.bundle import Proof, Unproven, check, prove
from services.history.proof.keeping import Missing
from services.history.proof.note import BadNote, verifier_of
from services.history.proof.signing import Checkpoints

WHAT = {"decision": ("决定", "the decision"), "ground": ("所依据的事件", "an event it rests on")}


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
    checks: list[Check] = []
    proofs: list[Proof] = []
    uncovered: list[UUID] = []
    for event in dict.fromkeys((decision, *grounds)):
        zh, en = WHAT["decision" if event == decision else "ground"]
        about = {"events": (event,)}
        try:
            proof = prove(checkpoints.trees, checkpoints.origin, event)
            proven = None if proof is None else check(proof, first)
        except (leaf.Altered, BadNote, Unproven, Missing, ValueError) as error:
            zh, en = f"{zh}与已签名的日志不符。", f"{en} is not in the log that was signed: {error}"
            checks.append(broken("inclusion", Class.ALTERED_LOG, zh, en, **about))
            continue
        if proof is None or proven is None:
            uncovered.append(event)
            continue
        proofs.append(proof)
        when = proven.signed.isoformat()
        zh, en = (
            f"{zh}在第{proven.checkpoint}号检查点之下（{when}签名）。",
            f"{en} is under checkpoint {proven.checkpoint}.",
        )
        checks.append(kept("inclusion", zh, en, **about))
    if uncovered:
        checks.append(_uncovered(tuple(uncovered)))
    return checks, tuple(proofs)


def _uncovered(events: tuple[UUID, ...]) -> Check:
    zh, en = "尚无检查点覆盖。", "No checkpoint covers it yet."
    return unknown("inclusion", zh, en, events=events)
