"""Identifiers: random numbers that say what they name but nothing about whom.

An identifier is a UUID of its own class, so that a household can never be passed for a person and the
envelope can collect every person and household that a fact touches without knowing the fact.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Identifier(UUID):
    """A UUID with a kind; `subject` is how CloudEvents names it: `person/0190…`."""

    kind: ClassVar[str]

    @classmethod
    def of(cls, value: UUID | str) -> Self:
        """This kind of identifier from a UUID or its text; ValueError where the text is none."""
        return cls(int=value.int) if isinstance(value, UUID) else cls(value)

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


class MessageId(Identifier):
    kind = "message"


class PaperId(Identifier):
    kind = "paper"


class ServiceId(Identifier):
    """The stream of what a service records about itself."""

    kind = "service"


KINDS: dict[str, type[Identifier]] = {
    cls.kind: cls for cls in (PersonId, HouseholdId, CaseId, MessageId, PaperId, ServiceId)
}


def parse_subject(subject: str) -> Identifier:
    """`person/0190…` → PersonId; ValueError for another form."""
    kind, _, value = subject.partition("/")
    if kind not in KINDS:
        raise ValueError(f"{subject!r} names none of {', '.join(KINDS)}")
    return KINDS[kind](value)
