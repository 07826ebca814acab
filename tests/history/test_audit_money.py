"""Payments, months and people held against each other: each planted fault found in its class, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import finance as f
from events import registry as r
from events.base import Event
from events.ids import CaseId, DutyId, GapId, HouseholdId, Identifier, PersonId, RecoveryId, ServiceId
from events.service import DayClosed
from services.assistance import steps
from services.chassis.clock import midnight
from services.history.audit.everything import findings
from services.history.audit.money import WAITS
from services.history.audit.verdict import Class, Outcome
from services.history.wording_finance import STATES
from tests.history.audited import EVERYTHING, Plant, Told, World, lived
from tests.history.test_audit import changed, found, the, without
from tests.living.office import OFFICER, Office, having

Make = Callable[..., World]
PAYMENTS = (f.PaymentOrdered, f.PaymentPaid)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Make]:
    worlds: list[World] = []

    def make(plant: Plant = lambda told: told, **named: Any) -> World:
        worlds.append(World(tmp_path, plant, **named))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def fact_of(
    service: str, stream: Identifier, fact: Event, at: datetime, effective: date | None = None
) -> Told:
    id = uuid4()
    return Told(service, stream, fact, at, effective or at.date(), id, id)


def closed(
    told: Iterable[Told], day: date, *services: str, known: dict[str, int] | None = None
) -> list[Told]:
    """The services say that they record no more of these days."""
    told = list(told)
    ends = [
        replace(
            fact_of(name, ServiceId.of(uuid4()), DayClosed(day=day), midnight(day + timedelta(days=1))),
            known=known or {},
        )
        for name in services
    ]
    return sorted([*told, *ends], key=lambda one: one.at)


def of_month(told: Iterable[Told], month: str) -> list[Told]:
    return [one for one in told if month in (getattr(one.fact, "month", ""), getattr(one.fact, "period", ""))]


def order_of(told: Iterable[Told], month: str) -> Told:
    return next(one for one in of_month(told, month) if isinstance(one.fact, f.PaymentOrdered))


# -- payments ---------------------------------------------------------------------------------------------


def test_a_district_that_paid_what_it_decided_has_no_findings(made: Make) -> None:
    world = made(lambda told: closed(told, date(2020, 10, 31), "living", "finance"))
    assert found(world) == []


def test_a_payment_without_a_decision_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return [
            one for one in told if not (isinstance(one.fact, a.MonthGranted) and one.fact.month == "2020-10")
        ]

    assert found(made(plant)) == [(Class.PAID_WITHOUT_DECISION, "had")]


def test_a_payment_of_another_sum_is_found(made: Make) -> None:
    world = made(changed(f.PaymentPaid, lambda fact: {"amount_fen": fact.amount_fen + 1}))
    assert found(world) == [(Class.ALTERED_PAYMENT, "had")]


def test_a_period_paid_twice_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        paid = next(one for one in told if isinstance(one.fact, f.PaymentPaid))
        return [*told, replace(paid, id=uuid4(), at=told[-1].at, sequence=0)]

    assert found(made(plant)) == [(Class.PAID_TWICE, "had")]


def test_a_month_of_another_sum_than_was_decided_is_found_though_it_was_paid_so(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of_month(told, "2020-10"):
            if isinstance(one.fact, (a.MonthGranted, *PAYMENTS)):
                one.fact = one.fact.model_copy(update={"amount_fen": 1_00})
        return told

    world = made(plant)
    assert found(world) == [(Class.ALTERED_AMOUNT, "had")]
    [one] = findings(world.auditor)
    assert one.check.code == "month-as-decided"


def unpaid(told: list[Told]) -> list[Told]:
    """Nobody paid for October."""
    gone = {one.id for one in of_month(told, "2020-10") if isinstance(one.fact, PAYMENTS)}
    return [one for one in told if one.id not in gone]


def test_a_decided_month_that_is_not_paid_is_found(made: Make) -> None:
    world = made(
        lambda told: closed(unpaid(told), date(2020, 11, 1), "finance", known={"living": EVERYTHING})
    )
    assert found(world) == [(Class.UNPAID, "had")]


def test_a_month_that_may_still_be_paid_is_no_finding(made: Make) -> None:
    assert found(made(lambda told: closed(unpaid(told), date(2020, 10, 31), "finance"))) == []


def test_a_month_unpaid_because_its_decision_lay_unread_is_told_apart(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        granted = the(told, a.MonthGranted)
        for one in told:
            if one.service == "finance" and one.at > granted.at:
                one.known = {**one.known, "living": granted.sequence}
        return closed(unpaid(told), date(2020, 11, 1), "finance")

    assert found(made(plant)) == [(Class.UNPAID, "unread")]


def withheld(reason: f.Withholding) -> Plant:
    """October waits in finance, and finance goes on."""

    def plant(told: list[Told]) -> Iterable[Told]:
        order = order_of(told, "2020-10")
        said = order.fact.model_dump(include={"batch", "payment", "case", "period", "household", "members",
                                              "amount_fen", "programme", "starts", "illustrative"})  # fmt: skip
        fact = f.PaymentWithheld(**said, reason=reason)
        rest = [*unpaid(told), replace(order, id=uuid4(), fact=fact)]
        return closed(sorted(rest, key=lambda one: one.at), date(2020, 11, 1), "finance")

    return plant


@pytest.mark.parametrize("reason", ["no_account", "erased"])
def test_a_month_that_waits_for_the_family_is_told_and_nobodys_fault(
    made: Make, reason: f.Withholding
) -> None:
    world = made(withheld(reason))
    assert found(world) == [(Class.UNPAID, "had")]
    [one] = findings(world.auditor)
    assert one.check.outcome is Outcome.NOTED and STATES[reason].zh in one.check.zh


@pytest.mark.parametrize("reason", ["moved_away", "ended"])
def test_a_month_that_is_rightly_withheld_is_no_finding(made: Make, reason: f.Withholding) -> None:
    assert found(made(withheld(reason))) == []


def test_a_month_that_waits_for_the_office_is_unpaid_with_the_reason(made: Make) -> None:
    [one] = findings(made(withheld("funds_short")).auditor)
    assert (one.kind, one.check.outcome) == (Class.UNPAID, Outcome.BROKEN)
    assert "资金不足" in one.check.zh and "the fund is short" in one.check.en


def test_of_every_reason_of_finance_it_is_said_whom_a_payment_waits_for() -> None:
    assert set(WAITS) == set(get_args(f.Withholding)) <= STATES.keys()


def test_a_month_paid_late_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of_month(told, "2020-10"):
            if isinstance(one.fact, f.PaymentPaid):
                one.fact = one.fact.model_copy(update={"on": date(2020, 11, 3)})
        return closed(told, date(2020, 11, 4), "finance")

    assert found(made(plant)) == [(Class.LATE, "had")]


# -- payments and facts -----------------------------------------------------------------------------------


def deaths(told: list[Told], at: datetime) -> list[Told]:
    """The whole family died in September."""
    family = the(told, a.Applied).fact
    home, on = HouseholdId.of(family.household), date(2020, 9, 20)
    return [
        fact_of("registry", PersonId.of(one), r.Died(person=one, household=home, on=on), at, on)
        for one in family.members
    ]


def died_before_october_was_paid(told: list[Told], **known: int) -> list[Told]:
    order = order_of(told, "2020-10")
    for one in told:
        if one.service == "finance" and one.at >= order.at:
            one.known = {**one.known, **known}
    at = next(n for n, one in enumerate(told) if one is order)
    return [*told[:at], *deaths(told, order.at), *told[at:]]


def test_a_payment_after_a_known_death_is_found(made: Make) -> None:
    world = made(lambda told: died_before_october_was_paid(told, registry=EVERYTHING))
    assert found(world) == [(Class.PAID_AFTER_DEATH, "had")]
    assert len(list(findings(world.auditor))) == 1  # of October: September was for the living


def test_a_payment_after_a_death_that_lay_unread_is_told_apart(made: Make) -> None:
    assert found(made(died_before_october_was_paid)) == [(Class.PAID_AFTER_DEATH, "unread")]


def test_a_payment_after_a_death_told_later_is_noted_with_its_recovery(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        told_later = deaths(told, told[-1].at)
        order, recovery = order_of(told, "2020-10").fact, RecoveryId.of(uuid4())
        opened = f.RecoveryOpened(
            recovery=recovery, case=order.case, household=order.household, members=order.members, why="death",
            amount_fen=order.amount_fen, payment=order.payment, fund=order.fund, cause=told_later[0].id,
        )  # fmt: skip
        return [*told, *told_later, fact_of("finance", recovery, opened, told[-1].at)]

    world = made(plant)
    assert found(world) == [(Class.PAID_AFTER_DEATH, "later")]
    [one] = findings(world.auditor)
    assert one.check.outcome is Outcome.NOTED and "追回" in one.check.zh


def exited(told: list[Told], at: datetime) -> Told:
    granted = the(told, a.SubsidyGranted).fact
    said = granted.model_dump(include={"case", "programme", "household", "members"})
    grounds = granted.grounds.model_copy(update={"assessment": None})
    fact = a.Exited(**said, reason="request", since=date(2020, 10, 1), grounds=grounds)
    return fact_of("living", CaseId.of(granted.case), fact, at, date(2020, 10, 1))


@pytest.mark.parametrize("sort", ["had", "unread", "later"])
def test_a_payment_after_the_case_ended_is_found(made: Make, sort: str) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        order = order_of(told, "2020-10")
        if sort == "later":
            return [*told, exited(told, told[-1].at)]
        for one in told:
            if sort == "had" and one.service == "finance" and one.at >= order.at:
                one.known = {**one.known, "living": EVERYTHING}
        at = next(n for n, one in enumerate(told) if one is order)
        return [*told[:at], exited(told, order.at), *told[at:]]

    assert found(made(plant)) == [(Class.PAID_AFTER_END, sort)]


# -- months and people ------------------------------------------------------------------------------------


def test_a_month_left_out_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        gone = {
            one.id for one in of_month(told, "2020-09") if isinstance(one.fact, (a.MonthGranted, *PAYMENTS))
        }
        return closed([one for one in told if one.id not in gone], date(2020, 10, 31), "living")

    assert found(made(plant)) == [(Class.UNPAID, "had")]


def again(told: list[Told], **others: str) -> list[Told]:
    """The same case told once more under another id; `others`: ids in place of others, too."""
    own = [one for one in told if one.service == "living" and isinstance(one.stream, CaseId)]
    ids = {str(one.id): str(uuid4()) for one in own} | {str(own[0].stream): str(uuid4())} | others

    def renamed(text: str) -> str:
        for was, is_ in ids.items():
            text = text.replace(was, is_)
        return text

    return [
        replace(
            one, stream=CaseId(renamed(str(one.stream))), id=UUID(renamed(str(one.id))), sequence=0,
            decision=UUID(renamed(str(one.decision))),
            fact=type(one.fact).model_validate_json(renamed(one.fact.model_dump_json())),
        )
        for one in own
    ]  # fmt: skip


def beside(told: list[Told], more: list[Told]) -> list[Told]:
    return sorted([*told, *more], key=lambda one: one.at)


def test_a_family_helped_by_two_cases_at_once_is_found(made: Make) -> None:
    world = made(lambda told: beside(told, again(told)))
    assert found(world) == [(Class.DOUBLE, "had")]
    assert len(list(findings(world.auditor))) == 4  # two people, two months


def test_somebody_registered_twice_and_merged_later_is_helped_twice_in_good_faith(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        family = the(told, a.Applied).fact
        others = {str(one): str(uuid4()) for one in family.members}
        duplicate = PersonId(others[str(family.members[1])])
        merged = r.PeopleMerged(person=family.members[1], duplicate=duplicate)
        two = beside(told, again(told, **others))
        return [*two, fact_of("registry", duplicate, merged, told[-1].at)]

    assert found(made(plant)) == [(Class.DOUBLE, "later")]


def list_made(at: datetime, month: str) -> Told:
    duty = DutyId.of(uuid4())
    fact = a.GapListMade(duty=duty, month=month, on=at.date(), townships=())
    return fact_of("living", duty, fact, at)


def categorised(since: date, at: datetime) -> Told:
    person = PersonId.of(uuid4())
    fact = r.Categorised(person=person, category=r.Category.REGISTERED_POOR, since=since)
    return fact_of("registry", person, fact, at, since)


@pytest.mark.parametrize("sort", ["had", "unread", "later"])
def test_who_qualifies_by_the_data_and_was_neither_helped_nor_listed_is_found(made: Make, sort: str) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        since = date(2020, 8, 20)
        told_on = date(2020, 10, 1) if sort == "later" else since  # by September nobody could list them
        poor = categorised(since, midnight(told_on))
        with_list = beside(told, [poor, list_made(midnight(date(2020, 9, 1)), "2020-08")])
        if sort == "had":
            with_list = closed(with_list, date(2020, 9, 29), "living", known={"registry": EVERYTHING})
        return closed(with_list, date(2020, 10, 31), "living")

    assert found(made(plant)) == [(Class.MISSED, sort)]


def test_who_is_listed_and_not_followed_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        at, gap = midnight(date(2020, 8, 31)), GapId.of(uuid4())
        fact = a.GapDetected(
            gap=gap, household=HouseholdId.of(uuid4()), person=PersonId.of(uuid4()), township="431202201000",
            month="2020-08", bases=("registered_poor",), on=date(2020, 8, 31),
        )  # fmt: skip
        more = [fact_of("living", gap, fact, at), list_made(at, "2020-08")]
        return closed(beside(told, more), date(2020, 10, 31), "living")

    assert found(made(plant)) == [(Class.MISSED, "had")]


def test_an_application_that_was_never_answered_is_found(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        told = list(changed(a.Accepted, lambda fact: {"decide_by": date(2020, 9, 30)})(told))
        told = list(without(a.SubsidyGranted, a.MonthGranted, *PAYMENTS)(told))
        return closed(told, date(2020, 10, 31), "living")

    assert found(made(plant)) == [(Class.LATE, "had")]


@cache
def reviewed() -> tuple[Told, ...]:
    """In a review their property is found above the limit; the officer lets it go on, and says why."""

    def more(office: Office, case: CaseId) -> None:
        office.do(steps.open_review, case, "other")
        office.look_into(case, having(300_00, within=False))
        office.do(steps.conclude_review, case, OFFICER, outcome="unchanged", departs="车辆即将出售")

    return lived(more)


def test_property_above_the_limit_without_a_word_why_it_goes_on_is_found(made: Make) -> None:
    world = made(base=reviewed)
    assert found(world) == []
    world.close()
    world.folder.joinpath("history.db").unlink()
    silent = made(changed(a.Reviewed, lambda fact: {"departs": None}), base=reviewed)
    assert found(silent) == [(Class.OVER_PROPERTIED, "had")]
