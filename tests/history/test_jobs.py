"""Long questions: one at a time, for whoever asked, called off at the next step, and what was found kept out of memory."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from itertools import count
from uuid import UUID, uuid4

import pytest

from services.chassis.refusal import Conflict, NotFound
from services.history.audit.finding import FindingLine
from services.history.audit.spool import Spool
from services.history.audit.verdict import Class, Outcome, Sort
from services.history.jobs import KEPT, CannotAnswer, Job, Jobs


def over(job: Job[int]) -> Job[int]:
    until = time.monotonic() + 30
    while job.state == "running":
        assert time.monotonic() < until
        time.sleep(0.01)
    return job


def counting(begun: threading.Event) -> Callable[[Job[int]], int]:
    """Works until it is called off."""

    def work(job: Job[int]) -> int:
        job.found = 0
        for done in count(1):
            job.progress(done, done + 1)
            begun.set()
            time.sleep(0.001)
        raise AssertionError("without end")

    return work


def test_a_question_that_is_called_off_ends_and_makes_room_for_the_next() -> None:
    jobs, begun, asker = Jobs[int]("counting"), threading.Event(), uuid4()
    job = jobs.ask(counting(begun), asker)
    folder = job.folder
    assert begun.wait(30) and folder.exists()
    with pytest.raises(Conflict, match="Another question"):
        jobs.ask(counting(begun), asker)
    jobs.call_off(job.id, asker)
    assert over(job).state == "cancelled" and job.found is None and not folder.exists()
    with pytest.raises(Conflict):
        job.answer()
    assert over(jobs.ask(lambda one: 7, asker)).answer() == 7


def test_nobody_but_the_asker_sees_or_ends_a_question() -> None:
    jobs, asker, other = Jobs[int]("mine"), uuid4(), uuid4()
    job = over(jobs.ask(lambda one: 7, asker))
    assert jobs.of(job.id, asker) is job and jobs.all_of(asker) == [job] and jobs.all_of(other) == []
    with pytest.raises(NotFound):
        jobs.of(job.id, other)
    with pytest.raises(NotFound):
        jobs.call_off(job.id, other)


def test_the_last_few_answers_are_kept_and_the_rest_are_gone_with_their_files() -> None:
    jobs, asker = Jobs[int]("many"), uuid4()
    every = [over(jobs.ask(lambda one: 7, asker)) for _ in range(KEPT + 1)]
    assert not every[0].folder.exists() and every[1].folder.exists()
    with pytest.raises(NotFound, match="restarted"):
        jobs.of(every[0].id, asker)
    jobs.call_off(every[-1].id, asker)
    assert not every[-1].folder.exists()


@pytest.mark.parametrize(
    ("failure", "state", "why"),
    [(CannotAnswer("no such month"), "refused", "no such month"), (KeyError("x"), "failed", "KeyError")],
)
def test_what_has_no_answer_leaves_nothing_behind(failure: Exception, state: str, why: str) -> None:
    def work(job: Job[int]) -> int:
        job.found = 3
        raise failure

    job = over(Jobs[int]("failing").ask(work, uuid4()))
    assert (job.state, job.why, job.found, job.folder.exists()) == (state, why, None, False)


# -- what is found --------------------------------------------------------------------------------------------


def line(number: int, kind: Class = Class.LATE, sort: Sort = "had") -> FindingLine:
    return FindingLine(
        code="limit", outcome=Outcome.BROKEN, zh=f"逾期{number}", en="late", finding=kind, sort=sort,
        event=UUID(int=number), case=None, service="living", day=date(2020, 9, 1),
    )  # fmt: skip


def test_what_is_found_is_read_again_in_order_from_any_line_on() -> None:
    spool = Spool()
    every = [line(number, sort="had" if number % 2 else "later") for number in range(1000)]
    for one in every:
        spool.add(one)
    spool.finish()
    found = list(spool.read())
    assert [one for _, one in found] == every
    assert [one for _, one in spool.read(found[499][0])] == every[500:]
    assert spool.counts() == {Class.LATE: {"had": 500, "later": 500}} and spool.lines == 1000


def most_memory(lines: int) -> int:
    """While so many are written down and read again, in bytes."""
    tracemalloc.start()
    try:
        spool = Spool()
        for number in range(lines):
            spool.add(line(number))
        spool.finish()
        assert sum(1 for _ in spool.read()) == lines
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_found_lies_in_a_file_and_not_in_memory() -> None:
    most_memory(100)  # whatever is made once is made
    few, many = most_memory(15_000), most_memory(45_000)
    assert many < few + 500_000, "eleven million bytes were written, against four"


def test_whoever_reads_when_it_is_dropped_reads_to_the_end() -> None:
    spool = Spool()
    for number in range(1000):
        spool.add(line(number))
    spool.finish()
    reading = spool.read()
    del spool
    assert sum(1 for _ in reading) == 1000
