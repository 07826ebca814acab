"""Checkpoints handed to witnesses outside: dropped into a folder, or sent to a witness over HTTP.

Reached only as a sender of the host, never by a replay. A witness that is away is asked again at the next
turn. One that refuses is an alarm for a person: either the history here was altered, or that of the witness.
What it answers is believed nothing, and it may take its time for ever: messages leave by the same loop, and keys
are destroyed there.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx
import structlog
from pydantic import BaseModel, ConfigDict

from services.chassis.database import Session
from services.chassis.vault.master import sync_folder
from services.history.proof.checkpoint import Checkpoint, parse
from services.history.proof.keeping import Missing, Snapshot
from services.history.proof.note import BadNote, is_cosignature, split
from services.history.proof.signing import Checkpoints, last_checkpoint, note_of, public_keys
from services.history.proof.witness import Submission, submission

PATIENCE_SECONDS = 10.0
LARGEST_ANSWER = 1 << 20
MOST_SHOWN = 100
log = structlog.get_logger(__name__)


class Answer(BaseModel):
    """What a witness answers: its signature line, or why not and what it has."""

    model_config = ConfigDict(extra="ignore")

    cosignature: str = ""
    slug: str = ""
    last: str = ""


Ask = Callable[[Submission], Answer]


class Away(Exception):
    """No answer; it may come later."""


def over_http(url: str, patience: float = PATIENCE_SECONDS) -> Ask:
    """Asks one question at a time, and waits so many seconds for all of the answer."""
    asking: list[threading.Thread] = []

    def ask(given: Submission) -> Answer:
        if asking and asking[0].is_alive():
            raise Away(f"{url}: still busy with the last question")
        answers: list[Answer | Away] = []
        # The client's patience is for each piece of an answer; a thread's end can be waited for.
        asking[:] = [
            threading.Thread(target=lambda: answers.append(_posted(url, given, patience)), daemon=True)
        ]
        asking[0].start()
        asking[0].join(patience)
        answer = answers[0] if answers else Away(f"{url}: no answer in {patience:g} seconds")
        if isinstance(answer, Away):
            raise answer
        return answer

    return ask


def _posted(url: str, given: Submission, patience: float) -> Answer | Away:
    try:
        told = bytearray()
        with httpx.stream(
            "POST", f"{url.rstrip('/')}/checkpoints", json=given.model_dump(), timeout=patience
        ) as answer:
            for piece in answer.iter_bytes():
                told += piece
                if len(told) > LARGEST_ANSWER:
                    return Away(f"{url}: an answer without end")
        return Answer.model_validate_json(bytes(told))
    except Exception as error:  # noqa: BLE001  # whatever another's server sends: it is asked again
        return Away(f"{url}: {type(error).__name__}")


class Witnesses:
    """`folders` get every checkpoint as a file, `asked` by name are asked for their signature of the last."""

    def __init__(
        self, checkpoints: Checkpoints, folders: Iterable[Path] = (), asked: dict[str, Ask] | None = None
    ) -> None:
        self.trouble: dict[str, str] = {}
        self._checkpoints = checkpoints
        self._database = checkpoints.trees.database
        self._folders = tuple(folders)
        self._asked = asked or {}

    def send_due(self) -> int:
        """How many checkpoints were handed over."""
        with self._database.reading() as session:
            newest = _newest(session)
        if not newest:
            return 0
        dropped = sum(self._drop(folder, newest) for folder in self._folders)
        return dropped + sum(self._send(name, ask, newest) for name, ask in self._asked.items())

    # -- a folder ------------------------------------------------------------------------------------

    def _drop(self, folder: Path, newest: int) -> int:
        try:
            dropped = self._dropped(folder, newest)
        except (OSError, *_ALTERED) as error:
            self._alarm(str(folder), f"{type(error).__name__}: {error}")
            return 0
        self.trouble.pop(str(folder), None)
        return dropped

    def _dropped(self, folder: Path, newest: int) -> int:
        if (folder / _name(newest)).exists():
            return 0
        folder.mkdir(parents=True, exist_ok=True)
        missing = [size for size in range(1, newest + 1) if not (folder / _name(size)).exists()]
        for size in missing:
            with self._checkpoints.trees.reading() as snapshot:
                note = _there(snapshot, size)
                before = parse(split(_there(snapshot, size - 1))[0]) if size > 1 else None
                given = self._submission(snapshot, note, before)
            _write(folder / _name(size), given.model_dump_json(indent=1))
        return len(missing)

    # -- over HTTP -----------------------------------------------------------------------------------

    def _send(self, name: str, ask: Ask, newest: int) -> int:
        with self._database.reading() as session:
            held = session.execute(
                "SELECT coalesce(max(size), 0) FROM proof_witnessed WHERE witness = ?", (name,)
            )[0][0]
        if held >= newest:
            return 0
        try:
            answer = self._ask(ask, held)
            if answer.slug == "other-last":
                answer = self._ask(ask, self._size_of(name, answer.last))
        except Away as away:
            log.warning("a witness does not answer", witness=name, why=str(away))
            return 0
        except _ALTERED as fork:
            self._alarm(name, str(fork))
            return 0
        if not is_cosignature(answer.cosignature):
            self._alarm(name, answer.slug[:MOST_SHOWN] or "what it answers is no signature")
            return 0
        self.trouble.pop(name, None)
        with self._database.transaction() as session:
            session.execute(
                "INSERT INTO proof_witnessed VALUES (?, ?, ?) ON CONFLICT (witness, size) DO NOTHING",
                (name, newest, answer.cosignature),
            )
        return 1

    def _ask(self, ask: Ask, held: int) -> Answer:
        with self._checkpoints.trees.reading() as snapshot:
            found = last_checkpoint(snapshot.session, self._checkpoints.origin)
            if found is None:
                raise Away("no checkpoint")
            before = parse(split(_there(snapshot, held))[0]) if held else None
            given = self._submission(snapshot, found[0], before)
        return ask(given)

    def _size_of(self, name: str, last: str) -> int:
        """The size of the checkpoint that a witness has, if we made it. What it sends is believed nothing."""
        if not last:
            return 0
        try:
            size = parse(split(last)[0]).size
        except BadNote as error:
            raise _Fork(f"{name} holds what is no checkpoint") from error
        with self._database.reading() as session:
            ours = note_of(session, size) if size <= _newest(session) else None
        if ours is None or split(ours)[0] != split(last)[0]:
            raise _Fork(f"{name} holds a checkpoint {size} that is not the one of this history")
        return size

    def _submission(self, snapshot: Snapshot, note: str, before: Checkpoint | None) -> Submission:
        keys = public_keys(snapshot.session, self._checkpoints.origin)
        return submission(snapshot, note, before, keys.notes if keys else ())

    def _alarm(self, name: str, why: str) -> None:
        if self.trouble.get(name) != why:
            log.error("a witness refuses the checkpoint", witness=name, why=why)
        self.trouble[name] = why

    def unready(self) -> list[str]:
        return [f"witness {name}: {why}" for name, why in sorted(self.trouble.items())]


class _Fork(Exception):
    """A witness holds another history."""


_ALTERED = (_Fork, BadNote, Missing)
"""Another history, there or here: a checkpoint that is not signed as it must be, a tree with a hole."""


def _newest(session: Session) -> int:
    return int(session.execute("SELECT coalesce(max(size), 0) FROM proof_checkpoints")[0][0])


def _there(snapshot: Snapshot, size: int) -> str:
    note = note_of(snapshot.session, size)
    if note is None:
        raise _Fork(f"checkpoint {size} is missing here")
    return note


def _name(size: int) -> str:
    return f"{size:010d}.json"


def _write(file: Path, text: str) -> None:
    """Whole or not at all: a witness may be reading the folder."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".")
    with open(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)
    os.replace(temporary, file)
    sync_folder(file.parent)
