"""What goes wrong in an analyst's own file, told by the line of it and not by ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb


class FoldFailed(RuntimeError):
    """The analyst's fold raised; the message says where in it, and at whom. `__cause__` is what it raised, but where
    that was in another process."""


@contextmanager
def blamed(code: object, at: str = "") -> Iterator[None]:
    """FoldFailed for whatever is raised in the file of this function, or says that there is to be no more (exit).

    What only passed through the file and was raised by reading a lake is none of the file's.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        place = place_in(getattr(getattr(code, "__code__", None), "co_filename", ""), error)
        if not place:
            raise
        raise FoldFailed(f"{place}{at}: {told(error)}") from error


def place_in(file: str, error: BaseException) -> str:
    """The last line of a file that an error passed through; empty where it did not."""
    found = [frame for frame in extract_tb(error.__traceback__) if file and frame.filename == file]
    return f"{Path(file).name}, line {found[-1].lineno}" if found else ""


def told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
