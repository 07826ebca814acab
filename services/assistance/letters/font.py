"""Makes the font that letters embed: Noto Serif CJK SC, cut to the characters that Chinese papers use.

    python -m services.assistance.letters.font NotoSerifCJK-Regular.ttc

The source is release Serif 2.001 of notofonts/noto-cjk (Debian: package fonts-noto-cjk). Kept are the 8,105
characters of the Table of General Standard Chinese Characters (State Council, 2013), which names registered
since then must keep to, all of GB 2312, and what papers put between them. A development tool: it needs
fonttools, and runs a minute or two; what it makes is committed, under the SIL Open Font License 1.1.
"""

from __future__ import annotations

import sys
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FONT = FONTS / "doudi-serif-sc.otf"
TABLE = FONTS / "tgh-2013.txt"
SIMPLIFIED_CHINESE = "Noto Serif CJK SC"
BETWEEN = "〔〕〇—…·“”‘’《》【】¥￥％×÷±℃"
"""Marks that papers use and that either table may lack."""

_SCRIPTS_OF_OTHERS = (*range(0xA4, 0xA6), *range(0xA7, 0xB0))  # rows of GB 2312: kana, Cyrillic, bopomofo


def wanted() -> set[str]:
    """Every character the font must have."""
    found = {chr(code) for code in range(0x20, 0x7F)} | set(BETWEEN)
    found |= {one for one in TABLE.read_text(encoding="utf-8") if not one.isspace()}
    rows = [row for row in range(0xA1, 0xF8) if row not in _SCRIPTS_OF_OTHERS]
    for row in rows:
        found |= set(b"".join(bytes([row, cell]) for cell in range(0xA1, 0xFF)).decode("gb2312", "ignore"))
    return found


def make(source: Path, target: Path = FONT) -> int:
    """Write the font; how many bytes it has. StopIteration where the collection has no simplified face."""
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    with TTCollection(str(source), lazy=True) as faces:
        number = next(
            i for i, face in enumerate(faces.fonts) if face["name"].getDebugName(1) == SIMPLIFIED_CHINESE
        )
    options = subset.Options(
        font_number=number,
        hinting=False,
        layout_features=["kern", "locl", "vert"],
        name_IDs=["*"],  # the licence is one of the names
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font = subset.load_font(str(source), options)
    cut = subset.Subsetter(options)
    cut.populate(text="".join(sorted(wanted())))
    cut.subset(font)
    subset.save_font(font, str(target), options)
    return target.stat().st_size


if __name__ == "__main__":
    print(f"{make(Path(sys.argv[1])):,} bytes")
