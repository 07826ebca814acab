"""Facts of official letters: that one was issued under a number, and how it reached its addressee.

A letter's words are worked out from facts and rendered when somebody prints it; names are opened then, with a
recorded purpose, and never lie here. The digest is of the words with ids in the place of names: it proves
them for as long as the log exists, also after an erasure, and nobody can try names against it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Programme
from events.base import Event
from events.evidence import Attachment
from events.ids import CaseId, Concerned
from events.sealed import Sealed
from events.service import Digest

LetterKind = Literal[
    "acceptance",  # 受理通知书
    "supplement",  # 补正告知书
    "refusal",  # 不予确认告知书
    "confirmation",  # 确认告知书
    "adjustment",  # 增发、减发、停发告知书
    "public_notice",  # 公示
    "review_notice",  # 行政复议登记告知书
    "changed_decision",  # 变更决定书
    "recovery",  # 追回通知书
]
Service = Literal[
    "in_person",  # 直接送达
    "post",  # 邮寄送达
    "left_at_home",  # 留置送达
    "public_notice",  # 公告送达
]
LetterNumber = Annotated[
    str,
    Field(
        pattern=r"^\S{2,20}〔[0-9]{4}〕[1-9][0-9]{0,5}号$",
        description="office, programme, kind, year and serial",
        examples=["城中低受〔2021〕12号"],
    ),
]
OfficeCode = Annotated[
    str, Field(pattern=r"^[0-9]{12}$", description="division code of the township, or of the district")
]


class LetterIssued(Event):
    """An office issued a numbered letter in a case; numbers run without a gap by programme, kind, office, year."""

    case: CaseId
    programme: Programme
    kind: LetterKind
    office: OfficeCode
    year: int = Field(ge=2000, le=2999)
    serial: int = Field(ge=1, le=999_999)
    number: LetterNumber
    addressee: Concerned | None = Field(description="None for a public notice")
    on: date
    digest: Digest = Field(description="of the letter's words, ids in the place of names")
    words: Sealed = Field(
        description="the letter as it was issued, to be printed again; ids in the place of names"
    )
    remedies: bool = Field(description="whether it can be taken to 行政复议 and to court")
    decision: UUID | None = Field(
        default=None, description="the decision that it tells of, where it tells of one"
    )


class LetterServed(Event):
    """The letter reached its addressee, or counts as having reached; the remedy periods run from the day after."""

    case: CaseId
    number: LetterNumber
    addressee: Concerned | None = Field(description="None for a public notice")
    how: Service
    on: date = Field(description="the day on which it counts as served")
    posted: date | None = Field(default=None, description="of a public notice: the day it was put up")
    receipt: Attachment | None = Field(default=None, description="送达回证, postal receipt, photograph")
    by: UUID | None = Field(default=None, description="member of staff who served it")
