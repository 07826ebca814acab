"""How the posts of a district are created and filled, and near relatives declared, by the officer who keeps them.

Everybody is made up, and called so.
"""

from __future__ import annotations

from datetime import date
from random import Random
from uuid import UUID

from services.simulator.clerk import Office
from services.simulator.district import District

RELATED_STAFF = 3
COMMITTEE_MEMBERS = 2


def appoint(office: Office, since: date) -> int:
    """Register everybody, create every post and fill it from a day on; gives how many posts."""
    day = since.isoformat()
    for number, position in enumerate(office.posts.positions, start=1):
        keeper, staff = office.personnel, str(position.holder)
        keeper.post("/staff/members", {"staff": staff, "name": f"虚构人员{number}"})
        post = {"post": position.code, "title": position.title, "department": "civil-affairs"}
        where = {} if position.township is None else {"township": position.township}
        keeper.post("/staff/posts", post | where | {"roles": list(position.roles), "since": day})
        keeper.post(f"/staff/posts/{position.code}/assignment", {"staff": staff, "since": day})
    return len(office.posts.positions)


def declare_relatives(office: Office, district: District, random: Random, today: date) -> None:
    """A few surveyors have a near relative in the register of their township, and so have a few members of
    village committees in their village."""
    since = today.replace(year=today.year - 20, day=1).isoformat()
    for _ in range(RELATED_STAFF):
        home = district.draw()
        if home is None:
            continue
        code = f"{home.township}-surveyor-1"
        staff = next(str(one.holder) for one in office.posts.positions if one.code == code)
        if home.head not in office.posts.related.setdefault(staff, set()):
            _declare(office, staff, home.head, random.choice(("sibling", "parent")), since)
            office.posts.related[staff].add(home.head)
    for number in range(1, COMMITTEE_MEMBERS + 1):
        home = district.draw()
        if home is None:
            continue
        staff = str(UUID(int=random.getrandbits(128), version=4))
        committee = {"capacity": "village_committee", "village": home.village}
        office.personnel.post(
            "/staff/members", {"staff": staff, "name": f"虚构村委会成员{number}"} | committee
        )
        _declare(office, staff, home.head, "child", since)


def _declare(office: Office, staff: str, person: str, relation: str, since: str) -> None:
    said = {"person": person, "relation": relation, "since": since}
    office.personnel.post(f"/staff/members/{staff}/relatives", said)
