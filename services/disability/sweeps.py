"""The yearly sweep for people who may be disabled and have no card, and their assessment, free of charge (三(七)).

The district owes one sweep a calendar year (`disability_sweep`); every village swept beside that counts for coverage,
which is a statistic. Whoever is found is owed an assessment (`suspect_assessed`), at home where they cannot come.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from events import disability as d
from events.ids import HouseholdId, PersonId
from services.assistance import owing
from services.assistance.duty import DUTY, Duty, id_of
from services.assistance.owing import Declared, declare
from services.assistance.rules import must_be_a_day_between
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.work import Work
from services.disability.known import file_of, whose
from services.disability.noting import must_live, note

SWEEP, ASSESSED = "disability_sweep", "suspect_assessed"


def still_suspected(work: Work, duty: Duty) -> bool:
    return any(file_of(work, person).suspected is not None for person in duty.people)


YEARLY = declare(Declared(SWEEP, "disability"))
ASSESSMENT = declare(Declared(ASSESSED, "disability", ours=False, still=still_suspected))


def hold(
    work: Work,
    village: str,
    households: tuple[HouseholdId, ...],
    suspects: tuple[PersonId, ...],
    staff: tuple[UUID, ...],
    on: date | None = None,
) -> None:
    """A village was swept. `households`: the list of those called on; `suspects`: members of these without a card."""
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    duty = id_of(work.around.source, SWEEP)
    owed = work.load(DUTY, duty)
    if owed.id is None:
        raise Conflict("no-duty", "没有年度摸底任务。", "No paper asks for a sweep.", field="village")
    period = owed.period(str(day.year))
    lived_in = _lived_in(work, village, households)
    townships = {home["township"] for home in lived_in.values()}
    township = townships.pop()
    work.record(
        duty,
        d.SweepHeld(
            duty=duty, year=day.year, township=township, village=village, households=households,
            staff=staff, on=day,
        ),
        effective=day,
    )  # fmt: skip
    if not period.met:
        owing.deliver(work, duty, period.name, on=day, staff=staff)
    for person in dict.fromkeys(suspects):
        household = _household_of(work, person, lived_in)
        found = d.SuspectFound(
            person=whose(work, person), household=household, township=township, village=village, duty=duty,
            on=day,
        )  # fmt: skip
        note(work, person, found)
        owing.arise(work, ASSESSED, household, (person,), on=day, each=True)


def _lived_in(
    work: Work, village: str, households: tuple[HouseholdId, ...]
) -> dict[HouseholdId, dict[str, Any]]:
    """The families on the list; refused without a list, or for a family that lives elsewhere."""
    if not households:
        raise Refused(
            "sweep-without-list",
            "摸底须附走访名单。",
            "A sweep has a list of the families called on.",
            field="households",
        )
    if len(set(households)) != len(households):
        raise Malformed("listed-twice", "名单中有重复。", "A family is listed twice.", field="households")
    found = {}
    for one in households:
        home = work.fact("household", one)
        if home is None or home["gone"] or home["village"] != village:
            raise Refused(
                "not-of-village",
                "名单中有不在该村（社区）的家庭。",
                "A family on the list does not live in the village.",
                field="households",
            )
        found[one] = home
    return found


def _household_of(work: Work, person: PersonId, homes: dict[HouseholdId, dict[str, Any]]) -> HouseholdId:
    found = next((one for one, home in homes.items() if str(person) in home["members"]), None)
    if found is None:
        raise Refused(
            "not-called-on",
            "疑似残疾人须是走访名单中家庭的成员。",
            "A suspect is a member of a family on the list.",
            field="suspects",
        )
    if file_of(work, person).card is not None:
        raise Conflict(
            "has-card",
            "该人员已有有效的残疾人证。",
            "The person holds a valid card.",
            field="suspects",
        )
    return found


def assess(
    work: Work,
    person: PersonId,
    kind: d.Kind | None,
    grade: int,
    assessors: tuple[UUID, ...],
    *,
    at_home: bool,
    fee_fen: int = 0,
    on: date | None = None,
) -> None:
    """Of whoever holds no card. Refused where a fee was taken (三(七): 免收评定费)."""
    must_live(work, person)
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    if fee_fen:
        raise Refused("fee-taken", "评定不得收费。", "Nothing is taken for an assessment.", field="fee_fen")
    if (kind is None) != (grade == 0):
        raise Malformed(
            "grade",
            "构成残疾的填类别和1至4级；不构成的，不填类别，等级为0。",
            "Kind and grade 1 to 4, or no kind and grade 0.",
            field="grade",
        )
    if file_of(work, person).card is not None:
        raise Conflict(
            "has-card",
            "该人员已有有效的残疾人证，重新评定的办理变更。",
            "The person holds a valid card: change it.",
            field="person",
        )
    id = whose(work, person)
    note(
        work,
        person,
        d.HomeAssessed(person=id, kind=kind, grade=grade, at_home=at_home, assessors=assessors, on=day),
    )
    duty = work.load(DUTY, id_of(work.around.source, ASSESSED, person))
    if duty.id is not None and duty.running and not duty.now.met and duty.now.since <= day:
        owing.deliver(work, duty.id, on=day, staff=assessors)
