"""What living keeps of its own facts about tekun, and what falls due.

Rows `cares-for` (carer: the people they care for at home, and their cases), `beds` (institution: who lives in which bed); of
the registry who is registered poor (建档立卡) and not yet out of poverty, and who cannot care for themselves.
"""

from __future__ import annotations

from datetime import timedelta

from events import living as l
from events import registry as r
from events.base import Recorded
from events.ids import InstitutionId, PersonId
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.living import care, ending, following
from services.living.caring import note, papers, supported
from services.living.support import INSTITUTION, SUPPORT
from services.registry.keeping import keep_category

CARE_END, CARE_VISIT, REASSESS, END_NOTICE = "care-end", "care-visit", "reassess", "end-notice"
DAY = timedelta(days=1)


def care_for(service: Service) -> None:
    """Everything about tekun beside the cases. Once, after `carry_cases`."""
    service.stream(PersonId, SUPPORT)
    service.stream(InstitutionId, INSTITUTION)
    keep_category(service, r.Category.REGISTERED_POOR)
    keep_category(service, r.Category.CARE_DEPENDENT)
    service.keep(l.CareAgreementSigned)(signed)
    service.keep(l.CareAgreementEnded)(agreement_ended)
    service.keep(l.CareVisitRecorded, l.CareVisitMissed)(visit_noted)
    service.keep(l.PlacedInInstitution)(placed)
    service.keep(l.LeftInstitution)(left)
    service.keep(l.SelfCareChangeReported)(reported)
    service.keep(l.SelfCareReassessed, l.ReassessmentOverdue)(report_settled)
    service.keep(l.EndNoticePosted)(end_posted)
    service.keep(l.EndObjectionLodged, l.EndNoticeEnded, l.EndDropped)(end_notice_over)
    service.keep(l.SupportEnded)(support_ended)
    service.on(r.Died)(following.carer_died)
    service.due(CARE_END)(agreement_expires)
    service.due(CARE_VISIT)(visit_is_missed)
    service.due(REASSESS)(reassessment_is_overdue)
    service.due(END_NOTICE)(ending.shown)


def signed(shelf: Shelf, fact: Recorded[l.CareAgreementSigned]) -> None:
    told = fact.data
    if told.carer is not None:
        others = shelf.get("cares-for", told.carer) or {}
        shelf.put("cares-for", told.carer, {**others, str(told.person): str(told.case)})
    shelf.remind(told.until + DAY, CARE_END, told.person)
    shelf.remind(told.visit_by + DAY, CARE_VISIT, told.person)


def agreement_ended(shelf: Shelf, fact: Recorded[l.CareAgreementEnded]) -> None:
    told = fact.data
    if told.carer is not None:
        row = shelf.get("cares-for", told.carer) or {}
        others = {person: case for person, case in row.items() if person != str(told.person)}
        if others:
            shelf.put("cares-for", told.carer, others)
        else:
            shelf.drop("cares-for", told.carer)
    shelf.forget(CARE_END, told.person)
    shelf.forget(CARE_VISIT, told.person)


def visit_noted(shelf: Shelf, fact: Recorded[l.CareVisitRecorded | l.CareVisitMissed]) -> None:
    shelf.remind(fact.data.visit_by + DAY, CARE_VISIT, fact.data.person)


def placed(shelf: Shelf, fact: Recorded[l.PlacedInInstitution]) -> None:
    told = fact.data
    taken = shelf.get("beds", told.institution) or {}
    shelf.put("beds", told.institution, {**taken, told.bed: str(told.person)})


def left(shelf: Shelf, fact: Recorded[l.LeftInstitution]) -> None:
    told = fact.data
    taken = shelf.get("beds", told.institution) or {}
    shelf.put("beds", told.institution, {bed: who for bed, who in taken.items() if bed != told.bed})


def reported(shelf: Shelf, fact: Recorded[l.SelfCareChangeReported]) -> None:
    shelf.remind(fact.data.reassess_by + DAY, REASSESS, fact.data.person)


def report_settled(shelf: Shelf, fact: Recorded[l.SelfCareReassessed | l.ReassessmentOverdue]) -> None:
    shelf.forget(REASSESS, fact.data.person)


def end_posted(shelf: Shelf, fact: Recorded[l.EndNoticePosted]) -> None:
    shelf.remind(fact.data.until + DAY, END_NOTICE, fact.data.person)


def end_notice_over(
    shelf: Shelf, fact: Recorded[l.EndObjectionLodged | l.EndNoticeEnded | l.EndDropped]
) -> None:
    shelf.forget(END_NOTICE, fact.data.person)


def support_ended(shelf: Shelf, fact: Recorded[l.SupportEnded]) -> None:
    for kind in (CARE_END, CARE_VISIT, REASSESS, END_NOTICE):
        shelf.forget(kind, fact.data.person)


# -- days that come --------------------------------------------------------------------------------------


def agreement_expires(work: Work, person: PersonId) -> None:
    support = work.load(SUPPORT, person)
    note(work, *care.end_agreement(supported(work, person), support, "expired", work.today))


def visit_is_missed(work: Work, person: PersonId) -> None:
    agreement = work.load(SUPPORT, person).agreement
    if agreement is not None:
        following = care.next_visit(papers(work), agreement.visit_by)
        missed = l.CareVisitMissed(**supported(work, person), missed=agreement.visit_by, visit_by=following)
        note(work, missed)


def reassessment_is_overdue(work: Work, person: PersonId) -> None:
    by = work.load(SUPPORT, person).reassess_by
    if by is not None:
        note(work, l.ReassessmentOverdue(**supported(work, person), reassess_by=by))
