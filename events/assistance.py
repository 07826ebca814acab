"""Facts that every assistance domain shares: a case from application to exit.

One set of types for all domains; the envelope's `source` says which department recorded it. Money is whole
fen. What a family owns and earns is restricted: everyone sees that it was surveyed and assessed, only the
domain, history and audit see what was found.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, Strict

from events.base import Event, Value
from events.ids import CaseId, DutyId, GapId, HouseholdId, PersonId, ReferralId, ReportId
from events.registry import Township
from events.sealed import Sealed
from events.service import Digest
from events.staff import PostCode, Role

Programme = Annotated[
    str, Field(pattern=r"^[a-z][a-z_-]*$", description="dibao, tekun, relief-emergency ...")
]
BASIC_LIVING: tuple[Programme, ...] = ("dibao", "tekun")
"""Whoever is on one of these is covered (一; 三(一)): what is paid beside it covers nobody."""
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="the month paid, YYYY-MM")]
Fen = Annotated[int, Field(description="in fen, 1/100 yuan")]


class Paper(Value):
    """A paper that a decision rests on, by its number and, once papers are in the log, its digest."""

    number: str
    clause: str
    digest: Digest | None = None


class Grounds(Value):
    """Why: papers, the rows that fired, and the event that holds the facts used and the arithmetic."""

    papers: tuple[Paper, ...] = Field(min_length=1)
    language: str = Field(description="version of the language in which the rule is written")
    rows: tuple[str, ...]
    assessment: UUID | None = Field(default=None, description="id of the Assessed event")
    illustrative: bool = Field(description="whether any figure used is an illustrative default")


class Acting(Value):
    """The post in which somebody decided, and the role by which it may; as staff's log had it by then."""

    post: PostCode
    role: Role


class Input(Value):
    """A fact used, with the event it came from."""

    name: str
    value: str
    event: UUID | None = None
    local: bool = Field(default=False, description="known to the service itself, not found by anybody")


class Worked(Value):
    """A value on the way to the sum, as the rule worked it out, with its clause and the id of its paper."""

    name: str
    value: str
    clause: str
    paper: str


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


class CaseFact(Event, shape=True):
    """What every fact about a case says of it."""

    case: CaseId
    programme: Programme
    household: HouseholdId
    members: tuple[PersonId, ...] = Field(description="whose case it is: the family, or the one person")
    admitted: tuple[PersonId, ...] = Field(
        default=(),
        description="of them, whom the help is for, where it is not for all (单人户); empty: all, or not decided yet",
    )

    @property
    def covered(self) -> tuple[PersonId, ...]:
        """Whom the help is for: of a family of whom some are admitted, these alone."""
        return self.admitted or self.members


class OnBehalf(Value):
    """Who hands an application in for somebody else (2021 办法 6, tekun 10; of minors 民法典 27, 32)."""

    kind: Literal["guardian", "mandated", "committee", "institution", "discovered"] = Field(
        description="guardian; somebody with a written mandate; village committee or civil affairs as guardian;"
        " the institution that cares; or the township found the need itself (主动发现)"
    )
    person: PersonId | None = Field(default=None, description="where the register knows them")
    mandate: Digest | None = Field(default=None, description="digest of the written mandate")


class Applied(CaseFact):
    """An application was handed in; with consent to the check of means (社会救助法 40). Or the department opened the case
    by itself, with consent given before (`cause`)."""

    applicant: PersonId
    township: Township
    consent: bool
    apart: bool = Field(
        default=False, description="members who qualify ask for themselves, apart from the family (单人户)"
    )
    unit: Literal["household", "person"] = Field(
        default="household", description="whether the case follows the household or one person of it"
    )
    findings: tuple[Finding, ...] = Field(default=(), description="what the applicant said or chose")
    through: OnBehalf | None = Field(
        default=None, description="who applied for the applicant; none: the applicant"
    )
    on: date
    cause: UUID | None = Field(
        default=None, description="the event on which the department opened it by itself, 免申即享; else none"
    )


ReviewClass = Literal["yearly", "half_yearly", "quarterly", "monthly"]


