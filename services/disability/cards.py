"""Disabled persons' cards: reading a number, and the decisions on a card. Pure.

A number has twenty digits (GB/T 26341, 残疾人证管理办法): the holder's ID number (GB 11643), the category (1 visual, 2
hearing, 3 speech, 4 physical, 5 intellectual, 6 mental, 7 multiple) and the grade (1 the gravest, to 4). A card is valid
for ten years.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from events import disability as d
from events.ids import PersonId
from events.sealed import Sealed
from services.assistance.days import months_after
from services.assistance.rules import must_be_a_day_between
from services.chassis.refusal import Conflict, Malformed, Refused
from services.disability.model import Card, File
from services.registry.identity import IdNumber, IdNumberInvalid, normalise_id_number

KINDS: tuple[d.Kind, ...] = get_args(d.Kind)
YEARS = 10


@dataclass(frozen=True, slots=True)
class CardNumber:
    """`repr` shows no number: logs cannot."""

    value: str = field(repr=False)
    holder: IdNumber
    kind: d.Kind
    grade: int

    @classmethod
    def read(cls, text: str, today: date) -> CardNumber:
        """Malformed for what is no card number, by the part that is wrong."""
        value = normalise_id_number(text)
        if len(value) != 20:
            raise _malformed(
                "length", "残疾人证号应为20位：身份证号18位、类别1位、等级1位。", "It has 20 digits."
            )
        try:
            holder = IdNumber.read(value[:18], today)
        except IdNumberInvalid as wrong:
            reason = wrong.reason
            raise _malformed(
                "id", f"残疾人证号前18位：{reason.zh}。", f"Its first 18 digits: {reason.en}."
            ) from wrong
        kind, grade = value[18], value[19]
        if kind not in "1234567":
            raise _malformed(
                "kind", "第19位为残疾类别，应为1至7。", "The 19th digit is the category, 1 to 7."
            )
        if grade not in "1234":
            raise _malformed("grade", "第20位为残疾等级，应为1至4。", "The 20th digit is the grade, 1 to 4.")
        return cls(value, holder, KINDS[int(kind) - 1], int(grade))


def _malformed(part: str, zh: str, en: str) -> Malformed:
    return Malformed(f"card-number-{part}", zh, en, field="number")


def issue(
    person: PersonId,
    file: File,
    number: CardNumber,
    *,
    since: date,
    until: date | None,
    at_home: bool,
    township: str | None,
    today: date,
) -> tuple[d.DisabledFact, ...]:
    """A first card, or one after the last was void or expired; what was assessed must be what it says."""
    if file.card is not None:
        raise Conflict(
            "has-card",
            "该人员已有有效的残疾人证，请办理变更。",
            "There is a valid card: change it.",
            field="person",
        )
    last = _last_day(since, until, today)
    if file.assessed_grade == 0:
        raise Refused(
            "not-disabled",
            "评定结论为不构成残疾，不得发证。",
            "By the assessment the person is not disabled.",
            field="number",
        )
    if file.assessed_grade not in (None, number.grade):
        raise Refused(
            "grade-differs",
            "残疾等级与评定结论不一致。",
            "The grade is not the one that was assessed.",
            field="number",
        )
    return (
        d.CardIssued(
            person=person,
            number=Sealed.of(number.value, person),
            since=since,
            until=last,
            at_home=at_home,
            township=township,
        ),
        d.GradeCertified(person=person, kind=number.kind, grade=number.grade, since=since),
    )


def change(
    person: PersonId,
    file: File,
    number: CardNumber,
    *,
    reason: Literal["regraded", "renewed", "replaced"],
    since: date,
    until: date | None,
    today: date,
) -> tuple[d.DisabledFact, ...]:
    _must_have_card(file)
    if reason != "regraded" and (number.kind, number.grade) != (file.kind, file.grade):
        raise Refused(
            "grade-differs",
            "补发、换发不得改变类别和等级，请按重新评定办理。",
            "A renewal does not change category and grade: record it as a new assessment.",
            field="number",
        )
    last = _last_day(since, until, today)
    return (
        d.CardChanged(
            person=person, number=Sealed.of(number.value, person), since=since, until=last, reason=reason
        ),
        d.GradeCertified(person=person, kind=number.kind, grade=number.grade, since=since),
    )


def void(
    person: PersonId,
    file: File,
    *,
    reason: Literal["death", "recovered", "surrendered", "mistake"],
    since: date,
    today: date,
) -> d.CardVoided:
    card = _must_have_card(file)
    must_be_a_day_between(since, card.since, today)
    return d.CardVoided(person=person, reason=reason, since=since)


def _must_have_card(file: File) -> Card:
    if file.card is None:
        raise Conflict(
            "no-card", "该人员没有有效的残疾人证。", "The person holds no valid card.", field="person"
        )
    return file.card


def _last_day(since: date, until: date | None, today: date) -> date:
    must_be_a_day_between(since, date.min, today)
    last = until or months_after(since, 12 * YEARS) - timedelta(days=1)
    if last < today or last > months_after(since, 12 * YEARS):
        raise Malformed(
            "until",
            f"有效期止不得早于今天，也不得超过{YEARS}年。",
            f"The last day is not past, and within {YEARS} years.",
            field="until",
        )
    return last
