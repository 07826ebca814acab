"""Which key counts for which checkpoints: one key follows another by a note that both have signed.

Who trusts one key follows the notes from there, forwards only. A key that was followed counts no more for
later checkpoints, so that it does no harm when it becomes known after its time. A key that is stolen in its
time can be followed by the thief's own: against that only witnesses help.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.history.proof.checkpoint import Checkpoint, parse
from services.history.proof.note import BadNote, Signer, Verifier, open_note, sign, split, verifier_of

_FIRST = "doudi.rotation.1"


@dataclass(frozen=True, slots=True)
class Term:
    """A key counts for checkpoints above `after`, up to `until` (None: to this day)."""

    verifier: Verifier
    after: int = 0
    until: int | None = None

    def covers(self, size: int) -> bool:
        return self.after < size and (self.until is None or size <= self.until)


def rotation(origin: str, since: int, old: Signer, new: Signer) -> str:
    """The note: checkpoints above `since` are signed by the new key."""
    text = f"{_FIRST}\n{origin}\n{old.verifier.text}\n{new.verifier.text}\nsince {since}\n"
    return sign(text, [old, new])


def terms(trusted: Sequence[Verifier], origin: str, notes: Iterable[str]) -> list[Term]:
    """The keys that may be believed, with their terms. BadNote where a note that touches them is not good."""
    found = [Term(one) for one in trusted]
    for note in notes:
        text, _ = split(note)
        old, new, since = _read(text, origin)
        at = next((i for i, term in enumerate(found) if term.verifier.text == old.text), None)
        if at is None:
            for i, term in enumerate(found):
                if term.verifier.text == new.text:  # trusted from its own beginning, by its own word
                    open_note(note, [new])
                    found[i] = Term(term.verifier, since, term.until)
            continue
        if len(open_note(note, [old, new]).by) != 2:
            raise BadNote("a change of keys that only one of them signed")
        follows = [term for term in found if term.verifier.text == new.text]
        if found[at].until is not None and (found[at].until, [term.after for term in follows]) != (
            since,
            [since],
        ):
            raise BadNote("a key is followed by two others")
        if since < found[at].after:
            raise BadNote("a key that ends before it begins")
        found[at] = Term(found[at].verifier, found[at].after, since)
        if not follows:
            found.append(Term(new, since))
    return found


def open_checkpoint(note: str, found: Sequence[Term]) -> Checkpoint:
    """The checkpoint in a note that a key signed in its term; BadNote otherwise."""
    text, _ = split(note)
    claimed = parse(text)
    known = [term.verifier for term in found if term.covers(claimed.size)]
    for verifier in open_note(note, known).by:
        if verifier.name == claimed.origin:
            return claimed
    raise BadNote("the key is another origin's")


def _read(text: str, origin: str) -> tuple[Verifier, Verifier, int]:
    lines = text.split("\n")
    if len(lines) != 6 or lines[0] != _FIRST or lines[1] != origin or lines[5]:
        raise BadNote("not a change of keys of this origin")
    said = lines[4].removeprefix("since ")
    if not said.isascii() or not said.isdigit() or lines[4] != f"since {int(said)}":
        raise BadNote("not a change of keys")
    old, new = verifier_of(lines[2]), verifier_of(lines[3])
    if {old.name, new.name} != {origin}:
        raise BadNote("keys of another origin")
    return old, new, int(said)
