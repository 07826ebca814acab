"""A made-up district's posts: filled before the first application, and surveyed by who is independent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from events.staff import NearRelativeDeclared, PostAssigned, PostCreated, Role
from services.chassis.codec import read
from services.chassis.runtime import log_of
from services.cli.demo import FIRST
from services.registry.divisions import hecheng
from services.simulator.posts import Posts
from services.staff import keeping
from tests.simulator.small import Small, lived

DAYS = 25


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with lived(tmp_path_factory.mktemp("posts"), 30, DAYS) as small:
        yield small


def facts(small: Small, name: str, *types: str) -> list[Any]:
    keys = small.house.vault.for_reader(name)
    log = (read(entry, keys) for entry in log_of(small.house.runtimes[name].store))
    return [one for one in log if one.envelope.type in types]


def test_every_township_has_its_posts_before_the_first_application(small: Small) -> None:
    created = [one.data for one in facts(small, "staff", PostCreated.TYPE)]
    for town in hecheng().townships:
        roles = sorted(role for post in created if post.township == town.code for role in post.roles)
        assert roles == sorted([Role.CLERK, Role.SURVEYOR, Role.SURVEYOR, Role.APPROVER])
    district = [role for post in created if post.township is None for role in post.roles]
    assert {Role.CHECKER, Role.APPROVER} <= set(district)
    assert len(facts(small, "staff", PostAssigned.TYPE)) == len(created)
    first = min(one.envelope.recordedtime for one in facts(small, "living", "assistance.Applied"))
    assert all(one.envelope.recordedtime < first for one in facts(small, "staff", PostAssigned.TYPE))


def test_surveyors_act_in_the_township_and_are_independent_of_the_family(small: Small) -> None:
    surveys = facts(small, "living", "assistance.Surveyed")
    assert surveys
    assert len(facts(small, "staff", NearRelativeDeclared.TYPE)) == 5
    staff = small.house.runtimes["staff"]
    for one in surveys:
        township, told = one.envelope.actor.post.removesuffix("-clerk"), one.data
        for surveyor in told.surveyors:
            acts = partial(keeping.acts_as, staff=surveyor, role=Role.SURVEYOR, on=told.on, township=township)
            assert staff.decide(acts) is not None
            tied = partial(keeping.ties, staff=surveyor, members=told.members, on=told.on)
            assert staff.decide(tied) == ()


def test_the_clerk_of_a_step_acts_in_the_post_that_the_log_names(small: Small) -> None:
    staff = small.house.runtimes["staff"]
    for one in facts(small, "living", "assistance.Accepted", "assistance.SubsidyGranted"):
        actor = one.envelope.actor
        assert staff.decide(partial(keeping.who_acts, code=actor.post, on=FIRST)) == actor.person


def test_whom_the_township_s_surveyors_are_related_to_the_district_s_visit() -> None:
    ids = iter(range(1, 100))
    posts = Posts.of(UUID(int=1000), {"431202101000": UUID(int=1001)}, lambda: UUID(int=next(ids)))
    own = posts.surveyors_of("431202101000", ["a", "b"])
    posts.related[own[0]] = {"a"}
    instead = posts.surveyors_of("431202101000", ["a", "b"])
    district = {str(one.holder) for one in posts.positions if one.township is None}
    assert instead[0] == own[1] and instead[1] in district
    assert posts.surveyors_of("431202101000", ["c"]) == own
