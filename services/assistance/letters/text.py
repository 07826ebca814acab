"""A letter as plain text: for a screen, for reading aloud, and to see in a test what the page will say."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.assistance.letters.letter import Letter
from services.assistance.letters.pdf import content


def to_text(letter: Letter, names: Mapping[UUID, str | None]) -> str:
    """The same words as the PDF's, in the same order, a paragraph a line; NameMissing."""
    said = content(letter, names)
    lines = [said["mark"], said["office"], said["title"], said["number"], ""]
    if said["addressee"]:
        lines.append(f"{said['addressee']}：")
    for part in ("paragraphs", "remedies", "contact"):
        found = said[part]
        lines += [f"　　{one}" for one in found] if isinstance(found, list) else []
    lines += ["", said["office"], said["day"], ""]
    return "\n".join(str(line) for line in lines).lstrip("\n")
