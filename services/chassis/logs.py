"""Logs as JSON lines on standard error, without personal data.

A log line carries plain values only. Anything else (a model, a fact, a row) shows as the name of its type,
since its `repr` would spell out whom it is about; exceptions show where they happened, and say their message
only where no caller's text can be in it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.chassis.redaction import redact

Line = MutableMapping[str, Any]

_SILENT = ("uvicorn.access",)  # our own request log says the same without query strings
_DEAF = ("kafka.net.selector",)  # warns of every tenth of a second that a busy machine takes
_CLIENT = ("kafka",)
"""Warns of every try of a connection: whoever asked for it says that none came about. Below that it tells of every fetch."""
_LOUD = (
    "aiokafka",
    "faust",
    "mode",
    "httpx",
    "httpcore",
    "asyncio",
    "eventsourcing",
    "openpyxl",
)  # from WARNING up only
_DEPTH = 12

# The messages of these name files, hosts, modules and attributes. A KeyError, a ValueError or a database's
# IntegrityError quotes the value it failed on, so those stay silent.
_SPEAKING = (OSError, TypeError, AttributeError, NameError, ImportError, RecursionError, MemoryError)
_SPEAKING_MODULES = ("services", "events", "kafka", "httpx", "httpcore")
_SPEAKING_NAMES = ("psycopg.OperationalError", "psycopg.errors.OperationalError", "sqlite3.OperationalError")


class _StandardError(logging.StreamHandler[TextIO]):
    """To what standard error is at that moment: who runs a command may put another in its place, and close it."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """What the base class is made with is not kept."""


def configure(level: str = "INFO", console: bool = False, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging through one chain; call once, at start."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream) if stream else _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_exception_values,
                without_personal_data,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in _CLIENT:
        logging.getLogger(name).setLevel(logging.WARNING if root.level <= logging.DEBUG else logging.CRITICAL)
    for name in _DEAF:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in ("uvicorn", "uvicorn.error", *_SILENT):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name not in _SILENT


def without_exception_values(_logger: Any, _method: str, line: Line) -> Line:
    """Replace `exc_info` by the kinds of the exceptions and the places they passed."""
    raised = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple):
        raised = raised[1]
    if isinstance(raised, BaseException):
        line["exception"] = describe(raised)
    return line


def describe(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what caused it, newest first: kind, what may be said of it, and the way it took."""
    described: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(described) < _DEPTH:
        entry: dict[str, Any] = {"kind": _kind(current), "at": _places(current.__traceback__)}
        said = _said(current)
        if said:
            entry["said"] = said
        described.append(entry)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return described


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _said(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        errors = error.errors(include_input=False, include_url=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in errors)
    ours = type(error).__module__.partition(".")[0] in _SPEAKING_MODULES
    if ours or isinstance(error, _SPEAKING) or _kind(error) in _SPEAKING_NAMES:
        return str(error)[:500]
    return ""


def _places(traceback: TracebackType | None) -> list[str]:
    frames = extract_tb(traceback)[-_DEPTH:]
    return [f"{'/'.join(PurePath(f.filename).parts[-3:])}:{f.lineno} {f.name}" for f in frames]


def without_personal_data(_logger: Any, _method: str, line: Line) -> Line:
    """Keep plain values, black out personal numbers in them, and name the type of everything else."""
    return {redact(str(key)): _plain(value) for key, value in line.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, int):
        # A number of a person's is no less personal for being written without quotes.
        return value if redact(str(value)) == str(value) else redact(str(value))
    if isinstance(value, (str, Decimal, PurePath)):
        return redact(str(value))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {redact(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    if isinstance(value, BaseException):
        said = _said(value)
        return redact(f"{_kind(value)}: {said}" if said else _kind(value))
    return f"<{type(value).__name__}>"
