"""What of the checks of means is told to whom: that there is something to be heard about, and that it is settled; changes,
and what is late, to the departments that share data (四(三)).

What a department's data say of somebody is restricted, and so is which department it is: it is in no message.
"""

from __future__ import annotations

from datetime import date

from events import verification as v
from events.base import Recorded
from services.chassis.departments import Department
from services.chassis.service import Service
from services.chassis.work import Work
from services.notification import keeping
from services.notification.reactions import of_family, of_nobody, of_person, tell
from services.notification.tellings import TELLINGS

TOLD_BY = {"died": "died", "granted": "granted", "ended": "case_ended"}
"""Change → the line by which some departments are told of it already."""


def tell_of_verification(service: Service) -> None:
    service.keep(v.ShareRequested)(keeping.asked)
    service.on(v.ReviewAsked)(review_asked)
    service.on(v.MismatchSettled)(settled)
    service.on(v.CheckOverdue)(check_overdue)
    service.on(v.ChangeNotified)(changed)
    service.on(v.ShareRequested)(share_requested)
    service.on(v.ShareReplyOverdue)(share_overdue)
    service.on(v.FeedOverdue)(feed_overdue)
    service.on(v.CorrectionsDue)(corrections_due)


def review_asked(work: Work, fact: Recorded[v.ReviewAsked]) -> None:
    """The township tells the family what is to be heard, and how to dispute it (社会救助法 48)."""
    told = fact.data
    words = "mismatch_found" if told.reason == "mismatch" else "late_report"
    tell(work, of_family(work, fact, told.people, told.household), words, on=fact.envelope.effective)


def settled(work: Work, fact: Recorded[v.MismatchSettled]) -> None:
    told = fact.data
    tell(work, of_person(work, fact, told.person, told.household), "mismatch_settled", on=told.on)


def check_overdue(work: Work, fact: Recorded[v.CheckOverdue]) -> None:
    told = fact.data
    tell(work, of_family(work, fact, (), told.household), "check_overdue", until=told.start_by)


def changed(work: Work, fact: Recorded[v.ChangeNotified]) -> None:
    told = fact.data
    already = TELLINGS[TOLD_BY[told.change]].departments if told.change in TOLD_BY else ()
    # Civil affairs has recorded it or decided on it itself.
    others = [one for one in told.departments if Department(one) not in (*already, Department.CIVIL_AFFAIRS)]
    about = of_family(work, fact, told.people, told.household)
    tell(work, about, "changed", others, change=told.change, on=told.on)


def share_requested(work: Work, fact: Recorded[v.ShareRequested]) -> None:
    told = fact.data
    about = of_nobody(fact)
    tell(work, about, "share_requested", [told.department], source=told.source, until=told.reply_by)


def share_overdue(work: Work, fact: Recorded[v.ShareReplyOverdue]) -> None:
    _late(work, fact, "share_overdue", fact.data.reply_by)


def feed_overdue(work: Work, fact: Recorded[v.FeedOverdue]) -> None:
    _late(work, fact, "feed_overdue", fact.data.deliver_by)


def corrections_due(work: Work, fact: Recorded[v.CorrectionsDue]) -> None:
    """How many, and by when; which they are the department looks up."""
    told = fact.data
    tell(
        work, of_nobody(fact), "corrections_due", [told.department], corrections=told.corrections, until=told.correct_by
    )  # fmt: skip


def _late(work: Work, fact: Recorded[v.ShareReplyOverdue | v.FeedOverdue], words: str, until: date) -> None:
    told = fact.data
    department: str = work.fact("asked", told.agreement) or Department.CIVIL_AFFAIRS.value
    tell(work, of_nobody(fact), words, [department], source=told.source, until=until)
