"""What a domain's service listens to, keeps and does by itself so that it can carry cases.

SERVICE = Service("living", listens=(*UPSTREAMS,))
carry_cases(SERVICE)
"""

from __future__ import annotations

from events import assistance as a
from events import casework as c
from events import policy as p
from events import registry as r
from events import remedies as m
from events import staff as s
from events.ids import CaseId, DutyId, GapId, ReferralId, ReportId
from services.assistance import (
    choosing,
    claims,
    continuing,
    draws,
    gap_lists,
    independence,
    links,
    owing,
    reactions,
    referring,
    taken_over,
)
from services.assistance.duty import DUTY
from services.assistance.gaps import GAP
from services.assistance.ledger.report import REPORT
from services.assistance.letters.numbering import keep_letters
from services.assistance.referral import REFERRAL
from services.assistance.remedies import taking
from services.assistance.remedies.folding import CASE
from services.assistance.remedies.keeping import CONTEST, keep_remedies
from services.chassis.evidence import keep_evidence
from services.chassis.service import Service
from services.policy import keeping
from services.registry.keeping import keep_births, keep_names, keep_people

UPSTREAMS = ("registry", "policy", "staff")


def carry_cases(service: Service) -> None:
    """Once for each service; it must listen to `UPSTREAMS`."""
    service.stream(CaseId, CASE)
    service.stream(ReportId, REPORT)
    _keep_upstreams(service)
    _keep_own(service)
    keep_evidence(service)
    keep_letters(service)
    keep_remedies(service)
    service.due(CONTEST)(taking.overdue)
    independence.keep_officials(service)
    service.on(*reactions.REASONS)(reactions.follow_household)
    service.on(s.NearRelativeDeclared, s.NearRelativeCorrected)(reactions.follow_relative)
    draws.keep_draws(service)
    choosing.keep_choices(service)
    service.due(claims.NOTICE)(reactions.notice_ends)
    service.due(claims.MONTH)(reactions.month_begins)
    service.due(claims.REVIEW)(reactions.review_is_due)
    service.due(claims.INSTALMENT)(reactions.instalment_is_due)
    service.due(claims.LAPSE)(reactions.status_lapses)
    _carry_referrals(service)
    _carry_duties(service)
    _compare(service)


def _carry_referrals(service: Service) -> None:
    own = service.name
    service.stream(ReferralId, REFERRAL)
    service.keep(a.ReferralSent, of=own)(referring.sent)
    service.keep(a.ReferralAccepted, a.ReferralReturned, a.ReferralClosed, a.ReferralOverdue, of=own)(
        referring.replied
    )
    service.keep(a.SubsidyGranted, of=own)(links.granted)
    service.on(a.ReferralAnswered)(referring.answered)
    service.due(referring.UNANSWERED)(referring.unanswered)


def _carry_duties(service: Service) -> None:
    own = service.name
    service.stream(DutyId, DUTY)
    service.keep(a.DutyArose, of=own)(owing.arose)
    service.keep(a.DutyLapsed, of=own)(owing.lapsed)
    service.on(p.PaperPublished)(owing.paper_published)
    service.due(owing.PERIOD)(owing.period_is_over)


def _compare(service: Service) -> None:
    """Who qualifies and is not covered, and who left poverty and is helped on."""
    own = service.name
    service.stream(GapId, GAP)
    service.keep(r.Categorised)(gap_lists.categorised)
    service.keep(r.CategoryEnded)(gap_lists.category_ended)
    service.keep(r.Died)(gap_lists.died)
    service.keep(r.PeopleMerged)(gap_lists.people_merged)
    service.keep(a.SubsidyGranted, a.TakenOver, of=own)(gap_lists.granted)
    service.keep(a.SubsidyGranted, a.TakenOver, a.Adjusted, a.HouseholdChanged, of=own)(gap_lists.admitted)
    service.keep(a.Exited, of=own)(gap_lists.exited)
    service.keep(a.Declined, of=own)(gap_lists.declined)
    service.keep(a.GapDetected, of=own)(gap_lists.detected)
    service.keep(a.GapClosed, of=own)(gap_lists.closed)
    service.on(r.Categorised)(continuing.lifted)


def _keep_upstreams(service: Service) -> None:
    keep_people(service)
    keep_births(service)
    keep_names(service)
    service.keep(p.PaperPublished)(keeping.published)
    service.keep(p.CalendarPublished)(keeping.calendar)


def _keep_own(service: Service) -> None:
    own = service.name
    service.keep(a.Applied, of=own)(claims.applied)
    service.keep(a.TakenOver, of=own)(claims.taken_over)
    service.keep(a.TakenOver, of=own)(taken_over.noted)
    service.keep(a.HouseholdChanged, of=own)(claims.household_changed)
    service.keep(a.Surveyed, a.Checked, a.Assessed, of=own)(claims.found_out)
    service.keep(a.NoticePosted, of=own)(claims.notice_posted)
    service.keep(a.ObjectionLodged, a.NoticeEnded, of=own)(claims.notice_over)
    service.keep(a.SubsidyGranted, of=own)(claims.granted)
    service.keep(a.InstalmentsPlanned, of=own)(claims.instalments_planned)
    service.keep(a.InstalmentGranted, of=own)(claims.instalment_granted)
    service.keep(a.MonthGranted, of=own)(claims.month_granted)
    service.keep(c.MonthWithheld, of=own)(claims.month_withheld)
    service.keep(a.ReviewOpened, of=own)(claims.review_opened)
    service.keep(a.Reviewed, of=own)(claims.reviewed)
    service.keep(a.Declined, a.Withdrawn, a.Exited, of=own)(claims.ended)
    service.keep(m.ReviewDecided, m.CourtRuled, of=own)(claims.made_anew)
    service.keep(m.ArrearsGranted, of=own)(claims.arrears_granted)