class TakenOver(CaseFact):
    """A case that ran before the system began here goes on in it: its decision lies before the log."""

    addressee: PersonId = Field(description="to whom letters of it go")
    township: Township
    unit: Literal["household", "person"] = "household"
    since: date = Field(description="from when it has been paid, as its papers say")
    amount_fen: int = Field(gt=0, le=10**9, description="a month, in fen")
    first_month: date = Field(description="first day of the first month granted here")
    basis: str = Field(pattern=r"^\S{2,60}$", description="number of the document that granted it")
    review: ReviewClass = Field(description="how often it is looked at again (复核类别)")
    review_on: date = Field(description="when it is looked at next")
    file: Digest = Field(description="of the file that said so")
    row: int = Field(gt=0, description="of that file")
    on: date
    officer: UUID


class SupplementAsked(CaseFact):
    """Papers are missing; what is missing is told once (2021 办法 10)."""

    on: date
    missing: tuple[str, ...] = Field(min_length=1, description="codes of the evidence that is missing")


class Accepted(CaseFact):
    """The application is complete: the limits run from here (受理)."""

    on: date
    basis: str = Field(description="the procedure under which the case runs, by its paper's number")
    procedure: str = Field(
        default="",
        pattern=r"^([a-z][a-z_-]*)?$",
        description="the paper's code of it; empty: that of the programme",
    )
    survey_by: date | None = Field(default=None, description="last day to begin the survey")
    decide_by: date | None = Field(default=None, description="last day to decide, where the basis names one")
    provisional: bool = Field(
        default=False,
        description="the limits may still move: the working days of their year are not published",
    )


class Surveyed(CaseFact, restricted=True):
    """Two surveyors or more visited the household."""

    on: date
    surveyors: tuple[UUID, ...] = Field(min_length=1, description="staff, each another person")
    means: Means | None = None
    findings: tuple[Finding, ...] = ()
    remarks: Sealed | None = None


class Checked(CaseFact, restricted=True):
    """The check of means with the departments came back."""

    on: date
    means: Means | None = None
    findings: tuple[Finding, ...] = ()
    consistent: bool = Field(description="whether the check agrees with the survey")
    officer: UUID | None = Field(default=None, description="the member of staff who made it; none: not told")


class StepTaken(CaseFact):
    """A step of the procedure that has no fact of its own: appraisal, visit, submission, publication ..."""

    step: str = Field(pattern=r"^[a-z][a-z_]*$", description="the procedure's code of the step")
    on: date
    staff: tuple[UUID, ...] = Field(default=(), description="who took it")
    number: int = Field(default=0, ge=0, description="the review it belongs to; 0 for the application")


class StepFound(CaseFact, restricted=True):
    """What a step found, for those who may know: a self-care assessment, the outcome of a visit."""

    step: str = Field(pattern=r"^[a-z][a-z_]*$")
    on: date
    findings: tuple[Finding, ...] = ()
    remarks: Sealed | None = None


class Assessed(CaseFact, restricted=True):
    """The rule was applied to the facts: the recommendation, with its arithmetic."""

    eligible: bool
    amount_fen: int = Field(ge=0, description="recommended, in fen a month")
    reason: str = Field(description="code of the row that fired")
    route: str = Field(
        description="as the paper names it: household, single, taper, tekun, relief, refuse ..."
    )
    inputs: tuple[Input, ...]
    worked: tuple[Worked, ...] = Field(
        description="parameters, formulas and rows in order, with their values"
    )
    grounds: Grounds
    review: int = Field(default=0, ge=0, description="0 for the application, n for the n-th review")
    officer: UUID | None = Field(
        default=None,
        description="the member of staff who gave the opinion; the service by the rule alone: its own id; none: not told",
    )


class HouseholdChanged(CaseFact):
    """The household is not what it was: other members, or another township. `members` are the new ones."""

    joined: tuple[PersonId, ...] = ()
    left: tuple[PersonId, ...] = ()
    township: Township | None = Field(default=None, description="where it lives now, if it has moved")
    reason: str = Field(
        description="code: death, member_joined, member_left, split, merge, moved, duplicate, other"
    )
    since: date
    cause: UUID | None = Field(default=None, description="the event that changed it")


