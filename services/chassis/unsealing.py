"""Opening personal text for somebody to see, and recording it: who, whose, for what purpose, in one decision.

Where a few people are shown they are named; a bulk look-up is recorded once, with how many and the digest
of their sorted ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from events.ids import Concerned
from events.sealed import Sealed
from events.service import Unsealed
from services.chassis.redaction import redact
from services.chassis.refusal import Malformed
from services.chassis.work import Work

NAMED = 50
"""Up to so many people an unsealing names each; above it is a bulk look-up."""


def checked_purpose(purpose: str) -> str:
    """A purpose is recorded in clear, so it must not carry a number of somebody's."""
    plain = purpose.strip()
    if not plain or len(plain) > 200:
        raise Malformed(
            "purpose-required",
            "查看个人信息须写明用途（1至200字）。",
            "Say in 1 to 200 characters for what purpose personal data is looked at.",
            field="purpose",
        )
    if redact(plain) != plain:
        raise Malformed(
            "purpose-personal",
            "用途中不得填写证件号码或电话。",
            "A purpose must not hold an ID or telephone number.",
            field="purpose",
        )
    return plain


class Unsealing:
    """Texts opened piece by piece, for one purpose; `record` says so once, of all of them."""

    def __init__(self, work: Work, purpose: str) -> None:
        self._work, self._purpose = work, checked_purpose(purpose)
        self._whose: set[UUID] = set()

    def open(self, *texts: Sealed | None) -> list[str | None]:
        """The texts in their order, None for none and for the erased."""
        keys = self._work.around.keys
        owners = {UUID(int=owner.int) for text in texts if text is not None for owner in text.owners}
        erased = keys.erased_of(owners)
        keys.preload(owners - erased)
        opened: list[str | None] = []
        for text in texts:
            of = [UUID(int=owner.int) for owner in text.owners] if text is not None else []
            if text is None or erased.intersection(of):
                opened.append(None)
            else:
                opened.append(keys.open_text(text))
                self._whose.update(of)
        return opened

    def record(self) -> None:
        """One `Unsealed` for everything that was opened."""
        if self._whose:
            work = self._work
            work.record(work.service.own(work.around.district), _unsealed(self._purpose, sorted(self._whose)))


def unseal(work: Work, purpose: str, *texts: Sealed | None) -> list[str | None]:
    """The texts in their order, None for none and for the erased; records one `Unsealed` for all of them."""
    unsealing = Unsealing(work, purpose)
    opened = unsealing.open(*texts)
    unsealing.record()
    return opened


def _unsealed(purpose: str, whose: Sequence[UUID]) -> Unsealed:
    if len(whose) <= NAMED:
        return Unsealed(
            purpose=purpose, people=tuple(Concerned.of(owner) for owner in whose), count=len(whose)
        )
    digest = hashlib.sha256("\n".join(map(str, whose)).encode()).hexdigest()
    return Unsealed(purpose=purpose, count=len(whose), digest=digest)
