"""A witness over HTTP. Open to everybody: what counts is the signature on what is submitted."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import ValidationError

from services.chassis.auth import public
from services.history.proof.witness import Refused, Submission, Witness

LARGEST = 1 << 20


def witness_app(witness: Witness) -> FastAPI:
    """`POST /checkpoints` · `GET /checkpoints?origin=` (the last one signed) · `GET /key`."""
    app = FastAPI(title="Doudi witness", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/checkpoints", dependencies=[public()])
    async def add(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST:
                return _refused(Refused(413, "too-large", "提交内容过大。", "The submission is too large."))
        try:
            line = witness.add(Submission.model_validate_json(body))
        except ValidationError:
            return _refused(Refused(400, "malformed", "提交内容格式错误。", "Not a submission."))
        except Refused as refused:
            return _refused(refused)
        return JSONResponse({"cosignature": line})

    @app.get("/checkpoints", dependencies=[public()])
    def last(origin: Annotated[str, Query(max_length=200)]) -> Response:
        note = witness.last(origin)
        return PlainTextResponse("", 404) if note is None else PlainTextResponse(note)

    @app.get("/key", dependencies=[public()])
    def key() -> Response:
        return PlainTextResponse(witness.signer.verifier.text + "\n")

    return app


def _refused(refused: Refused) -> Response:
    said = {"slug": refused.slug, "zh": refused.zh, "en": refused.en, "last": refused.last}
    return JSONResponse(said, refused.status)
