"""Where the money of a household or a person goes, and who keeps the passbook (2021 办法 26)."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.base import Event
from events.ids import HouseholdId, PersonId
from events.sealed import Sealed
from events.service import Digest


class AccountFact(Event, shape=True):
    """Whose money goes there: the household's, or one person's of it."""

    household: HouseholdId
    person: PersonId | None = Field(default=None, description="where it is this person's own")


class AccountNamed(AccountFact):
    """A clerk took down an account; it counts once a second person has confirmed it."""

    holder: PersonId = Field(description="in whose name it is")
    account: Sealed
    name: Sealed = Field(description="the holder's name as the bank has it")
    bank: str = Field(pattern=r"^[A-Z0-9]{2,20}$", description="code of the bank")
    mandate: Digest | None = Field(
        default=None, description="digest of the mandate, where the holder is not of the household"
    )
    why: Literal["first", "closed", "wrong", "lost", "holder_died", "wish"]
    since: date
    officer: UUID


class AccountConfirmed(AccountFact):
    """Another person than who took it down holds it right."""

    named: UUID = Field(description="id of the AccountNamed event")
    officer: UUID


class CustodyAgreed(AccountFact):
    """Somebody keeps passbook or card for the family, by a written agreement on file (2021 办法 26)."""

    keeper: Literal["village", "institution", "relative", "guardian"]
    agreement: Digest
    since: date
    officer: UUID


class CustodyEnded(AccountFact):
    """Passbook and card are back in the family's hands."""

    why: Literal["wish", "expired", "abuse", "death"]
    on: date
    officer: UUID
