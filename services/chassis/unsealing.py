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


def unseal(work: Work, purpose: str, *texts: Sealed | None) -> list[str | None]:
    """The texts in their order, None for none and for the erased; records one `Unsealed` for all of them."""
    purpose = checked_purpose(purpose)
    keys = work.around.keys
    erased: dict[UUID, bool] = {}
    opened: list[str | None] = []
    whose: set[UUID] = set()
    for text in texts:
        owners = [UUID(int=owner.int) for owner in text.owners] if text is not None else []
        for owner in owners:
            if owner not in erased:
                erased[owner] = keys.is_erased(owner)
        if text is None or any(erased[owner] for owner in owners):
            opened.append(None)
        else:
            opened.append(keys.open_text(text))
            whose.update(owners)
    if whose:
        work.record(work.service.own(work.around.district), _unsealed(purpose, sorted(whose)))
    return opened


def _unsealed(purpose: str, whose: Sequence[UUID]) -> Unsealed:
    if len(whose) <= NAMED:
        return Unsealed(
            purpose=purpose, people=tuple(Concerned.of(owner) for owner in whose), count=len(whose)
        )
    digest = hashlib.sha256("\n".join(map(str, whose)).encode()).hexdigest()
    return Unsealed(purpose=purpose, count=len(whose), digest=digest)
