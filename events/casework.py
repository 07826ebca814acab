"""Facts of the middle of a case that every assistance domain shares: who is related to whom, who is looked at again.

One set of types for all domains, as in `events.assistance`; the envelope's `source` says which department recorded it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from events.assistance import Acting, CaseFact, Code, Month, Paper, Programme
from events.base import Event
from events.ids import CaseId, ChoiceId, DrawId, PersonId
from events.registry import Township
from events.sealed import Sealed
from events.service import Digest

Share = Annotated[str, Field(pattern=r"^(0\.[0-9]{1,4}|1)$", description="part of the cases, such as 0.3")]


class RegisteredApart(CaseFact):
    """A member is a near relative of somebody of staff or of a village committee: kept apart, 单独登记备案
    (2012 办法 14, 2021 办法 11)."""

    on: date
    declarations: tuple[UUID, ...] = Field(
        min_length=1, description="of near relatives, as staff recorded them"
    )
    cause: UUID | None = Field(default=None, description="the declaration that came after the application")


class StepDemanded(CaseFact):
    """This case owes a step that only some cases owe (2012 办法 26, 2021 办法 20, 民发〔2021〕43号 16)."""

    step: Code
    reason: Literal["drawn", "kin", "complaint", "doubt"]
    on: date
    draw: DrawId | None = Field(default=None, description="the draw, where it was drawn")
    officer: UUID | None = Field(default=None, description="who demanded it, where somebody did")


class DrawHeld(Event):
    """Some of a month's cases were drawn at random to be looked at by the county.

    Anyone can repeat it: on the list are the running cases accepted in the month whose procedure has the step, sorted by
    id; `digest` is the SHA-256 of the list, a line each; `seed` that of `programme|step|month|township|digest|anchor`;
    drawn are those whose SHA-256 of `seed|id` is smallest, the share of the list rounded up.
    """

    draw: DrawId
    programme: Programme
    step: Code
    month: Month
    township: Township | None = Field(default=None, description="of the whole district, where left out")
    share: Share
    paper: Paper = Field(description="that asks for it, with the clause of the step")
    cases: int = Field(gt=0, description="how many were on the list")
    digest: Digest
    anchor: UUID = Field(description="the event before this one in the log: nobody can choose it")
    seed: Digest
    drawn: tuple[CaseId, ...] = Field(min_length=1, description="sorted")
    on: date
    officer: UUID


class ProcedureChosen(Event):
    """The district lets a township decide by itself, or takes that back, from a day on (民政厅2022年10月通知 四(一),
    社会救助法 44). It counts for applications made from that day."""

    choice: ChoiceId
    programme: Programme
    township: Township
    by: Literal["district", "township"] = Field(description="who decides")
    procedure: Programme = Field(description="the papers' code of the procedure")
    since: date
    paper: Paper
    on: date
    officer: UUID


class Suspended(CaseFact):
    """Nothing is granted for the months from `since` on, until it is resumed or `until` is over (暂停)."""

    reason: Literal["not_cooperating", "cannot_be_reached", "means_in_doubt", "other"]
    since: date = Field(description="first day of the first month")
    until: date | None = Field(default=None, description="last day of the last month, where known beforehand")
    on: date
    officer: UUID
    acting: Acting | None = None
    remarks: Sealed | None = None


class Resumed(CaseFact):
    """Months are granted again from `since` on; those between stay withheld."""

    since: date = Field(description="first day of the first month granted again")
    on: date
    officer: UUID
    acting: Acting | None = None


class MonthWithheld(CaseFact):
    """A month for which nothing is granted, because the case is suspended."""

    month: Month
    reason: str = Field(pattern=r"^[a-z_]+$", description="of the suspension")


class WorkOffered(CaseFact):
    """A member who can work and has none is offered suitable work (2021 办法 34)."""

    offer: UUID
    person: PersonId
    on: date
    officer: UUID


class WorkAnswered(CaseFact):
    """What became of the offer; the third `refused` running has consequences, anything else breaks the run."""

    offer: UUID
    person: PersonId
    answer: Literal["accepted", "refused", "refused_with_reason"] = Field(
        description="`refused_with_reason`: for a reason that the office finds good"
    )
    running: int = Field(ge=0, description="refusals without good reason running, with this one")
    on: date
    officer: UUID
    remarks: Sealed | None = None