class NoticePosted(CaseFact):
    """公示 of an opinion; until its last day anyone may object."""

    step: str = Field(
        default="notice", description="the procedure's code: a case may be shown more than once"
    )
    on: date
    until: date


class ObjectionLodged(CaseFact):
    """Somebody objected within the notice; a new survey follows."""

    on: date
    statement: Sealed | None = None


class NoticeEnded(CaseFact):
    """The notice ran its days without objection."""

    step: str = "notice"
    on: date


class SubsidyGranted(CaseFact):
    """The programme grants a sum a month from a date on."""

    amount_fen: int = Field(ge=0, description="in fen, for each period; 0 for a status that brings no money")
    period: Literal["month", "term", "year", "once"] = "month"
    since: date = Field(description="first day of the first month paid; the day of decision, where paid once")
    until: date | None = Field(default=None, description="last day, where the decision itself ends it")
    confirmed: date
    officer: UUID = Field(description="the member of staff who confirmed")
    acting: Acting | None = None
    departs: Sealed | None = Field(
        default=None, description="reason, where the decision departs from the recommendation"
    )
    review_on: date | None = Field(default=None, description="when the case is looked at again")
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )
    next_month: date | None = Field(
        default=None,
        description="first of the month granted next, where some from `since` on were granted before",
    )


class Declined(CaseFact):
    """Not granted; told in writing with the reason."""

    reason: str
    on: date
    officer: UUID
    acting: Acting | None = None
    departs: Sealed | None = None
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


class MonthGranted(CaseFact):
    """The sum for one month is due to be paid; one a case and month."""

    month: Month
    amount_fen: int = Field(gt=0, description="in fen")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")
    route: str = Field(
        default="household", description="code: household, single, taper; officer, where one fixed the sum"
    )


class ReviewOpened(CaseFact):
    """The case is looked at again: on its date, or because something became known."""

    reason: str
    cause: UUID | None = Field(default=None, description="the event that made it necessary")
    number: int = Field(gt=0)


class Reviewed(CaseFact):
    """The review ended; nothing, or the change recorded with it, follows."""

    outcome: str = Field(description="code: unchanged, adjusted, ended")
    number: int = Field(gt=0)
    officer: UUID | None = Field(default=None, description="the member of staff who decided")
    acting: Acting | None = None
    departs: Sealed | None = Field(
        default=None, description="reason, where the outcome departs from the recommendation"
    )
    heard: date | None = Field(default=None, description="when the family's views were heard (社会救助法 48)")
    review_on: date | None = Field(default=None, description="when the case is looked at next")


class Adjusted(CaseFact):
    """Another sum, or other members, from a date on."""

    amount_fen: int = Field(gt=0, description="a month, in fen")
    since: date
    reason: str
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


class Withdrawn(CaseFact):
    """The applicant took the application back, or it fell away before a decision."""

    reason: str
    on: date


class Exited(CaseFact):
    """The case ends: nothing is paid from `since` on."""

    reason: str = Field(
        description="code: death, moved_away, no_longer_eligible, taper_ended, request, household_gone,"
        " completed, lapsed, fraud"
    )
    since: date
    cause: UUID | None = Field(default=None, description="the event that ended it")
    grounds: Grounds
    replaces: UUID | None = Field(
        default=None, description="the decision whose place it takes, which stays as it was"
    )


Code = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=60)]
DepartmentCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z-]*$", max_length=40, description="civil-affairs, housing ...")
]
ReturnReason = Literal["not_ours", "not_entitled", "incomplete", "helped_already", "not_found"]
ReferralResult = Literal["helped", "not_entitled", "family_declined", "passed_on", "need_gone", "withdrawn"]


class ReferralFact(Event, shape=True):
    """What every fact about a need handed over says of it (三(一)3)."""

    referral: ReferralId
    kind: Code = Field(description="as the paper names it: medical, education, housing, drinking_water ...")
    household: HouseholdId
    people: tuple[PersonId, ...] = Field(min_length=1, description="whose need it is")
    case: CaseId | None = Field(default=None, description="the case in which it was found")


