"""Some families' disabled members and their cards: what the federation records of them, once and over the years.

Nobody applies for a subsidy: with a card, consent and, for the gravest, need of care on the file both begin, change and
end by themselves as living grants dibao, a card is regraded, runs out or is given back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from services.simulator.calendar import Calendar, Story
from services.simulator.clerk import Office
from services.simulator.district import District, Home
from services.simulator.means import DISABLED

HOLDERS = 6
"""Few: each is paid and told of every month."""
PHYSICAL, SEVERE, MODERATE = "4", "2", "3"
PURPOSE = "核发残疾人证"


@dataclass(slots=True)
class Cards:
    office: Office
    district: District
    calendar: Calendar
    random: Random

    def plan(self, homes: Iterable[Home], first: date) -> None:
        """From the first weeks on, for members of these households: each lives one of the stories."""
        for number, person in enumerate(self._holders(list(homes))):
            day = first + timedelta(days=self.random.randint(5, 40))
            self.calendar.tell(day, STORIES[number % len(STORIES)](self, person))

    def _holders(self, homes: list[Home]) -> list[str]:
        """Whom the roster calls disabled; where it calls nobody so, the head of the first household."""
        members = [person for home in homes for person in home.members]
        found = [one for one in members if DISABLED in self.district.someone(one).categories]
        return found[:HOLDERS] or [home.head for home in homes[:1]]

    # -- stories -------------------------------------------------------------------------------------

    def keeps_it(self, person: str) -> Story:
        self._first_card(person, self.random.choice((SEVERE, MODERATE)))
        yield from ()

    def assessed_anew(self, person: str) -> Story:
        """Grade 3 for some months, then 2 again: care ends and begins."""
        self._first_card(person, SEVERE)
        yield self._days(110)
        for grade in (MODERATE, SEVERE):
            self._at(person, "card/change", {"number": self._number(person, grade), "reason": "regraded"})
            yield self._days(90)

    def runs_out(self, person: str) -> Story:
        """Everything ends with the card, and goes on with a new one."""
        last = self._days(150)
        self._first_card(person, SEVERE, until=last.isoformat())
        yield last + timedelta(days=40)
        self._at(person, "card", {"number": self._number(person, SEVERE)})

    def gives_it_back(self, person: str) -> Story:
        self._first_card(person, SEVERE)
        yield self._days(240)
        self._at(person, "card/void", {"reason": "surrendered"})

    # -- at the federation's desk --------------------------------------------------------------------

    def _first_card(self, person: str, grade: str, **said: Any) -> None:
        self._at(person, "card", {"number": self._number(person, grade)} | said)
        self._at(person, "consent", {"by": "person"})
        if grade == SEVERE:
            self._at(person, "care-need", {"needed": True})

    def _at(self, person: str, path: str, said: dict[str, Any]) -> None:
        self.office.federation.post(f"/disability/disabled/{person}/{path}", said)

    def _number(self, person: str, grade: str) -> str:
        """The ID number as it is by now, read for a purpose that is recorded; the kind; the grade."""
        found = self.office.county.get(f"/registry/people/{person}", purpose=PURPOSE)
        return f"{found['id_number']}{PHYSICAL}{grade}"

    def _days(self, count: int) -> date:
        return self.calendar.today + timedelta(days=count)


STORIES: tuple[Callable[[Cards, str], Story], ...] = (
    Cards.assessed_anew,
    Cards.runs_out,
    Cards.keeps_it,
    Cards.gives_it_back,
)
