"""A beneficiary's state as of two days, in a log of growing size."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from events import assistance as a
from events import registry as r
from events.base import Actor, Entry, Envelope, Event
from events.ids import CaseId, HouseholdId, Identifier, PersonId, ServiceId
from events.service import Listening
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.service import source_of
from services.history.asof import AsOf
from services.history.district_log import DistrictLog
from tests.bench.long_log import LongLog
from tests.bench.measuring import Samples
from tests.bench.report import Line, Report, number
from tests.bench.workload import DISTRICT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

LONGEST = int(os.environ.get("DOUDI_BENCH_ASOF_EVENTS", "1000000"))
SIZES = (LONGEST // 10, LONGEST)
ASKED, YEARS = 1500, 5
BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
GROUNDS = a.Grounds(papers=(a.Paper(number="1", clause="1"),), language="1", rows=("A",), illustrative=True)
TEXT = f"""The state of a person drawn at random, effective and known on random days of {YEARS} years: home, identity,
categories and the whole of each case, about 17 events a person. *District*: known to the district. *Decider*: known to
the service that decided the case. Each question is asked once, from Python, in one thread, on a database that was just
filled. On a busy machine the time of our thread on the processor says more than the clock; PostgreSQL's is not in it."""


def test_a_state_costs_the_same_in_a_longer_log(
    engine: str, new_url: Callable[[], str], report: Report
) -> None:
    database = open_database(new_url(), "history")
    registry, living = (source_of(DISTRICT, name) for name in ("registry", "living"))
    log = DistrictLog(database, [registry, living], SystemClock())
    asof = AsOf(log, SystemClock())
    section = report.section("As-of", TEXT)
    # As many families as the log will have begin evenly over the years.
    step = timedelta(days=365 * YEARS) / max(SIZES)
    long = LongLog(log, District(step).entries(), step)
    people, draw = long.people, random.Random(3)
    for size in SIZES:
        rebuilt = long.grow(size)
        count = long.count
        section.notes.append(
            f"{engine}, {count:,} events: the index built again takes {number(rebuilt)} events a second of our processor."
        )
        print(f"\n{section.notes[-1]}")
        for by in (None, "living"):
            spent, busy, events = [], [], 0
            for _ in range(ASKED):
                one = people[draw.randrange(len(people))]
                known = date(2021, 1, 1) + timedelta(draw.randrange(365 * YEARS))
                began, ran = time.perf_counter(), time.thread_time()
                answer = asof.state(one, "person", effective=known, known=known, by=by)
                spent.append((time.perf_counter() - began) * 1000)
                busy.append((time.thread_time() - ran) * 1000)
                events += answer.events
            found, cpu = Samples(tuple(spent)), Samples(tuple(busy))
            told = f"p50 **{found.median:.2f} ms** · p95 **{found.percentile(95):.2f} ms**"
            told += f" (our own processor time {cpu.median:.2f} · {cpu.percentile(95):.2f})"
            who = by or "district"
            section.lines.append(Line(f"{who}, {count:,} events, {engine}", told, aim="p95 under 10 ms"))
            print(f"\n{engine}, {who}, {count:,} events: {told}, {events / ASKED:.1f} events read a person")
    database.close()


class District:
    """Families of three, each with a case."""

    def __init__(self, step: timedelta) -> None:
        self._draw = random.Random(1)
        self._step = step
        self._now = BEGAN
        self._heads: dict[str, tuple[int, UUID | None]] = {}

    def entries(self) -> Iterator[Entry]:
        types = tuple(fact.TYPE for fact in (r.HouseholdRegistered, r.PersonRegistered, r.Categorised))
        listening = Listening(sources={source_of(DISTRICT, "registry"): types})
        yield self._entry("living", ServiceId.of(self._uuid()), listening)
        while True:
            yield from self._family()

    def _family(self) -> Iterator[Entry]:
        home, case = HouseholdId.of(self._uuid()), CaseId.of(self._uuid())
        three = [PersonId.of(self._uuid()) for _ in range(3)]
        day = self._now.date()
        for one in three:
            sealed = {"of": [str(one)], "event": str(one), "field": "name", "box": "A" * 40}
            yield self._entry("registry", one, r.PersonRegistered.model_validate({
                "person": one, "name": sealed, "id_number": sealed, "id_index": sealed, "sex": "1",
                "born": date(1970, 1, 1),
            }))  # fmt: skip
        members = tuple(r.Member(person=one, relation="02") for one in three)
        yield self._entry("registry", home, r.HouseholdRegistered(
            household=home, head=three[0], members=members, township="431202002000", village="431202002001",
            since=day,
        ))  # fmt: skip
        for one in three:
            category = r.Categorised(person=one, household=home, category=r.Category.DIBAO, since=day)
            yield self._entry("registry", one, category)
        about = {"case": case, "programme": "dibao", "household": home, "members": tuple(three)}
        yield self._entry("living", case, a.Applied(
            **about, applicant=three[0], township="431202002000", consent=True, on=day
        ))  # fmt: skip
        yield self._entry("living", case, a.Accepted(**about, on=day, basis="2021-57"))
        yield self._entry("living", case, a.SubsidyGranted(
            **about, amount_fen=38_000, since=day, confirmed=day, officer=three[0], grounds=GROUNDS
        ))  # fmt: skip
        for month in range(1, 12):
            yield self._entry("living", case, a.MonthGranted(
                **about, month=f"{day.year}-{month:02d}", amount_fen=38_000, illustrative=True
            ))  # fmt: skip

    def _uuid(self) -> UUID:
        return UUID(int=self._draw.getrandbits(128), version=4)

    def _entry(self, name: str, stream: Identifier, fact: Event) -> Entry:
        self._now += self._step
        sequence, previous = self._heads.get(name, (0, None))
        event = self._uuid()
        self._heads[name] = sequence + 1, event
        registry = self._heads.get("registry")
        known = {source_of(DISTRICT, "registry"): registry[0]} if name == "living" and registry else {}
        envelope = Envelope(
            id=event, source=source_of(DISTRICT, name), type=fact.TYPE, dataschema=fact.SCHEMA,
            subject=stream.subject, concerns=fact.concerns(), stream=UUID(int=stream.int), streamversion=1,
            time=self._now, effective=self._now.date(), recordedtime=self._now, sequence=sequence + 1,
            previous=previous, known=known, decision=event, correlationid=event,
            actor=Actor("civil-affairs", "clerk"),
        )  # fmt: skip
        return Entry(envelope, fact.model_dump_json().encode())
