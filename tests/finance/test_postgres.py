"""The same month on PostgreSQL: paid once, and two processes that gather one batch at once order nothing twice (F1)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from events import finance as f
from services import finance
from services.chassis.refusal import Conflict
from services.chassis.runtime import Runtime
from services.finance import gathering
from tests.finance.town import MAKER, Town
from tests.infrastructure.postgres import fresh_database

pytestmark = [pytest.mark.clause("F1"), pytest.mark.postgres]


class PostgresTown(Town):
    def __init__(self, folder: Path, server: str, databases: ExitStack) -> None:
        self._server, self._databases, self._urls = server, databases, dict[str, str]()
        super().__init__(folder)

    def url(self, name: str) -> str:
        if name not in self._urls:
            self._urls[name] = self._databases.enter_context(fresh_database(self._server))
        return self._urls[name]


@pytest.fixture
def town(tmp_path: Path, postgres: str) -> Iterator[Town]:
    with ExitStack() as databases, PostgresTown(tmp_path, postgres, databases) as town:
        yield town


def test_a_month_is_paid_once_though_two_processes_gather_it(town: Town) -> None:
    town.book()
    for _ in range(9):
        home, people = town.household()
        town.grant(home, people, "2020-08")
    batch = town.finance.decide(lambda work: gathering.open_batch(work, "2020-08", MAKER))

    def gather(process: Runtime) -> None:
        with suppress(Conflict):  # the other has finished it
            while process.decide(lambda work: gathering.gather(work, batch, 2)):
                pass

    threads = [
        threading.Thread(target=gather, args=(one,)) for one in (town.finance, town.another(finance.SERVICE))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    orders = [one.payment for one in town.facts("finance", f.PaymentOrdered)]
    assert len(orders) == len(set(orders)) == 9
    assert town.standing().committed_fen == 9 * 380_00
    assert town.differences("finance") == []
