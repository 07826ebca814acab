"""What the registry keeps beside its log, and how it reacts to what living decides on dibao and tekun.

| rows           | key             | value                                   | from     |
|----------------|-----------------|-----------------------------------------|----------|
| id-number      | blind index     | the person it belongs to                | registry |
| id-of          | person          | their indexes, duplicates' too          | registry |
| membership     | person          | the one household they belong to        | registry |
| homes          | person          | the households they ever belonged to    | registry |
| merged         | duplicate       | the person it is                        | registry |
| duplicates     | person          | the registrations merged into theirs    | registry |
| roster-number  | roster's number | the household                           | registry |
| registration   | person, household | its kind, the event a correction names | registry |
| roster         | file's digest   | what its import counted                 | registry |
| erasure-asked  | person          | who asked first                         | registry |
| erased         | person          | ids whose keys go with theirs           | registry |
| erased-since   | person          | the day; also of their duplicates       | registry |
| card           | person          | last day of the card that is valid      | disability |

and of each domain in `cases.DOMAINS` (of others than living with the name behind):

| case           | case            | programme, members, covered, those before | domain |
| open-case      | person:case     | programme; '' for who is not covered    | domain   |
| open-contest   | person:contest  | review or report, until it is decided   | domain   |
"""

from __future__ import annotations

from datetime import date

from events import assistance
from events import registry as facts
from events.base import Envelope, Recorded
from events.ids import HouseholdId, Identifier, PersonId
from events.registry import Category
from services.chassis.clock import civil_date
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.registry import model
from services.registry.acts import Register
from services.registry.cases import DOMAINS, keep_cases
from services.registry.keeping import keep_numbers

SERVICE = Service("registry", listens=DOMAINS)
SERVICE.stream(PersonId, model.person)
SERVICE.stream(HouseholdId, model.household)

PROGRAMMES = {
    "dibao": Category.DIBAO,
    "tekun": Category.TEKUN,
    "rigid-expenditure": Category.RIGID_EXPENDITURE,
}
"""Aid that decides on enrolment, and the category that it makes."""


# -- the register's own rows -----------------------------------------------------------------------------


keep_numbers(SERVICE)


@SERVICE.keep(facts.PersonRegistered)
def a_person_is_registered(shelf: Shelf, fact: Recorded[facts.PersonRegistered]) -> None:
    _registered(shelf, fact.data.person, fact.envelope)


def _registered(shelf: Shelf, id: Identifier, envelope: Envelope) -> None:
    shelf.put("registration", id, {"kind": id.kind, "event": str(envelope.id)})


@SERVICE.keep(facts.PeopleMerged)
def a_duplicate_is_the_person(shelf: Shelf, fact: Recorded[facts.PeopleMerged]) -> None:
    person, duplicate = fact.data.person, fact.data.duplicate
    earlier = shelf.get("duplicates", duplicate) or []
    for one in [str(duplicate), *earlier]:
        shelf.put("merged", one, str(person))
    shelf.drop("duplicates", duplicate)
    shelf.put("duplicates", person, [*(shelf.get("duplicates", person) or []), str(duplicate), *earlier])


@SERVICE.keep(facts.HouseholdRegistered)
def members_belong_to_the_new_household(shelf: Shelf, fact: Recorded[facts.HouseholdRegistered]) -> None:
    _registered(shelf, fact.data.household, fact.envelope)
    for member in fact.data.members:
        _belongs(shelf, member.person, fact.data.household)
    if fact.data.number is not None:
        shelf.put("roster-number", fact.data.number, str(fact.data.household))


@SERVICE.keep(facts.MemberJoined)
def who_joined_belongs(shelf: Shelf, fact: Recorded[facts.MemberJoined]) -> None:
    _belongs(shelf, fact.data.person, fact.data.household)


def _belongs(shelf: Shelf, person: PersonId, household: HouseholdId) -> None:
    shelf.put("membership", person, str(household))
    homes = shelf.get("homes", person) or []
    if str(household) not in homes:
        shelf.put("homes", person, [*homes, str(household)])


