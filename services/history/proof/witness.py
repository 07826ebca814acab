"""A witness: it keeps the last checkpoint it has seen and signs only one that continues it.

It runs outside, by people whom the district's operator does not command. It needs no access to anything:
whoever submits a checkpoint proves that every source's log begins with what the witness saw before. So
nobody can show one history to the court and another to the ministry without a witness having seen both.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path as File
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.vault.master import sync_folder
from services.history.proof import verify
from services.history.proof.bundle import Path
from services.history.proof.checkpoint import Checkpoint, parse
from services.history.proof.hashing import SHA256, Hashing
from services.history.proof.keeping import HEADS, Snapshot
from services.history.proof.note import (
    BadNote,
    Ed25519Signer,
    Verifier,
    b64,
    signature_line,
    split,
    unb64,
    verifier_of,
)
from services.history.proof.rotation import open_checkpoint, terms

Sources = Annotated[dict[str, Path], Field(max_length=1000)]


class Submission(BaseModel):
    """A checkpoint, and that it continues the one of size `old`; 0: the witness has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    old: int = Field(ge=0, description="size of the checkpoint that the witness has")
    checkpoint: str = Field(description="the new one, a signed note")
    path: Path = Field(description="that its tree of heads continues the old one's")
    head_path: Path = Field(description="that its head is the last leaf of its tree")
    sources: Sources = Field(description="that each source's tree continues the old one's")
    keys: tuple[str, ...] = Field(default=(), description="notes by which keys followed each other")


class _Held(BaseModel):
    """What a witness keeps of one log."""

    checkpoint: str
    keys: tuple[str, ...] = ()


class Refused(Exception):
    """`status` as C2SP tlog-witness gives them; `last` is the note the witness has, where that helps."""

    def __init__(self, status: int, slug: str, zh: str, en: str, last: str = "") -> None:
        super().__init__(f"{slug}: {en}")
        self.status, self.slug, self.zh, self.en, self.last = status, slug, zh, en, last


def submission(snapshot: Snapshot, note: str, last: Checkpoint | None, notes: Sequence[str]) -> Submission:
    """What a witness must be given with a checkpoint, if `last` is the one that it has."""
    new = parse(split(note)[0])
    old = 0 if last is None else last.size
    had: Mapping[str, tuple[int, bytes]] = {} if last is None else last.head.trees
    heads = snapshot.tree(HEADS)
    return Submission(
        old=old,
        checkpoint=note,
        path=tuple(map(b64, heads.consistency(old, new.size))),
        head_path=tuple(map(b64, heads.inclusion(new.size - 1, new.size))),
        sources={
            source: tuple(map(b64, snapshot.tree(source).consistency(had.get(source, (0, b""))[0], size)))
            for source, (size, _) in new.head.trees.items()
        },
        keys=tuple(notes),
    )


def continues(last: Checkpoint | None, new: Checkpoint, given: Submission, hashing: Hashing) -> bool:
    """Whether the checkpoint keeps all that the last one said, and its head is its own."""
    had: Mapping[str, tuple[int, bytes]] = {} if last is None else last.head.trees
    before = (0, hashing.empty())
    old, old_root = before if last is None else (last.size, last.root)
    head = hashing.leaf(new.head.text.encode())
    if not had.keys() <= new.head.trees.keys() or given.sources.keys() != new.head.trees.keys():
        return False
    if last is not None and new.head.time < last.head.time:
        return False
    return (
        verify.consistent(old, new.size, _raw(given.path), old_root, new.root, hashing)
        and verify.included(head, new.size - 1, new.size, _raw(given.head_path), new.root, hashing)
        and all(
            verify.consistent(
                had.get(s, before)[0], size, _raw(given.sources[s]), had.get(s, before)[1], root, hashing
            )
            for s, (size, root) in new.head.trees.items()
        )
    )


class Witness:
    """`trusted` are the first public keys of the districts, by their names; `folder` holds what was seen.

    `seconds` gives the time as whole seconds since 1970.
    """

    def __init__(
        self,
        folder: File,
        trusted: Sequence[Verifier],
        signer: Ed25519Signer,
        seconds: Callable[[], int],
        hashing: Hashing = SHA256,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.signer = signer
        self._folder = folder
        self._trusted = trusted
        self._seconds = seconds
        self._hashing = hashing

    def last(self, origin: str) -> str | None:
        """The note last signed here."""
        held = self._held(origin)
        return None if held is None else held.checkpoint

    def add(self, given: Submission) -> str:
        """The cosignature of a checkpoint that continues the last one; Refused otherwise, and nothing is kept."""
        try:
            claimed = parse(split(given.checkpoint)[0])
        except BadNote as error:
            raise Refused(400, "malformed", "不是检查点。", f"Not a checkpoint: {error}.") from error
        origin = claimed.origin
        trusted = [one for one in self._trusted if one.name == origin]
        if not trusted:
            raise Refused(404, "unknown-origin", "此处不见证该日志。", "This log is not witnessed here.")
        with self._alone(origin):
            held = self._held(origin)
            last = None if held is None else parse(split(held.checkpoint)[0])
            # The notes that the witness has seen come first, so that a key cannot be followed twice.
            notes = list(dict.fromkeys([*(held.keys if held else ()), *given.keys]))
            try:
                new = open_checkpoint(given.checkpoint, terms(trusted, origin, notes))
            except BadNote as error:
                raise Refused(
                    403, "not-signed", "签名无效。", f"Not signed by the log's key: {error}."
                ) from error
            if given.old != (0 if last is None else last.size):
                raise Refused(
                    409,
                    "other-last",
                    "见证方最后的检查点与此不同。",
                    "The witness has another last checkpoint.",
                    "" if held is None else held.checkpoint,
                )
            if not continues(last, new, given, self._hashing):
                raise Refused(
                    422,
                    "inconsistent",
                    "该检查点与先前见证的历史不一致。",
                    "The checkpoint does not continue what was witnessed.",
                    "" if held is None else held.checkpoint,
                )
            line = signature_line(self.signer.verifier, self.signer.cosign(new.text, self._seconds()))
            self._keep(origin, _Held(checkpoint=given.checkpoint, keys=tuple(notes)))
            return line

    def _file(self, origin: str) -> File:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"

    def _held(self, origin: str) -> _Held | None:
        file = self._file(origin)
        return _Held.model_validate_json(file.read_bytes()) if file.exists() else None

    @contextmanager
    def _alone(self, origin: str) -> Iterator[None]:
        # Looking at the last and keeping the next is one act, in all processes: else two that come at once
        # would both continue the same one, and the witness would have signed a fork.
        with open(self._file(origin).with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _keep(self, origin: str, state: _Held) -> None:
        """On disk before anything is answered."""
        descriptor, temporary = tempfile.mkstemp(dir=self._folder)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(state.model_dump_json(indent=1))
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, self._file(origin))
        sync_folder(self._folder)


def trusted_in(texts: Sequence[str]) -> list[Verifier]:
    return [verifier_of(text) for text in texts]


def _raw(path: Sequence[str]) -> list[bytes]:
    return [unb64(one) for one in path]
