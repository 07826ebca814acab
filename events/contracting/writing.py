"""`events/contracts/` as it should be, compared with what is committed, and written where that is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from events.base import CATALOGUE, UPCASTERS, Event, UnknownType, check_upcasters, current, lift
from events.compatibility import Break, breaks
from events.contracting.asyncapi import document
from events.contracting.catalogue import facts, reported
from events.contracting.channels import homeless
from events.contracting.examples import data_of, example_of
from events.contracting.schemas import Schema, schema_of
from events.contracting.yaml_text import to_yaml

FOLDER = Path(__file__).parent.parent / "contracts"
Contracts = dict[str, type[Event]]


def refusals(folder: Path = FOLDER, types: Contracts | None = None) -> list[Break]:
    """What the catalogue would break of the contracts in `folder`. Nothing may be written while there is any.

    `types`: the current facts; all of the language unless given.
    """
    types = facts() if types is None else types
    try:
        check_upcasters()
    except TypeError as wrong:
        # Nothing else can be told: who followed a circle of upcasters would not come back.
        return [Break("upcasters", "", "upcasters wrong", str(wrong))]
    found = [
        Break(name, "", "no topic", "no channel in events/contracting/channels.py carries it")
        for name in homeless(types)
    ]
    found += _lost(folder, types)
    for name, old in _committed(folder, "schemas").items():
        if name in types:
            found += breaks(old, schema_of(types[name]), reported=reported(name))
        elif (lost := _unreadable(name)) is not None:
            found.append(lost)
    for name, example in _committed(folder, "examples").items():
        found += _unread(name, example, types)
    return found


def contracts(folder: Path = FOLDER, types: Contracts | None = None) -> dict[str, str]:
    """Every generated file by its path in `folder`. Files of older versions are not among them."""
    types = facts() if types is None else types
    schemas = {name: schema_of(fact) for name, fact in types.items()}
    made = {}
    for name, fact in types.items():
        made[f"schemas/{name}.json"] = _text(schemas[name])
        made[f"examples/{name}.json"] = _text(example_of(fact, schemas[name]))
    every = {**_committed(folder, "schemas"), **schemas}
    made["asyncapi.yaml"] = to_yaml(document(every))
    return made


def differences(folder: Path = FOLDER, types: Contracts | None = None) -> list[str]:
    """Files that are missing or are not what would be generated."""
    return [path for path, text in contracts(folder, types).items() if _read(folder / path) != text]


def write(folder: Path = FOLDER, types: Contracts | None = None) -> list[str]:
    """Write what differs; the paths written. To be called when `refusals` finds nothing."""
    written = []
    for path, text in contracts(folder, types).items():
        place = folder / path
        if _read(place) != text:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written


def _lost(folder: Path, types: Contracts) -> Iterator[Break]:
    """Versions that are still lifted, so were once stored, and whose contract somebody deleted."""
    for name in UPCASTERS:
        for room in ("schemas", "examples"):
            if current(name) in types and not (folder / room / f"{name}.json").is_file():
                what = f"{room}/{name}.json is gone: it is history, bring it back"
                yield Break(name, "", "contract lost", what)


def _unreadable(name: str) -> Break | None:
    """The version is no longer current: is it still read, through upcasters?"""
    try:
        current(name)
    except UnknownType:
        what = "it was removed or renamed, but facts stored under it stay for ever"
        return Break(name, "", "version lost", what)
    return None


def _unread(name: str, example: dict[str, Any], types: Contracts) -> Iterator[Break]:
    """Whether a committed golden message is still read, as what a store holds will be."""
    try:
        now, data = lift(name, data_of(example))
        fact = types.get(now, CATALOGUE.get(now))
        if fact is not None:  # else the lost version is told of already
            fact.model_validate_json(json.dumps(data), extra="ignore")
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False):
            field = ".".join(map(str, one["loc"]))
            yield Break(name, field, "golden example unread", one["msg"])
    except (KeyError, TypeError, ValueError) as error:
        yield Break(name, "", "golden example unread", f"its upcaster fails: {error!r}")


def _committed(folder: Path, room: str) -> dict[str, Schema]:
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((folder / room).glob("*.json"))
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
