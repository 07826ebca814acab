"""History over HTTP, behind a small district of real services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from events import assistance as a
from events import registry as r
from events.base import Actor
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from events.service import Unsealed
from services import history
from services.chassis.database import open_database
from services.chassis.feeds import StoreFeed
from services.chassis.work import Cause, Work
from services.history.lines import Sight, line
from services.history.table import render_timeline
from services.history.timelines import Timelines
from tests.support import CODE, District, speaker

DAY = date(2020, 8, 3)


class Told:
    """A registry and a living that say what a test lets them, and history behind them."""

    def __init__(self, folder: Path) -> None:
        registry = speaker("registry", PersonId, HouseholdId)
        living = speaker("living", CaseId)
        self.district = District(folder, [registry, living, history.SERVICE])
        runtime = self.district.runtime("history")
        self.database = open_database(self.district.url("history-log"), "history")
        self.log = history.open_log(runtime, self.database, ["registry", "living"])
        stores = {
            one.source: one.store for one in map(self.district.runtime, ("registry", "living", "history"))
        }
        self.log.feeds = dict.fromkeys(stores, StoreFeed(stores))
        self.log.ends = lambda source: stores[source].head().sequence
        self.district.host.followers.append(self.log)
        self.timelines = Timelines(self.log)
        self.district.serve("history", lambda mine, readers: history.routers(mine, self.timelines))
        ids = self.district.ids
        self.person, self.home = PersonId.of(ids.random()), HouseholdId.of(ids.random())
        self.case = CaseId.of(ids.random())
        self.district.runtime("registry").decide(self.register)
        self.district.runtime("living").decide(self.check)
        self.district.host.drain()
        self.district.host.follow()

    def register(self, work: Work) -> None:
        fact = r.PersonRegistered(
            person=self.person,
            name=Sealed.of("钟秀英", self.person),
            id_number=Sealed.of("431202196001011234", self.person),
            id_index=Sealed.of("00", self.person),
            sex="2",
            born=date(1960, 1, 1),
        )
        work.record(self.person, fact)
        home = r.HouseholdRegistered(
            household=self.home,
            head=self.person,
            members=(r.Member(person=self.person, relation="01"),),
            township="431202002000",
            village="431202002001",
            since=DAY,
        )
        work.record(self.home, home)

    def check(self, work: Work) -> None:
        fact = a.Checked(
            case=self.case,
            programme="dibao",
            household=self.home,
            members=(self.person,),
            on=DAY,
            means=a.Means(
                members=(a.MemberMeans(person=self.person, age=40, wage=98700),), property_within_rule=True
            ),
            consistent=True,
        )
        work.record(self.case, fact)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path)
    yield told
    told.database.close()
    told.district.close()


def test_a_person_has_a_timeline_page_by_page(told: Told) -> None:
    client = told.district.client("history", "audit")
    url = f"/people/{told.person}/timeline"
    first = client.get(url, params={"limit": 2}).json()
    assert [item["type"] for item in first["items"]] == [
        "registry.PersonRegistered",
        "registry.HouseholdRegistered",
    ]
    assert first["final_through"] is None
    second = client.get(url, params={"limit": 2, "cursor": first["next"]}).json()
    assert [item["type"] for item in second["items"]] == ["assistance.Checked"]
    assert second["next"] is None
    assert client.get(url, params={"cursor": "abc"}).status_code == 422


def test_households_and_cases_have_theirs_and_nobody_has_none(told: Told) -> None:
    client = told.district.client("history", "education")
    assert len(client.get(f"/households/{told.home}/timeline").json()["items"]) == 2
    assert len(client.get(f"/cases/{told.case}/timeline").json()["items"]) == 1
    assert client.get(f"/people/{told.home}/timeline").status_code == 404
    assert client.get(f"/people/{uuid4()}/timeline").status_code == 404
    assert client.get("/people/nobody/timeline").status_code == 422


def test_what_is_restricted_is_shown_to_civil_affairs_and_audit_only(told: Told) -> None:
    url = f"/cases/{told.case}/timeline"
    for department, sees in (
        ("audit", True),
        ("civil-affairs", True),
        ("education", False),
        ("finance", False),
    ):
        item = told.district.client("history", department).get(url).json()["items"][0]
        assert ("987.00" in item["zh"]) is sees
        assert item["restricted"]
        assert ("(restricted)" in item["en"]) is not sees


def test_a_name_is_shown_for_a_purpose_and_the_look_is_recorded(told: Told) -> None:
    client = told.district.client("history", "audit", post="auditor")
    url = f"/people/{told.person}/timeline"
    assert "钟秀英" not in client.get(url).text
    assert told.district.facts("history", Unsealed) == []
    assert "钟秀英" in client.get(url, params={"purpose": "复核低保档案"}).text
    (look,) = told.district.facts("history", Unsealed)
    assert look.purpose == "复核低保档案"
    assert [one.int for one in look.people] == [told.person.int]
    told.district.host.follow()
    last = client.get(url).json()["items"][-1]
    assert last["type"] == "service.Unsealed"
    assert (last["department"], last["post"]) == ("audit", "auditor")


def test_a_township_s_clerk_reads_of_the_families_there_only(told: Told) -> None:
    mine = told.district.client("history", township="431202002000")
    other = told.district.client("history", township="431202003000")
    item = mine.get(f"/people/{told.person}/timeline").json()["items"][0]
    for path in (
        f"/people/{told.person}/timeline",
        f"/households/{told.home}/timeline",
        f"/cases/{told.case}/timeline",
        f"/events/{item['id']}",
    ):
        assert mine.get(path).status_code == 200, path
        assert other.get(path).status_code == 403, path


def test_of_the_causes_of_an_event_a_township_s_clerk_sees_those_of_the_township(told: Told) -> None:
    """A family that was there before another is told of what became of that other one."""
    cause = told.timelines.page(told.home)
    assert cause is not None
    first = cause.lines[0].entry.envelope
    moved_in, head = HouseholdId.of(told.district.ids.random()), PersonId.of(told.district.ids.random())

    def elsewhere(work: Work) -> None:
        fact = r.HouseholdRegistered(
            household=moved_in, head=head, members=(r.Member(person=head, relation="01"),),
            township="431202003000", village="431202003001", since=DAY,
        )  # fmt: skip
        work.record(moved_in, fact)

    actor = Actor(department="civil-affairs", post="clerk")
    told.district.runtime("registry").decide(elsewhere, Cause(actor, first.id, first.id, 1))
    told.district.host.drain()
    told.district.host.follow()
    page = told.timelines.page(moved_in)
    assert page is not None
    url = f"/events/{page.lines[0].entry.envelope.id}"
    there, all_of_it = (
        told.district.client("history", township="431202003000"),
        told.district.client("history"),
    )
    for params in ({}, {"purpose": "复核低保档案"}):
        shown = there.get(url, params=params).json()
        assert shown["causes"] == []
        assert str(told.home) not in str([shown["event"], shown["data"]])
    assert [one["id"] for one in all_of_it.get(url).json()["causes"]] == [str(first.id)]
    assert all(told.person not in look.people for look in told.district.facts("history", Unsealed))


def test_other_departments_may_not_look_at_names(told: Told) -> None:
    url = f"/people/{told.person}/timeline"
    refused = told.district.client("history", "education").get(url, params={"purpose": "看看"})
    assert refused.status_code == 403
    blank = told.district.client("history", "audit").get(url, params={"purpose": " "})
    assert blank.status_code == 422
    assert told.district.facts("history", Unsealed) == []


def test_the_timeline_of_an_erased_person_still_works(told: Told) -> None:
    told.district.vault.erase(told.person)
    told.district.runtime("registry").decide(
        lambda work: work.record(told.person, r.Erased(person=told.person)) and None
    )
    told.district.host.follow()
    client = told.district.client("history", "audit")
    items = client.get(f"/people/{told.person}/timeline", params={"purpose": "复核"}).json()["items"]
    assert "登记人员（已删除）" in items[0]["zh"]
    assert items[-1]["type"] == "registry.Erased"
    assert told.district.facts("history", Unsealed) == [], "nothing was opened"


def test_an_event_is_shown_with_its_envelope_and_data(told: Told) -> None:
    client = told.district.client("history", "civil-affairs")
    item = client.get(f"/people/{told.person}/timeline").json()["items"][0]
    event = client.get(f"/events/{item['id']}").json()
    assert event["event"] == item
    assert event["envelope"]["sequence"] == 2, "behind what the service listens to"
    assert event["envelope"]["source"] == f"/{CODE}/registry"
    assert event["data"]["name"] == "（已封存）"
    assert event["data"]["sex"] == "2"
    assert event["causes"] == []
    opened = client.get(f"/events/{item['id']}", params={"purpose": "复核"}).json()
    assert opened["data"]["name"] == "钟秀英"
    assert client.get(f"/events/{uuid4()}").status_code == 404


def test_of_a_restricted_event_others_see_that_it_is_there_and_not_what_it_says(told: Told) -> None:
    client = told.district.client("history", "finance")
    item = client.get(f"/cases/{told.case}/timeline").json()["items"][0]
    event = client.get(f"/events/{item['id']}").json()
    assert event["data"] is None
    assert event["envelope"]["audience"] == "living"


def test_sources_are_shown_with_their_ends(told: Told) -> None:
    client = told.district.client("history", "district")
    told.district.host.close_days(date(2020, 8, 4))
    before = client.get("/sources").json()
    lag = {one["source"]: one["lag"] for one in before["sources"]}
    assert lag == {f"/{CODE}/history": 1, f"/{CODE}/living": 1, f"/{CODE}/registry": 1}
    told.district.host.follow()
    after = client.get("/sources").json()
    assert after["final_through"] == "2020-08-03"
    assert {one["lag"] for one in after["sources"]} == {0}
    assert {one["stopped"] for one in after["sources"]} == {None}


def test_nobody_reads_without_a_token(told: Told) -> None:
    client = told.district.client("history")
    del client.headers["Authorization"]
    for path in (f"/people/{told.person}/timeline", f"/events/{uuid4()}", "/sources"):
        assert client.get(path).status_code == 401


def test_the_terminal_shows_a_readable_table(told: Told) -> None:
    sight = Sight(told.district.vault.for_reader("history"))
    console = Console(width=120, record=True, file=StringIO())
    console.print(
        render_timeline(
            [line(found, sight) for found in told.timelines.lines(told.person, at_once=2)], "时间线"
        )
    )
    shown = console.export_text()
    assert "登记人员（已封存）" in shown
    assert "2020-08-03" in shown
    assert "registry" in shown


def test_history_keeps_its_own_look_ups_and_can_be_reconstructed(told: Told) -> None:
    told.district.host.close_days(date(2020, 8, 4))
    told.district.host.follow()
    assert told.log.position(f"/{CODE}/history") == told.district.runtime("history").store.head().sequence
    assert told.district.differences("history") == []


def test_a_state_as_of_two_days_names_who_may_still_add_to_it(told: Told) -> None:
    client = told.district.client("history", "audit")
    found = client.get(f"/people/{told.person}/state", params={"effective": str(DAY), "known": str(DAY)})
    assert found.status_code == 200
    state = found.json()
    assert state["state"]["home"]["household"] == str(told.home)
    assert state["state"]["identity"]["sealed"] == ["name", "id_number"]
    assert "钟秀英" not in found.text
    assert (state["provisional"], state["lagging"]) == (True, ["history", "living", "registry"])
    assert client.get(f"/households/{told.home}/state").json()["state"]["members"][0]["person"] == str(
        told.person
    )
    assert client.get("/townships/431202002000/state").json()["state"]["people"] == 1
    before = client.get(f"/people/{told.person}/state", params={"effective": "2019-01-01"}).json()
    assert before["state"] is None
    assert (
        len(client.get(f"/households/{told.home}/timeline", params={"by": "registry"}).json()["items"]) == 1
    )
    assert (
        client.get(f"/people/{told.person}/timeline", params={"effective": "2019-01-01"}).json()["items"]
        == []
    )


def test_a_state_that_cannot_be_told_is_refused(told: Told) -> None:
    client = told.district.client("history", "audit")
    url = f"/people/{told.person}/state"
    for params in (
        {"known": "2999-01-01"},
        {"by": "nobody"},
        {"effective": "2026-02-30"},
        {"known": "heute"},
    ):
        assert client.get(url, params=params).status_code == 422, params
        assert client.get(f"/people/{told.person}/timeline", params=params).status_code == 422, params
    assert client.get(f"/people/{uuid4()}/state").status_code == 404
    assert client.get(f"/people/{told.home}/state").status_code == 404
    for asked in ("state", "timeline"):
        assert client.get(f"/funds/basic-living/2020/{asked}").status_code == 404
        assert client.get(f"/funds/Basic/2020/{asked}").status_code == 422
        assert client.get(f"/townships/431202999000/{asked}").status_code == 404
        assert client.get(f"/townships/12/{asked}").status_code == 422


def test_a_township_s_clerk_sees_states_of_the_families_there_only(told: Told) -> None:
    mine = told.district.client("history", township="431202002000")
    other = told.district.client("history", township="431202003000")
    paths = (
        f"/people/{told.person}",
        f"/households/{told.home}",
        f"/cases/{told.case}",
        "/townships/431202002000",
    )
    for path in paths:
        for asked in ("state", "timeline"):
            assert mine.get(f"{path}/{asked}").status_code == 200, path
            assert other.get(f"{path}/{asked}").status_code == 403, path


def test_only_decisions_are_reconstructed_and_only_for_those_entitled(told: Told) -> None:
    timeline = told.timelines.page(told.case)
    assert timeline is not None
    url = f"/decisions/{timeline.lines[0].entry.envelope.id}/reconstruction"
    assert told.district.client("history", "audit").get(url).status_code == 404
    assert (
        told.district.client("history", "audit").get(f"/decisions/{uuid4()}/reconstruction").status_code
        == 404
    )
    assert told.district.client("history", "education").get(url).status_code == 403
