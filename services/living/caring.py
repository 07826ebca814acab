"""Care as the office takes it: each runs inside one decision and records what follows, on the case too.

    runtime.decide(lambda work: caring.place(work, person, institution, bed="3-1", consent_by="person"))

Refuses with the errors of `services.chassis.refusal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, TypedDict
from uuid import UUID

from events import assistance as a
from events import living as l
from events.assistance import Finding
from events.ids import CaseId, InstitutionId, PersonId
from events.registry import Category
from services.assistance import steps
from services.assistance.days import first_of_next_month
from services.assistance.entitlement import must_be_heard
from services.assistance.model import CASE
from services.assistance.published import Proceeding, Published, published
from services.assistance.rules import about, grounds, must_be_a_day_between
from services.assistance.ruling import Ruling, rule_on, worked
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.work import Work
from services.living import care
from services.living.care import Carer, Whose
from services.living.support import INSTITUTION, SUPPORT
from services.living.tekun import ASSESS, CARE, CODE, GRADE, MODE, UNMET, granted_case
from services.policy.paper import Step
from services.registry.keeping import belongs_since

REASSESSMENT = "tekun-reassessment"


def note(work: Work, *facts: l.TekunFact) -> None:
    for fact in facts:
        day = getattr(fact, "since", None) or getattr(fact, "on", None)
        work.record(fact.person, fact, effective=day)


def supported(work: Work, person: PersonId) -> Whose:
    """Refused where the person is not tekun now."""
    case = granted_case(work, person, CODE)
    if case is None:
        raise Conflict(
            "not-tekun", "该人员当前不是特困供养对象。", "The person is not tekun now.", field="person"
        )
    return Whose(case=case, person=person)


def papers(work: Work) -> Published:
    return published(work, CODE)


def step_of(by: Published, procedure: str, step: str, on: date) -> tuple[Step, Proceeding]:
    """Conflict where no paper in force has it."""
    found = next(
        (
            Proceeding(one, paper)
            for paper in reversed(by.rulebook.in_force(on))
            for one in paper.procedures
            if one.procedure == procedure
        ),
        None,
    )
    asked = found.step(step) if found is not None else None
    if found is None or asked is None:
        raise Conflict("no-rule", f"没有可用的程序：{procedure}。", f"No paper in force has `{procedure}`.")
    return asked, found


# -- care at home ----------------------------------------------------------------------------------------


def sign(
    work: Work,
    person: PersonId,
    *,
    carer: PersonId | None = None,
    carer_name: str | None = None,
    until: date,
    hours: int,
    since: date | None = None,
) -> None:
    whose = supported(work, person)
    support = work.load(SUPPORT, person)
    who = carer_of(work, carer, carer_name)
    today = work.today
    note(work, care.sign(whose, support, papers(work), who, since or today, until, hours, today))


def carer_of(work: Work, person: PersonId | None, name: str | None) -> Carer:
    if person is None:
        return Carer(name=name)
    row = work.fact("person", person)
    dependent = belongs_since(work, person, Category.CARE_DEPENDENT) is not None or (
        granted_case(work, person, CODE) is not None and work.load(SUPPORT, person).dependent
    )
    return Carer(
        person,
        name,
        known=row is not None and row["merged_into"] is None,
        dead=row is not None and row["died"] is not None,
        dependent=dependent,
    )


def visit(
    work: Work, person: PersonId, *, well: bool, on: date | None = None, remarks: str | None = None
) -> None:
    support = work.load(SUPPORT, person)
    whose = supported(work, person)
    note(work, care.visit(whose, support, papers(work), on or work.today, well, remarks, work.today))


def end_agreement(work: Work, person: PersonId) -> None:
    whose, support = supported(work, person), work.load(SUPPORT, person)
    if support.agreement is None:
        raise Conflict("no-carer", "没有在期的照料协议。", "There is no agreement.", field="person")
    note(work, *care.end_agreement(whose, support, "request", work.today))


def carer_lost(work: Work, carer: PersonId, reason: Literal["carer_died", "carer_dependent"]) -> None:
    """Whoever they cared for at home is without a carer again."""
    row: dict[str, str] = work.fact("cares-for", carer) or {}
    for person, case in row.items():
        whose = Whose(case=CaseId.of(case), person=PersonId.of(person))
        note(work, *care.end_agreement(whose, work.load(SUPPORT, whose["person"]), reason, work.today))


# -- institutions ----------------------------------------------------------------------------------------


def register_institution(
    work: Work, institution: InstitutionId, *, name: str, township: str, beds: int
) -> None:
    """Registered, or told anew; not with fewer beds than people live in."""
    taken = work.fact("beds", institution) or {}
    if beds < len(taken):
        raise Conflict(
            "beds-taken",
            f"现有{len(taken)}人入住，床位数不得更少。",
            f"{len(taken)} people live there.",
            field="beds",
        )
    work.record(
        institution,
        l.InstitutionRegistered(institution=institution, title=name, township=township, beds=beds),
    )


def must_be_registered(work: Work, institution: InstitutionId) -> None:
    if not work.load(INSTITUTION, institution).name:
        raise NotFound("未登记该供养机构。", "There is no such institution.", field="institution")


def wish(work: Work, person: PersonId, wish: l.Mode, on: date | None = None) -> None:
    whose = supported(work, person)
    day = on or work.today
    must_be_a_day_between(day, date.min, work.today)
    note(work, l.PlacementWishRecorded(**whose, wish=wish, on=day))


def place(
    work: Work,
    person: PersonId,
    institution: InstitutionId,
    *,
    bed: str,
    consent_by: Literal["person", "guardian"] | None,
) -> None:
    """From the next month on the sum is that of support in an institution."""
    whose, support = supported(work, person), work.load(SUPPORT, person)
    home, taken = work.load(INSTITUTION, institution), work.fact("beds", institution) or {}
    note(work, *care.place(whose, support, institution, home, taken, bed, consent_by, work.today))
    _live(work, whose, "centralised")


def leave(work: Work, person: PersonId, reason: Literal["wish", "other"] = "wish") -> None:
    whose, support = supported(work, person), work.load(SUPPORT, person)
    facts = care.leave(whose, support, reason, work.today)
    if not facts:
        raise Conflict(
            "not-placed", "该人员不在供养机构。", "The person lives in no institution.", field="person"
        )
    note(work, *facts)
    _live(work, whose, "scattered")


def _live(work: Work, whose: Whose, mode: l.Mode) -> None:
    told = (Finding(name=MODE, value=mode),)
    found = steps.case_of(work, whose["case"])
    fact = a.StepFound(**about(found), step="placement", on=work.today, findings=told)
    steps.record(work, whose["case"], (fact,))
    readjust(work, whose["case"], "placement", ("placement",))


# -- self-care -------------------------------------------------------------------------------------------


def report(
    work: Work,
    person: PersonId,
    by: Literal["person", "carer", "village", "institution", "township"],
    on: date | None = None,
) -> None:
    """A change was reported (23); the ten working days run from the report."""
    whose, day = supported(work, person), on or work.today
    must_be_a_day_between(day, date.min, work.today)
    if work.load(SUPPORT, person).reassess_by is not None:
        raise Conflict("reported", "已有待复核评估的报告。", "A report is open already.", field="person")
    published = papers(work)
    step, _ = step_of(published, REASSESSMENT, ASSESS, work.today)
    assert step.finish_within is not None, "the paper sets the limit"
    until, provisional = published.end_of(step.finish_within, day)
    note(
        work,
        l.SelfCareChangeReported(**whose, by=by, on=day, reassess_by=until, provisional=provisional),
    )


def reassess(
    work: Work,
    person: PersonId,
    staff: Sequence[UUID],
    findings: tuple[Finding, ...],
    on: date | None = None,
    heard: date | None = None,
) -> None:
    """The six items once more, after a report or in the year's turn; the sum follows from the next month on. `heard`: when
    the person was, before a lower sum (社会救助法 48)."""
    whose, before = supported(work, person), work.load(SUPPORT, person)
    steps.take_step(work, whose["case"], ASSESS, staff, findings=findings, on=on)
    _, proceeding = step_of(papers(work), REASSESSMENT, ASSESS, work.today)
    case = work.load(CASE, whose["case"])
    ruling = readjust(work, whose["case"], "self_care", ("adjust",), proceeding)
    since = first_of_next_month(work.today)
    reduced = work.load(CASE, whose["case"]).amount_in(since) < case.amount_in(since)
    must_be_heard(papers(work), reduced, heard, work.today)
    if ruling is None:
        raise Conflict(
            "review-first",
            "该案件须先办理复核，再作复核评估。",
            "No rule can decide on the case as it was found: review it first.",
            field="person",
        )
    note(
        work,
        l.SelfCareReassessed(
            **whose,
            before=before.grade,
            on=on or work.today,
            heard=heard,
            **graded(worked(ruling), ruling.rule.illustrative),
        ),
    )
    if work.load(SUPPORT, person).dependent:
        carer_lost(work, person, "carer_dependent")


class Graded(TypedDict):
    grade: l.Grade
    unmet: int
    care_fen: int
    illustrative: bool


GRADES: Mapping[str, l.Grade] = {"self": "self", "semi": "semi", "full": "full"}


def graded(told: Iterable[a.Worked], illustrative: bool) -> Graded:
    """Grade, items not met, and what care is paid with, as the rule worked them out."""
    values = {one.name: one.value for one in told}
    return Graded(
        grade=GRADES[values[GRADE]],
        unmet=int(values[UNMET]),
        care_fen=int(Decimal(values[CARE]) * 100),
        illustrative=illustrative,
    )


def readjust(
    work: Work, case: CaseId, reason: str, steps_named: Iterable[str], proceeding: Proceeding | None = None
) -> Ruling | None:
    """The sum from the next month on, by what is now known. None, and a review opened, where a person has to look:
    no rule can decide, it admits the person no longer, or an officer had fixed the sum."""
    found, by, today = work.load(CASE, case), papers(work), work.today
    since = first_of_next_month(today)
    settled = found.settled
    assert settled is not None, "a granted case was settled"
    try:
        ruling = rule_on(
            by.rule(since), found.told(settled.found, settled.township, settled.local, since), trace=True
        )
    except Refused:
        ruling = None
    if ruling is None or not ruling.eligible or not settled.by_rule:
        if not found.review_open:
            steps.open_review(work, case, reason)
        return ruling
    if ruling.amount_fen == found.amount_in(since):
        return ruling
    reasons = grounds(found, by, "adjust", today, (reason, ruling.row), ruling=ruling)
    if proceeding is not None:
        number, clause = proceeding.paper.identity.number, proceeding.clause(*steps_named)
        reasons = reasons.model_copy(
            update={
                "papers": tuple(
                    one.model_copy(update={"clause": f"{clause}、{one.clause}"})
                    if one.number == number
                    else one
                    for one in reasons.papers
                )
            }
        )
    adjusted = a.Adjusted(
        **about(found), amount_fen=ruling.amount_fen, since=since, reason=reason, grounds=reasons
    )
    steps.record(work, case, (adjusted,))
    return ruling
