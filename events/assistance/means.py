"""What is found of a family: its means, member by member, and whatever else a paper asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, Strict

from events.base import Value
from events.ids import PersonId

Found = Annotated[int, Strict(), Field(ge=0, le=10**12, description="in fen a month")]


Whole = Annotated[int, Strict()]


Whether = Annotated[bool, Strict()]


DisabilityKind = Literal[
    "none", "visual", "hearing", "speech", "physical", "intellectual", "mental", "multiple"
]


School = Literal["preschool", "compulsory", "senior_high", "vocational", "higher"]


class MemberMeans(Value):
    """What was found of one member; sums in fen a month, costs net of what others pay or pay back."""

    person: PersonId
    age: Whole = Field(ge=0, le=120, description="completed years")
    wage: Found = Field(default=0, description="gross, in fen a month")
    able_to_work: Whether = False
    in_work: Whether = False
    disability_grade: Whole = Field(default=0, ge=0, le=4, description="1 the gravest; 0 for none")
    disability_kind: DisabilityKind = "none"
    seriously_ill: Whether = Field(default=False, description="with an illness on the local list")
    medical_cost: Found = 0
    own_register: Whether = Field(default=False, description="has a household register of their own")
    studying: Whether = Field(
        default=False, description="full-time in senior-high, vocational or higher education"
    )
    schooling_cost: Found = 0
    refused_work: Whether = Field(
        default=False, description="refused suitable work three times running, without good reason"
    )
    certificate_until: date | None = Field(
        default=None,
        description="last day of the disability card, or of the diagnosis of a listed illness; none: no end told",
    )
    medical_bill: Found | None = Field(
        default=None,
        description="what treatment cost by its receipts, in fen a month, before anything came back",
    )
    medical_paid_back: Found | None = Field(
        default=None, description="of that, borne or paid back by insurance, relief or others, in fen a month"
    )
    school: School | None = Field(default=None, description="where the member is at school")
    part_time: Whether = Field(default=False, description="at school in the evening or beside work")


class Means(Value):
    """What a family has, in fen a month: income by its four kinds (wages are the members'), and property."""

    members: tuple[MemberMeans, ...] = Field(min_length=1, max_length=100)
    business_income: Found = Field(default=0, description="net, from business and farming, in fen a month")
    property_income: Found = Field(default=0, description="net, in fen a month")
    transfer_income: Whole = Field(
        default=0,
        ge=-(10**12),
        le=10**12,
        description="in fen a month: what is received less what is paid, without the basic pension",
    )
    basic_pension: Found = Field(
        default=0, description="central part of the residents' pension, in fen a month"
    )
    property_within_rule: Whether
    unstable: Whether = Field(
        default=False, description="income is unstable or a member can work: half-yearly review"
    )


Plain = (
    Annotated[bool, Strict()]
    | Annotated[int, Strict()]
    | Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.:+-]{1,40}$", description="a code, a day, or a sum; never words")
    ]
)


class Finding(Value):
    """What was found of one input that a paper asks for, by the paper's own name; money as text, in yuan."""

    name: str = Field(min_length=1, max_length=60)
    value: Plain | tuple[dict[str, Plain], ...] = Field(
        description="a list has a record for each of whom it tells"
    )
