"""Who acts in a post on any day equals what a day-by-day table says, whatever was told in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.base import Event
from events.staff import LeaveCancelled, LeaveCorrected, LeaveTaken, PostAssigned, PostVacated, Role
from services.chassis.codec import read
from services.chassis.refusal import Refused
from services.chassis.work import Work
from services.staff import keeping, leave, steps
from tests.staff.given import Office, a_district, day

DAYS = range(-14, 15)
PEOPLE, POSTS = 4, 3

days = st.integers(DAYS[0] + 2, DAYS[-1] - 2)
people = st.integers(0, PEOPLE - 1)
posts = st.integers(0, POSTS - 1)
orders = st.one_of(
    st.tuples(st.just("assign"), posts, people, days, st.none() | st.integers(0, 8)),
    st.tuples(st.just("vacate"), posts, people, days),
    st.tuples(st.just("hand_over"), posts, people, days),
    st.tuples(st.just("take"), people, days, st.integers(0, 6), st.lists(people, min_size=3, max_size=3)),
    st.tuples(st.just("correct"), people, days, st.integers(0, 6), st.lists(people, min_size=3, max_size=3)),
    st.tuples(st.just("cancel"), people),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with a_district(tmp_path_factory.mktemp("acts")) as district:
        yield Office(district)
        assert district.differences("staff") == district.differences("living") == []


class Table:
    """Brute force: a cell a post and day, written as the facts say; a set of days a leave."""

    def __init__(self) -> None:
        self.holder: dict[tuple[str, date], UUID] = {}
        self.away: dict[UUID, Any] = {}

    def take(self, fact: Event) -> None:
        match fact:
            case PostAssigned():
                on = fact.since
                while on <= (fact.until or day(40)):
                    assert (fact.post, on) not in self.holder, "two hold one post"
                    self.holder[fact.post, on] = UUID(int=fact.staff.int)
                    on += timedelta(days=1)
            case PostVacated():
                on = fact.since
                while self.holder.get((fact.post, on)) == fact.staff:
                    del self.holder[fact.post, on]
                    on += timedelta(days=1)
            case LeaveTaken() | LeaveCorrected():
                span = {fact.since + timedelta(days=n) for n in range((fact.until - fact.since).days + 1)}
                deputies = {one.post: UUID(int=one.staff.int) for one in fact.deputies}
                self.away[fact.leave] = (UUID(int=fact.staff.int), span, deputies)
            case LeaveCancelled():
                del self.away[fact.leave]

    def acts(self, post: str, on: date) -> UUID | None:
        holder = self.holder.get((post, on))
        for who, span, deputies in self.away.values():
            if who == holder and on in span:
                return deputies.get(post)
        return holder

    def is_away(self, who: UUID, on: date) -> bool:
        return any(one == who and on in span for one, span, _ in self.away.values())


class World:
    """People and posts of this example alone; its orders in one decision, the refused ones without a trace."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.people = [work.around.ids.random() for _ in range(PEOPLE)]
        self.codes = [f"post-{work.around.ids.random()}" for _ in range(POSTS)]
        for person in self.people:
            steps.register(work, person, "测试人")
        for code in self.codes:
            steps.create(
                work, code, title="岗", department="civil-affairs", roles=[Role.CLERK], since=day(-60)
            )

    def follow(self, order: tuple[Any, ...]) -> None:
        work, people, codes = self.work, self.people, self.codes
        match order:
            case ("assign", post, who, since, length):
                until = None if length is None else day(since + length)
                steps.assign(work, codes[post], people[who], day(since), until)
            case ("vacate", post, who, since):
                steps.vacate(work, codes[post], people[who], day(since))
            case ("hand_over", post, who, since):
                steps.hand_over(work, codes[post], people[who], day(since), 1)
            case ("take" | "correct" as what, who, since, length, by):
                staff, first, last = people[who], day(since), day(since + length)
                named = {
                    code: people[by[n]]
                    for n, code in enumerate(codes)
                    if keeping.post_of(work, code).held_within(staff, first, last)
                }
                if what == "take":
                    leave.take_leave(work, staff, first, last, named)
                else:
                    leave.correct_leave(work, staff, self.leave_of(staff), first, last, named)
            case ("cancel", who):
                leave.cancel_leave(work, people[who], self.leave_of(people[who]))

    def leave_of(self, staff: UUID) -> UUID:
        return UUID(next(iter(keeping.member_of(self.work, staff).leaves), str(UUID(int=0))))


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(orders, min_size=4, max_size=24))
def test_who_acts_equals_brute_force(office: Office, told: list[tuple[Any, ...]]) -> None:
    table = Table()

    def decide(work: Work) -> World:
        world = World(work)
        for order in told:
            with suppress(Refused):
                world.follow(order)
        for entry in work.entries:
            table.take(read(entry, work.around.keys).data)
        return world

    world = office.do(decide)

    def compare(work: Work) -> None:
        for n in DAYS:
            on = day(n)
            acting: dict[UUID, list[str]] = {}
            for code in sorted(world.codes):
                who = keeping.who_acts(work, code, on)
                assert who == table.acts(code, on), (code, on)
                if who is not None:
                    assert not table.is_away(who, on), "whoever acts is there"
                    acting.setdefault(who, []).append(code)
            for person in world.people:
                found = [post.code for post in keeping.acting(work, person, on)]
                assert found == acting.get(person, [])

    office.ask(compare)
