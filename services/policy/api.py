"""HTTP of policy: papers proposed, approved and read; programmes explained.

Papers are everybody's to read. They are written by civil affairs and the district, whose clerks of one
township only read them; that author and approver are two people is decided in `model.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.paging import Cursor, CursorText, Limit, Page
from services.chassis.problems import Problem, not_allowed
from services.chassis.refusal import NotFound
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.views import ViewReader
from services.chassis.wording import BrokenRule
from services.chassis.work import Work
from services.policy import keeping, steps, views
from services.policy.explaining import explain
from services.policy.finding import Finding
from services.policy.finding import Refused as PaperRefused

A = TypeVar("A", bound=BaseModel)
Reader = Annotated[Caller, allow_any_department()]
Writer = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.DISTRICT)]
Code = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$", description="the paper's name in programs")]
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the canonical text")]
Mark = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Programme = Annotated[str, Path(min_length=1, max_length=64, description="e.g. `dibao`")]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class PaperLine(Answer):
    """A proposal and what became of it; `effective`: from which day decisions rest on it; `lapse_told`: since when its
    last day is near (180 days)."""

    digest: str
    code: str
    number: str
    title: str
    state: views.PaperState
    in_force_from: date
    in_force_to: date | None
    author: UUID
    approver: UUID | None
    effective: date | None
    lapse_told: date | None


class PaperText(Answer):
    digest: str
    text: str = Field(description="canonical JSON, whose UTF-8 has this SHA-256")


class Proposal(Command):
    text: str = Field(min_length=2, description="canonical text of the paper: JSON, keys sorted, no spaces")


class Proposals(Command):
    """Papers that need each other, such as a procedure and the standards that it reads."""

    texts: tuple[str, ...] = Field(min_length=1, max_length=50, description="canonical texts")


class Approvals(Command):
    digests: tuple[Mark, ...] = Field(min_length=1, max_length=50, description="of open proposals")


class Settled(Answer):
    digest: str
    code: str
    number: str
    state: views.PaperState
    effective: date | None = None


class Explained(Answer):
    """`illustrative`: it rests on a figure that no notice confirms."""

    programme: str
    title: str
    on: date
    illustrative: bool
    text: str
    papers: tuple[str, ...] = Field(description="document numbers it rests on")


class SettledTogether(Answer):
    items: tuple[Settled, ...]


class _After(Cursor):
    place: int = Field(ge=0, lt=1 << 63)


def paper_routes(runtime: Runtime, papers: ViewReader) -> APIRouter:
    routes = APIRouter(tags=["papers"])

    @routes.get("/papers")
    def list_papers(
        caller: Reader, state: views.PaperState | None = None, cursor: CursorText = None, limit: Limit = 100
    ) -> Page[PaperLine]:
        """Papers in the order in which they were proposed."""
        after = _After.decode(cursor)
        with papers.reading() as tables:
            rows = views.listed(
                tables, state=state, after=0 if after is None else after.place, limit=limit + 1
            )
        more = _After(place=rows[limit - 1].place).encode() if len(rows) > limit else None
        return Page(items=tuple(map(_line, rows[:limit])), next=more)

    @routes.get("/papers/{code}")
    def versions_of_a_paper(code: Code, caller: Reader) -> Page[PaperLine]:
        """All that was ever proposed of one paper, the last 500 at most."""
        papers.advance()  # whoever has just proposed or approved sees it
        with papers.reading() as tables:
            rows = views.listed(tables, code=code, limit=500)
        if not rows:
            raise NotFound("没有该文件。", "There is no such paper.", field="code")
        return Page(items=tuple(map(_line, rows)))

    @routes.get("/papers/{digest}/text")
    def text_of_a_paper(digest: Digest, caller: Reader) -> PaperText:
        """The whole text of a version, as it lies in the log."""
        with papers.reading() as tables:
            text = views.text(tables, digest)
        if text is None:
            raise NotFound("没有该文本。", "There is no such text.", field="digest")
        return PaperText(digest=digest, text=text)

    @routes.post("/papers")
    def propose(body: Proposal, request: Request, caller: Writer) -> Settled:
        """Put a paper forward; refused with every finding of the checks."""
        return proposed_by(caller, request, Settled, [body.text], lambda found: found[0])

    @routes.post("/papers/together")
    def propose_together(body: Proposals, request: Request, caller: Writer) -> SettledTogether:
        """Put several papers forward, each checked beside the others."""
        return proposed_by(caller, request, SettledTogether, body.texts, _together)

    @routes.post("/papers/{digest}/approve")
    def approve(digest: Digest, request: Request, caller: Writer) -> Settled:
        """Publish what somebody else proposed: in effect on the next day at the earliest."""
        return approved_by(caller, request, Settled, [digest], lambda found: found[0])

    @routes.post("/papers/approve")
    def approve_together(body: Approvals, request: Request, caller: Writer) -> SettledTogether:
        """Publish several proposals, all of them or none."""
        return approved_by(caller, request, SettledTogether, body.digests, _together)

    def proposed_by(
        caller: Caller,
        request: Request,
        answer: type[A],
        texts: Sequence[str],
        told: Callable[[list[Settled]], A],
    ) -> A:
        _of_the_district(caller)

        def decide(work: Work) -> A:
            found = steps.propose_together(work, texts, caller.person)
            return told(
                [Settled(digest=f.digest, code=f.code, number=f.number, state="proposed") for f in found]
            )

        with _findings_told():
            _judge(runtime, texts)
            return execute(request, runtime, caller, answer, decide)

    def approved_by(
        caller: Caller,
        request: Request,
        answer: type[A],
        digests: Sequence[str],
        told: Callable[[list[Settled]], A],
    ) -> A:
        _of_the_district(caller)

        def decide(work: Work) -> A:
            found = steps.approve_together(work, digests, caller.person)
            return told(
                [
                    Settled(
                        digest=f.digest,
                        code=f.code,
                        number=f.number,
                        state="published",
                        effective=f.effective,
                    )
                    for f in found
                ]
            )

        with _findings_told():
            waiting = runtime.decide(lambda work: [steps.open_text(work, digest) for digest in digests])
            _judge(runtime, [text for text in waiting if text is not None])
            return execute(request, runtime, caller, answer, decide)

    @routes.post("/papers/{digest}/withdraw")
    def withdraw(digest: Digest, request: Request, caller: Writer) -> Settled:
        """Take a proposal back."""
        _of_the_district(caller)

        def decide(work: Work) -> Settled:
            found = steps.withdraw(work, digest, caller.person)
            return Settled(digest=digest, code=found.code, number=found.number, state="withdrawn")

        return execute(request, runtime, caller, Settled, decide)

    @routes.get("/programmes/{programme}/explanation")
    def explanation(
        programme: Programme,
        caller: Reader,
        on: date | None = None,
        lang: Annotated[Literal["zh", "en"], Query(description="language")] = "zh",
    ) -> Explained:
        """The rule of a programme in plain words, by the papers that count on a day (today, unless said)."""
        rulebook, today = runtime.decide(lambda work: (keeping.rulebook_of(work, on), work.today))
        day = on or today
        try:
            found = explain(rulebook.definition(programme, day), lang)
        except PaperRefused as refused:
            raise _told(refused.findings, "no-rule") from refused
        return Explained(
            programme=programme,
            title=found.title,
            on=day,
            illustrative=found.illustrative,
            text=found.text,
            papers=found.papers,
        )

    return routes


def _together(found: list[Settled]) -> SettledTogether:
    return SettledTogether(items=tuple(found))


@contextmanager
def _findings_told() -> Iterator[None]:
    try:
        yield
    except PaperRefused as refused:
        raise _told(refused.findings) from refused


def _judge(runtime: Runtime, texts: Sequence[str]) -> None:
    """Check outside the decision, which then finds the verdicts: nobody else waits for seconds meanwhile."""
    marked = [(steps.digest_of(text), text) for text in texts]
    papers = {keeping.paper(digest, text).identity.id: (digest, text) for digest, text in marked}
    for asked in runtime.decide(lambda work: steps.questions(work, papers)):
        steps.verdict_on(*asked)


def _of_the_district(caller: Caller) -> None:
    if caller.township is not None:
        raise not_allowed(
            "文件由区级部门起草和批准。", "Papers are proposed and approved for the whole district."
        )


def _told(findings: tuple[Finding, ...], slug: str = "paper-refused") -> Problem:
    errors = [BrokenRule(field="text", rule=one.rule, zh=one.zh, en=one.en) for one in findings]
    return Problem(
        422,
        "文件未通过检查。" if slug == "paper-refused" else "该日没有可用的规则。",
        "The paper does not pass the checks." if slug == "paper-refused" else "There is no rule on this day.",
        slug=slug,
        errors=errors,
    )


def _line(row: views.Row) -> PaperLine:
    fields: Mapping[str, object] = {name: getattr(row, name) for name in PaperLine.model_fields}
    return PaperLine.model_validate(fields)
