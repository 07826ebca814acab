"""What becomes known late: a sum lowered, a case ended, a household gone, a payee erased. Before the hand-over the payment
is taken out, after it what was not due is asked back, each fen once (F1); after an end or a change only a subsidy for the
disabled (三(七)): what living pays comes back by its own order (`test_remedies`)."""

from __future__ import annotations

from datetime import date

import pytest

from events import assistance as a
from events import finance as f
from events import registry as r
from events import remedies as m
from events.ids import CaseId, HouseholdId, PersonId
from services.finance import closing
from services.finance.batch import BATCH
from services.finance.sources import FUNDS
from tests.finance.town import CHECKER, GROUNDS, Town

pytestmark = pytest.mark.clause("F1")
Family = tuple[HouseholdId, tuple[PersonId, ...], CaseId]


DIBAO, SUBSIDY = ("dibao", "living"), ("disability-care", "disability")
"""A programme, and the domain that grants it."""


def family(town: Town, people: int = 1, kind: tuple[str, str] = DIBAO) -> Family:
    home, members = town.household(people)
    programme, by = kind
    return home, members, town.grant(home, members, "2020-08", programme=programme, by=by)


def lowered(town: Town, one: Family, amount: int, since: date, kind: tuple[str, str] = DIBAO) -> None:
    home, members, case = one
    fact = a.Adjusted(
        case=case, programme=kind[0], household=home, members=members, amount_fen=amount, since=since,
        reason="death", grounds=GROUNDS,
    )  # fmt: skip
    town.say(kind[1], (case, fact))


def ended(
    town: Town, one: Family, since: date, reason: str = "moved_away", kind: tuple[str, str] = DIBAO
) -> None:
    home, members, case = one
    fact = a.Exited(
        case=case,
        programme=kind[0],
        household=home,
        members=members,
        reason=reason,
        since=since,
        grounds=GROUNDS,
    )
    town.say(kind[1], (case, fact))


def moved_away(town: Town, one: Family, since: date) -> None:
    home, members, _ = one
    town.say("registry", (home, r.HouseholdMovedAway(household=home, members=members, since=since)))


def erase(town: Town, person: PersonId, known: bool = True) -> None:
    town.vault.erase(person)
    if known:
        town.say("registry", (person, r.Erased(person=person)))


def asked(town: Town) -> list[tuple[str, int]]:
    return [(one.why, one.amount_fen) for one in town.facts("finance", f.RecoveryOpened)]


def test_a_month_that_was_lowered_before_it_was_gathered_is_paid_with_the_lower_sum(town: Town) -> None:
    town.book()
    one = family(town)
    lowered(town, one, 200_00, date(2020, 8, 1))
    town.paid()
    assert (town.payment(one[2], "2020-08") or {})["amount"] == 200_00
    assert town.standing().paid_fen == 200_00
    assert asked(town) == []


def test_a_month_that_was_lowered_in_a_closed_batch_waits_and_the_next_pays_the_lower_sum(town: Town) -> None:
    town.book()
    one, _ = family(town), family(town)
    batch = town.closed()
    lowered(town, one, 200_00, date(2020, 8, 1))
    state = town.finance.decide(lambda work: work.load(BATCH, batch))
    assert (state.revision, state.payments, state.total_fen) == (2, 1, 380_00)
    assert (town.payment(one[2], "2020-08") or {})["reason"] == "changed"
    town.approve(batch)
    town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
    town.returned(batch)
    town.paid()
    assert (town.payment(one[2], "2020-08") or {})["amount"] == 200_00
    assert (town.standing().paid_fen, town.standing().committed_fen) == (580_00, 0)


@pytest.mark.parametrize(("kind", "back"), [(SUBSIDY, [("changed", 80_00)]), (DIBAO, [])])
def test_of_months_that_were_paid_the_difference_comes_back_and_of_later_months_nothing(
    town: Town, kind: tuple[str, str], back: list[tuple[str, int]]
) -> None:
    fund = FUNDS[kind[0]]
    town.book(fund=fund)
    home, members, case = one = family(town, kind=kind)
    town.paid()
    town.pass_days(31)
    town.month(case, home, members, "2020-09", 380_00, *kind)
    town.paid("2020-09")
    lowered(town, one, 300_00, date(2020, 9, 1), kind)
    assert asked(town) == back
    town.pass_days(31)
    town.month(case, home, members, "2020-10", 380_00, *kind)  # decided after it, by whatever rule
    town.paid("2020-10")
    assert town.standing(fund).paid_fen == 3 * 380_00
    assert asked(town) == back


def test_no_fen_is_asked_back_twice_however_many_news_say_that_it_was_not_due(town: Town) -> None:
    town.book(fund=FUNDS[SUBSIDY[0]])
    one = family(town, kind=SUBSIDY)
    town.paid()
    lowered(town, one, 300_00, date(2020, 8, 1), SUBSIDY)
    lowered(town, one, 250_00, date(2020, 8, 1), SUBSIDY)
    ended(town, one, date(2020, 8, 1), kind=SUBSIDY)
    moved_away(town, one, date(2020, 7, 20))
    town.dies(one[1][0], date(2020, 7, 20))
    assert asked(town) == [("changed", 80_00), ("changed", 50_00), ("ended", 250_00)]


