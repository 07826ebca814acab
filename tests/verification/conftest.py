from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verification.given import Bureau


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    with Bureau(tmp_path) as bureau:
        yield bureau
        assert bureau.differences("verification") == [], "what is kept follows from the logs alone"
