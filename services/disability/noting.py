"""Writing on a person's file: under which registration, from which day, and of whom at all."""

from __future__ import annotations

from events import disability as d
from events.ids import PersonId
from services.chassis.refusal import Conflict, NotFound
from services.chassis.work import Work
from services.disability.known import whose


def note(work: Work, person: PersonId, *facts: d.DisabledFact) -> None:
    """On the person's file, each from the day that it counts."""
    for fact in facts:
        day = getattr(fact, "since", None) or getattr(fact, "on", None)
        work.record(whose(work, person), fact, effective=day)


def must_live(work: Work, person: PersonId) -> None:
    """NotFound for whoever is not registered in a household here; refused for the dead."""
    known = work.fact("person", person)
    if known is None or known["merged_into"] is not None:
        raise NotFound("未登记该人员，或者登记已并入另一登记。", "There is no such person.", field="person")
    if known["died"] is not None:
        raise Conflict("person-dead", "该人员已死亡。", "The person has died.", field="person")


def township_of(work: Work, person: PersonId) -> str | None:
    known = work.fact("person", person)
    home = work.fact("household", known["household"]) if known and known["household"] else None
    return None if home is None else str(home["township"])
