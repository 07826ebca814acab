"""One suite over {embedded, Kafka} × {SQLite, PostgreSQL}: what happens in one service is felt in the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console

from events import assistance, notification, registry
from events.base import Entry
from services.chassis.departments import Department
from services.chassis.kafka.topics import read_topic, topic_of
from services.cli.check import check
from tests.end_to_end import families
from tests.end_to_end.systems import System
from tests.papers import publish_shipped

pytestmark = pytest.mark.timeout(600)

WORLDS = [
    pytest.param(("embedded", "sqlite"), id="embedded-sqlite"),
    pytest.param(("embedded", "postgres"), id="embedded-postgres", marks=pytest.mark.postgres),
    pytest.param(("kafka", "sqlite"), id="kafka-sqlite", marks=pytest.mark.kafka),
    pytest.param(("kafka", "postgres"), id="kafka-postgres", marks=[pytest.mark.kafka, pytest.mark.postgres]),
]


@pytest.fixture(params=WORLDS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    transport, engine = request.param
    kafka = request.getfixturevalue("kafka") if transport == "kafka" else None
    postgres = request.getfixturevalue("postgres_url") if engine == "postgres" else None
    world = System(tmp_path, kafka=kafka, postgres=postgres)
    yield world
    world.close()


def test_a_family_is_enrolled_paid_and_exits_across_services(system: System) -> None:
    # given a registered-poor couple
    head = families.register_person(system, "石某某")
    spouse = families.register_person(system, "龙某某")
    household = families.register_household(system, head, spouse)
    families.registered_poor(system, head, spouse)
    # when living grants them dibao
    case = families.grant(system, household, head)
    # then the registry has enrolled both
    system.eventually(lambda: len(system.facts("registry", registry.Enrolled)) == 2, "both enrolled")
    # and each month is granted once
    system.live_until(datetime(2021, 10, 3, tzinfo=UTC))
    months = Counter(fact.month for fact in system.facts("living", assistance.MonthGranted))
    assert months == {"2021-09": 1, "2021-10": 1}
    # when one dies, the sum follows; when the other dies, the case ends and both have exited
    system.post("registry", f"people/{spouse}/death", {"on": families.today(system)})
    system.eventually(lambda: system.facts("living", assistance.Adjusted), "adjusted to the one who is left")
    system.post("registry", f"people/{head}/death", {"on": families.today(system)})
    [exited] = system.eventually(lambda: system.facts("living", assistance.Exited), "the case ended")
    assert (str(exited.case), exited.reason) == (case, "death")
    system.eventually(lambda: len(system.facts("registry", registry.Exited)) == 2, "both exited")
    # and nothing is granted for later months
    system.live_until(datetime(2021, 12, 2, tzinfo=UTC))
    assert max(fact.month for fact in system.facts("living", assistance.MonthGranted)) == "2021-10"
    # and the timeline tells it in order, each event once
    types = timeline(system, "people", head)
    story = ["registry.PersonRegistered", "assistance.Applied", "assistance.SubsidyGranted"]
    story += ["registry.Enrolled", "assistance.MonthGranted", "registry.Died", "assistance.Exited"]
    assert [type_ for type_ in dict.fromkeys(types) if type_ in story] == story
    # and the departments were told
    told = {fact.template for fact in system.facts("notification", notification.MessageComposed)}
    assert {"enrolled", "exited"} <= {name.split(".")[0] for name in told}
    everything_adds_up(system)


def test_a_split_a_merge_and_a_move_are_followed_by_everyone(system: System) -> None:
    # given a family of three that receives dibao
    people = [families.register_person(system, name) for name in ("向某一", "向某二", "向某三")]
    household = families.register_household(system, *people)
    families.registered_poor(system, *people)
    case = families.grant(system, household, people[0])
    day = families.today(system)
    # when one member forms a household of their own
    body = {"head": people[2], "members": [{"person": people[2], "relation": "02"}], "since": day}
    system.post("registry", f"households/{household}/split", body)
    [split] = system.facts("registry", registry.HouseholdSplit)
    # then living reviews the case without that member
    opened = system.eventually(lambda: system.facts("living", assistance.ReviewOpened), "a review is opened")
    assert str(opened[-1].case) == case
    # and the new household's timeline begins before the split
    system.settle()
    assert "assistance.SubsidyGranted" in timeline(system, "households", str(split.into))
    # when the family leaves the district, the case ends and everybody exits
    system.post("registry", f"households/{household}/departure", {"since": day})
    [exited] = system.eventually(lambda: system.facts("living", assistance.Exited), "the case ended")
    assert exited.reason == "moved_away"
    everything_adds_up(system)


def timeline(system: System, kind: str, entity: str) -> list[str]:
    """Types of all events of a timeline, through all its pages; waits until history has them."""
    ends = {name: runtime.store.head().sequence for name, runtime in system.house.runtimes.items()}

    def kept() -> bool:
        sources = system.get("history", "sources")["sources"]
        at = {one["source"].rpartition("/")[2]: one["sequence"] for one in sources}
        return all(at.get(name, 0) >= end for name, end in ends.items())

    system.eventually(kept, "history has everything")
    types, cursor = [], None
    while True:
        query = f"?limit=5&cursor={cursor}" if cursor else "?limit=5"
        page = system.get("history", f"{kind}/{entity}/timeline{query}")
        types += [item["type"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            return types


def everything_adds_up(system: System) -> None:
    """Replaying the logs gives what the services hold; nothing is stopped; the topics say what the stores say."""
    system.settle()
    assert system.unready() == []
    assert check(system.house, Console(quiet=True))
    if system.settings.kafka:
        for name, runtime in system.house.runtimes.items():
            published = partial(
                read_topic, system.settings.kafka, topic_of(name), system.settings.partition, runtime.source
            )
            # Messages may still be on their way out, and recorded: the store is looked at each time anew.
            system.eventually(
                lambda log=runtime.log, topic=published: ids(topic()) == ids(log()), f"{name} is published"
            )


def ids(entries: Iterable[Entry]) -> list[UUID]:
    return [entry.envelope.id for entry in entries]


def test_nobody_without_a_token_or_of_another_department_gets_in(system: System) -> None:
    client = system.client("registry")
    client.headers.pop("Authorization")
    assert client.get("households").status_code == 401
    health = system.client("registry", Department.HEALTH)
    assert health.post("people", json={"name": "某", "id_number": families.id_number()}).status_code == 403
    assert system.facts("registry", registry.PersonRegistered) == []


def test_news_that_comes_weeks_late_ends_what_it_must(system: System) -> None:
    # given a single recipient who is granted two months
    person = families.register_person(system, "补某某")
    household = families.register_household(system, person)
    families.registered_poor(system, person)
    families.grant(system, household, person)
    system.live_until(datetime(2021, 10, 20, tzinfo=UTC))
    # when a death of five weeks ago becomes known
    died = (system.clock.now() - timedelta(days=35)).date().isoformat()
    system.post("registry", f"people/{person}/death", {"on": died})
    # then the case ends as of the month after the death, and the months granted stay on record
    [exited] = system.eventually(lambda: system.facts("living", assistance.Exited), "the case ended")
    assert exited.since.isoformat() == "2021-10-01"
    months = [fact.month for fact in system.facts("living", assistance.MonthGranted)]
    assert months == ["2021-09", "2021-10"]
    everything_adds_up(system)


@pytest.mark.parametrize("system", [WORLDS[0], WORLDS[3]], indirect=True)
def test_a_card_is_in_the_register_and_a_subsidy_is_told_that_nobody_applied_for(system: System) -> None:
    publish_shipped(
        system.house.runtimes["policy"], ("disability-subsidies-2015", "disability-measures-illustrative")
    )
    number = families.id_number()
    person = str(
        system.post("registry", "people", {"name": "石某某", "id_number": number, "synthetic": True})["id"]
    )
    families.register_household(system, person)
    system.settle()

    def federation(path: str, body: dict[str, object]) -> None:
        client = system.client("disability", Department.DISABLED_FEDERATION)
        answer = client.post(f"disabled/{person}/{path}", json=body)
        assert answer.is_success, answer.text
        system.settle()

    def register() -> tuple[object, object]:
        shown = system.get("registry", f"people/{person}")
        return shown["categories"].get("disabled"), shown["card_until"]

    # given a card of grade 1, need of care and consent
    federation("card", {"number": f"{number}41", "until": "2030-01-31"})
    federation("care-need", {"needed": True})
    federation("consent", {"by": "person"})
    # then the register has the category with its last day, and who gets the subsidy is told
    assert register() == (families.today(system), "2030-01-31")
    system.eventually(lambda: "subsidy_started.township" in told_of(system), "the start told")
    # when the card is void, both end, and that is told
    federation("card/void", {"reason": "surrendered"})
    assert register() == (None, None)
    system.eventually(
        lambda: {"card_void.township", "subsidy_ended.township"} <= told_of(system), "the end told"
    )
    everything_adds_up(system)


def told_of(system: System) -> set[str]:
    return {one.template for one in system.facts("notification", notification.MessageComposed)}
