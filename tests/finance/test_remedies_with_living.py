"""F1: a review in living leads to one payment of arrears in finance; what is ordered back ends at the fen, both real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events import finance as f
from events import registry as r
from events.ids import CaseId
from services import finance
from services.chassis.departments import Department
from tests.assistance.kernel import Kernel
from tests.finance.town import CHECKER
from tests.finance.treasury import Treasury
from tests.living.office import RURAL
from tests.support import speaker

pytestmark = pytest.mark.clause("F1")


class Whole(Kernel):
    """Living and finance, each the real one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, more=[speaker("disability", CaseId), finance.SERVICE])
        self.serve("finance", finance.routers, finance.VIEWS)
        self.finance = self.runtime("finance")
        self.treasury = Treasury(self.finance, lambda: self.today, self.host.drain)


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    with Whole(tmp_path) as whole:
        yield whole
        assert whole.differences("living") == [] and whole.differences("finance") == []


def test_a_changed_decision_is_paid_once_and_a_late_death_comes_back_by_instalments_to_the_fen(
    whole: Whole,
) -> None:
    household, people = whole.family()
    whole.treasury.account(household, people[0])
    case = whole.granted(household, people)
    whole.until(date(2020, 10, 5))
    whole.treasury.pay("2020-10")
    county = whole.client("living")
    first = county.get(f"/cases/{case}/decisions").json()[0]["id"]
    lodged = county.post(f"/cases/{case}/contests", json={"decision": first, "by": str(people[0])}).json()
    said = {"outcome": "changed", "paper": "鹤政复决字〔2020〕3号", "amount_fen": 350_01}
    done = county.post(f"/cases/{case}/contests/{lodged['contest']}/decision", json=said)
    assert done.status_code == 200, done.text
    for _ in range(2):
        whole.treasury.pay("2020-10")
    paid = whole.facts("finance", f.PaymentPaid)
    arrears = [one.amount_fen for one in paid if one.period.startswith("arrears-")]
    assert arrears == [2 * 50_01]
    whole.until(date(2020, 12, 3))
    whole.treasury.pay("2020-12")
    assert [one.amount_fen for one in whole.facts("finance", f.PaymentPaid)][-2:] == [350_01, 350_01]
    assert sum(one.amount_fen for one in whole.facts("finance", f.PaymentPaid)) == 4 * 350_01

    # The end is known late: the family moved away in October, and was paid for two months more.
    whole.tell(r.HouseholdMovedAway(household=household, members=tuple(people), since=date(2020, 10, 20)))
    order = county.post(f"/cases/{case}/recoveries", json={"parts": 3})
    assert order.status_code == 201, order.text
    assert order.json()["amount_fen"] == 2 * 350_01
    whole.host.drain()
    [opened] = whole.facts("finance", f.RecoveryOpened)
    assert (opened.why, opened.amount_fen) == ("ordered", 2 * 350_01)
    treasury = whole.client("finance", Department.FINANCE, person=CHECKER)
    at, due, parts = f"/recoveries/{opened.recovery}/collections", 233_34, []
    while due:
        answer = treasury.post(at, json={"amount_fen": due, "how": "cash"})
        assert answer.status_code == 201, answer.text
        parts.append(due)
        due = answer.json()["next_part_fen"]
    assert parts == [233_34, 233_34, 233_34]
    [ended] = whole.facts("finance", f.RecoveryEnded)
    assert ended.why == "collected"


def test_a_fine_is_collected_in_parts_into_no_fund_and_never_deducted(whole: Whole) -> None:
    household, people = whole.family()
    whole.treasury.account(household, people[0])
    case = whole.granted(household, people)
    whole.until(date(2020, 10, 5))
    whole.treasury.pay("2020-10")
    county = whole.client("living")
    first = county.get(f"/cases/{case}/decisions").json()[0]["id"]
    assert county.post(f"/cases/{case}/fraud", json={"decision": first}).status_code == 200
    assert county.post(f"/cases/{case}/recoveries", json={}).status_code == 201
    said = {
        "person": str(people[0]), "paper": "鹤民罚〔2020〕1号", "amount_fen": 900_00, "heard": "2020-10-05", "parts": 2,
    }  # fmt: skip
    clerk = whole.client("living", township=RURAL)
    assert clerk.post(f"/cases/{case}/fines", json=said).status_code == 403
    answer = county.post(f"/cases/{case}/fines", json=said)
    assert (answer.status_code, answer.json()["obtained_fen"]) == (201, 600_00)
    whole.host.drain()
    whole.host.follow()
    opened = next(one for one in whole.facts("finance", f.RecoveryOpened) if one.fine)
    treasury = whole.client("finance", Department.FINANCE, person=CHECKER)
    listed = treasury.get("/recoveries").json()["items"]
    assert {(one["why"], one["amount_fen"]) for one in listed} == {("fine", 900_00), ("ordered", 600_00)}
    at = f"/recoveries/{opened.recovery}/collections"
    deducted = {"amount_fen": 1, "how": "deducted", "consent": "a" * 64}
    assert treasury.post(at, json=deducted).json()["type"] == "urn:doudi:problem:fine-not-deducted"
    for _ in range(2):
        assert treasury.post(at, json={"amount_fen": 450_00, "how": "transfer"}).status_code == 201
    assert whole.facts("finance", f.FundsRecovered) == []
    assert [one.why for one in whole.facts("finance", f.RecoveryEnded)] == ["collected"]


def test_what_had_come_back_of_an_order_that_a_review_revoked_is_paid_again_once(whole: Whole) -> None:
    household, people = whole.family()
    whole.treasury.account(household, people[0])
    case = whole.granted(household, people)
    whole.until(date(2020, 10, 5))
    whole.treasury.pay("2020-10")
    county = whole.client("living")
    first = county.get(f"/cases/{case}/decisions").json()[0]["id"]
    assert county.post(f"/cases/{case}/fraud", json={"decision": first}).status_code == 200
    assert county.post(f"/cases/{case}/recoveries", json={}).status_code == 201
    whole.host.drain()
    [opened] = whole.facts("finance", f.RecoveryOpened)
    assert opened.amount_fen == 600_00
    treasury = whole.client("finance", Department.FINANCE, person=CHECKER)
    at = f"/recoveries/{opened.recovery}/collections"
    assert treasury.post(at, json={"amount_fen": 250_00, "how": "cash"}).status_code == 201
    order = county.get(f"/cases/{case}/decisions").json()[-1]["id"]
    lodged = county.post(f"/cases/{case}/contests", json={"decision": order, "by": str(people[0])}).json()
    said = {"outcome": "revoked", "paper": "鹤政复决字〔2020〕4号"}
    done = county.post(f"/cases/{case}/contests/{lodged['contest']}/decision", json=said)
    assert done.status_code == 200, done.text
    for _ in range(2):
        whole.treasury.pay("2020-10")
    [refund] = whole.facts("finance", f.RefundGranted)
    assert (refund.amount_fen, refund.illustrative) == (250_00, True)
    [ended] = whole.facts("finance", f.RecoveryEnded)
    assert (ended.why, ended.waived_fen) == ("waived", 350_00)
    paid = [
        one.amount_fen for one in whole.facts("finance", f.PaymentPaid) if one.period.startswith("refund-")
    ]
    assert paid == [250_00]
    months = county.get(f"/cases/{case}/months").json()
    assert [(one["due_fen"], one["had_fen"]) for one in months] == [(0, 300_00), (0, 300_00)]
