"""An office with its district; what every service keeps must follow from the logs alone when a test ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.staff.given import ANNA, BAO, CHEN, CLERK, SURVEYOR, Office, Role, a_district


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with a_district(tmp_path) as district:
        office = Office(district)
        office.members(ANNA, BAO, CHEN)
        office.post(CLERK)
        office.post(SURVEYOR, [Role.SURVEYOR])
        yield office
        assert district.differences("staff") == []
        assert district.differences("living") == []
