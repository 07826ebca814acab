"""Every fact of the language, whoever has imported what."""

from __future__ import annotations

import importlib
import pkgutil

import events
from events.base import CATALOGUE, Event

REPORTS = "reports"  # the one room of the language that is written by others, and read by us


def facts() -> dict[str, type[Event]]:
    """The current version of every fact by schema name, sorted; classes made outside `events` are none."""
    for room in pkgutil.iter_modules(events.__path__, "events."):
        importlib.import_module(room.name)
    return {
        schema: fact for schema, fact in sorted(CATALOGUE.items()) if fact.__module__.startswith("events.")
    }


def vocabulary_of(schema: str) -> str:
    """`registry.PersonRegistered.1` → `registry`."""
    return schema.partition(".")[0]


def type_of(schema: str) -> str:
    """`registry.PersonRegistered.1` → `registry.PersonRegistered`."""
    return schema.rpartition(".")[0]


def reported(schema: str) -> bool:
    """Whether departments' own systems send it to us, and not we to them."""
    return vocabulary_of(schema) == REPORTS
