"""What is read of the townships' reserves: a line a township."""

from __future__ import annotations

from typing import Any

from events import finance as f
from events.base import Recorded
from services.chassis.views import Tables, View

COLUMNS = ("township", "funded_fen", "spent_fen", "set_aside_fen", "paid_fen", "lacking_fen", "month", "ours_fen",
           "told_fen", "counted_fen")  # fmt: skip
RESERVES = View(
    "reserves",
    1,
    {
        "reserves": "id TEXT PRIMARY KEY, township TEXT NOT NULL DEFAULT '', funded_fen BIGINT NOT NULL DEFAULT 0,"
        " spent_fen BIGINT NOT NULL DEFAULT 0, set_aside_fen BIGINT NOT NULL DEFAULT 0,"
        " paid_fen BIGINT NOT NULL DEFAULT 0, lacking_fen BIGINT NOT NULL DEFAULT 0, month TEXT, ours_fen BIGINT,"
        " told_fen BIGINT, counted_fen BIGINT",
    },
    [("reserves", "township")],
)


def _add(tables: Tables, reserve: object, **sums: int) -> None:
    tables.execute("INSERT INTO {reserves} (id) VALUES (?) ON CONFLICT DO NOTHING", (str(reserve),))
    changed = ", ".join(f"{name} = {name} + ?" for name in sums)
    tables.execute(f"UPDATE {{reserves}} SET {changed} WHERE id = ?", (*sums.values(), str(reserve)))


@RESERVES.on(f.ReserveSetAside)
def set_aside(tables: Tables, fact: Recorded[f.ReserveSetAside]) -> None:
    _add(tables, fact.data.reserve, set_aside_fen=fact.data.amount_fen)


@RESERVES.on(f.ReservePaid)
def paid(tables: Tables, fact: Recorded[f.ReservePaid]) -> None:
    _add(tables, fact.data.reserve, paid_fen=fact.data.amount_fen)


@RESERVES.on(f.ReserveFunded)
def funded(tables: Tables, fact: Recorded[f.ReserveFunded]) -> None:
    told = fact.data
    _add(
        tables, told.reserve, funded_fen=told.amount_fen, lacking_fen=0 if told.set_aside else told.amount_fen
    )
    tables.execute("UPDATE {reserves} SET township = ? WHERE id = ?", (told.township, str(told.reserve)))


@RESERVES.on(f.ReserveDrawnOn)
def drawn_on(tables: Tables, fact: Recorded[f.ReserveDrawnOn]) -> None:
    _add(tables, fact.data.reserve, spent_fen=fact.data.amount_fen)


@RESERVES.on(f.ReserveMadeGood)
def made_good(tables: Tables, fact: Recorded[f.ReserveMadeGood]) -> None:
    _add(tables, fact.data.reserve, lacking_fen=-fact.data.amount_fen)


@RESERVES.on(f.ReserveCompared)
def compared(tables: Tables, fact: Recorded[f.ReserveCompared]) -> None:
    told: Any = fact.data
    tables.execute(
        "UPDATE {reserves} SET month = ?, ours_fen = ?, told_fen = ?, counted_fen = ? WHERE id = ?",
        (told.month, told.ours_fen, told.told_fen, told.counted_fen, str(told.reserve)),
    )
