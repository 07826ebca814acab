"""How a letter reaches its addressee, and what runs from then: sixty days to complain, six months to sue.

The ways are those of the Code of Civil Procedure (2023: arts. 88 to 95), to which 行政复议法 art. 88 and
行政诉讼法 art. 101 refer. Pure: days come in, days go out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from events.evidence import Attachment
from events.letters import LetterIssued, LetterServed, Service
from services.assistance.days import months_after
from services.chassis.refusal import Conflict, Malformed
from services.policy.calendars import WorkingDays

RECONSIDERATION_DAYS = 60
"""行政复议法 (2023) art. 20, (2017) art. 9."""
LAWSUIT_MONTHS = 6
"""行政诉讼法 art. 46."""
SHORTER_PUBLIC_NOTICE = date(2022, 1, 1)
"""From this day a public notice serves after 30 days (民事诉讼法 2021 and 2023, art. 95), before after 60."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """Last days, each moved behind days off; `provisional` where a year's calendar is not published yet."""

    reconsideration: date
    lawsuit: date
    provisional: bool


def served_on(how: Service, done: date) -> date:
    """The day on which a letter counts as served: `done`, except for a notice put up in public on `done`."""
    if how != "public_notice":
        return done
    return done + timedelta(days=30 if done >= SHORTER_PUBLIC_NOTICE else 60)


def remedies_from(served: date, calendar: WorkingDays) -> Remedies:
    """When the two remedies end for a letter served on this day.

    The day of service is not counted; a last day that is off moves to the first that is worked (民事诉讼法
    art. 85). Months end on the day of the same number, or on the month's last (民法典 art. 202).
    """
    days, days_open = calendar.after(served + timedelta(days=RECONSIDERATION_DAYS), 0)
    months, months_open = calendar.after(months_after(served, LAWSUIT_MONTHS), 0)
    return Remedies(days, months, days_open or months_open)


def serve(
    letter: LetterIssued,
    earlier: LetterServed | None,
    how: Service,
    done: date,
    today: date,
    *,
    receipt: Attachment | None = None,
    by: UUID | None = None,
) -> LetterServed:
    """The letter was served so on `done`. Conflict for one served already; Malformed for a day that cannot be,
    or where the proof is missing that this way needs: all but a notice in public leave a receipt."""
    if earlier is not None:
        raise Conflict("letter-served", "该文书已送达。", "This letter was served already.", field="number")
    if not letter.on <= done <= today:
        raise Malformed(
            "letter-served-when",
            "送达日期不得早于文书日期或晚于今天。",
            "A letter is served between its own day and today.",
            field="on",
        )
    if receipt is None and how != "public_notice":
        raise Malformed(
            "letter-receipt",
            "须附送达回证（邮寄回执、留置送达照片）。",
            "The proof of service is missing: receipt, postal receipt or photograph.",
            field="receipt",
        )
    return LetterServed(
        case=letter.case,
        number=letter.number,
        addressee=letter.addressee,
        how=how,
        on=served_on(how, done),
        posted=done if how == "public_notice" else None,
        receipt=receipt,
        by=by,
    )
