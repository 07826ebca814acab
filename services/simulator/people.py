"""Made-up people: Chinese names, valid identity numbers, telephones; all from one seeded source.

An identity number that is valid under 431202 may well be somebody's, so everyone made here is marked as
synthetic wherever the data goes (`SYNTHETIC`). Telephone numbers have the form of mobile numbers under
143, a prefix that no operator is known to give out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from services.registry.categories import Category
from services.registry.identity import check_digit
from services.registry.standards import (
    DisabilityGrade,
    DisabilityKind,
    Health,
    Labour,
    Relation,
    Schooling,
    Sex,
)

SYNTHETIC = "合成数据 (synthetic)"
PLACE_CODE = "431202"

_SURNAMES = {
    "杨": 90, "李": 80, "张": 75, "王": 60, "刘": 60, "陈": 50, "向": 45, "吴": 40, "黄": 40, "周": 35,
    "唐": 30, "龙": 30, "蒲": 25, "滕": 25, "田": 22, "石": 20, "邓": 20, "胡": 18, "曾": 16, "彭": 16,
    "谢": 15, "舒": 15, "罗": 14, "郑": 12, "粟": 10, "补": 6, "禹": 5, "欧阳": 4,
}  # fmt: skip
_GIVEN = {
    # (sex, born before 1975): single characters to combine
    (Sex.MALE, True): "国建华明德福生林长松金顺光庆祥兴贵云荣海清和",
    (Sex.FEMALE, True): "秀英玉兰桂香菊珍凤翠莲美金花春梅银娥满云",
    (Sex.MALE, False): "伟强磊军涛鹏杰俊浩宇轩泽子豪睿文博志远家航",
    (Sex.FEMALE, False): "静丽敏婷雪芳艳慧欣怡雨萱梓涵思琪佳诗语婧晓",
}
_ETHNICITIES = {"01": 62, "12": 18, "06": 12, "15": 6, "13": 2}


@dataclass(slots=True)
class Person:
    """One made-up person as a roster would describe them."""

    name: str
    sex: Sex
    born: date
    id_number: str
    relation: Relation
    relation_word: str
    ethnicity: str
    phone: str = ""
    health: Health = Health.HEALTHY
    schooling: Schooling = Schooling.NOT_ENROLLED
    labour: Labour = Labour.ORDINARY
    disability: tuple[DisabilityKind, DisabilityGrade] | None = None
    categories: dict[Category, date] = field(default_factory=dict)

    def age(self, on: date) -> int:
        """Full years on that day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


class People:
    """A source of made-up people; the same seed gives the same people, no two with one number.

    `place_code`: where they were first registered, as their numbers tell.
    """

    def __init__(self, random: Random, as_of: date, place_code: str = PLACE_CODE) -> None:
        self.random = random
        self.as_of = as_of
        self._place_code = place_code
        self._used: set[str] = set()
        self._phones = 0

    def surname(self) -> str:
        return self.random.choices(list(_SURNAMES), list(_SURNAMES.values()))[0]

    def ethnicity(self) -> str:
        return self.random.choices(list(_ETHNICITIES), list(_ETHNICITIES.values()))[0]

    def sex(self) -> Sex:
        return self.random.choice((Sex.MALE, Sex.FEMALE))

    def phone(self) -> str:
        self._phones += 1
        return f"143{self._phones:08}"

    def person(
        self, surname: str, sex: Sex, age: int, relation: Relation, word: str, ethnicity: str
    ) -> Person:
        """A person of this age on the day of the roster, in the health and school usual for it."""
        born = self._born(age)
        person = Person(
            self._name(surname, sex, born), sex, born, self._id_number(born, sex), relation, word, ethnicity
        )
        person.schooling = self._schooling(age)
        person.labour = self._labour(age)
        if age >= 60 and self.random.random() < 0.4:
            person.health = Health.CHRONIC
        elif age >= 18 and self.random.random() < 0.08:
            person.health = Health.SERIOUS
            person.labour = Labour.WEAK
        return person

    def newborn(self, surname: str, born: date, relation: Relation, ethnicity: str) -> Person:
        """A child born on this day."""
        sex = self.sex()
        name, number = self._name(surname, sex, born), self._id_number(born, sex)
        return Person(name, sex, born, number, relation, relation.zh, ethnicity)

    def number_of(self, born: date, sex: Sex) -> str:
        """A number that nobody of this source has."""
        return self._id_number(born, sex)

    def disable(self, person: Person, severe: bool) -> None:
        """Give a person a certified disability, with what goes with it."""
        kind = self.random.choice(list(DisabilityKind))
        grades = (
            (DisabilityGrade.FIRST, DisabilityGrade.SECOND)
            if severe
            else (DisabilityGrade.THIRD, DisabilityGrade.FOURTH)
        )
        person.disability = (kind, self.random.choice(grades))
        person.health = Health.DISABLED
        if person.labour in (Labour.ORDINARY, Labour.SKILLED, Labour.WEAK):
            person.labour = Labour.LOST if severe else Labour.WEAK
        person.categories[Category.DISABLED] = self.day_between(
            max(person.born, date(2008, 1, 1)), self.as_of
        )

    def day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randrange((last - first).days + 1))

    def _born(self, age: int) -> date:
        birthday = date(self.as_of.year - age, self.as_of.month, min(self.as_of.day, 28))
        return birthday - timedelta(days=self.random.randrange(360))

    def _name(self, surname: str, sex: Sex, born: date) -> str:
        characters = _GIVEN[sex, born.year < 1975]
        count = 1 if self.random.random() < 0.15 else 2
        return surname + "".join(self.random.sample(characters, count))

    def _id_number(self, born: date, sex: Sex) -> str:
        while True:
            sequence = self.random.randrange(10, 1000, 2) + (1 if sex is Sex.MALE else 0)
            first17 = f"{self._place_code}{born:%Y%m%d}{sequence:03}"
            if first17 not in self._used:
                self._used.add(first17)
                return first17 + check_digit(first17)

    def _schooling(self, age: int) -> Schooling:
        for below, stage in ((3, Schooling.NOT_ENROLLED), (6, Schooling.PRESCHOOL), (12, Schooling.PRIMARY)):
            if age < below:
                return stage
        if age < 15:
            return Schooling.JUNIOR
        if age < 18:
            return self.random.choice((Schooling.SENIOR, Schooling.SENIOR, Schooling.VOCATIONAL))
        if age < 22 and self.random.random() < 0.6:
            return Schooling.HIGHER
        return Schooling.NOT_ENROLLED

    def _labour(self, age: int) -> Labour:
        if age < 16 or age >= 75:
            return Labour.UNABLE
        if age >= 60:
            return Labour.WEAK
        return Labour.SKILLED if self.random.random() < 0.15 else Labour.ORDINARY
