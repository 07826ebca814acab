"""Facts of policy: papers proposed, published or taken back, and the working days of a year.

A published paper lies whole in the log, so that the log alone says by which rule anything was decided: its
canonical text (JSON) and the SHA-256 of that text's UTF-8. Papers are public and name nobody. A text may
have a mebibyte; a message with it is far below what the topics take.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.ids import PaperId
from events.service import Digest

Code = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]{1,64}$",
        description="the paper's name in programs, e.g. `hecheng-2020-43`",
        examples=["hecheng-2020-43"],
    ),
]


class PaperFact(Event, shape=True):
    paper: PaperId
    code: Code
    number: str = Field(description="文号", examples=["鹤民发〔2020〕43号"])
    digest: Digest = Field(description="SHA-256 of the text")


class PaperProposed(PaperFact):
    """An author puts a paper forward, which somebody else is to approve."""

    title: str
    text: str = Field(description="the whole paper, canonical JSON", examples=['{"identity":{}}'])
    in_force_from: date
    in_force_to: date | None = Field(default=None, description="the last day, included")
    author: UUID


class PaperPublished(PaperFact):
    """A second person approved the paper as proposed: decisions rest on it from `effective` on."""

    title: str
    text: str = Field(description="the whole paper, canonical JSON", examples=['{"identity":{}}'])
    in_force_from: date
    in_force_to: date | None = Field(default=None, description="the last day, included")
    author: UUID
    approver: UUID
    effective: date = Field(description="the day after publication, or the day it comes into force if later")


class PaperWithdrawn(PaperFact):
    """A proposal was taken back, and can no longer be approved."""

    by: UUID = Field(description="who took it back")


class PaperLapseNear(PaperFact):
    """The last day of a published paper comes near: whatever is decided later needs another basis."""

    last: date = Field(description="its last day, included")
    on: date


class DayOff(Value):
    """A day of the week's first five on which nobody works, or a weekend day on which everybody does."""

    on: date
    occasion: str = Field(description="for which festival", examples=["春节"])


class CalendarPublished(Event):
    """The State Council's arrangement of a year's holidays is known: which days are worked."""

    year: int = Field(ge=2000, le=2200, examples=[2020])
    holidays: tuple[DayOff, ...] = Field(description="Monday to Friday, not worked")
    working_weekends: tuple[DayOff, ...] = Field(description="Saturdays and Sundays, worked")
    source: str = Field(description="the notice it comes from", examples=["国办发明电〔2019〕16号"])
    by: UUID = Field(description="who entered it")
