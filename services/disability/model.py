"""What is known of a disabled person: card, grade, need of care, wish, carer, devices. Pure; decisions beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from events import disability as d
from events.ids import InstitutionId, PersonId
from services.chassis.folding import Fold

SEVERE = (1, 2)


@dataclass(frozen=True, slots=True)
class Card:
    """Valid from a day to a last one."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Fitted:
    device: str
    on: date
    years: int


@dataclass(frozen=True, slots=True)
class File:
    """`card`: None where there is none, or it is void or expired. `consent`: None where nobody has asked. `suspected`: the
    day of the sweep, until assessed. `carer`: who is named, None where only a name is known; `cared_for`: whether
    anybody is."""

    card: Card | None = None
    kind: d.Kind | None = None
    grade: int = 0
    care_needed: bool = False
    consent: bool | None = None
    exclusions: frozenset[d.Exclusion] = frozenset()
    suspected: date | None = None
    assessed_grade: int | None = None
    wish: str = ""
    institution: InstitutionId | None = None
    carer: PersonId | None = None
    cared_for: bool = False
    devices: tuple[Fitted, ...] = ()

    @property
    def severe(self) -> bool:
        """Holds a card of grade 1 or 2."""
        return self.card is not None and self.grade in SEVERE

    def fitted(self, device: str) -> Fitted | None:
        """The last of its kind."""
        return next((one for one in reversed(self.devices) if one.device == device), None)


FILE: Fold[File] = Fold(File())


@FILE.on(d.CardIssued)
def _issued(file: File, fact: d.CardIssued) -> File:
    return replace(file, card=Card(fact.since, fact.until), suspected=None)


@FILE.on(d.CardChanged)
def _changed(file: File, fact: d.CardChanged) -> File:
    return replace(file, card=Card(fact.since, fact.until))


@FILE.on(d.CardVoided)
def _voided(file: File, fact: d.CardVoided) -> File:
    return replace(file, card=None, grade=0, kind=None)


@FILE.on(d.CardExpired)
def _expired(file: File, fact: d.CardExpired) -> File:
    return replace(file, card=None, grade=0, kind=None)


@FILE.on(d.GradeCertified)
def _certified(file: File, fact: d.GradeCertified) -> File:
    return replace(file, kind=fact.kind, grade=fact.grade, assessed_grade=None)


@FILE.on(d.CareNeedFound)
def _need_found(file: File, fact: d.CareNeedFound) -> File:
    return replace(file, care_needed=fact.needed)


@FILE.on(d.SubsidyConsentGiven)
def _consented(file: File, fact: d.SubsidyConsentGiven) -> File:
    return replace(file, consent=True)


@FILE.on(d.SubsidyConsentWithdrawn)
def _withdrawn(file: File, fact: d.SubsidyConsentWithdrawn) -> File:
    return replace(file, consent=False)


@FILE.on(d.ExclusionNoted)
def _excluded(file: File, fact: d.ExclusionNoted) -> File:
    return replace(file, exclusions=file.exclusions | {fact.what})


@FILE.on(d.ExclusionEnded)
def _admitted(file: File, fact: d.ExclusionEnded) -> File:
    return replace(file, exclusions=file.exclusions - {fact.what})


@FILE.on(d.SuspectFound)
def _suspected(file: File, fact: d.SuspectFound) -> File:
    return replace(file, suspected=fact.on, assessed_grade=None)


@FILE.on(d.HomeAssessed)
def _assessed(file: File, fact: d.HomeAssessed) -> File:
    return replace(file, suspected=None, assessed_grade=fact.grade)


@FILE.on(d.DeviceFitted)
def _fitted(file: File, fact: d.DeviceFitted) -> File:
    return replace(file, devices=(*file.devices, Fitted(fact.device, fact.on, fact.years)))


@FILE.on(d.CareWishRecorded)
def _wished(file: File, fact: d.CareWishRecorded) -> File:
    return replace(file, wish=fact.wish)


@FILE.on(d.PlacedInCare)
def _placed(file: File, fact: d.PlacedInCare) -> File:
    return replace(file, institution=fact.institution)


@FILE.on(d.LeftCare)
def _left(file: File, fact: d.LeftCare) -> File:
    return replace(file, institution=None)


@FILE.on(d.CarerNamed)
def _named(file: File, fact: d.CarerNamed) -> File:
    return replace(file, carer=fact.carer, cared_for=True)


@FILE.on(d.CarerGone)
def _gone(file: File, fact: d.CarerGone) -> File:
    return replace(file, carer=None, cared_for=False)
