"""A paper on its way to publication, and who may decide what about it. Pure.

Two people: an author proposes, another approves. One proposal of a paper is open at a time; a new text of a
published paper is a new proposal and, once approved, takes the old one's place from its `effective` day on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from events.ids import PaperId
from events.policy import PaperLapseNear, PaperProposed, PaperPublished, PaperWithdrawn
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused

_PAPERS = UUID("3c1d6c0e-54a1-5f0e-8f37-5d0a35cf9a64")


@dataclass(frozen=True, slots=True)
class Dossier:
    """`open`: the proposal that waits for its approval. `published`: digests, the latest last; `latest`: that one."""

    number: str = ""
    open: PaperProposed | None = None
    published: tuple[str, ...] = ()
    latest: PaperPublished | None = None


DOSSIER: Fold[Dossier] = Fold(Dossier())


@DOSSIER.on(PaperProposed)
def _proposed(dossier: Dossier, fact: PaperProposed) -> Dossier:
    return replace(dossier, open=fact)


@DOSSIER.on(PaperWithdrawn)
def _withdrawn(dossier: Dossier, fact: PaperWithdrawn) -> Dossier:
    return replace(dossier, open=None)


@DOSSIER.on(PaperPublished)
def _published(dossier: Dossier, fact: PaperPublished) -> Dossier:
    return Dossier(fact.number, None, (*dossier.published, fact.digest), fact)


def paper_id(code: str) -> PaperId:
    """The same code is the same paper, in every district."""
    return PaperId.of(uuid5(_PAPERS, code))


def propose(dossier: Dossier, fact: PaperProposed) -> PaperProposed:
    """The paper may be proposed: none of it is open, this text is not published, it kept its number."""
    if dossier.open is not None:
        raise Conflict(
            "paper-proposed",
            "该文件已有待批准的提案，请先批准或撤回。",
            "A proposal of this paper waits already: approve it or take it back first.",
            field="text",
        )
    if fact.digest in dossier.published:
        raise Conflict(
            "paper-published",
            "该文件的这一文本已经发布。",
            "This very text of the paper is published already.",
            field="text",
        )
    if dossier.number and dossier.number != fact.number:
        raise Conflict(
            "paper-number",
            f"该文件标识已用于{dossier.number}。",
            f"This id belongs to {dossier.number}.",
            field="text",
        )
    return fact


def approve(dossier: Dossier, digest: str, approver: UUID, today: date) -> PaperPublished:
    """Somebody other than the author approves; in effect on the next day at the earliest."""
    found = _open(dossier, digest)
    if approver == found.author:
        raise Refused(
            "two-people",
            "起草人不得批准自己的提案，须由另一人批准。",
            "Whoever proposed a paper cannot approve it: a second person has to.",
            field="approver",
        )
    effective = max(today + timedelta(days=1), found.in_force_from)
    told = {name: getattr(found, name) for name in PaperProposed.model_fields}
    return PaperPublished.model_validate({**told, "approver": approver, "effective": effective})


def withdraw(dossier: Dossier, digest: str, by: UUID) -> PaperWithdrawn:
    """Anybody who may propose may take a proposal back, also another's: it then has to be proposed anew."""
    found = _open(dossier, digest)
    return PaperWithdrawn(paper=found.paper, code=found.code, number=found.number, digest=digest, by=by)


def lapse_near(dossier: Dossier, today: date) -> PaperLapseNear:
    """Of the latest text, by its last day."""
    found = dossier.latest
    assert found is not None and found.in_force_to is not None, (
        "only a published paper with a last day is due"
    )
    return PaperLapseNear(
        paper=found.paper,
        code=found.code,
        number=found.number,
        digest=found.digest,
        last=found.in_force_to,
        on=today,
    )


def _open(dossier: Dossier, digest: str) -> PaperProposed:
    if dossier.open is None or dossier.open.digest != digest:
        if digest in dossier.published:
            raise Conflict("paper-published", "该文件已经发布。", "The paper is published already.")
        raise NotFound("没有该待批准的提案。", "There is no such proposal.", field="digest")
    return dossier.open
