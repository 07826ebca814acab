"""Everything that a whole house holds, searched: every file and topic byte by byte, and every text that any key still
opens."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as parquet
from kafka import KafkaConsumer, TopicPartition

from events.sealed import Sealed
from services.chassis.codec import read
from services.chassis.runtime import log_of
from services.chassis.service import name_of
from services.chassis.vault import Vault, VaultError
from tests.end_to_end.systems import System

SEALED = {"of", "event", "field", "box"}
Place = tuple[str, str]
"""Where, and what is written there."""


def forms(text: str) -> list[bytes]:
    """As programs write a text down."""
    spelt = json.dumps(text)[1:-1].encode()
    return [text.encode(), spelt, spelt.upper(), text.encode("utf-16-le"), text.encode("gb18030"),
            b64encode(text.encode()).rstrip(b"=")[:-1]]  # fmt: skip


def in_bytes(places: Iterable[tuple[str, bytes]], texts: Iterable[str]) -> set[Place]:
    wanted = [(text, form) for text in texts for form in forms(text)]
    return {(name, text) for name, content in places for text, form in wanted if form in content}


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def in_words(places: Iterable[Place], texts: Iterable[str]) -> set[Place]:
    wanted = list(texts)
    return {(name, text) for name, said in places for text in wanted if text in said}


def records(kafka: str) -> Iterator[Any]:
    """Every record of every topic but the departments' own, aborted ones too."""
    reader = KafkaConsumer(
        bootstrap_servers=kafka, isolation_level="read_uncommitted", enable_auto_commit=False
    )
    try:
        for topic in sorted(reader.topics() | {"__consumer_offsets"}):
            places = [TopicPartition(topic, n) for n in reader.partitions_for_topic(topic) or ()]
            if topic.startswith("in.") or not places:
                continue
            reader.assign(places)
            reader.seek_to_beginning(*places)
            ends = reader.end_offsets(places)
            while any(reader.position(place) < ends[place] for place in places):
                for found in reader.poll(timeout_ms=500).values():
                    yield from found
    finally:
        reader.close(autocommit=False)


def topics(kafka: str) -> dict[str, bytes]:
    """Every byte of them: keys, headers and values."""
    found: dict[str, list[bytes]] = {}
    for record in records(kafka):
        parts = found.setdefault(f"topic {record.topic}", [])
        parts += [record.key or b"", record.value or b""]
        parts += [name.encode() + b"=" + (value or b"") for name, value in record.headers]
    return {name: b"\n".join(parts) for name, parts in found.items()}


def readable(system: System, folder: Path) -> Iterator[Place]:
    """Every text of every log, table, topic and lake file that whoever has all keys can read today."""
    yield from _logs(system)
    if system.settings.kafka is not None:
        yield from _messages(system.settings.kafka, system.house.vault.for_reader("history"))
    for path in sorted(folder.rglob("*.sqlite")):
        yield from _tables(path, system.house.vault)
    for path in sorted(folder.rglob("*.parquet")):
        yield from _columns(path, system.house.vault.for_reader("history"))


def _logs(system: System) -> Iterator[Place]:
    keys = system.house.vault.for_reader("history")
    for name, runtime in system.house.runtimes.items():
        for entry in log_of(runtime.store):
            fact = read(entry, keys).data
            yield from _texts(f"log of {name}, {entry.envelope.type}", fact.model_dump(mode="json"), keys)


def _messages(kafka: str, keys: Vault) -> Iterator[Place]:
    for record in records(kafka):
        headers, place = dict(record.headers), f"topic {record.topic}"
        value = record.value or b""
        yield from _texts(place, [record.key or b"", value, *headers.values()], keys)
        audience = headers.get("ce_audience")
        if audience:
            try:
                data = keys.open_data(audience.decode(), UUID(headers["ce_id"].decode()), value)
            except VaultError:
                continue  # another district's, whose vault this is not
            yield from _texts(f"{place}, closed", json.loads(data), keys)


def _tables(path: Path, keys: Vault) -> Iterator[Place]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in database.execute(f'SELECT * FROM "{name}"'):
                for value in row:
                    yield from _texts(f"{path.name}, {name}", value, keys)


def _columns(path: Path, keys: Vault) -> Iterator[Place]:
    place = f"lake {path.parent.name}"
    for row in parquet.read_table(path).to_pylist():
        yield from _texts(place, list(row.values()), keys)
        if row.get("closed"):
            data = keys.open_data(name_of(row["source"]), UUID(str(row["id"])), bytes(row["closed"]))
            yield from _texts(f"{place}, closed", json.loads(data), keys)


def _texts(place: str, value: Any, keys: Vault) -> Iterator[Place]:
    """Texts in a value, also in JSON that is written down as text; boxes opened where a key is left."""
    if isinstance(value, dict):
        if value.keys() >= SEALED:
            try:
                opened = keys.open_text(Sealed.from_json(value))
            except VaultError:
                return
            yield f"{place}, a box", opened
            return
        for name, inner in value.items():
            yield place, name
            yield from _texts(place, inner, keys)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(place, inner, keys)
    elif isinstance(value, bytes | str):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        yield place, text
        if text[:1] in ("{", "["):
            try:
                inner = json.loads(text)
            except ValueError:
                return
            yield from _texts(place, inner, keys)
