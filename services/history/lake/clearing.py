"""What of a fact may lie in the lake: its data without sealed texts, and without what somebody wrote freely.

Names, numbers, telephones and addresses are sealed in the log. They are not copied: a ciphertext that lies
in fewer places is erased with fewer doubts. Free text in clear (why somebody looked, why a letter was thrown
away) and numbers of other people's files are left out, too: nobody can promise what is written there.
"""

from __future__ import annotations

from typing import Any, TypeGuard

import msgspec

#: Free text, and numbers under which a person or household is found in somebody else's file.
LEFT_OUT: frozenset[tuple[str, str]] = frozenset(
    {
        ("notification.GivenUp", "reason"),
        ("notification.RetryAsked", "reason"),
        ("registry.ErasureRequested", "reason"),
        ("registry.HouseholdRegistered", "number"),
        ("registry.LookedUp", "purpose"),
        ("registry.Restricted", "reason"),
        ("reports.FeedPiece", "content"),
        ("service.Answered", "answer"),
        ("service.Discarded", "reason"),
        ("service.ReportReceived", "report_id"),
        ("service.ReportRefused", "report_id"),
        ("service.RetryFailed", "reason"),
        ("service.RetryRequested", "reason"),
        ("service.Unsealed", "purpose"),
    }
)
_TYPES = frozenset(type_ for type_, _ in LEFT_OUT)
_SEALED = frozenset({"of", "event", "field", "box"})

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

Values = dict[str, Any]


def cleared(type_: str, data: bytes) -> tuple[Values, bytes] | None:
    """The fact's data without what may not lie in the lake, decoded and as JSON; None if it is no object."""
    try:
        values = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # another's bytes: the log keeps them whatever they say
    if not isinstance(values, dict):
        return None
    changed = False
    if type_ in _TYPES:
        for field in [field for field in values if (type_, field) in LEFT_OUT]:
            del values[field]
            changed = True
    # Most facts hold no sealed text at all; the bytes tell that faster than a walk through the values.
    if b'"box"' in data or b"\\u" in data:
        values = _opened(values)
        changed = True
    return values, _encode(values) if changed else data


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _opened(inner) for name, inner in value.items() if not is_sealed(inner)}
    if isinstance(value, list):
        return [_opened(inner) for inner in value if not is_sealed(inner)]
    return value


def is_sealed(value: object) -> TypeGuard[Values]:
    return isinstance(value, dict) and value.keys() >= _SEALED
