"""What a decision of assistance is told by: the programme, the month paid, and the grounds it rests on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.base import Value
from events.service import Digest
from events.staff import PostCode, Role

Programme = Annotated[
    str, Field(pattern=r"^[a-z][a-z_-]*$", description="dibao, tekun, relief-emergency ...")
]


BASIC_LIVING: tuple[Programme, ...] = ("dibao", "tekun")
"""Whoever is on one of these is covered (一; 三(一)): what is paid beside it covers nobody."""


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


class Acting(Value):
    """The post in which somebody decided, and the role by which it may; as staff's log had it by then."""

    post: PostCode
    role: Role


class Input(Value):
    """A fact used, with the event it came from."""

    name: str
    value: str
    event: UUID | None = None
    local: bool = Field(default=False, description="known to the service itself, not found by anybody")


class Worked(Value):
    """A value on the way to the sum, as the rule worked it out, with its clause and the id of its paper."""

    name: str
    value: str
    clause: str
    paper: str


Code = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=60)]


DepartmentCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40, description="civil-affairs, housing ...")
]
