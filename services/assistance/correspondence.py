"""Letters of a case: worded from its facts, numbered, served, printed again.

    issue(work, case, "refusal")        # records LetterIssued, answers it
    serve_letter(work, case, number, how, on, receipt)
    reprint(work, number, purpose)      # opens the names and records that they were opened

Paper titles and clauses come from the grounds of the decision that the letter tells of, the reasons from the rows of
the rule that decided, in the paper's own words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from events import assistance as a
from events.evidence import Attachment
from events.ids import CaseId, PersonId
from events.letters import LetterIssued, LetterKind, LetterServed, Service
from events.sealed import Sealed
from services.assistance.choosing import papers_of
from services.assistance.days import months_after
from services.assistance.letters import templates
from services.assistance.letters.letter import Clause, Letter
from services.assistance.letters.numbering import letter_by_number, numbered
from services.assistance.letters.offices import Office, of_district, of_township
from services.assistance.letters.serving import serve
from services.assistance.letters.templates import Listed, Matter
from services.assistance.model import Case, Stage
from services.assistance.published import Published
from services.assistance.remedies import letters as remedies
from services.assistance.remedies.decisions import decisions_of
from services.assistance.steps import case_of
from services.chassis.refusal import Conflict
from services.chassis.unsealing import unseal
from services.chassis.work import Work
from services.policy.definition import ParsedTable
from services.registry.divisions import hecheng

EVIDENCE_ZH = {
    "application": "申请书", "authorisation_to_check": "家庭经济状况核对授权书", "consent_to_check": "核对授权书",
    "declaration_of_means": "家庭经济状况声明", "identity": "身份证明、户口簿", "spending_receipts": "必需支出凭证",
    "declaration": "声明", "promise": "承诺书", "survey_form": "入户调查表", "check_report": "核对报告",
}  # fmt: skip
REASONS_ZH = {
    "request": "本人自愿申请停止。", "death": "保障对象死亡。", "moved_away": "迁出本区。",
    "household_gone": "家庭已注销。", "taper_ended": "渐退期满。", "no_longer_eligible": "经复核不再符合条件。",
    "nothing_due": "按规定计算，应发金额为零。", "departs_from_recommendation": "经审核，与初审意见不一致，不予确认。",
    "standard_changed": "保障标准调整。", "remedy": "执行行政复议决定。",
    "fraud": "采取虚报、隐瞒、伪造等手段骗取救助。", "rule_changed": "政策规定变化。", "review": "经复核，家庭经济状况发生变化。",
    "member_left": "保障对象不再是该家庭成员。", "tekun": "转为特困人员救助供养。",
    "taper": "收入超过标准，进入渐退期。", "lapsed": "有效期满。", "completed": "救助金已发放完毕。",
}  # fmt: skip

DECIDING: frozenset[LetterKind] = frozenset({"refusal", "confirmation", "adjustment", "changed_decision"})
"""Kinds of letters that tell of a decision."""


def issue(work: Work, case: CaseId, kind: LetterKind) -> LetterIssued:
    """The next letter of this kind, worded by the case as it stands; Conflict where there is nothing to tell."""
    found = case_of(work, case)
    by = papers_of(work, found)
    office = _office(found, kind, by, work.today)

    def make(serial: int) -> Letter:
        if kind in remedies.KINDS:
            return _of_remedies(work, found, by, kind, office, serial)
        return _worded(found, by, kind, office, serial, work.today)

    decision = _decision(work, case, kind)
    fact = numbered(work, found.programme, kind, office, make, found.members, decision)
    work.record(case, fact)
    return fact


def _decision(work: Work, case: CaseId, kind: LetterKind) -> UUID | None:
    """The decision that a letter of this kind tells of: the last."""
    ordered = kind == "recovery"
    if kind not in DECIDING and not ordered:
        return None
    told = (one for one in reversed(decisions_of(work, case)) if one.kind not in ("Suspended", "FineImposed"))
    return next((one.id for one in told if (one.kind == "RecoveryOrdered") == ordered), None)


def serve_letter(
    work: Work,
    case: CaseId,
    number: str,
    how: Service,
    on: date,
    *,
    receipt: Attachment | None = None,
    by: UUID | None = None,
) -> LetterServed:
    """It reached its addressee: the remedy periods run from the day after."""
    must_be_of(work, case, number)
    letter, earlier = letter_by_number(work, number)
    fact = serve(letter, earlier, how, on, work.today, receipt=receipt, by=by)
    work.record(case, fact)
    return fact


def must_be_of(work: Work, case: CaseId, number: str) -> None:
    """Conflict where the letter is another case's."""
    if letter_by_number(work, number)[0].case != case:
        raise Conflict(
            "letter-of-another", "该文书不属于本案。", "The letter is another case's.", field="number"
        )


def reprint(work: Work, number: str, purpose: str) -> tuple[Letter, dict[UUID, str | None]]:
    """The letter as it was issued, and the names in it; that they were opened is recorded with the purpose."""
    issued, _ = letter_by_number(work, number)
    (words,) = unseal(work, purpose, issued.words)
    if words is None:
        raise Conflict(
            "letter-erased",
            "当事人信息已依法删除，文书无法再打印。",
            "Somebody it is about was erased: the letter cannot be printed again.",
            field="number",
        )
    letter = Letter.model_validate_json(words)
    whose = sorted(letter.carries)
    rows = [work.fact("name", PersonId.of(one)) for one in whose]
    names = unseal(work, purpose, *(None if row is None else Sealed.from_json(row) for row in rows))
    return letter, dict(zip(whose, names, strict=True))


