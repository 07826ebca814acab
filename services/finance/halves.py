"""The medical relief fund is reconciled twice a year (医疗救助基金管理办法 13): due on the day after each half."""

from __future__ import annotations

from datetime import date

from events import finance as f
from events.base import Recorded
from events.ids import BookId
from services.chassis.service import Service, Shelf
from services.chassis.work import Work

RECONCILE = "fund-reconcile"
TWICE_A_YEAR = frozenset({"medical-relief"})


def keep_halves(service: Service) -> None:
    service.keep(f.BudgetSet)(_opened)
    service.keep(f.FundReconciliationDue)(_half_over)
    service.due(RECONCILE)(half_is_over)


def _opened(shelf: Shelf, fact: Recorded[f.BudgetSet]) -> None:
    told = fact.data
    if told.fund in TWICE_A_YEAR:
        shelf.put("halves", told.book, {"fund": told.fund, "year": told.year, "half": 1})
        shelf.remind(date(told.year, 7, 1), RECONCILE, told.book)


def _half_over(shelf: Shelf, fact: Recorded[f.FundReconciliationDue]) -> None:
    told = fact.data
    if told.half.endswith("H1"):
        shelf.put("halves", told.book, {"fund": told.fund, "year": told.year, "half": 2})
        shelf.remind(date(told.year + 1, 1, 1), RECONCILE, told.book)
    else:
        shelf.forget(RECONCILE, told.book)


def half_is_over(work: Work, book: BookId) -> None:
    row = work.fact("halves", book)
    if row is not None:
        half = f"{row['year']}-H{row['half']}"
        work.record(book, f.FundReconciliationDue(book=book, fund=row["fund"], year=row["year"], half=half))
