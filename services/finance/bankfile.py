"""The file to the bank: CSV with control totals, the same bytes whenever it is written from the same BatchClosed.

The only place where accounts are opened; each time it is recorded who, whose and for what.

    batch,revision,payments,total_fen,digest
    (one line with them)
    payment,name,account,bank,amount_fen,period
    (one line a payment, by its number)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from uuid import UUID

from events.ids import BatchId
from events.sealed import Sealed
from services.chassis.refusal import Conflict
from services.chassis.unsealing import Unsealing
from services.chassis.work import Work
from services.finance.batch import BATCH, State, must_be
from services.finance.judging import Row
from services.finance.standing import PIECE, lines, pieces

CONTROL = ("batch", "revision", "payments", "total_fen", "digest")
COLUMNS = ("payment", "name", "account", "bank", "amount_fen", "period")


class PayeeErased(Conflict):
    """An account cannot be opened any more."""


def file_name(work: Work, identifier: BatchId) -> str:
    batch = work.load(BATCH, identifier)
    return f"batch-{batch.month}-{batch.digest[:16]}.csv"


def written(work: Work, identifier: BatchId, purpose: str) -> Iterator[bytes]:
    """The bytes, a piece of the payments at a time; records at its end that the accounts were opened. Refused before
    the batch is approved, and where a payee was erased since."""
    batch = work.load(BATCH, identifier)
    must_be(batch, State.APPROVED, State.HANDED_OVER, State.ANSWERING, State.ANSWERED)
    control = [identifier, batch.revision, batch.payments, batch.total_fen, batch.digest]
    yield _csv([CONTROL, control, COLUMNS])
    unsealing = Unsealing(work, purpose)
    for rows in _with_accounts(work, identifier):
        yield _csv(_opened(unsealing, rows))
    unsealing.record()


def to_the_erased(work: Work, identifier: BatchId) -> list[Row]:
    """The payments into accounts that cannot be opened any more."""
    found = []
    for rows in _with_accounts(work, identifier):
        erased = work.around.keys.erased_of([UUID(account["holder"]) for _, account in rows])
        found += [row for row, account in rows if UUID(account["holder"]) in erased]
    return found


def _with_accounts(work: Work, identifier: BatchId) -> Iterator[list[tuple[Row, Row]]]:
    for rows in pieces(lines(work, identifier), PIECE):
        named = work.facts_of("named", [row["account"] for row in rows])
        yield [(row, named[row["account"]]) for row in rows]


def _opened(unsealing: Unsealing, rows: list[tuple[Row, Row]]) -> Iterator[list[object]]:
    sealed = (Sealed.from_json(account[part]) for _, account in rows for part in ("name", "account"))
    opened = iter(unsealing.open(*sealed))
    for row, account in rows:
        name, number = next(opened), next(opened)
        if name is None or number is None:
            raise PayeeErased(
                "account-erased",
                "有收款人的信息已被删除，该文件不能再次生成。",
                "A payee's data is erased: the file cannot be written any more.",
                field="batch",
            )
        yield [row["id"], _plain(name), number, account["bank"], row["amount"], row["period"]]


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _plain(name: str) -> str:
    # A spreadsheet would run a name that begins like a formula.
    return "'" + name if name[:1] in "=+-@" else name
