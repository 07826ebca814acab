"""Texts closed by outsiders: by RFC 7516 and 7518, in one form, and nothing else is read."""

from __future__ import annotations

import base64
import json

import pytest

from services.chassis import jwe

KEY = jwe.private_key(b"\x07" * jwe.SEED_BYTES)
JWK = jwe.public_jwk(KEY.public_key())
BY_ANOTHER_LIBRARY = (  # jwcrypto 1.5 closed "hello rows" for the key above
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6InBrTGVzN0hVSVo5dTBwMDRLNVdE"
    "S05NQ1lVMWZUaEZ4R0xDOTlESzJpV0EiLCJ5IjoiZl9FeTlLc3dHMU9tVnhuTHh5WjktbmczS1dLZHFUclg4N1JyeFd5ZDFRdyJ9fQ..Kc0dysIMHHL15ChF."
    "eMOiJqeKb6gr2w.EoXkj1WJqA0T716XIwewzQ"
)


def test_what_another_library_closed_opens() -> None:
    assert jwe.open_closed(BY_ANOTHER_LIBRARY, KEY) == b"hello rows"


def test_keys_are_derived_as_the_example_of_rfc_7518_appendix_c_has_it() -> None:
    shared = bytes((
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106, 72,
        246, 218, 167, 121, 140, 254, 144, 196,
    ))  # fmt: skip
    found = jwe.derived(shared, "A128GCM", 16, apu=b"Alice", apv=b"Bob")
    assert base64.urlsafe_b64encode(found).rstrip(b"=") == b"VqqN6vgjbSBcIijNcacQGg"


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_what_is_closed_opens_for_its_key_alone(size: int) -> None:
    text = jwe.close(bytes(size), JWK)
    assert jwe.open_closed(text, KEY) == bytes(size)
    with pytest.raises(jwe.NotClosed):
        jwe.open_closed(text, jwe.private_key(b"\x08" * jwe.SEED_BYTES))


def _with_header(**said: object) -> str:
    header, rest = BY_ANOTHER_LIBRARY.split(".", 1)
    whole = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))) | said
    return base64.urlsafe_b64encode(json.dumps(whole).encode()).rstrip(b"=").decode() + "." + rest


@pytest.mark.parametrize(
    "text",
    [
        "", "....", "a.b.c.d.e", "中....", BY_ANOTHER_LIBRARY + ".", BY_ANOTHER_LIBRARY[:-2] + "AA",
        BY_ANOTHER_LIBRARY.replace("..", ".AA."), "[" * 100_000 + "....",
        _with_header(alg="dir"), _with_header(enc="A128GCM"), _with_header(zip="DEF"), _with_header(crit=["b64"]),
        _with_header(epk={"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}), _with_header(epk=None),
        _with_header(epk={"kty": "OKP", "crv": "X25519", "x": "AQ"}), _with_header(kid="another"),
    ],
)  # fmt: skip
def test_nothing_else_is_read(text: str) -> None:
    with pytest.raises(jwe.NotClosed):
        jwe.open_closed(text, KEY)
