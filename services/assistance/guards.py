"""Who may act on whose papers: a township's clerk only on those of the township."""

from __future__ import annotations

from services.chassis.problems import not_allowed
from services.chassis.tokens import Caller


def in_own_township(caller: Caller, township: str) -> None:
    if not caller.may_act_in(township):
        raise not_allowed("只能办理本乡镇（街道）的事项。", "Only what is of your own township.")


def seen_by(caller: Caller, township: str | None) -> str | None:
    """The township that a list is narrowed to: a clerk's own, else the one asked for."""
    if caller.township is None:
        return township
    if township is not None:
        in_own_township(caller, township)
    return caller.township
