"""The papers and calendars that a district decides by, put forward by one officer and published by another.

A paper is published on the last office day before it is in force. Some are published before their time, with
the paper that cannot do without them: the shipped texts were written afterwards, so an early paper amends a
later one, or sets a figure that only a later one reads. They count from their own day all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from services.policy.paper import Paper
from services.policy.reading import canonical
from services.simulator.calendar import SATURDAY, office_day
from services.simulator.clerk import Office, Refused

NOT_FOUND = 404
TOGETHER_WITH = {
    # paper → the earlier one that names it
    "dibao-2021": "hecheng-2020-43",
    "dibao-notice-2022-10": "hecheng-2020-43",
    "tekun-2021": "standards-relief-illustrative",
    "rigid-expenditure-2025": "standards-relief-illustrative",
    "social-assistance-law-2026": "hecheng-successor-illustrative",
}


class Publisher:
    """`say` is told of each publication. A year's working days are published in the December before it."""

    def __init__(
        self, office: Office, papers: Iterable[Paper], first: date, say: Callable[[str], None]
    ) -> None:
        self._office = office
        self._papers = days_of_publication(papers, first)
        self._first = first
        self._say = say

    def morning(self, day: date) -> None:
        """Publish what is to be published on this day."""
        papers = self._papers.pop(day, [])
        if papers:
            count = publish_papers(self._office, papers)
            self._say(f"{day} 文件发布 papers: {count} proposed and approved by two people")
        if day == self._first:
            publish_calendar(self._office, day.year)
        if day == office_day(date(day.year, 12, 1)):
            publish_calendar(self._office, day.year + 1)


def days_of_publication(papers: Iterable[Paper], first: date) -> dict[date, list[Paper]]:
    """On which day which papers are published, in that order; none before `first`, when the office opens."""
    by_code = {paper.identity.id: paper for paper in papers}
    found: dict[date, list[Paper]] = defaultdict(list)
    for code, paper in by_code.items():
        needed_by = by_code.get(TOGETHER_WITH.get(code, code), paper)
        found[max(first, _office_day_before(needed_by.identity.in_force.first))].append(paper)
    return dict(sorted(found.items()))


def _office_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def publish_papers(office: Office, papers: Iterable[Paper]) -> int:
    """Propose papers that need each other and publish them, all or none; gives how many. Raises Refused."""
    texts = [canonical(paper).decode() for paper in papers]
    proposed = office.author.post("/policy/papers/together", {"texts": texts})
    digests = [one["digest"] for one in proposed["items"]]
    published = office.approver.post("/policy/papers/approve", {"digests": digests})
    return len(published["items"])


def publish_calendar(office: Office, year: int) -> bool:
    """Publish the working days of a year as the service proposes them; False where nobody has said them yet."""
    try:
        found = office.author.get(f"/policy/calendars/{year}/proposal")
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return False
    office.approver.post("/policy/calendars", found)
    return True
