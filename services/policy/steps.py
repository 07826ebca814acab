"""The steps of policy as its people take them: each runs inside one decision and records what follows.

    verdict_on(...)                                        # outside: the checks take seconds
    runtime.decide(lambda work: steps.propose(work, text, author))

They refuse with `services.policy.finding.Refused` (what is wrong with a paper, finding by finding) or with the
errors of `services.chassis.refusal`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from events.policy import CalendarPublished, DayOff, PaperProposed, PaperPublished, PaperWithdrawn
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.work import Work
from services.policy import keeping, model
from services.policy.calendars import SATURDAY
from services.policy.checking import check
from services.policy.finding import Finding
from services.policy.finding import Refused as PaperRefused
from services.policy.keeping import Texts
from services.policy.places import Places

MOST_BYTES = 1 << 20
"""Of a canonical text. Quoted in a fact it at most doubles, and a topic takes 8 MiB a message."""


def propose(work: Work, text: str, author: UUID) -> PaperProposed:
    """Put a paper forward by its canonical text, once every check against the published papers is passed."""
    return propose_together(work, [text], author)[0]


def propose_together(work: Work, texts: Sequence[str], author: UUID) -> tuple[PaperProposed, ...]:
    """Put papers forward that need each other: each is checked beside the published ones and the rest."""
    found = tuple(_proposed(text, author) for text in texts)
    for fact in found:
        model.propose(work.load(model.DOSSIER, fact.paper), fact)
        _must_own_number(work, fact.code, fact.number)
    _must_pass(work, found)
    return tuple(work.record(fact.paper, fact).data for fact in found)


def approve(work: Work, digest: str, approver: UUID) -> PaperPublished:
    """Publish a proposal; checked again, since other papers may have been published meanwhile."""
    return approve_together(work, [digest], approver)[0]


def approve_together(work: Work, digests: Sequence[str], approver: UUID) -> tuple[PaperPublished, ...]:
    """Publish proposals that need each other: all of them or none."""
    waiting = [proposal(work, digest) for digest in digests]
    found = tuple(
        model.approve(work.load(model.DOSSIER, one.paper), one.digest, approver, work.today)
        for one in waiting
    )
    for fact in found:
        _must_own_number(work, fact.code, fact.number)
    _must_pass(work, found)
    return tuple(work.record(fact.paper, fact, effective=fact.effective).data for fact in found)


def withdraw(work: Work, digest: str, by: UUID) -> PaperWithdrawn:
    found = proposal(work, digest)
    fact = model.withdraw(work.load(model.DOSSIER, found.paper), digest, by)
    return work.record(fact.paper, fact).data


def publish_calendar(
    work: Work,
    year: int,
    holidays: Sequence[DayOff],
    working_weekends: Sequence[DayOff],
    source: str,
    by: UUID,
) -> CalendarPublished:
    """A year's calendar; published again, it takes the place of the one before."""
    _must_differ_from_the_week(year, holidays, working_weekends)
    fact = CalendarPublished(
        year=year,
        holidays=tuple(sorted(holidays, key=lambda off: off.on)),
        working_weekends=tuple(sorted(working_weekends, key=lambda off: off.on)),
        source=source,
        by=by,
    )
    return work.record(work.service.own(work.around.district), fact).data


def proposal(work: Work, digest: str) -> PaperProposed:
    """The open proposal with this digest; Conflict where it is published already, NotFound where none is."""
    found = _open(work, digest)
    if found is None:
        if work.fact(keeping.TEXT, digest) is not None:
            raise Conflict(
                "paper-published", "该文件已经发布。", "The paper is published already.", field="digest"
            )
        raise NotFound("没有该待批准的提案。", "There is no such proposal.", field="digest")
    return found


def open_text(work: Work, digest: str) -> str | None:
    """The text of an open proposal; None where there is none."""
    found = _open(work, digest)
    return None if found is None else found.text


def _open(work: Work, digest: str) -> PaperProposed | None:
    code = work.fact(keeping.OPEN, digest)
    return None if code is None else work.load(model.DOSSIER, model.paper_id(code)).open


def digest_of(text: str) -> str:
    """SHA-256 of a text that is not too long; Refused where it is, or is no Unicode text."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise Refused(
            "text", "文本不是有效的Unicode。", "The text is not valid Unicode.", field="text"
        ) from error
    if len(content) > MOST_BYTES:
        raise Refused(
            "paper-too-large",
            f"文件规范文本不得超过{MOST_BYTES}字节。",
            f"The canonical text of a paper may have {MOST_BYTES} bytes at most.",
            field="text",
        )
    return sha256(content).hexdigest()


@lru_cache(maxsize=64)
def verdict_on(digest: str, text: str, others: Texts) -> tuple[Finding, ...]:
    """What is wrong with a paper beside others. Takes seconds, so ask before a decision: it is remembered."""
    return tuple(check(keeping.paper(digest, text), keeping.papers(others), Places()))


def questions(work: Work, texts: Mapping[str, tuple[str, str]]) -> list[tuple[str, str, Texts]]:
    """What `verdict_on` is to be asked of papers published together; by code: digest and text."""
    return [
        (digest, text, keeping.latest_texts(work, texts, without=code))
        for code, (digest, text) in texts.items()
    ]


def _proposed(text: str, author: UUID) -> PaperProposed:
    digest = digest_of(text)
    told = keeping.paper(digest, text).identity
    return PaperProposed(
        paper=model.paper_id(told.id),
        code=told.id,
        number=told.number,
        digest=digest,
        title=told.title,
        text=text,
        in_force_from=told.in_force.first,
        in_force_to=told.in_force.last,
        author=author,
    )


def _must_pass(work: Work, together: Sequence[PaperProposed | PaperPublished]) -> None:
    texts = {fact.code: (fact.digest, fact.text) for fact in together}
    if len(texts) != len(together) or len({fact.number for fact in together}) != len(together):
        raise Refused(
            "paper-twice", "同一文件或文号出现两次。", "A paper or a number is named twice.", field="texts"
        )
    findings = [finding for asked in questions(work, texts) for finding in verdict_on(*asked)]
    if findings:
        raise PaperRefused(findings)


def _must_own_number(work: Work, code: str, number: str) -> None:
    papers = work.fact(keeping.POLICY, "papers") or {}
    for other, row in papers.items():
        if other != code and row["number"] == number:
            raise Conflict(
                "paper-number",
                f"该文号已用于{other}。",
                f"This number belongs to the paper {other}.",
                field="text",
            )


def _must_differ_from_the_week(year: int, holidays: Sequence[DayOff], weekends: Sequence[DayOff]) -> None:
    """A holiday is a weekday, a worked day a weekend day, each of the year and named once."""
    days: list[date] = [off.on for off in (*holidays, *weekends)]
    if len(set(days)) != len(days) or any(day.year != year for day in days):
        raise Refused(
            "calendar-days",
            "日期须属于该年度且不得重复。",
            "Every day must be of the year, and named once.",
            field="holidays",
        )
    if any(off.on.weekday() >= SATURDAY for off in holidays):
        raise Refused(
            "calendar-holiday",
            "放假日只列周一至周五，周末本不上班。",
            "List holidays from Monday to Friday only: nobody works at weekends anyway.",
            field="holidays",
        )
    if any(off.on.weekday() < SATURDAY for off in weekends):
        raise Refused(
            "calendar-weekend",
            "调休上班日只列周六、周日。",
            "List worked Saturdays and Sundays only.",
            field="working_weekends",
        )
