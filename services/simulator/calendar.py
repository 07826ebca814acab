"""What is planned for which day. Offices are open from Monday to Friday: what falls on a weekend waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta

SATURDAY = 5
Act = Callable[[], None]
Story = Iterator[date]
"""Something that goes on over many days: it acts, then says on which day it goes on."""


def office_day(day: date) -> date:
    """This day, or the Monday after it."""
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


class Calendar:
    def __init__(self, today: date) -> None:
        self.today = today
        self._acts: dict[date, list[Act]] = defaultdict(list)

    def after(self, office_days: int) -> date:
        """So many office days from today."""
        day = self.today
        for _ in range(office_days):
            day = office_day(day + timedelta(days=1))
        return day

    def plan(self, day: date, act: Act) -> None:
        self._acts[office_day(day)].append(act)

    def tell(self, day: date, story: Story) -> None:
        """Begin a story on a day; it goes on whenever it says."""

        def go_on() -> None:
            following = next(story, None)
            if following is not None:
                self.plan(max(following, self.today + timedelta(days=1)), go_on)

        self.plan(day, go_on)

    def begin(self, today: date) -> list[Act]:
        """It is this day: what is to be done on it, in the order in which it was planned."""
        self.today = today
        return self._acts.pop(today, [])
