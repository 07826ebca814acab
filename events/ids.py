"""Identifiers: random numbers that say what they name but nothing about whom.

An identifier is a UUID of its own class, so that a household can never be passed for a person and the
envelope can collect every person and household that a fact touches without knowing the fact.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Identifier(UUID):
    """A UUID with a kind; `subject` is how CloudEvents names it: `person/0190…`."""

    kind: ClassVar[str]

    @classmethod
    def of(cls, value: UUID | str) -> Self:
        """This kind of identifier from a UUID or its text; ValueError where the text is none."""
        if not isinstance(value, UUID):
            return cls(value)
        # As UUID's own constructor ends, without its questions: half of all that is read are ids.
        made = object.__new__(cls)
        object.__setattr__(made, "int", value.int)
        object.__setattr__(made, "is_safe", value.is_safe)
        return made

    @property
    def subject(self) -> str:
        return f"{self.kind}/{self}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.of, core_schema.uuid_schema())


class Concerned(Identifier):
    """Someone the facts are about: whoever it names finds the fact in their timeline."""

    kind = "concerned"


class PersonId(Concerned):
    kind = "person"


class HouseholdId(Concerned):
    kind = "household"


class CaseId(Identifier):
    kind = "case"


class InstitutionId(Identifier):
    """Where people live and are cared for: no person, so it has no timeline."""

    kind = "institution"


class MessageId(Identifier):
    kind = "message"


class PaperId(Identifier):
    kind = "paper"


class PostId(Identifier):
    """A post in an office; who holds it changes."""

    kind = "post"


class StaffId(Identifier):
    """A member of staff, as tokens name them; no person of the register, though one of them may be the same."""

    kind = "staff"


class ReferralId(Identifier):
    """A need handed over to a department."""

    kind = "referral"


class DutyId(Identifier):
    """A service owed to somebody, or by the district, period after period."""

    kind = "duty"


class GapId(Identifier):
    """Somebody who qualifies by the data and is not covered."""

    kind = "gap"


class ReportId(Identifier):
    """A month's figures of a programme, as they are submitted and corrected."""

    kind = "report"


class ReserveId(Identifier):
    """A township's reserve for temporary relief (备用金)."""

    kind = "reserve"


class DrawId(Identifier):
    """A draw of some of a month's cases: one a programme, step, month and township."""

    kind = "draw"


class ChoiceId(Identifier):
    """Who decides on a programme in a township: as the district chose it, and chose again."""

    kind = "choice"


class BookId(Identifier):
    """One fund's book for one year (专账)."""

    kind = "fund-book"

    @classmethod
    def of_year(cls, fund: str, year: int) -> Self:
        """The one book of a fund in a year, by whoever asks for it: `basic-living`, 2022."""
        return cls.of(uuid5(NAMESPACE_URL, f"doudi:fund/{fund}/{year}"))


class BatchId(Identifier):
    """What is paid together by one file to the bank (发放批次)."""

    kind = "batch"


class RecoveryId(Identifier):
    """Money that is to come back (追回)."""

    kind = "recovery"


class PriceId(Identifier):
    """One month of the price link (物价联动)."""

    kind = "price"


class AgreementId(Identifier):
    """What a department agreed to deliver to the checks of means, for what purpose (数据共享)."""

    kind = "agreement"


class FeedId(Identifier):
    """One file that a department delivered."""

    kind = "feed"


class CheckId(Identifier):
    """What is asked of the departments about the people of a case (核对)."""

    kind = "check"


class ComparisonId(Identifier):
    """One periodic comparison of recipients with what the departments delivered (定期比对)."""

    kind = "comparison"


class MismatchId(Identifier):
    """What a department's data say and the person has to be heard about."""

    kind = "mismatch"


class ServiceId(Identifier):
    """The stream of what a service records about itself."""

    kind = "service"


KINDS: dict[str, type[Identifier]] = {
    cls.kind: cls
    for cls in (
        PersonId, HouseholdId, CaseId, MessageId, PaperId, PostId, StaffId, ReferralId, DutyId, GapId, ReportId,
        InstitutionId, ReserveId, DrawId, ChoiceId, BookId, BatchId, RecoveryId, PriceId,
        AgreementId, FeedId, CheckId, ComparisonId, MismatchId, ServiceId,
    )
}  # fmt: skip


def parse_subject(subject: str) -> Identifier:
    """`person/0190…` → PersonId; ValueError for another form."""
    kind, _, value = subject.partition("/")
    if kind not in KINDS:
        raise ValueError(f"{subject!r} names none of {', '.join(KINDS)}")
    return KINDS[kind](value)
