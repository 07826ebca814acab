"""What the office is asked to do: a stream of commands, the same for the same seed, without an end.

Papers are published; families are registered, apply, are granted dibao, and then somebody dies, leaves, or the family moves; days
pass in between. A command names the answers that it needs by the numbers of the commands that gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from events.assistance import Means, MemberMeans
from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Category, Member
from services.assistance import steps
from services.chassis.refusal import Refused
from services.chassis.work import Work
from services.registry.acts import Place, Register
from services.registry.divisions import hecheng
from services.registry.identity import IdNumber, check_digit
from services.registry.people import Particulars
from tests.casework import take_owed
from tests.papers import record_shipped

SCRIPT = UUID("00000000-0000-4000-8000-00000000c0de")
STAFF = (uuid5(SCRIPT, "one"), uuid5(SCRIPT, "another"))
FAMILIES_AT_ONCE = 3
NOTICE = 9
TOWNSHIPS = ("431202101000", "431202201000")
OPENS = date(2021, 8, 2)

Answers = dict[int, str]


@dataclass(frozen=True, slots=True)
class Command:
    """`days`: how many have passed since the office opened when it is given; `service` `clock`: let them pass."""

    number: int
    service: str
    name: str
    days: int
    values: dict[str, Any] = field(default_factory=dict)

    def id(self, seed: int) -> UUID:
        """The same whenever the command is given again: its request id, and its idempotency key."""
        return uuid5(SCRIPT, f"{seed} {self.number}")


def commands(seed: int) -> Iterator[Command]:
    random = Random(seed)
    number, days, serial = 0, 0, 0

    def command(service: str, name: str, **values: Any) -> Command:
        nonlocal number
        number += 1
        return Command(number - 1, service, name, days, values)

    yield command("policy", "publish")
    while True:
        homes: list[tuple[int, list[int], int]] = []
        for _ in range(FAMILIES_AT_ONCE):
            people = []
            for _ in range(random.randint(1, 3)):
                serial += 1
                people.append(number)
                yield command("registry", "register person", serial=serial)
            home = number
            yield command("registry", "register household", people=people, village=random.randrange(10_000))
            yield command("registry", "poor", people=people)
            case = number
            yield command("living", "apply", home=home, applicant=people[0])
            yield command("living", "inquire", case=case, income=random.randrange(50, 250) * 100)
            yield command("living", "notice", case=case)
            homes.append((home, people, case))
        days += NOTICE
        yield command("clock", "days pass")
        for _, _, case in homes:
            yield command("living", "confirm", case=case)
        today = OPENS + timedelta(days=days)
        days += ((today.replace(day=1) + timedelta(days=32)).replace(day=1) - today).days + random.randrange(
            3
        )
        yield command("clock", "days pass")
        for home, people, _ in homes:
            changes = ["death", "deaths", "move", "departure", *(["split"] if len(people) > 1 else [])]
            change = random.choice(changes)
            yield command("registry", change, home=home, people=people, village=random.randrange(10_000))


class NotYet(Refused):
    """What the command rests on has not reached the service yet."""

    def __init__(self, what: str) -> None:
        super().__init__("not-yet", "尚未送达。", f"{what} is not known here yet.")


def _register_person(work: Work, said: dict[str, Any], seed: int) -> str:
    number = id_number(said["serial"])
    found = Particulars(name=f"试某{said['serial']}", id_number=IdNumber.read(number, work.today))
    return str(Register(work).register_person(found, synthetic=True))


def _register_household(work: Work, said: dict[str, Any], seed: int) -> str:
    head, *others = said["people"]
    members = [Member(person=head, relation="02"), *(Member(person=one, relation="10") for one in others)]
    return str(Register(work).register_household(head, members, _place(said["village"]), work.today))


def _poor(work: Work, said: dict[str, Any], seed: int) -> str:
    for person in said["people"]:
        Register(work).categorise(person, {Category.REGISTERED_POOR: date(2021, 1, 1)})
    return ""


def _apply(work: Work, said: dict[str, Any], seed: int) -> str:
    return str(steps.apply(work, "dibao", said["home"], said["applicant"], consent=True))


def _inquire(work: Work, said: dict[str, Any], seed: int) -> str:
    case = said["case"]
    members = tuple(MemberMeans(person=person, age=50) for person in steps.case_of(work, case).members)
    means = Means(members=members, transfer_income=said["income"], property_within_rule=True)
    steps.accept(work, case)
    steps.survey(work, case, STAFF, means)
    steps.check(work, case, means)
    steps.assess(work, case)
    return ""


def _notice(work: Work, said: dict[str, Any], seed: int) -> str:
    take_owed(work, said["case"], STAFF)
    steps.post_notice(work, said["case"])
    return ""


def _confirm(work: Work, said: dict[str, Any], seed: int) -> str:
    take_owed(work, said["case"], STAFF)
    steps.confirm(work, said["case"], uuid5(SCRIPT, "officer"))
    return ""


def _change(act: Callable[[Register, HouseholdId, list[PersonId], Work, Place], None]) -> Callable[..., str]:
    def change(work: Work, said: dict[str, Any], seed: int) -> str:
        register = Register(work)
        if any(register.person(one).announced is None for one in said["people"]):
            raise NotYet("the grant")
        act(register, said["home"], said["people"], work, _place(said["village"]))
        return ""

    return change


def _all_die(register: Register, home: HouseholdId, people: list[PersonId], work: Work, place: Place) -> None:
    for person in people:
        register.die(person, work.today)


def _publish(work: Work, said: dict[str, Any], seed: int) -> str:
    record_shipped(work)
    return ""


DECISIONS: dict[str, Callable[[Work, dict[str, Any], int], str]] = {
    "publish": _publish,
    "register person": _register_person,
    "register household": _register_household,
    "poor": _poor,
    "apply": _apply,
    "inquire": _inquire,
    "notice": _notice,
    "confirm": _confirm,
    "death": _change(lambda r, home, people, work, _: r.die(people[-1], work.today)),
    "deaths": _change(_all_die),
    "move": _change(lambda r, home, people, work, place: r.move(home, place, work.today)),
    "departure": _change(lambda r, home, people, work, _: r.move_away(home, work.today)),
    "split": _change(
        lambda r, home, people, work, _: r.split(
            home, people[-1], [Member(person=people[-1], relation="02")], work.today
        ) and None
    ),
}  # fmt: skip


def decide(work: Work, command: Command, answers: Answers, seed: int) -> str:
    """Do what the command says, inside one decision."""
    said = dict(command.values)
    if "people" in said:
        said["people"] = [PersonId(answers[one]) for one in said["people"]]
    for name, kind in (("home", HouseholdId), ("applicant", PersonId), ("case", CaseId)):
        if name in said:
            said[name] = kind(answers[said[name]])
    return DECISIONS[command.name](work, said, seed)


def id_number(serial: int) -> str:
    """A valid, made-up number, another for every serial."""
    born = date(1950, 1, 1) + timedelta(days=serial // 999 * 17)
    body = f"431202{born:%Y%m%d}{serial % 999 + 1:03d}"
    return body + check_digit(body)


def _place(number: int) -> Place:
    township = TOWNSHIPS[number % len(TOWNSHIPS)]
    villages = hecheng().villages(township)
    return Place(township, villages[number % len(villages)].code)
