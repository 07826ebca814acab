"""The log that everything is measured over: families are registered, granted, and paid month by month."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID

from events.assistance import Applied, MonthGranted
from events.base import Actor, Entry, Envelope, Event
from events.ids import CaseId, HouseholdId, Identifier, PersonId
from events.registry import HouseholdRegistered, Member
from services.chassis.service import source_of
from services.chassis.store import Change, Head, Store

DISTRICT = "431202"
TOWNSHIP, VILLAGE = "431202101000", "431202101201"
ACTOR = Actor("civil-affairs", "clerk", UUID("00000000-0000-4000-8000-00000000c1e4"))
BEGAN = datetime(2021, 1, 1, tzinfo=UTC)
MONTHS = 18


def month_granted(case: CaseId, household: HouseholdId, person: PersonId, number: int = 0) -> MonthGranted:
    return MonthGranted(
        case=case, programme="dibao", household=household, members=(person,),
        month=f"{2021 + number // 12}-{number % 12 + 1:02d}", amount_fen=38_000, illustrative=True,
    )  # fmt: skip


def facts(draw: random.Random) -> Iterator[tuple[Identifier, int, Event]]:
    """Stream, version and fact, family by family, without end: 20 facts each, of which one ties people."""

    def uuid() -> UUID:
        return UUID(int=draw.getrandbits(128), version=4)

    while True:
        household, case = HouseholdId.of(uuid()), CaseId.of(uuid())
        people = [PersonId.of(uuid()) for _ in range(3)]
        members = tuple(Member(person=one, relation="02" if one is people[0] else "20") for one in people)
        yield household, 1, HouseholdRegistered(
            household=household, head=people[0], members=members, township=TOWNSHIP, village=VILLAGE,
            since=date(2021, 1, 1),
        )  # fmt: skip
        yield case, 1, Applied(
            case=case, programme="dibao", household=household, members=tuple(people), applicant=people[0],
            township=TOWNSHIP, consent=True, on=date(2021, 1, 4),
        )  # fmt: skip
        for number in range(MONTHS):
            yield case, number + 2, month_granted(case, household, people[0], number)


def entries(name: str, seed: int = 1) -> Iterator[Entry]:
    """The log of one service, without end; the same again for the same seed."""
    draw = random.Random(seed)
    source, previous, now = source_of(DISTRICT, name), None, BEGAN
    for sequence, (stream, version, fact) in enumerate(facts(draw), 1):
        now += timedelta(milliseconds=10)
        event = UUID(int=draw.getrandbits(128), version=4)
        envelope = Envelope(
            id=event, source=source, type=fact.TYPE, dataschema=fact.SCHEMA, subject=stream.subject,
            concerns=fact.concerns(), stream=UUID(int=stream.int), streamversion=version, time=now,
            effective=now.date(), recordedtime=now, sequence=sequence, previous=previous, known={},
            decision=event, correlationid=event, actor=ACTOR,
        )  # fmt: skip
        previous = event
        yield Entry(envelope, fact.model_dump_json().encode())


def fill(store: Store, log: Iterator[Entry], count: int, at_once: int = 1000) -> None:
    """Put the next entries of a log into a store as they are."""
    head = store.head()
    while count and (some := list(islice(log, min(count, at_once)))):
        count -= len(some)
        after = head.after(some[-1])
        after = Head(head.revision + 1, after.sequence, after.id, after.recordedtime)
        store.commit(Change(head, after, some))
        head = after
