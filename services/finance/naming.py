"""Taking down an account, confirming it, custody: checked against who lives in the household."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from events import finance as f
from events.ids import HouseholdId, PersonId
from events.sealed import Sealed
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.work import Work
from services.finance import account as accounts
from services.finance.account import ACCOUNT
from services.registry.keeping import alive, household_of, lives_in, survivor


def home(work: Work, household: HouseholdId) -> str:
    """The township where it lives; NotFound where the register does not know it."""
    found = household_of(work, household)
    if found is None:
        raise NotFound("没有该家庭。", "There is no such household.", field="household")
    return str(found["township"])


def name(
    work: Work,
    household: HouseholdId,
    person: PersonId | None,
    holder: PersonId,
    number: str,
    holder_name: str,
    officer: UUID,
    **said: Any,
) -> UUID:
    """Take it down; it counts once another person has confirmed it. `said`: bank, mandate, why, since."""
    home(work, household)
    if person is not None and not lives_in(work, survivor(work, person), household):
        raise Refused(
            "not-a-member", "该人不是家庭成员。", "The person is not of the household.", field="person"
        )
    if not lives_in(work, survivor(work, holder), household) and said["mandate"] is None:
        raise Refused(
            "foreign-account",
            "户名不是本户成员：须提交委托书，否则不得发放。",
            "The holder is not of the household: hand in a mandate, or name another account.",
            field="holder",
        )
    if not alive(work, [str(holder)]):
        raise Conflict("holder-dead", "户名人已去世。", "The holder has died.", field="holder")
    stream = person or household
    accounts.must_be_first_or_changed(work.load(ACCOUNT, stream), said["why"])
    fact = f.AccountNamed(
        household=household, person=person, holder=holder, officer=officer,
        account=Sealed.of(accounts.checked_number(number), holder), name=Sealed.of(holder_name, holder), **said,
    )  # fmt: skip
    return work.record(stream, fact).envelope.id


def confirm(work: Work, household: HouseholdId, person: PersonId | None, officer: UUID) -> None:
    stream = person or household
    accounts.must_be_another(work.load(ACCOUNT, stream), officer)
    named = UUID(work.fact("to-confirm", stream))
    work.record(stream, f.AccountConfirmed(household=household, person=person, named=named, officer=officer))


def agree_custody(work: Work, household: HouseholdId, person: PersonId | None, **said: Any) -> None:
    """By written agreement only; one keeper at a time."""
    home(work, household)
    if work.load(ACCOUNT, person or household).custody:
        raise Conflict(
            "custody-agreed", "已有代管协议，请先终止。", "An agreement runs: end it first.", field="keeper"
        )
    work.record(person or household, f.CustodyAgreed(household=household, person=person, **said))


def end_custody(work: Work, household: HouseholdId, person: PersonId | None, **said: Any) -> None:
    if not work.load(ACCOUNT, person or household).custody:
        raise Conflict("no-custody", "没有代管协议。", "No agreement runs.", field="household")
    work.record(person or household, f.CustodyEnded(household=household, person=person, **said))
