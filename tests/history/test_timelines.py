"""Timelines right through splits, merges, moves, duplicates, late news and corrections."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from events import registry as r
from events.base import Entry
from events.ids import CaseId, HouseholdId, Identifier, PersonId
from services.history.district_log import DistrictLog
from services.history.lines import is_late
from services.history.timelines import Timelines
from tests.history.logs import Logs, src

TOWN, VILLAGE = "431202101000", "431202101201"
NEW_YEAR = date(2026, 1, 1)


class Family:
    """A registry that records what happens to a few people, and their timelines."""

    def __init__(self, log: DistrictLog) -> None:
        self.log = log
        self.logs = Logs()
        self.timelines = Timelines(log)

    def household(self, *members: PersonId, since: date = NEW_YEAR) -> HouseholdId:
        home = self.logs.household()
        fact = r.HouseholdRegistered(
            household=home, head=members[0], members=tuple(map(member, members)), township=TOWN,
            village=VILLAGE, since=since,
        )  # fmt: skip
        self.record(home, fact, effective=since)
        return home

    def moved(self, home: HouseholdId, *members: PersonId, since: date) -> Entry:
        fact = r.HouseholdMoved(household=home, members=members, township=TOWN, village=VILLAGE, since=since)
        return self.record(home, fact, effective=since)

    def record(self, stream: Identifier, fact: r.Event, **more: object) -> Entry:
        return self.logs.record("registry", stream, fact, **more)  # type: ignore[arg-type]  # as `record` takes

    def told(self, entity: UUID, kind: str | None = None) -> list[Entry]:
        """The whole timeline, read two lines a page."""
        self.log.pump(self.logs.feeds())
        lines: list[Entry] = []
        after: int | None = 0
        while after is not None:
            page = self.timelines.page(entity, kind, after, 2)
            assert page is not None
            lines += [found.entry for found in page.lines]
            after = page.after
        return lines

    def through(self, entity: UUID) -> list[str]:
        self.log.pump(self.logs.feeds())
        page = self.timelines.page(entity, limit=500)
        assert page is not None
        return [found.through for found in page.lines]


def member(person: PersonId) -> r.Member:
    return r.Member(person=person, relation="01")


@pytest.fixture
def family(log: DistrictLog) -> Family:
    return Family(log)


def types(entries: list[Entry]) -> list[str]:
    return [entry.envelope.type.removeprefix("registry.") for entry in entries]


def test_a_person_finds_what_concerned_them_in_the_order_of_the_log(family: Family) -> None:
    one, other = family.logs.person(), family.logs.person()
    home = family.household(one, other)
    family.record(other, r.Died(person=other, household=home, on=date(2026, 1, 2)))
    family.record(one, r.Categorised(person=one, household=home, category=r.Category.DIBAO, since=NEW_YEAR))
    assert types(family.told(one)) == ["HouseholdRegistered", "Categorised"]
    assert types(family.told(home)) == ["HouseholdRegistered", "Died", "Categorised"]


def test_after_a_split_each_household_tells_what_was_theirs(family: Family) -> None:
    parent, child = family.logs.person(), family.logs.person()
    home = family.household(parent, child)
    into = family.logs.household()
    before = family.moved(home, parent, child, since=date(2026, 2, 1))
    split = r.HouseholdSplit(household=home, into=into, members=(child,), since=date(2026, 3, 1))
    family.record(home, split, effective=split.since)
    stayed = family.moved(home, parent, since=date(2026, 4, 1))
    went = family.moved(into, child, since=date(2026, 4, 2))
    assert family.told(into)[1:] == [before, family.told(home)[2], went]
    assert family.through(into) == ["predecessor", "predecessor", "own", "own"]
    assert stayed in family.told(home)
    assert went not in family.told(home)
    assert went in family.told(child)
    assert stayed not in family.told(child)


def test_a_household_split_twice_goes_back_only_to_each_parting(family: Family) -> None:
    a, b, c = (family.logs.person() for _ in range(3))
    first = family.household(a, b, c)
    second, third = family.logs.household(), family.logs.household()
    family.record(first, r.HouseholdSplit(household=first, into=second, members=(b, c), since=NEW_YEAR))
    late_of_first = family.moved(first, a, since=date(2026, 2, 1))
    family.record(second, r.HouseholdSplit(household=second, into=third, members=(c,), since=NEW_YEAR))
    late_of_second = family.moved(second, b, since=date(2026, 2, 2))
    told = family.told(third)
    assert types(told) == ["HouseholdRegistered", "HouseholdSplit", "HouseholdSplit"]
    assert late_of_first not in told
    assert late_of_second not in told


def test_a_merged_household_brings_all_its_history_with_it(family: Family) -> None:
    a, b = family.logs.person(), family.logs.person()
    home, absorbed = family.household(a), family.household(b)
    before = family.moved(absorbed, b, since=date(2026, 2, 1))
    merged = r.HouseholdsMerged(
        household=home, absorbed=absorbed, members=(member(b),), since=date(2026, 3, 1)
    )
    family.record(home, merged, effective=merged.since)
    closed = r.HouseholdClosed(household=absorbed, reason="merged", since=merged.since)
    closing = family.record(absorbed, closed, effective=merged.since)
    after = family.moved(home, a, b, since=date(2026, 4, 1))
    told = family.told(home)
    assert before in told
    assert closing in told
    assert after in told
    assert after not in family.told(absorbed)
    assert family.told(b)[-2:] == [closing, after], "the end of the household lived in concerned them"


def test_a_household_that_split_off_and_came_back_is_told_once(family: Family) -> None:
    a, b = family.logs.person(), family.logs.person()
    home = family.household(a, b)
    into = family.logs.household()
    family.record(home, r.HouseholdSplit(household=home, into=into, members=(b,), since=date(2026, 2, 1)))
    alone = family.moved(into, b, since=date(2026, 2, 2))
    back = r.HouseholdsMerged(household=home, absorbed=into, members=(member(b),), since=date(2026, 3, 1))
    family.record(home, back)
    told = family.told(home)
    assert types(told) == ["HouseholdRegistered", "HouseholdSplit", "HouseholdMoved", "HouseholdsMerged"]
    assert alone in told


def test_what_was_recorded_under_a_duplicate_belongs_to_the_person(family: Family) -> None:
    person, twin, third = (family.logs.person() for _ in range(3))
    home = family.household(twin)
    noted = family.record(twin, r.Categorised(person=twin, category=r.Category.DISABLED, since=NEW_YEAR))
    family.record(person, r.PeopleMerged(person=person, duplicate=twin))
    own = family.record(person, r.Categorised(person=person, category=r.Category.DIBAO, since=NEW_YEAR))
    told = family.told(person)
    assert noted in told
    assert types(told) == ["HouseholdRegistered", "Categorised", "PeopleMerged", "Categorised"]
    assert family.told(twin) == told, "an old id still finds the whole person"
    family.record(third, r.PeopleMerged(person=third, duplicate=person))
    assert noted in family.told(third)
    assert own in family.told(third)
    assert family.told(home) == [told[0]]


def test_a_person_hears_of_the_household_only_while_living_there(family: Family) -> None:
    head, guest = family.logs.person(), family.logs.person()
    home = family.household(head)
    early = family.record(
        home, r.HouseholdCorrected(household=home, members=(head,)), effective=date(2026, 1, 2)
    )
    joined = r.MemberJoined(
        household=home, person=guest, relation="50", since=date(2026, 2, 1), reason="marriage"
    )
    family.record(home, joined, effective=joined.since)
    during = family.record(
        home, r.HouseholdCorrected(household=home, members=(head,)), effective=date(2026, 2, 9)
    )
    left = r.MemberLeft(household=home, person=guest, since=date(2026, 3, 1), reason="work")
    family.record(home, left, effective=left.since)
    after = family.record(
        home, r.HouseholdCorrected(household=home, members=(head,)), effective=date(2026, 3, 9)
    )
    late = family.record(
        home, r.HouseholdCorrected(household=home, members=(head,)), effective=date(2026, 2, 20)
    )
    told = family.told(guest)
    assert during in told
    assert late in told, "late news of the time when the guest lived there"
    assert early not in told
    assert after not in told


def test_who_turns_out_never_to_have_lived_there_hears_nothing_of_it(family: Family) -> None:
    head, guest = family.logs.person(), family.logs.person()
    home = family.household(head)
    joined = r.MemberJoined(
        household=home, person=guest, relation="50", since=date(2026, 2, 1), reason="other"
    )
    family.record(home, joined, effective=joined.since)
    left = r.MemberLeft(household=home, person=guest, since=date(2026, 1, 20), reason="other")
    family.record(home, left, effective=left.since)
    noise = family.record(
        home, r.HouseholdCorrected(household=home, members=(head,)), effective=date(2026, 2, 9)
    )
    assert noise not in family.told(guest)


def test_late_news_stands_where_it_became_known_and_says_that_it_is_late(family: Family) -> None:
    one = family.logs.person()
    home = family.household(one)
    family.logs.days(30)
    on_time = family.moved(home, one, since=family.logs.now.date())
    late = family.record(
        one, r.Died(person=one, household=home, on=date(2026, 1, 5)), effective=date(2026, 1, 5)
    )
    happened = family.logs.now - timedelta(days=3)
    reported = family.record(one, r.Died(person=one, on=happened.date()), time=happened)
    assert family.told(one)[-3:] == [on_time, late, reported]
    assert [is_late(entry) for entry in (on_time, late, reported)] == [False, True, True]


def test_a_correction_names_the_event_that_it_corrects(family: Family) -> None:
    one = family.logs.person()
    wrong = family.record(one, r.Categorised(person=one, category=r.Category.TEKUN, since=NEW_YEAR))
    ended = r.CategoryEnded(person=one, category=r.Category.TEKUN, until=NEW_YEAR, reason="error")
    family.record(one, ended, corrects=wrong.envelope.id)
    assert family.told(one)[1].envelope.corrects == wrong.envelope.id


def test_a_timeline_of_nobody_or_of_another_kind_is_none(family: Family) -> None:
    one = family.logs.person()
    home = family.household(one)
    family.told(home)
    assert family.timelines.page(family.logs.uuid()) is None
    assert family.timelines.page(home, "person") is None
    page = family.timelines.page(one, "person")
    assert page is not None, "mentioned in a household, though nothing of their own is recorded"
    assert family.timelines.page(CaseId.of(family.logs.uuid()), "case") is None


def test_an_event_is_shown_with_the_chain_of_its_causes(family: Family) -> None:
    one = family.logs.person()
    death = family.record(one, r.Died(person=one, on=NEW_YEAR))
    family.logs.sees("living", "registry")
    case = family.logs.case()
    ended = family.logs.record("living", case, r.Died(person=one, on=NEW_YEAR), cause=death)
    told = family.logs.record("living", case, r.Died(person=one, on=NEW_YEAR), cause=ended)
    family.log.pump(family.logs.feeds())
    chain = family.timelines.event(told.envelope.id)
    assert [found.entry for found in chain] == [told, ended, death]
    assert family.timelines.event(family.logs.uuid()) == []
    assert src("registry") == chain[-1].entry.envelope.source
