"""Cases whose rule asks for more than the case says: cards, help of other programmes, relief before. By the real services."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from events import registry as r
from events.ids import PersonId
from services.assistance import steps
from services.disability import filing
from tests.disability.test_measures import adaptation, attach, device
from tests.disability.town import OFFICER as FEDERATION
from tests.disability.town import Town
from tests.history.audited import Told, told_by, told_of
from tests.living.aid import EXPENDITURE, RIGID, Aid
from tests.living.office import OFFICER
from tests.living.tekun import TekunOffice

OF_TOWN = ("policy", "registry", "living", "disability")


@cache
def subsidies() -> tuple[Told, ...]:
    """A son on dibao with his mother: both subsidies begin by themselves, and end one after the other."""
    with TemporaryDirectory() as folder, Town(Path(folder)) as town:
        home, people = town.family(2)
        son = people[1]
        dibao = town.dibao(home, people, date(2020, 9, 1))
        town.do(filing.issue, son, town.card_number(son, kind=4, grade=1))
        town.do(filing.consent, son, "guardian")
        town.do(filing.find_need, son, True)
        town.until(date(2020, 10, 12))
        town.do(filing.exclude, son, "prison")
        town.until(date(2020, 11, 12))
        town.do(filing.end_exclusion, son, "prison")
        town.until(date(2020, 12, 12))
        town.dibao_ends(dibao, home, people, date(2021, 1, 1))
        town.until(date(2021, 1, 12))
        town.do(filing.void, son, "surrendered", town.today)
        return told_of({name: town.runtime(name) for name in OF_TOWN})


@cache
def by_hand() -> tuple[Told, ...]:
    """Somebody who was never asked, and applies for both subsidies: one is granted, the other is not."""
    with TemporaryDirectory() as folder, Town(Path(folder)) as town:
        home, (person,) = town.family()
        town.do(filing.issue, person, town.card_number(person, grade=3))
        town.dibao(home, [person], date(2020, 9, 1))
        for code, decide in (("disability-living", steps.confirm), ("disability-care", steps.decline)):
            case = town.do(steps.apply, code, home, person, consent=True)
            for step in (steps.accept, steps.assess):
                town.do(step, case)
            town.do(decide, case, FEDERATION)
        return told_of({name: town.runtime(name) for name in OF_TOWN})


@cache
def measures() -> tuple[Told, ...]:
    """A cane, and another one too soon; a home made free of barriers once, and asked for twice."""
    with TemporaryDirectory() as folder, Town(Path(folder)) as town:
        home, (person,) = town.family()
        holder = home, person
        town.do(filing.issue, person, town.card_number(person, grade=2))
        town.do(steps.confirm, device(town, holder), FEDERATION)
        town.until(date(2020, 10, 20))
        town.do(steps.decline, device(town, holder), FEDERATION)
        first = adaptation(town, holder)
        town.do(steps.confirm, first, FEDERATION)
        for step in ("survey", "inspect"):
            attach(town, first, step)
        town.do(steps.take_step, first, "inspect", (FEDERATION,))
        town.do(steps.decline, adaptation(town, holder), FEDERATION)
        return told_of({name: town.runtime(name) for name in OF_TOWN})


@cache
def relief() -> tuple[Told, ...]:
    """A family on dibao, relieved for three things, and not twice for the same; a family back in poverty."""
    with TemporaryDirectory() as folder:
        aid = Aid(Path(folder))
        household, people = aid.family(3)
        aid.grant(household, people[0])
        group = {"对象类别": "dibao_rural"}
        aid.relieved(household, people[0], "fire-1", **group)
        aid.relieved(household, people[1], "flood-2", **group)
        again = aid.assessed(household, people[2], "fire-1", **group)
        aid.do(steps.decline, again, OFFICER)
        heavy = aid.assessed(household, people[0], "surgery-1", EXPENDITURE, **group)
        aid.ready(heavy)
        aid.do(steps.confirm, heavy, OFFICER)
        home, others = aid.family(2)
        aid.tell(belongs(others[1], r.Category.BACK_IN_POVERTY, aid.today), effective=aid.today)
        aid.relieved(home, others[0], "storm-4", 对象类别=None)
        return told_by(aid)


@cache
def rigid() -> tuple[Told, ...]:
    """A family that is recognised for its expenditure; one of the margin that is, too, and is none of the margin later."""
    with TemporaryDirectory() as folder:
        aid = Aid(Path(folder), start=date(2025, 1, 6))
        for margin in (False, True):
            home, people = aid.family(3)
            if margin:
                aid.tell(belongs(people[1], r.Category.MARGIN, aid.today), effective=aid.today)
            case = aid.assessed(home, people[0], programme=RIGID)
            if margin:
                aid.do(steps.decline, case, OFFICER)
                continue
            aid.ready(case)
            aid.do(steps.confirm, case, OFFICER)
        return told_by(aid)


def belongs(person: PersonId, category: r.Category, since: date) -> r.Categorised:
    return r.Categorised(person=person, category=category, since=since)


@cache
def tekun() -> tuple[Told, ...]:
    """Somebody on dibao is refused tekun, and supported once they say that they leave it."""
    with TemporaryDirectory() as folder:
        office = TekunOffice(Path(folder))
        household, person = office.alone()
        office.grant(household, person)
        office.do(steps.decline, office.opinion(household, person), OFFICER)
        office.tekun(household, person, pledge=True)
        return told_by(office)


EVERY = {
    "subsidies": subsidies,
    "by hand": by_hand,
    "measures": measures,
    "relief": relief,
    "rigid": rigid,
    "tekun": tekun,
}
