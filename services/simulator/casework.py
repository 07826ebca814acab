"""Cases of dibao as offices work on them: an application to its decision, a review to its conclusion.

Whoever takes a step sends the version of the case that they saw. Where it has moved on, because the family
has changed or a day has passed, they read the file again and go on from what it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from random import Random
from typing import Any

from services.simulator.calendar import Calendar, Story
from services.simulator.clerk import Answer, Clerk, Office, Refused
from services.simulator.district import District, Home
from services.simulator.means import ADULT, Means

YUAN = 100
MOST_VISITS = 60
CONFLICT = 409
REMARKS = (None, "入户查看住房、生活用品与收入凭证。", "户主行动不便，由邻居陪同入户。")


class Ending(Enum):
    """How an application is meant to end, if the family stays as it is."""

    GRANTED = auto()
    OBJECTED = auto()
    """Somebody objects within the notice; it is surveyed again, and then granted."""
    OTHER_SUM = auto()
    """The officer departs from the recommendation, and says why."""
    DECLINED = auto()
    DECLINED_AGAINST_ADVICE = auto()
    WITHDRAWN = auto()


@dataclass(slots=True)
class Casework:
    """Every case that the offices have worked on. `means`: by case, as it is now."""

    office: Office
    district: District
    calendar: Calendar
    random: Random
    means: dict[str, Means] = field(default_factory=dict)
    household_of: dict[str, str] = field(default_factory=dict)
    in_hand: set[str] = field(default_factory=set)

    def poor(self) -> Means:
        income = self.random.randrange(60, 330, 10)
        return Means(income, self.random, unstable=self.random.random() < 0.4)

    def not_poor(self) -> Means:
        if self.random.random() < 0.3:
            return Means(self.random.randrange(150, 400, 10), self.random, property_within_rule=False)
        return Means(self.random.randrange(1100, 1800, 50), self.random, hardship=False)

    def application(self, home: Home, ending: Ending) -> Story:
        """A family applies, and its case goes its way to the decision."""
        said: Answer = {"programme": "dibao", "household": home.id, "applicant": home.head, "consent": True}
        if self.district.someone(home.head).age(self.calendar.today) < ADULT:
            said["through"] = {"kind": "committee"}  # children alone: the village applies for them
        case = Case(self, self.office.township(home.township).post("/living/cases", said))
        self.means[case.id] = self.not_poor() if ending is Ending.DECLINED else self.poor()
        self.household_of[case.id] = home.id
        yield self.calendar.after(self.random.randint(1, 2))
        yield from case.to_decision(ending)

    def reviews(self) -> None:
        """Take every open review in hand that nobody has yet."""
        found = self.office.county.pages("/living/cases", review_open="true", limit=500)
        for line in found:
            id = str(line["case"])
            if id not in self.in_hand:
                self.in_hand.add(id)
                self.calendar.tell(self.calendar.after(1), self._review(id))

    def _review(self, id: str) -> Story:
        file = self.office.county.get(f"/living/cases/{id}")
        yield from Case(self, file["current"]).to_conclusion()
        self.in_hand.discard(id)


class Case:
    """One case on the desks that it crosses: the township's, then the county's."""

    def __init__(self, work: Casework, answer: Answer) -> None:
        self._work = work
        self._now = answer
        self._file: Answer | None = None
        self._assessed = False

    @property
    def id(self) -> str:
        return str(self._now["case"])

    @property
    def _clerk(self) -> Clerk:
        """Of the township where the family lives now: it may have moved since the last step."""
        return self._work.office.township(self._now["township"])

    @property
    def state(self) -> str:
        return str(self._now["state"])

    def to_decision(self, ending: Ending) -> Story:
        calendar, random = self._work.calendar, self._work.random
        objected = False
        for _ in range(MOST_VISITS):
            match self.state:
                case "applied":
                    if ending is Ending.WITHDRAWN and random.random() < 0.5:
                        self._step(self._clerk, "withdrawal", {"reason": "request"})
                        continue
                    self._step(self._clerk, "acceptance", {})
                    yield calendar.after(random.randint(1, 3))
                case "accepted" if not self._assessed:
                    if ending is Ending.WITHDRAWN:
                        self._step(self._clerk, "withdrawal", {"reason": "not_cooperating"})
                        continue
                    yield from self._inquire()
                case "accepted":
                    if self._advice()["eligible"]:
                        self._take_steps()
                        self._step(self._clerk, "notice", {})
                        yield calendar.after(random.randint(1, 3))
                    else:
                        self._step(self._work.office.county, "refusal", {})
                case "notice" if ending is Ending.OBJECTED and not objected:
                    objected = True
                    statement = "邻居反映该户有家庭成员在外务工，收入未如实申报。"
                    self._assessed = not self._step(self._clerk, "objection", {"statement": statement})
                    yield calendar.after(2)
                case "notice":
                    yield date.fromisoformat(self._now["notice_until"]) + timedelta(days=random.randint(1, 3))
                    self._read()
                case "notice_ended" if self._take_steps():
                    self._step(
                        self._work.office.county, "notice", {}
                    )  # of the district, after the township's
                case "notice_ended":
                    self._decide(ending)
                case _:
                    return

    def to_conclusion(self) -> Story:
        """Survey, check and assess again, then conclude; over as soon as no review is open any more."""
        calendar, random = self._work.calendar, self._work.random
        for _ in range(MOST_VISITS):
            if not self._now["review_open"] or self.state != "granted":
                return
            if not self._assessed:
                yield from self._inquire()
            else:
                heard = calendar.today.isoformat()
                self._step(self._work.office.county, "conclusion", {"heard": heard})
            if self._now["review_open"]:
                yield calendar.after(random.randint(1, 2))

    @property
    def _members(self) -> list[str]:
        return [str(one) for one in self._now["members"]]

    def _surveyors(self) -> list[str]:
        return self._work.office.posts.surveyors_of(self._now["township"], self._members)

    def _inquire(self) -> Story:
        """Two surveyors visit, the check of means comes back, the rule is applied."""
        calendar, random, means = self._work.calendar, self._work.random, self._work.means[self.id]
        people = [self._work.district.someone(str(one)) for one in self._now["members"]]
        found = {"means": means.found(people, calendar.today)}
        survey = found | {"surveyors": self._surveyors(), "remarks": random.choice(REMARKS)}
        if not self._step(self._clerk, "survey", survey):
            return
        yield calendar.after(random.randint(1, 4))
        if random.random() < 0.06 and self._step(self._clerk, "check", found | {"consistent": False}):
            # The departments know of something that the family has not said: surveyed once more.
            yield calendar.after(2)
            if not self._step(self._clerk, "survey", survey):
                return
            yield calendar.after(2)
        if self._step(self._clerk, "check", found | {"consistent": True}):
            self._assessed = self._step(self._clerk, "assessment", {})

    def _take_steps(self) -> list[Answer]:
        """Those of the procedure that stand before the next notice or the decision; what is owed after them."""
        while True:
            owed: list[Answer] = self._now["owed"]
            if not owed or owed[0]["notice"]:
                return owed
            if owed[0]["by"] == "district":
                desk, staff = self._work.office.county, self._work.office.posts.of_the_district(self._members)
            else:
                desk, staff = self._clerk, self._surveyors()
            said = {"step": owed[0]["step"], "staff": staff}
            if not self._step(desk, "steps", said):
                return []

    def _decide(self, ending: Ending) -> None:
        county = self._work.office.county
        advice = self._advice()
        if not advice["eligible"] or ending is Ending.DECLINED:
            self._step(county, "refusal", {})
        elif ending is Ending.DECLINED_AGAINST_ADVICE:
            self._step(county, "refusal", {"departs": "复核发现该户刚分得征地补偿款，尚未计入家庭财产。"})
        elif ending is Ending.OTHER_SUM:
            more = advice["amount_fen"] + 50 * YUAN
            departs = "户内有长期透析患者，酌情提高保障金额。"
            self._step(county, "confirmation", {"amount_fen": more, "departs": departs})
        else:
            self._step(county, "confirmation", {})

    def _advice(self) -> Answer:
        """The last assessment in the file, which is read again only where the case has moved on since."""
        if self._file is None or self._file["current"]["version"] != self._now["version"]:
            self._file = self._read()
        facts = self._file["facts"]
        found: list[Answer] = [one["data"] for one in facts if one["type"] == "assistance.Assessed"]
        return found[-1]

    def _step(self, by: Clerk, step: str, said: dict[str, Any]) -> bool:
        """Whether the step was taken; where the case has moved on meanwhile, its file is read again."""
        try:
            self._now = by.post(f"/living/cases/{self.id}/{step}", said, self._now["version"])
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
            self._read()
            self._assessed = False
            return False
        return True

    def _read(self) -> Answer:
        file: Answer = self._work.office.county.get(f"/living/cases/{self.id}")
        self._file, self._now = file, file["current"]
        return file
