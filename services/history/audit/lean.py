"""Cases read lean: by twins of their facts, and of the envelopes only what an audit of known and rule asks for.

For `plain`, which settles what is beyond doubt; whatever is not is read again, whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from events.base import CATALOGUE, Recorded
from services.chassis.vault import VaultError
from services.history.asof.knowledge import Line
from services.history.audit.reading import OTHERS, Found
from services.history.audit.story import Story, told
from services.history.audit.swept import TOLD_OR_DECIDED, SweptLog
from services.history.audit.twins import twin_of


class _Head(msgspec.Struct, frozen=True, gc=False):
    """Of an envelope; a whole one takes five times as long to decode."""

    id: UUID
    source: str
    type: str
    stream: UUID
    sequence: int
    recordedtime: datetime
    known: dict[str, int]
    audience: str | None = None


_head: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Head)
NO_ENTRY: Any = None
"""Whoever reads lean asks for no bytes."""
_twins: dict[str, msgspec.json.Decoder[Any]] = {
    schema: msgspec.json.Decoder(twin_of(fact))
    for schema, fact in CATALOGUE.items()
    if fact.TYPE in TOLD_OR_DECIDED | OTHERS
}


@dataclass
class LeanLog(SweptLog):
    """`unsure`: cases in which something cannot be read."""

    unsure: set[UUID] = field(default_factory=set)
    _stories: dict[tuple[UUID, str], tuple[list[int], list[Story]]] = field(default_factory=dict)

    def lay_ready(self, streams: Sequence[UUID]) -> None:
        self._stories.clear()
        super().lay_ready(streams)

    def story(self, stream: UUID, source: str, end: int) -> Story:
        """`story.until` of what this source recorded of a case that lies ready, before a sequence; told once for all."""
        if (stream, source) not in self._stories:
            own = [one for one in self._cases[stream] if one.line.source == source]
            stories = [Story()]
            for one in own:
                stories.append(told(stories[-1], one))
            self._stories[stream, source] = [one.line.sequence for one in own], stories
        sequences, stories = self._stories[stream, source]
        return stories[bisect_left(sequences, end)]

    def _of_case(self, row: Sequence[Any]) -> Found | None:
        position, source, sequence, id, dataschema, envelope, data = row
        head = _head.decode(envelope)
        twin = _twins.get(dataschema)
        try:
            if twin is not None:
                if head.audience is not None and self.opener is not None:
                    data = self.opener.open_data(head.audience, head.id, bytes(data))
                fact = twin.decode(data)
                line = Line(position, source, sequence, id, dataschema)
                return Found(line, NO_ENTRY, Recorded(head, fact))
        except (msgspec.MsgspecError, VaultError):
            pass  # stricter than the fact itself: that will tell
        found = self._found(tuple(row))
        if found is None:
            self.unsure.add(head.stream)
        return found
