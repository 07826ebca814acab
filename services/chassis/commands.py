"""From an HTTP request to a decision: for whom, under which request id, and once for an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from events.ids import Identifier
from services.chassis.refusal import KeyReused, Stale
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Work

M = TypeVar("M", bound=BaseModel)


def execute(
    request: Request, runtime: Runtime, caller: Caller, answer: type[M], decide: Callable[[Work], M]
) -> M:
    """Run `decide` to its commit and give what it answers.

    With an Idempotency-Key the answer is kept in the same transaction: the same request again gets the same
    answer and decides nothing; another request under the key is refused (422). So never for answers that hold
    names or texts: what is kept is in clear. For those see `runtime.decide` alone.
    """
    actor = caller.to_actor()
    key, digest = request.state.idempotency_key, request.state.request_digest

    def once(work: Work) -> M:
        if key is None:
            return decide(work)
        # Hashed: a client may make its keys of ID numbers, and this row is in clear.
        place = f"{caller.person}|{sha256(key.encode()).hexdigest()}"
        kept = work.fact("idempotency", place)
        if kept is not None:
            if kept["digest"] != digest:
                raise KeyReused
            return answer.model_validate_json(kept["answer"])
        given = decide(work)
        work.keep(
            "idempotency",
            place,
            {"digest": digest, "answer": given.model_dump_json(), "day": work.today.isoformat()},
        )
        return given

    return runtime.decide(once, Cause(actor, request.state.request_id))


def expect(work: Work, identifier: Identifier, version: int | None) -> None:
    """Refuse (409) where the caller has decided on another version than is recorded; None: do not ask."""
    if version is not None and work.version(identifier) != version:
        raise Stale(version, work.version(identifier))
