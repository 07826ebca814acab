"""Two deaths found late, from the registry to the money that comes back, as the household's timeline tells them (F1).

`golden/late-death.txt` is compared letter by letter; where the words are meant to be others, it is made anew with
`DOUDI_GOLDEN=write`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events import finance as f
from events.ids import HouseholdId
from services import living, policy, registry
from services.chassis.clock import civil_date
from services.chassis.database import open_database
from services.chassis.feeds import StoreFeed
from services.history.district_log import DistrictLog
from services.history.lines import Sight, line
from services.history.timelines import Timelines
from tests.finance.town import Town
from tests.living.test_with_registry import do, family, grant, register, until
from tests.papers import publish_shipped

pytestmark = pytest.mark.clause("F1")
GOLDEN = Path(__file__).parent / "golden" / "late-death.txt"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path, [policy.SERVICE], [registry.SERVICE, living.SERVICE]) as town:
        publish_shipped(town.runtime("policy"))
        town.host.drain()
        yield town
        for name in ("registry", "living", "finance"):
            assert town.differences(name) == []
            assert town.runtime(name).unready() == []


class Following:
    """History beside the others: it takes what they record as they go on, as where it runs."""

    def __init__(self, town: Town) -> None:
        self._town = town
        stores = {one.source: one.store for one in town.host.runtimes}
        self._feeds = dict.fromkeys(stores, StoreFeed(stores))
        self.database = open_database(f"sqlite:///{town.folder / 'history.db'}", "history")
        self._log = DistrictLog(self.database, list(stores), town.clock)

    def until(self, day: date) -> None:
        self._log.pump(self._feeds)
        until(self._town, day)
        self._log.pump(self._feeds)

    def told(self, home: HouseholdId) -> str:
        """The household's timeline: known on, counts from, who recorded it, what."""
        self._log.pump(self._feeds)
        sight = Sight(self._town.vault.for_reader("history"), restricted=True)
        lines = [line(found, sight) for found in Timelines(self._log).lines(home)]
        return "".join(
            f"{civil_date(one.recordedtime)} {one.effective}{' 补记' if one.late else ''} {one.service}: {one.zh}\n"
            for one in lines
        )


@pytest.fixture
def history(town: Town) -> Iterator[Following]:
    following = Following(town)
    yield following
    following.database.close()


def test_what_was_paid_after_two_deaths_that_nobody_told_comes_back(town: Town, history: Following) -> None:
    # given a couple whose dibao is paid for three months
    first, second = register(town, "甲", "乙")
    home = family(town, first, second)
    grant(town, home, first)
    town.book()
    town.account(home, first)
    for month, day in (("2020-09", 25), ("2020-10", 20), ("2020-11", 20)):
        history.until(date(2020, int(month[5:]), day))
        town.paid(month)
    # when it becomes known in December that one had died in September and then that the other had in October
    history.until(date(2020, 12, 10))
    do(town, lambda registry: registry.die(second, date(2020, 9, 18)))
    history.until(date(2020, 12, 20))
    do(town, lambda registry: registry.die(first, date(2020, 10, 25)))
    # then what was not due is asked back, each fen once, and comes back
    asked = town.facts("finance", f.RecoveryOpened)
    for one in asked:
        body = {"amount_fen": one.amount_fen, "how": "transfer"}
        answer = town.treasury().post(f"/recoveries/{one.recovery}/collections", json=body)
        assert answer.status_code == 201, answer.text
    paid = sum(one.amount_fen for one in town.facts("finance", f.PaymentPaid))
    assert town.standing().paid_fen == paid - sum(one.amount_fen for one in asked)
    # and all of it stands in the timeline as it has to
    text = history.told(home)
    if os.environ.get("DOUDI_GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
