"""A district whose living service serves its ledgers, families that apply, and the ledger as its readers get it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from events import registry as r
from events.ids import HouseholdId, PersonId
from services import living, policy
from services.assistance import steps
from services.chassis.clock import civil_date, midnight
from services.chassis.work import Work
from tests.living.office import RURAL, VILLAGE, registry
from tests.papers import publish_calendars, publish_shipped
from tests.support import District


def district_with_ledgers(folder: Path) -> District:
    district = District(folder, [policy.SERVICE, registry(), living.SERVICE])
    publish_shipped(district.runtime("policy"))
    publish_calendars(district.runtime("policy"), 2020)
    district.host.drain()
    district.serve("living", living.routers, living.VIEWS)
    return district


def accepted(district: District, township: str = RURAL, days_ago: int = 0) -> None:
    """A new family's application, handed in and accepted some days ago, entered today."""
    household, person = (kind.of(district.ids.random()) for kind in (HouseholdId, PersonId))
    today = civil_date(district.clock.now())
    fact = r.HouseholdRegistered(
        household=household, head=person, members=(r.Member(person=person, relation="02"),),
        township=township, village=VILLAGE[township], since=today,
    )  # fmt: skip
    district.say("registry", (household, fact))
    on = today - timedelta(days=days_ago)

    def decide(work: Work) -> None:
        case = steps.apply(work, "dibao", HouseholdId.of(household), PersonId.of(person), consent=True, on=on)
        steps.accept(work, case, on=on)

    district.runtime("living").decide(decide)
    district.host.follow()


def pass_days(district: District, days: int) -> None:
    for _ in range(days):
        day = civil_date(district.clock.now()) + timedelta(days=1)
        district.clock.advance_to(midnight(day))
        district.host.settle(day)
    district.host.follow()


def counted(client: TestClient, month: str, **query: str) -> dict[str, dict[str, Any]]:
    """Township → what → figure."""
    response = client.get("/ledger", params={"programme": "dibao", "first": month} | query)
    assert response.status_code == 200, response.text
    lines = response.json()["lines"]
    return {line["township"]: {one["what"]: one for one in line["figures"]} for line in lines}
