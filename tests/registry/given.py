"""What registry tests begin with: a district, valid ID numbers, and families registered in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from events.ids import CaseId, HouseholdId, PersonId
from events.registry import Category, Member
from services import registry
from services.registry.acts import Place, Register
from services.registry.identity import IdNumber, check_digit
from services.registry.people import Particulars
from tests.support import District, speaker

T = TypeVar("T")

TODAY = date(2020, 8, 3)
TOWNSHIP, VILLAGE, NEXT_VILLAGE = "431202001000", "431202001001", "431202001002"
OTHER_TOWNSHIP, OTHER_VILLAGE = "431202002000", "431202002001"
HOME = Place(TOWNSHIP, VILLAGE)
WIFE, SON, FATHER = "10", "20", "50"
POOR_AND_AIDED = {Category.REGISTERED_POOR: date(2018, 1, 1), Category.DIBAO: date(2019, 1, 1)}


def a_district(folder: Path) -> District:
    return District(folder, [registry.SERVICE, speaker("living", CaseId)])


def served(folder: Path) -> District:
    district = a_district(folder)
    district.serve("registry", registry.routers, registry.VIEWS)
    return district


def number(n: int, *, woman: bool = False, born: date = date(1980, 1, 1)) -> str:
    """The n-th valid ID number of somebody made up."""
    first = f"431202{born + timedelta(days=n // 400):%Y%m%d}{n % 400 * 2 + (not woman):03}"
    return first + check_digit(first)


def said(n: int, name: str = "测试人", **more: object) -> Particulars:
    born = more.pop("born", date(1980, 1, 1))
    woman = bool(more.pop("woman", False))
    text = number(n, woman=woman, born=born)  # type: ignore[arg-type]  # a date, by the callers
    return Particulars(name, IdNumber.read(text, TODAY), **more)  # type: ignore[arg-type]  # field by field


class Office:
    """The register in the hands of a test: each call is a decision of its own."""

    def __init__(self, district: District) -> None:
        self.district = district

    def decide(self, act: Callable[[Register], T]) -> T:
        return self.district.runtime("registry").decide(lambda work: act(Register(work)))

    def person(self, n: int, **more: object) -> PersonId:
        return self.decide(lambda register: register.register_person(said(n, **more)))  # type: ignore[arg-type]

    def household(
        self, people: Sequence[PersonId], relations: Sequence[str] = (), since: date = TODAY, number: str = ""
    ) -> HouseholdId:
        """Headed by the first; the others related as given, else 99."""
        relations = ["02", *relations, *["99"] * len(people)]
        members = [Member(person=one, relation=two) for one, two in zip(people, relations, strict=False)]
        return self.decide(
            lambda register: register.register_household(
                people[0], members, HOME, since, number=number or None
            )
        )
