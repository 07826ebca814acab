"""What a domain grants afterwards is paid once; what it orders back is opened, comes in parts, and may be waived (F1)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from events import assistance as a
from events import finance as f
from events import remedies as m
from events.ids import CaseId, HouseholdId, PersonId
from services.chassis.refusal import Refused
from services.finance import recovering
from services.finance.recovery import RECOVERY, recovery_of
from tests.finance.town import CHECKER, GROUNDS, MAKER, Town

pytestmark = pytest.mark.clause("F1")
ORDER, ARREARS = UUID(int=0xC1, version=4), UUID(int=0xC2, version=4)


def months(*told: tuple[str, int, int]) -> tuple[m.MonthDifference, ...]:
    return tuple(m.MonthDifference(month=month, due_fen=due, had_fen=had) for month, due, had in told)


class Family:
    """With a case that was granted three months."""

    def __init__(self, town: Town, *paid: str) -> None:
        self.town = town
        self.home, self.people = town.household()
        self.case = town.grant(self.home, self.people, paid[0])
        for month in paid[1:]:
            town.month(self.case, self.home, self.people, month, 380_00)

    @property
    def whose(self) -> dict[str, Any]:
        case: CaseId = self.case
        home: HouseholdId = self.home
        people: tuple[PersonId, ...] = self.people
        return {"case": case, "programme": "dibao", "household": home, "members": people}

    def says(self, *facts: a.CaseFact) -> None:
        self.town.say("living", *((self.case, fact) for fact in facts))

    def arrears(self, *told: tuple[str, int, int], id: UUID = ARREARS) -> m.ArrearsGranted:
        owed = months(*told)
        return m.ArrearsGranted(
            **self.whose, arrears=id, months=owed, amount_fen=sum(one.due_fen - one.had_fen for one in owed),
            why="changed_decision", illustrative=True, on=self.town.today, officer=MAKER,
        )  # fmt: skip

    def order(self, *told: tuple[str, int, int], parts: int = 1, id: UUID = ORDER) -> m.RecoveryOrdered:
        found = months(*told)
        return m.RecoveryOrdered(
            **self.whose, order=id, months=found, amount_fen=sum(one.had_fen - one.due_fen for one in found),
            why="exit", illustrative=True, parts=parts, first_due=self.town.today, on=self.town.today, officer=MAKER,
        )  # fmt: skip

    def ends(self, since: date) -> None:
        self.says(a.Exited(**self.whose, reason="no_longer_eligible", since=since, grounds=GROUNDS))


def test_a_changed_decision_leads_to_exactly_one_payment_of_its_arrears(town: Town) -> None:
    town.book()
    family = Family(town, "2020-07")
    family.says(family.arrears(("2020-06", 380_00, 0), ("2020-07", 430_00, 380_00)))
    family.ends(date(2020, 6, 1))  # an end afterwards takes nothing of it away
    for _ in range(3):
        town.paid()
    paid = [one for one in town.facts("finance", f.PaymentPaid) if one.period.startswith("arrears-")]
    assert [(one.case, one.amount_fen) for one in paid] == [(family.case, 430_00)]


def test_an_end_that_was_taken_back_holds_no_month_up(town: Town) -> None:
    town.book()
    family = Family(town, "2020-08")
    family.ends(date(2020, 8, 1))
    town.paid()
    assert town.facts("finance", f.PaymentPaid) == []
    again = a.SubsidyGranted(
        **family.whose, amount_fen=380_00, since=date(2020, 8, 1), confirmed=town.today, officer=MAKER,
        grounds=GROUNDS, replaces=UUID(int=7, version=4),
    )  # fmt: skip
    family.says(again)
    town.paid()
    assert [one.period for one in town.facts("finance", f.PaymentPaid)] == ["2020-08"]


def test_a_recovery_in_parts_ends_at_the_fen(town: Town) -> None:
    town.book()
    family = Family(town, "2020-06", "2020-07", "2020-08")
    town.paid()
    family.ends(date(2020, 7, 1))
    family.says(family.order(("2020-07", 0, 380_00), ("2020-08", 0, 380_00), parts=7))
    [opened] = town.facts("finance", f.RecoveryOpened)
    [planned] = town.facts("finance", f.RecoveryPlanned)
    assert (opened.amount_fen, opened.why, planned.parts) == (760_00, "ordered", 7)
    recovery = recovery_of(ORDER)
    parts: list[int] = []
    while (due := town.finance.decide(lambda work: work.load(RECOVERY, recovery)).next_part_fen) > 0:
        town.finance.decide(
            lambda work, sum_=due: recovering.collect(work, recovery, sum_, "cash", None, CHECKER)
        )
        parts.append(due)
    assert (len(parts), sum(parts)) == (7, 760_00)
    [ended] = town.facts("finance", f.RecoveryEnded)
    assert ended.why == "collected"
    with pytest.raises(Refused, match="recovery-ended"):
        town.finance.decide(lambda work: recovering.collect(work, recovery, 1, "cash", None, CHECKER))


def test_only_what_reached_the_family_comes_back(town: Town) -> None:
    town.book()
    family = Family(town, "2020-07", "2020-08")
    family.ends(date(2020, 8, 1))
    town.paid()  # August is withheld: the case had ended
    family.says(family.order(("2020-08", 0, 380_00)))
    assert town.facts("finance", f.RecoveryOpened) == []


def test_what_a_death_has_asked_back_is_not_asked_back_twice(town: Town) -> None:
    town.book()
    family = Family(town, "2020-08")
    town.paid()
    town.dies(family.people[0], date(2020, 7, 3))
    family.ends(date(2020, 8, 1))
    family.says(family.order(("2020-08", 0, 380_00)))
    assert [one.why for one in town.facts("finance", f.RecoveryOpened)] == ["death"]


def test_months_that_were_paid_as_arrears_come_back_as_well(town: Town) -> None:
    town.book()
    family = Family(town, "2020-08")
    family.says(family.arrears(("2020-07", 380_00, 0)))
    town.paid()
    family.ends(date(2020, 7, 1))
    family.says(family.order(("2020-07", 0, 380_00), ("2020-08", 0, 380_00)))
    [opened] = town.facts("finance", f.RecoveryOpened)
    assert opened.amount_fen == 760_00


def test_a_waiver_ends_what_is_open_and_nothing_else(town: Town) -> None:
    town.book()
    family = Family(town, "2020-07", "2020-08")
    town.paid()
    family.says(family.order(("2020-07", 0, 380_00), ("2020-08", 0, 380_00)))
    town.finance.decide(
        lambda work: recovering.collect(work, recovery_of(ORDER), 100_00, "cash", None, CHECKER)
    )
    waiver = m.RecoveryWaived(**family.whose, order=ORDER, why="hardship", on=town.today, officer=MAKER)
    family.says(waiver)
    family.says(waiver)
    [ended] = town.facts("finance", f.RecoveryEnded)
    assert (ended.why, ended.waived_fen) == ("waived", 660_00)
    family.says(waiver.model_copy(update={"order": UUID(int=9, version=4)}))
    assert len(town.facts("finance", f.RecoveryEnded)) == 1


def test_what_finance_asked_back_by_itself_it_waives_and_what_was_ordered_only_the_domain(town: Town) -> None:
    town.book()
    dead, ordered = Family(town, "2020-08"), Family(town, "2020-07", "2020-08")
    town.paid()
    town.dies(dead.people[0], date(2020, 7, 3))
    ordered.says(ordered.order(("2020-08", 0, 380_00)))
    of = {one.why: one.recovery for one in town.facts("finance", f.RecoveryOpened)}
    office, body = town.office(), {"why": "no_estate"}
    answer = office.post(f"/recoveries/{of['death']}/waiver", json=body)
    assert (answer.status_code, answer.json()["open_fen"]) == (200, 0)
    [ended] = town.facts("finance", f.RecoveryEnded)
    assert (ended.why, ended.reason, ended.waived_fen, ended.officer) == (
        "waived",
        "no_estate",
        380_00,
        MAKER,
    )
    again = office.post(f"/recoveries/{of['death']}/waiver", json=body)
    elsewhere = office.post(f"/recoveries/{of['ordered']}/waiver", json=body)
    assert [one.json()["type"].rpartition(":")[2] for one in (again, elsewhere)] == [
        "recovery-ended",
        "recovery-ordered",
    ]
    assert town.treasury().post(f"/recoveries/{of['ordered']}/waiver", json=body).status_code == 403
