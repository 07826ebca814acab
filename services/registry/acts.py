"""The register inside one decision: load, ask a pure decision, record its facts, follow with enrolment.

Everything that changes people or households goes through here, whoever asks: a clerk, an import, another
department's report, a fact of living.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from events.base import Event
from events.ids import HouseholdId, Identifier, PersonId
from events.registry import Category, HouseholdCorrected, Member
from events.sealed import Sealed
from services.chassis.refusal import Conflict, Malformed
from services.chassis.work import Work
from services.registry import cases, enrolment, households, model, people
from services.registry.divisions import hecheng
from services.registry.households import Facts, Family, Newcomer
from services.registry.identity import NUMBER_OF_A_PERSON, IdNumber, is_id_number
from services.registry.model import Household, Person, must_not_be_future
from services.registry.people import Particulars

_DATES = ("since", "on", "until")
_GIVEN_HERE = (Category.DIBAO, Category.TEKUN)
"""What the district gives itself and ends with moving away."""


@dataclass(frozen=True, slots=True)
class Place:
    township: str
    village: str

    def must_exist(self) -> tuple[str, str]:
        """Both codes, checked against the district's divisions."""
        village = hecheng().by_code(self.village)
        if village is None or village.level != "village" or village.parent != self.township:
            raise Malformed(
                "village-unknown",
                "该乡镇（街道）没有这个村（社区）。",
                "The township has no such village.",
                field="village",
            )
        return self.township, self.village


