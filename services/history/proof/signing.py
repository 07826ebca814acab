"""When a checkpoint is signed, by which key, and what is never signed.

A checkpoint is signed when every service has closed a further day, or some minutes after the last one, if
anything was recorded since. Nothing is signed that does not continue the last checkpoint: then the log under
the trees was altered, and history stands still until a person has looked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from services.chassis.clock import Clock
from services.chassis.database import Session
from services.chassis.vault.master import sync_folder
from services.history.proof import keys
from services.history.proof.checkpoint import Checkpoint, Head
from services.history.proof.keeping import HEADS, Missing, ProofTrees, Snapshot
from services.history.proof.note import BadNote, Ed25519Signer, Verifier, sign, verifier_of
from services.history.proof.rotation import Term, open_checkpoint, rotation, terms

TABLES = (
    "CREATE TABLE IF NOT EXISTS proof_checkpoints (size BIGINT PRIMARY KEY, note TEXT NOT NULL,"
    " closed TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS proof_keys (number INTEGER PRIMARY KEY, key TEXT NOT NULL, note TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS proof_witnessed (witness TEXT NOT NULL, size BIGINT NOT NULL,"
    " cosignature TEXT NOT NULL, PRIMARY KEY (witness, size))",
)
log = structlog.get_logger(__name__)


class Inconsistent(Exception):
    """The trees do not continue the last checkpoint, that is not as it was signed, or the key is not the one that signs
    here."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """`first` signed the first checkpoint; every note brings the next key."""

    origin: str
    first: str
    notes: tuple[str, ...]
    current: str

    def terms(self, trusted: Sequence[Verifier] = ()) -> list[Term]:
        return terms(trusted or [verifier_of(self.first)], self.origin, self.notes)


class Checkpoints:
    """A follower, behind `ProofTrees`."""

    def __init__(self, trees: ProofTrees, origin: str, clock: Clock, key_file: Path, minutes: int) -> None:
        self.trees = trees
        self.origin = origin
        self.trouble: str | None = None
        self.alarms: list[Callable[[], list[str]]] = []
        """What witnesses say."""
        self._clock = clock
        self._file = key_file
        self._after = timedelta(minutes=minutes)
        self._good: tuple[tuple[str, PublicKeys], Checkpoint] | None = None
        with trees.database.founding() as session:
            for sql in TABLES:
                session.execute(sql)

    # -- signing -------------------------------------------------------------------------------------

    def advance(self) -> int:
        """Sign if it is time; 1 where a checkpoint was signed."""
        try:
            signed = self.sign() if self._due() else None
        except (Inconsistent, Missing, keys.UnusableKey, FileNotFoundError) as error:
            if self.trouble != str(error):
                log.error("no checkpoint is signed", why=str(error))
            self.trouble = str(error)
            return 0
        self.trouble = None
        return int(signed is not None)

    def sign(self) -> str | None:
        """The next checkpoint's note; None where nothing was recorded since the last.

        Inconsistent, keys.UnusableKey, FileNotFoundError where none may be signed.
        """
        closed = self.trees.log.final_through() or ""
        with self.trees.database.transaction() as session:
            session.execute("UPDATE proof_head SET position = position")  # one signs at a time
            snapshot = Snapshot(session, self.trees.hashing)
            before = self._before(session, snapshot)
            if snapshot.sources == (
                {} if before is None else {s: n for s, (n, _) in before.head.trees.items()}
            ):
                return None
            head = Head(
                self._clock.now(), {s: (n, snapshot.tree(s).root()) for s, n in snapshot.sources.items()}
            )
            if before is not None:
                _must_continue(snapshot, before)
            signer = self._signer(session)
            tree = snapshot.grow(HEADS, self.trees.hashing.leaf(head.text.encode()))
            made = Checkpoint(self.origin, tree.size, tree.root(), head)
            note = sign(made.text, [signer])
            session.execute("INSERT INTO proof_checkpoints VALUES (?, ?, ?)", (made.size, note, closed))
        return note

    def _due(self) -> bool:
        with self.trees.reading() as snapshot:
            session = snapshot.session
            before = self._before(session, snapshot)
            if before is None:
                return bool(snapshot.sizes)
            [(closed,)] = session.execute(
                "SELECT closed FROM proof_checkpoints WHERE size = ?", (before.size,)
            )
        if self._clock.now() - before.head.time >= self._after:
            return True
        return (self.trees.log.final_through() or "") > str(closed)

    def _before(self, session: Session, snapshot: Snapshot) -> Checkpoint | None:
        """The last checkpoint, if it is as it was signed; Inconsistent where it is not, or was taken away."""
        note, known = _last(session), public_keys(session, self.origin)
        if note is None:
            if snapshot.sizes.get(HEADS):
                raise Inconsistent("there were checkpoints, and they are gone")
            return None
        if known is None:
            raise Inconsistent("there are checkpoints, and the keys that signed them are gone")
        if self._good is None or self._good[0] != (note, known):
            try:
                self._good = (note, known), open_checkpoint(note, known.terms())
            except BadNote as error:
                raise Inconsistent(f"the last checkpoint is not as it was signed: {error}") from error
        return self._good[1]

    # -- keys ----------------------------------------------------------------------------------------

    def _signer(self, session: Session) -> Ed25519Signer:
        known = session.execute("SELECT key FROM proof_keys ORDER BY number DESC LIMIT 1")
        if not known:
            signer = keys.load_or_make(self._file, self.origin)
            session.execute("INSERT INTO proof_keys VALUES (1, ?, '')", (signer.verifier.text,))
            return signer
        # Once a key has signed, none is ever made silently: a new one would be a break that looks like a start.
        if self._next.exists() and keys.load(self._next, self.origin).verifier.text == known[0][0]:
            self._put_next()  # a change of keys was cut off behind its commit
        signer = keys.load(self._file, self.origin)
        if signer.verifier.text != known[0][0]:
            raise Inconsistent(f"{self._file} is not the key that signs here: {known[0][0]}")
        return signer

    def rotate(self) -> str:
        """Let a new key follow; the note that both signed. The old private key is overwritten."""
        self._next.unlink(missing_ok=True)
        new = keys.make(self._next, self.origin)
        with self.trees.database.transaction() as session:
            session.execute("UPDATE proof_head SET position = position")
            old = self._signer(session)
            since = session.execute("SELECT coalesce(max(size), 0) FROM proof_checkpoints")[0][0]
            note = rotation(self.origin, since, old, new)
            session.execute(
                "INSERT INTO proof_keys SELECT max(number) + 1, ?, ? FROM proof_keys",
                (new.verifier.text, note),
            )
        self._put_next()
        return note

    @property
    def _next(self) -> Path:
        return self._file.with_name(f"{self._file.name}.next")

    def _put_next(self) -> None:
        os.replace(self._next, self._file)
        sync_folder(self._file.parent)

    # -- reading -------------------------------------------------------------------------------------

    def public_keys(self) -> PublicKeys | None:
        """None before the first checkpoint."""
        with self.trees.database.reading() as session:
            return public_keys(session, self.origin)

    def note(self, size: int | None = None) -> str | None:
        """A checkpoint as it was signed; the last, unless said."""
        with self.trees.database.reading() as session:
            return _last(session) if size is None else note_of(session, size)

    def unready(self) -> list[str]:
        own = [] if self.trouble is None else [f"checkpoint: {self.trouble}"]
        return own + [why for alarm in self.alarms for why in alarm()]


def public_keys(session: Session, origin: str) -> PublicKeys | None:
    found = session.execute("SELECT key, note FROM proof_keys ORDER BY number")
    if not found:
        return None
    return PublicKeys(origin, found[0][0], tuple(note for _, note in found[1:]), found[-1][0])


def note_of(session: Session, size: int) -> str | None:
    found = session.execute("SELECT note FROM proof_checkpoints WHERE size = ?", (size,))
    return found[0][0] if found else None


def last_checkpoint(session: Session, origin: str) -> tuple[str, Checkpoint] | None:
    """The last note and what it says, if its signature is good; BadNote where it is not."""
    note, known = _last(session), public_keys(session, origin)
    if note is None or known is None:
        return None
    return note, open_checkpoint(note, known.terms())


def checkpoints_in(session: Session, origin: str) -> list[Checkpoint]:
    """Every checkpoint ever signed here, in order; BadNote where one is not signed as it must be."""
    known = public_keys(session, origin)
    if known is None:
        return []
    good = known.terms()
    found = session.execute("SELECT size, note FROM proof_checkpoints ORDER BY size")
    signed = [open_checkpoint(note, good) for _, note in found]
    if [one.size for one in signed] != list(range(1, len(signed) + 1)):
        raise BadNote("a checkpoint is missing")
    return signed


def _last(session: Session) -> str | None:
    found = session.execute("SELECT note FROM proof_checkpoints ORDER BY size DESC LIMIT 1")
    return found[0][0] if found else None


def _must_continue(snapshot: Snapshot, before: Checkpoint) -> None:
    for source, (size, root) in before.head.trees.items():
        tree = snapshot.tree(source)
        if tree.size < size or tree.root(size) != root:
            raise Inconsistent(f"the log of {source} does not continue checkpoint {before.size}")
    heads = snapshot.tree(HEADS)
    if heads.size != before.size or heads.root() != before.root:
        raise Inconsistent(f"the heads do not end with checkpoint {before.size}")
