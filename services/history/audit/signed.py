"""A reconstruction to take away: one JSON file with its proofs, signed by the district's key, checked offline.

The signature is a signed note (c2sp.org/signed-note) over the SHA-256 of the reconstruction and of its proofs in
canonical JSON, and the number of the checkpoint after which it was made; so the keys that count are those of
checkpoints (`proof.rotation`). Its first line is no origin: it can never be taken for a checkpoint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from services.history.audit.verdict import Reconstruction, Told
from services.history.proof import keys
from services.history.proof.bundle import Proof, Proven, Unproven, as_written, canonical, check
from services.history.proof.checkpoint import parse
from services.history.proof.note import BadNote, Verifier, open_note, sign, split
from services.history.proof.rotation import terms
from services.history.proof.signing import Checkpoints, Inconsistent

FORMAT: Final = "doudi.reconstruction.1"


class Signed(Told):
    """The file. Who has it and a public key needs nothing else."""

    format: Literal["doudi.reconstruction.1"]
    reconstruction: Reconstruction
    proofs: Annotated[tuple[Proof, ...], Field(description="of the decision first, then of what it rests on")]
    keys: tuple[str, ...] = Field(description="notes by which one key followed another")
    note: str = Field(description="signed note over the digests of both")


@dataclass(frozen=True, slots=True)
class Verified:
    reconstruction: Reconstruction
    by: str
    checkpoint: int
    proven: tuple[Proven, ...]


def sign_with(
    checkpoints: Checkpoints, key_file: Path, found: Reconstruction, proofs: tuple[Proof, ...]
) -> Signed:
    """Inconsistent where there is no key yet, or the file holds another; UnusableKey, FileNotFoundError."""
    public, note = checkpoints.public_keys(), checkpoints.note()
    signer = keys.load(key_file, checkpoints.origin)
    if public is None or note is None or signer.verifier.text != public.current:
        raise Inconsistent(f"{key_file} is not the key that signs here")
    last = parse(split(note)[0]).size
    text = _text(checkpoints.origin, last, found, proofs)
    return Signed(
        format=FORMAT, reconstruction=found, proofs=proofs, keys=public.notes, note=sign(text, [signer])
    )


def verify(signed: Signed, trusted: Sequence[Verifier], witnesses: Sequence[Verifier] = ()) -> Verified:
    """Unproven where the signature or a proof does not hold, or a proof is of another log."""
    try:
        text, _ = split(signed.note)
        origin, last = _head(text)
        known = [
            term.verifier
            for term in terms(trusted, origin, signed.keys)
            if term.covers(last) or term.covers(last + 1)
        ]
        by = open_note(signed.note, known).by
    except BadNote as error:
        raise Unproven(
            "复原报告的签名无效。", f"The reconstruction is not signed as it must be: {error}."
        ) from error
    if all(one.name != origin for one in by):
        raise Unproven("签名密钥不属于该地区。", "The key is another origin's.")
    if text != _text(origin, last, signed.reconstruction, signed.proofs):
        raise Unproven("复原报告内容与签名不符。", "The reconstruction is not what was signed.")
    proven = tuple(check(proof, trusted, witnesses) for proof in signed.proofs)
    if any(one.by != origin for one in proven):
        raise Unproven("证明属于另一地区的日志。", "A proof is of another district's log.")
    if proven and proven[0].event != signed.reconstruction.decision and _claims(signed):
        raise Unproven("没有该决定的证明。", "The proof of the decision is missing.")
    if _claims(signed) - {one.event for one in proven}:
        raise Unproven("缺少所称的证明。", "A proof that the reconstruction claims is missing.")
    return Verified(signed.reconstruction, origin, last, proven)


def read(text: str) -> Signed:
    """ValueError where the text is no such file."""
    return as_written(Signed, text)


def _claims(signed: Signed) -> set[UUID]:
    """The events that it says are under a checkpoint."""
    checks = (one for part in signed.reconstruction.parts if part.part == "unchanged" for one in part.checks)
    return {event for one in checks if one.outcome == "kept" for event in one.events}


def _text(origin: str, last: int, found: Reconstruction, proofs: Sequence[Proof]) -> str:
    digests = (
        _digest(found.model_dump(mode="json")),
        _digest([one.model_dump(mode="json") for one in proofs]),
    )
    return f"{FORMAT}\n{origin}\ncheckpoint {last}\n{digests[0]}\n{digests[1]}\n"


def _head(text: str) -> tuple[str, int]:
    lines = text.split("\n")
    number = lines[2].removeprefix("checkpoint ") if len(lines) == 6 else ""
    if lines[0] != FORMAT or not (number.isascii() and number.isdigit()):
        raise BadNote("not the note of a reconstruction")
    return lines[1], int(number)


def _digest(told: object) -> str:
    return hashlib.sha256(canonical(told)).hexdigest()
