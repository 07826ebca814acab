"""A letter as the facts say it, names left out: each stands as the mark of an id until somebody prints it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from events.assistance import Programme
from events.ids import CaseId, Concerned
from events.letters import LetterKind, LetterNumber
from services.assistance.letters.offices import Office

ERASED = "（已依法删除）"
_MARK = re.compile(r"⟦([0-9a-f-]{36})⟧")


class NameMissing(ValueError):
    """A letter was to be printed without a name that it carries."""


class Clause(BaseModel):
    """A clause that the letter cites: 《最低生活保障审核确认办法》第十条."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: str = Field(min_length=1, max_length=120)
    article: str = Field(min_length=1, max_length=60)

    def __str__(self) -> str:
        return f"《{self.paper}》{self.article}"


class Letter(BaseModel):
    """What is printed, and what its digest is of. Paragraphs are plain text, each a paragraph of the page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: LetterKind
    programme: Programme
    case: CaseId
    title: str = Field(min_length=1, max_length=60)
    number: LetterNumber
    on: date
    office: Office
    addressee: Concerned | None = Field(description="None for a public notice")
    paragraphs: tuple[str, ...] = Field(min_length=1, max_length=200)
    clauses: tuple[Clause, ...]
    remedies: tuple[str, ...] = ()
    illustrative: bool = Field(description="whether any figure in it is an illustrative default")

    @property
    def addressed(self) -> str:
        """The mark of its addressee; empty for a public notice."""
        return name_of(self.addressee) if self.addressee is not None else ""

    @property
    def carries(self) -> set[UUID]:
        """Whose names have to be opened to print it."""
        texts = "".join((self.addressed, *self.paragraphs))
        return {UUID(one) for one in _MARK.findall(texts)}


def name_of(whose: UUID) -> str:
    """The place of a name in a paragraph, to be filled at printing."""
    return f"⟦{UUID(int=whose.int)}⟧"


def named(letter: Letter, text: str, names: Mapping[UUID, str | None]) -> str:
    """`text` with its names; None stands for somebody erased, as `unseal` answers it. NameMissing."""
    plain = {UUID(int=whose.int): name for whose, name in names.items()}

    def fill(mark: re.Match[str]) -> str:
        whose = UUID(mark[1])
        if whose not in plain:
            raise NameMissing(f"letter {letter.number} carries a name that was not given")
        # A name is what somebody typed: it must not make a line, or a mark, of its own.
        return " ".join((plain[whose] or ERASED).split())

    return _MARK.sub(fill, text)


def digest_of(letter: Letter) -> str:
    """SHA-256 (hexadecimal) of the letter's words, ids in the place of names: what `LetterIssued` carries."""
    return hashlib.sha256(letter.model_dump_json().encode()).hexdigest()
