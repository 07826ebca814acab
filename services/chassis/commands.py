"""From an HTTP request to a decision: for whom, under which request id, and once for an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from events.ids import Identifier
from events.service import Answered
from services.chassis.reconstruct import keep_chassis_facts
from services.chassis.refusal import KeyReused, Stale
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Work

M = TypeVar("M", bound=BaseModel)


def execute(
    request: Request, runtime: Runtime, caller: Caller, answer: type[M], decide: Callable[[Work], M]
) -> M:
    """Run `decide` to its commit and give what it answers.

    With an Idempotency-Key the answer is recorded in the same decision: the same request again gets the same
    answer and decides nothing, also after a restore; another request under the key is refused (422). So never for
    answers that hold names or texts: the row kept of it is in clear. For those see `runtime.decide` alone.
    """
    actor = caller.to_actor()
    key, digest = request.state.idempotency_key, request.state.request_digest

    def once(work: Work) -> M:
        if key is None or digest is None:
            return decide(work)
        # Keyed: a client may make its keys of ID numbers, and a body may hold one.
        index = work.around.keys.blind_index
        place, asked = index("idempotency-key", f"{caller.person}|{key}"), index("request", digest)
        kept = work.fact("idempotency", place)
        if kept is not None:
            if kept["request"] != asked:
                raise KeyReused
            return answer.model_validate_json(kept["answer"])
        given = decide(work)
        until = work.today + timedelta(days=runtime.idempotency_days)
        fact = Answered(key=place, request=asked, answer=given.model_dump_json(), until=until)
        work.record(runtime.own, fact)
        keep_chassis_facts(work, fact)
        return given

    return runtime.decide(once, Cause(actor, request.state.request_id))


def expect(work: Work, identifier: Identifier, version: int | None) -> None:
    """Refuse (409) where the caller has decided on another version than is recorded; None: do not ask."""
    if version is not None and work.version(identifier) != version:
        raise Stale(version, work.version(identifier))
