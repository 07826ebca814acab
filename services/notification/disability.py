"""What of disability is told to whom, beside its cases: cards, homes, places in care, carers; and a subsidy's new sum.

Which disability somebody has, and how grave, is restricted: it is in no message.
"""

from __future__ import annotations

from events import assistance as a
from events import disability as d
from events.base import Recorded
from services.chassis.service import Service
from services.chassis.work import Work
from services.notification.reactions import of_case, of_person, tell, yes
from services.notification.tellings import SUBSIDIES


def tell_of_disability(service: Service) -> None:
    service.on(a.Adjusted)(sum_changed)
    service.on(d.CardExpiring)(expiring)
    service.on(d.CardExpired)(expired)
    service.on(d.CardVoided)(void)
    service.on(d.HomeAdapted)(adapted)
    service.on(d.PlacedInCare)(placed)
    service.on(d.LeftCare)(left)
    service.on(d.CarerNamed)(named)
    service.on(d.CarerGone)(gone)


def sum_changed(work: Work, fact: Recorded[a.Adjusted]) -> None:
    told = fact.data
    if told.programme in SUBSIDIES:
        tell(
            work,
            of_case(work, fact),
            "subsidy_changed",
            programme=told.programme,
            amount_fen=told.amount_fen,
            since=told.since,
            illustrative=yes(told.grounds.illustrative),
        )


def expiring(work: Work, fact: Recorded[d.CardExpiring]) -> None:
    tell(work, of_person(work, fact, fact.data.person), "card_expiring", until=fact.data.until)


def expired(work: Work, fact: Recorded[d.CardExpired]) -> None:
    tell(work, of_person(work, fact, fact.data.person), "card_expired", until=fact.data.until)


def void(work: Work, fact: Recorded[d.CardVoided]) -> None:
    told = fact.data
    if told.reason != "death":  # of which is told by itself
        about = of_person(work, fact, told.person)
        tell(work, about, "card_void", reason=told.reason, since=told.since)


def adapted(work: Work, fact: Recorded[d.HomeAdapted]) -> None:
    told = fact.data
    tell(work, of_person(work, fact, told.person, told.household), "home_adapted", on=told.on)


def placed(work: Work, fact: Recorded[d.PlacedInCare]) -> None:
    tell(work, of_person(work, fact, fact.data.person), "placed_in_care", since=fact.data.since)


def left(work: Work, fact: Recorded[d.LeftCare]) -> None:
    if fact.data.reason not in ("death", "moved"):  # who moved is placed elsewhere the same day
        tell(work, of_person(work, fact, fact.data.person), "left_care", since=fact.data.since)


def named(work: Work, fact: Recorded[d.CarerNamed]) -> None:
    tell(work, of_person(work, fact, fact.data.person), "carer_named", since=fact.data.since)


def gone(work: Work, fact: Recorded[d.CarerGone]) -> None:
    if fact.data.reason in ("carer_died", "request"):  # else somebody or something took the carer's place
        tell(work, of_person(work, fact, fact.data.person), "carer_gone", since=fact.data.since)
