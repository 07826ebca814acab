"""A random draw that anybody can repeat: the list, the share and the seed give the drawn ones. Pure.

listed = digest(cases)
drawn(cases, Decimal("0.3"), seed("dibao", "visit", "2020-08", None, listed, anchor))
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256
from uuid import UUID


def digest(cases: Iterable[UUID]) -> str:
    """SHA-256 of the list: the ids sorted, each on a line."""
    return sha256("".join(f"{one}\n" for one in sorted(cases)).encode()).hexdigest()


def seed(programme: str, step: str, month: str, township: str | None, listed: str, anchor: UUID) -> str:
    """`listed`: the digest of the list. `anchor`: the last event before the draw, which nobody could choose."""
    said = "|".join((programme, step, month, township or "", listed, str(anchor)))
    return sha256(said.encode()).hexdigest()


def drawn(cases: Iterable[UUID], share: Decimal, seed: str) -> tuple[UUID, ...]:
    """So many of the cases, rounded up, sorted; which ones does not depend on the order in which they are told."""
    listed = set(cases)
    count = int((share * len(listed)).to_integral_value(ROUND_CEILING))
    ranked = sorted(listed, key=lambda one: (sha256(f"{seed}|{one}".encode()).digest(), one))
    return tuple(sorted(ranked[:count]))
