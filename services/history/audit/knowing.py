"""What a decider knew beside its own case when it recommended: facts of the register, of other programmes, of other cases.

Only what had been read by then counts (`asof.knowledge.Known`), and under every registration of the same person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from events import registry as r
from services.chassis.service import name_of
from services.history.asof.knowledge import Known
from services.history.audit.reading import FILE, Found, Log
from services.history.audit.story import Story, day_of


class Told(NamedTuple):
    """Value, kind of source, event; `more`: the other events that it rests on. The value is None where the log does not
    give it."""

    value: str | None
    source: str
    event: UUID | None = None
    more: tuple[UUID, ...] = ()

    @property
    def events(self) -> tuple[UUID, ...]:
        return () if self.event is None else (self.event, *self.more)


OWN = Told(None, "service")
NOWHERE = Told(None, "none")


@dataclass(slots=True)
class Knowing:
    """What the decider of a recommendation knew beside its case. `story`: of the case, up to there; `unsure`: something of
    what was asked about cannot be read."""

    log: Log
    assessed: Found
    story: Story
    known: Known
    unsure: bool = False
    _about: dict[int, list[Found]] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return day_of(self.assessed)

    @property
    def person(self) -> UUID:
        """Whom a case of one person is for."""
        return self.story.members[0]

    @property
    def own(self) -> str:
        """The decider's name."""
        return name_of(self.assessed.line.source)

    def about(self, entity: UUID, service: str) -> list[Found]:
        """What a service recorded of a person, a household or a case, as far as it was known, in its order."""
        if entity.int not in self._about:
            found = self.log.others(entity)
            self.unsure = self.unsure or self.log.cannot_read(entity)
            self._about[entity.int] = self.log.taken(found, self.known)
        return [one for one in self._about[entity.int] if name_of(one.line.source) == service]

    def registrations(self, person: UUID) -> list[UUID]:
        """Of the same person, as known; this one first."""
        found = [person]
        for one in found:  # it grows
            found += [
                told.fact.duplicate
                for told in self.about(one, "registry")
                if told.fact.TYPE == r.PeopleMerged.TYPE and told.fact.person.int == one.int
            ]
        return found

    def file(self, types: frozenset[str]) -> list[Found]:
        """What of these a disabled person's file says: it is kept under their registration, or under an older one that was
        merged into theirs."""
        for id in self.registrations(self.person):
            kept = [one for one in self.about(id, "disability") if _is_in_file_of(one, id)]
            if kept:
                return [one for one in kept if one.fact.TYPE in types]
        return []


def _is_in_file_of(one: Found, person: UUID) -> bool:
    return one.fact.TYPE in FILE and one.recorded.envelope.stream.int == person.int
