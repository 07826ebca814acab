"""Help of every fund and programme: payment, decision and fact held against each other both ways, fault by fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import finance as f
from events import remedies as m
from events import verification as v
from events.ids import CaseId
from services.history.audit.everything import findings, rules
from services.history.audit.finding import Finding
from services.history.audit.verdict import Class, Outcome
from tests.history.audited import EVERYTHING, Plant, Told, World
from tests.history.funds import EVERY, Paid
from tests.history.test_audit import found, the
from tests.history.test_audit_money import Make, beside, closed, fact_of, made
from tests.history.test_audit_reported import BEFORE, about
from tests.living.office import OFFICER

__all__ = ["made"]
GRANTS = (a.MonthGranted, a.InstalmentGranted)
PAYMENTS = (f.PaymentOrdered, f.PaymentPaid)
every = pytest.mark.parametrize("paid", EVERY.values(), ids=EVERY.keys())
by_months = pytest.mark.parametrize(
    "paid", [one for one in EVERY.values() if one.period != "part-1"], ids=[name for name in EVERY if name != "relief"]
)  # fmt: skip


def is_of(fact: Any, period: str) -> bool:
    part = f"part-{fact.number}" if isinstance(fact, a.InstalmentGranted) else ""
    return period in (part, getattr(fact, "month", ""), getattr(fact, "period", ""))


def of(told: Iterable[Told], paid: Paid, *kinds: type[Any]) -> list[Told]:
    return [one for one in told if isinstance(one.fact, kinds) and is_of(one.fact, paid.period)]


def left_out(told: list[Told], gone: Iterable[Told]) -> list[Told]:
    ids = {one.id for one in gone}
    return [one for one in told if one.id not in ids]


def altered(one: Told, **update: Any) -> None:
    one.fact = one.fact.model_copy(update=update)


# -- both ways ----------------------------------------------------------------------------------------------


@every
def test_what_was_decided_and_paid_as_it_should_be_has_no_findings(made: Make, paid: Paid) -> None:
    world = made(lambda told: closed(told, paid.due, paid.service, "finance"), base=paid.lived)
    assert found(world) == []
    summary = rules(world.auditor)
    assert summary.equal == summary.decisions > 0 and summary.right


@every
def test_a_payment_without_its_grant_is_found(made: Make, paid: Paid) -> None:
    world = made(lambda told: left_out(told, of(told, paid, *GRANTS)), base=paid.lived)
    assert found(world) == [(Class.PAID_WITHOUT_DECISION, "had")]


@every
def test_a_grant_without_its_payment_is_found(made: Make, paid: Paid) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        unpaid = left_out(told, of(told, paid, *PAYMENTS))
        return closed(unpaid, paid.due + timedelta(days=1), "finance", known={paid.service: EVERYTHING})

    world = made(plant, base=paid.lived)
    assert found(world) == [(Class.UNPAID, "had")]
    [one] = findings(world.auditor)
    assert one.event in {told.id for told in of(world.told, paid, *GRANTS)}


@every
def test_a_sum_altered_in_the_payment_alone_is_found(made: Make, paid: Paid) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of(told, paid, f.PaymentPaid):
            altered(one, amount_fen=one.fact.amount_fen + 1)
        return told

    assert found(made(plant, base=paid.lived)) == [(Class.ALTERED_PAYMENT, "had")]


@every
def test_a_period_paid_twice_is_found(made: Make, paid: Paid) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        [once] = of(told, paid, f.PaymentPaid)
        return [*told, replace(once, id=uuid4(), at=told[-1].at, sequence=0)]

    assert found(made(plant, base=paid.lived)) == [(Class.PAID_TWICE, "had")]


@every
def test_a_payment_out_of_another_fund_than_the_paper_names_is_found(made: Make, paid: Paid) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of(told, paid, f.PaymentOrdered):
            altered(one, fund="price-link")
        return told

    assert found(made(plant, base=paid.lived)) == [(Class.WRONG_FUND, "had")]


@by_months
def test_a_month_granted_and_paid_without_a_decision_of_its_sum_is_found(made: Make, paid: Paid) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of(told, paid, *GRANTS, *PAYMENTS):
            altered(one, amount_fen=one.fact.amount_fen + 1)
        return told

    assert found(made(plant, base=paid.lived)) == [(Class.ALTERED_AMOUNT, "had")]


def test_a_part_that_was_planned_and_never_granted_is_found_though_the_case_is_called_completed(
    made: Make,
) -> None:
    paid = EVERY["relief"]

    def plant(told: list[Told]) -> Iterable[Told]:
        gone = left_out(told, of(told, paid, *GRANTS, *PAYMENTS))
        return closed(gone, paid.due, paid.service, "finance")

    world = made(plant, base=paid.lived)
    assert found(world) == [(Class.UNPAID, "had")]
    assert [one.check.code for one in findings(world.auditor)] == ["part-left-out"]


def test_a_part_of_another_sum_than_was_planned_is_found_though_it_was_paid_so(made: Make) -> None:
    paid = EVERY["relief"]

    def plant(told: list[Told]) -> Iterable[Told]:
        for one in of(told, paid, *GRANTS, *PAYMENTS):
            altered(one, amount_fen=one.fact.amount_fen + 1)
        return told

    assert found(made(plant, base=paid.lived)) == [(Class.ALTERED_AMOUNT, "had")]


# -- a month lowered after it was granted --------------------------------------------------------------------


def lowered(paid: Paid, sort: str, by_finance: bool = False) -> Plant:
    """The last month is lowered by 10 yuan after it was granted, before it is paid or (`later`) after everything."""

    def plant(told: list[Told]) -> Iterable[Told]:
        [order], [grant] = of(told, paid, f.PaymentOrdered), of(told, paid, *GRANTS)
        decided = the(told, a.SubsidyGranted).fact
        said = decided.model_dump(include={"case", "programme", "household", "members"})
        since = date.fromisoformat(f"{paid.period}-01")
        fact = a.Adjusted(
            **said, amount_fen=grant.fact.amount_fen - 10_00, since=since, reason="review", grounds=decided.grounds
        )  # fmt: skip
        at = told[-1].at if sort == "later" else order.at
        adjusted = fact_of(paid.service, CaseId.of(decided.case), fact, at, since)
        for one in told if sort == "had" else ():
            if one.service == "finance" and one.at >= order.at:
                one.known = {**one.known, paid.service: EVERYTHING}
        for one in of(told, paid, *PAYMENTS) if by_finance else ():
            altered(one, amount_fen=fact.amount_fen)
        place = len(told) if sort == "later" else told.index(order)
        return [*told[:place], adjusted, *told[place:]]

    return plant


def of_sums(world: World) -> list[Finding]:
    """That the lowering itself does not follow from a rule is another finding."""
    return [one for one in findings(world.auditor) if one.check.code == "payment-sum"]


@by_months
@pytest.mark.parametrize("sort", ["had", "unread", "later"])
def test_a_lowering_that_finance_ignored_is_found_by_who_could_know(
    made: Make, paid: Paid, sort: str
) -> None:
    world = made(lowered(paid, sort), base=paid.lived)
    [one] = of_sums(world)
    assert (one.kind, one.sort) == (Class.ALTERED_PAYMENT, sort)
    assert one.check.outcome is (Outcome.NOTED if sort == "later" else Outcome.BROKEN)
    assert one.event in {told.id for told in of(world.told, paid, *PAYMENTS)}


@by_months
def test_a_lowering_that_finance_followed_is_no_finding(made: Make, paid: Paid) -> None:
    assert of_sums(made(lowered(paid, "had", by_finance=True), base=paid.lived)) == []


def test_what_was_ordered_and_taken_out_of_its_batch_again_is_no_payment(made: Make) -> None:
    paid = EVERY["dibao"]

    def plant(told: list[Told]) -> Iterable[Told]:
        told = list(lowered(paid, "had", by_finance=True)(told))
        [order] = of(told, paid, f.PaymentOrdered)
        before = order.fact.model_copy(update={"batch": uuid4(), "amount_fen": order.fact.amount_fen + 10_00})
        said = before.model_dump(include={"batch", "payment", "case", "period", "household", "members",
                                          "amount_fen", "programme", "starts", "illustrative"})  # fmt: skip
        out = f.PaymentWithheld(**said, reason="changed", taken_out=True)
        first = [replace(order, id=uuid4(), fact=fact, sequence=0) for fact in (before, out)]
        place = told.index(order)
        return [*told[: place - 1], first[0], told[place - 1], first[1], *told[place:]]

    assert of_sums(made(plant, base=paid.lived)) == []


def test_a_lowering_known_only_later_is_told_with_what_was_ordered_back(made: Make) -> None:
    paid = EVERY["dibao"]

    def plant(told: list[Told]) -> Iterable[Told]:
        told = list(lowered(paid, "later")(told))
        adjusted = told[-1].fact
        month = m.MonthDifference(
            month=paid.period, due_fen=adjusted.amount_fen, had_fen=adjusted.amount_fen + 10_00
        )
        said = adjusted.model_dump(include={"case", "programme", "household", "members"})
        order = m.RecoveryOrdered(
            **said, order=uuid4(), months=(month,), amount_fen=10_00, why="changed_decision", parts=1,
            first_due=told[-1].at.date(), illustrative=True, on=told[-1].at.date(), officer=OFFICER,
        )  # fmt: skip
        return [*told, fact_of("living", CaseId.of(adjusted.case), order, told[-1].at)]

    [one] = of_sums(made(plant, base=paid.lived))
    assert (one.sort, one.check.outcome) == ("later", Outcome.NOTED) and "已启动追回" in one.check.zh


# -- what contradicts which programme ------------------------------------------------------------------------


def contradicted(paid: Paid, source: v.Source, clauses: tuple[a.Paper, ...] = ()) -> Plant:
    """A department's data say something of the person before the last sum was granted, and the service had read it."""

    def plant(told: list[Told]) -> Iterable[Told]:
        [grant] = of(told, paid, *GRANTS)
        grant.known = {**grant.known, "verification": EVERYTHING}
        last = paid.period if paid.period[:1].isdigit() else f"{grant.at:%Y-%m}"
        as_of = date.fromisoformat(f"{last}-01") - timedelta(days=2)
        more = about(told, source, grant.at - BEFORE, "heard", "confirmed", member=0, as_of=as_of)
        for one in more:
            if isinstance(one.fact, v.MismatchFound):
                altered(one, papers=clauses)
        return beside(told, more)

    return plant


