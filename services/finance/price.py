"""The price link: indices, the trigger by the rule in force in the month, everybody's allowance once. Clause 四(二) (F2).

The rule is a paper's programme `price-link`; nothing of it stands here. A month whose indices trigger it is owed within
the paper's working days of the release; the allowances are granted in pieces and paid with the next batch, out of
their own fund.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from events import finance as f
from events import registry as r
from events.base import Recorded
from events.ids import CaseId, HouseholdId, PersonId, PriceId
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.finance.keeping import OWN as QUEUE
from services.finance.keeping import queue_up
from services.finance.sources import PAID
from services.policy.area import area_of
from services.policy.keeping import rulebook_of, texts_of, working_days
from services.policy.rule import Outcome, Rule
from services.registry.keeping import (
    alive,
    belongs_since,
    category_row,
    household_of,
    keep_category,
    person_of,
    survivor,
)

PROGRAMME, OVERDUE = "price-link", "price-overdue"
PIECE = 2000
GROUPS = {"tekun": "tekun", "dibao": "dibao"}
MARGIN = "margin"
QUEUES = (*PAID, MARGIN)
"""In which order a month's allowances are granted: who had a month granted by these services, then margin households."""


def price_of(month: str) -> PriceId:
    return PriceId.of(uuid5(NAMESPACE_URL, f"doudi:price/{month}"))


@dataclass(frozen=True, slots=True)
class Price:
    """A month; `rises`: consumer, food and low-income, None before they are recorded. `done`: the queues gone through,
    `behind`: how far the one is that is gone through now."""

    month: str = ""
    rises: tuple[str, str, str] | None = None
    pay_by: date | None = None
    cases: int = 0
    total_fen: int = 0
    done: frozenset[str] = frozenset()
    behind: str = ""
    complete: bool = False


PRICE: Fold[Price] = Fold(Price())


@PRICE.on(f.PriceIndexRecorded)
def _recorded(price: Price, fact: f.PriceIndexRecorded) -> Price:
    return replace(price, month=fact.month, rises=(fact.consumer, fact.food, fact.scpi))


@PRICE.on(f.PriceAllowanceOwed)
def _owed(price: Price, fact: f.PriceAllowanceOwed) -> Price:
    return replace(price, pay_by=fact.pay_by)


@PRICE.on(f.PriceAllowanceGranted)
def _granted(price: Price, fact: f.PriceAllowanceGranted) -> Price:
    return replace(price, cases=price.cases + 1, total_fen=price.total_fen + fact.amount_fen)


@PRICE.on(f.PricePieceGranted)
def _piece(price: Price, fact: f.PricePieceGranted) -> Price:
    if fact.done:
        return replace(price, done=price.done | {fact.queue}, behind="")
    return replace(price, behind=fact.upto)


@PRICE.on(f.PriceAllowancesComplete)
def _complete(price: Price, fact: f.PriceAllowancesComplete) -> Price:
    return replace(price, complete=True)


def keep_prices(service: Service) -> None:
    service.stream(PriceId, PRICE)
    keep_category(service, r.Category.MARGIN)
    service.keep(f.PriceLinkStarted, f.PriceLinkStopped)(_running)
    service.keep(f.PriceAllowanceOwed)(_due)
    service.keep(f.PriceAllowancesComplete, f.PriceAllowanceOverdue)(_no_longer_due)
    service.keep(f.PriceAllowanceGranted)(_claimed)
    service.due(OVERDUE)(is_overdue)


def _running(shelf: Shelf, fact: Recorded[f.PriceLinkStarted | f.PriceLinkStopped]) -> None:
    shelf.put("price-link", "runs", isinstance(fact.data, f.PriceLinkStarted))


def _due(shelf: Shelf, fact: Recorded[f.PriceAllowanceOwed]) -> None:
    shelf.remind(fact.data.pay_by + timedelta(days=1), OVERDUE, fact.data.link)


def _no_longer_due(shelf: Shelf, fact: Recorded[f.PriceAllowancesComplete | f.PriceAllowanceOverdue]) -> None:
    shelf.forget(OVERDUE, fact.data.link)


def _claimed(shelf: Shelf, fact: Recorded[f.PriceAllowanceGranted]) -> None:
    told = fact.data
    for person in told.members:
        shelf.put("price-paid", f"{told.month}|{person}", str(told.case))
    shelf.put("price-case", f"{told.month}|{told.case}", told.amount_fen)
    period, starts = f"price-{told.month}", f"{told.month}-01"
    queue_up(shelf, QUEUE, fact, PROGRAMME, period, told.amount_fen, starts, told.illustrative)


def record_index(
    work: Work, month: str, consumer: str, food: str, scpi: str, released: date, officer: UUID
) -> None:
    """Record a month's indices once, and decide by the rule in force in that month whether the link pays."""
    stream = price_of(month)
    if work.load(PRICE, stream).rises is not None:
        raise Conflict(
            "index-recorded", "该月价格指数已登记。", "The month's indices are recorded.", field="month"
        )
    if released > work.today or f"{released:%Y-%m}" < month:
        raise Refused(
            "released", "发布日期应在当月以后、不晚于今天。", "Released after the month, and not after today.",
            field="released",
        )  # fmt: skip
    said: dict[str, Any] = {"link": stream, "month": month}
    work.record(
        stream,
        f.PriceIndexRecorded(
            **said, consumer=consumer, food=food, scpi=scpi, released=released, officer=officer
        ),
    )
    outcome, _ = ruled(work, month, "urban", "dibao")
    pays, ran = outcome.outputs["去向"] == "pay", bool(work.fact("price-link", "runs"))
    papers = texts_of(work, _first(month)).digests
    if pays and not ran:
        work.record(stream, f.PriceLinkStarted(**said, row=outcome.row, rule=papers))
    if ran and not pays:
        work.record(stream, f.PriceLinkStopped(**said, row=outcome.row, rule=papers))
    if pays:
        limit = int(str(outcome.outputs["发放工作日"]))
        pay_by, provisional = working_days(work).after(released, limit)
        work.record(stream, f.PriceAllowanceOwed(**said, pay_by=pay_by, provisional=provisional))


