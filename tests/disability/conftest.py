from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disability.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """What it keeps beside its log follows from the logs alone, and nothing stays undecided."""
    with Town(tmp_path) as town:
        yield town
        for name in ("registry", "disability"):
            assert town.differences(name) == []
            assert town.runtime(name).unready() == []
            assert town.runtime(name).store.kept_range("letter", "", "", 10) == []
