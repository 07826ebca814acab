"""The end of tekun is shown before it is decided (民发〔2021〕43号 25 to 26).

A review finds that the person qualifies no more → shown for 7 days → without objection the county concludes the
review, and support ends with the month; on an objection it is inquired into and shown again, within 15 working days.
A death ends it without.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from events import assistance as a
from events import living as l
from events.ids import PersonId
from events.sealed import Sealed
from services.assistance.model import CASE
from services.chassis.refusal import Conflict
from services.chassis.work import Work
from services.living.care import Whose
from services.living.caring import note, papers, step_of, supported
from services.living.support import SUPPORT

END = "tekun-end"


def post(work: Work, person: PersonId) -> None:
    """Show the intended end; once more only after another inquiry."""
    whose, known = supported(work, person), work.load(SUPPORT, person).ending
    case = work.load(CASE, whose["case"])
    advice = case.inquiry.recommendation
    if not case.review_open or advice is None or advice.eligible:
        raise Conflict(
            "no-end-intended",
            "复核意见没有认定不再符合条件，不能公示终止。",
            "No assessment of a review says that the person qualifies no more.",
            field="person",
        )
    assessment = UUID((work.fact("evidence", whose["case"]) or {})["assessment"])
    if known is not None and (known.state != "objected" or known.assessment == assessment):
        raise Conflict(
            "end-shown",
            "已公示；有异议的须重新调查核实后再公示。",
            "It is shown already; after an objection it is inquired into first.",
            field="person",
        )
    by = papers(work)
    step, _ = step_of(by, END, "notice_again" if known else "notice", work.today)
    assert step.stands is not None, "the paper says how long a notice stands"
    until, _ = by.end_of(step.stands, work.today)
    note(
        work,
        l.EndNoticePosted(**whose, assessment=assessment, reason=advice.reason, on=work.today, until=until),
    )


def object_to(work: Work, person: PersonId, statement: str | None = None) -> None:
    """While it is shown."""
    whose, known = supported(work, person), work.load(SUPPORT, person).ending
    if known is None or known.state != "posted" or work.today > known.until:
        raise Conflict("notice-over", "不在公示期内。", "No end is being shown.", field="person")
    by = papers(work)
    step, _ = step_of(by, END, "inquire_again", work.today)
    assert step.finish_within is not None, "the paper sets the limit"
    until, provisional = by.end_of(step.finish_within, work.today)
    sealed = Sealed.of(statement, person) if statement else None
    note(
        work,
        l.EndObjectionLodged(
            **whose, on=work.today, decide_by=until, provisional=provisional, statement=sealed
        ),
    )


def shown(work: Work, person: PersonId) -> None:
    """The day after the last of the notice."""
    whose, known = supported(work, person), work.load(SUPPORT, person).ending
    if known is not None and known.until < work.today:
        note(work, l.EndNoticeEnded(**whose, on=known.until + timedelta(days=1)))


def reviewed(work: Work, person: PersonId, told: a.Reviewed) -> None:
    """Refuses an end that nobody could object to; what was shown is dropped where the support goes on."""
    known = work.load(SUPPORT, person).ending
    if told.outcome != "ended":
        if known is not None:
            note(work, l.EndDropped(**Whose(case=told.case, person=person), on=work.today))
        return
    assessment = (work.fact("evidence", told.case) or {}).get("assessment")
    if known is None or known.state != "over" or str(known.assessment) != assessment:
        raise Conflict(
            "end-not-shown",
            "终止救助供养须先公示7天且无异议（特困人员认定办法第二十六条）。",
            "The intended end is shown for 7 days first, and nobody has objected.",
            field="case",
        )
