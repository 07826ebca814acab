"""A post has one holder at a time; tasks stay with the post; every change of roles is told."""

from __future__ import annotations

from uuid import uuid4

import pytest

from events.staff import HandedOver, PostAssigned, PostClosed, PostVacated, Role, RolesChanged
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.staff import keeping, steps
from tests.staff.given import (
    ANNA,
    APPROVER,
    BAO,
    CHEN,
    CLERK,
    DING,
    SURVEYOR,
    TOWNSHIP,
    VILLAGE,
    Office,
    day,
    who,
)


def test_whoever_is_assigned_acts_from_that_day_and_nobody_before(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(2))
    assert who(office, CLERK, (1, 2, 300)) == {1: None, 2: ANNA, 300: ANNA}
    assert office.acting(ANNA, day(2)) == [CLERK]
    assert office.acting(ANNA, day(1)) == []


def test_a_person_may_hold_several_posts_and_a_post_one_person(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(0))
    office.do(steps.assign, SURVEYOR, ANNA, day(0))
    assert office.acting(ANNA, day(0)) == [CLERK, SURVEYOR]
    for since in (-50, 0, 5):
        with pytest.raises(Conflict, match="post-held"):
            office.do(steps.assign, CLERK, BAO, day(since))


def test_late_news_fills_the_days_that_nobody_held(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(-10))
    office.do(steps.assign, CLERK, BAO, day(-40), day(-11))
    assert who(office, CLERK, (-41, -40, -11, -10)) == {-41: None, -40: BAO, -11: BAO, -10: ANNA}
    with pytest.raises(Conflict, match="post-held"):
        office.do(steps.assign, CLERK, CHEN, day(-60), day(-40))


def test_a_post_that_was_never_taken_up_was_never_held(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(5))
    office.do(steps.vacate, CLERK, ANNA, day(5))
    office.do(steps.assign, CLERK, BAO, day(0))
    assert who(office, CLERK, (4, 5, 6)) == {4: BAO, 5: BAO, 6: BAO}


def test_a_vacated_post_waits_for_the_next_holder(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(0))
    office.do(steps.vacate, CLERK, ANNA, day(3))
    assert who(office, CLERK, (2, 3)) == {2: ANNA, 3: None}
    with pytest.raises(Conflict, match="not-held"):
        office.do(steps.vacate, CLERK, ANNA, day(3))
    with pytest.raises(Conflict, match="not-held"):
        office.do(steps.vacate, CLERK, BAO, day(1))


def test_a_handover_ends_one_tenure_and_begins_the_next_in_one_decision(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(0))
    told = office.do(steps.hand_over, CLERK, BAO, day(4), 7)
    assert (told.former, told.staff, told.tasks) == (ANNA, BAO, 7)
    assert who(office, CLERK, (3, 4)) == {3: ANNA, 4: BAO}
    log = [one for one in office.district.log("staff") if one.envelope.subject.startswith("post/")]
    together = [type(one.data) for one in log if one.envelope.decision == log[-1].envelope.decision]
    assert together == [PostVacated, PostAssigned, HandedOver]


def test_who_was_assigned_first_takes_over_afterwards_once(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(0), day(3))
    office.do(steps.assign, CLERK, BAO, day(4))
    assert office.do(steps.hand_over, CLERK, BAO, day(4), 2).former == ANNA
    for since in (4, 5):
        with pytest.raises(Conflict, match="handed-over"):
            office.do(steps.hand_over, CLERK, BAO, day(since), 2)


def test_nothing_is_handed_over_where_nobody_was_before_or_somebody_comes_after(office: Office) -> None:
    with pytest.raises(Conflict, match="nobody-before"):
        office.do(steps.hand_over, CLERK, BAO, day(0), 0)
    office.do(steps.assign, CLERK, ANNA, day(0), day(9))
    office.do(steps.assign, CLERK, BAO, day(10))
    with pytest.raises(Conflict, match="post-held"):
        office.do(steps.hand_over, CLERK, CHEN, day(5), 0)
    with pytest.raises(Conflict, match="not-begun"):
        office.do(steps.hand_over, CLERK, CHEN, day(10), 0)


def test_roles_change_from_a_day_on_and_late_news_is_in_its_place(office: Office) -> None:
    office.do(steps.change_roles, CLERK, [Role.CLERK, Role.CHECKER, Role.CLERK], day(10))
    office.do(steps.change_roles, CLERK, [Role.APPROVER], day(-5))
    roles = {n: office.ask(keeping.post_of, CLERK).roles_on(day(n)) for n in (-101, -6, -5, 9, 10)}
    assert roles == {
        -101: frozenset(),
        -6: {Role.CLERK},
        -5: {Role.APPROVER},
        9: {Role.APPROVER},
        10: {Role.CLERK, Role.CHECKER},
    }
    with pytest.raises(Conflict, match="roles-same"):
        office.do(steps.change_roles, CLERK, [Role.CHECKER, Role.CLERK], day(11))
    assert len(office.district.facts("staff", RolesChanged)) == 2


