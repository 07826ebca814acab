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
    on: date = field(init=False)
    own: str = field(init=False)
    """The decider's name."""
    _about: dict[int, dict[str, list[Found]]] = field(default_factory=dict)
    _same: dict[int, list[UUID]] = field(default_factory=dict)
    _file: list[Found] | None = None

    def __post_init__(self) -> None:
        self.on, self.own = day_of(self.assessed), name_of(self.assessed.line.source)

    @property
    def person(self) -> UUID:
        """Whom a case of one person is for."""
        return self.story.members[0]

    def about(self, entity: UUID, service: str) -> list[Found]:
        """What a service recorded of a person, a household or a case, as far as it was known, in its order."""
        if entity.int not in self._about:
            self._about[entity.int] = by_service = dict[str, list[Found]]()
            for one in self.log.taken(self.log.others(entity), self.known):
                by_service.setdefault(name_of(one.line.source), []).append(one)
            self.unsure = self.unsure or self.log.cannot_read(entity)
        return self._about[entity.int].get(service, [])

    def registrations(self, person: UUID) -> list[UUID]:
        """Of the same person, as known; this one first."""
        if person.int not in self._same:
            self._same[person.int] = found = [person]
            for one in found:  # it grows
                found += [
                    told.fact.duplicate
                    for told in self.about(one, "registry")
                    if told.fact.TYPE == r.PeopleMerged.TYPE and told.fact.person.int == one.int
                ]
        return self._same[person.int]

    def file(self, types: frozenset[str]) -> list[Found]:
        """What of these a disabled person's file says: it is kept under their registration, or under an older one that was
        merged into theirs."""
        if self._file is None:
            each = (
                [one for one in self.about(id, "disability") if _is_in_file_of(one, id)]
                for id in self.registrations(self.person)
            )
            self._file = next(filter(None, each), [])
        return [one for one in self._file if one.fact.TYPE in types]


def _is_in_file_of(one: Found, person: UUID) -> bool:
    return one.fact.TYPE in FILE and one.recorded.envelope.stream.int == person.int
