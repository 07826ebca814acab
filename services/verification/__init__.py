"""Verification: consents, sharing with the departments, checks, periodic comparison. Clause 四(三) of 鹤民发〔2020〕43号
(V1, V2, V3).

Listens to: policy (working days, what contradicts help), registry (who is registered, who lives where, who has died), and the
domains whose applicants are checked and whose recipients are compared (`keeping.CHECKED`, `COMPARED`). Records
`verification.*`. What the departments deliver lies beside the log (`records`) until a newer file replaces it. Nothing here
changes a benefit: a mismatch asks the domain for a review in which the person is heard.

Its rooms: `sources` (what each source is asked for), `limits`, `consent`, `sharing` (agreements), `files`, `matching` and
`taking` (a file, piece by piece), `sending` and `pieces` (a file through the gate), `records` (rows beside the log), `checking`
(a case's check), `comparing`, `contradicting` (by the papers), `mismatch`, `telling` (changes), `doing` (what goes on by
itself), `keeping`, `views`, `figures` (statistics, what is due), `reports` (the gate), `web`, `api_*`.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import assistance as a
from events import policy as p
from events import registry as r
from events.ids import PersonId
from services.chassis import gate_api
from services.chassis.folding import Fold
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import View, ViewReader
from services.policy import keeping as papers
from services.registry.keeping import keep_numbers, keep_people
from services.verification import (
    api_checks,
    api_consents,
    api_mismatches,
    api_sharing,
    checking,
    comparing,
    consent,
    granting,
    keeping,
    mismatch,
    sharing,
    telling,
)
from services.verification.doing import Doer
from services.verification.keeping import COMPARED
from services.verification.records import Records
from services.verification.reports import open_gate
from services.verification.views import CHECKS, SHARING
from services.verification.web import Opened

__all__ = ["GATE", "SERVICE", "VIEWS", "Doer", "Records", "routers"]

SERVICE = Service("verification", listens=("policy", "registry", *COMPARED))
VIEWS: tuple[View, ...] = (SHARING, CHECKS)

GATE = open_gate(SERVICE)
SERVICE.stream(PersonId, Fold(None))  # consents, and what is told of a person
keep_people(SERVICE)
keep_numbers(SERVICE)
for _source in COMPARED:
    keeping.keep_recipients(SERVICE, _source)
keeping.keep_own(SERVICE)
sharing.keep_sharing(SERVICE)
checking.keep_checks(SERVICE)
comparing.keep_comparisons(SERVICE)
mismatch.keep_mismatches(SERVICE)
granting.keep_standing(SERVICE)
SERVICE.keep(p.CalendarPublished)(papers.calendar)
SERVICE.keep(p.PaperPublished)(papers.published)
SERVICE.on(a.Applied)(consent.applied)
SERVICE.on(a.Accepted)(checking.accepted)
SERVICE.on(a.ReviewOpened)(checking.reviewed)
SERVICE.on(a.HouseholdChanged)(checking.household_changed)
SERVICE.on(a.SubsidyGranted, a.Declined, a.Withdrawn, a.Reviewed, a.Exited)(checking.decided)
SERVICE.on(a.SubsidyGranted, a.TakenOver)(granting.granted)
SERVICE.on(a.SubsidyGranted, a.Exited)(telling.case_changed)
SERVICE.on(r.Died)(telling.died)
SERVICE.on(r.HouseholdMovedAway)(telling.moved_away)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    sharing_read, checks_read = readers[SHARING.name], readers[CHECKS.name]
    return [
        api_consents.router(runtime),
        *api_sharing.routers(runtime, sharing_read),
        api_checks.router(runtime, checks_read),
        gate_api.router(runtime, GATE, Opened(runtime)),
        *api_mismatches.routers(runtime, checks_read, sharing_read),
    ]
