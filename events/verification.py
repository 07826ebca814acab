"""Facts of the checks of economic status: consents, sharing of data, feeds, checks, comparisons, mismatches.

Clauses: 四(三) of 鹤民发〔2020〕43号 (V1, V2, V3); consent: 社会救助法 40, of supporters outside the household 41; hearing:
48; sharing between departments: 政务数据共享条例 (2025) 20–27. What a department's data say of somebody is sealed, and
the fact that names its kind beside a person is restricted: that somebody is in a prison's file is nobody else's to know.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import DepartmentCode, Paper, Programme
from events.base import Event, Value
from events.ids import AgreementId, CaseId, CheckId, ComparisonId, FeedId, HouseholdId, MismatchId, PersonId
from events.sealed import Sealed
from events.service import Digest

Source = Literal[
    "vehicles", "property", "deposits", "tax", "company", "pension", "death", "prison", "marriage", "school_roll",
    "disability_card",
]  # fmt: skip
Capacity = Literal["applicant", "member", "supporter"]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40, examples=["id_number"])]
Purpose = Literal["means_check"]
Half = Annotated[
    str, Field(pattern=r"^[0-9]{4}-(Q[1-4]|H[12])$", description="quarter or half", examples=["2020-Q4"])
]
Unused = Literal["closed", "household_changed", "no_consent"]


# -- consent ---------------------------------------------------------------------------------------------


class ConsentGiven(Event):
    """The person lets the departments be asked about their means, source by source, until a day."""

    person: PersonId
    household: HouseholdId = Field(description="for whose application; a supporter is not of it")
    capacity: Capacity
    scope: tuple[Source, ...] = Field(min_length=1)
    since: date
    until: date = Field(description="the first day on which it no longer counts; the law sets none: local")
    form: Digest | None = Field(
        default=None, description="of the signed form; none where the application holds it"
    )
    officer: UUID | None = None
    cause: UUID | None = Field(default=None, description="the application that says it")


class ConsentWithdrawn(Event):
    """From here on nobody is asked and nothing is compared."""

    person: PersonId
    on: date
    officer: UUID


# -- sharing (V2) ----------------------------------------------------------------------------------------


class SharingFact(Event, shape=True):
    """What every fact about an agreement says."""

    agreement: AgreementId
    source: Source


class ShareRequested(SharingFact):
    """A department is asked for its data, with purpose and fields; it replies within 1 working day, or 10 where sharing
    is conditional (数据共享条例 21)."""

    department: DepartmentCode
    purpose: Purpose
    fields: tuple[FieldName, ...] = Field(min_length=1, description="only those that the purpose needs")
    conditional: bool
    every_months: int = Field(ge=1, le=12)
    floor_fen: int = Field(
        ge=0, le=10**12, description="sums up to this contradict nothing; illustrative, in fen"
    )
    until: date = Field(description="the last day of the agreement")
    reply_by: date
    provisional: bool
    officer: UUID


class ShareGranted(SharingFact):
    """The department agreed; it delivers within 20 working days (22)."""

    on: date
    late: bool
    deliver_by: date
    provisional: bool
    officer: UUID


class ShareRefused(SharingFact):
    """The department does not agree, and says why (21)."""

    on: date
    late: bool
    reason: Literal["not_shareable", "incomplete", "no_such_data", "purpose_not_met"]
    officer: UUID


class ShareReplyOverdue(SharingFact):
    """No reply by the last day."""

    reply_by: date
    on: date


class FeedOverdue(SharingFact):
    """Nothing was delivered by the last day."""

    deliver_by: date
    on: date


class ShareEnded(SharingFact):
    """Nothing more is taken, and what was delivered is disposed of (27)."""

    on: date
    reason: Literal["period_over", "suspended", "not_needed"]


class FeedReceived(SharingFact):
    """A file was taken: rows of people of the district are kept for comparison, of others nothing is."""

    feed: FeedId
    as_of: date = Field(description="the day whose state the data are")
    digest: Digest
    rows: int = Field(ge=0)
    matched: int = Field(ge=0, description="rows of people of the district")
    strangers: int = Field(ge=0, description="rows of nobody registered here; not kept")
    refused: int = Field(ge=0, description="rows that break a rule; see the report")
    beyond: tuple[FieldName, ...] = Field(default=(), description="columns beyond the agreement; not read")
    beyond_other: int = Field(default=0, ge=0, description="further columns, of other names")
    late: bool
    current: bool = Field(description="whether it is the newest of its source, and compared with from now on")
    next_by: date = Field(description="last day for the next")
    officer: UUID | None = None


class FeedRefused(SharingFact):
    """A whole file breaks a rule."""

    digest: Digest
    field: str
    rule: str
    on: date


# -- checks (V1) -----------------------------------------------------------------------------------------


class CheckFact(Event, shape=True):
    """What every fact about a check says."""

    check: CheckId
    case: CaseId
    household: HouseholdId


class CheckOwed(CheckFact):
    """A case was accepted or is reviewed: its check begins within three working days (2021 办法 17)."""

    programme: Programme
    members: tuple[PersonId, ...]
    start_by: date
    provisional: bool
    cause: UUID
    sources: tuple[Source, ...] = Field(
        default=(), description="those that the papers of the programme name; none: whoever delivers is asked"
    )


class CheckRequested(CheckFact):
    """The departments are asked about these people, as the household is now, by their consents."""

    people: tuple[PersonId, ...] = Field(min_length=1)
    version: int = Field(ge=0, description="how often the household has changed")
    sources: tuple[Source, ...] = Field(min_length=1)
    on: date
    late: bool
    answer_by: date
    provisional: bool


class CheckOverdue(CheckFact):
    """It has not begun by the last day."""

    start_by: date
    on: date


class Finding(Value):
    """What a source has on record of one person: `record` is JSON, a list, empty where there is nothing."""

    person: PersonId
    record: Sealed


class CheckReported(CheckFact):
    """A source's answer, with the day of its data and their age. `unused`: it came too late to be used."""

    source: Source
    feed: FeedId | None = Field(
        default=None, description="the file that it is from; none for a direct answer"
    )
    as_of: date
    age_days: int = Field(ge=0)
    stale: bool = Field(description="older than a report may be; illustrative")
    findings: tuple[Finding, ...]
    unused: Unused | None = None
    on: date


