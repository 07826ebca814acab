"""Facts of the registry: people, households, identity, categories, enrolment and exit.

Clauses cite 鹤民发〔2020〕43号. A household is the family living together. Whatever touches a whole household
names its members, so that each finds it in their own timeline.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from events.base import Event, Value
from events.ids import HouseholdId, PersonId
from events.sealed import Sealed
from events.service import Digest

Township = Annotated[str, Field(pattern=r"^[0-9]{12}$", description="division code of a township, 12 digits")]
Village = Annotated[str, Field(pattern=r"^[0-9]{12}$", description="division code of a village, 12 digits")]
Sex = Annotated[Literal["0", "1", "2", "9"], Field(description="GB/T 2261.1")]
Ethnicity = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="GB/T 3304")]
Relation = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="to the head of household, GB/T 4761")]


class Category(StrEnum):
    """Populations that a clause is for; more may be recorded for one person, each from a date on."""

    REGISTERED_POOR = "registered_poor"  # 建档立卡贫困人口, 一
    LIFTED = "lifted"  # 已脱贫 (脱贫不脱政策): left poverty, keeps its help, 二
    DIBAO = "dibao"  # 最低生活保障, 三(一)1
    TEKUN = "tekun"  # 特困供养, 三(一)2
    MARGIN = "dibao_margin"  # 低保边缘家庭, 2021 办法 art. 8
    RIGID_EXPENDITURE = "rigid_expenditure"  # 刚性支出困难家庭, 2025 办法
    AT_RISK = "at_risk"  # 返贫致贫风险, 三(一)3
    BACK_IN_POVERTY = "back_in_poverty"  # 返贫人口, 三(一)3
    NEWLY_POOR = "newly_poor"  # 新增贫困人口, 三(一)3
    MOVED_RURAL_POOR = "moved_rural_poor"  # 进城农村贫困人口, 三(二)
    REGISTERED_UNEMPLOYED = "registered_unemployed"  # 登记失业人员, 三(六)
    DISABLED = "disabled"  # 残疾人, 三(七)
    SUSPECTED_DISABLED = "suspected_disabled"  # 疑似残疾人, 三(七)
    SEVERELY_ILL = "severely_ill"  # 重病患者, 三(一)1
    LEFT_BEHIND_CHILD = "left_behind_child"  # 农村留守儿童, 三(八)
    CHILD_WITHOUT_GUARDIAN = "child_without_guardian"  # 事实无人抚养儿童, 三(八)
    LEFT_BEHIND_ELDER = "left_behind_elder"  # 农村留守老人, 三(八)
    CARE_DEPENDENT = "care_dependent"  # 失能、半失能人员, 三(九)


class PersonRegistered(Event):
    """A person is known to the district; the ID number (GB 11643) belongs to nobody else registered."""

    person: PersonId
    name: Sealed
    id_number: Sealed
    id_index: Sealed = Field(description="keyed hash of the ID number, by which it is found again")
    sex: Sex
    born: date
    ethnicity: Ethnicity | None = None
    telephone: Sealed | None = None
    synthetic: bool = Field(default=False, description="made up for demonstration; nobody's real number")


class PersonCorrected(Event):
    """What was recorded of a person was wrong; only what is named here changes."""

    person: PersonId
    name: Sealed | None = None
    id_number: Sealed | None = None
    id_index: Sealed | None = None
    sex: Sex | None = None
    born: date | None = None
    ethnicity: Ethnicity | None = None
    telephone: Sealed | None = None


class PeopleMerged(Event):
    """Two registrations were of one person: `duplicate` is from here on `person`."""

    person: PersonId
    duplicate: PersonId
    household: HouseholdId | None = None


class Died(Event):
    """A person died; what rests on being alive ends."""

    person: PersonId
    household: HouseholdId | None = None
    on: date


class Member(Value):
    """A member at one moment."""

    person: PersonId
    relation: Relation


class HouseholdRegistered(Event):
    """A family living together, with its head and members."""

    household: HouseholdId
    number: str | None = Field(default=None, description="the household's number in the roster it came from")
    head: PersonId
    members: tuple[Member, ...] = Field(min_length=1)
    township: Township
    village: Village
    address: Sealed | None = None
    since: date


class HouseholdCorrected(Event):
    """What was recorded of a household was wrong; only what is named here changes. No one has moved."""

    household: HouseholdId
    members: tuple[PersonId, ...]
    relations: tuple[Member, ...] = Field(default=(), description="of members where it was wrong, as it is")
    township: Township | None = None
    village: Village | None = None
    address: Sealed | None = None


class MemberJoined(Event):
    """A person belongs to a household from a date on; to one at most at any time."""

    household: HouseholdId
    person: PersonId
    relation: Relation
    since: date
    reason: str = Field(description="code: birth, marriage, return, adoption, transfer, registration, other")


class MemberLeft(Event):
    """A person no longer belongs to a household, from a date on."""

    household: HouseholdId
    person: PersonId
    since: date
    reason: str = Field(description="code: marriage, work, split, merge, transfer, death, duplicate, other")


class HeadChanged(Event):
    """Another member is head of the household; all are now related to the new head."""

    household: HouseholdId
    head: PersonId
    former: PersonId
    relations: tuple[Member, ...] = Field(description="every member's relation to the new head")
    since: date


class HouseholdSplit(Event):
    """Some members form a household of their own, recorded with it in the same decision."""

    household: HouseholdId
    into: HouseholdId
    members: tuple[PersonId, ...] = Field(min_length=1, description="those who left")
    since: date


class HouseholdsMerged(Event):
    """All members of `absorbed` now belong to `household`; `absorbed` is closed."""

    household: HouseholdId
    absorbed: HouseholdId
    members: tuple[Member, ...] = Field(description="those who came, related to the head of `household`")
    since: date


class HouseholdMoved(Event):
    """Moved inside the district."""

    household: HouseholdId
    members: tuple[PersonId, ...]
    township: Township
    village: Village
    address: Sealed | None = None
    since: date


class HouseholdMovedAway(Event):
    """Left the district: what it gets here ends."""

    household: HouseholdId
    members: tuple[PersonId, ...]
    since: date


class HouseholdClosed(Event):
    """The household is no more: nobody can be a member of it from a date on."""

    household: HouseholdId
    reason: str = Field(description="code: merged, moved_away, nobody_left, error")
    since: date


class Categorised(Event):
    """A person belongs to a population from a date on."""

    person: PersonId
    household: HouseholdId | None = None
    category: Category
    since: date
    until: date | None = Field(
        default=None, description="last day of the card that shows it; none where no card does"
    )
    grade: Sealed | None = Field(
        default=None, description="of a disability, as the card has it: 1 the gravest, to 4"
    )


class CategoryEnded(Event):
    """A person no longer belongs to a population."""

    person: PersonId
    household: HouseholdId | None = None
    category: Category
    until: date = Field(description="the first day on which the person no longer belongs")
    reason: str


class Enrolled(Event):
    """The person meets the definition of the paper in force and is a beneficiary (clause 一)."""

    person: PersonId
    household: HouseholdId
    categories: tuple[Category, ...]
    township: Township
    since: date
    clause: str


class Recategorised(Event):
    """Categories changed and the person stays enrolled. Leaving poverty alone ends nothing (二)."""

    person: PersonId
    household: HouseholdId
    categories: tuple[Category, ...]
    since: date


class Exited(Event):
    """The person is no beneficiary any more."""

    person: PersonId
    household: HouseholdId
    reason: str = Field(description="code: death, moved_away, definition_no_longer_met, duplicate")
    since: date
    clause: str


class RosterImported(Event):
    """A file of households was read to its end; what it changed is in the events before."""

    file: Digest
    rows: int = Field(ge=0)
    registered: int = Field(ge=0)
    updated: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    refused: int = Field(ge=0)


class ListIssued(Event):
    """A department was given the list of households as of a date (三(四)); the receipt says which list."""

    department: str
    as_of: date
    households: int = Field(ge=0)
    digest: Digest


class LookedUp(Event):
    """Somebody searched for a person by ID number; found or not, who looked and why stays on record."""

    purpose: str = Field(min_length=1)
    person: PersonId | None = Field(default=None, description="who was found")


class Restricted(Event):
    """The person's data is only stored: erasure was asked for while a duty to keep it runs."""

    person: PersonId
    reason: str


class ErasureRequested(Event):
    """One of the two people that an erasure needs has asked for it."""

    person: PersonId
    reason: str


class Erased(Event):
    """The person's keys were destroyed, with those of every registration merged into theirs, and of households in
    which nobody but the erased ever lived (an address would tell who it was)."""

    person: PersonId
    merged: tuple[PersonId, ...] = ()
    households: tuple[HouseholdId, ...] = ()
