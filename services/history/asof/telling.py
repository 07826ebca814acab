"""A timeline as of: the lines known that count by the day, page by page, in the causal order of the log.

A correction that replaces another fact stands beside it here: both were told.
"""

from __future__ import annotations

from events.base import Envelope
from services.history.asof.knowledge import Line
from services.history.asof.looking import Look
from services.history.asof.placing import day_of
from services.history.kinship import Through
from services.history.subjects import Subject
from services.history.timelines import Found, entries_at, places_of


def page(
    look: Look, kind: str, subject: Subject, after: int, limit: int
) -> tuple[tuple[Found, ...], int | None]:
    """Lines behind position `after`, and where the next page begins if there is one."""
    where = places_of(look.session, look.generation, kind, subject, look.knows)
    found: list[Found] = []
    while True:
        places = where.behind(after, limit + 1)
        some = sorted(places)[: limit + 1]
        found += _told(look, places, some)
        if len(found) > limit:
            return tuple(found[:limit]), found[limit - 1].position
        if len(some) <= limit:
            return tuple(found), None
        after = some[-1]


def _told(look: Look, places: dict[int, Through], positions: list[int]) -> list[Found]:
    entries = entries_at(look.session, positions)
    lines = [_line(position, entries[position].envelope) for position in positions]
    known = look.known.among(look.session, look.generation, lines)
    kept = [(position, entries[position]) for position in positions if position in known]
    others = look.corrected(entry.envelope for _, entry in kept)
    return [
        Found(position, places[position], entry)
        for position, entry in kept
        if day_of(entry.envelope, others) <= look.day
    ]


def _line(position: int, e: Envelope) -> Line:
    return Line(position, e.source, e.sequence, e.id.bytes, e.dataschema)
