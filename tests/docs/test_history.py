"""The example of docs/history.md is true."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from events import registry as r
from services.chassis.database import open_database
from services.history.asof import AsOf
from services.history.district_log import DistrictLog
from tests.docs.pages import blocks, page
from tests.history.logs import CLOCK, Logs, sources


def test_the_example_of_a_death_told_late(tmp_path: Path) -> None:
    logs = Logs()
    child, home = logs.person(), logs.household()
    born = date(2026, 1, 1)
    family = r.HouseholdRegistered(
        household=home, head=child, members=(r.Member(person=child, relation="02"),),
        township="431202002000", village="431202002001", since=born,
    )  # fmt: skip
    logs.record("registry", home, family, effective=born)
    logs.days(100)
    death = r.Died(person=child, household=home, on=date(2026, 3, 1))
    logs.record("registry", child, death, effective=death.on)
    database = open_database(f"sqlite:///{tmp_path / 'history.db'}", "history")
    log = DistrictLog(database, sources(), CLOCK)
    log.pump(logs.feeds())
    [example] = [block for block in blocks(page("docs/history.md")) if block.language == "python"]
    exec(compile(example.text, str(example), "exec"), {"asof": AsOf(log, CLOCK), "child": child})
    database.close()