class ReferralSent(ReferralFact):
    """A need goes to the department that can meet it."""

    sender: DepartmentCode
    to: DepartmentCode
    named: bool = Field(description="by the district, because the paper names no department")
    on: date
    reply_by: date | None = Field(default=None, description="last day to accept or return it")
    provisional: bool = Field(default=False, description="that day may still move")
    illustrative: bool = Field(default=False, description="the paper names no limit; this one is an example")
    need: Sealed | None = None
    paper: Paper
    before: ReferralId | None = Field(default=None, description="the one that came back and is sent anew")
    cause: UUID | None = Field(default=None, description="the event that made it necessary")


class ReferralAccepted(ReferralFact):
    """The department takes it on."""

    on: date
    officer: UUID | None = None
    cause: UUID | None = Field(default=None, description="the department's own ReferralAnswered")


class ReferralReturned(ReferralFact):
    """The department does not take it on, and says why."""

    reason: ReturnReason
    on: date
    officer: UUID | None = None
    remarks: Sealed | None = None
    cause: UUID | None = None


class ReferralClosed(ReferralFact):
    """What came of it."""

    result: ReferralResult
    by: DepartmentCode
    on: date
    officer: UUID | None = None
    remarks: Sealed | None = None
    cause: UUID | None = None


class ReferralOverdue(ReferralFact):
    """Neither accepted nor returned by the last day."""

    to: DepartmentCode
    reply_by: date
    on: date


class ReferralAnswered(Event):
    """The receiving service's own word on a referral of another service, which follows it."""

    referral: ReferralId
    household: HouseholdId
    people: tuple[PersonId, ...] = Field(min_length=1)
    answer: Literal["accepted", "returned", "closed"]
    reason: ReturnReason | None = Field(default=None, description="where returned")
    result: ReferralResult | None = Field(default=None, description="where closed")
    officer: UUID | None = None
    remarks: Sealed | None = None
    on: date


class ReferralAnswerNotUsed(ReferralFact):
    """An answer came that the referral can no longer take; it stays on record and changes nothing."""

    answer: Literal["accepted", "returned", "closed"]
    why: str = Field(description="code of the refusal: wrong-step, not-addressed, reason-required ...")
    cause: UUID


class DutyFact(Event, shape=True):
    """What every fact about a service owed says of it."""

    duty: DutyId
    code: Code = Field(description="as the paper names it: gap_list, help_continues, care_visit ...")
    period: str = Field(description="2020-09, 2020-Q3, 2020-autumn, 2020, or once", max_length=20)
    household: HouseholdId | None = None
    people: tuple[PersonId, ...] = Field(
        default=(), description="to whom; nobody, where it is the district's"
    )


class DutyArose(DutyFact):
    """A service is owed for a period."""

    by: str = Field(description="as the paper names who owes it")
    department: DepartmentCode
    since: date
    until: date | None = Field(description="last day; none where it is owed once, without a day")
    count: int = Field(gt=0, description="how often")
    soft: bool = Field(description="flagged when late, never blocking anything (力争, 原则上, 鼓励)")
    illustrative: bool = Field(description="the paper names no period; this one is an example")
    paper: Paper
    cause: UUID | None = None


class ServiceDelivered(DutyFact):
    """Given once, and counted against what is owed."""

    on: date
    number: int = Field(gt=0, description="the how-manieth of its period")
    result: Code | None = None
    staff: tuple[UUID, ...] = Field(default=(), description="who gave it")
    remarks: Sealed | None = None


class DutyMet(DutyFact):
    """As often as owed."""

    on: date
    late: bool


class DutyOverdue(DutyFact):
    """The period is over and less was given than is owed."""

    department: DepartmentCode
    on: date
    delivered: int = Field(ge=0)
    count: int = Field(gt=0)
    soft: bool


class DutyLapsed(DutyFact):
    """Nothing further is owed: no paper asks for it, or nobody is left to whom."""

    reason: Literal["no_paper", "nobody_left"]
    on: date


