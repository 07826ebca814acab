"""What a request must look like before a route sees it: media type, Idempotency-Key, and strict commands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from email.message import Message
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi import params
from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from services.chassis.problems import malformed, unsupported_media_type

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
# As the roster has it: all of category Cc but tabs and the ends of lines.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")


class Command(BaseModel):
    """The body of a request that asks for something: unknown fields are refused, nothing is guessed.

    `"5"` is no number, `1` no yes, a timestamp no date; a text is what can be read: no control characters but the ends
    of lines and tabs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_guessed(cls, value: Any, info: ValidationInfo) -> Any:
        wanted = set(_plain_types(cls.model_fields[info.field_name or ""].annotation))
        if value is None or str in wanted or Any in wanted:
            return value
        if date in wanted and datetime not in wanted and not isinstance(value, date):
            if not isinstance(value, str):
                raise PydanticCustomError("date_type", "Must be a date (YYYY-MM-DD).")
            if not _DAY.fullmatch(value):
                raise PydanticCustomError("date_parsing", "Must be an existing date, YYYY-MM-DD.")
        elif datetime in wanted and not isinstance(value, (str, datetime)):
            raise PydanticCustomError("datetime_type", "Must be a time with its zone.")
        elif bool in wanted and int not in wanted and not isinstance(value, bool):
            raise PydanticCustomError("bool_type", "Must be true or false.")
        elif int in wanted and not _whole(value) and not (bool in wanted and isinstance(value, bool)):
            raise PydanticCustomError("int_type", "Must be a whole number.")
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _nothing_unseen(cls, value: Any) -> Any:
        if any(map(_CONTROL.search, _texts(value))):
            raise PydanticCustomError("text_control", "Must hold no control characters.")
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, BaseModel):
        for _, one in value:
            yield from _texts(one)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain_types(annotation: Any) -> Iterator[Any]:
    """`int | None` → int, NoneType; a list's items are judged by pydantic alone."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _plain_types(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _plain_types(part)
    else:
        yield annotation


async def read_request(request: Request) -> None:
    """Runs before every route, with its declaration of who may call it: judges the media type, and sets
    `request.state` for the committer.

    `idempotency_key` is the header's text or None; `request_digest` the SHA-256 (hex) over method, path,
    query and body of a request that changes something, else None. Keys belong to a caller: another caller
    may use the same key for another request.
    """
    _judge_media_type(request)
    _judge_query(request)
    request.state.idempotency_key = _idempotency_key(request)
    request.state.request_digest = None
    if request.method in _CHANGING:
        request.state.request_digest = await _digest(request)


def _judge_media_type(request: Request) -> None:
    field = getattr(request.scope.get("route"), "body_field", None)
    if field is None or not request.state.body.present:
        return
    header = Message()
    header["content-type"] = request.headers.get("content-type", "none/none")
    wanted = "multipart/form-data" if _takes_form(request) else "application/json"
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() != wanted or charset not in ("utf-8", "utf8"):
        raise unsupported_media_type(wanted)


def _judge_query(request: Request) -> None:
    for name, text in request.query_params.multi_items():
        if _CONTROL.search(name + text):
            raise malformed(
                "query" if _CONTROL.search(name) else f"query.{name}",
                "text_control",
                "查询参数含有不可见的控制字符。",
                "A query parameter holds control characters.",
            )


def _takes_form(request: Request) -> bool:
    field = getattr(request.scope.get("route"), "body_field", None)
    return field is not None and isinstance(field.field_info, params.Form)


def _idempotency_key(request: Request) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise malformed(
            "header.Idempotency-Key",
            "idempotency-key",
            "Idempotency-Key 应为1至255个可见ASCII字符，且只出现一次。",
            "Idempotency-Key must be 1 to 255 printable ASCII characters, once.",
        )
    return keys[0]


async def _digest(request: Request) -> str:
    whole = hashlib.sha256()
    for part in (request.method, request.url.path, request.url.query):
        _add(whole, part.encode())
    if _takes_form(request):
        # A client draws another boundary each time: the same file sent again must count as the same.
        for name, value in (await request.form()).multi_items():
            _add(whole, name.encode())
            if isinstance(value, UploadFile):
                _add(whole, (value.filename or "").encode())
                _add(whole, await _digest_of_file(value))
            else:
                _add(whole, value.encode())
    else:
        await request.body()
        _add(whole, request.state.body.digest())
    return whole.hexdigest()


async def _digest_of_file(file: UploadFile) -> bytes:
    content = hashlib.sha256()
    while chunk := await file.read(1 << 16):
        content.update(chunk)
    await file.seek(0)
    return content.digest()


def _add(whole: Any, part: bytes) -> None:
    # With its length in front: "ab" + "c" must not count as "a" + "bc".
    whole.update(len(part).to_bytes(8, "big") + part)