def test_what_its_domain_has_ordered_back_a_death_does_not_ask_back_again(town: Town) -> None:
    town.book()
    home, members, case = one = family(town)
    town.paid()
    order = m.RecoveryOrdered(
        case=case, programme="dibao", household=home, members=members, order=town.ids.random(),
        months=(m.MonthDifference(month="2020-08", due_fen=300_00, had_fen=380_00),), amount_fen=80_00,
        why="changed_decision", parts=1, first_due=date(2020, 9, 1), illustrative=True, on=date(2020, 8, 5),
        officer=CHECKER,
    )  # fmt: skip
    town.say("living", (case, order))
    town.dies(one[1][0], date(2020, 7, 20))
    assert asked(town) == [("ordered", 80_00), ("death", 300_00)]


def test_a_month_that_was_raised_is_paid_as_it_was_granted(town: Town) -> None:
    town.book()
    one = family(town)
    lowered(town, one, 500_00, date(2020, 8, 1))
    town.paid()
    assert town.standing().paid_fen == 380_00


def test_a_household_that_moved_away_is_taken_out_and_paid_for_the_month_of_its_move(town: Town) -> None:
    town.book()
    gone, stays = family(town), family(town)
    batch = town.closed()
    moved_away(town, gone, date(2020, 7, 30))
    moved_away(town, stays, date(2020, 8, 2))
    assert (town.payment(gone[2], "2020-08") or {})["reason"] == "moved_away"
    town.approve(batch)
    town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
    town.returned(batch)
    assert (town.payment(stays[2], "2020-08") or {})["state"] == "paid"
    assert asked(town) == []


def test_what_was_paid_to_a_household_after_it_moved_away_comes_back(town: Town) -> None:
    town.book(fund=FUNDS[SUBSIDY[0]])
    one = family(town, kind=SUBSIDY)
    town.paid()
    moved_away(town, one, date(2020, 7, 30))
    assert asked(town) == [("moved_away", 380_00)]


def test_an_end_that_is_known_late_takes_the_payment_out(town: Town) -> None:
    town.book()
    one = family(town)
    town.closed()
    ended(town, one, date(2020, 8, 1))
    assert (town.payment(one[2], "2020-08") or {})["reason"] == "ended"


def test_a_payee_who_was_erased_holds_up_nobody_else(town: Town) -> None:
    town.book()
    home, (head, child) = town.household(2)
    relative = PersonId.of(town.ids.random())
    town.account(home, relative, why="wish", mandate="a" * 64)
    case = town.grant(home, (head, child), "2020-08")
    other = family(town)
    batch = town.closed()
    town.approve(batch)
    erase(town, relative)
    assert (town.payment(case, "2020-08") or {})["reason"] == "erased"
    town.approve(batch)
    town.finance.decide(lambda work: closing.hand_over(work, batch, CHECKER))
    town.returned(batch)
    assert (town.payment(other[2], "2020-08") or {})["state"] == "paid"
    town.host.follow()
    [row] = town.treasury().get("/payments", params={"state": "withheld"}).json()["items"]
    assert row["next_step"] == "户名人的信息已删除，请变更账户"
    town.account(home, head, why="wish")
    town.paid()
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"


def test_an_erasure_that_is_not_known_here_yet_is_found_at_the_hand_over_and_approved_anew(
    town: Town,
) -> None:
    town.book()
    (_, (gone,), case), (_, _, stays) = family(town), family(town)
    batch = town.closed()
    town.approve(batch)
    erase(town, gone, known=False)
    answer = town.treasury().post(f"/batches/{batch}/handover").json()
    assert (answer["state"], answer["revision"], answer["payments"]) == ("closed", 2, 1)
    assert (town.payment(case, "2020-08") or {})["reason"] == "erased"
    town.approve(batch)
    assert town.treasury().post(f"/batches/{batch}/handover").json()["state"] == "handed_over"
    town.returned(batch)
    assert (town.payment(stays, "2020-08") or {})["state"] == "paid"


def test_a_file_that_names_somebody_erased_since_is_not_written_again(town: Town) -> None:
    town.book()
    _, (gone,), case = family(town)
    batch = town.handed_over()
    erase(town, gone)
    assert town.treasury().get(f"/batches/{batch}/file").json()["type"] == "urn:doudi:problem:account-erased"
    town.returned(batch)
    assert (town.payment(case, "2020-08") or {})["state"] == "paid"


def test_the_answer_of_the_bank_can_be_sent_again_under_its_key_and_not_without(town: Town) -> None:
    town.book()
    family(town)
    batch = town.handed_over()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="return.csv"\r\n\r\n'
        + town.answer(batch)
        + b"\r\n--x--\r\n"
    )
    said = {"Idempotency-Key": "one", "Content-Type": "multipart/form-data; boundary=x"}
    at, treasury = f"/batches/{batch}/return", town.treasury()
    one = treasury.post(at, content=body, headers=said)
    again = treasury.post(at, content=body, headers=said)
    assert (one.json()["state"], again.json()) == ("answered", one.json()), one.text
    del said["Idempotency-Key"]
    bare = treasury.post(at, content=body, headers=said)
    assert (bare.status_code, bare.json()["type"]) == (409, "urn:doudi:problem:return-twice")
    assert len(town.facts("finance", f.PaymentPaid)) == 1
