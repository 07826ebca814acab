"""What a department's own system may report at our gate: contracts towards us, recorded as facts of ours.

A report names people and households by the ids that our events gave them, never by ID number. Its type is
`reports.DeathReported`, its `dataschema` says the version: `reports.DeathReported.1`. Unknown fields are
refused: who sends them believes that we read them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.ids import AgreementId, CheckId, HouseholdId, PersonId
from events.service import Digest
from events.verification import FieldName, Source


class DeathReported(Event):
    """The health department or civil affairs reports a death."""

    person: PersonId
    on: date = Field(description="day of death")


class MoveReported(Event):
    """A household has left the district."""

    household: HouseholdId
    since: date = Field(description="first day on which it no longer lives here")


class PovertyStatusReported(Event):
    """The poverty office reports who is registered as poor, or has left poverty (and keeps its help, 二)."""

    person: PersonId
    status: Literal["registered_poor", "lifted"]
    since: date


Told = Annotated[
    str, Field(pattern=r"^[a-z0-9.-]{1,20}$", description="a code, a day or a sum in yuan", examples=["car"])
]


class RecordTold(Value):
    """A record that a department has of one person, by the fields that it is asked for."""

    person: PersonId
    record: dict[FieldName, Told]


class CheckAnswered(Event):
    """A department answers a check of means; about whom it names nobody it has nothing on record."""

    check: CheckId
    source: Source
    as_of: date = Field(description="the day whose state the data are")
    records: tuple[RecordTold, ...] = Field(max_length=1000)


# -- a file of an agreement, in pieces: opened, piece after piece, closed ---------------------------------------

PIECE_LETTERS = 700_000
"""Of a closed piece: as much as a broker's and a web server's usual message of a million bytes holds with the rest."""


class FeedFact(Event, shape=True):
    """What every message of a file says. `file` is the sender's number for this sending."""

    file: UUID
    agreement: AgreementId


class FeedOpened(FeedFact):
    """A department begins to send a file; an earlier one of the agreement that was not closed is given up."""

    as_of: date = Field(description="the day whose state the data are")
    form: Literal["csv", "jsonl"]


class FeedPiece(FeedFact):
    """The next bytes of the file, closed for the key of the agreement: they name people by their ID numbers."""

    number: int = Field(ge=1, le=1_000_000, description="1 for the first, then without a gap")
    content: str = Field(
        max_length=PIECE_LETTERS,
        description="JWE compact, ECDH-ES with A256GCM, of some bytes of the file; cut anywhere",
        examples=[
            "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6e319..Kc0dysIMHHL15ChF.eMOiJqeKb6gr2w.EoXkj1WJ"
        ],
    )


class FeedClosed(FeedFact):
    """All of it was sent; now it is taken as a whole, or refused as a whole."""

    pieces: int = Field(ge=1, le=1_000_000)
    digest: Digest = Field(description="SHA-256 of the file, of all pieces' bytes together")