def test_a_role_counts_in_its_township_and_of_the_district_everywhere(office: Office) -> None:
    office.post(APPROVER, [Role.APPROVER], township=None)
    office.do(steps.assign, SURVEYOR, ANNA, day(0))
    office.do(steps.assign, APPROVER, BAO, day(0))

    def acts(who: object, role: Role, township: str | None) -> str | None:
        post = office.ask(keeping.acts_as, who, role, day(0), township)
        return None if post is None else post.code

    assert acts(ANNA, Role.SURVEYOR, TOWNSHIP) == SURVEYOR
    assert acts(ANNA, Role.SURVEYOR, "431202002000") is None
    assert acts(ANNA, Role.SURVEYOR, None) is None
    assert acts(ANNA, Role.APPROVER, TOWNSHIP) is None
    assert acts(BAO, Role.APPROVER, TOWNSHIP) == acts(BAO, Role.APPROVER, None) == APPROVER


def test_a_post_with_open_tasks_is_closed_only_in_favour_of_another(office: Office) -> None:
    office.do(steps.assign, CLERK, ANNA, day(0), day(5))
    with pytest.raises(Conflict, match="post-held"):
        office.do(steps.close, CLERK, day(5), SURVEYOR, 3)
    with pytest.raises(Malformed, match="successor-missing"):
        office.do(steps.close, CLERK, day(6), None, 3)
    with pytest.raises(Malformed, match="successor-same"):
        office.do(steps.close, CLERK, day(6), CLERK, 3)
    with pytest.raises(NotFound):
        office.do(steps.close, CLERK, day(6), "nowhere", 3)
    office.do(steps.close, CLERK, day(6), SURVEYOR, 3)
    [closed] = office.district.facts("staff", PostClosed)
    assert (closed.successor, closed.tasks) == (SURVEYOR, 3)
    for act, said in (
        (steps.assign, (CLERK, BAO, day(7))),
        (steps.assign, (CLERK, BAO, day(6 - 1), None)),
        (steps.change_roles, (CLERK, [Role.CHECKER], day(6))),
        (steps.close, (CLERK, day(8))),
        (steps.close, (SURVEYOR, day(8), CLERK, 1)),
    ):
        with pytest.raises(Conflict, match="post-"):
            office.do(act, *said)


def test_nobody_assigns_themselves_or_changes_what_they_may_do(office: Office) -> None:
    with pytest.raises(Refused, match="own-post"):
        office.do(steps.assign, CLERK, ANNA, day(0), by=ANNA)
    office.do(steps.assign, CLERK, ANNA, day(0))
    with pytest.raises(Refused, match="own-post"):
        office.do(steps.change_roles, CLERK, [Role.APPROVER], day(0), by=ANNA)
    with pytest.raises(Refused, match="own-post"):
        office.do(steps.hand_over, CLERK, BAO, day(1), 0, by=BAO)


def test_who_is_unknown_or_of_a_village_committee_holds_no_post(office: Office) -> None:
    with pytest.raises(NotFound):
        office.do(steps.assign, CLERK, DING, day(0))
    office.do(steps.register, DING, "村委会成员", "village_committee", VILLAGE)
    with pytest.raises(Conflict, match="not-staff"):
        office.do(steps.assign, CLERK, DING, day(0))
    for capacity, village in (("village_committee", None), ("staff", VILLAGE)):
        with pytest.raises(Malformed, match="village-committee"):
            office.do(steps.register, uuid4(), "人", capacity, village)
    with pytest.raises(Conflict, match="staff-registered"):
        office.do(steps.register, ANNA, "人")


def test_days_far_off_or_backwards_are_refused(office: Office) -> None:
    for since in (day(367), day(0).replace(year=1900)):
        with pytest.raises(Refused, match=r"day-out-of-range|post-not-yet"):
            office.do(steps.assign, CLERK, ANNA, since)
    with pytest.raises(Malformed, match="until-before-since"):
        office.do(steps.assign, CLERK, ANNA, day(0), day(-1))
    with pytest.raises(Conflict, match="post-not-yet"):
        office.do(steps.assign, CLERK, ANNA, day(-101))
    with pytest.raises(Conflict, match="post-exists"):
        office.post(CLERK)
    for act, said in (
        (steps.assign, ("nowhere", ANNA, day(0))),
        (steps.vacate, ("nowhere", ANNA, day(0))),
        (steps.change_roles, ("nowhere", [Role.CLERK], day(0))),
        (steps.close, ("nowhere", day(0))),
    ):
        with pytest.raises(NotFound):
            office.do(act, *said)
