"""A case from application to the end of its notice (2021 办法)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance.means import Finding, Means
from events.assistance.terms import Grounds, Input, Programme, Worked
from events.base import Event, Value
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Township
from events.sealed import Sealed
from events.service import Digest


class CaseFact(Event, shape=True):
    """What every fact about a case says of it."""

    case: CaseId
    programme: Programme
    household: HouseholdId
    members: tuple[PersonId, ...] = Field(description="whose case it is: the family, or the one person")
    admitted: tuple[PersonId, ...] = Field(
        default=(),
        description="of them, whom the help is for, where it is not for all (单人户); empty: all, or not decided yet",
    )

    @property
    def covered(self) -> tuple[PersonId, ...]:
        """Whom the help is for: of a family of whom some are admitted, these alone."""
        return self.admitted or self.members


class OnBehalf(Value):
    """Who hands an application in for somebody else (2021 办法 6, tekun 10; of minors 民法典 27, 32)."""

    kind: Literal["guardian", "mandated", "committee", "institution", "discovered"] = Field(
        description="guardian; somebody with a written mandate; village committee or civil affairs as guardian;"
        " the institution that cares; or the township found the need itself (主动发现)"
    )
    person: PersonId | None = Field(default=None, description="where the register knows them")
    mandate: Digest | None = Field(default=None, description="digest of the written mandate")


class Applied(CaseFact):
    """An application was handed in; with consent to the check of means (社会救助法 40). Or the department opened the case
    by itself, with consent given before (`cause`)."""

    applicant: PersonId
    township: Township
    consent: bool
    apart: bool = Field(
        default=False, description="members who qualify ask for themselves, apart from the family (单人户)"
    )
    unit: Literal["household", "person"] = Field(
        default="household", description="whether the case follows the household or one person of it"
    )
    findings: tuple[Finding, ...] = Field(default=(), description="what the applicant said or chose")
    through: OnBehalf | None = Field(
        default=None, description="who applied for the applicant; none: the applicant"
    )
    on: date
    cause: UUID | None = Field(
        default=None, description="the event on which the department opened it by itself, 免申即享; else none"
    )


ReviewClass = Literal["yearly", "half_yearly", "quarterly", "monthly"]


class TakenOver(CaseFact):
    """A case that ran before the system began here goes on in it: its decision lies before the log."""

    addressee: PersonId = Field(description="to whom letters of it go")
    township: Township
    unit: Literal["household", "person"] = "household"
    since: date = Field(description="from when it has been paid, as its papers say")
    amount_fen: int = Field(gt=0, le=10**9, description="a month, in fen")
    first_month: date = Field(description="first day of the first month granted here")
    basis: str = Field(pattern=r"^\S{2,60}$", description="number of the document that granted it")
    review: ReviewClass = Field(description="how often it is looked at again (复核类别)")
    review_on: date = Field(description="when it is looked at next")
    file: Digest = Field(description="of the file that said so")
    row: int = Field(gt=0, description="of that file")
    on: date
    officer: UUID


class SupplementAsked(CaseFact):
    """Papers are missing; what is missing is told once (2021 办法 10)."""

    on: date
    missing: tuple[str, ...] = Field(min_length=1, description="codes of the evidence that is missing")


class Accepted(CaseFact):
    """The application is complete: the limits run from here (受理)."""

    on: date
    basis: str = Field(description="the procedure under which the case runs, by its paper's number")
    procedure: str = Field(
        default="",
        pattern=r"^([a-z][a-z_-]*)?$",
        description="the paper's code of it; empty: that of the programme",
    )
    survey_by: date | None = Field(default=None, description="last day to begin the survey")
    decide_by: date | None = Field(default=None, description="last day to decide, where the basis names one")
    provisional: bool = Field(
        default=False,
        description="the limits may still move: the working days of their year are not published",
    )


class Surveyed(CaseFact, restricted=True):
    """Two surveyors or more visited the household."""

    on: date
    surveyors: tuple[UUID, ...] = Field(min_length=1, description="staff, each another person")
    means: Means | None = None
    findings: tuple[Finding, ...] = ()
    remarks: Sealed | None = None


class Checked(CaseFact, restricted=True):
    """The check of means with the departments came back."""

    on: date
    means: Means | None = None
    findings: tuple[Finding, ...] = ()
    consistent: bool = Field(description="whether the check agrees with the survey")
    officer: UUID | None = Field(default=None, description="the member of staff who made it; none: not told")


class StepTaken(CaseFact):
    """A step of the procedure that has no fact of its own: appraisal, visit, submission, publication ..."""

    step: str = Field(pattern=r"^[a-z][a-z_]*$", description="the procedure's code of the step")
    on: date
    staff: tuple[UUID, ...] = Field(default=(), description="who took it")
    number: int = Field(default=0, ge=0, description="the review it belongs to; 0 for the application")


class StepFound(CaseFact, restricted=True):
    """What a step found, for those who may know: a self-care assessment, the outcome of a visit."""

    step: str = Field(pattern=r"^[a-z][a-z_]*$")
    on: date
    findings: tuple[Finding, ...] = ()
    remarks: Sealed | None = None


class Assessed(CaseFact, restricted=True):
    """The rule was applied to the facts: the recommendation, with its arithmetic."""

    eligible: bool
    amount_fen: int = Field(ge=0, description="recommended, in fen a month")
    reason: str = Field(description="code of the row that fired")
    route: str = Field(
        description="as the paper names it: household, single, taper, tekun, relief, refuse ..."
    )
    inputs: tuple[Input, ...]
    worked: tuple[Worked, ...] = Field(
        description="parameters, formulas and rows in order, with their values"
    )
    grounds: Grounds
    review: int = Field(default=0, ge=0, description="0 for the application, n for the n-th review")
    officer: UUID | None = Field(
        default=None,
        description="the member of staff who gave the opinion; the service by the rule alone: its own id; none: not told",
    )


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
    """公示 of an opinion; until its last day anyone may object."""

    step: str = Field(
        default="notice", description="the procedure's code: a case may be shown more than once"
    )
    on: date
    until: date


class ObjectionLodged(CaseFact):
    """Somebody objected within the notice; a new survey follows."""

    on: date
    statement: Sealed | None = None


class NoticeEnded(CaseFact):
    """The notice ran its days without objection."""

    step: str = "notice"
    on: date


class Withdrawn(CaseFact):
    """The applicant took the application back, or it fell away before a decision."""

    reason: str
    on: date