@dataclass(frozen=True, slots=True)
class Register:
    work: Work

    # -- reading -------------------------------------------------------------------------------------

    def knows(self, id: Identifier) -> bool:
        """Whether something of this kind is registered under the id."""
        row = self.work.fact("registration", id)
        return row is not None and row["kind"] == id.kind

    # Asked before the stream is loaded: whoever sends a household's id as a person's would else have the
    # household's facts folded, and remembered, as a person.
    def person(self, id: PersonId) -> Person:
        return self.work.load(model.person, id) if self.knows(id) else Person()

    def household(self, id: HouseholdId) -> Household:
        return self.work.load(model.household, id) if self.knows(id) else Household()

    def survivor(self, id: PersonId) -> PersonId:
        """The person that this registration is, if it was found to be a duplicate."""
        merged = self.work.fact("merged", id)
        return id if merged is None else PersonId(merged)

    def home(self, id: PersonId) -> HouseholdId | None:
        found = self.work.fact("membership", id)
        return None if found is None else HouseholdId(found)

    def township_of(self, id: PersonId) -> str | None:
        home = self.home(id)
        return None if home is None else self.household(home).township

    def index(self, number: IdNumber) -> str:
        return self.work.around.keys.blind_index("id-number", number.value)

    def owner(self, index: str) -> PersonId | None:
        """To whom an ID number belongs, by its blind index."""
        found = self.work.fact("id-number", index)
        return None if found is None else PersonId(found)

    def with_number(self, number: IdNumber) -> PersonId | None:
        return self.owner(self.index(number))

    def with_roster_number(self, number: str) -> HouseholdId | None:
        found = self.work.fact("roster-number", number)
        return None if found is None else HouseholdId(found)

    def is_called(self, id: PersonId, name: str) -> bool:
        return self._differs(name, self.person(id).name) is None

    def open_programmes(self, id: PersonId) -> set[str]:
        """Of the cases that cover the person and are not over."""
        return cases.open_programmes(self.work, id)

    def involved(self, id: PersonId) -> bool:
        """Whether a case that is not over is about the person or their family."""
        return cases.involved(self.work, id)

    def contested(self, id: PersonId) -> bool:
        """Whether a review or a report of a case that covers the person is not decided yet."""
        return cases.contested(self.work, id)

    def family(self, id: HouseholdId, others: Iterable[PersonId] = ()) -> Family:
        home = self.household(id)
        involved = dict.fromkeys([*home.members, *others])
        return Family(id, home, {one: self.person(one) for one in involved}, self.work.today)

    # -- people --------------------------------------------------------------------------------------

    def register_person(
        self, said: Particulars, *, id: PersonId | None = None, synthetic: bool = False
    ) -> PersonId:
        id = id or PersonId.of(self.work.around.ids.random())
        index = self.index(said.id_number) if said.id_number else ""
        self._record(people.register(id, said, index, self.owner(index), synthetic))
        return id

    def correct_person(self, id: PersonId, said: Particulars) -> bool:
        """Record what differs from what is recorded; whether anything did."""
        person = self.person(id)
        person.must_be_known()
        new = Particulars(
            name=self._differs(said.name, person.name),
            id_number=said.id_number
            if said.id_number and self._differs(said.id_number.value, person.id_number)
            else None,
            ethnicity=said.ethnicity if said.ethnicity != person.ethnicity else None,
            telephone=self._differs(said.telephone, person.telephone),
        )
        index = self.index(new.id_number) if new.id_number else None
        owner = self.owner(index) if index else None
        if owner == id:
            owner = None
        found = people.correct(id, person, new, index, owner)
        self._record(found, corrects=self._registration(id))
        return bool(found)

    def die(self, id: PersonId, on: date, new_head: PersonId | None = None) -> None:
        """The person died: leaves the household, which goes on under another head or closes; exits."""
        home = self.home(id)
        self._record(people.die(id, self.person(id), home, on, self.work.today))
        if home is not None:
            self._record(households.leave(self.family(home), id, on, "death", new_head))
        self._exit(id, "death", on)

    def merge_people(self, id: PersonId, duplicate: PersonId) -> None:
        """The duplicate's household and categories become the person's where the person has none."""
        other = self.person(duplicate)
        home, theirs = self.home(id), self.home(duplicate)
        self._record(people.merge(id, self.person(id), duplicate, other, home or theirs))
        day = self.work.today
        if theirs is not None:
            self._take_place(id, duplicate, home, theirs, day)
        self._exit(duplicate, "duplicate", day)
        for category, since in sorted(other.categories.items()):
            person = self.person(id)
            if category not in person.categories and (person.born is None or since >= person.born):
                self._record(people.categorise(id, person, category, since, self.home(id)))
        if other.card is not None and other.card.grade is not None and self.person(id).card is None:
            # Closed anew under the survivor's key, and shown to nobody: no unsealing.
            grade = self.work.around.keys.open_text(other.card.grade)
            self.show_card(id, other.categories[Category.DISABLED], other.card.until, grade)
        self._follow(id, day)

    def _take_place(
        self, id: PersonId, duplicate: PersonId, home: HouseholdId | None, theirs: HouseholdId, day: date
    ) -> None:
        family = self.family(theirs, [id])
        headed = family.household.head == duplicate
        if home is None:
            relation = family.household.members[duplicate]
            place = Newcomer(id, "99" if headed else relation, None)
            self._record(households.join(family, place, day, "duplicate"))
            family = self.family(theirs)
        successor = id if headed and id in family.household.members else None
        self._record(households.leave(family, duplicate, day, "duplicate", successor))

    def categorise(self, id: PersonId, categories: Mapping[Category, date]) -> bool:
        """The person belongs to these populations, each from its day on; whether that is news."""
        news = False
        for category, since in sorted(categories.items()):
            found = people.categorise(id, self.person(id), category, since, self.home(id))
            self._record(found)
            news |= bool(found)
        if news:
            self._follow(id, max(categories.values()))
        return news

    def show_card(self, id: PersonId, since: date, until: date, grade: str) -> None:
        """A disabled person's card, valid from `since` to `until`, of this grade."""
        self._record(people.show_card(id, self.person(id), since, until, grade, self.home(id)))
        self._follow(id, since)

    def end_category(self, id: PersonId, category: Category, until: date, reason: str) -> None:
        self._record(people.end_category(id, self.person(id), category, until, reason, self.home(id)))
        self._follow(id, until)

    def must_not_be_future(self, day: date, where: str = "since") -> None:
        """Clerks record what has happened; what living grants may begin next month."""
        must_not_be_future(day, self.work.today, where)

    # -- households ----------------------------------------------------------------------------------

    def register_household(
        self,
        head: PersonId,
        members: Sequence[Member],
        place: Place,
        since: date,
        *,
        address: str | None = None,
        number: str | None = None,
        id: HouseholdId | None = None,
    ) -> HouseholdId:
        id = id or HouseholdId.of(self.work.around.ids.random())
        if number is not None and is_id_number(number):
            raise Malformed(
                NUMBER_OF_A_PERSON.rule, NUMBER_OF_A_PERSON.zh, NUMBER_OF_A_PERSON.en, field="number"
            )
        if number is not None and self._open_with(number) is not None:
            raise Conflict(
                "household-number-taken",
                "该户编号已登记。",
                "The number is another household's.",
                field="number",
            )
        family = self.family(id, [one.person for one in members])
        newcomers = [Newcomer(one.person, one.relation, self.home(one.person)) for one in members]
        found = households.register(
            family, head, newcomers, place.must_exist(), since, address=_sealed(address, id), number=number
        )
        self._record(found)
        self._follow_all((one.person for one in members), since)
        return id

    def _open_with(self, number: str) -> HouseholdId | None:
        id = self.with_roster_number(number)
        return id if id is not None and self.household(id).closed is None else None

    def correct_household(
        self,
        id: HouseholdId,
        *,
        place: Place | None = None,
        address: str | None = None,
        relations: Sequence[Member] = (),
    ) -> bool:
        """What was recorded was wrong; nobody has moved. Whether anything differed."""
        home = self.household(id)
        home.must_be_open()
        for one in relations:
            home.must_have(one.person, "relations")
            if (one.relation == model.HEAD) != (one.person == home.head):
                raise Conflict(
                    "second-head",
                    "更正关系不能改变户主，请办理变更户主。",
                    "A correction of relations does not change the head: record a change of head.",
                    field="relations",
                )
        codes = place.must_exist() if place is not None else (home.township, home.village)
        changed = tuple(one for one in relations if home.members[one.person] != one.relation)
        new_address = self._differs(address, home.address)
        if not changed and new_address is None and codes == (home.township, home.village):
            return False
        fact = HouseholdCorrected(
            household=id,
            members=home.people,
            relations=changed,
            township=codes[0] if codes[0] != home.township else None,
            village=codes[1] if codes[1] != home.village else None,
            address=_sealed(new_address, id),
        )
        self._record([(id, fact)], corrects=self._registration(id))
        return True

    def join(self, id: HouseholdId, person: PersonId, relation: str, since: date, reason: str) -> None:
        newcomer = Newcomer(person, relation, self.home(person))
        self._record(households.join(self.family(id, [person]), newcomer, since, reason))
        self._follow(person, since)

    def leave(
        self, id: HouseholdId, person: PersonId, since: date, reason: str, new_head: PersonId | None = None
    ) -> None:
        self._record(households.leave(self.family(id), person, since, reason, new_head))

    def change_head(
        self, id: HouseholdId, head: PersonId, since: date, relations: Sequence[Member] = ()
    ) -> None:
        self._record(households.change_head(self.family(id), head, since, relations))

    def split(
        self,
        id: HouseholdId,
        head: PersonId,
        leaving: Sequence[Member],
        since: date,
        *,
        new_head: PersonId | None = None,
        place: Place | None = None,
        address: str | None = None,
    ) -> HouseholdId:
        into = HouseholdId.of(self.work.around.ids.random())
        found = households.split(
            self.family(id),
            into,
            head,
            leaving,
            since,
            new_head=new_head,
            place=place.must_exist() if place else None,
            address=_sealed(address, into),
        )
        self._record(found)
        return into

    def merge_households(
        self, id: HouseholdId, absorbed: HouseholdId, since: date, relations: Sequence[Member] = ()
    ) -> None:
        self._record(households.merge(self.family(id), self.family(absorbed), since, relations))

    def move(self, id: HouseholdId, place: Place, since: date, address: str | None = None) -> None:
        self._record(households.move(self.family(id), place.must_exist(), since, _sealed(address, id)))

    def move_away(self, id: HouseholdId, since: date) -> None:
        """The family leaves the district: what the district gives ends, and with it enrolment (一)."""
        family = self.family(id)
        self._record(households.move_away(family, since))
        for person in family.household.members:
            self._exit(person, "moved_away", since)
            for category in _GIVEN_HERE:
                if category in self.person(person).categories:
                    self._record(
                        people.end_category(person, self.person(person), category, since, "moved_away", id)
                    )

    def close(self, id: HouseholdId, since: date) -> None:
        self._record(households.close(self.family(id), since))

    # -- recording -----------------------------------------------------------------------------------

    def _record(self, found: Facts, corrects: UUID | None = None) -> None:
        for stream, fact in found:
            self._record_one(stream, fact, corrects)

    def _record_one(self, stream: Identifier, fact: Event, corrects: UUID | None = None) -> None:
        effective = next((getattr(fact, name) for name in _DATES if hasattr(fact, name)), None)
        self.work.record(stream, fact, effective=effective, corrects=corrects)

    def _follow(self, id: PersonId, changed: date) -> None:
        home = self.home(id)
        township = self.household(home).township if home else ""
        fact = enrolment.follow(id, self.person(id), home, township, changed, self.work.today)
        if fact is not None:
            self._record_one(id, fact)

    def _follow_all(self, ids: Iterable[PersonId], changed: date) -> None:
        for id in ids:
            self._follow(id, changed)

    def _exit(self, id: PersonId, reason: str, since: date) -> None:
        fact = enrolment.leave(id, self.person(id), reason, since)
        if fact is not None:
            self._record_one(id, fact)

    def _registration(self, id: Identifier) -> UUID | None:
        found = self.work.fact("registration", id)
        return None if found is None else UUID(found["event"])

    def _differs(self, said: str | None, recorded: Sealed | None) -> str | None:
        """`said` where it differs from what is recorded. Compared in memory and shown to nobody, so this is
        no unsealing."""
        if said is None:
            return None
        same = recorded is not None and self.work.around.keys.open_text(recorded) == said
        return None if same else said


def _sealed(text: str | None, owner: HouseholdId) -> Sealed | None:
    return None if text is None else Sealed.of(text, owner)
