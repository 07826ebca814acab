"""Notification: what is told to whom; the only room that talks to the outside.

It turns facts of the registry, of the domains and of verification into messages in Chinese, from templates
(`templates/`), for the township's office and for departments (`tellings.py` is the table). Notice to the family is by
the township's hand: 2021 办法 19-20 (公示, written refusal with its reason), 〔2020〕43 一, 二 (enrolment and exit), 三(七)
(subsidies that nobody applies for), 四(三) and 社会救助法 48 (to be heard before anything follows), 附 (a paper
whose last day comes near).

Listens to: policy, registry, living, disability, verification. Records: `SummaryBegun`, `MessageComposed`, `SendingStarted`, `Sent`,
`SendingFailed`, `RetryAsked`, `GivenUp`.

This declaration composes and keeps; it knows no channel. What leaves the house does so through
`sending.Sender` alone, which is wired by whoever runs the service and by no replay.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import assistance, notification, policy, registry
from events import remedies as m
from events.ids import MessageId
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import View, ViewReader
from services.notification import keeping, reactions, remedies
from services.notification.api import message_routes
from services.notification.disability import tell_of_disability
from services.notification.model import MESSAGE
from services.notification.verification import tell_of_verification
from services.notification.views import MESSAGES

SERVICE = Service("notification", listens=("policy", "registry", *keeping.PAYING, "verification"))
VIEWS: tuple[View, ...] = (MESSAGES,)

SERVICE.stream(MessageId, MESSAGE)

SERVICE.keep(registry.PersonRegistered, registry.PersonCorrected)(keeping.name)
SERVICE.keep(registry.Erased)(keeping.no_name)
SERVICE.keep(registry.HouseholdRegistered)(keeping.home)
SERVICE.keep(registry.HouseholdMoved, registry.HouseholdCorrected)(keeping.home_moved)
SERVICE.keep(registry.HeadChanged)(keeping.head)
SERVICE.keep(registry.HouseholdRegistered, registry.HouseholdsMerged)(keeping.lives)
SERVICE.keep(registry.MemberJoined)(keeping.joined)
SERVICE.keep(registry.PeopleMerged)(keeping.same)

for _domain in keeping.PAYING:
    keeping.keep_paid(SERVICE, _domain)

SERVICE.keep(notification.SummaryBegun)(keeping.gathering)
SERVICE.keep(notification.MessageComposed)(keeping.to_send)
SERVICE.keep(notification.SendingStarted)(keeping.being_sent)
SERVICE.keep(notification.Sent)(keeping.settled)
SERVICE.keep(notification.SendingFailed)(keeping.to_send_again)
SERVICE.keep(notification.RetryAsked)(keeping.to_send_now)
SERVICE.keep(notification.GivenUp)(keeping.set_aside)

SERVICE.on(registry.Enrolled)(reactions.enrolled)
SERVICE.on(registry.Recategorised)(reactions.recategorised)
SERVICE.on(registry.Exited)(reactions.exited)
SERVICE.on(registry.Died)(reactions.died)
SERVICE.on(assistance.Accepted)(reactions.accepted)
SERVICE.on(assistance.NoticePosted)(reactions.notice_posted)
SERVICE.on(assistance.SubsidyGranted)(reactions.granted)
SERVICE.on(assistance.Declined)(reactions.declined)
SERVICE.on(assistance.MonthGranted)(reactions.month_granted)
SERVICE.on(assistance.Exited)(reactions.case_ended)
SERVICE.on(policy.PaperLapseNear)(reactions.paper_lapse_near)
SERVICE.on(m.ContestedDecision)(remedies.contested)
SERVICE.on(m.ReviewOverdue)(remedies.overdue)
SERVICE.on(m.LawsuitFiled)(remedies.sued)
SERVICE.on(m.ReviewDecided, m.CourtRuled)(remedies.decided)
SERVICE.on(m.ArrearsGranted)(remedies.arrears_granted)
SERVICE.on(m.RecoveryOrdered)(remedies.recovery_ordered)
tell_of_disability(SERVICE)
tell_of_verification(SERVICE)
SERVICE.due(keeping.SUMMARY_DUE)(reactions.month_summed_up)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    return [message_routes(runtime, readers[MESSAGES.name])]
