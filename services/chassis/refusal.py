"""What the domain says when a request cannot be done: a rule with a stable name, in Chinese and English.

Pure, so that `model.py` may raise it; the web turns it into a problem, an import into a line of its report.
An expected refusal of an application is a fact (`Declined`), not one of these.

The sentences go to callers and to logs: never put into them what identifies a person.
"""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """A request breaks a rule. `slug` names the rule for programs, `field` the place where it is broken."""

    status: ClassVar[int] = 422

    def __init__(self, slug: str, zh: str, en: str, *, field: str = "") -> None:
        super().__init__(f"{slug}: {en}")
        self.slug = slug
        self.zh = zh
        self.en = en
        self.field = field


class Malformed(Refused, ValueError):
    """A value breaks a rule by itself. A ValueError, so that pydantic's validators may raise it."""


class Conflict(Refused):
    """What is asked for contradicts what is recorded: a second household, an ID number already taken."""

    status = 409


class Stale(Conflict):
    """The caller decided on an older version than the one recorded."""

    def __init__(self, seen: int, recorded: int, *, field: str = "version") -> None:
        super().__init__(
            "stale-version",
            f"数据已变更：您看到的是第{seen}版，现为第{recorded}版，请刷新后重试。",
            f"The record has changed: you saw version {seen}, it is now at {recorded}. Read it again.",
            field=field,
        )


class NotFound(Refused):
    """Nothing of this id is recorded here."""

    status = 404

    def __init__(
        self, zh: str = "未找到该记录。", en: str = "There is no such record.", *, field: str = ""
    ) -> None:
        super().__init__("not-found", zh, en, field=field)


class KeyReused(Refused):
    """An Idempotency-Key came back with another request."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency-key-reused",
            "该幂等键（Idempotency-Key）已用于另一请求。",
            "This Idempotency-Key was already used for another request.",
            field="header.Idempotency-Key",
        )
