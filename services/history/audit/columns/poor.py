"""Who was registered as poor, as far as each service had read: the one input that history knows and no event of a case says.

`registered`: what a service could have read of it, from a turn of its log on; how far it had read is the recommendation's
own to say. Who was merged, or of whom it was corrected, is left out: whoever covers them is looked at alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pyarrow as pa
from duckdb import DuckDBPyConnection

from events import registry as r
from services.history.audit.columns.situations import Moment
from services.history.audit.lean import LeanLog
from services.history.audit.reading import ENDLESS
from services.history.audit.reconstruct import sibling
from services.history.sql import AT_ONCE

_MOMENT = pa.timestamp("us", "UTC")


class Poor:
    """Looked up once for all cases."""

    def __init__(self, log: LeanLog, categories: Sequence[int]) -> None:
        """`categories`: where it is said who belongs to which population."""
        self._log = log
        self._told = [
            one
            for start in range(0, len(categories), AT_ONCE)
            for one in log.at(list(categories[start : start + AT_ONCE]))
            if one.fact.category is r.Category.REGISTERED_POOR
        ]
        self._read: dict[tuple[str, int], pa.Table] = {}

    def register(self, connection: DuckDBPyConnection) -> None:
        """Makes `registered` for the services and turns of `recommended`."""
        connection.execute(
            "CREATE TABLE registered (source service, turn BIGINT, person UUID, sequence BIGINT, effective DATE,"
            " recorded TIMESTAMPTZ, begins BOOLEAN)"
        )
        if not self._told:
            return
        found = connection.execute(
            "SELECT source, turn, min(sequence) FROM recommended GROUP BY source, turn"
        ).fetchall()
        for source, turn, sequence in found:
            if (source, turn) not in self._read:
                self._read[source, turn] = self._readable(source, sequence)
            connection.register("piece", self._read[source, turn])
            connection.execute(
                "INSERT INTO registered SELECT ?, ?, CAST(person AS UUID), sequence, effective, recorded, begins FROM piece",
                [source, turn],
            )
            connection.unregister("piece")

    def _readable(self, source: str, sequence: int) -> pa.Table:
        """What a service read of it in the end, if it goes on as it was at this event of its log."""
        registry = sibling(source, "registry")
        knew = self._log.knew(Moment(source, sequence, {}))
        endless = replace(knew, bounds=knew.bounds | {registry: ENDLESS})
        mine = [one for one in self._told if one.line.source == registry]
        lines = self._log.known(mine, endless)
        return pa.table(
            {
                "person": pa.array([str(one.fact.person) for one in lines], pa.string()),
                "sequence": pa.array([one.line.sequence for one in lines], pa.int64()),
                "effective": pa.array([one.recorded.envelope.effective for one in lines], pa.date32()),
                "recorded": pa.array([one.recorded.envelope.recordedtime for one in lines], _MOMENT),
                "begins": pa.array([isinstance(one.fact, r.Categorised) for one in lines], pa.bool_()),
            }
        )


def strangers(log: LeanLog, dead: set[UUID]) -> set[UUID]:
    """Whom columns do not tell: of whom a death may be recorded, or whose categories have to be folded."""
    return dead | log.not_plain()
