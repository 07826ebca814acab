"""How often Python looks for garbage in circles.

A service keeps hundreds of thousands of small lasting objects (rows and states it remembers, the libraries
themselves); with Python's own settings every thousandth allocation may end in a walk over all of them. Ours
make few circles, so it looks rarely: a year's demo takes a quarter less time.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50


def look_rarely() -> None:
    """Called once by a process when everything is imported: what is there stays, and is never walked again."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
