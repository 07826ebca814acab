"""The HTTP server comes to its end whoever is connected to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from services.cli import up


def test_who_stopped_reading_does_not_keep_a_host_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "FAREWELL_SECONDS", 1)
    app = FastAPI()

    @app.get("/stream")
    def stream() -> StreamingResponse:
        def without_end() -> Iterator[bytes]:
            while True:
                yield b"x" * 65536

        return StreamingResponse(without_end())

    house: Any = SimpleNamespace(web=lambda: app, settings=SimpleNamespace(host="127.0.0.1", port=0))
    server = up.Serving(house)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        assert deaf.recv(1)
        time.sleep(0.5)  # what the network holds is full by now
        ending = threading.Thread(target=server.stop, daemon=True)
        ending.start()
        ending.join(20)
        assert not ending.is_alive()
