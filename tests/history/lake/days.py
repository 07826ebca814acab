"""A small district log with everything in it: restricted facts, sealed texts, free text, late news, damage."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from events.assistance import Applied, Grounds, MonthGranted, Paper, SubsidyGranted, Withdrawn
from events.ids import HouseholdId, PersonId
from events.registry import (
    Category,
    Enrolled,
    Exited,
    HouseholdMoved,
    HouseholdRegistered,
    LookedUp,
    Member,
    PersonRegistered,
)
from events.sealed import Sealed
from services.history.district_log import DistrictLog
from services.history.lake.folder import Line
from services.history.lake.following import lines_of
from tests.history.logs import Logs

TOWNS = ("431202101000", "431202102000")
VILLAGE = "431202101201"
DIGEST = "ab" * 32
CIPHERTEXT = b"\x00\xffclosed under the audience key"
BOX = "Ym94LW9mLWNpcGhlcnRleHQ"


def district(families: int = 12, months: int = 4, seed: int = 3) -> Logs:
    """Registry and living in turn; each family is paid for some months, every third moves."""
    logs, draw = Logs(seed), random.Random(seed)
    logs.record("registry", logs.own(), LookedUp(purpose="王小明的电话 13800000000"))
    for number in range(families):
        person, household, case = logs.person(), logs.household(), logs.case()
        town = TOWNS[number % 2]
        logs.record("registry", person, _registered(person), data=None)
        logs.record("registry", household, HouseholdRegistered(
            household=household, number="册-17", head=person, members=(Member(person=person, relation="02"),),
            township=town, village=VILLAGE, since=date(2026, 1, 1),
        ), effective=date(2026, 1, 1))  # fmt: skip
        logs.record("registry", person, Enrolled(
            person=person, household=household, categories=(Category.DIBAO,), township=town,
            since=date(2026, 1, 15), clause="三(一)1",
        ), effective=date(2026, 1, 15))  # fmt: skip
        logs.sees("living", "registry")
        about = {"case": case, "programme": "dibao", "household": household, "members": (person,)}
        logs.record("living", case, Applied(
            **about, applicant=person, township=town, consent=True, on=date(2026, 1, 2)
        ))  # fmt: skip
        logs.record(
            "living", case, Withdrawn(**about, reason="x", on=date(2026, 1, 2)),
            data=CIPHERTEXT, audience="living", schema="assistance.Surveyed.1",
        )  # fmt: skip
        if number == 5:
            logs.record("living", case, Withdrawn(**about, reason="other", on=date(2026, 1, 9)))
            continue
        grounds = Grounds(
            papers=(Paper(number="2021", clause="8", digest=DIGEST),), language="1", rows=("income.2",), illustrative=True
        )  # fmt: skip
        logs.record("living", case, SubsidyGranted(
            **about, amount_fen=10_000 + number, since=date(2026, 2, 1), confirmed=date(2026, 1, 20), officer=logs.uuid(),
            grounds=grounds,
        ))  # fmt: skip
        for month in range(draw.randint(1, months)):
            day = date(2026, 2 + month, 1)
            logs.record("living", case, MonthGranted(
                **about, month=f"{day:%Y-%m}", amount_fen=10_000 + number, illustrative=True
            ), effective=day)  # fmt: skip
        if number % 3 == 0:
            logs.record("registry", household, HouseholdMoved(
                household=household, members=(person,), township=TOWNS[1 - number % 2], village=VILLAGE,
                since=date(2026, 3, 10),
            ), effective=date(2026, 3, 10))  # fmt: skip
        if number % 4 == 0:
            logs.record("registry", person, Exited(
                person=person, household=household, reason="death", since=date(2026, 3, 5), clause="1"
            ), effective=date(2026, 3, 5))  # fmt: skip
        logs.now += timedelta(hours=2)
    logs.record(
        "registry", logs.person(), LookedUp(purpose="?"), data=b"\xff no JSON", schema="registry.Torn.1"
    )
    return logs


def _registered(person: PersonId) -> PersonRegistered:
    sealed = Sealed(owners=(person,)).closed(person, "name", BOX)
    return PersonRegistered(
        person=person, name=sealed, id_number=sealed, id_index=sealed, sex="1", born=date(1960, 1, 1)
    )


def kept(log: DistrictLog, logs: Logs) -> Iterator[Line]:
    """Take all of the logs into the district log; its lines."""
    log.pump(logs.feeds())
    return lines_of(log, 0)


def household_of(logs: Logs, number: int) -> HouseholdId:
    found = [
        entry.envelope
        for entries in logs.of.values()
        for entry in entries
        if entry.envelope.type == HouseholdRegistered.TYPE
    ]
    return HouseholdId.of(found[number].stream)
