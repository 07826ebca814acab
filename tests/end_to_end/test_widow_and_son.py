"""A widow with a severely disabled son, whose subsidies start, change and end by themselves: registry, living,
disability, finance and history in one house, over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events import assistance as a
from events import finance as f
from events.base import Event
from events.ids import HouseholdId, PersonId
from services.chassis.departments import Department
from services.chassis.work import Work
from services.finance import book as books
from services.finance import closing, gathering, naming
from services.finance.batch import BATCH
from services.finance.book import BOOK, book_of
from services.finance.sources import TITLES
from tests.end_to_end import families
from tests.end_to_end.systems import System
from tests.end_to_end.test_behaviour import timeline
from tests.papers import publish_shipped

LIVING, CARE = "disability-living", "disability-care"
FUND = "disability-subsidies"
MAKER, CHECKER = UUID(int=0xA0, version=4), UUID(int=0xA1, version=4)
PAPERS = ("disability-subsidies-2015", "disability-measures-illustrative")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    world = System(tmp_path)
    publish_shipped(world.house.runtimes["policy"], PAPERS)
    world.settle()
    yield world
    world.close()


def federation(system: System, person: str, path: str, body: dict[str, Any]) -> None:
    """The federation's office does something about a person; everybody reacts to it."""
    answer = system.client("disability", Department.DISABLED_FEDERATION).post(
        f"disabled/{person}/{path}", json=body
    )
    assert answer.is_success, answer.text
    system.settle()


def of(system: System, kind: type[Event], programme: str) -> list[Any]:
    return [one for one in system.facts("disability", kind) if one.programme == programme]


def months(system: System, programme: str) -> list[str]:
    return [one.month for one in of(system, a.MonthGranted, programme)]


def ends(system: System, programme: str) -> list[tuple[str, str, str]]:
    """From when on nothing is paid, the reason, and the row of the rule that says so."""
    return [(f"{one.since}", one.reason, one.grounds.rows[0]) for one in of(system, a.Exited, programme)]


def account_and_money(system: System, household: str, holder: str) -> None:
    finance = system.house.runtimes["finance"]
    home, person = HouseholdId(household), PersonId(holder)

    def name(work: Work) -> None:
        naming.name(
            work, home, None, person, "6222020200112230", "石某某", MAKER, why="first", bank="ABC", mandate=None,
            since=date(2021, 8, 2),
        )  # fmt: skip

    def fill(work: Work) -> None:
        for fund in TITLES:
            for year in (2021, 2022):
                stream = book_of(fund, year)
                work.record(stream, books.set_budget(work.load(BOOK, stream), fund, year, 10**9, CHECKER))
                held = work.load(BOOK, stream)
                work.record(stream, books.allocate(held, fund, year, 10**9, "district", CHECKER))

    for decide in (name, lambda work: naming.confirm(work, home, None, CHECKER), fill):
        finance.decide(decide)


def pay(system: System, month: str) -> None:
    """A month's batch, from the list to the bank."""
    finance = system.house.runtimes["finance"]
    batch = finance.decide(lambda work: gathering.open_batch(work, month, MAKER))
    while finance.decide(lambda work: gathering.gather(work, batch)):
        pass
    finance.decide(lambda work: closing.close_by(work, batch, MAKER))
    revision = finance.decide(lambda work: work.load(BATCH, batch)).revision
    finance.decide(lambda work: closing.approve(work, batch, revision, CHECKER))
    finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))


def ordered(system: System, fund: str = FUND) -> dict[tuple[str, str], int]:
    found = [one for one in system.facts("finance", f.PaymentOrdered) if one.fund == fund]
    return {(one.programme, one.period): one.amount_fen for one in found}


