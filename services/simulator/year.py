"""A district's years, drawn from a seed: who applies, what happens in families, what the offices do about it.

    years = Years(office, seed=43, first=date(2020, 8, 1), days=365)
    host.live_through(clock, date(2021, 8, 1), years.morning)

What happens in a year is drawn at its beginning, from the households that there are then.

It speaks to the services over HTTP alone. A clerk who is refused leaves it at that, as in life: what was to
be done has been overtaken by something else. What was refused, and by which rule, is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from services.simulator.appointing import declare_relatives
from services.simulator.arrivals import arrive
from services.simulator.calendar import Calendar, Story
from services.simulator.cards import Cards
from services.simulator.casework import Casework, Ending
from services.simulator.changes import KINDS, Changes
from services.simulator.clerk import Answer, Office, Refused
from services.simulator.comparing import Departments
from services.simulator.district import District, Home

MONDAY = 0
QUARTERS = (1, 4, 7, 10)
APPLICANTS, APPLICANTS_LATER = 0.25, 0.06
"""Of all households, a year; many come in the first year of a paper that nobody is to be left out of."""
RUNNING = frozenset({"applied", "accepted", "notice", "notice_ended", "granted"})
ENDINGS = {
    Ending.GRANTED: 66,
    Ending.DECLINED: 13,
    Ending.OBJECTED: 8,
    Ending.WITHDRAWN: 6,
    Ending.DECLINED_AGAINST_ADVICE: 2,
    Ending.OTHER_SUM: 5,
}
LATER_KINDS: dict[Callable[[Changes], None], float] = {arrive: 0.04}
"""What happens from the second year on: families come to make up for those who leave and die out."""
AIDED = ("dibao", "tekun")
RISEN_INCOME = 1500


@dataclass(frozen=True, slots=True)
class Span:
    """A year, or what is left of the last one."""

    first: date
    days: int


class Years:
    """`chosen`: the household whose life is told in the end; None until it is found."""

    def __init__(self, office: Office, *, seed: int, first: date, days: int = 365) -> None:
        self.calendar = Calendar(first)
        self.chosen: str | None = None
        self.refused: Counter[str] = Counter()
        self._office = office
        self._first = first
        self._days = days
        self._next = first
        # A source for each concern: a change of one leaves the others as they were.
        self._random = Random(f"{seed} year")
        self._district = District(office, Random(f"{seed} district"))
        self._casework = Casework(office, self._district, self.calendar, Random(f"{seed} cases"))
        self._changes = Changes.of(office, self._district, self.calendar, Random(f"{seed} changes"))
        self._cards = Cards(office, self._district, self.calendar, Random(f"{seed} cards"))
        self._departments = Departments(office, self._district, self.calendar, Random(f"{seed} departments"))
        self._relations = Random(f"{seed} relatives")

    def morning(self, day: date) -> None:
        """What the offices do on this day; to be called for every day in turn."""
        if day >= self._next:
            self._plan(day)
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

    def _plan(self, today: date) -> None:
        """Draw what happens from today on, until a year from now or the end."""
        first_of_all = today == self._first
        span = Span(today, min(365, (self._first - today).days + self._days))
        self._next = today + timedelta(days=365)
        self._changes.as_of(today)
        self._district.survey()
        if first_of_all:
            declare_relatives(self._office, self._district, self._relations, today)
        households = len(self._district.households)
        share = APPLICANTS if first_of_all else APPLICANTS_LATER
        applicants = self._applicants(max(4, round(households * share)))
        if first_of_all:
            self._plan_stories(applicants)
            self.calendar.tell(self._part(0.75), self._compared())
            self._cards.plan(applicants, today)
        for home in applicants:
            if home.id in self._district.promised:
                continue
            ending = self._random.choices(list(ENDINGS), list(ENDINGS.values()))[0]
            day = self._some_day(span, 0.0, 0.8 if first_of_all else 1.0)
            self.calendar.tell(day, self._application(home.id, ending))
        kinds = KINDS if first_of_all else KINDS | LATER_KINDS
        for kind, rate in kinds.items():
            for _ in range(max(1, round(households * rate * span.days / 365))):
                begin, end = (0.08, 0.97) if first_of_all else (0.0, 1.0)
                self.calendar.plan(self._some_day(span, begin, end), partial(kind, self._changes))
        for _ in range(max(1, round(households * 0.03))):
            self.calendar.plan(self._some_day(span, 0.4, 0.9), self._better_off)
        for _ in range(max(1, round(households * 0.01))):
            self.calendar.plan(self._some_day(span, 0.5, 0.9), self._no_longer_wanted)

    def _some_day(self, span: Span, begin: float, end: float) -> date:
        """A day in this part of the span."""
        return span.first + timedelta(days=int(span.days * self._random.uniform(begin, end)))

    def _applicants(self, count: int) -> list[Home]:
        """Households without a running case whose heads get neither dibao nor tekun; registered poor ones
        first to come."""
        lines = self._office.county.pages("/living/cases", limit=500)
        helped = {str(one["household"]) for one in lines if one["state"] in RUNNING}
        found: list[Home] = []
        for household in self._random.sample(self._district.households, len(self._district.households)):
            head = self._district.head_of(household)
            if head is None or household in helped:
                continue
            held = self._district.someone(head).categories
            if any(aided in held for aided in AIDED):
                continue
            if "registered_poor" in held or self._random.random() < 0.4:
                home = self._district.home(household)
                if home is not None:
                    found.append(home)
            if len(found) == count:
                break
        return found

    def _plan_stories(self, applicants: list[Home]) -> None:
        """Two families whose years hold what years can hold, whatever the others' do."""
        family = next((home for home in applicants if len(home.members) >= 4), applicants[0])
        self.chosen = family.id
        self._district.promised.add(family.id)
        self.calendar.tell(self._early(0.01), self._life_of_a_family(family))
        alone = next((home for home in applicants if len(home.members) == 1 and home is not family), None)
        if alone is not None:
            self._district.promised.add(alone.id)
            self.calendar.tell(self._early(0.03), self._application(alone.id, Ending.GRANTED))
            self.calendar.plan(self._part(0.55), partial(self._with, alone.id, self._dies))

    def _early(self, part: float) -> date:
        return self._first + timedelta(days=int(min(365, self._days) * part))

    def _part(self, part: float) -> date:
        return self._first + timedelta(days=int(self._days * part))

    def _application(self, household: str, ending: Ending) -> Story:
        home = self._district.home(household)
        if home is not None:
            yield from self._casework.application(home, ending)

    def _compared(self) -> Story:
        yield from self._departments.compared(one["household"] for one in self._granted())

    def _life_of_a_family(self, home: Home) -> Story:
        """Granted, a child is born, the grandmother's death is heard of late, it moves, it is better off."""
        household = home.id
        for part, act in (
            (0.33, self._changes.birth),
            (0.52, partial(self._changes.death, late=(38, 45))),
            (0.66, self._changes.move),
            (0.94, self._is_better_off),
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
        free = [str(one["case"]) for one in self._granted()]
        return self._random.choice(free) if free else None

    def _granted(self) -> list[Answer]:
        """Cases of those of whom no other story is told."""
        found = self._office.county.pages("/living/cases", state="granted", limit=500)
        return [one for one in found if one["household"] not in self._district.promised]

    def _list(self) -> None:
        """Finance asks for the quarter's list of households, and gets a receipt (三(四))."""
        self._office.finance.post("/registry/lists", {"as_of": self.calendar.today.isoformat()})
