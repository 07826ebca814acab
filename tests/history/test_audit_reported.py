"""Help that went on though departments' data contradict it: found in its class, by who could know; disputed, told as such."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import registry as r
from events import verification as v
from events.base import Event
from events.ids import AgreementId, FeedId, HouseholdId, MismatchId, PersonId
from events.sealed import Sealed
from services.history.audit.everything import findings
from services.history.audit.finding import Finding
from services.history.audit.verdict import Class, Outcome
from tests.history.audited import EVERYTHING, Plant, Told, World
from tests.history.logs import src
from tests.history.test_audit import changed, found, the
from tests.history.test_audit_money import Make, beside, fact_of, made, of_month, order_of, reviewed
from tests.living.office import OFFICER

__all__ = ["made"]
AS_OF = date(2020, 9, 10)
BEFORE = timedelta(minutes=5)
TEXT = {"of": [str(OFFICER)], "event": str(OFFICER), "field": "record", "box": "AAAA"}


def october(told: Iterable[Told]) -> Told:
    return next(one for one in of_month(told, "2020-10") if isinstance(one.fact, a.MonthGranted))


def about(
    told: list[Told], source: v.Source, at: datetime, *answers: str, member: int = 1, as_of: date = AS_OF
) -> list[Told]:
    """A department's file says something of somebody of the family; `answers`: what became of it."""
    family = the(told, a.Applied).fact
    person, home = PersonId.of(family.members[member]), HouseholdId.of(family.household)
    feed, mismatch, agreement = FeedId.of(uuid4()), MismatchId.of(uuid4()), AgreementId.of(uuid4())
    said: dict[str, Any] = {"mismatch": mismatch, "person": person}
    taken = v.FeedReceived(
        agreement=agreement, source=source, feed=feed, as_of=as_of, digest="0" * 64, rows=1, matched=1, strangers=0,
        refused=0, late=False, current=True, next_by=date(2030, 1, 1),
    )  # fmt: skip
    record, on = Sealed.from_json(TEXT), at.date()
    facts: list[Event] = [
        v.MismatchFound(
            **said, household=home, source=source, feed=feed, as_of=as_of, record=record, digest="0" * 64, on=on
        ),
        v.ReviewAsked(household=home, people=(person,), reason="mismatch", mismatch=mismatch),
    ]  # fmt: skip
    done = {"on": on, "officer": OFFICER}
    for answer in answers:
        if answer == "heard":
            facts.append(v.MismatchHeard(**said, **done, statement=None))
        elif answer == "disputed":
            facts.append(v.MismatchDisputed(**said, **done, statement=record))
        else:
            facts.append(v.MismatchResolved(**said, **done, heard=on, result=answer))  # type: ignore[arg-type]
    return [
        fact_of("verification", agreement, taken, at),
        *(fact_of("verification", mismatch, fact, at) for fact in facts),
    ]


def planted(source: v.Source, sort: str, *answers: str, member: int = 1) -> Plant:
    """The data arrived before October was granted, read by living or not; or after all of it."""

    def plant(told: list[Told]) -> Iterable[Told]:
        month = october(told)
        at = told[-1].at + BEFORE if sort == "later" else month.at - BEFORE
        if sort == "had":
            month.known = {**month.known, "verification": EVERYTHING}
        return beside(told, about(told, source, at, *answers, member=member))

    return plant


def told_of(world: World) -> list[Finding]:
    return list(findings(world.auditor))


SORTS = ("had", "unread", "later")


@pytest.mark.parametrize("sort", SORTS)
def test_a_month_granted_for_somebody_in_prison_is_found_by_who_could_know(made: Make, sort: str) -> None:
    world = made(planted("prison", sort, "heard", "confirmed"))
    assert found(world) == [(Class.JAILED, sort)]
    [one] = told_of(world)  # September began before the day of the data
    assert one.event == next(e.id for e in world.told if e is october(world.told))
    assert one.check.outcome is (Outcome.NOTED if sort == "later" else Outcome.BROKEN)
    assert "服刑" in one.check.zh and "已核实" in one.check.zh


@pytest.mark.parametrize("sort", SORTS)
def test_a_month_granted_for_somebody_whose_death_a_department_reports_is_found(
    made: Make, sort: str
) -> None:
    world = made(planted("death", sort))  # no hearing is owed, and nobody disputes it
    assert found(world) == [(Class.AFTER_DEATH, sort)]
    assert len(told_of(world)) == 1


