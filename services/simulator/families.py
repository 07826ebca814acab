"""Made-up households: who lives together, and which categories of the register they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from services.registry.categories import Category
from services.registry.divisions import Division
from services.registry.standards import HukouKind, Relation, Sex
from services.simulator.people import People, Person


@dataclass(slots=True)
class Family:
    """A household; its first member is the head."""

    number: str
    township: Division
    village: Division
    address: str
    hukou: HukouKind
    members: list[Person]


class Families:
    """Draws households of realistic shapes from a source of people."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._random = people.random

    def family(self, number: str, township: Division, village: Division) -> Family:
        shapes = list(_SHAPES)
        shape = self._random.choices(shapes, [_SHAPES[one] for one in shapes])[0]
        members = shape(self)
        members[0].phone = self._people.phone()
        for member in members[1:]:
            if 16 <= member.age(self._people.as_of) < 75 and self._random.random() < 0.5:
                member.phone = self._people.phone()
        rural = village.name.endswith("村")
        address = f"{village.name}{self._random.randrange(1, 16)}{'组' if rural else '栋'}"
        address += f"{self._random.randrange(1, 120)}号"
        hukou = HukouKind.RURAL if rural else self._random.choice((HukouKind.URBAN, HukouKind.UNIFIED))
        self._categorise(members, alone=shape is Families.alone)
        return Family(number, township, village, address, hukou, members)

    # Shapes. Ages are of the day of the roster.

    def alone(self) -> list[Person]:
        """An old person without family; most of them are tekun."""
        return [self._head(self._age(61, 88), self._people.sex())]

    def old_couple(self) -> list[Person]:
        head = self._head(self._age(62, 82), Sex.MALE)
        return [head, self._spouse(head)]

    def single_parent(self) -> list[Person]:
        head = self._head(self._age(26, 48), self._people.sex())
        return [head, *self._children(head, self._random.choice((1, 1, 2)))]

    def couple_with_children(self) -> list[Person]:
        head = self._head(self._age(28, 50), Sex.MALE)
        return [head, self._spouse(head), *self._children(head, self._random.choice((1, 1, 2, 3)))]

    def three_generations(self) -> list[Person]:
        family = self.couple_with_children()
        head = family[0]
        parent_age = min(head.age(self._people.as_of) + self._age(20, 30), 92)
        mother = self._relative(self._people.surname(), Sex.FEMALE, parent_age, Relation.PARENT, "母亲", head)
        parents = [mother]
        if self._random.random() < 0.5:
            father = self._relative(_surname(head), Sex.MALE, parent_age + 2, Relation.PARENT, "父亲", head)
            parents = [father, mother]
        return [*family, *parents]

    def grandparents_and_child(self) -> list[Person]:
        """The parents work far away; the child stays behind with the grandparents."""
        couple = self.old_couple()
        head = couple[0]
        sex = self._people.sex()
        word = "孙子" if sex is Sex.MALE else "孙女"
        child = self._relative(_surname(head), sex, self._age(4, 15), Relation.GRANDCHILD, word, head)
        child.categories[Category.LEFT_BEHIND_CHILD] = self._since(child, 2017)
        for elder in couple:
            elder.categories[Category.LEFT_BEHIND_ELDER] = self._since(elder, 2017)
        return [*couple, child]

    def disabled_adult_with_parents(self) -> list[Person]:
        head = self._head(self._age(55, 74), Sex.MALE)
        child = self._children(head, 1, youngest=18)[0]
        self._people.disable(child, severe=True)
        return [head, self._spouse(head), child]

    def brothers(self) -> list[Person]:
        head = self._head(self._age(45, 66), Sex.MALE)
        age = head.age(self._people.as_of) - self._age(1, 8)
        brother = self._relative(_surname(head), Sex.MALE, age, Relation.SIBLING, "弟弟", head)
        return [head, brother]

    def _head(self, age: int, sex: Sex) -> Person:
        people = self._people
        return people.person(people.surname(), sex, age, Relation.HEAD, "户主", people.ethnicity())

    def _spouse(self, head: Person) -> Person:
        sex = Sex.FEMALE if head.sex is Sex.MALE else Sex.MALE
        age = max(22, head.age(self._people.as_of) - self._random.randrange(-2, 6))
        ethnicity = head.ethnicity if self._random.random() < 0.7 else self._people.ethnicity()
        return self._people.person(self._people.surname(), sex, age, Relation.SPOUSE, "配偶", ethnicity)

    def _children(self, head: Person, count: int, youngest: int = 0) -> list[Person]:
        oldest = max(youngest, min(24 if youngest == 0 else 45, head.age(self._people.as_of) - 22))
        children = []
        for age in sorted((self._age(youngest, oldest) for _ in range(count)), reverse=True):
            sex = self._people.sex()
            relation, word = (Relation.SON, "儿子") if sex is Sex.MALE else (Relation.DAUGHTER, "女儿")
            children.append(self._relative(_surname(head), sex, age, relation, word, head))
        return children

    def _relative(
        self, surname: str, sex: Sex, age: int, relation: Relation, word: str, head: Person
    ) -> Person:
        return self._people.person(surname, sex, age, relation, word, head.ethnicity)

    def _age(self, lowest: int, highest: int) -> int:
        return self._random.randint(lowest, highest)

    def _since(self, person: Person, year: int) -> date:
        last = self._people.as_of - timedelta(days=60)
        return max(person.born, self._people.day_between(date(year, 1, 1), last))

    def _categorise(self, members: list[Person], alone: bool) -> None:
        """Registered poor and dibao hold of a whole household, the rest of one person."""
        for member in members:
            age = member.age(self._people.as_of)
            if member.disability is None and self._random.random() < (0.15 if age >= 50 else 0.04):
                self._people.disable(member, severe=self._random.random() < 0.4)
        draw = self._random.random()
        if alone and draw < 0.7:
            shared = [Category.TEKUN] + [Category.REGISTERED_POOR] * (draw < 0.55)
        elif draw < 0.34:
            shared = [Category.REGISTERED_POOR, Category.DIBAO]
        elif draw < 0.72:
            shared = [Category.REGISTERED_POOR]
        elif draw < 0.82:
            shared = [Category.DIBAO]
        elif draw < 0.90:
            shared = [Category.DIBAO_MARGIN]
        else:
            shared = []
        days = {one: self._people.day_between(date(2014, 1, 1), date(2019, 12, 31)) for one in shared}
        for member in members:
            for category, day in days.items():
                member.categories[category] = max(day, member.born)


def _surname(person: Person) -> str:
    return person.name[:2] if person.name.startswith("欧阳") else person.name[0]


_SHAPES: dict[Callable[[Families], list[Person]], int] = {
    Families.alone: 14,
    Families.old_couple: 14,
    Families.single_parent: 14,
    Families.couple_with_children: 22,
    Families.three_generations: 16,
    Families.grandparents_and_child: 8,
    Families.disabled_adult_with_parents: 8,
    Families.brothers: 4,
}
