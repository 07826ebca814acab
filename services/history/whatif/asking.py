"""A what-if asked over HTTP (`services.history.jobs`): by the digests of stored papers; its tables as one workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from services.chassis.refusal import Refused
from services.chassis.work import Keys
from services.history.district_log import DistrictLog
from services.history.jobs import CannotAnswer, Job


@dataclass(frozen=True, slots=True)
class Question:
    """`papers`: digests of papers that were proposed or published; none: those in force."""

    since: date
    until: date
    papers: tuple[str, ...] = ()
    programme: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """`short`: the answer in short; `families`: who gains or loses, by id; `workbook`: every table."""

    short: dict[str, Any]
    families: list[dict[str, Any]]
    workbook: Path


def answered(log: DistrictLog, keys: Keys, question: Question, job: Job[Found]) -> Found:
    # DuckDB is a second of a start: it is loaded when it is used.
    from services.history.whatif.deciding import Differs, Unfoldable
    from services.history.whatif.papers import NoPaper
    from services.history.whatif.running import CannotAsk

    try:
        return _answered(log, keys, question, job)
    except (CannotAsk, Differs, NoPaper, Refused, Unfoldable, ValueError) as refusal:
        raise CannotAnswer(str(refusal)) from refusal


def _answered(log: DistrictLog, keys: Keys, question: Question, job: Job[Found]) -> Found:
    from services.history.audit.reading import log_in
    from services.history.whatif.papers import STORED, stored
    from services.history.whatif.running import whatif

    with log.database.reading() as session:
        papers = stored(log_in(session, keys).of_types(STORED), question.papers)
    asked = whatif(
        log, keys, papers, question.since, question.until, programme=question.programme, progress=job.progress
    )
    with asked as answer:
        [workbook] = answer.write(job.folder, "xlsx")
        families = answer.table("families")
        tables = {name: answer.table(name) for name in ("totals", "cost", "moves", "explained")}
        short = tables | {
            "families": len(families), "judged": answer.judged, "decided": answer.decided,
            "sampled": answer.sampled, "differences": len(answer.differences), "unexplained": answer.unexplained,
        }  # fmt: skip
    return Found(short, families, workbook)
