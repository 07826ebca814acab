"""Throw-away facts for tests: one name in several shapes, and a catalogue that is put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import create_model

from events.base import CATALOGUE, UPCASTERS, Event
from events.contracting.schemas import schema_of

Fields = dict[str, Any]  # name → (type, default or Field(...))


@contextmanager
def language() -> Iterator[None]:
    """What is defined inside is forgotten at the end."""
    catalogue, upcasters = dict(CATALOGUE), dict(UPCASTERS)
    try:
        yield
    finally:
        CATALOGUE.clear()
        CATALOGUE.update(catalogue)
        UPCASTERS.clear()
        UPCASTERS.update(upcasters)


def fact(
    fields: Fields, *, name: str = "Granted", room: str = "registry", in_force: bool = True, **marks: Any
) -> type[Event]:
    """A fact `registry.Granted.1` of these fields; with `in_force=False` the catalogue forgets it at once."""
    made = create_model(
        name,
        __base__=Event,
        __module__=f"tests.{room}",
        __cls_kwargs__=marks,
        __doc__="A throw-away fact.",
        **fields,
    )
    if not in_force:
        del CATALOGUE[made.SCHEMA]
    return made


def schema(fields: Fields, **marks: Any) -> dict[str, Any]:
    return schema_of(fact(fields, in_force=False, **marks))
