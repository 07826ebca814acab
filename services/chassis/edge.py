"""What surrounds every request: its id, its limits, its digest, its line in the log, its headers.

The limit of a body and the right to send one are judged at the first read, when the route is known and
nothing has been taken in yet; so they hold for chunked bodies and for uploads too.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.auth import Access, bearer_of, declaration
from services.chassis.metrics import Metrics
from services.chassis.problems import internal, too_large
from services.chassis.settings import Settings

log = structlog.get_logger("doudi.http")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(f"[0-7][{_CROCKFORD}]{{25}}", re.ASCII)
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_GONE = 499  # the caller left before its body was read; nobody gets this answer
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Answers are about people: no cache, shared or not, may keep them.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class ImportBody:
    """A declaration that a route takes an uploaded file: up to `import_limit` instead of `body_limit`."""

    async def __call__(self) -> None:
        return None


def import_body() -> Any:
    """Put into a route's `dependencies` to let it take an upload of up to `import_limit` bytes."""
    return Depends(ImportBody())


class Edge:
    """ASGI middleware around one service."""

    def __init__(
        self, app: ASGIApp, *, settings: Settings, metrics: Metrics, new_id: Callable[[], UUID]
    ) -> None:
        self.app, self._settings, self._metrics, self._new_id = app, settings, metrics, new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = parse_request_id(given)
        echoed = given if request_id and len(given) == 26 else ""  # a ULID goes back as it came
        request_id = request_id or self._new_id()
        trace = headers.get("traceparent", "")
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["traceparent"] = trace if _TRACEPARENT.fullmatch(trace) else None
        body = state["body"] = Body(scope, receive, headers, self._settings)
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                sent = MutableHeaders(scope=message)
                sent["X-Request-Id"] = echoed or str(request_id)
                for name, value in _HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(
            service=self._metrics.service, request_id=str(request_id)
        ):
            try:
                await self.app(scope, body.receive, send_with_headers)
            except ClientDisconnect:
                status = status or _GONE
            except Exception as error:
                # The last place that knows the request: whatever it was, the caller gets a 500 that
                # says nothing, and the log says where it happened, once.
                log.error("request failed", exc_info=error)
                if status:  # half an answer is out: only breaking the connection tells the caller
                    raise
                await internal().response(request_id)(scope, body.receive, send_with_headers)
            finally:
                self._note(scope, status or 500, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, not the path: a path is the caller's text.
        route = getattr(scope.get("route"), "path", "unknown")
        self._metrics.served(scope["method"] if route != "unknown" else "any", route, status, seconds)
        caller = scope["state"].get("caller")
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            department=caller.department if caller else None,
        )


class Body:
    """The body of one request, counted and hashed as it is read."""

    def __init__(self, scope: Scope, receive: Receive, headers: Headers, settings: Settings) -> None:
        self._scope, self._receive, self._settings = scope, receive, settings
        length = headers.get("content-length", "")
        self._announced = int(length) if length.isdecimal() else 0
        self._chunked = "transfer-encoding" in headers
        self._limit = 0
        self._taken = 0
        self._hash = hashlib.sha256()

    @property
    def present(self) -> bool:
        """Whether the request has a body, read or not."""
        return bool(self._taken or self._announced or self._chunked)

    def digest(self) -> bytes:
        """SHA-256 of what was read so far."""
        return self._hash.digest()

    async def receive(self) -> Message:
        if not self._limit:
            await self._admit()
        message = await self._receive()
        chunk = message.get("body", b"") if message["type"] == "http.request" else b""
        self._taken += len(chunk)
        if self._taken > self._limit:
            raise too_large(self._limit)
        self._hash.update(chunk)
        return message

    async def _admit(self) -> None:
        dependant = getattr(self._scope.get("route"), "dependant", None)
        importing = _takes_import(dependant)
        limit = self._settings.import_limit if importing else self._settings.body_limit
        declared = declaration(dependant)
        if isinstance(declared, Access) and "caller" not in self._scope["state"]:
            request = Request(self._scope)
            await declared.admit(request, bearer_of(request))
        if self._announced > limit:
            raise too_large(limit)
        self._limit = limit


def _takes_import(dependant: Dependant | None) -> bool:
    inner = dependant.dependencies if dependant is not None else []
    return any(isinstance(one.call, ImportBody) for one in inner)


def parse_request_id(text: str) -> UUID | None:
    """A UUID or a ULID as a UUID; None for anything else."""
    if _ULID.fullmatch(text.upper()):
        number = 0
        for letter in text.upper():
            number = number << 5 | _CROCKFORD.index(letter)
        return UUID(int=number)
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