def ruled(work: Work, month: str, area: str, group: str) -> tuple[Outcome, Rule]:
    """What the paper in force in the month says of one person."""
    price = work.load(PRICE, price_of(month))
    if price.rises is None:
        raise NotFound("该月价格指数尚未登记。", "The month's indices are not recorded.", field="month")
    book = rulebook_of(work, _first(month))
    if PROGRAMME not in book.programmes(_first(month)):
        raise Conflict(
            "no-price-paper",
            "没有现行的价格联动办法。",
            "No paper on the price link is in force.",
            field="month",
        )
    rule = book.rule(PROGRAMME, _first(month))
    consumer, food, scpi = map(Decimal, price.rises)
    inputs = {
        "消费价格涨幅": consumer, "食品价格涨幅": food, "低收入居民价格涨幅": scpi, "地区": area, "联动对象": group,
    }  # fmt: skip
    return rule.decide(inputs), rule


def grant(work: Work, month: str, size: int = PIECE) -> bool:
    """Grant the next piece of the month's allowances, `size` families at the most; whether any is left. Each piece goes
    on behind the one before. Nobody has it twice.

    Who had dibao or tekun granted for the month comes first, then members of margin households where the paper
    includes them. Refused where no index triggered the link.
    """
    stream = price_of(month)
    price = work.load(PRICE, stream)
    if price.pay_by is None:
        raise Conflict(
            "price-not-triggered",
            "该月未达到联动启动条件，不得发放。",
            "Nothing triggered the link in this month: nothing is paid.",
            field="month",
        )
    for queue in (one for one in QUEUES if one not in price.done):
        if size == 0:
            return True
        size -= _piece_of(work, month, queue, size)
        if queue not in work.load(PRICE, stream).done:
            return True
    if not price.complete:
        price = work.load(PRICE, stream)
        work.record(
            stream,
            f.PriceAllowancesComplete(link=stream, month=month, cases=price.cases, total_fen=price.total_fen),
        )
    return False


def _piece_of(work: Work, month: str, queue: str, size: int) -> int:
    """Go through so many entries of a queue at the most, behind the last ones; through how many."""
    stream = price_of(month)
    behind = work.load(PRICE, stream).behind
    found = (_margins if queue == MARGIN else _granted_in)(work, month, queue, behind, size + 1)
    cases = 0
    for _, family in found[:size]:
        cases += 0 if family is None else _grant(work, month, *family)
    upto = found[:size][-1][0] if found else behind
    done = len(found) <= size
    work.record(
        stream, f.PricePieceGranted(link=stream, month=month, queue=queue, upto=upto, done=done, cases=cases)
    )
    return len(found[:size])


Family = tuple[str, str, list[str], str]
"""Case, household, members, group."""


def _granted_in(
    work: Work, month: str, queue: str, behind: str, size: int
) -> list[tuple[str, Family | None]]:
    """Who had dibao or tekun granted for the month, by case."""
    first = f"{month}|{behind}~" if behind else f"{month}|"
    rows = (row for _, row in work.facts(f"month-{queue}", first, f"{month}|~", limit=size))
    return [
        (row["case"], (row["case"], row["household"], row["members"], GROUPS[row["programme"]]))
        if row["programme"] in GROUPS
        else (row["case"], None)
        for row in rows
    ]


def _margins(work: Work, month: str, queue: str, behind: str, size: int) -> list[tuple[str, Family | None]]:
    """Members of margin households, by person; the first of a household stands for all of it."""
    rows = work.facts(category_row(r.Category.MARGIN), f"{behind}~" if behind else "", limit=size)
    return [(person, _margin_family(work, month, person, since)) for person, since in rows]


def _margin_family(work: Work, month: str, person: str, since: str) -> Family | None:
    home = person_of(work, person)["household"]
    if home is None or since > f"{month}-31":
        return None
    members = (household_of(work, home) or {"members": ()})["members"]
    people = [
        one for one in members if (belongs_since(work, one, r.Category.MARGIN) or "9999") <= f"{month}-31"
    ]
    return str(uuid5(NAMESPACE_URL, f"doudi:margin/{home}")), home, people, "margin"


def _grant(work: Work, month: str, case: str, household: str, members: list[str], group: Any) -> int:
    if work.fact("price-case", f"{month}|{case}") is not None:
        return 0
    home = household_of(work, household)
    mine = dict.fromkeys(survivor(work, one) for one in members)
    people = [
        one
        for one in mine
        if work.fact("price-paid", f"{month}|{one}") is None and alive(work, [one], f"{month}-01")
    ]
    if home is None or not people:
        return 0
    outcome, rule = ruled(work, month, area_of(home["township"]), group)
    if outcome.amount_fen == 0:
        return 0
    stream = price_of(month)
    work.record(
        stream,
        f.PriceAllowanceGranted(
            link=stream, month=month, case=CaseId(case), household=HouseholdId(household), group=group,
            members=tuple(map(PersonId, people)), amount_fen=outcome.amount_fen * len(people),
            illustrative=rule.illustrative,
        ),
    )  # fmt: skip
    return 1


def is_overdue(work: Work, stream: PriceId) -> None:
    price = work.load(PRICE, stream)
    if price.pay_by is not None:
        work.record(stream, f.PriceAllowanceOverdue(link=stream, month=price.month, pay_by=price.pay_by))


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
