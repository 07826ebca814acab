"""Numbers of letters: consecutive, never twice, from the log alone; and what a decision gives them to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest

from events.ids import CaseId
from events.letters import LetterIssued, LetterServed
from services.assistance.letters import templates
from services.assistance.letters.letter import Letter, digest_of
from services.assistance.letters.numbering import (
    ISSUED,
    SERIES,
    issued,
    keep_letters,
    letter_by_number,
    next_serial,
    number_of,
    numbered,
    series,
)
from services.assistance.letters.offices import Office
from services.assistance.letters.serving import serve
from services.chassis.clock import SeededIds, SimulatedClock
from services.chassis.folding import Fold
from services.chassis.reconstruct import reconstruct
from services.chassis.refusal import Conflict, Malformed, NotFound
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.work import Work
from tests.assistance.letters_given import ANNA, CASE, DISTRICT, TODAY, TOWNSHIP, matter


class Desk:
    """A service that issues letters and does nothing else."""

    def __init__(self, folder: Path, at: datetime = datetime(2021, 8, 20, 2, tzinfo=UTC)) -> None:
        service = Service("desk")
        fold: Fold[None] = Fold(None)
        fold.on(LetterIssued)(lambda state, fact: state)
        fold.on(LetterServed)(lambda state, fact: state)
        service.stream(CaseId, fold)
        keep_letters(service)
        self.clock = SimulatedClock(at)
        self.runtime = Runtime(
            service,
            open_store(f"sqlite:///{folder / 'desk.sqlite'}", "desk"),
            district="431202",
            clock=self.clock,
            ids=SeededIds(1),
            keys=MemoryVault(clock=self.clock).for_reader("desk"),
        )

    def accept(self, office: Office = TOWNSHIP, fails: bool = False) -> str:
        """An acceptance is issued; its number."""

        def decide(work: Work) -> str:
            def make(serial: int) -> Letter:
                return templates.acceptance(matter(office=office), serial, work.today)

            fact = numbered(work, "dibao", "acceptance", office, make, [matter().applicant])
            work.record(CASE, fact)
            if fails:
                raise Conflict("late", "冲突。", "A later guard refuses.")
            return fact.number

        return self.runtime.decide(decide)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.runtime.store.close()


def test_a_number_says_office_programme_kind_year_and_serial() -> None:
    assert number_of("dibao", "acceptance", TOWNSHIP, 2021, 12) == "城中低受〔2021〕12号"
    assert number_of("tekun", "refusal", DISTRICT, 2022, 1) == "鹤民特不确〔2022〕1号"
    assert (next_serial(None), next_serial(41)) == (1, 42)
    with pytest.raises(Malformed):
        number_of("housing", "refusal", DISTRICT, 2022, 1)


def test_numbers_run_by_office_and_begin_anew_each_year(desk: Desk) -> None:
    assert [desk.accept(), desk.accept(), desk.accept(DISTRICT)] == [
        "城中低受〔2021〕1号",
        "城中低受〔2021〕2号",
        "鹤民低受〔2021〕1号",
    ]
    desk.clock.advance_to(datetime(2021, 12, 31, 16, 0, tzinfo=UTC))  # midnight in the district
    assert desk.accept() == "城中低受〔2022〕1号"


def test_a_decision_that_is_refused_uses_no_number_up(desk: Desk) -> None:
    desk.accept()
    with pytest.raises(Conflict):
        desk.accept(fails=True)
    assert desk.accept() == "城中低受〔2021〕2号"


def test_many_at_once_and_a_second_process_never_give_a_number_twice_nor_leave_a_gap(
    desk: Desk, tmp_path: Path
) -> None:
    other = Desk(tmp_path)  # the same store, opened by another
    found: list[str] = []

    def work(at: Desk) -> None:
        found.extend(at.accept() for _ in range(5))

    threads = [Thread(target=work, args=(at,)) for at in (desk, desk, other, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.runtime.store.close()
    assert sorted(found) == sorted(f"城中低受〔2021〕{serial}号" for serial in range(1, 21))


def test_the_fact_proves_the_words_and_says_no_name(desk: Desk) -> None:
    letter = templates.refusal(matter(), 1, TODAY, ["收入高于标准。"])
    fact = issued(letter, 1, [matter().applicant])
    assert (fact.digest, fact.addressee, fact.remedies) == (digest_of(letter), ANNA, True)
    assert not issued(templates.acceptance(matter(), 1, TODAY), 1, [matter().applicant]).remedies
    with pytest.raises(Malformed):
        issued(letter, 2, [matter().applicant])


def test_a_letter_bears_the_day_on_which_it_is_decided(desk: Desk) -> None:
    def decide(work: Work) -> LetterIssued:
        def make(serial: int) -> Letter:
            return templates.acceptance(matter(), serial, date(2021, 8, 19))

        return numbered(work, "dibao", "acceptance", TOWNSHIP, make, [matter().applicant])

    with pytest.raises(Malformed):
        desk.runtime.decide(decide)


def test_a_letter_is_found_by_its_number_with_how_it_was_served(desk: Desk) -> None:
    number = desk.accept()
    letter, served = desk.runtime.decide(lambda work: letter_by_number(work, number))
    assert letter.number == number and served is None
    fact = serve(letter, None, "public_notice", TODAY, TODAY)
    desk.runtime.decide(lambda work: work.record(CASE, fact))
    assert desk.runtime.decide(lambda work: letter_by_number(work, number)) == (letter, fact)
    with pytest.raises(NotFound):
        desk.runtime.decide(lambda work: letter_by_number(work, "城中低受〔2021〕9号"))


def test_the_last_number_comes_back_from_the_log_alone(desk: Desk) -> None:
    desk.accept()
    desk.accept()
    around = desk.runtime.around
    was = reconstruct(around.service, around.district, around.keys, lambda source: list(desk.runtime.log()))
    assert was.fact(SERIES, series("dibao", "acceptance", TOWNSHIP, 2021)) == 2
    assert was.fact(ISSUED, "城中低受〔2021〕2号") is not None
