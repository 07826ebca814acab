from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.finance.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path) as town:
        yield town
        assert town.differences("finance") == [], "what is kept follows from the logs alone"