def test_a_file_that_lay_there_and_was_compared_only_later_had_arrived_unread(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        month = october(told)
        feed, *rest = about(told, "prison", told[-1].at + BEFORE, "heard")
        return beside(told, [replace(feed, at=month.at - BEFORE), *rest])

    assert found(made(plant)) == [(Class.JAILED, "unread")]


def test_of_property_the_data_alone_do_not_say_that_it_is_too_much(made: Make) -> None:
    world = made(planted("deposits", "unread", "heard", "confirmed"))
    [one] = told_of(world)
    assert (one.kind, one.sort, one.check.outcome) == (Class.OVER_PROPERTIED, "unread", Outcome.OPEN)
    assert "复核尚无结论" in one.check.zh


def of_review(told: Iterable[Told], within: bool) -> list[Told]:
    """What the review of their property found, and that whoever concluded it had read the data."""
    told = list(told)
    for one in told:
        if isinstance(one.fact, a.Reviewed):
            one.known = {**one.known, "verification": EVERYTHING}
        elif isinstance(one.fact, a.Assessed) and one.fact.review and within:
            inputs = (
                used.model_copy(update={"value": "true"}) if used.name == "财产符合" else used
                for used in one.fact.inputs
            )
            one.fact = one.fact.model_copy(update={"inputs": tuple(inputs)})
    return told


@pytest.mark.parametrize("sort", ["had", "unread"])
def test_once_a_review_found_property_above_the_limit_the_month_before_it_is_found(
    made: Make, sort: str
) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return planted("vehicles", sort, "heard", "confirmed")(of_review(told, within=False))

    world = made(plant, base=reviewed)
    assert found(world) == [(Class.OVER_PROPERTIED, sort)]
    [one] = told_of(world)
    assert one.check.outcome is Outcome.BROKEN


def test_a_car_that_a_review_found_within_the_limit_is_no_finding(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        return planted("vehicles", "had", "heard", "confirmed")(of_review(told, within=True))

    kinds = {one.check.code for one in told_of(made(plant, base=reviewed))}
    assert "departments-data" not in kinds  # (that its input was swapped for this test is found, of course)


def test_a_review_that_found_nothing_out_leaves_it_open(made: Make) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        kept = [one for one in of_review(told, within=False) if not getattr(one.fact, "review", 0)]
        return planted("vehicles", "had", "heard", "confirmed")(kept)

    outcomes = {
        one.check.outcome
        for one in told_of(made(plant, base=reviewed))
        if one.check.code == "departments-data"
    }
    assert outcomes == {Outcome.OPEN}


@pytest.mark.parametrize("departs", [True, False])
def test_a_review_that_lets_help_to_a_prisoner_go_on_without_a_reason_is_found_itself(
    made: Make, departs: bool
) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        told = of_review(told, within=False)
        if not departs:
            told = list(changed(a.Reviewed, lambda fact: {"departs": None})(told))
        return planted("prison", "had", "heard", "confirmed")(told)

    world = made(plant, base=reviewed)
    jailed = [one for one in told_of(world) if one.kind is Class.JAILED]
    types = {entry.envelope.type for entry in world.logs.of[src("living")] for one in jailed
             if entry.envelope.id == one.event}  # fmt: skip
    assert (a.Reviewed.TYPE in types) == (not departs) and a.MonthGranted.TYPE in types


@pytest.mark.parametrize("answer", ["data_wrong", "known"])
def test_data_that_are_wrong_or_were_weighed_before_are_no_finding(made: Make, answer: str) -> None:
    assert found(made(planted("prison", "had", "disputed", "heard", answer))) == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [(("disputed", "heard"), "本人有异议"), ((), "尚未听取本人意见"), (("heard",), "无异议")],
)
def test_what_is_disputed_or_nobody_was_heard_about_is_told_as_such(
    made: Make, answers: tuple[str, ...], said: str
) -> None:
    [one] = told_of(made(planted("prison", "had", *answers)))
    assert (one.kind, one.sort) == (Class.JAILED, "had")
    assert said in one.check.zh
    assert (one.check.outcome is Outcome.BROKEN) == (answers == ("heard",))


def test_what_no_paper_says_against_help_is_held_against_nobody(made: Make) -> None:
    assert found(made(planted("school_roll", "had", "heard", "confirmed"))) == []


@pytest.mark.parametrize("source", ["tax", "company", "pension", "marriage"])
def test_income_or_a_marriage_of_which_the_family_said_nothing_is_open_until_a_review(
    made: Make, source: v.Source
) -> None:
    [one] = told_of(made(planted(source, "had", "heard", "confirmed")))
    assert (one.kind, one.check.outcome) == (Class.NOT_ELIGIBLE, Outcome.OPEN)
    assert one.check.paper and one.check.clause


@pytest.mark.parametrize(("outcome", "kinds"), [("unchanged", set()), ("adjusted", {Class.NOT_ELIGIBLE})])
def test_what_a_review_found_of_income_settles_it(made: Make, outcome: str, kinds: set[Class]) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        told = list(changed(a.Reviewed, lambda fact: {"outcome": outcome})(of_review(told, within=False)))
        return planted("pension", "had", "heard", "confirmed")(told)

    found_ = [one for one in told_of(made(plant, base=reviewed)) if one.check.code == "departments-data"]
    assert {one.kind for one in found_} == kinds
    assert {one.check.outcome for one in found_} <= {Outcome.BROKEN}


@pytest.mark.parametrize("sort", ["unread", "later"])
def test_a_payment_after_a_death_that_only_a_department_reports_is_found(made: Make, sort: str) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        at = order_of(told, "2020-10").at - BEFORE if sort == "unread" else told[-1].at + BEFORE
        return beside(told, [*about(told, "death", at, member=0), *about(told, "death", at, member=1)])

    world = made(plant)
    assert found(world) == [(Class.PAID_AFTER_DEATH, sort)]
    assert len(told_of(world)) == 1


def test_a_decision_after_a_death_that_a_department_had_reported_was_not_made_in_good_faith(
    made: Make,
) -> None:
    def plant(told: list[Told]) -> Iterable[Told]:
        granted = the(told, a.SubsidyGranted)
        person = the(told, a.Applied).fact.members[1]
        on = granted.fact.confirmed - timedelta(days=2)
        told_later = fact_of("registry", PersonId.of(person), r.Died(person=person, on=on), told[-1].at, on)
        return beside(told, [*about(told, "death", granted.at - BEFORE, as_of=on), told_later])

    world = made(plant)
    assert (Class.AFTER_DEATH, "unread") in found(world)
    decision = [one for one in told_of(world) if one.event == world.decision()]
    assert [one.sort for one in decision] == ["unread"]
