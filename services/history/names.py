"""Names out of the log: the text that counts now, as it lies there sealed. Opening it is recorded elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from events import registry as r
from events.sealed import Sealed
from services.chassis.unsealing import Unsealing
from services.chassis.work import Work
from services.history.audit.reading import Log
from services.history.sql import AT_ONCE
from services.history.words import ERASED

NAMED = frozenset({r.PersonRegistered.TYPE, r.PersonCorrected.TYPE})


def names_of(log: Log, people: Iterable[UUID]) -> Iterator[dict[UUID, Sealed]]:
    """Of all of them, some at a time."""
    wanted = list(dict.fromkeys(people))
    for start in range(0, len(wanted), AT_ONCE):
        found: dict[UUID, Sealed] = {}
        for one in log.about(wanted[start : start + AT_ONCE], NAMED):
            if one.fact.name is not None:
                found[UUID(int=one.fact.person.int)] = one.fact.name
        yield found


def opened(work: Work, purpose: str, pieces: Iterable[Mapping[UUID, Sealed]]) -> dict[UUID, str]:
    """In clear, with one record of who looked, at whom, and for what purpose; of the erased that they are."""
    unsealing, texts = Unsealing(work, purpose), dict[UUID, str]()
    for piece in pieces:
        texts |= {
            person: ERASED.zh if text is None else text
            for person, text in zip(piece, unsealing.open(*piece.values()), strict=True)
        }
    unsealing.record()
    return texts
