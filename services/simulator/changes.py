"""What happens in families over the years, and how the clerks record it: one function a kind of change.

Each draws a family that it can happen to, and does nothing where a few tries find none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.registry.divisions import hecheng
from services.registry.standards import Relation, Sex
from services.simulator.calendar import Calendar
from services.simulator.clerk import Office
from services.simulator.district import District, Home
from services.simulator.people import People, Person

NEXT_COUNTY = "431221"
"""中方县, where those who marry into the district come from."""
CHILDREN = (Relation.SON.value, Relation.DAUGHTER.value)
GROWN_UP, OLD = 18, 60


@dataclass(slots=True)
class Changes:
    office: Office
    district: District
    calendar: Calendar
    random: Random
    newborn: People
    newcomers: People

    @classmethod
    def of(cls, office: Office, district: District, calendar: Calendar, random: Random) -> Changes:
        first = calendar.today
        return cls(
            office, district, calendar, random, People(random, first), People(random, first, NEXT_COUNTY)
        )

    def as_of(self, today: date) -> None:
        """From now on people are drawn by their age on this day."""
        self.newborn.as_of = self.newcomers.as_of = today

    # -- people come ---------------------------------------------------------------------------------

    def birth(self, home: Home | None = None) -> None:
        home = home or self.district.draw(least=2)
        if home is None:
            return
        born = self._days_ago(2, 25)
        head = self.district.someone(home.head)
        relation = self._child() if head.age(born) < 46 else Relation.GRANDCHILD
        surname = self._surname(home, "新生儿登记")
        child = self.newborn.newborn(surname, born, relation, "01")
        self._join(home, child, born, "birth")

    def marriage(self) -> None:
        """A grown-up child's spouse moves in."""
        found = self.district.draw_where(CHILDREN, least=2)
        if found is None:
            return
        home, person = found
        child = self.district.someone(person)
        if not 20 <= child.age(self.calendar.today) <= 40:
            return
        sex = Sex.FEMALE if child.sex == Sex.MALE.value else Sex.MALE
        relation = Relation.DAUGHTER_IN_LAW if sex is Sex.FEMALE else Relation.SON_IN_LAW
        age = max(20, child.age(self.calendar.today) - self.random.randrange(4))
        source = self.newcomers
        spouse = source.person(source.surname(), sex, age, relation, relation.zh, source.ethnicity())
        self._join(home, spouse, self._days_ago(3, 20), "marriage")

    def homecoming(self) -> None:
        """Somebody who was never registered here comes home."""
        home = self.district.draw(least=1, most=4)
        if home is not None:
            source, sex = self.newcomers, self.newcomers.sex()
            relation = Relation.SIBLING
            person = source.person(
                source.surname(), sex, self.random.randint(30, 60), relation, relation.zh, source.ethnicity()
            )
            self._join(home, person, self._days_ago(1, 15), "return")

    # -- people go -----------------------------------------------------------------------------------

    def departure(self) -> None:
        """A grown-up child leaves for work or to marry."""
        found = self.district.draw_where(CHILDREN, least=3)
        if found is None:
            return
        home, person = found
        if self.district.someone(person).age(self.calendar.today) < GROWN_UP:
            return
        said = {"person": person, "since": self._days_ago(1, 15).isoformat()}
        reason = self.random.choice(("work", "marriage"))
        self._at(home, "departures", {**said, "reason": reason}, home.version)

    def death(self, home: Home | None = None, late: tuple[int, int] = (1, 4)) -> None:
        """An old member dies. `late`: so many days after it the office hears of it."""
        home = home or self.district.draw(least=1)
        if home is None:
            return
        oldest = min(home.members, key=lambda person: (self.district.someone(person).born, person))
        if self.district.someone(oldest).age(self.calendar.today) < OLD and len(home.members) > 1:
            return
        on = self._days_ago(*late).isoformat()
        self.district.clerk_of(home).post(f"/registry/people/{oldest}/death", {"on": on})

    def late_death(self) -> None:
        """A death that the office hears of six weeks later."""
        self.death(late=(38, 50))

    # -- households ----------------------------------------------------------------------------------

    def split(self) -> None:
        """Parents, or a grown-up child, form a household of their own."""
        found = self.district.draw_where((Relation.PARENT.value, *CHILDREN), least=3)
        if found is None:
            return
        home, person = found
        if self.district.someone(person).age(self.calendar.today) < GROWN_UP:
            return
        said = {
            "head": person,
            "members": [{"person": person, "relation": Relation.HEAD.value}],
            "since": self._days_ago(0, 10).isoformat(),
        }
        self._at(home, "split", said, home.version)
        self.district.survey()

    def merger(self) -> None:
        """Somebody who lives alone moves in with a family of the township."""
        alone = self.district.draw(most=1)
        if alone is None:
            return
        home = self.district.draw(least=2, township=alone.township)
        if home is None:
            return
        said = {
            "absorbed": alone.id,
            "relations": [{"person": alone.head, "relation": Relation.OTHER.value}],
            "since": self._days_ago(0, 10).isoformat(),
        }
        self._at(home, "merge", said, home.version)

    def move(self, home: Home | None = None) -> None:
        home = home or self.district.draw()
        if home is None:
            return
        township = self.random.choice([town for town in hecheng().townships if town.code != home.township])
        village = self.random.choice(hecheng().villages(township.code))
        said = {
            "township": township.code,
            "village": village.code,
            "address": f"{village.name}{self.random.randrange(1, 16)}组{self.random.randrange(1, 120)}号",
            "since": self._days_ago(0, 12).isoformat(),
        }
        self._at(home, "move", said, home.version)

    def move_away(self, home: Home | None = None) -> None:
        home = home or self.district.draw()
        if home is not None:
            self._at(home, "departure", {"since": self._days_ago(0, 12).isoformat()}, home.version)

    # -- the register --------------------------------------------------------------------------------

    def correction(self) -> None:
        """A telephone, an ethnicity, or an ID number had been taken down wrongly."""
        home = self.district.draw()
        if home is None:
            return
        person = self.random.choice(list(home.members))
        clerk = self.district.clerk_of(home)
        said: dict[str, str] = {}
        kind = self.random.random()
        if kind < 0.5:
            said["telephone"] = f"143{self.random.randrange(10**7, 10**8)}"
        elif kind < 0.8:
            said["ethnicity"] = self.newcomers.ethnicity()
        else:
            someone = self.district.someone(person)
            sex = Sex.MALE if someone.sex == Sex.MALE.value else Sex.FEMALE
            said["id_number"] = self.newcomers.number_of(someone.born, sex)
        clerk.post(f"/registry/people/{person}/corrections", said)

    def duplicate(self) -> None:
        """Somebody turns up in another household and is registered again; found out three weeks later."""
        found, other = self.district.draw_where(CHILDREN, least=3), self.district.draw(least=2)
        if found is None or other is None or found[0].id == other.id:
            return
        home, person = found
        known = self.district.someone(person)
        sex = Sex.MALE if known.sex == Sex.MALE.value else Sex.FEMALE
        twin = self.newcomers.person(
            self._surname(home, "核对重复登记"), sex, known.age(self.calendar.today), Relation.OTHER,
            Relation.OTHER.zh, self.newcomers.ethnicity(),
        )  # fmt: skip
        again = self._join(other, twin, self._days_ago(1, 10), "return")

        def found_out() -> None:
            self.office.county.post(f"/registry/people/{person}/duplicates", {"duplicate": again})

        self.calendar.plan(self.calendar.after(15), found_out)

    def lifting(self) -> None:
        """A family leaves poverty; its help goes on (二)."""
        home = self.district.draw()
        if home is None:
            return
        since = self._days_ago(0, 10).isoformat()
        for person in home.members:
            if "registered_poor" in self.district.read_again(person).categories:
                path = f"/registry/people/{person}/categories"
                self.office.poverty_alleviation.post(path, {"category": "lifted", "since": since})

    # -- how it is written down ----------------------------------------------------------------------

    def _join(self, home: Home, person: Person, since: date, reason: str) -> str:
        clerk = self.district.clerk_of(home)
        said = {
            "name": person.name,
            "id_number": person.id_number,
            "ethnicity": person.ethnicity,
            "synthetic": True,
        }
        id = str(clerk.post("/registry/people", said)["id"])
        joins = {"person": id, "relation": person.relation.value, "reason": reason}
        joins["since"] = max(since, person.born).isoformat()
        self._at(home, "members", joins, home.version)
        return id

    def _at(self, home: Home, what: str, said: Mapping[str, object], version: int) -> None:
        self.district.clerk_of(home).post(f"/registry/households/{home.id}/{what}", said, version)

    def _surname(self, home: Home, purpose: str) -> str:
        """The head's, read from the register; that it was looked at is recorded."""
        path = f"/registry/households/{home.id}"
        found = self.district.clerk_of(home).get(path, purpose=purpose)
        name: str = next(one["name"] for one in found["members"] if str(one["person"]) == home.head) or "王某"
        return name[:2] if name.startswith("欧阳") else name[0]

    def _child(self) -> Relation:
        return self.random.choice((Relation.SON, Relation.DAUGHTER))

    def _days_ago(self, least: int, most: int) -> date:
        return self.calendar.today - timedelta(days=self.random.randint(least, most))


KINDS: dict[Callable[[Changes], None], float] = {
    # How many a household and year; at least one of each.
    Changes.birth: 0.06,
    Changes.marriage: 0.04,
    Changes.homecoming: 0.02,
    Changes.departure: 0.08,
    Changes.death: 0.06,
    Changes.late_death: 0.01,
    Changes.split: 0.05,
    Changes.merger: 0.02,
    Changes.move: 0.03,
    Changes.move_away: 0.02,
    Changes.correction: 0.06,
    Changes.duplicate: 0.01,
    Changes.lifting: 0.08,
}
