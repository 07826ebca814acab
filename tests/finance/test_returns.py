"""The bank's return file: taken whole or refused with line and rule; failed, corrected, tried again (F1)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from events import finance as f
from services.chassis.refusal import Conflict, Refused
from tests.finance.town import Town, return_file

pytestmark = pytest.mark.clause("F1")


def test_a_file_that_is_not_the_answer_is_refused_whole_with_line_and_rule(town: Town) -> None:
    town.book()
    for _ in range(3):
        home, people = town.household()
        town.grant(home, people, "2020-08")
    batch = town.handed_over()
    rows = [(row["id"], "paid", row["amount"]) for row in town.standing_in(batch)]
    bad = {
        "return-other-batch": return_file(uuid4(), rows),
        "return-total": return_file(batch, rows, paid_fen=1),
        "return-never-paid": return_file(batch, [*rows[:2], (str(uuid4()), "paid", 380_00)]),
        "return-twice": return_file(batch, [*rows, rows[0]]),
        "return-left-out": return_file(batch, rows[:2]),
        "return-amount": return_file(batch, [(rows[0][0], "paid", 1), *rows[1:]]),
        "return-columns": b"nothing,like\r\nit,is\r\nat,all\r\n",
        "return-unreadable": b"\xff\xfe\x00",
        "return-result": return_file(batch, [(rows[0][0], "perhaps", 380_00), *rows[1:]]),
    }
    before = town.finance.store.head()
    for rule, content in bad.items():
        with pytest.raises(Refused, match=rule) as refusal:
            town.take_return(batch, content)
        assert refusal.value.field.startswith("file.")
        assert "行" in refusal.value.zh
    assert town.finance.store.head() == before, "nothing half done"
    town.returned(batch)
    with pytest.raises(Conflict, match="return-twice"):
        town.returned(batch)
    assert town.standing().paid_fen == 3 * 380_00


def test_what_failed_is_paid_under_the_same_number_once_the_account_is_corrected(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    town.returned(town.handed_over(), usual="failed")
    assert (town.standing().paid_fen, town.standing().committed_fen) == (0, 0)
    town.paid()  # the account is still the same
    assert (town.payment(case, "2020-08") or {})["state"] in ("failed", "withheld")
    town.account(home, people[0], why="closed")
    town.paid()
    [paid] = town.facts("finance", f.PaymentPaid)
    orders = town.facts("finance", f.PaymentOrdered)
    assert len(orders) == 2 and {one.payment for one in orders} == {paid.payment}
    assert town.standing().paid_fen == 380_00


def test_what_the_bank_does_not_say_is_found_out_by_a_person_and_never_paid_again_before(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    town.returned(town.handed_over(), usual="unknown")
    town.paid()
    assert len(town.facts("finance", f.PaymentOrdered)) == 1
    assert town.standing().committed_fen == 380_00
    at = f"/payments/{case}/2020-08/settlement"
    assert town.treasury().post(at, json={"result": "failed"}).json()["type"] == "urn:doudi:problem:reason"
    assert town.treasury().post(at, json={"result": "paid"}).status_code == 201
    assert town.treasury().post(at, json={"result": "paid"}).status_code == 409
    assert (town.standing().paid_fen, town.standing().committed_fen) == (380_00, 0)
