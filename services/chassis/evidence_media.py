"""Which files are taken as evidence: PDF, JPEG and PNG, told by what is in them and never by their name."""

from __future__ import annotations

from events.evidence import Media
from services.chassis.refusal import Malformed

SNIFFED = 32
"""Bytes from the start that suffice to tell."""

_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def sniff(start: bytes) -> Media:
    """The media type by the first bytes; Malformed for any other.

    The mark must stand at the very start, although PDF readers look for theirs in the first KiB: a file that
    begins as something else could be a page or a program to whoever opens it.
    """
    if start[:5] == b"%PDF-" and start[5:6].isdigit() and start[6:7] == b".":
        return "application/pdf"
    if start[:3] == b"\xff\xd8\xff" and start[3:4] >= b"\xc0":
        return "image/jpeg"
    if start.startswith(_PNG):
        return "image/png"
    raise Malformed(
        "evidence-media",
        "附件须为PDF、JPEG或PNG文件（按内容判断，与文件名无关）。",
        "An attachment must be a PDF, JPEG or PNG file (judged by its content, not its name).",
        field="file",
    )
