"""A district's year, drawn from a seed: who applies, what happens in families, what the offices do about it.

    year = Year(office, seed=43, first=date(2020, 8, 1))
    host.live_through(clock, date(2021, 8, 1), year.morning)

It speaks to the services over HTTP alone. A clerk who is refused leaves it at that, as in life: what was to
be done has been overtaken by something else. What was refused, and by which rule, is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from services.simulator.calendar import Calendar, Story
from services.simulator.casework import Casework, Ending
from services.simulator.changes import KINDS, Changes
from services.simulator.clerk import Office, Refused
from services.simulator.district import District, Home

MONDAY = 0
QUARTERS = (1, 4, 7, 10)
APPLICANTS = 0.25
"""Of all households, over the year."""
ENDINGS = {
    Ending.GRANTED: 66,
    Ending.DECLINED: 13,
    Ending.OBJECTED: 8,
    Ending.WITHDRAWN: 6,
    Ending.DECLINED_AGAINST_ADVICE: 2,
    Ending.OTHER_SUM: 5,
}
AIDED = ("dibao", "tekun")
RISEN_INCOME = 1500


class Year:
    """`chosen`: the household whose year is told in the end; None until it is found."""

    def __init__(self, office: Office, *, seed: int, first: date, days: int = 365) -> None:
        self.calendar = Calendar(first)
        self.chosen: str | None = None
        self.refused: Counter[str] = Counter()
        self._office = office
        self._first = first
        self._days = days
        # A source for each concern: a change of one leaves the others as they were.
        self._random = Random(f"{seed} year")
        self._district = District(office, Random(f"{seed} district"))
        self._casework = Casework(office, self._district, self.calendar, Random(f"{seed} cases"))
        self._changes = Changes.of(office, self._district, self.calendar, Random(f"{seed} changes"))
        self._begun = False

    def morning(self, day: date) -> None:
        """What the offices do on this day; to be called for every day in turn."""
        if not self._begun:
            self._begun = True
            self._plan()
        acts = self.calendar.begin(day)
        if day.weekday() == MONDAY:
            acts = [self._casework.reviews, *acts]
        if day.day == 1 and day.month in QUARTERS:
            acts = [*acts, self._list]
        for act in acts:
            try:
                act()
            except Refused as refused:
                self.refused[refused.rule] += 1

    # -- the plan ------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._district.survey()
        households = len(self._district.households)
        applicants = self._applicants(max(4, round(households * APPLICANTS)))
        self._plan_stories(applicants)
        for home in applicants:
            if home.id in self._district.promised:
                continue
            ending = self._random.choices(list(ENDINGS), list(ENDINGS.values()))[0]
            day = self._some_day(0.0, 0.8)
            self.calendar.tell(day, self._application(home.id, ending))
        for kind, rate in KINDS.items():
            for _ in range(max(1, round(households * rate * self._days / 365))):
                self.calendar.plan(self._some_day(0.08, 0.97), partial(kind, self._changes))
        for _ in range(max(1, round(households * 0.03))):
            self.calendar.plan(self._some_day(0.4, 0.9), self._better_off)
        for _ in range(max(1, round(households * 0.01))):
            self.calendar.plan(self._some_day(0.5, 0.9), self._no_longer_wanted)

    def _some_day(self, begin: float, end: float) -> date:
        """A day in this part of the year."""
        return self._first + timedelta(days=int(self._days * self._random.uniform(begin, end)))

    def _applicants(self, count: int) -> list[Home]:
        """Households whose heads get neither dibao nor tekun; registered poor ones first to come."""
        found: list[Home] = []
        for household in self._random.sample(self._district.households, len(self._district.households)):
            home = self._district.home(household)
            if home is None:
                continue
            held = self._district.someone(home.head).categories
            if any(aided in held for aided in AIDED):
                continue
            if "registered_poor" in held or self._random.random() < 0.4:
                found.append(home)
            if len(found) == count:
                break
        return found

    def _plan_stories(self, applicants: list[Home]) -> None:
        """Two families whose year holds what a year can hold, whatever the others' does."""
        family = next((home for home in applicants if len(home.members) >= 4), applicants[0])
        self.chosen = family.id
        self._district.promised.add(family.id)
        self.calendar.tell(self._part(0.01), self._year_of_a_family(family))
        alone = next((home for home in applicants if len(home.members) == 1 and home is not family), None)
        if alone is not None:
            self._district.promised.add(alone.id)
            self.calendar.tell(self._part(0.03), self._application(alone.id, Ending.GRANTED))
            self.calendar.plan(self._part(0.55), partial(self._with, alone.id, self._dies))

    def _part(self, part: float) -> date:
        return self._first + timedelta(days=int(self._days * part))

    def _application(self, household: str, ending: Ending) -> Story:
        home = self._district.home(household)
        if home is not None:
            yield from self._casework.application(home, ending)

    def _year_of_a_family(self, home: Home) -> Story:
        """Granted, a child is born, the grandmother's death is heard of late, it moves, it is better off."""
        household = home.id
        for part, act in (
            (0.33, self._changes.birth),
            (0.52, partial(self._changes.death, late=(38, 45))),
            (0.66, self._changes.move),
            (0.80, self._is_better_off),
        ):
            self.calendar.plan(self._part(part), partial(self._with, household, act))
        yield from self._casework.application(home, Ending.GRANTED)

    def _with(self, household: str, act: Callable[[Home], None]) -> None:
        home = self._district.home(household)
        if home is not None:
            act(home)

    # -- what else happens ---------------------------------------------------------------------------

    def _dies(self, home: Home) -> None:
        self._changes.death(home, late=(2, 5))

    def _is_better_off(self, home: Home) -> None:
        case = next((case for case, of in self._casework.household_of.items() if of == home.id), None)
        if case is not None:
            self._review_of(case)

    def _better_off(self) -> None:
        case = self._a_granted_case()
        if case is not None:
            self._review_of(case)

    def _review_of(self, case: str) -> None:
        """Whoever of a family can work has found work, and somebody reports it."""
        self._casework.means[case].better_off(RISEN_INCOME)
        try:
            self._office.county.post(f"/living/cases/{case}/reviews", {"reason": "income_changed"})
        except Refused as refused:
            if refused.rule != "review-open":  # then it comes up in that one
                raise

    def _no_longer_wanted(self) -> None:
        """A family asks for its allowance to end."""
        case = self._a_granted_case()
        if case is not None:
            self._office.county.post(f"/living/cases/{case}/exit", {})

    def _a_granted_case(self) -> str | None:
        found = self._office.county.pages("/living/cases", state="granted", limit=500)
        free = [str(one["case"]) for one in found if one["household"] not in self._district.promised]
        return self._random.choice(free) if free else None

    def _list(self) -> None:
        """Finance asks for the quarter's list of households, and gets a receipt (三(四))."""
        self._office.finance.post("/registry/lists", {"as_of": self.calendar.today.isoformat()})
