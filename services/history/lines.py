"""A line of the log as somebody may read it: when, what in one sentence, by whom; sealed and restricted parts
only for who is entitled, erased ones for nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from events.base import Entry, Event, UnknownType
from events.sealed import Sealed, map_sealed
from services.chassis.clock import civil_date
from services.chassis.codec import read
from services.chassis.service import name_of
from services.chassis.vault import VaultError
from services.chassis.work import Keys
from services.history.kinship import Through
from services.history.timelines import Found
from services.history.wording import told
from services.history.words import ERASED, RESTRICTED, SEALED, Words

LATE = timedelta(days=1)
UNREADABLE = Words("（无法读取）", "(cannot be read)")
log = structlog.get_logger(__name__)


class Line(BaseModel):
    """One event of a timeline. `position` orders the district's log: no effect stands before its cause."""

    model_config = ConfigDict(frozen=True)

    position: int
    id: UUID
    service: str = Field(description="who recorded it")
    type: str
    dataschema: str
    subject: str
    through: Through = Field(
        description="own: recorded under this id; duplicate: under one that was merged into it;"
        " predecessor: under the household it came from; household: of the household lived in then"
    )
    time: datetime = Field(description="when it happened")
    effective: date = Field(description="from which day it counts")
    recordedtime: datetime
    late: bool = Field(description="recorded more than a day after it happened or began to count")
    department: str
    post: str
    corrects: UUID | None = Field(description="the event that it corrects")
    cause: UUID | None = Field(description="the event that it follows from")
    restricted: bool = Field(description="what it says is only for its audience")
    zh: str
    en: str


class Sight:
    """What a reader sees: `restricted` facts or not, and the texts that were opened and recorded as such."""

    def __init__(self, keys: Keys, *, restricted: bool = False) -> None:
        self._keys = keys
        self._restricted = restricted
        self._texts: dict[str, str] = {}
        self._erased: dict[UUID, bool] = {}

    def opened(self, texts: Mapping[str, str | None]) -> None:
        """Texts by box that the reader may see from here on."""
        self._texts.update({box: text for box, text in texts.items() if text is not None})

    def __call__(self, sealed: Sealed) -> Words:
        text = self._texts.get(sealed.box)
        if text is not None:
            return Words(text, text)
        return ERASED if any(self._is_erased(owner) for owner in sealed.owners) else SEALED

    def _is_erased(self, owner: UUID) -> bool:
        if owner not in self._erased:
            self._erased[owner] = self._keys.is_erased(owner)
        return self._erased[owner]

    def fact(self, entry: Entry) -> Event | Words:
        """The fact, or what stands for it where it cannot be shown."""
        if entry.envelope.audience is not None and not self._restricted:
            return RESTRICTED
        try:
            return read(entry, self._keys).data
        except UnknownType:
            return Words("", "")
        except (ValidationError, VaultError) as failure:
            # The rest of the timeline is still wanted; that this one cannot be read is shown and noted.
            log.warning("an event cannot be read", id=str(entry.envelope.id), why=type(failure).__name__)
            return UNREADABLE


def sealed_in(facts: Iterable[Event | Words]) -> list[Sealed]:
    """Every closed text in the facts."""
    found: list[Sealed] = []

    def collect(_: str, sealed: Sealed) -> Sealed:
        found.append(sealed)
        return sealed

    for fact in facts:
        if isinstance(fact, Event):
            map_sealed(fact, collect)
    return found


def line(found: Found, sight: Sight) -> Line:
    e = found.entry.envelope
    fact = sight.fact(found.entry)
    # What cannot be shown is told by its type, with the reason behind it.
    said = (
        told(fact, sight)
        if isinstance(fact, Event)
        else Words(e.type + fact.zh, f"{e.type} {fact.en}".rstrip())
    )
    return Line(
        position=found.position,
        id=e.id,
        service=name_of(e.source),
        type=e.type,
        dataschema=e.dataschema,
        subject=e.subject,
        through=found.through,
        time=e.time,
        effective=e.effective,
        recordedtime=e.recordedtime,
        late=is_late(found.entry),
        department=e.actor.department,
        post=e.actor.post,
        corrects=e.corrects,
        cause=e.causationid,
        restricted=e.audience is not None,
        zh=said.zh,
        en=said.en,
    )


def is_late(entry: Entry) -> bool:
    e = entry.envelope
    return e.recordedtime - e.time > LATE or civil_date(e.recordedtime) - e.effective > LATE


def shown_envelope(entry: Entry) -> dict[str, JsonValue]:
    """All attributes, as JSON."""
    shown: dict[str, JsonValue] = msgspec.json.decode(msgspec.json.encode(entry.envelope))
    return shown


def shown_data(entry: Entry, sight: Sight) -> JsonValue:
    """The data with every sealed text as this reader sees it; None where it cannot be shown."""
    fact = sight.fact(entry)
    if not isinstance(fact, Event):
        return None
    return _shown(fact.model_dump(mode="json"), sight)


def _shown(value: Any, sight: Sight) -> JsonValue:
    if isinstance(value, dict):
        if {"of", "event", "field", "box"} <= value.keys():
            return sight(Sealed.from_json(value)).zh
        return {name: _shown(inner, sight) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner, sight) for inner in value]
    return value  # type: ignore[no-any-return]  # what JSON has beside objects and lists
