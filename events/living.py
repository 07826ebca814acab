"""Facts that only living records: of tekun persons (特困人员) self-care, care at home and places in institutions; relief
paid first with its papers after; and the townships' reserves for it.

Clauses cite 特困人员认定办法 (民发〔2021〕43号) and 三(一) of 鹤民发〔2020〕43号. A case itself is told by the facts of
`events.assistance`. Sums are whole fen. A reserve is one township's (备用金, 民发〔2018〕23号 三(三)); its balance is
never below nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.assistance import CaseFact, Month
from events.base import Event
from events.ids import CaseId, HouseholdId, InstitutionId, PersonId, ReserveId
from events.registry import Township
from events.sealed import Sealed

Grade = Literal["self", "semi", "full"]
Mode = Literal["scattered", "centralised"]


class TekunFact(Event, shape=True):
    """What every fact about a tekun person says."""

    case: CaseId
    person: PersonId


class SelfCareAssessed(TekunFact, restricted=True):
    """The grade of self-care as the paper works it out from the six items (20 to 22); nobody enters it."""

    grade: Grade
    unmet: int = Field(ge=0, le=6, description="items not met")
    care_fen: int = Field(ge=0, description="the part of the sum that is for care, in fen a month")
    illustrative: bool
    on: date


class SelfCareChangeReported(TekunFact):
    """Self-care has changed, it was reported (23): assessed again within ten working days."""

    by: Literal["person", "carer", "village", "institution", "township"]
    on: date
    reassess_by: date
    provisional: bool = Field(description="the limit may still move: its working days are not published")


class ReassessmentOverdue(TekunFact):
    """The day passed and nobody has assessed again."""

    reassess_by: date


class SelfCareReassessed(TekunFact, restricted=True):
    """Assessed again, after a report or because a year has passed (23)."""

    heard: date | None = Field(default=None, description="when the person was, before a lower sum (law 48)")
    before: str = Field(description="the grade until now; empty where none was known")
    grade: Grade
    unmet: int = Field(ge=0, le=6)
    care_fen: int = Field(ge=0, description="in fen a month")
    illustrative: bool
    on: date


class PlacementWishRecorded(TekunFact):
    """Whether the person wishes to live at home or in an institution (三(一)2: the choice is the person's)."""

    wish: Mode
    on: date


class InstitutionRegistered(Event):
    """An institution that takes tekun persons, and how many beds it has; told again when that changes."""

    institution: InstitutionId
    title: str = Field(min_length=1, max_length=60)
    township: Township
    beds: int = Field(ge=0, le=10_000)


class PlacedInInstitution(TekunFact):
    """The person moved into an institution, with consent."""

    institution: InstitutionId
    bed: str = Field(min_length=1, max_length=20)
    consent_by: Literal["person", "guardian"]
    since: date


class LeftInstitution(TekunFact):
    """The person lives there no longer; the bed is free."""

    institution: InstitutionId
    bed: str
    reason: Literal["wish", "moved", "support_ended", "other"]
    since: date


class CareAgreementSigned(TekunFact):
    """A carer for somebody who lives at home, from a day to a last day (三(一)2)."""

    carer: PersonId | None = Field(default=None, description="where the register knows the carer")
    carer_name: Sealed | None = Field(default=None, description="where it does not")
    since: date
    until: date = Field(description="last day")
    hours: int = Field(ge=1, le=744, description="hours of care a month")
    amount_fen: int = Field(ge=0, description="for care, by the grade, in fen a month")
    illustrative: bool
    visit_by: date = Field(description="last day of the first visit")


class CareVisitRecorded(TekunFact):
    """The carer visited."""

    on: date
    well: bool = Field(description="nothing was amiss")
    remarks: Sealed | None = None
    visit_by: date = Field(description="last day of the next visit")


class CareVisitMissed(TekunFact):
    """The day passed without a visit."""

    missed: date
    visit_by: date = Field(description="last day of the next visit")


class CareAgreementEnded(TekunFact):
    """The agreement ends: whoever lives at home is without a carer again."""

    carer: PersonId | None = None
    reason: Literal["expired", "carer_died", "carer_dependent", "placed", "support_ended", "request"]
    since: date


class EndNoticePosted(TekunFact):
    """The intended end of the support is shown in the village or institution (26)."""

    assessment: UUID = Field(description="id of the Assessed event that says the person qualifies no more")
    reason: str = Field(description="code of the row that fired")
    on: date
    until: date


class EndObjectionLodged(TekunFact):
    """Somebody objects to the intended end: inquired into and decided within 15 working days, and shown again (26)."""

    on: date
    decide_by: date
    provisional: bool
    statement: Sealed | None = None


class EndNoticeEnded(TekunFact):
    """The intended end was shown for its days and nobody objected."""

    on: date


class EndDropped(TekunFact):
    """The support goes on: the review found otherwise."""

    on: date


class SupportEnded(TekunFact):
    """With the case: nothing that was reported or shown is open any more."""

    since: date


class PaidFirst(CaseFact):
    """An emergency was relieved at once out of the township's reserve; its papers follow (二(二))."""

    township: Township
    reserve: ReserveId
    amount_fen: int = Field(gt=0, description="in fen")
    on: date
    officer: UUID = Field(description="the member of staff who paid")
    papers_by: date = Field(description="last day to complete the papers")
    provisional: bool = Field(
        description="that day may still move: its year's working days are not published"
    )
    illustrative: bool = Field(description="whether sum or last day rests on an illustrative figure")


class PapersOverdue(CaseFact):
    """The last day has passed and the papers of relief that was paid first are not complete."""

    papers_by: date


class ReserveFact(Event, shape=True):
    """What every fact about a reserve says of it."""

    reserve: ReserveId
    township: Township
    on: date


class ReserveAdvanced(ReserveFact):
    """The district put money into a township's reserve."""

    amount_fen: int = Field(gt=0, description="in fen")


class ReserveReplenished(ReserveFact):
    """What a township spent of its reserve was paid back into it."""

    amount_fen: int = Field(gt=0, description="in fen, no more than was spent and not yet paid back")


class ReserveSpent(ReserveFact):
    """A township paid relief out of its reserve; each case once."""

    case: CaseId
    household: HouseholdId
    amount_fen: int = Field(gt=0, description="in fen")


class ReconciliationDue(ReserveFact):
    """A month is over and the reserve is to be reconciled (monthly: illustrative)."""

    month: Month


class ReserveReconciled(ReserveFact):
    """A month's book was held against the money: what should be there, and what is."""

    month: Month
    booked_fen: int = Field(ge=0, description="the balance by the book at the end of the month, in fen")
    counted_fen: int = Field(ge=0, description="what was found, in fen")
    officer: UUID
