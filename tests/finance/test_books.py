"""A fund's book: paid ≤ allocated ≤ budget, earmarked, one book a fund (F1)."""

from __future__ import annotations

import csv
import io
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from events import finance as f
from events.ids import RecoveryId
from services.chassis.clock import midnight
from services.chassis.refusal import Conflict, Refused
from services.finance import book
from services.finance.book import BOOK, Book
from tests.finance.town import CHECKER, FUND, YEAR, Town

pytestmark = pytest.mark.clause("F1")


def test_no_more_is_allocated_than_the_budget() -> None:
    held = Book(opened=True, budget_fen=100, allocated_fen=60)
    with pytest.raises(Refused, match="allocated-above-budget"):
        book.allocate(held, FUND, YEAR, 41, "district", CHECKER)
    assert book.allocate(held, FUND, YEAR, 40, "district", CHECKER).amount_fen == 40


def test_a_budget_is_never_below_what_is_allocated() -> None:
    with pytest.raises(Refused, match="budget-below-allocated"):
        book.change_budget(Book(True, 100, 60), FUND, YEAR, 59, "cut", CHECKER)


def test_nothing_is_returned_that_is_set_aside_or_paid() -> None:
    held = Book(True, 100, 60, committed_fen=30, paid_fen=20)
    with pytest.raises(Conflict, match="fund-short"):
        book.give_back(held, FUND, YEAR, 11, CHECKER)


def test_a_fund_without_a_budget_gets_no_money_and_there_are_no_other_funds() -> None:
    with pytest.raises(Conflict, match="no-budget"):
        book.allocate(Book(), FUND, YEAR, 1, "district", CHECKER)
    with pytest.raises(Refused, match="unknown-fund"):
        book.set_budget(Book(), "anything", YEAR, 1, CHECKER)


def test_books_over_http_with_what_is_left_carried_into_the_next_year(town: Town) -> None:
    treasury, at = town.treasury(), f"/funds/{FUND}/{YEAR}"
    assert treasury.post(f"{at}/budget", json={"amount_fen": 1000}).status_code == 201
    again = treasury.post(f"{at}/budget", json={"amount_fen": 1000})
    assert (again.status_code, again.json()["type"]) == (409, "urn:doudi:problem:budget-set")
    below = treasury.post(f"{at}/allocations", json={"amount_fen": -5, "level": "district"})
    assert below.status_code == 422
    assert treasury.post(f"{at}/allocations", json={"amount_fen": 800, "level": "city"}).status_code == 201
    gone = treasury.post(f"{at}/returns", json={"amount_fen": 100})
    assert (gone.json()["allocated_fen"], gone.json()["free_fen"]) == (700, 700)
    carried = treasury.post(f"{at}/carry-over", json={"amount_fen": 300}).json()
    assert (carried["year"], carried["budget_fen"], carried["allocated_fen"]) == (YEAR + 1, 300, 300)
    assert town.standing().allocated_fen == 400
    town.host.follow()
    statement = treasury.get("/statement", params={"month": "2020-08"}).json()
    [line] = statement["funds"]
    assert statement["reconciled"] and (line["idle_fen"], line["returned_fen"]) == (400, 400)
    assert line["idle_since"] == "2020-08-03"
    table = treasury.get("/statement.csv", params={"month": "2020-08"}).text
    assert "困难群众救助补助资金" in table


def test_only_the_treasury_keeps_the_books(town: Town) -> None:
    answer = town.office().post(f"/funds/{FUND}/{YEAR}/budget", json={"amount_fen": 1000})
    assert answer.status_code == 403
    assert town.client("finance", "health").get("/statement?month=2020-08").status_code == 403


def test_what_is_recovered_is_free_again() -> None:
    held = Book(True, 100, 60, paid_fen=50)
    after = BOOK.evolve(held, book.recover(FUND, YEAR, RecoveryId.of(uuid4()), 20))
    assert (after.paid_fen, after.free_fen) == (30, 30)


def test_the_medical_relief_fund_is_reconciled_twice_a_year_and_a_large_surplus_is_flagged(
    town: Town,
) -> None:
    town.book(1000, 1000, fund="medical-relief")
    town.clock.advance_to(midnight(date(2021, 1, 2)))
    town.host.settle(date(2021, 1, 2))
    assert [one.half for one in town.facts("finance", f.FundReconciliationDue)] == ["2020-H1", "2020-H2"]
    at, treasury = f"/funds/medical-relief/{YEAR}/reconciliations", town.treasury()
    answer = treasury.post(at, json={"half": "2020-H1", "counted_fen": 990})
    assert answer.json()["to_reconcile"] == ["2020-H2"]
    [told] = town.facts("finance", f.FundReconciled)
    assert (told.booked_fen, told.counted_fen, told.above_limit) == (1000, 990, True)
    assert treasury.post(at, json={"half": "2020-H1", "counted_fen": 1}).status_code == 409


def test_the_statement_as_a_workbook_says_what_the_table_says(town: Town) -> None:
    town.book(budget=1000, allocated=400)
    town.host.follow()
    query = {"month": "2020-08"}
    text = town.treasury().get("/statement.csv", params=query).content.decode("utf-8-sig")
    answer = town.treasury().get("/statement.xlsx", params=query)
    [page] = load_workbook(io.BytesIO(answer.content)).worksheets
    told = [["" if cell is None else str(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    assert told == list(csv.reader(io.StringIO(text)))
    assert answer.headers["content-disposition"] == 'attachment; filename="statement-2020-08.xlsx"'
