"""Every fact of the language, whoever has imported what."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import events
from events.base import CATALOGUE, Event

REPORTS = "reports"  # the one room of the language that is written by others, and read by us


def vocabularies() -> list[ModuleType]:
    """The modules of the language, in the order of their names."""
    names = sorted(m.name for m in pkgutil.iter_modules(events.__path__) if not m.ispkg)
    return [importlib.import_module(f"events.{name}") for name in names]


def facts() -> dict[str, type[Event]]:
    """The current version of every fact by schema name, sorted; classes made outside `events` are none."""
    rooms = {module.__name__ for module in vocabularies()}
    return {schema: fact for schema, fact in sorted(CATALOGUE.items()) if fact.__module__ in rooms}


def vocabulary_of(schema: str) -> str:
    """`registry.PersonRegistered.1` → `registry`."""
    return schema.partition(".")[0]


def type_of(schema: str) -> str:
    """`registry.PersonRegistered.1` → `registry.PersonRegistered`."""
    return schema.rpartition(".")[0]


def reported(schema: str) -> bool:
    """Whether departments' own systems send it to us, and not we to them."""
    return vocabulary_of(schema) == REPORTS
