"""A family that comes to live in the district, or comes into need, and is registered for the first time."""

from __future__ import annotations

from datetime import timedelta

from services.registry.divisions import hecheng
from services.simulator.changes import Changes
from services.simulator.families import Families


def arrive(changes: Changes) -> None:
    """Everybody is registered as a person, then all of them as a household. They hold no category yet."""
    random, today = changes.random, changes.calendar.today
    township = random.choice(hecheng().townships)
    village = random.choice(hecheng().villages(township.code))
    family = Families(changes.newcomers).family("", township, village)
    clerk = changes.office.township(township.code)
    members = []
    for person in family.members:
        said = {
            "name": person.name, "id_number": person.id_number, "ethnicity": person.ethnicity,
            "synthetic": True,
        }  # fmt: skip
        id = str(clerk.post("/registry/people", said)["id"])
        members.append({"person": id, "relation": person.relation.value})
    clerk.post(
        "/registry/households",
        {
            "head": members[0]["person"],
            "members": members,
            "township": township.code,
            "village": village.code,
            "address": family.address,
            "since": (today - timedelta(days=random.randint(0, 10))).isoformat(),
        },
    )
