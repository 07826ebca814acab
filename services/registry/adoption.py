"""One household of a roster and the register: all of its rows are taken in one decision, or none is.

People are known by their ID number, a household by its number in the roster, else by its head. What the
roster does not say stays as it is: a member who is missing from a file has not left, a category that is not
listed has not ended. A category that ended comes back only with a date after its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from events.ids import HouseholdId, PersonId
from events.registry import Category, Member
from services.chassis.refusal import Refused
from services.registry.acts import Place, Register
from services.registry.identity import IdNumber
from services.registry.model import HEAD, Household, Person
from services.registry.people import Particulars
from services.registry.reasons import Reason
from services.registry.roster_columns import HEADING_OF
from services.registry.roster_report import Outcome, RowOutcome
from services.registry.roster_rows import RosterHousehold, RosterRow

_SYNTHETIC = "合成数据"

INCOMPLETE = Reason(
    "household-incomplete",
    "同户有成员行被拒绝，全户不予导入，请改正后重新导入",
    "another row of this household was refused, so none of it was taken; mend it and import again",
)
HEAD_MISSING = Reason("household-head-missing", "该户没有户主行", "the household has no row of a head")
HEADS_SEVERAL = Reason(
    "household-heads-several", "该户有多名户主", "the household has more than one row of a head"
)
OTHER_HOUSEHOLD = Reason(
    "person-of-another-household",
    "此人已是另一户的成员，须先办理迁出",
    "this person is a member of another household and has to leave it first",
)
NOT_YOUR_TOWNSHIP = Reason(
    "township-not-yours",
    "经办人只能登记本乡镇（街道）的住户",
    "a township's clerk registers households of that township only",
)


@dataclass(eq=False)
class HouseholdRefused(Exception):
    """No row of the household is taken. `reasons`: by row; the others are refused with it."""

    rows: tuple[RosterRow, ...]
    reasons: Mapping[int, tuple[str, Reason]]

    def outcomes(self) -> list[RowOutcome]:
        rest = HEADING_OF["household_number"], INCOMPLETE
        return [
            RowOutcome.refused_later(row, *self.reasons.get(number, rest))
            for number, row in enumerate(self.rows)
        ]


@dataclass(slots=True)
class Known:
    """A row and whom it speaks of: somebody registered, or nobody yet."""

    row: RosterRow
    number: IdNumber
    person: PersonId | None
    changed: bool = False
    registered: bool = False

    @property
    def relation(self) -> str:
        return HEAD if self.row.relation.is_head else self.row.relation.value

    @property
    def said(self) -> Particulars:
        return Particulars(self.row.name, self.number, self.row.ethnicity, self.row.phone)

    @property
    def outcome(self) -> RowOutcome:
        if self.registered:
            return RowOutcome.taken(self.row, Outcome.ACCEPTED)
        return RowOutcome.taken(self.row, Outcome.UPDATED if self.changed else Outcome.UNCHANGED)


@dataclass(slots=True)
class Adoption:
    """`fresh`: draws a person's id whose key is durable already. `may_act_in`: the clerk's townships."""

    register: Register
    household: RosterHousehold
    fresh: Callable[[], PersonId]
    may_act_in: Callable[[str], bool]
    known: list[Known] = field(init=False)

    def take(self) -> list[RowOutcome]:
        """What became of each row; HouseholdRefused where a rule stands against one of them."""
        rows = self.household.rows
        if self.household.refused:
            raise HouseholdRefused(rows, {})
        heads = [number for number, row in enumerate(rows) if row.relation.is_head]
        if len(heads) != 1:
            reason = HEADS_SEVERAL if heads else HEAD_MISSING
            raise HouseholdRefused(rows, dict.fromkeys(heads or [0], (HEADING_OF["relation"], reason)))
        if not self.may_act_in(rows[0].township):
            raise self._refused(0, "township", NOT_YOUR_TOWNSHIP)
        today = self.register.work.today
        self.known = [
            Known(row, number, self.register.with_number(number))
            for row in rows
            for number in [IdNumber.read(row.id_number, today)]
        ]
        head = heads[0]
        id = self._find(self.known[head].person)
        self._recognise(id)
        self._must_belong(id)
        if id is None:
            self._found(head, today)
        else:
            self._update(id, head, today)
        self._categorise(today)
        return [one.outcome for one in self.known]

    def _find(self, head: PersonId | None) -> HouseholdId | None:
        """The open household that the rows speak of."""
        by_number = self.register.with_roster_number(self.household.number)
        if by_number is not None and self.register.household(by_number).closed is None:
            return by_number
        home = self.register.home(head) if head is not None else None
        # A household with a number of its own is another one: its head's row is refused below.
        return home if home is not None and self.register.household(home).number is None else None

    def _recognise(self, id: HouseholdId | None) -> None:
        """A member whose ID number was mistyped before: of that name, and on no other row of the file."""
        if id is None or all(one.person for one in self.known):
            return
        named = {one.person for one in self.known}
        unnamed = [one for one in self.register.household(id).members if one not in named]
        for one in self.known:
            if one.person is None:
                same = [member for member in unnamed if self.register.is_called(member, one.row.name)]
                if len(same) == 1:
                    one.person = same[0]
                    unnamed.remove(same[0])

    def _must_belong(self, id: HouseholdId | None) -> None:
        reasons = {}
        for number, one in enumerate(self.known):
            home = self.register.home(one.person) if one.person is not None else None
            if home is not None and home != id:
                reasons[number] = HEADING_OF["id_number"], OTHER_HOUSEHOLD
        if reasons:
            raise HouseholdRefused(self.household.rows, reasons)
        if id is not None and not self.may_act_in(self.register.household(id).township):
            raise self._refused(0, "township", NOT_YOUR_TOWNSHIP)

    def _found(self, head: int, today: date) -> None:
        members = []
        for number, one in enumerate(self.known):
            with self._row(number):
                members.append(Member(person=self._person(one), relation=one.relation))
            one.changed = True
        first = self.household.rows[0]
        with self._row(head):
            self.register.register_household(
                members[head].person, members, Place(first.township, first.village), today,
                address=self._address(), number=self.household.number,
                id=HouseholdId.of(self.fresh()),
            )  # fmt: skip

    def _update(self, id: HouseholdId, head: int, today: date) -> None:
        for number, one in enumerate(self.known):
            with self._row(number):
                person = self._person(one)
                if person not in self.register.household(id).members:
                    self.register.join(id, person, _joining(one), today, "registration")
                    one.changed = True
        with self._row(head):
            before = self.register.household(id)
            self._head_and_relations(id, head, today)
            self._place(id, today)
        after = self.register.household(id)
        for one in self.known:
            one.changed |= _differs(before, after, one.person)

    def _person(self, one: Known) -> PersonId:
        """Whom the row speaks of: corrected, or registered now."""
        if one.person is None:
            synthetic = _SYNTHETIC in (one.row.note or "")
            one.person = self.register.register_person(one.said, id=self.fresh(), synthetic=synthetic)
            one.registered = True
        else:
            self.register.person(one.person).must_be_living("id_number")
            one.changed |= self.register.correct_person(one.person, one.said)
        return one.person

    def _head_and_relations(self, id: HouseholdId, head: int, today: date) -> None:
        relations = [
            Member(person=one.person, relation=one.relation) for one in self.known if one.person is not None
        ]
        chief = self.known[head].person
        assert chief is not None, "every row has a person by now"
        if self.register.household(id).head != chief:
            self.register.change_head(id, chief, today, relations)
        self.register.correct_household(id, relations=relations)

    def _place(self, id: HouseholdId, today: date) -> None:
        first, home = self.household.rows[0], self.register.household(id)
        if (first.township, first.village) != (home.township, home.village):
            self.register.move(id, Place(first.township, first.village), today, self._address())
        else:
            self.register.correct_household(id, address=self._address())

    def _address(self) -> str | None:
        return next((row.address for row in self.household.rows if row.address), None)

    def _categorise(self, today: date) -> None:
        for number, one in enumerate(self.known):
            assert one.person is not None, "every row has a person by now"
            person = self.register.person(one.person)
            news = {
                category: since or today
                for category, since in _categories(one.row)
                if _is_news(person, category, since)
            }
            with self._row(number, "categories_since"):
                one.changed |= self.register.categorise(one.person, news)

    @contextmanager
    def _row(self, number: int, otherwise: str = "id_number") -> Iterator[None]:
        """A rule of the register that stands against this row refuses the household, and says which row."""
        try:
            yield
        except Refused as refused:
            column = refused.field if refused.field in HEADING_OF else otherwise
            raise self._refused(number, column, Reason(refused.slug, refused.zh, refused.en)) from refused

    def _refused(self, number: int, column: str, reason: Reason) -> HouseholdRefused:
        return HouseholdRefused(self.household.rows, {number: (HEADING_OF[column], reason)})


def _categories(row: RosterRow) -> list[tuple[Category, date | None]]:
    said = [(Category(one.category.value), one.since) for one in row.categories]
    if row.disability is not None and Category.DISABLED not in [category for category, _ in said]:
        said.append((Category.DISABLED, None))
    return said


def _is_news(person: Person, category: Category, since: date | None) -> bool:
    """Whether the roster says of a category what the register does not know, or knew and saw end."""
    if category is Category.REGISTERED_POOR and Category.LIFTED in person.categories:
        return False  # the file of the poor keeps those who have left poverty (二)
    held, ended = person.categories.get(category), person.ended.get(category)
    if since is None:
        return held is None and ended is None
    return since != held if held is not None else ended is None or since >= ended


def _joining(one: Known) -> str:
    # The head of the row may join before the change of head that makes it so.
    return "99" if one.relation == HEAD else one.relation


def _differs(before: Household, after: Household, person: PersonId | None) -> bool:
    if person is None or person not in before.members:
        return True
    moved = (before.township, before.village, before.address) != (
        after.township,
        after.village,
        after.address,
    )
    return moved or before.members[person] != after.members.get(person) or before.head != after.head
