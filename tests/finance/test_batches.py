"""A month's batch: one payment a case and period, nothing to the dead, a file of the same bytes, two persons (F1)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from events import assistance as a
from events import finance as f
from events.service import Unsealed
from services.chassis.refusal import Conflict, Refused
from services.finance import bankfile, closing, gathering
from services.finance.batch import BATCH
from tests.finance.town import CHECKER, GROUNDS, MAKER, Town, account_number

pytestmark = pytest.mark.clause("F1")


def test_a_month_is_paid_once_however_often_it_is_gathered(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    town.paid()
    town.paid()
    assert [one.amount_fen for one in town.facts("finance", f.PaymentPaid)] == [380_00]
    assert len(town.facts("finance", f.PaymentOrdered)) == 1
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"
    assert (town.standing().paid_fen, town.standing().committed_fen) == (380_00, 0)


def test_a_batch_is_gathered_in_pieces_and_says_how_far_it_is(town: Town) -> None:
    town.book()
    for _ in range(5):
        home, people = town.household()
        town.grant(home, people, "2020-08")
    batch = town.finance.decide(lambda work: gathering.open_batch(work, "2020-08", MAKER))
    with pytest.raises(Conflict, match="batch-running"):
        town.finance.decide(lambda work: gathering.open_batch(work, "2020-08", MAKER))
    while town.finance.decide(lambda work: gathering.gather(work, batch, 2)):
        pass
    pieces = town.facts("finance", f.PieceGathered)
    assert [one.ordered for one in pieces if one.queue == "living"] == [2, 2, 1]
    assert len(town.standing_in(batch)) == 5


def test_without_an_account_a_payment_waits_and_is_paid_when_there_is_one(town: Town) -> None:
    town.book()
    home, people = town.household(account=False)
    case = town.grant(home, people, "2020-08")
    town.paid()
    [held] = town.facts("finance", f.PaymentWithheld)
    assert held.reason == "no_account"
    town.host.follow()
    [row] = town.treasury().get("/payments", params={"state": "withheld"}).json()["items"]
    assert row["next_step"] == "请登记并复核收款账户"
    assert "请登记并复核收款账户" in town.treasury().get("/payments/open.csv").text
    town.account(home, people[0])
    town.paid()
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"


def test_what_the_fund_cannot_pay_waits_until_money_is_allocated(town: Town) -> None:
    town.book(budget=1000_00, allocated=500_00)
    for _ in range(2):
        home, people = town.household()
        town.grant(home, people, "2020-08")
    town.paid()
    assert [one.reason for one in town.facts("finance", f.PaymentWithheld)] == ["funds_short"]
    answer = town.treasury().post(
        "/funds/basic-living/2020/allocations", json={"amount_fen": 500_00, "level": "city"}
    )
    assert answer.status_code == 201
    town.paid()
    assert town.standing().paid_fen == 760_00


def test_nobody_dead_is_paid_and_a_death_before_the_hand_over_takes_the_payment_out(town: Town) -> None:
    town.book()
    home, people = town.household()
    other, others = town.household()
    case = town.grant(home, people, "2020-08")
    town.grant(other, others, "2020-08")
    batch = town.closed()
    town.approve(batch)
    town.dies(people[0], date(2020, 8, 3))
    state = town.finance.decide(lambda work: work.load(BATCH, batch))
    assert (state.revision, state.state, state.payments) == (2, "closed", 1)
    assert (town.payment(case, "2020-08") or {})["reason"] == "death"
    with pytest.raises(Conflict, match="batch-state"):  # the approval was of the other revision
        town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
    with pytest.raises(Conflict, match="batch-revised"):
        town.finance.decide(lambda work: closing.approve(work, batch, 1, CHECKER))
    town.approve(batch)
    town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
    town.returned(batch)
    assert town.standing().paid_fen == 380_00
    assert town.facts("finance", f.RecoveryOpened) == []


def test_a_payment_waits_while_the_holder_of_the_account_is_dead(town: Town) -> None:
    town.book()
    home, people = town.household(2)
    case = town.grant(home, people, "2020-08")
    town.dies(people[0], date(2020, 8, 2))
    town.paid()
    assert (town.payment(case, "2020-08") or {})["reason"] == "holder_dead"
    town.account(home, people[1], why="holder_died")
    town.paid()
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"


def test_a_month_after_the_end_of_the_case_is_not_paid(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    gone = a.Exited(
        case=case, programme="dibao", household=home, members=people, reason="moved_away", since=date(2020, 8, 1),
        grounds=GROUNDS,
    )  # fmt: skip
    town.say("living", (case, gone))
    town.paid()
    assert (town.payment(case, "2020-08") or {})["reason"] == "ended"


@pytest.mark.clause("D1")
@pytest.mark.parametrize("how", ["closed", "handed_over", "paid"])
def test_a_subsidy_that_ended_before_its_month_is_taken_out_or_asked_back(town: Town, how: str) -> None:
    fund = "disability-subsidies"
    town.book(fund=fund)
    home, people = town.household(2)
    son = people[1:]
    programme = "disability-living"
    case = town.grant(home, son, "2020-08", 60_00, programme=programme, by="disability")
    getattr(town, how)()
    ended = a.Exited(
        case=case, programme=programme, household=home, members=son, reason="no_longer_eligible",
        since=date(2020, 8, 1), grounds=GROUNDS,
    )  # fmt: skip
    town.say("disability", (case, ended))
    asked = town.facts("finance", f.RecoveryOpened)
    if how == "closed":
        [taken_out] = town.facts("finance", f.PaymentWithheld)
        assert (taken_out.reason, taken_out.taken_out, asked) == ("ended", True, [])
    else:
        assert [(one.amount_fen, one.why, one.fund, one.case) for one in asked] == [
            (60_00, "ended", fund, case)
        ]


def test_what_living_pays_is_not_asked_back_by_an_end_alone(town: Town) -> None:
    """Prompt, honest error is exempt (2021 办法 39): of dibao an officer decides."""
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    town.paid()
    ended = a.Exited(
        case=case, programme="dibao", household=home, members=people, reason="no_longer_eligible",
        since=date(2020, 8, 1), grounds=GROUNDS,
    )  # fmt: skip
    town.say("living", (case, ended))
    assert town.facts("finance", f.RecoveryOpened) == []


def test_who_makes_a_batch_does_not_approve_it_and_no_month_to_come_is_paid(town: Town) -> None:
    town.book()
    batch = town.closed()
    with pytest.raises(Conflict, match="two-persons"):
        town.finance.decide(lambda work: closing.approve(work, batch, 1, MAKER))
    with pytest.raises(Refused, match="month-to-come"):
        town.finance.decide(lambda work: gathering.open_batch(work, "2020-09", MAKER))


def test_the_file_is_the_same_bytes_each_time_with_its_totals_and_its_opening_recorded(town: Town) -> None:
    town.book()
    for _ in range(3):
        home, people = town.household()
        town.grant(home, people, "2020-08")
    batch = town.handed_over()
    one = town.treasury().get(f"/batches/{batch}/file")
    two = town.treasury().get(f"/batches/{batch}/file")
    assert one.content == two.content and one.status_code == 200
    [handed] = town.facts("finance", f.BatchHandedOver)
    assert handed.file == sha256(one.content).hexdigest()
    [closed] = town.facts("finance", f.BatchClosed)
    assert closed.digest[:16] in one.headers["content-disposition"]
    control = one.text.splitlines()[1].split(",")
    assert control == [str(batch), "1", "3", "114000", closed.digest]
    assert all(account_number(n) in one.text for n in (1, 2, 3))
    assert [told.count for told in town.facts("finance", Unsealed)] == [3, 3, 3]
    assert town.office().get(f"/batches/{batch}/file").status_code == 403


def test_the_file_is_not_written_before_it_is_approved(town: Town) -> None:
    town.book()
    batch = town.closed()
    with pytest.raises(Conflict, match="batch-state"):
        town.finance.decide(lambda work: list(bankfile.written(work, batch, "x")))


def test_a_batch_that_is_dropped_pays_nothing_and_its_payments_wait(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    batch = town.closed()
    assert not town.finance.decide(lambda work: closing.drop(work, batch, MAKER))
    assert (town.standing().committed_fen, town.standing().paid_fen) == (0, 0)
    town.paid()
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"
    assert town.standing().paid_fen == 380_00


def test_a_batch_is_dropped_in_pieces_and_nothing_else_is_done_with_it_meanwhile(town: Town) -> None:
    town.book()
    families = [town.household() for _ in range(4)]
    cases = [town.grant(home, people, "2020-08") for home, people in families]
    batch = town.closed()
    town.approve(batch)
    assert town.finance.decide(lambda work: closing.drop(work, batch, MAKER, 1))
    assert town.standing().committed_fen == 3 * 380_00
    for step in (closing.close_by, closing.hand_over):
        with pytest.raises(Conflict, match="batch-state"):
            town.finance.decide(lambda work, step=step: step(work, batch, MAKER))
    [standing, *_] = town.standing_in(batch)
    [(_, people)] = [families[n] for n, case in enumerate(cases) if str(case) == standing["case"]]
    town.dies(people[0], date(2020, 7, 3))  # it was to be paid still: there is nothing to ask back
    assert (town.facts("finance", f.RecoveryOpened), len(town.standing_in(batch))) == ([], 2)
    answer = town.office().post(f"/batches/{batch}/drop").json()
    assert (answer["state"], answer["left"], answer["payments"]) == ("dropped", False, 0)
    assert town.standing().committed_fen == 0
    town.paid()
    assert Counter((town.payment(case, "2020-08") or {})["state"] for case in cases) == {
        "paid": 3,
        "withheld": 1,
    }


def test_a_death_found_late_asks_back_what_was_paid_for_the_time_after_it(town: Town) -> None:
    town.book()
    home, people = town.household()
    case = town.grant(home, people, "2020-08")
    town.paid("2020-08")
    town.pass_days(31)
    town.month(case, home, people, "2020-09", 380_00)
    town.paid("2020-09")
    town.dies(people[0], date(2020, 8, 20))
    [asked] = town.facts("finance", f.RecoveryOpened)
    assert (asked.amount_fen, asked.why, asked.case) == (380_00, "death", case)
    assert str(asked.payment) == (town.payment(case, "2020-09") or {})["id"]
    at = f"/recoveries/{asked.recovery}"
    plan = town.office().post(f"{at}/plan", json={"parts": 2, "first_due": "2020-10-01"})
    assert plan.status_code == 201, plan.text
    treasury = town.treasury()
    bare = treasury.post(f"{at}/collections", json={"amount_fen": 100_00, "how": "deducted"})
    assert bare.json()["type"] == "urn:doudi:problem:consent"
    more = treasury.post(f"{at}/collections", json={"amount_fen": 380_01, "how": "cash"})
    assert more.json()["type"] == "urn:doudi:problem:collected-too-much"
    one = treasury.post(f"{at}/collections", json={"amount_fen": 200_00, "how": "cash"})
    assert one.json()["open_fen"] == 180_00
    two = treasury.post(
        f"{at}/collections", json={"amount_fen": 180_00, "how": "deducted", "consent": "c" * 64}
    )
    assert two.json()["open_fen"] == 0
    assert [one.why for one in town.facts("finance", f.RecoveryEnded)] == ["collected"]
    assert town.standing().paid_fen == 380_00
    town.host.follow()
    [row] = treasury.get("/recoveries").json()["items"]
    assert (row["state"], row["collected_fen"], row["parts"]) == ("collected", 380_00, 2)
    statement = treasury.get("/statement?month=2020-09").json()
    assert statement["reconciled"] and statement["funds"][0]["recovered_fen"] == 380_00


def test_a_whole_month_over_http(town: Town) -> None:
    town.book()
    home, people = town.household()
    town.grant(home, people, "2020-08")
    office, treasury = town.office(), town.treasury()
    assert treasury.post("/batches", json={"month": "2020-08"}).status_code == 403
    batch = office.post("/batches", json={"month": "2020-08"}).json()["batch"]
    while (told := office.post(f"/batches/{batch}/pieces").json())["left"]:
        pass
    assert told["payments"] == 1
    assert office.post(f"/batches/{batch}/closure").json()["state"] == "closed"
    assert treasury.post(f"/batches/{batch}/approval", json={"revision": 1}).json()["state"] == "approved"
    assert treasury.post(f"/batches/{batch}/handover").json()["state"] == "handed_over"
    from events.ids import BatchId

    content = town.answer(BatchId(batch))
    answer = treasury.post(f"/batches/{batch}/return", files={"file": ("return.csv", content)})
    assert answer.json()["state"] == "answered", answer.text
    town.host.follow()
    [row] = treasury.get("/batches").json()["items"]
    assert (row["state"], row["paid_fen"]) == ("answered", 380_00)
    [paid] = treasury.get("/payments", params={"batch": batch}).json()["items"]
    assert (paid["state"], paid["period"], paid["tries"]) == ("paid", "2020-08", 1)
    assert treasury.get("/batches/00000000-0000-4000-8000-000000000000/file").status_code == 404
