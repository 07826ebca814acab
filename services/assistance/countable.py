"""What may be told of a member's costs and certificates, so that nothing is deducted that must not be. Pure.

鹤民发〔2020〕43号 三(一)1: deducted is what disability, illness and full-time schooling from senior high on cost the family
itself. So a cost is what is left of a bill once everybody else has paid (2021 办法 13), preschool and compulsory school
count nothing, and a disability card or a diagnosis counts while it is in date (单人户, 2021 办法 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from events.assistance import Means, MemberMeans
from services.assistance.inputs import Found
from services.chassis.refusal import Conflict, Malformed, Refused

CLAUSE = "（鹤民发〔2020〕43号三(一)1）"
DEDUCTED = frozenset({"senior_high", "vocational", "higher"})
SCHOOL_ZH = {"preschool": "学前教育", "compulsory": "义务教育"}
SCHOOL_AGE = 6
"""Completed years before which nobody is at any school (义务教育法 11)."""


def must_be_countable(means: Means | None, on: date) -> None:
    """Refused with the member and the field in which a cost or a certificate breaks its rule."""
    for where, member in _members(means):
        _medical(where, member)
        _schooling(where, member)
        if expired(member, on):
            assert member.certificate_until is not None, "it has expired"
            raise Refused(
                "certificate-expired",
                f"残疾人证或者重病诊断证明已于{member.certificate_until.isoformat()}到期，须换证后再认定{CLAUSE}。",
                f"The disability card or diagnosis was valid until {member.certificate_until}: have it renewed first.",
                field=f"{where}.certificate_until",
            )


def must_be_receipted(means: Means | None) -> None:
    """For whoever types costs in: each with what it is made of (the bill and what came back; the school)."""
    for where, member in _members(means):
        if member.medical_cost and member.medical_bill is None:
            raise Malformed(
                "medical-without-bill",
                f"填写医疗自付的，须按票据填写医疗费用总额和报销金额{CLAUSE}。",
                "A cost of treatment is told with its bill, by the receipts, and with what came back of it.",
                field=f"{where}.medical_bill",
            )
        if member.schooling_cost and member.school is None:
            raise Malformed(
                "schooling-without-school",
                f"填写学费的，须填写就读阶段{CLAUSE}。",
                "A cost of schooling is told with the kind of school.",
                field=f"{where}.school",
            )


def must_be_in_date(found: Found | None, today: date) -> None:
    """On the day of assessment or decision: what was in date when the family was visited may have expired since."""
    for where, member in _members(found.means if found else None):
        if expired(member, today):
            raise Conflict(
                "certificate-expired",
                f"调查后残疾人证或者重病诊断证明已到期，须换证后重新调查{CLAUSE}。",
                "A disability card or diagnosis has expired since the survey: have it renewed and survey again.",
                field=f"{where}.certificate_until",
            )


def expired(member: MemberMeans, on: date) -> bool:
    """Whether something is counted for the member on a certificate that is out of date."""
    counts = member.disability_grade > 0 or member.seriously_ill
    return counts and member.certificate_until is not None and member.certificate_until < on


def any_expired(found: Found | None, on: date) -> bool:
    return any(expired(member, on) for _, member in _members(found.means if found else None))


def _members(means: Means | None) -> Iterator[tuple[str, MemberMeans]]:
    for number, member in enumerate(means.members if means is not None else ()):
        yield f"means.members.{number}", member


def _medical(where: str, member: MemberMeans) -> None:
    bill, back = member.medical_bill, member.medical_paid_back or 0
    if bill is None:
        if member.medical_paid_back is not None:
            raise Malformed(
                "medical-without-bill",
                f"填写报销金额的，须填写医疗费用总额{CLAUSE}。",
                "What came back is told with the bill that it came back of.",
                field=f"{where}.medical_bill",
            )
        return
    if back > bill:
        raise Malformed(
            "reimbursed-above-bill",
            f"报销金额{back}分超过医疗费用总额{bill}分{CLAUSE}。",
            f"{back} fen came back of a bill of {bill}.",
            field=f"{where}.medical_paid_back",
        )
    if member.medical_cost > bill - back:
        raise Refused(
            "counted-twice",
            f"医疗自付{member.medical_cost}分超过总额减去报销后的{bill - back}分，已报销的部分不得重复计算{CLAUSE}。",
            f"{bill - back} fen are left of the bill: what was reimbursed is not counted as a cost as well.",
            field=f"{where}.medical_cost",
        )


def _schooling(where: str, member: MemberMeans) -> None:
    if member.studying and member.part_time:
        raise Refused(
            "schooling-part-time",
            f"非全日制就学的费用不予扣减{CLAUSE}。",
            "Only full-time schooling is deducted.",
            field=f"{where}.part_time",
        )
    if member.studying and (
        member.age < SCHOOL_AGE or (member.school is not None and member.school not in DEDUCTED)
    ):
        stage = SCHOOL_ZH.get(member.school or "preschool", "")
        raise Refused(
            "schooling-not-deducted",
            f"{stage}费用不予扣减，只扣减全日制普通高中、中等职业和高等教育费用{CLAUSE}。",
            "Preschool and compulsory school are not deducted: only senior high, vocational and higher education.",
            field=f"{where}.school" if member.school else f"{where}.studying",
        )
    if member.schooling_cost and not member.studying:
        raise Refused(
            "schooling-not-deducted",
            f"没有全日制高中以上就学的成员不得填写学费{CLAUSE}。",
            "A cost of schooling is told of whoever is full-time in senior high or above, of nobody else.",
            field=f"{where}.schooling_cost",
        )
