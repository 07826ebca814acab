"""Typst sets a page from plain text: one compiler a template, the font of letters and no other.

The same text with the same release of typst gives the same bytes: nothing of the day or the machine goes in.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from services.assistance.letters.font import FONT, SIMPLIFIED_CHINESE

_TURN = threading.Lock()


def typeset(template: Path, name: str, said: Mapping[str, object], at: datetime) -> bytes:
    """A PDF/A-2u. `said` is what the template reads as JSON from `sys.inputs` under `name`; a character that the
    font lacks is left out in silence, so ask `lacking` before."""
    with _TURN:
        # One compiler a template for the process, its font parsed once; it is not made for two at a time.
        made = _compiler(template).compile(
            format="pdf",
            sys_inputs={name: json.dumps(said, ensure_ascii=False)},
            pdf_standards=["a-2u"],
            timestamp=at,
        )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def lacking(text: str) -> set[str]:
    """Characters of the text that the font does not have."""
    return {one for one in text if ord(one) not in _characters()}


@cache
def _characters() -> frozenset[int]:
    with TTFont(FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _compiler(template: Path) -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT.parent)]
    )
    if SIMPLIFIED_CHINESE not in fonts.families():
        # Typst would only warn, and set an empty page.
        raise FileNotFoundError(f"the font of letters is not in {FONT.parent}")
    return typst.Compiler(str(template), root=str(template.parent), font_paths=fonts)
