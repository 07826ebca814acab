"""The papers and calendars that a district decides by, put forward by one officer and published by another."""

from __future__ import annotations

from collections.abc import Iterable

from services.policy.paper import Paper
from services.policy.reading import canonical
from services.simulator.clerk import Office, Refused

NOT_FOUND = 404


def publish_papers(office: Office, papers: Iterable[Paper]) -> int:
    """Propose papers that need each other and publish them, all or none; gives how many. Raises Refused."""
    texts = [canonical(paper).decode() for paper in papers]
    proposed = office.author.post("/policy/papers/together", {"texts": texts})
    digests = [one["digest"] for one in proposed["items"]]
    published = office.approver.post("/policy/papers/approve", {"digests": digests})
    return len(published["items"])


def publish_calendars(office: Office, first: int, last: int) -> list[int]:
    """Publish the working days of these years as the service proposes them; gives those of which it knows."""
    known = []
    for year in range(first, last + 1):
        try:
            found = office.author.get(f"/policy/calendars/{year}/proposal")
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
            break  # nobody has said yet which days are off
        office.approver.post("/policy/calendars", found)
        known.append(year)
    return known
