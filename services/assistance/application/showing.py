"""An opinion is posted, and whoever objects is heard (公示). Pure."""

from __future__ import annotations

from datetime import date, timedelta

from events import assistance as a
from events.sealed import Sealed
from services.assistance.model import Case, Stage
from services.assistance.procedure import must_have_been_taken, notice_of
from services.assistance.published import Published
from services.assistance.rules import Facts, about, must_be_at, must_have
from services.chassis.refusal import Conflict

NOTICE_DAYS = 7


def post_notice(case: Case, by: Published, *, step: str | None = None, today: date) -> Facts:
    """An opinion is posted (19), the procedure's next that is owed; the day of posting does not count."""
    must_be_at(case, Stage.ACCEPTED, Stage.NOTICE_ENDED)
    must_have(case.inquiry.recommendation, "assessment-missing", "尚无初审意见。", "Nothing to post yet.")
    proceeding = by.proceeding(case.basis, today)
    notice = notice_of(case, proceeding, step)
    must_have_been_taken(case, proceeding, notice.step if notice else "notice")
    if notice is None or notice.stands is None:
        until = today + timedelta(days=NOTICE_DAYS)
    else:
        until, _ = by.end_of(notice.stands, today)
    return (a.NoticePosted(**about(case), step=notice.step if notice else "notice", on=today, until=until),)


def lodge_objection(case: Case, *, statement: str | None, today: date) -> Facts:
    """Somebody objects while the notice stands; a new survey follows (19)."""
    must_be_at(case, Stage.NOTICE)
    if today > case.notice_until:
        raise Conflict("notice-over", "公示期已满。", "The notice has run its days.", field="case")
    sealed = Sealed.of(statement, *case.members) if statement else None
    return (a.ObjectionLodged(**about(case), on=today, statement=sealed),)


def end_notice(case: Case, *, today: date) -> Facts:
    """The day after its last: nobody objected."""
    must_be_at(case, Stage.NOTICE)
    if today <= case.notice_until:
        raise Conflict("notice-running", "公示期未满。", "The notice still stands.", field="case")
    return (a.NoticeEnded(**about(case), step=case.notice, on=today),)
