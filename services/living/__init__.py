"""Living: dibao (最低生活保障), from application to exit. Clause 三(一)1 of 鹤民发〔2020〕43号.

Listens to registry: who lives together and where, who has died, who has left, who is registered poor; and to
policy: the papers by which it decides, and the working days.
Records `assistance.*`: Applied, Accepted, Surveyed, Checked, Assessed, NoticePosted, ObjectionLodged,
NoticeEnded, SubsidyGranted, Declined, Withdrawn, MonthGranted, HouseholdChanged, ReviewOpened, Reviewed,
Adjusted, Exited.

Its rooms: `model` (a case), `application`, `entitlement` and `months` (the decisions, pure), `published` (the papers),
`inputs` and `ruling` (a rule applied to a family), `citing` (what a decision names), `steps` (the decisions as
taken), `households` and `claims` (what is kept beside the log), `reactions`, `views`, `api`.
"""

from __future__ import annotations

from events import assistance as a
from events import policy as p
from events import registry as r
from events.ids import CaseId
from services.chassis.service import Service
from services.living import claims, households, reactions
from services.living.api import routers
from services.living.model import CASE
from services.living.views import CASES
from services.policy import keeping

__all__ = ["SERVICE", "VIEWS", "routers"]

VIEWS = (CASES,)

SERVICE = Service("living", listens=("registry", "policy"))
SERVICE.stream(CaseId, CASE)

SERVICE.keep(r.HouseholdRegistered)(households.registered)
SERVICE.keep(r.MemberJoined)(households.joined)
SERVICE.keep(r.MemberLeft)(households.left)
SERVICE.keep(r.HouseholdSplit)(households.split)
SERVICE.keep(r.HouseholdsMerged)(households.merged)
SERVICE.keep(r.HouseholdMoved)(households.moved)
SERVICE.keep(r.HouseholdCorrected)(households.corrected)
SERVICE.keep(r.HouseholdMovedAway)(households.moved_away)
SERVICE.keep(r.HouseholdClosed)(households.closed)
SERVICE.keep(r.Died)(households.died)
SERVICE.keep(r.PeopleMerged)(households.people_merged)
SERVICE.keep(r.Categorised)(households.categorised)
SERVICE.keep(r.CategoryEnded)(households.category_ended)

SERVICE.keep(p.PaperPublished)(keeping.published)
SERVICE.keep(p.CalendarPublished)(keeping.calendar)

SERVICE.keep(a.Applied, of=SERVICE.name)(claims.applied)
SERVICE.keep(a.HouseholdChanged, of=SERVICE.name)(claims.household_changed)
SERVICE.keep(a.Surveyed, a.Checked, a.Assessed, of=SERVICE.name)(claims.found_out)
SERVICE.keep(a.NoticePosted, of=SERVICE.name)(claims.notice_posted)
SERVICE.keep(a.ObjectionLodged, a.NoticeEnded, of=SERVICE.name)(claims.notice_over)
SERVICE.keep(a.SubsidyGranted, of=SERVICE.name)(claims.granted)
SERVICE.keep(a.MonthGranted, of=SERVICE.name)(claims.month_granted)
SERVICE.keep(a.ReviewOpened, of=SERVICE.name)(claims.review_opened)
SERVICE.keep(a.Reviewed, of=SERVICE.name)(claims.reviewed)
SERVICE.keep(a.Declined, a.Withdrawn, a.Exited, of=SERVICE.name)(claims.ended)

SERVICE.on(*reactions.REASONS)(reactions.follow_household)

SERVICE.due(claims.NOTICE)(reactions.notice_ends)
SERVICE.due(claims.MONTH)(reactions.month_begins)
SERVICE.due(claims.REVIEW)(reactions.review_is_due)