@SERVICE.keep(facts.MemberLeft)
def who_left_belongs_nowhere(shelf: Shelf, fact: Recorded[facts.MemberLeft]) -> None:
    shelf.drop("membership", fact.data.person)


@SERVICE.keep(facts.HouseholdsMerged)
def the_absorbed_belong_to_the_other(shelf: Shelf, fact: Recorded[facts.HouseholdsMerged]) -> None:
    for member in fact.data.members:
        _belongs(shelf, member.person, fact.data.household)


@SERVICE.keep(facts.HouseholdSplit, facts.HouseholdMovedAway)
def those_who_went_belong_nowhere(
    shelf: Shelf, fact: Recorded[facts.HouseholdSplit] | Recorded[facts.HouseholdMovedAway]
) -> None:
    for person in fact.data.members:
        shelf.drop("membership", person)


@SERVICE.keep(facts.RosterImported)
def a_roster_was_read(shelf: Shelf, fact: Recorded[facts.RosterImported]) -> None:
    shelf.put("roster", fact.data.file, {"refused": fact.data.refused})


@SERVICE.keep(facts.ErasureRequested)
def an_erasure_was_asked_for(shelf: Shelf, fact: Recorded[facts.ErasureRequested]) -> None:
    shelf.put("erasure-asked", fact.data.person, str(fact.envelope.actor.person))


@SERVICE.keep(facts.Erased)
def what_found_the_erased_is_gone(shelf: Shelf, fact: Recorded[facts.Erased]) -> None:
    person = fact.data.person
    shelf.drop("erasure-asked", person)
    shelf.put("erased", person, [str(one) for one in (*fact.data.merged, *fact.data.households)])
    for one in (person, *fact.data.merged):
        shelf.put("erased-since", one, civil_date(fact.envelope.recordedtime).isoformat())


for _domain in DOMAINS:
    keep_cases(SERVICE, _domain)


# -- reactions -------------------------------------------------------------------------------------------


@SERVICE.on(assistance.SubsidyGranted, assistance.TakenOver)
def aid_granted_makes_the_category(
    work: Work, fact: Recorded[assistance.SubsidyGranted | assistance.TakenOver]
) -> None:
    _gains(work, fact.data, fact.data.since)


@SERVICE.on(assistance.Adjusted)
def aid_adjusted_moves_the_category(work: Work, fact: Recorded[assistance.Adjusted]) -> None:
    _gains(work, fact.data, fact.data.since)
    covered = {str(one) for one in fact.data.covered}
    _loses(work, fact.data, fact.data.since, "no_longer_covered", except_for=covered)


@SERVICE.on(assistance.Exited)
def aid_ended_ends_the_category(work: Work, fact: Recorded[assistance.Exited]) -> None:
    _loses(work, fact.data, fact.data.since, fact.data.reason, except_for=set())


def _gains(work: Work, fact: assistance.CaseFact, since: date) -> None:
    category = PROGRAMMES.get(fact.programme)
    if category is None:
        return
    register = Register(work)
    for one in fact.covered:
        person_id = register.survivor(one)
        person = register.person(person_id)
        # Who has died or been erased meanwhile gains nothing; an older category of the roster stays.
        if person.living and category not in person.categories:
            register.categorise(person_id, {category: since})


def _loses(work: Work, fact: assistance.CaseFact, until: date, reason: str, except_for: set[str]) -> None:
    category = PROGRAMMES.get(fact.programme)
    if category is None:
        return
    register = Register(work)
    before = (work.fact("case", fact.case) or {"before": []})["before"]
    for one in dict.fromkeys([*before, *map(str, fact.covered)]):
        person_id = register.survivor(PersonId(one))
        elsewhere = category.value in register.open_programmes(person_id)
        if one in except_for or elsewhere or category not in register.person(person_id).categories:
            continue
        register.end_category(person_id, category, until, reason)
