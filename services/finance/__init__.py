"""Finance: budgets, commitments, payments in batches, what comes back. Clause 四(二) of 鹤民发〔2020〕43号 (F1, F2); the
townships' reserves with living: 三(一)3 (B12).

Listens to: policy (the price link's paper, working days), registry (who lives where, who has died), and the domains
whose grants are paid (`sources.PAID`).
Records `finance.*`.

Its rooms: `sources` (whose grants, which fund), `book` (a fund's year, pure), `account`, `batch` (pure), `judging` (what
is due), `gathering`, `standing`, `closing`, `bankfile`, `returnfile`, `returning`, `recovery` (pure), `reactions` (what
becomes known late), `ordering` (what a domain orders back), `naming` (accounts as taken
down), `keeping`, `views`, `statement`, `price` (the price link), `halves` (reconciliation), `reserve` (pure) and `reserves` (the
townships'), `api*`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import assistance as a
from events import living as l
from events import policy as p
from events import registry as r
from events import remedies as m
from events.ids import BatchId, BookId, HouseholdId, PersonId, RecoveryId, ReserveId
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import View, ViewReader
from services.finance import (
    api_accounts,
    api_batches,
    api_funds,
    api_prices,
    api_reserves,
    halves,
    keeping,
    ordering,
    price,
    reactions,
    reserves,
)
from services.finance.account import ACCOUNT
from services.finance.batch import BATCH
from services.finance.book import BOOK
from services.finance.recovery import RECOVERY
from services.finance.reserve import RESERVE
from services.finance.sources import PAID
from services.finance.views import BOOKS, PAYMENTS
from services.finance.views_reserves import RESERVES
from services.policy import keeping as papers
from services.registry.keeping import keep_people

SERVICE = Service("finance", listens=("policy", "registry", *PAID))
VIEWS: tuple[View, ...] = (PAYMENTS, BOOKS, RESERVES)

SERVICE.stream(BookId, BOOK)
SERVICE.stream(BatchId, BATCH)
SERVICE.stream(HouseholdId, ACCOUNT)
SERVICE.stream(PersonId, ACCOUNT)
SERVICE.stream(RecoveryId, RECOVERY)
SERVICE.stream(ReserveId, RESERVE)
keep_people(SERVICE)
for _source in PAID:
    keeping.keep_grants(SERVICE, _source)
keeping.keep_own(SERVICE)
price.keep_prices(SERVICE)
halves.keep_halves(SERVICE)
SERVICE.keep(p.PaperPublished)(papers.published)
SERVICE.keep(p.CalendarPublished)(papers.calendar)
SERVICE.on(r.Died)(reactions.died)
SERVICE.on(r.HouseholdMovedAway)(reactions.moved_away)
SERVICE.on(r.Erased)(reactions.erased)
SERVICE.on(a.Exited)(reactions.ended)
SERVICE.on(m.RecoveryOrdered)(ordering.ordered_back)
SERVICE.on(m.RecoveryWaived)(ordering.waived)
SERVICE.on(m.FineImposed)(ordering.fined)
SERVICE.on(a.Adjusted)(reactions.adjusted)
SERVICE.on(l.ReserveAdvanced, l.ReserveReplenished)(reserves.funded)
SERVICE.on(l.ReserveSpent)(reserves.spent)
SERVICE.on(l.ReserveReconciled)(reserves.reconciled)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    return [
        api_funds.router(runtime, readers[BOOKS.name]),
        api_accounts.router(runtime),
        api_prices.router(runtime),
        api_reserves.router(runtime, readers[RESERVES.name]),
        *api_batches.routers(runtime, readers[PAYMENTS.name]),
    ]
