"""Dead letters: upstream facts that could not be taken, and those that queue behind them.

Only a failure to decode or to decide parks. From then on every fact that touches a person or household of
any waiting letter queues in order of arrival, so that nobody's facts are taken out of order. Each letter is
a `Parked` event in the transaction that moved the position; it counts from its `Resumed`, never after its
`Discarded`. Asking for a retry is a recorded fact too; only the inbox acts on it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from events.base import Entry
from events.ids import Concerned
from events.service import Discarded, Parked, Resumed, RetryFailed, RetryRequested
from services.chassis.codec import decode_state, encode_state
from services.chassis.redaction import redact
from services.chassis.refusal import NotFound
from services.chassis.shelf import Rows
from services.chassis.work import Work


def letter_key(number: int) -> str:
    """Letters are kept by the sequence of their `Parked` event: in order of arrival."""
    return f"{number:020d}"


def blocked(rows: Rows, concerns: Iterable[UUID]) -> bool:
    """Whether any of these ids is touched by a waiting letter."""
    if not rows.fact("blocked", "letters"):
        return False
    return any(rows.fact("blocked", concerned) for concerned in concerns)


def park(work: Work, entry: Entry, reason: str) -> None:
    about = _about(entry)
    recorded = work.record(work.service.own(work.around.district), Parked(**about, reason=reason))
    shelve(work, recorded.envelope.sequence, entry, reason)


def shelve(rows: Rows, number: int, entry: Entry, reason: str) -> None:
    """Keep a letter; the same for a work in progress and for a reconstruction."""
    # The data apart: what could not be decoded need not be JSON, nor even text, and must come back as it was.
    state, data = encode_state(entry.envelope, b"null").decode(), b64encode(entry.data).decode()
    rows.keep("letter", letter_key(number), {"entry": state, "data": data, "reason": reason})
    for place in ("letters", *entry.envelope.concerns):
        rows.keep("blocked", place, (rows.fact("blocked", place) or 0) + 1)
    for concerned in entry.envelope.concerns:
        rows.keep("queued", _queued(concerned, number), True)


def unshelve(rows: Rows, number: int) -> Entry:
    entry = letter_entry(rows, number)
    rows.keep("letter", letter_key(number), None)
    rows.keep("retry", letter_key(number), None)
    for place in ("letters", *entry.envelope.concerns):
        left = (rows.fact("blocked", place) or 0) - 1
        rows.keep("blocked", place, left if left > 0 else None)
    for concerned in entry.envelope.concerns:
        rows.keep("queued", _queued(concerned, number), None)
    return entry


def _queued(concerned: UUID, number: int) -> str:
    """An id's letters are kept by this, in order of arrival."""
    return f"{concerned}|{letter_key(number)}"


def letter_entry(rows: Rows, number: int) -> Entry:
    row = rows.fact("letter", letter_key(number))
    if row is None:
        raise NotFound(
            f"没有编号为 {number} 的待处理来信。", f"No letter {number} is waiting.", field="letter"
        )
    return replace(decode_state(row["entry"].encode()), data=b64decode(row["data"]))


def waiting(work: Work, first: int = 0, limit: int = 100) -> list[tuple[int, dict[str, Any]]]:
    """Letters from number `first` on, in order of arrival."""
    return [(int(key), row) for key, row in work.facts("letter", letter_key(first), limit=limit)]


def ask_retry(work: Work, number: int, reason: str) -> None:
    about, reason = _about(letter_entry(work, number)), redact(reason)
    work.record(work.service.own(work.around.district), RetryRequested(**about, reason=reason))
    work.keep("retry", letter_key(number), reason)


def discard(work: Work, number: int, reason: str) -> None:
    """The letter will never count here. Those that queued only behind it can then be retried."""
    entry = letter_entry(work, number)
    work.record(work.service.own(work.around.district), Discarded(**_about(entry), reason=redact(reason)))
    unshelve(work, number)


def refuse_retry(work: Work, number: int, reason: str) -> None:
    about = _about(letter_entry(work, number))
    work.record(work.service.own(work.around.district), RetryFailed(**about, reason=reason))
    work.keep("retry", letter_key(number), None)


def behind_another(work: Work, number: int) -> bool:
    """Whether an earlier letter touches an id of this one; only the earlier one can then be settled."""
    concerns = letter_entry(work, number).envelope.concerns
    return any(work.facts("queued", f"{one}|", _queued(one, number), limit=1) for one in concerns)


def resumed(work: Work, entry: Entry) -> None:
    """Record that a letter was taken: after its fact was folded, before what follows from it."""
    work.record(work.service.own(work.around.district), Resumed(**_about(entry)))


def _about(entry: Entry) -> dict[str, Any]:
    e = entry.envelope
    return {
        "letter_source": e.source,
        "letter_sequence": e.sequence,
        "letter": e.id,
        "letter_concerns": tuple(Concerned.of(concerned) for concerned in e.concerns),
    }