class RecordsCounted(CheckFact, restricted=True):
    """Of how many of the people asked about the source has something on record."""

    source: Source
    asked: int = Field(ge=0)
    hits: int = Field(ge=0)


class CheckClosed(CheckFact):
    """Every source has answered, or the check is given up."""

    outcome: Literal["answered", "decided", "lapsed", "consent_withdrawn", "household_changed", "asked_anew"]
    on: date


class ReviewAsked(Event):
    """Departments' data, or an answer that came too late, are to be put to the family before anything follows (48)."""

    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = Field(min_length=1)
    case: CaseId | None = Field(default=None, description="that case; else all that the people are in")
    reason: Literal["mismatch", "late_report"]
    mismatch: MismatchId | None = None


# -- comparison (V3) -------------------------------------------------------------------------------------


class ComparisonScheduled(Event):
    """Recipients are compared every quarter or every half-year, from the next that begins."""

    every_months: Literal[3, 6]
    officer: UUID | None = None


class FeedUsed(Value):
    """A source as it was compared with."""

    source: Source
    feed: FeedId
    as_of: date


class ComparisonOpened(Event):
    """A comparison begins, with the newest file of each source."""

    comparison: ComparisonId
    period: Half
    number: int = Field(gt=0, description="1 for the scheduled one, more for those asked for beside it")
    feeds: tuple[FeedUsed, ...] = Field(min_length=1)
    on: date
    officer: UUID | None = None


class ComparisonSkipped(Event):
    """The period began and nothing was compared: no department's data were there, or the last still ran."""

    comparison: ComparisonId
    period: Half
    reason: Literal["no_data", "still_running"]
    on: date


class Count(Value):
    """Of one source."""

    source: Source
    compared: int = Field(ge=0, description="people whose consent is in date")
    hits: int = Field(ge=0, description="of them, those of whom the data contradict the help")
    found: int = Field(ge=0, description="of the hits, mismatches that are new")


class PieceCompared(Event, restricted=True):
    """A piece of a comparison is done; it goes on behind `upto`."""

    comparison: ComparisonId
    upto: str = Field(
        pattern=r"^([a-z]+:[0-9a-f-]{36})?$",
        examples=["living:f47ac10b-58cc-4372-a567-0e02b2c3d479"],
        description="how far, in the order of random ids",
    )
    done: bool
    people: int = Field(ge=0)
    unconsented: int = Field(ge=0, description="people left out: no consent in date")
    counts: tuple[Count, ...]


class ComparisonDone(Event):
    """All recipients were compared."""

    comparison: ComparisonId
    people: int = Field(ge=0)
    unconsented: int = Field(ge=0)
    counts: tuple[Count, ...]
    on: date


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
