"""Facts that every assistance domain shares: a case from application to exit.

One set of types for all domains; the envelope's `source` says which department recorded it. Money is whole
fen. What a family owns and earns is restricted: everyone sees that it was surveyed and assessed, only the
domain, history and audit see what was found.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, Strict

from events.base import Event, Value
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Township
from events.sealed import Sealed
from events.service import Digest

Programme = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", description="dibao, tekun, temporary_relief ...")]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="the month paid, YYYY-MM")]
Fen = Annotated[int, Field(description="in fen, 1/100 yuan")]


class Paper(Value):
    """A paper that a decision rests on, by its number and, once papers are in the log, its digest."""

    number: str
    clause: str
    digest: Digest | None = None


class Grounds(Value):
    """Why: papers, the rows that fired, and the event that holds the facts used and the arithmetic."""

    papers: tuple[Paper, ...] = Field(min_length=1)
    language: str = Field(description="version of the language in which the rule is written")
    rows: tuple[str, ...]
    assessment: UUID | None = Field(default=None, description="id of the Assessed event")
    illustrative: bool = Field(description="whether any figure used is an illustrative default")


class Input(Value):
    """A fact used, with the event it came from."""

    name: str
    value: str
    event: UUID | None = None


class Worked(Value):
    """A value on the way to the sum, as the rule worked it out, with its clause and the id of its paper."""

    name: str
    value: str
    clause: str
    paper: str


Found = Annotated[int, Strict(), Field(ge=0, le=10**12, description="in fen a month")]
Whole = Annotated[int, Strict()]
Whether = Annotated[bool, Strict()]
DisabilityKind = Literal[
    "none", "visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"
]


class MemberMeans(Value):
    """What was found of one member; sums in fen a month, costs net of what others pay or pay back."""

    person: PersonId
    age: Whole = Field(ge=0, le=120, description="completed years")
    wage: Found = Field(default=0, description="gross, in fen a month")
    able_to_work: Whether = False
    in_work: Whether = False
    disability_grade: Whole = Field(default=0, ge=0, le=4, description="1 the gravest; 0 for none")
    disability_kind: DisabilityKind = "none"
    seriously_ill: Whether = Field(default=False, description="with an illness on the local list")
    medical_cost: Found = 0
    own_register: Whether = Field(default=False, description="has a household register of their own")
    studying: Whether = Field(
        default=False, description="full-time in senior-high, vocational or higher education"
    )
    schooling_cost: Found = 0
    refused_work: Whether = Field(
        default=False, description="refused suitable work three times running, without good reason"
    )


class Means(Value):
    """What a family has, in fen a month: income by its four kinds (wages are the members'), and property."""

    members: tuple[MemberMeans, ...] = Field(min_length=1, max_length=100)
    business_income: Found = Field(default=0, description="net, from business and farming, in fen a month")
    property_income: Found = Field(default=0, description="net, in fen a month")
    transfer_income: Whole = Field(
        default=0,
        ge=-(10**12),
        le=10**12,
        description="in fen a month: what is received less what is paid, without the basic pension",
    )
    basic_pension: Found = Field(
        default=0, description="central part of the residents' pension, in fen a month"
    )
    property_within_rule: Whether
    unstable: Whether = Field(
        default=False, description="income is unstable or a member can work: half-yearly review"
    )


class CaseFact(Event, shape=True):
    """What every fact about a case says of it."""

    case: CaseId
    programme: Programme
    household: HouseholdId
    members: tuple[PersonId, ...] = Field(description="whom the case covers")


class Applied(CaseFact):
    """An application was handed in; with consent to the check of means (社会救助法 40)."""

    applicant: PersonId
    township: Township
    consent: bool
    apart: bool = Field(
        default=False, description="members who qualify ask for themselves, apart from the family (单人户)"
    )
    on: date


class Accepted(CaseFact):
    """The application is complete: the limits run from here (受理)."""

    on: date
    basis: str = Field(description="the procedure under which the case runs, by its paper's number")
    survey_by: date | None = Field(default=None, description="last day to begin the survey")
    decide_by: date | None = Field(default=None, description="last day to decide, where the basis names one")
    provisional: bool = Field(
        default=False,
        description="the limits may still move: the working days of their year are not published",
    )


class Surveyed(CaseFact, restricted=True):
    """Two surveyors or more visited the household."""

    on: date
    surveyors: tuple[UUID, ...] = Field(min_length=2, description="staff, each another person")
    means: Means
    remarks: Sealed | None = None


class Checked(CaseFact, restricted=True):
    """The check of means with the departments came back."""

    on: date
    means: Means
    consistent: bool = Field(description="whether the check agrees with the survey")


class Assessed(CaseFact, restricted=True):
    """The rule was applied to the facts: the recommendation, with its arithmetic."""

    eligible: bool
    amount_fen: int = Field(ge=0, description="recommended, in fen a month")
    reason: str = Field(description="code of the row that fired")
    route: str = Field(description="household, single, taper or refuse")
    inputs: tuple[Input, ...]
    worked: tuple[Worked, ...] = Field(
        description="parameters, formulas and rows in order, with their values"
    )
    grounds: Grounds
    review: int = Field(default=0, ge=0, description="0 for the application, n for the n-th review")


class HouseholdChanged(CaseFact):
    """The household is not what it was: other members, or another township. `members` are the new ones."""

    joined: tuple[PersonId, ...] = ()
    left: tuple[PersonId, ...] = ()
    township: Township | None = Field(default=None, description="where it lives now, if it has moved")
    reason: str = Field(
        description="code: death, member_joined, member_left, split, merge, moved, duplicate, other"
    )
    since: date
    cause: UUID | None = Field(default=None, description="the event that changed it")


class NoticePosted(CaseFact):
    """公示 of the first review opinion; until its last day anyone may object."""

    on: date
    until: date


class ObjectionLodged(CaseFact):
    """Somebody objected within the notice; a new survey follows."""

    on: date
    statement: Sealed | None = None


class NoticeEnded(CaseFact):
    """The notice ran its days without objection."""

    on: date


class SubsidyGranted(CaseFact):
    """The programme grants a sum a month from a date on."""

    amount_fen: int = Field(gt=0, description="a month, in fen")
    since: date = Field(description="first day of the first month paid")
    confirmed: date
    officer: UUID = Field(description="the member of staff who confirmed")
    departs: Sealed | None = Field(
        default=None, description="reason, where the decision departs from the recommendation"
    )
    review_on: date | None = Field(default=None, description="when the case is looked at again")
    grounds: Grounds


class Declined(CaseFact):
    """Not granted; told in writing with the reason."""

    reason: str
    on: date
    officer: UUID
    departs: Sealed | None = None
    grounds: Grounds


class MonthGranted(CaseFact):
    """The sum for one month is due to be paid; one a case and month."""

    month: Month
    amount_fen: int = Field(gt=0, description="in fen")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")
    route: str = Field(
        default="household", description="code: household, single, taper; officer, where one fixed the sum"
    )


class ReviewOpened(CaseFact):
    """The case is looked at again: on its date, or because something became known."""

    reason: str
    cause: UUID | None = Field(default=None, description="the event that made it necessary")
    number: int = Field(gt=0)


class Reviewed(CaseFact):
    """The review ended; nothing, or the change recorded with it, follows."""

    outcome: str = Field(description="code: unchanged, adjusted, ended")
    number: int = Field(gt=0)
    officer: UUID | None = Field(default=None, description="the member of staff who decided")
    departs: Sealed | None = Field(
        default=None, description="reason, where the outcome departs from the recommendation"
    )
    heard: date | None = Field(default=None, description="when the family's views were heard (社会救助法 48)")
    review_on: date | None = Field(default=None, description="when the case is looked at next")


class Adjusted(CaseFact):
    """Another sum, or other members, from a date on."""

    amount_fen: int = Field(gt=0, description="a month, in fen")
    since: date
    reason: str
    grounds: Grounds


class Withdrawn(CaseFact):
    """The applicant took the application back, or it fell away before a decision."""

    reason: str
    on: date


class Exited(CaseFact):
    """The case ends: nothing is paid from `since` on."""

    reason: str = Field(
        description="code: death, moved_away, no_longer_eligible, taper_ended, request, household_gone"
    )
    since: date
    cause: UUID | None = Field(default=None, description="the event that ended it")
    grounds: Grounds
