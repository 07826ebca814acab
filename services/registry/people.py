"""Decisions on people and their categories: pure functions, as in `households.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from events import registry as facts
from events.ids import HouseholdId, PersonId
from events.registry import Category
from events.sealed import Sealed
from services.chassis.refusal import Conflict, Malformed
from services.registry.households import Facts
from services.registry.identity import IdNumber
from services.registry.model import Person, must_not_be_future
from services.registry.standards import Sex

_OPPOSITE = {Category.LIFTED: Category.REGISTERED_POOR, Category.REGISTERED_POOR: Category.LIFTED}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a clerk says of a person; None: nothing said. The ID number tells birth and sex."""

    name: str | None = None
    id_number: IdNumber | None = None
    ethnicity: str | None = None
    telephone: str | None = None


def register(id: PersonId, said: Particulars, index: str, owner: PersonId | None, synthetic: bool) -> Facts:
    """`owner`: to whom the ID number belongs already."""
    _must_be_free(owner)
    if said.name is None or said.id_number is None:
        raise Malformed("required", "姓名和身份证号必填。", "Name and ID number are required.", field="name")
    fact = facts.PersonRegistered(
        person=id,
        name=Sealed.of(said.name, id),
        id_number=Sealed.of(said.id_number.value, id),
        id_index=Sealed.of(index, id),
        sex=_sex(said.id_number),
        born=said.id_number.birth_date,
        ethnicity=said.ethnicity,
        telephone=_sealed(said.telephone, id),
        synthetic=synthetic,
    )
    return [(id, fact)]


def correct(
    id: PersonId, person: Person, said: Particulars, index: str | None, owner: PersonId | None
) -> Facts:
    """`said` holds what differs from what is recorded; nothing follows where nothing does."""
    person.must_be_known()
    if said == Particulars():
        return []
    number = said.id_number
    if number is not None:
        _must_be_free(owner)
        earliest = min([*person.categories.values(), *([person.died] if person.died else [])], default=None)
        if earliest is not None and number.birth_date > earliest:
            raise Conflict(
                "before-birth",
                "已登记的日期早于更正后的出生日期。",
                "A recorded date lies before the corrected day of birth.",
                field="id_number",
            )
    fact = facts.PersonCorrected(
        person=id,
        name=_sealed(said.name, id),
        id_number=_sealed(number.value if number else None, id),
        id_index=_sealed(index, id),
        sex=_sex(number) if number else None,
        born=number.birth_date if number else None,
        ethnicity=said.ethnicity,
        telephone=_sealed(said.telephone, id),
    )
    return [(id, fact)]


def die(id: PersonId, person: Person, home: HouseholdId | None, on: date, today: date) -> Facts:
    person.must_be_living()
    must_not_be_future(on, today, "on")
    person.must_be_born_by(on, "on")
    return [(id, facts.Died(person=id, household=home, on=on))]


def merge(
    id: PersonId, person: Person, duplicate_id: PersonId, duplicate: Person, home: HouseholdId | None
) -> Facts:
    """The later registration is the same person as the earlier; recorded with the duplicate."""
    if id == duplicate_id:
        raise Malformed("same-person", "两项登记相同。", "The two registrations are one.", field="duplicate")
    person.must_be_living()
    duplicate.must_be_living("duplicate")
    return [(duplicate_id, facts.PeopleMerged(person=id, duplicate=duplicate_id, household=home))]


def categorise(
    id: PersonId, person: Person, category: Category, since: date, home: HouseholdId | None
) -> Facts:
    """The person belongs to a population; being poor and having left poverty end each other."""
    person.must_be_living()
    person.must_be_born_by(since, "since")
    if person.categories.get(category) == since:
        return []
    found: Facts = []
    opposite = _OPPOSITE.get(category)
    if opposite in person.categories:
        reason = "lifted" if category is Category.LIFTED else "back_in_poverty"
        found += end_category(id, person, opposite, since, reason, home)
    return [*found, (id, facts.Categorised(person=id, household=home, category=category, since=since))]


def show_card(
    id: PersonId, person: Person, since: date, until: date, grade: str, home: HouseholdId | None
) -> Facts:
    """A valid card makes the disabled; whoever was recorded as disabled before stays so from that day on."""
    person.must_be_living()
    held, ended = person.categories.get(Category.DISABLED), person.ended.get(Category.DISABLED)
    begins = held if held is not None and held <= since else max(since, ended or since, person.born or since)
    shown = facts.Categorised(
        person=id, household=home, category=Category.DISABLED, since=begins, until=until,
        grade=Sealed.of(grade, id),
    )  # fmt: skip
    return [(id, shown)]


def end_category(
    id: PersonId, person: Person, category: Category, until: date, reason: str, home: HouseholdId | None
) -> Facts:
    person.must_be_known()
    if category not in person.categories:
        raise Conflict(
            "category-not-held",
            "此人未登记该类别。",
            "The person is not recorded in this category.",
            field="category",
        )
    fact = facts.CategoryEnded(person=id, household=home, category=category, until=until, reason=reason)
    return [(id, fact)]


def _sex(number: IdNumber) -> facts.Sex:
    return "1" if number.sex is Sex.MALE else "2"


def _must_be_free(owner: PersonId | None) -> None:
    if owner is not None:
        raise Conflict(
            "id-number-taken",
            "该身份证号已登记在另一人名下。",
            "This ID number is registered for another person.",
            field="id_number",
        )


def _sealed(text: str | None, owner: PersonId) -> Sealed | None:
    return None if text is None else Sealed.of(text, owner)
