"""The same on PostgreSQL: rows of departments in its tables, and two processes that compare at once find nobody twice (V3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from events import verification as v
from services import verification
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings
from services.verification import comparing
from services.verification.records import Records
from tests.infrastructure.postgres import fresh_database
from tests.verification.given import OFFICER, Bureau

pytestmark = [pytest.mark.clause("V2", "V3"), pytest.mark.postgres]
PEOPLE = 9


class PostgresBureau(Bureau):
    def __init__(self, folder: Path, server: str, databases: ExitStack) -> None:
        self._server, self._databases, self._urls = server, databases, dict[str, str]()
        super().__init__(folder)
        url = self._databases.enter_context(fresh_database(self._server))
        self.rows = Settings(data=folder, postgres_url=SecretStr(url))
        self.records = Records.open(self.rows, self.bureau.around.keys)
        self.host.senders.clear()

    def url(self, name: str) -> str:
        if name not in self._urls:
            self._urls[name] = self._databases.enter_context(fresh_database(self._server))
        return self._urls[name]

    def close(self) -> None:
        self.records.close()
        super().close()


@pytest.fixture
def bureau(tmp_path: Path, postgres: str) -> Iterator[PostgresBureau]:
    with ExitStack() as databases, PostgresBureau(tmp_path, postgres, databases) as bureau:
        yield bureau


def test_two_processes_compare_at_once_and_find_each_once(bureau: PostgresBureau) -> None:
    agreement = bureau.share("vehicles")
    people = [bureau.helped()[1][0] for _ in range(PEOPLE)]
    row = bureau.deliver(agreement, bureau.cars(*people, people[0]))
    assert (row["matched"], row["refused"]) == (PEOPLE, 1)
    assert [rule for _, _, rule in bureau.records.refusals(row["feed"])] == ["row-repeated"]
    bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))

    def compare(process: Runtime) -> None:
        doer = verification.Doer(process, bureau.records, 2)
        while doer.step():
            pass

    processes = (bureau.bureau, bureau.another(verification.SERVICE))
    threads = [threading.Thread(target=compare, args=(one,)) for one in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [done] = bureau.facts("verification", v.ComparisonDone)
    assert done.people == PEOPLE and done.counts[0].found == PEOPLE
    assert sorted(one.person for one in bureau.found()) == sorted(people)
    shown = bureau.office().get("/mismatches").json()["items"]
    assert {one["person"] for one in shown} == set(map(str, people))
    assert bureau.office().get("/statistics").json()[0]["found"] == PEOPLE
    newer = bureau.deliver(agreement, bureau.cars(people[0]), as_of=date(2020, 8, 3))
    compare(bureau.bureau)
    assert bureau.records.of(row["feed"], str(people[1])) == [], "disposed of"
    assert bureau.records.of(newer["feed"], str(people[0])) != []
    assert bureau.differences("verification") == []
