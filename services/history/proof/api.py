"""Proof over HTTP: keys and checkpoints for everybody, an event's proof for whoever may read the event."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth import allow_any_department, public
from services.chassis.refusal import Conflict, NotFound
from services.chassis.tokens import Caller
from services.history.api import of_their_township
from services.history.proof.bundle import Proof, Unproven, hand_out
from services.history.proof.signing import Checkpoints
from services.history.timelines import Timelines

Anybody = Annotated[Caller, allow_any_department()]


class Keys(BaseModel):
    """Compare `first` with what was handed to you by another way: a key from here proves nothing by itself."""

    model_config = ConfigDict(frozen=True)

    origin: str
    first: str = Field(description="the first public key, name+id+base64 (c2sp.org/signed-note)")
    current: str = Field(description="the key that signs now")
    notes: tuple[str, ...] = Field(
        description="notes by which each key followed the one before, signed by both"
    )


def router(checkpoints: Checkpoints, timelines: Timelines) -> APIRouter:
    routes = APIRouter(prefix="/proof", tags=["proof"])

    @routes.get("/keys", dependencies=[public()])
    def keys() -> Keys:
        """The public keys that checkpoints are checked with."""
        found = checkpoints.public_keys()
        if found is None:
            raise NotFound
        return Keys(origin=found.origin, first=found.first, current=found.current, notes=found.notes)

    @routes.get("/checkpoint", dependencies=[public()], response_class=PlainTextResponse)
    def latest() -> str:
        """The last checkpoint, a signed note (c2sp.org/tlog-checkpoint)."""
        return _found(checkpoints.note())

    @routes.get("/checkpoints/{size}", dependencies=[public()], response_class=PlainTextResponse)
    def one(size: Annotated[int, InPath(ge=1, le=(1 << 63) - 1)]) -> str:
        """The checkpoint of this size, as it was signed."""
        return _found(checkpoints.note(size))

    @routes.get("/inclusion/{event}")
    def inclusion(event: UUID, caller: Anybody) -> Proof:
        """That an event stands under the last checkpoint: a file that `doudi audit verify` checks offline. 409 where
        the event that lies here is not the one that was signed."""
        chain = timelines.event(event)
        if not chain:
            raise NotFound
        of_their_township(caller, timelines.townships_of(chain[0].entry))
        try:
            proof = hand_out(checkpoints.trees, checkpoints.origin, event)
        except Unproven as unproven:
            raise Conflict("log-altered", unproven.zh, unproven.en) from unproven
        if proof is None:
            raise NotFound("该事件尚未纳入检查点。", "No checkpoint covers this event yet.")
        return proof

    return routes


def _found(note: str | None) -> str:
    if note is None:
        raise NotFound
    return note
