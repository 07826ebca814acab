"""Leave: in every post held meanwhile a deputy acts, and no deputy is away."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from events.staff import LeaveCorrected, LeaveTaken
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.staff import leave, steps
from tests.staff.given import ANNA, BAO, CHEN, CLERK, DING, SURVEYOR, Office, day, who


@pytest.fixture
def filled(office: Office) -> Office:
    office.do(steps.assign, CLERK, ANNA, day(0))
    office.do(steps.assign, SURVEYOR, BAO, day(0))
    return office


def away(office: Office, who: UUID, first: int, last: int, **deputies: UUID) -> UUID:
    named = {CLERK if post == "clerk" else SURVEYOR: by for post, by in deputies.items()}
    return office.do(leave.take_leave, who, day(first), day(last), named).leave


def test_the_deputy_acts_on_both_the_first_and_the_last_day(filled: Office) -> None:
    away(filled, ANNA, 5, 7, clerk=CHEN)
    assert who(filled, CLERK, (4, 5, 7, 8)) == {4: ANNA, 5: CHEN, 7: CHEN, 8: ANNA}
    assert filled.acting(CHEN, day(6)) == [CLERK]
    assert filled.acting(ANNA, day(6)) == []


def test_who_comes_back_early_acts_again_and_the_correction_names_what_it_corrects(filled: Office) -> None:
    id = away(filled, ANNA, 5, 9, clerk=CHEN)
    filled.do(leave.correct_leave, ANNA, id, day(5), day(6), {CLERK: BAO})
    assert who(filled, CLERK, (5, 6, 7)) == {5: BAO, 6: BAO, 7: ANNA}
    told = {type(one.data): one.envelope for one in filled.district.log("staff")}
    assert told[LeaveCorrected].corrects == told[LeaveTaken].id


def test_a_cancelled_leave_never_was(filled: Office) -> None:
    id = away(filled, ANNA, 5, 9, clerk=CHEN)
    filled.do(leave.cancel_leave, ANNA, id)
    assert who(filled, CLERK, (5, 9)) == {5: ANNA, 9: ANNA}
    away(filled, ANNA, 5, 9, clerk=BAO)
    with pytest.raises(NotFound):
        filled.do(leave.cancel_leave, ANNA, id)
    with pytest.raises(NotFound):
        filled.do(leave.cancel_leave, DING, id)


def test_every_post_held_on_one_of_the_days_needs_a_deputy_and_no_other(filled: Office) -> None:
    filled.do(steps.vacate, SURVEYOR, BAO, day(6))
    filled.do(steps.assign, SURVEYOR, ANNA, day(6))
    with pytest.raises(Malformed, match="deputy-missing"):
        away(filled, ANNA, 5, 6, clerk=CHEN)
    with pytest.raises(Malformed, match="deputy-superfluous"):
        away(filled, ANNA, 4, 5, clerk=CHEN, surveyor=CHEN)
    away(filled, ANNA, 5, 6, clerk=CHEN, surveyor=CHEN)
    assert who(filled, SURVEYOR, (5, 6, 7)) == {5: BAO, 6: CHEN, 7: ANNA}


def test_a_deputy_is_not_away_and_who_is_a_deputy_does_not_go(filled: Office) -> None:
    away(filled, BAO, 5, 7, surveyor=CHEN)
    with pytest.raises(Conflict, match="deputy-on-leave"):
        away(filled, ANNA, 7, 9, clerk=BAO)
    with pytest.raises(Conflict, match="leave-overlaps"):
        away(filled, BAO, 7, 8, surveyor=CHEN)
    id = away(filled, ANNA, 8, 9, clerk=BAO)
    with pytest.raises(Conflict, match="is-deputy"):
        away(filled, BAO, 9, 9, surveyor=CHEN)
    filled.do(leave.correct_leave, ANNA, id, day(8), day(9), {CLERK: CHEN})
    away(filled, BAO, 9, 9, surveyor=CHEN)


def test_a_leave_may_be_corrected_into_its_own_days(filled: Office) -> None:
    id = away(filled, ANNA, 5, 7, clerk=CHEN)
    filled.do(leave.correct_leave, ANNA, id, day(6), day(10), {CLERK: CHEN})
    assert who(filled, CLERK, (5, 6, 10)) == {5: ANNA, 6: CHEN, 10: CHEN}


@pytest.mark.parametrize(
    ("first", "last", "deputy", "rule"),
    [
        (5, 4, CHEN, "until-before-since"),
        (5, 372, CHEN, "leave-too-long"),
        (400, 401, CHEN, "day-out-of-range"),
        (5, 6, ANNA, "deputy-self"),
        (5, 6, DING, "not-found"),
        (-50, -40, CHEN, "holds-no-post"),
    ],
)
def test_what_cannot_be_a_leave_is_refused(
    filled: Office, first: int, last: int, deputy: UUID, rule: str
) -> None:
    with pytest.raises(Refused, match=rule):
        away(filled, ANNA, first, last, clerk=deputy)
    assert filled.district.facts("staff", LeaveTaken) == []


def test_nobody_makes_themselves_a_deputy(filled: Office) -> None:
    with pytest.raises(Refused, match="own-post"):
        filled.do(leave.take_leave, ANNA, day(5), day(6), {CLERK: CHEN}, by=CHEN)
    filled.do(leave.take_leave, ANNA, day(5), day(6), {CLERK: CHEN}, by=ANNA)


def test_where_a_post_changes_hands_the_deputy_of_the_former_holder_acts_no_more(filled: Office) -> None:
    away(filled, ANNA, 5, 9, clerk=CHEN)
    filled.do(steps.hand_over, CLERK, BAO, day(7), 0)
    assert who(filled, CLERK, (6, 7)) == {6: CHEN, 7: BAO}


def test_who_gets_a_post_while_away_leaves_it_to_nobody_until_a_deputy_is_named(filled: Office) -> None:
    id = away(filled, ANNA, 5, 9, clerk=CHEN)
    filled.do(steps.vacate, SURVEYOR, BAO, day(6))
    filled.do(steps.assign, SURVEYOR, ANNA, day(6))
    assert who(filled, SURVEYOR, (5, 6, 10)) == {5: BAO, 6: None, 10: ANNA}
    filled.do(leave.correct_leave, ANNA, id, day(5), day(9), {CLERK: CHEN, SURVEYOR: BAO})
    assert who(filled, SURVEYOR, (6,)) == {6: BAO}


def test_a_leave_of_nobody_is_not_found(filled: Office) -> None:
    with pytest.raises(NotFound):
        filled.do(leave.correct_leave, ANNA, uuid4(), day(5), day(6), {CLERK: CHEN})
