"""History: one consumer keeps every event of every service as it was recorded, and tells what happened.

It decides nothing, so as a service it listens to nobody, and records only facts about itself:
`service.DayClosed`, and `service.Unsealed` when somebody looks at personal text. The log that it keeps of
all others is no decision of its own and lies in tables of its own. It carries no clause: what it answers is
how any clause was kept.

Its rooms: `district_log` (taking what is recorded, in causal order), `tables` and `marks` and `index` (how it
lies, and how it is found again), `kinship` (splits, merges, moves, duplicates), `timelines`, `wording*` and
`lines` (an event as one sentence), `asof` (as it was on one day, known on another), `api`, `table` (the terminal),
`proof` (that nothing was altered), `audit` (why a decision was made as it was, and what was not as it had to be), `whatif`
(the same months under other papers), `jobs` (long questions over HTTP), `names`, `downloads`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter

from services.chassis.database import Database
from services.chassis.runtime import Runtime
from services.chassis.service import Service, source_of
from services.history import api
from services.history.asof import AsOf
from services.history.asof import api as asof_api
from services.history.audit import Auditor
from services.history.audit import api as audit_api
from services.history.district_log import DistrictLog
from services.history.jobs import Jobs
from services.history.proof import api as proof_api
from services.history.proof.checkpoint import origin_of
from services.history.proof.keeping import ProofTrees
from services.history.proof.signing import Checkpoints
from services.history.timelines import Timelines
from services.history.whatif import api as whatif_api
from services.history.whatif.asking import Found

SERVICE = Service("history")


def open_log(runtime: Runtime, database: Database, services: Iterable[str]) -> DistrictLog:
    """The log of the runtime's district; `services` are the names of all others that record in it."""
    names = dict.fromkeys((*services, SERVICE.name))
    sources = [source_of(runtime.around.district, name) for name in names]
    return DistrictLog(database, sources, runtime.around.clock, runtime.metrics)


def open_proof(runtime: Runtime, log: DistrictLog, key_file: Path, minutes: int) -> Checkpoints:
    """The trees over the log (`.trees`) and the checkpoints over them: followers, in this order."""
    around = runtime.around
    return Checkpoints(ProofTrees(log), origin_of(around.district), around.clock, key_file, minutes)


def routers(
    runtime: Runtime, timelines: Timelines, checkpoints: Checkpoints | None = None
) -> list[APIRouter]:
    proof = [] if checkpoints is None else [proof_api.router(checkpoints, timelines)]
    asof = AsOf(timelines.log, runtime.around.clock)
    auditor = Auditor(timelines.log, runtime.around.keys, checkpoints)
    audit = audit_api.router(auditor, timelines)
    jobs: Jobs[Found] = Jobs("whatif")
    whatif = [
        whatif_api.router(timelines.log, runtime.around.keys, jobs),
        whatif_api.names_router(runtime, timelines.log, jobs),
    ]
    return [api.router(runtime, timelines, asof), asof_api.router(asof, timelines), audit, *whatif, *proof]
