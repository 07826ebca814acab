"""What families have, as surveyors find it: by member, in whole yuan a month.

What is found of a person once is found again at the next survey. What a family has altogether is what was
meant for it, so that whoever is to be granted is below every standard, and whoever is not is above it
whatever is deducted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from services.simulator.clerk import Answer
from services.simulator.district import Someone

YUAN = 100
WORKING_AGE, PENSION_AGE, PENSION = (16, 60), 60, 103
"""The pension is the central part of the residents' scheme of 2020."""
DISABLED = "disabled"
KINDS = ("visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple")
GRAVEST = 2
ADULT = 18


@dataclass(slots=True)
class Means:
    """`income`: yuan a head and month, before deductions. `hardship`: somebody may be ill or at school.

    `members`: what was found of each person so far.
    """

    income: int
    random: Random
    hardship: bool = True
    property_within_rule: bool = True
    unstable: bool = False
    members: dict[str, Answer] = field(default_factory=dict)
    share: int = field(init=False)
    """Tenths of the income that are wages, where somebody works."""

    def __post_init__(self) -> None:
        self.share = self.random.randrange(5, 11)

    def found(self, people: list[Someone], today: date) -> Answer:
        """The means of the family of these people, as `POST /living/cases/{case}/survey` takes them."""
        members = [self._member(one, today) for one in people]
        left = self.income * len(people)
        wages = {one["person"]: 0 for one in members}
        working = [one for one in members if one["in_work"]]
        if working:
            each = left * self.share // (10 * len(working)) // 10 * 10
            wages |= {one["person"]: each for one in working}
            left -= each * len(working)
        pension = min(left, PENSION * sum(one["age"] >= PENSION_AGE for one in members))
        business = (left - pension) // 2 if any(one["able_to_work"] for one in members) else 0
        return {
            "members": [one | {"wage": wages[one["person"]] * YUAN} for one in members],
            "business_income": business * YUAN,
            "transfer_income": (left - pension - business) * YUAN,
            "basic_pension": pension * YUAN,
            "property_within_rule": self.property_within_rule,
            "unstable": self.unstable,
        }

    def better_off(self, income: int) -> None:
        """The family has so much a head from now on; whoever can work has found some."""
        self.income = income
        for one in self.members.values():
            one["in_work"] = one["able_to_work"]

    def _member(self, person: Someone, today: date) -> Answer:
        age = person.age(today)
        if person.id not in self.members:
            self.members[person.id] = self._drawn(person, age)
        return self.members[person.id] | {"age": age}

    def _drawn(self, person: Someone, age: int) -> Answer:
        random = self.random
        found: Answer = {"person": person.id}
        grade = 0
        if DISABLED in person.categories:
            grade = random.randint(1, 4)
            found |= {"disability_grade": grade, "disability_kind": random.choice(KINDS)}
        ill = self.hardship and age >= WORKING_AGE[0] and random.random() < 0.15
        if ill:
            cost = random.randrange(100, 900, 50) * YUAN  # half of the bill: the other half came back
            found |= {
                "seriously_ill": True, "medical_cost": cost, "medical_bill": 2 * cost, "medical_paid_back": cost,
            }  # fmt: skip
        studying = self.hardship and 15 <= age < 23 and random.random() < 0.9
        if studying:
            school = "senior_high" if age < ADULT else "higher"
            cost = random.randrange(50, 500, 50) * YUAN
            found |= {"studying": True, "school": school, "schooling_cost": cost}
        able = (
            WORKING_AGE[0] <= age < WORKING_AGE[1] and not ill and not studying and not 0 < grade <= GRAVEST
        )
        in_work = able and random.random() < 0.6
        return found | {"able_to_work": able, "in_work": in_work}
