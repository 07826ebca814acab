"""What a comparison found, disputed, heard, resolved, and told to the department to correct (V3).

Hearing: 社会救助法 48.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import DepartmentCode, Paper
from events.base import Event
from events.ids import FeedId, HouseholdId, MismatchId, PersonId
from events.sealed import Sealed
from events.service import Digest
from events.verification.terms import Source


class MismatchFact(Event, shape=True):
    """What every fact about a mismatch says. It changes no benefit by itself."""

    mismatch: MismatchId
    person: PersonId


class MismatchFound(MismatchFact, restricted=True):
    """A department's data contradict that the person is helped as they are."""

    household: HouseholdId | None
    source: Source
    feed: FeedId
    as_of: date
    record: Sealed
    digest: Digest = Field(
        description="keyed, of person, source and record: the same again is the same mismatch"
    )
    on: date
    papers: tuple[Paper, ...] = Field(default=(), description="the clauses by which they contradict it")


class MismatchDisputed(MismatchFact, restricted=True):
    """The person says that the data are wrong, or not about them."""

    statement: Sealed
    on: date
    officer: UUID


class MismatchHeard(MismatchFact, restricted=True):
    """The person was heard (社会救助法 48)."""

    statement: Sealed | None
    on: date
    officer: UUID


class MismatchResolved(MismatchFact, restricted=True):
    """What became of it, once the person was heard; a death needs no hearing. Benefits follow from the case's review."""

    result: Literal["confirmed", "data_wrong", "known", "other_person"]
    heard: date | None
    on: date
    officer: UUID


class MismatchSettled(MismatchFact):
    """What `ReviewAsked` began is over. What came of it only its audience reads (`MismatchResolved`); whoever told the
    person of the one tells them of the other."""

    household: HouseholdId | None
    on: date


class CorrectionAsked(MismatchFact, restricted=True):
    """The department is asked to check and correct its data within 10 working days (数据共享条例 26)."""

    source: Source
    correct_by: date
    provisional: bool


class CorrectionsDue(Event):
    """A department is to check and correct what it delivered. Of whom, and of which source, only the audience of
    `CorrectionAsked` reads: told the morning after and all of a day together, it stands in no decision about anybody."""

    department: DepartmentCode
    corrections: int = Field(gt=0, description="how many were asked for")
    correct_by: date = Field(description="of the first of them")
    on: date


class CorrectionAnswered(MismatchFact, restricted=True):
    """What the department says of it."""

    corrected: bool
    on: date
    late: bool
    officer: UUID


class CorrectionOverdue(MismatchFact, restricted=True):
    """No answer by the last day."""

    correct_by: date
    on: date


class ChangeNotified(Event):
    """A change is told to every department whose data concern it (及时互通变化)."""

    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = Field(min_length=1)
    change: Literal["died", "moved_away", "granted", "ended"]
    departments: tuple[DepartmentCode, ...] = Field(min_length=1)
    cause: UUID
    on: date
