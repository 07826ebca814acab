"""B10: what is granted once is contested, changed, taken back and paid by what is due and what was had."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from events import assistance as a
from events import remedies as m
from events.ids import CaseId
from services.assistance import steps
from services.assistance.model import Stage
from services.assistance.remedies import taking
from services.assistance.remedies.difference import balance
from tests.living.aid import Aid
from tests.living.office import OFFICER
from tests.living.test_remedies import back, contest, decide, decided, letter, slug

pytestmark = pytest.mark.clause("B10")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Aid]:
    found = Aid(tmp_path)
    yield found
    assert found.differs() == []


def stands(office: Aid, case: CaseId) -> tuple[int, int]:
    """Due and had, in fen."""
    (line,) = balance(office.case(case))
    return line.due_fen, line.had_fen


def test_a_refusal_of_relief_that_was_changed_is_paid_once(office: Aid) -> None:
    household, person = office.one()
    case = office.assessed(household, person, 急难情形="none")
    office.ready(case)
    office.do(steps.decline, case, OFFICER)
    decide(office, case, contest(office, case, person), "changed", 800_00)
    assert [one.amount_fen for one in office.facts(case, a.InstalmentGranted)] == [800_00]
    assert office.facts(case, m.ArrearsGranted) == []
    assert (office.case(case).stage, stands(office, case)) == (Stage.EXITED, (800_00, 800_00))


def test_a_sum_granted_once_is_raised_by_a_review_and_the_difference_is_owed_once(office: Aid) -> None:
    household, person = office.one()
    case = office.relieved(household, person, "fire-1")
    sum_ = office.facts(case, a.SubsidyGranted)[0].amount_fen
    assert stands(office, case) == (sum_, sum_)
    id = contest(office, case, person, "SubsidyGranted")
    assert slug(lambda: decide(office, case, id, "changed", sum_)).slug == "worse-for-applicant"
    decide(office, case, id, "changed", sum_ + 100_00)
    (adjusted,) = office.facts(case, a.Adjusted)
    assert (adjusted.replaces, adjusted.amount_fen) == (
        decided(office, case, "SubsidyGranted").id,
        sum_ + 100_00,
    )
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert (arrears.amount_fen, [one.month for one in arrears.months]) == (100_00, ["2020-08"])
    assert stands(office, case) == (sum_ + 100_00, sum_ + 100_00)
    told = letter(office, case, "changed_decision")
    assert "一次性发放" in told and "每月" not in told and "应补发100元" in told
    second = contest(office, case, person, "Adjusted")
    decide(office, case, second, "changed", sum_ + 150_00)
    assert [one.amount_fen for one in office.facts(case, m.ArrearsGranted)] == [100_00, 50_00]


def test_parts_still_to_come_are_paid_on_their_day_and_only_the_difference_at_once(office: Aid) -> None:
    household, person = office.one()
    case = office.assessed(household, person)
    office.ready(case)
    parts = (
        a.Instalment(due=office.today, amount_fen=400_00),
        a.Instalment(due=office.today + timedelta(days=20), amount_fen=434_00),
    )
    office.do(steps.confirm, case, OFFICER, parts=parts)
    decide(office, case, contest(office, case, person, "SubsidyGranted"), "changed", 900_00)
    assert [one.amount_fen for one in office.facts(case, m.ArrearsGranted)] == [66_00]
    office.until(office.today + timedelta(days=25))
    assert [one.amount_fen for one in office.facts(case, a.InstalmentGranted)] == [400_00, 434_00]
    assert stands(office, case) == (900_00, 900_00)


def test_relief_obtained_by_deceit_comes_back_also_when_it_was_paid_long_ago(office: Aid) -> None:
    household, person = office.one()
    case = office.relieved(household, person, "fire-1")
    first = decided(office, case, "SubsidyGranted")
    office.until(date(2020, 10, 20))
    end: Any = partial(office.do, taking.end_for_fraud, case, first.id, OFFICER, heard=None)
    wrong = slug(partial(end, since=date(2020, 9, 1)))
    assert (wrong.slug, first.since.isoformat() in wrong.zh) == ("since", True)
    end(since=None)
    assert slug(partial(end, since=None)).slug == "decision-replaced"
    back(office, case, parts=4)
    (order,) = office.facts(case, m.RecoveryOrdered)
    assert (order.why, order.amount_fen) == ("fraud", first.amount_fen)
    assert stands(office, case) == (0, 0)
    # A review finds that there was no deceit: the relief is due again, and what was asked for is owed.
    decide(office, case, contest(office, case, person, "Exited"), "revoked")
    assert [one.amount_fen for one in office.facts(case, m.ArrearsGranted)] == [first.amount_fen]
    assert stands(office, case) == (first.amount_fen, first.amount_fen)
