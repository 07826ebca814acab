"""Random histories of a registry and a living that reads it late, parks, resumes, discards and changes what it
listens to. Nothing keeps them sensible: people die twice and leave where they never lived.
Only a merger never goes in a circle: whoever stands earlier in the list survives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from events import assistance as a
from events import registry as r
from events.base import Entry, Event
from events.ids import CaseId, Concerned, HouseholdId, PersonId
from events.service import Discarded, Listening, Parked, Resumed
from services.chassis.service import Service
from tests.history.logs import Logs, src

FIRST = date(2026, 1, 1)
TOWNS = ("431202002000", "431202003000")
VILLAGES = ("431202002001", "431202003001")
CATEGORIES = (r.Category.DIBAO, r.Category.DISABLED)
TYPES = (
    r.PersonRegistered, r.PersonCorrected, r.PeopleMerged, r.Died, r.HouseholdRegistered, r.HouseholdCorrected,
    r.MemberJoined, r.MemberLeft, r.HouseholdSplit, r.HouseholdsMerged, r.HouseholdMoved, r.HouseholdClosed,
    r.Categorised, r.CategoryEnded,
)  # fmt: skip
GROUNDS = a.Grounds(papers=(a.Paper(number="1", clause="1"),), language="1", rows=("X",), illustrative=True)


def reader() -> Service:
    """A living that keeps nothing but which events it has taken: what the walk of its log gives."""
    service = Service("living", listens=("registry",))

    @service.keep(*TYPES)
    def _taken(shelf: object, fact: object) -> None:
        shelf.put("taken", fact.envelope.id, True)  # type: ignore[attr-defined]  # a Shelf and a Recorded

    return service


class World:
    def __init__(self, seed: int, events: int = 45) -> None:
        self.draw = random.Random(seed)
        self.logs = Logs(seed)
        self.people = [self.logs.person() for _ in range(4)]
        self.homes = [self.logs.household() for _ in range(3)]
        self.cases = [self.logs.case() for _ in range(2)]
        self.read = 0
        self.waiting: list[Entry] = []
        self.listens = True
        self._listen(TYPES)
        for _ in range(events):
            self.logs.days(self.draw.choice((0, 0, 1, 3)))
            self.draw.choices((self._registry, self._living, self._reading), (5, 4, 3))[0]()

    @property
    def days(self) -> int:
        return (self.logs.now.date() - FIRST).days + 2

    def day(self) -> date:
        """Some day of this world: news is late, or early."""
        return FIRST + timedelta(self.draw.randrange(-3, self.days + 3))

    def corrected(self, name: str, fact: Event) -> Entry | None:
        """Sometimes an earlier fact of this source: of the same type, or of any."""
        earlier = self.logs.of.get(src(name), [])
        if not earlier or self.draw.random() > 0.3:
            return None
        same = [one for one in earlier if one.envelope.type == fact.TYPE]
        return self.draw.choice(same or earlier)

    def _registry(self) -> None:
        fact = self._fact()
        stream = getattr(fact, "household", None) or getattr(fact, "person", None)
        if isinstance(fact, r.PeopleMerged):
            stream = fact.duplicate
        self._record("registry", stream, fact)

    def _record(self, name: str, stream: object, fact: Event) -> Entry:
        day = next((getattr(fact, key) for key in ("since", "on", "until") if hasattr(fact, key)), None)
        if isinstance(fact, a.MonthGranted):
            day = date.fromisoformat(f"{fact.month}-01")
        wrong = self.corrected(name, fact)
        return self.logs.record(
            name, stream, fact, effective=day, corrects=wrong.envelope.id if wrong else None  # type: ignore[arg-type]
        )  # fmt: skip

    def _fact(self) -> Event:
        one, other = self.draw.sample(self.people, 2)
        home, second = self.draw.sample(self.homes, 2)
        town = self.draw.randrange(2)
        some = self.draw.sample(self.people, self.draw.randrange(1, 4))
        place = {"township": TOWNS[town], "village": VILLAGES[town]}
        since = self.day()
        return self.draw.choice([
            lambda: self._registered(one),
            lambda: r.PersonCorrected(person=one, sex=self.draw.choice("129")),
            lambda: self._merged(one, other, home),
            lambda: r.Died(person=one, household=home, on=since),
            lambda: r.HouseholdRegistered(
                household=home, head=some[0], members=_members(some), since=since, **place
            ),
            lambda: r.HouseholdCorrected(household=home, members=tuple(some), **place),
            lambda: r.MemberJoined(household=home, person=one, relation="50", since=since, reason="other"),
            lambda: r.MemberLeft(household=home, person=one, since=since, reason="other"),
            lambda: r.HouseholdSplit(household=home, into=second, members=tuple(some), since=since),
            lambda: r.HouseholdsMerged(household=home, absorbed=second, members=_members(some), since=since),
            lambda: r.HouseholdMoved(household=home, members=tuple(some), since=since, **place),
            lambda: r.HouseholdClosed(household=home, reason="error", since=since),
            lambda: r.Categorised(person=one, category=self.draw.choice(CATEGORIES), since=since),
            lambda: r.CategoryEnded(
                person=one, category=self.draw.choice(CATEGORIES), until=since, reason="error"
            ),
        ])()  # fmt: skip

    def _merged(self, one: PersonId, other: PersonId, home: HouseholdId) -> Event:
        person, duplicate = sorted((one, other), key=self.people.index)
        return r.PeopleMerged(person=person, duplicate=duplicate, household=home)

    def _registered(self, one: PersonId) -> Event:
        sealed = {"of": [str(one)], "event": str(one), "field": "name", "box": "AAAA"}
        return r.PersonRegistered.model_validate({
            "person": one, "name": sealed, "id_number": sealed, "id_index": sealed,
            "sex": self.draw.choice("129"), "born": date(1960, 1, 1),
        })  # fmt: skip

    # -- living --------------------------------------------------------------------------------------

    def _living(self) -> None:
        case = self.draw.choice(self.cases)
        members = tuple(self.draw.sample(self.people, self.draw.randrange(1, 3)))
        about = {
            "case": case,
            "programme": "dibao",
            "household": self.draw.choice(self.homes),
            "members": members,
        }
        town = TOWNS[self.draw.randrange(2)]
        since, sum_fen = self.day(), self.draw.randrange(1, 9) * 100
        month = f"{self.draw.randrange(2026, 2027)}-{self.draw.randrange(1, 4):02d}"
        officer = self.people[0]
        fact = self.draw.choice([
            lambda: a.Applied(**about, applicant=members[0], township=town, consent=True, on=since),
            lambda: a.Accepted(**about, on=since, basis="B"),
            lambda: a.HouseholdChanged(**about, reason="other", since=since, township=town),
            lambda: a.SubsidyGranted(
                **about, amount_fen=sum_fen, since=since, confirmed=since, officer=officer, grounds=GROUNDS
            ),
            lambda: a.Adjusted(**about, amount_fen=sum_fen, since=since, reason="x", grounds=GROUNDS),
            lambda: a.MonthGranted(**about, month=month, amount_fen=sum_fen, illustrative=True),
            lambda: a.MonthGranted(**about, month=month, amount_fen=sum_fen, illustrative=True),
            lambda: a.Exited(**about, reason="death", since=since, grounds=GROUNDS),
        ])()  # fmt: skip
        self._record("living", case, fact)

    def _listen(self, types: Sequence[type[Event]]) -> None:
        sources = {src("registry"): tuple(fact.TYPE for fact in types)} if self.listens else {}
        self.logs.record("living", self.logs.own(), Listening(sources=sources))

    def _reading(self) -> None:
        """Take what has come, park some, settle some letters, or listen to something else."""
        if self.draw.random() < 0.1:
            self.listens = self.draw.random() < 0.7
            if not self.listens:
                self.logs.known[src("living")] = {}
            self._listen(self.draw.sample(TYPES, self.draw.randrange(6, len(TYPES))))
        if self.waiting and self.draw.random() < 0.6:
            letter = self.waiting.pop(0)
            outcome = self.draw.choice((Resumed, Discarded))
            more = {"reason": "x"} if outcome is Discarded else {}
            self.logs.record("living", self.logs.own(), outcome(**_about(letter), **more))
        arrived = self.logs.of.get(src("registry"), [])
        for entry in arrived[self.read : self.read + self.draw.randrange(0, 8)] if self.listens else ():
            self.read += 1
            self.logs.sees("living", "registry", self.read)
            listened = self._types()
            if entry.envelope.type in listened and self.draw.random() < 0.25:
                self.waiting.append(entry)
                self.logs.record("living", self.logs.own(), Parked(**_about(entry), reason="X"))

    def _types(self) -> tuple[str, ...]:
        last = [one for one in self.logs.of[src("living")] if one.envelope.type == Listening.TYPE][-1]
        found: tuple[str, ...] = Listening.model_validate_json(last.data).sources.get(src("registry"), ())
        return found


def _members(people: Sequence[PersonId]) -> tuple[r.Member, ...]:
    return tuple(r.Member(person=one, relation="02") for one in people)


def _about(entry: Entry) -> dict[str, object]:
    e = entry.envelope
    concerns = tuple(Concerned.of(one) for one in e.concerns)
    return {
        "letter_source": e.source, "letter_sequence": e.sequence, "letter": e.id, "letter_concerns": concerns,
    }  # fmt: skip


Subject = PersonId | HouseholdId | CaseId | str
