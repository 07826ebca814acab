"""A department that shares its data for a week: what it knows of two people helped, and what became of it.

The prison register names two heads of families on dibao. Both are heard; of one it is confirmed, the other says that
somebody else is meant, and nobody has settled that yet. Help goes on meanwhile, which is what an audit finds. A mismatch's
own id is a keyed hash: it alone is another in every run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.simulator.calendar import Calendar, Story
from services.simulator.clerk import Office
from services.simulator.district import District

PURPOSE = "核对服刑信息"
DISPUTED = "本人从未服刑，应系重名。"
NAMED = 2
MONDAY = 0


@dataclass(slots=True)
class Departments:
    office: Office
    district: District
    calendar: Calendar
    random: Random

    def compared(self, households: Iterable[str]) -> Story:
        """`households`: of granted cases."""
        county, today = self.office.county, self.calendar.today
        homes = [home for one in households if (home := self.district.home(one)) is not None]
        if len(homes) < NAMED:
            return  # too few: there is nothing to tell apart
        heads = [home.head for home in self.random.sample(homes, NAMED)]
        asked = {"source": "prison", "fields": ["id_number", "since"], "conditional": False}
        until = today + timedelta(days=365)
        agreement = county.post("/verification/agreements", {**asked, "until": until.isoformat()})[
            "agreement"
        ]
        at = f"/verification/agreements/{agreement}"
        county.post(f"{at}/grant", {})
        numbers = [county.get(f"/registry/people/{one}", purpose=PURPOSE)["id_number"] for one in heads]
        since = today - timedelta(days=20)
        content = "\r\n".join(["id_number,since", *(f"{one},{since}" for one in numbers), ""]).encode()
        county.send(f"{at}/files", "prison.csv", content, as_of=today.isoformat())
        county.post("/verification/comparisons", {})
        yield self._monday()  # lists are fresh then
        told = sorted(county.pages("/verification/mismatches"), key=lambda one: str(one["person"]))
        for number, one in enumerate(told):
            found, on = f"/verification/mismatches/{one['id']}", self.calendar.today.isoformat()
            county.post(f"{found}/hearing", {"on": on})
            if number == 0:
                county.post(f"{found}/resolution", {"result": "confirmed"})
            else:
                county.post(f"{found}/dispute", {"statement": DISPUTED})
        county.post(f"{at}/end", {"reason": "not_needed"})

    def _monday(self) -> date:
        today = self.calendar.today
        return today + timedelta(days=7 - (today.weekday() - MONDAY) % 7)