def kinds(world: World) -> set[tuple[Class, Outcome]]:
    return {(one.kind, one.check.outcome) for one in findings(world.auditor)}


@by_months
def test_a_month_for_somebody_in_prison_is_found_in_every_programme_whose_paper_says_so(
    made: Make, paid: Paid
) -> None:
    world = made(contradicted(paid, "prison"), base=paid.lived)
    assert kinds(world) == {(Class.JAILED, Outcome.BROKEN)}
    [one] = [one for one in findings(world.auditor) if one.event == of(world.told, paid, *GRANTS)[0].id]
    assert one.service == paid.service and one.sort == "had" and one.check.paper and one.check.clause


@pytest.mark.parametrize("programme", ["disability", "relief"])
@pytest.mark.parametrize("source", ["vehicles", "tax", "marriage"])
def test_a_car_says_nothing_against_help_whose_paper_does_not_say_so(
    made: Make, programme: str, source: v.Source
) -> None:
    paid = EVERY[programme]
    assert found(made(contradicted(paid, source), base=paid.lived)) == []


@pytest.mark.parametrize("source", ["prison", "death"])
def test_relief_is_contradicted_by_no_data_of_departments(made: Make, source: v.Source) -> None:
    """A household in need is helped once; who has died shows in the account of its decision and in the payment."""
    paid = EVERY["relief"]
    assert not {
        one.check.code for one in findings(made(contradicted(paid, source), base=paid.lived).auditor)
    } & {"departments-data"}


@pytest.mark.parametrize("programme", ["dibao", "tekun"])
def test_property_and_income_are_told_as_open_until_a_review_says_what_follows(
    made: Make, programme: str
) -> None:
    paid = EVERY[programme]
    for source, kind in (("vehicles", Class.OVER_PROPERTIED), ("tax", Class.NOT_ELIGIBLE)):
        world = made(contradicted(paid, source), base=paid.lived)  # type: ignore[arg-type]
        assert kinds(world) == {(kind, Outcome.OPEN)}
        world.close()
        world.folder.joinpath("history.db").unlink()


@pytest.mark.parametrize(
    ("clauses", "is_found"),
    [
        ((a.Paper(number="民发〔2021〕57号", clause="第十四条"),), True),  # dibao's, of the same cars
        ((a.Paper(number="民发〔2021〕57号", clause="第七条"),), False),  # a clause about something else
    ],
)
def test_data_found_under_another_programmes_clause_count_where_both_ask_the_same(
    made: Make, clauses: tuple[a.Paper, ...], is_found: bool
) -> None:
    paid = EVERY["tekun"]
    world = made(contradicted(paid, "vehicles", clauses), base=paid.lived)
    assert (found(world) != []) == is_found
