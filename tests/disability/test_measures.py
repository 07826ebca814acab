"""Devices by the catalogue, homes made free of barriers once: D3, D4."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import disability as d
from events.assistance import Finding
from events.evidence import Attachment, EvidenceAttached
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import steps
from services.assistance.model import CASE, Case
from services.chassis.refusal import Refused
from services.disability import filing
from tests.disability.town import OFFICER, SECOND, Town

DEVICE, HOME = "assistive-device", "home-adaptation"


def told(**said: Any) -> tuple[Finding, ...]:
    return tuple(Finding(name=name, value=value) for name, value in said.items())


@pytest.fixture
def holder(town: Town) -> tuple[HouseholdId, PersonId]:
    home, (person,) = town.family()
    town.do(filing.issue, person, town.card_number(person, grade=2))
    return home, person


def load(town: Town, case: CaseId) -> Case:
    found: Case = town.do(lambda work: work.load(CASE, case))
    return found


def opinion(town: Town, holder: Any, code: str, applied: Any, surveyed: Any) -> CaseId:
    home, person = holder
    case: CaseId = town.do(steps.apply, code, home, person, consent=True, findings=applied)
    town.do(steps.accept, case)
    town.do(steps.survey, case, (OFFICER,), findings=surveyed)
    town.do(steps.assess, case)
    return case


def device(town: Town, holder: Any, what: str = "white_cane", needed: bool = True) -> CaseId:
    return opinion(town, holder, DEVICE, told(器具=what), told(需要适配=needed))


@pytest.mark.clause("D3")
def test_a_device_of_the_catalogue_is_fitted_paid_once_and_lasts_its_years(town: Town, holder: Any) -> None:
    case = device(town, holder)
    town.do(steps.confirm, case, OFFICER)
    [fitted] = town.facts("disability", d.DeviceFitted)
    assert (fitted.device, fitted.years, fitted.on) == ("white_cane", 2, town.today)
    [paid] = town.facts("disability", a.InstalmentGranted)
    assert paid.amount_fen == 60_00 and paid.illustrative
    assert load(town, case).stage.value == "exited"


@pytest.mark.clause("D3")
def test_a_device_outside_the_catalogue_is_refused_by_field(town: Town, holder: Any) -> None:
    home, person = holder
    for said, rule, field in (
        (told(器具="motor_car"), "not-on-the-list", "器具"),
        ((), "finding-missing", "器具"),
        (told(器具="walker", 距上次适配月数=900), "not-of-this-step", "距上次适配月数"),
        (told(器具="walker", 金额="1.00"), "worked-out-not-entered", "金额"),
    ):
        with pytest.raises(Refused, match=rule) as refused:
            town.do(steps.apply, DEVICE, home, person, consent=True, findings=said)
        assert refused.value.field == field


@pytest.mark.clause("D3")
def test_a_device_is_not_renewed_before_its_years_are_over(town: Town, holder: Any) -> None:
    town.do(steps.confirm, device(town, holder), OFFICER)
    town.until(date(2022, 8, 2))
    early = device(town, holder)
    advice = load(town, early).inquiry.recommendation
    assert advice is not None and not advice.eligible and advice.reason == "TOO_SOON"
    town.do(steps.decline, early, OFFICER)
    assert [one.reason for one in town.told(a.Declined, DEVICE)] == ["TOO_SOON"]
    other = device(town, holder, "walker")
    town.do(steps.confirm, other, OFFICER)
    town.until(date(2022, 8, 3))
    town.do(steps.confirm, device(town, holder), OFFICER)
    assert [one.device for one in town.facts("disability", d.DeviceFitted)] == [
        "white_cane",
        "walker",
        "white_cane",
    ]


@pytest.mark.clause("D3")
def test_without_a_card_or_a_need_nothing_is_fitted(town: Town, holder: Any) -> None:
    stranger = town.family()
    for whose, needed, row in (
        (holder, False, "NOT_NEEDED"),
        ((stranger[0], stranger[1][0]), True, "NO_CARD"),
    ):
        advice = load(town, device(town, whose, needed=needed)).inquiry.recommendation
        assert advice is not None and (advice.eligible, advice.reason) == (False, row)


def adaptation(town: Town, holder: Any, pulled_down: bool = False, needed: bool = True) -> CaseId:
    return opinion(town, holder, HOME, (), told(房屋待拆=pulled_down, 需要改造=needed))


def attach(town: Town, case: CaseId, step: str) -> None:
    """As the evidence box names a file that was handed in."""
    (person,) = load(town, case).members
    file = Attachment(
        id=uuid4(),
        digest="0" * 63 + str(len(step) % 10),
        kind="photograph",
        media="image/png",
        size=9,
        of=(person,),
    )
    fact = EvidenceAttached(case=case, step=step, attachments=(file,), by=OFFICER, on=town.today)
    town.do(lambda work: work.record(case, fact))


@pytest.mark.clause("D4")
def test_a_home_is_changed_once_with_evidence_of_before_and_after(town: Town, holder: Any) -> None:
    case = adaptation(town, holder)
    town.do(steps.confirm, case, OFFICER)
    with pytest.raises(Refused, match="evidence-missing"):
        town.do(steps.take_step, case, "inspect", (SECOND,))
    attach(town, case, "survey")
    with pytest.raises(Refused, match="evidence-missing"):
        town.do(steps.take_step, case, "inspect", (SECOND,))
    attach(town, case, "inspect")
    town.do(steps.take_step, case, "inspect", (SECOND,))
    [adapted] = town.facts("disability", d.HomeAdapted)
    assert adapted.household == holder[0] and load(town, case).stage.value == "exited"
    again = load(town, adaptation(town, holder)).inquiry.recommendation
    assert again is not None and (again.eligible, again.reason) == (False, "DONE_BEFORE")


@pytest.mark.clause("D4")
@pytest.mark.parametrize(
    ("said", "row"), [({"pulled_down": True}, "TO_BE_PULLED_DOWN"), ({"needed": False}, "NOT_NEEDED")]
)
def test_a_house_that_is_to_come_down_is_not_changed(town: Town, holder: Any, said: Any, row: str) -> None:
    case = adaptation(town, holder, **said)
    advice = load(town, case).inquiry.recommendation
    assert advice is not None and (advice.eligible, advice.reason) == (False, row)
    with pytest.raises(Refused, match="departure-unexplained"):
        town.do(steps.confirm, case, OFFICER)


@pytest.mark.clause("D4")
def test_only_the_home_of_a_severely_disabled_beneficiary_is_changed(town: Town) -> None:
    home, (slight,) = town.family()
    town.do(filing.issue, slight, town.card_number(slight, grade=3))
    stranger_home, (stranger,) = town.family(enrolled=False)
    town.do(filing.issue, stranger, town.card_number(stranger, grade=1))
    rows = []
    for holder in ((home, slight), (stranger_home, stranger)):
        advice = load(town, adaptation(town, holder)).inquiry.recommendation
        assert advice is not None
        rows.append(advice.reason)
    assert rows == ["GRADE", "NOT_ENROLLED"]
