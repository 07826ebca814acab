"""A file cut into the messages by which a department sends it through the gate; any language can do the same.

Each is a CloudEvent in structured JSON, one line: `doudi verification cut … | kcat -P -t in.civil-affairs -p 0`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

from events import reports
from events.base import Event
from events.ids import AgreementId
from services.chassis import jwe

PIECE_BYTES = 256 << 10


def cut(
    file: IO[bytes],
    name: str,
    *,
    sending: UUID,
    agreement: AgreementId,
    as_of: date,
    jwk: Mapping[str, str],
    source: str,
    size: int = PIECE_BYTES,
) -> Iterator[dict[str, Any]]:
    """The messages in their order. `sending`: a number never used before; `jwk`: the public key of the agreement."""
    said: dict[str, Any] = {"file": sending, "agreement": agreement}
    form = PurePath(name).suffix.lower().removeprefix(".")
    digest, number = hashlib.sha256(), 0
    opened = reports.FeedOpened.model_validate({**said, "as_of": as_of, "form": form})
    yield _message(opened, source, f"{sending}/0")
    while piece := file.read(size):
        number += 1
        digest.update(piece)
        content = jwe.close(piece, jwk)
        yield _message(
            reports.FeedPiece(**said, number=number, content=content), source, f"{sending}/{number}"
        )
    closed = reports.FeedClosed(**said, pieces=number, digest=digest.hexdigest())
    yield _message(closed, source, f"{sending}/closed")


def _message(report: Event, source: str, id: str) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": id, "source": source, "type": report.TYPE, "dataschema": report.SCHEMA,
        "data": report.model_dump(mode="json"),
    }  # fmt: skip
