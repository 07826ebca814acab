"""Facts that only the disabled persons' federation records: cards, what is known of their holders, the yearly sweep,
placement and carers.

Clauses cite 三(七) of 鹤民发〔2020〕43号 and 国发〔2015〕52号. The cases themselves (subsidies, devices, homes) are told by
the facts of `events.assistance`. Which disability somebody has, and how grave, is restricted like everything of means
and illness; a card's number is sealed.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import CaseId, DutyId, HouseholdId, InstitutionId, PersonId
from events.registry import Township, Village
from events.sealed import Sealed

Kind = Literal["visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"]
"""By GB/T 26341, in the order of their codes 1 to 7."""
By = Literal["person", "guardian"]
Exclusion = Literal["prison", "full_child_allowance", "injury_care"]
"""Serves a sentence; a child on the full allowance of orphans or of children without actual guardians; paid care by
work-injury insurance."""


class DisabledFact(Event, shape=True):
    """What every fact about a disabled person says."""

    person: PersonId


# -- cards -------------------------------------------------------------------------------------------------


class CardIssued(DisabledFact):
    """A disabled person's card (残疾人证): twenty digits, the ID number with category and grade behind it."""

    number: Sealed
    since: date
    until: date = Field(description="last day on which it is valid")
    at_home: bool = Field(description="assessed at home, after a sweep or because the applicant cannot come")
    township: Township | None = Field(default=None, description="where the person lives then")


class CardChanged(DisabledFact):
    """Another card in place of the one before: another grade, a renewal, or a loss."""

    number: Sealed
    since: date
    until: date
    reason: Literal["regraded", "renewed", "replaced"]


class CardVoided(DisabledFact):
    """The card is void before its last day."""

    reason: Literal["death", "recovered", "surrendered", "mistake"]
    since: date = Field(description="the first day on which it is void")


class CardExpiring(DisabledFact):
    """Three months before its last day nobody has renewed it: the holder is reminded."""

    until: date


class CardExpired(DisabledFact):
    """Its last day is over and nobody has renewed it."""

    until: date


class GradeCertified(DisabledFact, restricted=True):
    """Category and grade, as the card's number says them."""

    kind: Kind
    grade: int = Field(ge=1, le=4, description="1 the gravest")
    since: date


# -- what the two subsidies ask for ------------------------------------------------------------------------


class CareNeedFound(DisabledFact, restricted=True):
    """Whether the person needs care for a long time (国发〔2015〕52号 二(一))."""

    needed: bool
    on: date


class SubsidyConsentGiven(DisabledFact):
    """The person agrees that both subsidies begin and change without an application (免申即享)."""

    by: By
    on: date


class SubsidyConsentWithdrawn(DisabledFact):
    """The person wants them no longer."""

    on: date


class ExclusionNoted(DisabledFact, restricted=True):
    """Something because of which a subsidy is not paid (国发〔2015〕52号 二(四))."""

    what: Exclusion
    since: date


class ExclusionEnded(DisabledFact, restricted=True):
    """It is so no longer."""

    what: Exclusion
    until: date = Field(description="the last day on which it was so")


# -- devices, homes, training ------------------------------------------------------------------------------


class DeviceFitted(DisabledFact, restricted=True):
    """An assistive device of the catalogue was fitted; not renewed before its years are over."""

    case: CaseId
    device: str = Field(pattern=r"^[a-z][a-z_]*$", max_length=40, description="code: wheelchair, hearing_aid")
    years: int = Field(gt=0, le=20, description="for which it lasts, by the catalogue of that day")
    on: date


class RehabGiven(DisabledFact, restricted=True):
    """A rehabilitation service was given."""

    service: Literal["medical", "training", "orthosis", "guidance"]
    on: date


class HomeAdapted(DisabledFact):
    """A home was made free of barriers and accepted, with evidence of before and after; once a household."""

    case: CaseId
    household: HouseholdId
    on: date


class TrainingGiven(DisabledFact):
    """Training or work for the year: taught, placed, or helped to work for themselves."""

    service: Literal["education", "skills", "job_offered", "employed", "self_employed"]
    on: date


# -- the yearly sweep --------------------------------------------------------------------------------------


class SweepHeld(Event):
    """A village was swept for people who may be disabled and have no card; on the list are the families called on."""

    duty: DutyId
    year: int = Field(ge=2020, le=2100)
    township: Township
    village: Village
    households: tuple[HouseholdId, ...] = Field(min_length=1)
    staff: tuple[UUID, ...] = Field(min_length=1)
    on: date


class SuspectFound(DisabledFact):
    """Somebody who may be disabled and has no card: to be assessed, at home where they cannot come."""

    household: HouseholdId
    township: Township
    village: Village
    duty: DutyId = Field(description="the sweep in which the person was found")
    on: date


class HomeAssessed(DisabledFact, restricted=True):
    """Assessed, at home or in the hospital, free of charge (三(七): 免收评定费)."""

    kind: Kind | None = Field(
        default=None, description="none where the person is not disabled by the standard"
    )
    grade: int = Field(ge=0, le=4, description="0 where the person is not disabled by the standard")
    at_home: bool
    fee_fen: int = Field(default=0, ge=0, le=0, description="in fen: nothing is taken")
    assessors: tuple[UUID, ...] = Field(min_length=1)
    on: date


# -- placement and carers ----------------------------------------------------------------------------------


class CareWishRecorded(DisabledFact):
    """Whether a severely disabled person wishes to be cared for in an institution or at home."""

    wish: Literal["institution", "home"]
    by: By
    township: Township | None = Field(default=None, description="where the person lives then")
    on: date


class PlacedInCare(DisabledFact):
    """By their wish the person is cared for in an institution."""

    institution: InstitutionId
    since: date


class LeftCare(DisabledFact):
    """The person is cared for there no longer."""

    institution: InstitutionId
    reason: Literal["wish", "moved", "death", "other"]
    since: date


class CarerNamed(DisabledFact):
    """Who cares for somebody who wishes to stay at home."""

    carer: PersonId | None = Field(default=None, description="where the register knows the carer")
    carer_name: Sealed | None = Field(default=None, description="where it does not")
    bond: Literal["kin", "neighbour", "volunteer", "group"]
    since: date


class CarerGone(DisabledFact):
    """Nobody cares for the person any more."""

    carer: PersonId | None = None
    reason: Literal["carer_died", "replaced", "placed", "request", "person_died"]
    since: date
