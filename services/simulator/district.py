"""What the staff know of the district: read through the APIs, as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from services.simulator.clerk import Answer, Clerk, Office, Refused

TRIES = 12
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Home:
    """A household at the moment it was read. `members`: person → relation to the head, who is one of them."""

    id: str
    version: int
    township: str
    village: str
    head: str
    members: dict[str, str]

    @property
    def others(self) -> list[str]:
        return [person for person in self.members if person != self.head]


@dataclass(frozen=True, slots=True)
class Someone:
    id: str
    born: date
    sex: str
    categories: tuple[str, ...]

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


class District:
    """`promised`: households that have a story of their own and are not drawn for another."""

    def __init__(self, office: Office, random: Random) -> None:
        self._office = office
        self._random = random
        self.promised: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._heads: dict[str, str] = {}
        self._known: dict[str, Someone] = {}

    def survey(self) -> None:
        """Learn which households there are, in the order of the list."""
        found = list(self._office.county.pages("/registry/households", limit=500))
        self._sizes = {str(line["id"]): int(line["members"]) for line in found}
        self._heads = {str(line["id"]): str(line["head"]) for line in found if line["head"] is not None}

    @property
    def households(self) -> list[str]:
        return list(self._sizes)

    def head_of(self, household: str) -> str | None:
        """Who headed the household at the last survey."""
        return self._heads.get(household)

    def clerk_of(self, home: Home) -> Clerk:
        return self._office.township(home.township)

    def home(self, household: str) -> Home | None:
        """The household as recorded; None once it is closed."""
        try:
            found: Answer = self._office.county.get(f"/registry/households/{household}")
        except Refused as refused:
            if refused.status == NOT_FOUND:
                return None
            raise
        if found["closed"] is not None or found["head"] is None:
            return None
        members = {str(one["person"]): str(one["relation"]) for one in found["members"]}
        return Home(
            household, found["version"], found["township"], found["village"], str(found["head"]), members
        )

    def someone(self, person: str) -> Someone:
        """Somebody as they were when first asked for: birth and sex stay, categories may have changed."""
        if person not in self._known:
            self.read_again(person)
        return self._known[person]

    def read_again(self, person: str) -> Someone:
        found: Answer = self._office.county.get(f"/registry/people/{person}")
        born = date.fromisoformat(found["born"])
        self._known[person] = Someone(person, born, found["sex"], tuple(found["categories"]))
        return self._known[person]

    def draw(self, least: int = 1, most: int = 99, township: str | None = None) -> Home | None:
        """Any household of so many members; None where a few tries found none."""
        # Sizes are those of the last survey: they spare looking at most of what would not do.
        fit = [one for one, size in self._sizes.items() if least <= size <= most and one not in self.promised]
        for _ in range(TRIES if fit else 0):
            home = self.home(self._random.choice(fit))
            if home is None or not least <= len(home.members) <= most:
                continue
            if township is None or home.township == township:
                return home
        return None

    def draw_where(self, relations: tuple[str, ...], least: int) -> tuple[Home, str] | None:
        """A household of so many members, and one of them who stands in one of these relations."""
        for _ in range(TRIES):
            home = self.draw(least)
            if home is None:
                return None
            found = [person for person, relation in home.members.items() if relation in relations]
            if found:
                return home, self._random.choice(found)
        return None