@pytest.mark.clause("D1")
def test_the_subsidies_of_a_widows_son_start_change_and_end_by_themselves(system: System) -> None:
    # given a registered-poor widow and her son of grade 1, who needs care and whose mother agrees for him
    widow = families.register_person(system, "石某某")
    number = families.id_number("19950301")
    son = str(
        system.post("registry", "people", {"name": "石小某", "id_number": number, "synthetic": True})["id"]
    )
    household = families.register_household(system, widow, son)
    families.registered_poor(system, widow, son)
    system.settle()
    account_and_money(system, household, widow)
    federation(system, son, "card", {"number": f"{number}61", "at_home": True})
    federation(system, son, "consent", {"by": "guardian"})
    federation(system, son, "care-need", {"needed": True})
    # then care is paid at once, and living waits for dibao
    assert [one.since for one in of(system, a.SubsidyGranted, CARE)] == [date(2021, 8, 1)]
    assert of(system, a.SubsidyGranted, LIVING) == []
    # when living grants the family dibao from September, the living subsidy begins with it; nobody has applied
    dibao = families.grant(system, household, widow)
    system.settle()
    assert [one.since for one in of(system, a.SubsidyGranted, LIVING)] == [date(2021, 9, 1)]
    assert all(one.cause is not None for one in system.facts("disability", a.Applied))
    # and finance pays both out of their own fund
    system.live_until(datetime(2021, 10, 5, tzinfo=UTC))
    pay(system, "2021-10")
    assert ordered(system) == {
        (CARE, "2021-08"): 60_00, (CARE, "2021-09"): 60_00, (CARE, "2021-10"): 60_00,
        (LIVING, "2021-09"): 60_00, (LIVING, "2021-10"): 60_00,
    }  # fmt: skip
    # when he is assessed anew as grade 3, care ends with the month; when it is grade 2 again, it begins again
    system.live_until(datetime(2021, 11, 10, tzinfo=UTC))
    federation(system, son, "card/change", {"number": f"{number}63", "reason": "regraded"})
    assert ends(system, CARE) == [("2021-12-01", "no_longer_eligible", "GRADE")]
    system.live_until(datetime(2022, 2, 10, tzinfo=UTC))
    federation(system, son, "card/change", {"number": f"{number}62", "reason": "regraded"})
    system.live_until(datetime(2022, 3, 20, tzinfo=UTC))
    assert months(system, CARE) == ["2021-08", "2021-09", "2021-10", "2021-11", "2022-02", "2022-03"]
    # when the family gives up dibao, the living subsidy ends with it, and care goes on
    system.post("living", f"cases/{dibao}/exit", {})
    system.settle()
    assert ends(system, LIVING) == [("2022-04-01", "no_longer_eligible", "NO_DIBAO")]
    # when his death in May becomes known in July, care ends with May, and what was paid for June and July comes back
    system.live_until(datetime(2022, 7, 5, tzinfo=UTC))
    pay(system, "2022-07")
    system.post("registry", f"people/{son}/death", {"on": "2022-05-11"})
    system.settle()
    assert ends(system, CARE)[-1] == ("2022-06-01", "death", "death")
    recovered = system.facts("finance", f.RecoveryOpened)
    assert [(one.amount_fen, one.fund, one.why) for one in recovered] == [(60_00, FUND, "death")] * 2
    assert months(system, LIVING) == [f"2021-{month:02}" for month in range(9, 13)] + [
        "2022-01",
        "2022-02",
        "2022-03",
    ]
    # and his timeline tells all of it in order
    told = [
        one
        for one in timeline(system, "people", son)
        if one.partition(".")[0] in ("disability", "assistance")
    ]
    story = [
        "disability.CardIssued", "disability.GradeCertified", "disability.SubsidyConsentGiven",
        "disability.CareNeedFound", "assistance.Applied", "assistance.SubsidyGranted", "disability.CardChanged",
        "assistance.ReviewOpened", "assistance.Reviewed", "assistance.Exited", "disability.CardVoided",
    ]  # fmt: skip
    assert [one for one in dict.fromkeys(told) if one in story] == story
    # and each automatic decision is worked out again from the log
    granted = [one for one in system.log("disability") if isinstance(one.data, a.SubsidyGranted)]
    assert len(granted) == 3
    for one in granted:
        answer = system.get("history", f"decisions/{one.envelope.id}/reconstruction")
        parts = {part["part"]: part["verdict"] for part in answer["parts"]}
        assert (parts["rule"], parts["known"]) == ("holds", "holds"), answer
        assert parts["procedure"] == parts["deciders"] == "holds", answer
        assert answer["amount_fen"] == answer["again_fen"] == 60_00