def _worded(case: Case, by: Published, kind: LetterKind, office: Office, serial: int, on: date) -> Letter:
    matter = _matter(case, by, kind, office, on)
    decided = case.decided
    match kind:
        case "acceptance" if case.basis:
            return templates.acceptance(matter, serial, on, decide_by=case.decide_by)
        case "supplement" if case.missing:
            missing = [EVIDENCE_ZH.get(one, one) for one in case.missing]
            return templates.supplement(matter, serial, on, missing, by=months_after(on, 1))
        case "refusal" if isinstance(decided, a.Declined):
            return templates.refusal(matter, serial, on, _reasons(by, case, decided, decided.on))
        case "confirmation" if isinstance(decided, a.SubsidyGranted):
            return templates.confirmation(
                matter, serial, on, decided.amount_fen, decided.since, decided.covered
            )
        case "adjustment" if isinstance(decided, a.Adjusted | a.Exited):
            return _adjustment(matter, serial, on, by, case, decided)
        case "public_notice" if case.stage is Stage.NOTICE and case.inquiry.recommendation is not None:
            assert case.applicant is not None, "an application names its applicant"
            advice = case.inquiry.recommendation
            listed = Listed(case.applicant, len(case.covering(advice.admitted)), advice.amount_fen)
            return templates.public_notice(matter, serial, on, [listed], until=case.notice_until)
    raise _not_due()


def _of_remedies(
    work: Work, case: Case, by: Published, kind: LetterKind, office: Office, serial: int
) -> Letter:
    assert case.id is not None, "only a case that exists is written about"
    if kind == "recovery" and case.decided is None:
        raise _not_due()
    matter = _matter(case, by, kind, office, work.today)
    matter = replace(matter, clauses=remedies.clauses(case, kind) or matter.clauses)
    letter = remedies.worded(case, decisions_of(work, case.id), kind, matter, serial, work.today)
    if letter is None:
        raise _not_due()
    return letter


def _not_due() -> Conflict:
    return Conflict(
        "letter-not-due",
        "本案目前没有可以出具该文书的事项。",
        "Nothing in the case calls for a letter of this kind.",
        field="kind",
    )


def _adjustment(
    matter: Matter, serial: int, on: date, by: Published, case: Case, decided: a.Adjusted | a.Exited
) -> Letter:
    sums = [fen for since, fen in case.amounts if since < decided.since] or [0]
    after = decided.amount_fen if isinstance(decided, a.Adjusted) else 0
    change: templates.Change = "stopped" if after == 0 else "raised" if after > sums[-1] else "reduced"
    if after == sums[-1]:
        change = "others"
    reasons = _reasons(by, case, decided, decided.since)
    return templates.adjustment(
        matter,
        serial,
        on,
        change,
        reasons,
        before_fen=sums[-1],
        after_fen=after,
        since=decided.since,
        members=decided.admitted if after else (),
    )


def _matter(case: Case, by: Published, kind: LetterKind, office: Office, on: date) -> Matter:
    assert case.id is not None, "only a case that exists is written about"
    assert case.applicant is not None, "an application names its applicant"
    decided = case.decided if kind in DECIDING or kind == "recovery" else None
    return Matter(
        case=case.id,
        programme=case.programme,
        applicant=case.applicant,
        office=office,
        applied=case.applied,
        clauses=_clauses(by, decided) if decided is not None else _step_clause(case, by, kind, on),
        illustrative=decided.grounds.illustrative if decided is not None else case.illustrative,
    )


def _clauses(
    by: Published, decided: a.SubsidyGranted | a.Declined | a.Adjusted | a.Exited
) -> tuple[Clause, ...]:
    titles = {paper.identity.number: paper.identity.title for paper in by.rulebook.papers}
    return tuple(
        Clause(paper=titles.get(paper.number, paper.number), article=article)
        for paper in decided.grounds.papers
        for article in paper.clause.split("、")
        if article
    )


def _step_clause(case: Case, by: Published, kind: LetterKind, on: date) -> tuple[Clause, ...]:
    proceeding = by.proceeding(case.basis, on)
    step = case.notice if kind == "public_notice" else "accept"
    return (Clause(paper=proceeding.paper.identity.title, article=proceeding.clause(step)),)


def _reasons(by: Published, case: Case, decided: a.Declined | a.Adjusted | a.Exited, day: date) -> list[str]:
    """The rows that fired, in the paper's words; where no row did, the reason of the decision."""
    said = {
        row.row.id: row.row.zh
        for step in by.rule(day).definition.steps
        if isinstance(step, ParsedTable)
        for row in step.rows
    }
    found = [said[row] for row in decided.grounds.rows if row in said]
    own = REASONS_ZH.get(decided.reason)
    return list(dict.fromkeys([*([own] if own else []), *found])) or [decided.reason]


def _office(case: Case, kind: LetterKind, by: Published, on: date) -> Office:
    """The office that the procedure names for the step of the letter: the township's, or the district's."""
    steps: dict[str, tuple[str, ...]] = {
        "acceptance": ("accept",), "supplement": ("accept",), "public_notice": (case.notice or "notice",),
    }  # fmt: skip
    step = by.proceeding(case.basis, on).step(*steps.get(kind, ("decide",)))
    divisions = hecheng()
    township = divisions.by_code(case.township)
    if step is not None and step.by == "township" and township is not None:
        return of_township(township)
    return of_district(divisions.district)
