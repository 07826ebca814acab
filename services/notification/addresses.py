"""Which addresses may be called, and what a secret must be: checked before anything is sent."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BadBase64
from urllib.parse import urlsplit

from services.chassis.settings import LOOPBACK

PREFIX = "whsec_"
SHORTEST_SECRET = 24


def checked_url(url: str) -> str:
    """`url` if it may be called: https, or http on this machine; ValueError else."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https" and bool(parts.hostname)
    if not encrypted and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("a webhook is called by https (by http only on this machine)")
    if parts.username or parts.password:
        raise ValueError("an address of a webhook holds no login: calls are signed")
    return url


def secret_bytes(secret: str) -> bytes:
    """The key in `whsec_…` (base64, 24 bytes or more); ValueError else."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except BadBase64 as error:
        raise ValueError("a webhook's secret is whsec_ and base64") from error
    if len(key) < SHORTEST_SECRET:
        raise ValueError(f"a webhook's secret has {SHORTEST_SECRET} bytes or more")
    return key
