"""A proof to take away: one JSON file that says an event stood in the log under a signed checkpoint.

It holds the event's leaf, the two paths (event to its source's root, head to the checkpoint's root), the
checkpoint, the notes by which keys followed each other, and what witnesses signed. `verify` needs only the
file and one public key that the reader has from elsewhere; it asks nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.history.proof import leaf, verify
from services.history.proof.hashing import SHA256, Hashing
from services.history.proof.keeping import HEADS, Missing, ProofTrees
from services.history.proof.note import BadNote, Verifier, b64, open_note, unb64, verifier_of
from services.history.proof.rotation import open_checkpoint, terms
from services.history.proof.signing import last_checkpoint, public_keys

File = TypeVar("File", bound=BaseModel)


def _base64(text: str) -> str:
    unb64(text)
    return text


Base64 = Annotated[str, AfterValidator(_base64)]
Path = Annotated[tuple[Base64, ...], Field(max_length=64)]


class Proof(BaseModel):
    """The file. Hashes and bytes are base64, paths lowest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["doudi.inclusion.1"]
    leaf: Base64 = Field(description="the event as docs/proof.md says: its attributes, then its data's bytes")
    path: Path = Field(description="from the event to the root of its source in the checkpoint")
    checkpoint: str = Field(description="signed note (c2sp.org/tlog-checkpoint)")
    head_path: Path = Field(description="from the checkpoint's head to its root")
    keys: tuple[str, ...] = Field(description="notes by which one key followed another")
    cosignatures: tuple[str, ...] = Field(description="signature lines of witnesses")


@dataclass(frozen=True, slots=True)
class Proven:
    """What holds: this event, its data's digest, at what number of its source, and since when at the latest."""

    event: UUID
    type: str
    source: str
    sequence: int
    recordedtime: str
    data_sha256: str
    data: bytes
    checkpoint: int
    signed: datetime
    by: str
    witnesses: tuple[str, ...]


class Unproven(ValueError):
    """The file does not prove what it says; in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def prove(trees: ProofTrees, origin: str, event: UUID) -> Proof | None:
    """The proof of an event under the last checkpoint; None where none covers it yet, or nothing is known of it."""
    with trees.reading() as snapshot:
        session = snapshot.session
        found = session.execute(
            "SELECT source, sequence, envelope, data FROM district_log WHERE id = ?", (event.bytes,)
        )
        last = last_checkpoint(session, origin)
        keys = public_keys(session, origin)
        if not found or last is None or keys is None:
            return None
        source, sequence, envelope, data = found[0]
        note, checkpoint = last
        size, _ = checkpoint.head.trees.get(source, (0, b""))
        if sequence > size:
            return None
        cosigned = session.execute(
            "SELECT cosignature FROM proof_witnessed WHERE size = ? ORDER BY witness", (checkpoint.size,)
        )
        return Proof(
            format="doudi.inclusion.1",
            leaf=b64(leaf.of_stored(bytes(envelope), bytes(data)).leaf),
            path=tuple(map(b64, snapshot.tree(source).inclusion(sequence - 1, size))),
            checkpoint=note,
            head_path=tuple(map(b64, snapshot.tree(HEADS).inclusion(checkpoint.size - 1, checkpoint.size))),
            keys=keys.notes,
            cosignatures=tuple(line for (line,) in cosigned if line),
        )


def as_written(kind: type[File], text: str) -> File:
    """What stands in a file, if every word of it counts; ValueError otherwise.

    A name that stands twice, a number in another shape, what another program fills in: the file would say one thing
    to whoever reads it, and another to whoever checks it.
    """
    try:
        told = json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("the file is nested too deeply") from error
    found = kind.model_validate(told)
    if canonical(found.model_dump(mode="json")) != canonical(told):
        raise ValueError("the file is not as it is written")
    return found


def canonical(told: object) -> bytes:
    """JSON with one text for one value."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in the file")
    return found


def hand_out(trees: ProofTrees, origin: str, event: UUID) -> Proof | None:
    """`prove`, and looked through as whoever gets it will; Unproven where what lies here is not what was signed."""
    with trees.reading() as snapshot:
        keys = public_keys(snapshot.session, origin)
    try:
        proof = prove(trees, origin, event)
        if proof is not None and keys is not None:
            check(proof, [verifier_of(keys.first)])
    except (leaf.Altered, BadNote, Missing) as error:
        raise Unproven(
            "日志或检查点已被改动。", f"The log or its checkpoint was altered: {error}."
        ) from error
    return proof


def check(
    proof: Proof, trusted: Sequence[Verifier], witnesses: Sequence[Verifier] = (), hashing: Hashing = SHA256
) -> Proven:
    """What the file proves to whoever trusts these keys; Unproven where it does not."""
    try:
        origin = proof.checkpoint.partition("\n")[0]
        checkpoint = open_checkpoint(proof.checkpoint, terms(trusted, origin, proof.keys))
    except BadNote as error:
        raise Unproven(
            "检查点的签名无效。", f"The checkpoint is not signed as it must be: {error}."
        ) from error
    hashed = hashing.leaf(checkpoint.head.text.encode())
    if not verify.included(
        hashed, checkpoint.size - 1, checkpoint.size, _path(proof.head_path), checkpoint.root, hashing
    ):
        raise Unproven("检查点的内容与其根不符。", "The checkpoint's lines are not under its root.")
    raw = unb64(proof.leaf)
    try:
        attributes, data = leaf.decode(raw)
        source, sequence = attributes["source"], int(attributes["sequence"])
        event, type_, recorded = UUID(attributes["id"]), attributes["type"], attributes["recordedtime"]
    except (leaf.Altered, KeyError, ValueError) as error:
        raise Unproven("事件内容无法解读。", f"The event cannot be read: {error}.") from error
    size, root = checkpoint.head.trees.get(source, (0, b""))
    if not verify.included(hashing.leaf(raw), sequence - 1, size, _path(proof.path), root, hashing):
        raise Unproven("该事件不在已签名的日志中。", "The event is not in the log that was signed.")
    return Proven(
        event=event,
        type=type_,
        source=source,
        sequence=sequence,
        recordedtime=recorded,
        data_sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        checkpoint=checkpoint.size,
        signed=checkpoint.head.time,
        by=origin,
        witnesses=_witnessed(proof, witnesses),
    )


def read(text: str) -> Proof:
    """The proof in a file's text; ValueError where it is none."""
    return as_written(Proof, text)


def _witnessed(proof: Proof, witnesses: Sequence[Verifier]) -> tuple[str, ...]:
    """The names of these witnesses; Unproven where one of them did not sign. What others signed is passed over."""
    text = proof.checkpoint.rpartition("\n\n")[0] + "\n"
    for one in witnesses:
        if not any(_signed(f"{text}\n{line}", one) for line in proof.cosignatures):
            raise Unproven("没有该见证方的有效签名。", f"No good signature of the witness {one.name}.")
    return tuple(one.name for one in witnesses)


def _signed(note: str, witness: Verifier) -> bool:
    try:
        return bool(open_note(note, [witness]).by)
    except BadNote:
        return False


def _path(path: Sequence[str]) -> list[bytes]:
    return [unb64(one) for one in path]
