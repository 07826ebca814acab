"""A question about many keys, asked a few hundred at a time: one text for both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.database import Row, Session

AT_ONCE = 512


def among(session: Session, sql: str, keys: Sequence[Any], values: Sequence[Any] = ()) -> list[Row]:
    """Rows of `sql`, whose last marks stand at `{}` for keys and come behind `values`. Order holds within a
    few hundred keys; of one key's rows, always."""
    rows: list[Row] = []
    for start in range(0, len(keys), AT_ONCE):
        some = list(keys[start : start + AT_ONCE])
        # To the next power of two, by the last again: a server that keeps the plan of a text meets few texts.
        some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        rows += session.execute(sql.format(", ".join("?" * len(some))), (*values, *some))
    return rows
