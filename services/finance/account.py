"""An account of a household or of one person of it. Pure. Custody: 最低生活保障审核确认办法 (2021) 26.

It counts once a second person has confirmed it. An account in the name of somebody outside the household needs a
mandate, or money would go to the wrong one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from uuid import UUID

from events import finance as f
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, Malformed

_DIGITS = re.compile(r"[0-9]{16,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """`waiting`: who took down the account that nobody has confirmed; `current`: whether one counts."""

    waiting: UUID | None = None
    current: bool = False
    custody: str = ""


ACCOUNT: Fold[Account] = Fold(Account())


@ACCOUNT.on(f.AccountNamed)
def _named(account: Account, fact: f.AccountNamed) -> Account:
    return replace(account, waiting=fact.officer)


@ACCOUNT.on(f.AccountConfirmed)
def _confirmed(account: Account, fact: f.AccountConfirmed) -> Account:
    return replace(account, waiting=None, current=True)


@ACCOUNT.on(f.CustodyAgreed)
def _agreed(account: Account, fact: f.CustodyAgreed) -> Account:
    return replace(account, custody=fact.keeper)


@ACCOUNT.on(f.CustodyEnded)
def _ended(account: Account, fact: f.CustodyEnded) -> Account:
    return replace(account, custody="")


def checked_number(text: str) -> str:
    """16 to 19 digits that pass the check of Luhn (ISO/IEC 7812); Malformed otherwise."""
    number = re.sub(r"[ -]", "", text)
    if not _DIGITS.fullmatch(number) or _luhn(number) % 10:
        raise Malformed(
            "account-number",
            "银行账号应为16至19位数字且校验正确，请核对存折或银行卡。",
            "An account has 16 to 19 digits that pass their check: compare it with the card.",
            field="account",
        )
    return number


def _luhn(number: str) -> int:
    digits = [int(one) for one in reversed(number)]
    return sum(digits[::2]) + sum(sum(divmod(2 * one, 10)) for one in digits[1::2])


def must_be_first_or_changed(account: Account, why: str) -> None:
    if account.current == (why == "first"):
        raise Conflict(
            "account-why",
            "首次登记选“first”；变更账户须说明原因。",
            "`first` is for the first account; a change says why.",
            field="why",
        )


def must_be_another(account: Account, officer: UUID) -> None:
    """Two persons: who confirms is not who took it down."""
    if account.waiting is None:
        raise Conflict(
            "nothing-to-confirm",
            "没有待复核的账户。",
            "No account waits to be confirmed.",
            field="account",
        )
    if account.waiting == officer:
        raise Conflict(
            "two-persons",
            "账户须由另一人复核。",
            "Another person has to confirm the account.",
            field="officer",
        )
