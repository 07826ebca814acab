"""Whether a township decides by itself, as the district chose, and the papers of a case by that choice.

The notice of October 2022 (四(一)) and 社会救助法 44 let a district leave a decision to its townships: within 20 working
days. The papers have that as a procedure of its own (`dibao-township`). A choice counts for applications made from its
day on; another one, from a later day, takes it back. A case that is accepted keeps its procedure.

Row `procedure-chosen`: programme|township → (since, by), in the order of recording.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from events import assistance as a
from events import casework as c
from events.base import Recorded
from events.ids import ChoiceId
from services.assistance.model import Case
from services.assistance.programme import programme_of
from services.assistance.published import Proceeding, Published, published
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.policy.finding import Refused as PapersRefused
from services.policy.keeping import Reading

By = Literal["district", "township"]
CHOSEN = "procedure-chosen"


def keep_choices(service: Service) -> None:
    service.stream(ChoiceId, Fold(None))
    service.keep(c.ProcedureChosen, of=service.name)(_chosen)


def _chosen(shelf: Shelf, fact: Recorded[c.ProcedureChosen]) -> None:
    key = f"{fact.data.programme}|{fact.data.township}"
    line = [fact.data.since.isoformat(), fact.data.by]
    shelf.put(CHOSEN, key, [*(shelf.get(CHOSEN, key) or ()), line])


def decides(work: Reading, programme: str, township: str, on: date) -> By:
    """Who decides on an application of a day."""
    lines: list[tuple[str, By]] = work.fact(CHOSEN, f"{programme}|{township}") or []
    begun = [line for line in lines if line[0] <= on.isoformat()]
    return max(enumerate(begun), key=lambda one: (one[1][0], one[0]))[1][1] if begun else "district"


def papers_of(work: Reading, case: Case) -> Published:
    """By what a case is worked on today: its own procedure, or the one that its application falls under."""
    procedure = case.procedure
    if not case.basis and decides(work, case.programme, case.township, case.applied) == "township":
        found = _of_township(published(work, case.programme), case.applied)
        procedure = found.procedure.procedure if found is not None else ""
    return published(work, case.programme, procedure=procedure)


def delegated(case: Case) -> bool:
    """Whether the township decides on it."""
    return bool(case.basis) and case.procedure == _code(case.programme)


def choose(
    work: Work, programme: str, township: str, by: By, officer: UUID, since: date | None = None
) -> c.ProcedureChosen:
    """From today, or a later day; refused where no paper in force then has the procedure."""
    declared = programme_of(programme, work.around.service.name)
    first = since or work.today
    if first < work.today:
        raise Malformed(
            "day-past", "生效日期不得早于今天。", "It counts from today at the earliest.", field="since"
        )
    if decides(work, programme, township, first) == by:
        raise Conflict(
            "nothing-changes",
            "该乡镇（街道）自该日起已是如此，无需变更。",
            "That is so on that day already.",
            field="by",
        )
    papers = published(work, programme)
    found = _of_township(papers, first)
    if by == "district":
        found = papers.proceeding("", first)
    if found is None:
        raise Refused(
            "no-delegation",
            f"{first.isoformat()}没有政策文件允许将{declared.title[0]}审核确认权限下放乡镇（街道）。",
            f"No paper in force on {first} lets townships decide on {declared.title[1]}.",
            field="by",
        )
    identity = found.paper.identity
    paper = a.Paper(
        number=identity.number, clause=found.procedure.clause, digest=papers.digests.get(identity.id)
    )
    choice = ChoiceId.of(uuid5(NAMESPACE_URL, f"doudi:choice/{work.around.source}|{programme}|{township}"))
    fact = c.ProcedureChosen(
        choice=choice,
        programme=programme,
        township=township,
        by=by,
        procedure=found.procedure.procedure,
        since=first,
        paper=paper,
        on=work.today,
        officer=officer,
    )
    work.record(choice, fact, effective=first)
    return fact


def _of_township(papers: Published, on: date) -> Proceeding | None:
    try:
        return Proceeding(*papers.rulebook.procedure(_code(papers.programme.code), on))
    except PapersRefused:
        return None


def _code(programme: str) -> str:
    return f"{programme_of(programme).procedure}-township"
