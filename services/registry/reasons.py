"""Why something was refused or doubted: a stable rule name, and the reason in both languages.

Reasons are shown to clerks, returned by the API and written to downloadable reports, so they never
quote a name, a number or any other value of a person: they say which rule was broken and how to mend it.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """One broken rule; `rule` is a slug that programs may rely on, the texts may be reworded."""

    rule: str
    zh: str
    en: str


class Refusal(ValueError):
    """What was given breaks a rule of the register; the edge maps `rule` to a problem type once."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"{reason.rule}: {reason.en}")
        self.reason = reason

    @property
    def rule(self) -> str:
        return self.reason.rule

    @property
    def zh(self) -> str:
        return self.reason.zh

    @property
    def en(self) -> str:
        return self.reason.en
