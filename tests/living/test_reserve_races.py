"""Two processes at one reserve: it is never spent twice over, whatever the two of them saw (B12)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from events import living as l
from events.ids import CaseId
from services.assistance import steps
from services.assistance.model import CASE
from services.chassis.codec import read
from services.chassis.refusal import Conflict, Refused
from services.chassis.runtime import Runtime, log_of
from services.chassis.work import Work
from services.living import relief, reserve
from services.living.reserve import RESERVE, reserve_of
from tests.living.aid import CLERK, EXPENDITURE, Aid
from tests.living.office import OFFICER, RURAL, URBAN
from tests.living.test_living_races import interrupted, second_process


@pytest.fixture
def office(tmp_path: Path) -> Aid:
    return Aid(tmp_path)


def spent(office: Aid) -> list[int]:
    log = (read(entry, office.vault) for entry in log_of(office.living.store))
    return [one.data.amount_fen for one in log if isinstance(one.data, l.ReserveSpent)]


@pytest.mark.clause("B12")
def test_of_two_that_pay_out_of_what_is_enough_for_one_the_second_is_refused(office: Aid) -> None:
    office.advance(1000_00)
    mine, theirs = [office.assessed(*office.one(), event) for event in ("fire-1", "fire-2")]
    rival = second_process(office)

    def other() -> None:
        rival.decide(lambda work: relief.pay_first(work, theirs, CLERK))

    pay = interrupted(lambda work: relief.pay_first(work, mine, CLERK), other)
    with pytest.raises(Conflict, match="reserve-short"):
        office.living.decide(pay)
    assert spent(office) == [834_00]
    assert office.facts(mine, l.PaidFirst) == []
    assert office.reserve().balance_fen == 166_00
    assert office.differs() == []


@pytest.mark.clause("B12")
def test_two_processes_paying_at_once_spend_just_what_is_there(office: Aid) -> None:
    office.advance(3 * 834_00 + 1)
    cases = [office.assessed(*office.one(), f"fire-{number}") for number in range(6)]
    refused: list[str] = []

    def pay(process: Runtime, mine: list[CaseId]) -> None:
        for case in mine:
            try:
                process.decide(lambda work, case=case: relief.pay_first(work, case, CLERK))
            except Conflict as conflict:
                refused.append(conflict.slug)

    both = [(office.living, cases[:3]), (second_process(office), cases[3:])]
    threads = [threading.Thread(target=pay, args=one) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spent(office) == [834_00] * 3
    assert refused == ["reserve-short"] * 3
    assert office.differs() == []


@pytest.mark.clause("B12")
def test_nothing_is_spent_without_a_case_of_the_township_or_twice_on_one(office: Aid) -> None:
    office.advance(5000_00)
    office.advance(5000_00, URBAN)
    case = office.assessed(*office.one(), "fire-1")

    def spend(work: Work, of: CaseId, township: str) -> None:
        found, state = work.load(CASE, of), work.load(RESERVE, reserve_of(township))
        work.record(reserve_of(township), reserve.spend(state, township, found, 100_00, work.today))

    def refused(slug: str, of: CaseId, township: str = RURAL) -> None:
        with pytest.raises(Refused, match=slug):
            office.living.decide(lambda work: spend(work, of, township))

    refused("spent-without-case", CaseId.of(office.ids.random()))
    refused("reserve-of-another-township", case, URBAN)
    office.do(relief.pay_first, case, CLERK)
    refused("spent-twice", case)
    with pytest.raises(Conflict, match="wrong-step"):
        office.do(relief.pay_first, case, CLERK)
    assert office.reserve().balance_fen == 4166_00


@pytest.mark.clause("B10")
def test_one_event_is_not_granted_twice_by_two_processes(office: Aid) -> None:
    household, people = office.family(3)
    first = office.assessed(household, people[0], "fire-1")
    second = office.assessed(household, people[0], "fire-1", EXPENDITURE)
    office.ready(second)
    rival = second_process(office)

    def other() -> None:
        rival.decide(lambda work: steps.confirm(work, second, OFFICER))

    with pytest.raises(Conflict, match="assessed-on-less"):
        office.living.decide(interrupted(lambda work: steps.confirm(work, first, OFFICER), other))
    assert office.differs() == []
