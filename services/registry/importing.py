"""Import of a roster: read as a stream, taken household by household, each row accepted or refused.

Fifty households share a transaction, yet each is a decision of its own: one refused leaves no trace and
hinders no other. The same file again changes nothing, not even where the register has moved on since; a file
of which rows were refused may be imported again, for what stood against them may be gone. `RosterImported`
is recorded when the file is new or something changed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import BinaryIO, TypeVar

from events.ids import PersonId
from events.registry import RosterImported
from services.chassis.clock import civil_date
from services.chassis.runtime import Runtime
from services.chassis.work import Cause, Work
from services.registry.acts import Register
from services.registry.adoption import Adoption, HouseholdRefused
from services.registry.roster import DEFAULT_LIMITS, Limits, households, read_roster
from services.registry.roster_report import Outcome, RowOutcome
from services.registry.roster_rows import RefusedRow, RosterHousehold, SheetNote

T = TypeVar("T")
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file came to, in rows (`skipped`: sheets)."""

    digest: str
    rows: int = 0
    registered: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    skipped: int = 0

    @property
    def changed(self) -> bool:
        return self.registered > 0 or self.updated > 0


def import_roster(
    runtime: Runtime,
    file: BinaryIO,
    filename: str,
    cause: Cause | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
    may_act_in: Callable[[str], bool] = lambda township: True,
    told: Callable[[RowOutcome], None] = lambda outcome: None,
    progress: Callable[[Imported], None] = lambda so_far: None,
) -> Imported:
    """Take a roster (.xlsx or .csv, seekable). `told` gets every row's outcome once it is durable.

    Raises RosterRefused, with nothing stored, where the file as a whole cannot be read.
    """
    cause = cause or runtime.cause()
    digest = digest_of(file)
    counted: Counter[Outcome] = Counter()
    earlier = runtime.store.kept("roster", digest)
    known = earlier is not None and earlier["refused"] == 0
    today = civil_date(runtime.around.clock.now())

    def note(outcomes: Sequence[RowOutcome]) -> None:
        for outcome in outcomes:
            counted[outcome.outcome] += 1
            told(outcome)
        progress(_sum(digest, counted))

    for batch in _batches(households(read_roster(file, filename, today, limits)), AT_ONCE):
        note([_unread(one) for one in batch if not isinstance(one, RosterHousehold)])
        read = [one for one in batch if isinstance(one, RosterHousehold)]
        if known:
            note([RowOutcome.taken(row, Outcome.UNCHANGED) for one in read for row in one.rows])
        elif read:
            note(runtime.decide(partial(_take, batch=read, cause=cause, may_act_in=may_act_in), cause))
    result = _sum(digest, counted)
    if earlier is None or result.changed:
        runtime.decide(lambda work: _imported(work, result), cause)
    return result


def digest_of(file: BinaryIO) -> str:
    """SHA-256 of the whole file, which is left at its start."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 18):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch


def _unread(one: RefusedRow | SheetNote) -> RowOutcome:
    return RowOutcome.skipped(one) if isinstance(one, SheetNote) else RowOutcome.refused(one)


def _take(
    work: Work, batch: Sequence[RosterHousehold], cause: Cause, may_act_in: Callable[[str], bool]
) -> list[RowOutcome]:
    fresh = _fresh(work, sum(len(one.rows) + 1 for one in batch))
    outcomes: list[RowOutcome] = []
    for one in batch:
        mark = work.mark()
        work.begin(cause)
        try:
            outcomes += Adoption(Register(work), one, fresh, may_act_in).take()
        except HouseholdRefused as refused:
            work.rollback(mark)
            outcomes += refused.outcomes()
    return outcomes


def _fresh(work: Work, most: int) -> Callable[[], PersonId]:
    """Ids for those new in the batch; their keys are made in one transaction of the vault, at the first use.

    Keys of ids that are not used, because a household was refused, hurt nobody: nothing is closed with them.
    """
    drawn: list[PersonId] = []

    def draw() -> PersonId:
        if not drawn:
            drawn.extend(PersonId.of(work.around.ids.random()) for _ in range(most))
            work.around.keys.ensure(drawn)
        return drawn.pop()

    return draw


def _sum(digest: str, counted: Counter[Outcome]) -> Imported:
    rows = sum(count for outcome, count in counted.items() if outcome is not Outcome.SKIPPED)
    return Imported(
        digest, rows, counted[Outcome.ACCEPTED], counted[Outcome.UPDATED], counted[Outcome.UNCHANGED],
        counted[Outcome.REFUSED], counted[Outcome.SKIPPED],
    )  # fmt: skip


def _imported(work: Work, result: Imported) -> None:
    fact = RosterImported(
        file=result.digest, rows=result.rows, registered=result.registered, updated=result.updated,
        unchanged=result.unchanged, refused=result.refused,
    )  # fmt: skip
    work.record(work.service.own(work.around.district), fact)
