"""What is known of a tekun person beside the case: grade, wish, place, carer, and an end that is being shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from events import living as l
from events.ids import InstitutionId, PersonId
from services.chassis.folding import Fold


@dataclass(frozen=True, slots=True)
class Agreement:
    """With a carer, until a last day. `visit_by`: the last day of the next visit; `visited`: the day of the last."""

    carer: PersonId | None
    since: date
    until: date
    visit_by: date
    visited: date | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """An intended end. `assessment`: the event that says so. `until`: the last day of the notice."""

    assessment: UUID
    reason: str
    until: date
    state: Literal["posted", "objected", "over"] = "posted"
    decide_by: date | None = None


@dataclass(frozen=True, slots=True)
class Support:
    """`grade` is empty until the six items were worked out. `reassess_by`: a change was reported and is open."""

    grade: str = ""
    unmet: int = 0
    care_fen: int = 0
    illustrative: bool = False
    assessed: date | None = None
    reassess_by: date | None = None
    wish: l.Mode | None = None
    institution: InstitutionId | None = None
    bed: str = ""
    agreement: Agreement | None = None
    ending: Ending | None = None

    @property
    def mode(self) -> l.Mode:
        """Where the person lives, whatever they wish."""
        return "scattered" if self.institution is None else "centralised"

    @property
    def dependent(self) -> bool:
        """Whether they cannot, or not wholly, care for themselves."""
        return self.grade in ("semi", "full")


SUPPORT: Fold[Support] = Fold(Support())


@SUPPORT.on(l.SelfCareAssessed)
def _assessed(support: Support, fact: l.SelfCareAssessed) -> Support:
    return replace(
        support, grade=fact.grade, unmet=fact.unmet, care_fen=fact.care_fen,
        illustrative=fact.illustrative, assessed=fact.on,
    )  # fmt: skip


@SUPPORT.on(l.SelfCareChangeReported)
def _reported(support: Support, fact: l.SelfCareChangeReported) -> Support:
    return replace(support, reassess_by=fact.reassess_by)


@SUPPORT.on(l.SelfCareReassessed)
def _reassessed(support: Support, fact: l.SelfCareReassessed) -> Support:
    return replace(
        support, grade=fact.grade, unmet=fact.unmet, care_fen=fact.care_fen,
        illustrative=fact.illustrative, assessed=fact.on, reassess_by=None,
    )  # fmt: skip


@SUPPORT.on(l.PlacementWishRecorded)
def _wished(support: Support, fact: l.PlacementWishRecorded) -> Support:
    return replace(support, wish=fact.wish)


@SUPPORT.on(l.PlacedInInstitution)
def _placed(support: Support, fact: l.PlacedInInstitution) -> Support:
    return replace(support, institution=fact.institution, bed=fact.bed)


@SUPPORT.on(l.LeftInstitution)
def _left(support: Support, fact: l.LeftInstitution) -> Support:
    return replace(support, institution=None, bed="")


@SUPPORT.on(l.CareAgreementSigned)
def _signed(support: Support, fact: l.CareAgreementSigned) -> Support:
    return replace(support, agreement=Agreement(fact.carer, fact.since, fact.until, fact.visit_by))


@SUPPORT.on(l.CareVisitRecorded)
def _visited(support: Support, fact: l.CareVisitRecorded) -> Support:
    found = support.agreement
    return replace(support, agreement=found and replace(found, visited=fact.on, visit_by=fact.visit_by))


@SUPPORT.on(l.CareVisitMissed)
def _missed(support: Support, fact: l.CareVisitMissed) -> Support:
    return replace(
        support, agreement=support.agreement and replace(support.agreement, visit_by=fact.visit_by)
    )


@SUPPORT.on(l.CareAgreementEnded)
def _agreement_ended(support: Support, fact: l.CareAgreementEnded) -> Support:
    return replace(support, agreement=None)


@SUPPORT.on(l.EndNoticePosted)
def _end_posted(support: Support, fact: l.EndNoticePosted) -> Support:
    return replace(support, ending=Ending(fact.assessment, fact.reason, fact.until))


@SUPPORT.on(l.EndObjectionLodged)
def _end_objected(support: Support, fact: l.EndObjectionLodged) -> Support:
    found = support.ending
    return replace(support, ending=found and replace(found, state="objected", decide_by=fact.decide_by))


@SUPPORT.on(l.EndNoticeEnded)
def _end_shown(support: Support, fact: l.EndNoticeEnded) -> Support:
    return replace(support, ending=support.ending and replace(support.ending, state="over"))


@SUPPORT.on(l.EndDropped)
def _end_dropped(support: Support, fact: l.EndDropped) -> Support:
    return replace(support, ending=None)


@SUPPORT.on(l.SupportEnded)
def _ended(support: Support, fact: l.SupportEnded) -> Support:
    return Support()


@dataclass(frozen=True, slots=True)
class Institution:
    """`name` is empty where there is none."""

    name: str = ""
    township: str = ""
    beds: int = 0


INSTITUTION: Fold[Institution] = Fold(Institution())


@INSTITUTION.on(l.InstitutionRegistered)
def _registered(institution: Institution, fact: l.InstitutionRegistered) -> Institution:
    return Institution(fact.title, fact.township, fact.beds)
