"""What routes of history that give a file say of it in their OpenAPI document."""

from __future__ import annotations

from typing import Any

from services.chassis.workbook import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
CSV: Responses = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line each."}
}
JSON_LINES: Responses = {
    200: {
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        "description": "A line of JSON each.",
    }
}
XLSX: Responses = {200: {"content": {MEDIA_TYPE: _BINARY}}}
PDF: Responses = {200: {"content": {"application/pdf": _BINARY}}}
