"""Blacking out what looks like an ID number, a mobile number or a bank card in any text.

The second line of defence: the first is that nobody puts such text into a log or an error. Names cannot be
recognised by their shape, so there is no second line for them.
"""

from __future__ import annotations

import re

# Clerks type full-width digits; mapped one to one, so that places in the text stay the same.
_NARROW = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | {
    ord("Ｘ"): "X",
    ord("ｘ"): "x",
    ord("－"): "-",
    ord("–"): "-",
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
}
_PERSONAL = re.compile(
    r"""
    (?P<kept>                                       # ids and digests are not personal: leave them whole
        (?<![0-9A-Za-z]) (?:
            [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
          | (?=[0-9]*[a-f]) (?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})
        ) (?![0-9A-Za-z])
    )
    | (?<!\d) (?:
          \d{6}[ -]?\d{8}[ -]?\d{3}[ -]?[\dXx]      # GB 11643, whatever its check digit says
        | \d{6}[ -]?\d{6}[ -]?\d{3}                 # the fifteen digits of before 1999
        | \d{15,19}
        | \d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?    # a bank card as it is embossed
        | (?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}
      ) (?!\d)
    """,
    re.VERBOSE | re.ASCII,
)
BLACK = "█████"


def redact(text: str) -> str:
    """`text` with everything that has the shape of a personal number blacked out."""
    pieces, behind = [], 0
    for match in _PERSONAL.finditer(text.translate(_NARROW)):
        if match["kept"] is None:
            pieces += [text[behind : match.start()], BLACK]
            behind = match.end()
    return "".join(pieces) + text[behind:] if pieces else text