class HelpContinued(Event):
    """A family left poverty while it was helped: leaving poverty by itself ends no help (一)."""

    household: HouseholdId
    people: tuple[PersonId, ...]
    lifted: date
    cases: tuple[CaseId, ...] = Field(min_length=1, description="that go on")
    duty: DutyId = Field(description="under which it is looked at every year")
    cause: UUID = Field(description="the registry's event")


GapBasis = Literal["registered_poor", "back_in_poverty", "newly_poor", "child_without_guardian"]
GapReason = Literal[
    "covered", "applied", "declined", "gone", "no_longer_qualifies", "not_entitled", "family_declined", "data_wrong"
]  # fmt: skip


class GapFact(Event, shape=True):
    """What every fact about a gap says of it (二(三) 应保尽保)."""

    gap: GapId
    household: HouseholdId
    person: PersonId
    township: Township


class GapDetected(GapFact):
    """Somebody qualifies by the data and is in no running case, nor refused within twelve months."""

    month: Month
    bases: tuple[GapBasis, ...] = Field(min_length=1, description="by what the person qualifies")
    on: date


class GapClosed(GapFact):
    """Taken off the list, with the reason."""

    reason: GapReason
    on: date
    officer: UUID | None = Field(default=None, description="none where the data say so by themselves")
    remarks: Sealed | None = None


class Coverage(Value):
    """People of a township at the end of a month; everyone who qualifies is in one of the other four."""

    township: Township
    qualify: int = Field(ge=0)
    covered: int = Field(ge=0)
    applied: int = Field(ge=0, description="with an application in progress")
    explained: int = Field(ge=0, description="refused, or closed with a reason, within twelve months")
    gaps: int = Field(ge=0)


class GapListMade(Event):
    """The data were compared: who qualifies, who is covered, who is missed, by township."""

    duty: DutyId
    month: Month
    on: date
    townships: tuple[Coverage, ...]


class ReportFigure(Value):
    """A figure of a monthly report: of one township, what was counted and how much it came to."""

    township: Township
    what: str = Field(max_length=80, description="code: granted, late, paid, `deducted:` and a paper's name")
    cases: int = Field(ge=0)
    people: int = Field(ge=0)
    amount_fen: int = Field(ge=0, description="in fen; 0 where no money belongs to it")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")


class ReportSubmitted(Event, restricted=True):
    """A month's figures as they were submitted; they stay so whatever becomes known later.

    Restricted: where a township has one case, its figure is that family's.
    """

    report: ReportId
    programme: Programme
    month: Month
    number: int = Field(gt=0, description="1 for the first, n for its (n-1)-th correction")
    on: date
    officer: UUID
    as_of: int = Field(ge=0, description="how far the service's own log was counted")
    figures: tuple[ReportFigure, ...]
    digest: Digest = Field(description="of programme, month and figures, as canonical JSON")


class Instalment(Value):
    """A part of what is granted once, and the day from which it is paid."""

    due: date
    amount_fen: int = Field(gt=0, description="in fen")


class InstalmentsPlanned(CaseFact):
    """What is granted once is paid in these parts, in order; together they are the sum (一次审批、分阶段救助)."""

    instalments: tuple[Instalment, ...] = Field(min_length=1, max_length=24)


class InstalmentGranted(CaseFact):
    """A part of what was granted once is due to be paid; each number once a case."""

    number: int = Field(gt=0)
    of: int = Field(gt=0, description="how many parts there are")
    amount_fen: int = Field(gt=0, description="in fen")
    due: date
    next_due: date | None = Field(default=None, description="of the part that follows; none for the last")
    illustrative: bool = Field(description="whether the sum rests on an illustrative figure")


class CheckSuggested(CaseFact):
    """What became of this case asks for a look at another kind of help for the same people."""

    referral: str = Field(pattern=r"^[a-z][a-z_]*$", description="the paper's code of the referral")
    towards: Programme = Field(description="the programme to be looked at; temporary_relief for both kinds")
    reason: str = Field(description="code: the row that fired")
    on: date
    answer_by: date | None = Field(default=None, description="last day to answer, where the paper sets one")
    paper: str = Field(description="the number of the paper that asks for it")
    clause: str
