"""What a reconstruction says: checks, five parts with a verdict each, and the whole. Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.history.words import PROGRAMMES, SERVICES, Words, of

DECISIONS = {
    "assistance.SubsidyGranted": Words("确认给予", "granted"),
    "assistance.Declined": Words("不予确认", "declined"),
    "assistance.Adjusted": Words("调整", "adjusted"),
    "assistance.Exited": Words("终止", "ended"),
    "assistance.Reviewed": Words("复核", "reviewed"),
    "assistance.Assessed": Words("初审意见", "recommendation"),
    "assistance.TakenOver": Words("接续登记", "taken over"),
}
"""What is reconstructed, by its type."""


class Outcome(StrEnum):
    """`noted`: to be known, but nobody's fault; `open`: the log does not say."""

    KEPT = "kept"
    BROKEN = "broken"
    NOTED = "noted"
    OPEN = "open"


OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.KEPT: "符合", Outcome.BROKEN: "不符合", Outcome.NOTED: "说明", Outcome.OPEN: "待查",
}  # fmt: skip


class Class(StrEnum):
    """What kind of finding a check that was not kept is."""

    LATE = "late"
    KIN = "kin"
    PAPER_OUT_OF_FORCE = "paper_out_of_force"
    AFTER_DEATH = "decision_after_death"
    ALTERED_AMOUNT = "altered_amount"
    SWAPPED_INPUT = "swapped_input"
    UNFOUNDED = "unfounded_input"
    SKIPPED_NOTICE = "skipped_notice"
    SKIPPED_STEP = "skipped_step"
    TOO_FEW_PEOPLE = "too_few_people"
    NOT_AUTHORISED = "not_authorised"
    UNHEARD = "unheard"
    ALTERED_LOG = "altered_log"
    NOT_ELIGIBLE = "not_eligible"
    OVER_PROPERTIED = "over_propertied"
    JAILED = "jailed"
    DOUBLE = "double"
    MISSED = "missed"
    UNPAID = "unpaid"
    PAID_WITHOUT_DECISION = "paid_without_decision"
    ALTERED_PAYMENT = "altered_payment"
    WRONG_FUND = "wrong_fund"
    PAID_TWICE = "paid_twice"
    PAID_AFTER_DEATH = "paid_after_death"
    PAID_AFTER_END = "paid_after_end"


Sort = Literal["had", "unread", "later"]
"""The decider had it, it had arrived unread, or it was known only later (2021 办法 39: prompt, honest error)."""
PartName = Literal["known", "rule", "procedure", "deciders", "unchanged"]
Verdict = Literal["holds", "broken", "open"]
SOURCE_WORDS: dict[str, tuple[str, str]] = {
    "day": ("决定日", "day"), "application": ("申请", "application"), "survey": ("入户调查", "survey"),
    "check": ("信息核对", "check"), "step": ("办理步骤", "step"), "history": ("以前月份", "earlier months"),
    "registry": ("对象登记", "the register"), "file": ("残疾人档案", "the disabled person's file"),
    "aid": ("低保、特困案件", "cases of dibao and tekun"), "relief": ("以前的临时救助", "relief before"),
    "service": ("部门自有", "the service's own"), "none": ("没有来源", "nothing"),
}  # fmt: skip
"""What an input follows from, by its code."""
PART_WORDS: dict[PartName, tuple[str, str]] = {
    "known": ("所知事实", "What was known"),
    "rule": ("适用规则", "The rule"),
    "procedure": ("程序", "The procedure"),
    "deciders": ("经办与决定人员", "Who decided"),
    "unchanged": ("未被改动", "Unchanged"),
}
VERDICT_WORDS: dict[Verdict, tuple[str, str]] = {
    "holds": ("成立", "holds"),
    "broken": ("不成立", "does not hold"),
    "open": ("部分无法从记录证实", "not all of it can be shown from the log"),
}


class Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Told):
    """One thing that was looked at. `finding` and `sort` only where it was not kept."""

    code: str
    outcome: Outcome
    zh: str
    en: str
    paper: str = Field(default="", description="number of the paper that demands it")
    clause: str = ""
    events: tuple[UUID, ...] = Field(default=(), description="that it rests on")
    finding: Class | None = None
    sort: Sort | None = None

    @property
    def where(self) -> str:
        """Paper and clause, as far as there are any."""
        said = " ".join(filter(None, (self.paper, self.clause)))
        return said and f"〔{said}〕"


class Part(Told):
    part: PartName
    verdict: Verdict
    zh: str
    en: str
    checks: tuple[Check, ...]


class Link(Told):
    """An event on the way back to the source of an input."""

    id: UUID
    service: str
    type: str
    effective: date
    recordedtime: datetime
    cause: UUID | None
    zh: str
    en: str


class Derived(Told):
    """An input as the decision used it and as it follows from what was known; `chain`: the nearest event first."""

    name: str
    used: str
    derived: str | None = Field(description="null where the log alone does not give it")
    source: str = Field(description="code, see SOURCE_WORDS")
    chain: tuple[Link, ...] = ()


class Arithmetic(Told):
    """A value on the way to the sum: as recorded, and as worked out again."""

    name: str
    recorded: str
    again: str
    clause: str
    paper: str


class PaperUsed(Told):
    number: str
    clause: str
    digest: str | None
    published: UUID | None = Field(description="the event that holds its text")


class Gone(Told):
    """What can no longer be shown: a sealed text or an attachment of an event, or (`event` none) who somebody is."""

    person: UUID = Field(description="who was erased")
    event: UUID | None
    what: str = Field(description="name, the field, or attachment")
    erased: UUID | None = Field(description="the event by which; null where the log does not have it")
    on: date | None
    zh: str
    en: str


class Reconstruction(Told):
    """`sums`: in fen, as decided and as worked out again; none where no rule was applied."""

    decision: UUID
    type: str
    case: UUID
    programme: str
    service: str
    sequence: int
    day: date
    recordedtime: datetime
    amount_fen: int | None
    again_fen: int | None
    illustrative: bool
    verdict: Verdict
    zh: str
    en: str
    parts: tuple[Part, ...]
    inputs: tuple[Derived, ...]
    arithmetic: tuple[Arithmetic, ...]
    papers: tuple[PaperUsed, ...]
    unreadable: tuple[UUID, ...] = Field(description="events that could not be read and do not count")
    gone: tuple[Gone, ...] = Field(default=(), description="what was erased since, and why")

    @property
    def titled(self) -> tuple[str, str]:
        """What was decided, of which programme, by which service, in words."""
        what, programme = of(DECISIONS, self.type), of(PROGRAMMES, self.programme)
        service = of(SERVICES, self.service)
        return f"{programme.zh}：{what.zh}（{service.zh}）", f"{programme.en}: {what.en} ({service.en})"

    @property
    def findings(self) -> tuple[Check, ...]:
        return tuple(one for part in self.parts for one in part.checks if one.finding is not None)


def part(name: PartName, checks: Sequence[Check]) -> Part:
    verdict = judged(check.outcome for check in checks)
    (zh, en), (said_zh, said_en) = PART_WORDS[name], VERDICT_WORDS[verdict]
    return Part(
        part=name, verdict=verdict, zh=f"{zh}：{said_zh}", en=f"{en}: {said_en}", checks=tuple(checks)
    )


def judged(outcomes: Iterable[Outcome]) -> Verdict:
    found = set(outcomes)
    if Outcome.BROKEN in found:
        return "broken"
    return "open" if Outcome.OPEN in found else "holds"


def kept(code: str, zh: str, en: str, **more: object) -> Check:
    return Check.model_validate({"code": code, "outcome": Outcome.KEPT, "zh": zh, "en": en, **more})


def unknown(code: str, zh: str, en: str, **more: object) -> Check:
    return Check.model_validate({"code": code, "outcome": Outcome.OPEN, "zh": zh, "en": en, **more})


def broken(code: str, finding: Class, zh: str, en: str, **more: object) -> Check:
    told = {"code": code, "outcome": Outcome.BROKEN, "zh": zh, "en": en, "finding": finding, "sort": "had"}
    return Check.model_validate(told | more)
