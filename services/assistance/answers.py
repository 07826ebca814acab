"""What callers get to see of a case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from events.base import Recorded
from events.ids import CaseId
from events.sealed import Sealed
from services.assistance.choosing import papers_of
from services.assistance.model import CASE, Case, Stage
from services.assistance.procedure import Owed, next_steps
from services.assistance.rules import STAGE_ZH
from services.chassis.work import Work

NOTE = "示例标准测算，非正式公布金额 · worked out from an illustrative standard"


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Amount(Answer):
    """A sum a month from a day on, never without its mark."""

    amount_fen: int = Field(description="in fen a month")
    since: date
    illustrative: bool
    note: str | None = Field(
        default=None, description="said wherever the sum is shown, if it is illustrative"
    )

    @classmethod
    def of(cls, amount_fen: int, since: date, illustrative: bool) -> Amount:
        note = NOTE if illustrative else None
        return cls(amount_fen=amount_fen, since=since, illustrative=illustrative, note=note)


class OwedStep(Answer):
    """A step to be taken, by whom, and its last day where it has a limit."""

    step: str
    by: str
    notice: bool = Field(description="posted, and over by itself after its days")
    until: date | None
    provisional: bool
    clause: str
    zh: str
    en: str


class CaseAnswer(Answer):
    """A case after a step, with the version to send with the next."""

    case: UUID
    programme: str
    version: int
    state: Stage
    state_zh: str
    household: UUID
    township: str
    members: tuple[UUID, ...]
    admitted: tuple[UUID, ...] = Field(
        description="of them, for whom it is (单人户); empty: all, or not decided"
    )
    basis: str | None
    notice_until: date | None
    owed: tuple[OwedStep, ...] = Field(description="steps of the procedure to be taken before the decision")
    amount: Amount | None
    review_open: bool
    ended: date | None = Field(description="nothing is paid from this day on")


class FactLine(Answer):
    """One fact of the case. `data` is missing where it is restricted and the caller not entitled."""

    version: int
    type: str
    id: UUID
    time: datetime
    effective: date
    recorded: datetime
    department: str
    post: str
    restricted: bool
    sealed: tuple[str, ...] = Field(description="fields that hold personal text, not shown here")
    data: dict[str, Any] | None


class CaseFile(Answer):
    """A case and everything recorded of it."""

    current: CaseAnswer
    facts: tuple[FactLine, ...]


class CaseLine(Answer):
    """A case in the list."""

    case: UUID
    programme: str
    version: int
    state: Stage
    state_zh: str
    step: str
    household: UUID
    township: str
    members: int
    basis: str | None
    applied: date
    survey_by: date | None = Field(
        description="may still move where the working days of its year are not published"
    )
    decide_by: date | None = Field(description="provisional, as above")
    notice_until: date | None
    decided: date | None
    amount: Amount | None
    months: int = Field(description="months granted so far")
    last_month: str | None
    review_open: bool
    review_on: date | None
    ended: date | None
    reason: str | None


class OpenedText(Answer):
    version: int
    field: str
    text: str | None = Field(description="absent once an owner was erased")


class OpenedTexts(Answer):
    texts: tuple[OpenedText, ...]


def answer(case: Case, version: int, owed: tuple[Owed, ...]) -> CaseAnswer:
    amount = None
    if case.amounts:
        since, fen = case.amounts[-1]
        amount = Amount.of(fen, since, case.illustrative)
    assert case.id is not None, "only a case that exists is answered"
    assert case.household is not None, "an application names its household"
    return CaseAnswer(
        case=UUID(int=case.id.int),
        programme=case.programme,
        version=version,
        state=case.stage,
        state_zh=STAGE_ZH[case.stage],
        household=UUID(int=case.household.int),
        township=case.township,
        members=tuple(UUID(int=member.int) for member in case.members),
        admitted=tuple(UUID(int=member.int) for member in case.admitted),
        basis=case.basis or None,
        owed=tuple(
            OwedStep(
                step=one.step.step,
                by=one.step.by,
                notice=one.step.stands is not None,
                until=one.until,
                provisional=one.provisional,
                clause=one.step.clause,
                zh=one.step.zh,
                en=one.step.en,
            )
            for one in owed
        ),
        notice_until=case.notice_until if case.stage is Stage.NOTICE else None,
        amount=amount,
        review_open=case.review_open,
        ended=case.exited,
    )


def answer_now(work: Work, case: CaseId) -> CaseAnswer:
    found = work.load(CASE, case)
    return answer(found, work.version(case), next_steps(found, papers_of(work, found), work.today))


def fact_line(fact: Recorded[Any], entitled: bool) -> FactLine:
    envelope, data = fact.envelope, fact.data
    sealed = sealed_fields(fact)
    hidden = data.RESTRICTED and not entitled
    return FactLine(
        version=envelope.streamversion,
        type=envelope.type,
        id=envelope.id,
        time=envelope.time,
        effective=envelope.effective,
        recorded=envelope.recordedtime,
        department=envelope.actor.department,
        post=envelope.actor.post,
        restricted=data.RESTRICTED,
        sealed=sealed,
        data=None if hidden else data.model_dump(mode="json", exclude=set(sealed)),
    )


def sealed_fields(fact: Recorded[Any]) -> tuple[str, ...]:
    fields = type(fact.data).model_fields
    return tuple(name for name in fields if isinstance(getattr(fact.data, name), Sealed))


def case_line(row: dict[str, Any]) -> CaseLine:
    """From a row of the view."""
    amount = None
    if row["amount_fen"] is not None:
        since = date.fromisoformat(row["since"])
        amount = Amount.of(row["amount_fen"], since, bool(row["illustrative"]))
    shown = {name: row[name] for name in CaseLine.model_fields if name in row}
    return CaseLine.model_validate(
        shown | {"case": row["id"], "state_zh": STAGE_ZH[Stage(row["state"])], "amount": amount}
    )
