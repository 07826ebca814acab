"""Verification beside the real living: what departments say stands beside the case, and a person is heard before anything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from events import assistance as a
from events import registry as r
from events import verification as v
from events.ids import AgreementId, CaseId
from services import living, policy, registry, verification
from services.assistance import steps
from services.assistance.model import CASE
from services.chassis.clock import civil_date
from services.chassis.database import SqliteDatabase
from services.chassis.feeds import StoreFeed
from services.chassis.work import Work
from services.history.audit import Auditor
from services.history.audit.everything import findings
from services.history.audit.finding import Finding
from services.history.audit.verdict import Class, Outcome
from services.history.district_log import DistrictLog
from services.verification import comparing, sharing, taking
from tests.living.office import OFFICER
from tests.living.test_with_registry import family, grant, register, until
from tests.papers import publish_shipped
from tests.support import District

pytestmark = [pytest.mark.clause("V1"), pytest.mark.clause("V3")]


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    services = [policy.SERVICE, registry.SERVICE, living.SERVICE, verification.SERVICE]
    with District(tmp_path, services) as district:
        publish_shipped(district.runtime("policy"))
        bureau = district.runtime("verification")
        records = verification.Records.open(district.settings, bureau.around.keys)
        district.host.senders.append(verification.Doer(bureau, records).step)
        district.serve("living", living.routers, living.VIEWS)
        district.host.drain()
        yield district
        for name in ("registry", "living", "verification"):
            assert district.differences(name) == []
            assert district.runtime(name).store.kept_range("letter", "", "", 10) == []


def shared_cars(district: District) -> None:
    """A file of vehicles, with a car of whoever was registered first."""
    bureau = district.runtime("verification")

    def agree(work: Work) -> AgreementId:
        fields = ("id_number", "kind", "registered")
        said = {"conditional": True, "every_months": 3, "floor_fen": 0, "until": date(2030, 1, 1)}
        identifier = sharing.request(work, "vehicles", fields, OFFICER, **said)
        sharing.grant(work, identifier, OFFICER)
        return identifier

    agreement = bureau.decide(agree)
    [first, *_] = district.facts("registry", r.PersonRegistered)
    number = district.vault.open_text(first.id_number)
    content = f"id_number,kind,registered\n{number},car,2019-05-01\n".encode()
    records = verification.Records.open(district.settings, bureau.around.keys)
    today = civil_date(district.clock.now())
    taking.take(bureau, records, agreement, today, io.BytesIO(content), "cars.csv", bureau.cause())
    district.host.drain()


def audited(district: District) -> list[Finding]:
    """What an audit of the whole district's log finds."""
    stores = {one.source: one.store for one in district.host.runtimes}
    database = SqliteDatabase(str(district.folder / "history.db"))
    log = DistrictLog(database, list(stores), district.clock)
    while log.pump(dict.fromkeys(stores, StoreFeed(stores))):
        pass
    try:
        return list(findings(Auditor(log, district.vault.for_reader("history"))))
    finally:
        database.close()


def test_a_mismatch_cuts_nothing_it_opens_a_review_that_ends_nothing_unheard(district: District) -> None:
    people = register(district, "石某某", "龙某某")
    home = family(district, *people)
    case = grant(district, home, people[0])
    before = district.runtime("living").decide(lambda work: work.load(CASE, case))
    shared_cars(district)
    bureau = district.runtime("verification")
    bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
    district.host.drain()
    [found] = district.facts("verification", v.MismatchFound)
    assert found.person == people[0]
    [review] = [one for one in district.facts("living", a.ReviewOpened) if one.reason == "mismatch"]
    assert review.case == case
    now = district.runtime("living").decide(lambda work: work.load(CASE, case))
    assert (now.stage, now.amounts) == (before.stage, before.amounts), "the sum is as it was"
    until(district, date(2020, 11, 2))
    months = [one.amount_fen for one in district.facts("living", a.MonthGranted) if one.case == case]
    assert len(set(months)) == 1 and not district.facts("living", a.Exited)
    told = [one for one in audited(district) if one.check.code == "departments-data"]
    assert {(one.kind, one.sort, one.check.outcome) for one in told} == {
        (
            Class.OVER_PROPERTIED,
            "had",
            Outcome.OPEN,
        )  # living had read it; nobody was heard, and no review is over
    }
    assert len(told) == len(months)


def test_the_answers_stand_beside_the_application_with_the_day_of_their_data(district: District) -> None:
    people = register(district, "石某某")
    home = family(district, *people)
    shared_cars(district)
    decide = district.runtime("living").decide
    case: CaseId = decide(lambda work: steps.apply(work, "dibao", home, people[0], consent=True))
    decide(lambda work: steps.accept(work, case))
    district.host.drain()
    district.clock.advance_to(district.clock.now() + timedelta(days=2))
    [row] = district.client("living").get(f"/cases/{case}/check-reports").json()
    assert (row["source"], row["age_days"], row["stale"]) == ("vehicles", 2, False)
    elsewhere = district.client("living", township="431202102000").get(f"/cases/{case}/check-reports")
    assert elsewhere.status_code == 403
