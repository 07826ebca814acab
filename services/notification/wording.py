"""The words: templates and the Chinese of codes, from files, checked before the service starts.

A template is a text file: its first line the subject, the rest the body. `{since}` stands for a value of its
telling; anything that its telling does not allow is refused at start-up, so that no message fails, or says
more than it may, on the day it is needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Formatter

from services.notification.tellings import TELLINGS, Telling

FOLDER = "templates"


class TemplateError(ValueError):
    """A template is missing, superfluous, or says what its telling does not allow."""


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    subject: str
    text: str
    digest: str
    placeholders: frozenset[str]

    @classmethod
    def parse(cls, name: str, content: str) -> Template:
        subject, _, text = content.partition("\n")
        if not subject.strip() or not text.strip():
            raise TemplateError(f"{name}: a template has a subject, and a text below it")
        digest = hashlib.sha256(content.encode()).hexdigest()
        return cls(name, subject.strip(), text.strip() + "\n", digest, _placeholders(name, content))

    def says_whom(self) -> bool:
        return "whom" in self.placeholders

    def render(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject and text; `values` as in the log, plus `number` and `whom`."""
        said = {name: SPELLING.get(name, str)(value) for name, value in values.items()}
        return self.subject.format_map(said), self.text.format_map(said)


def _placeholders(name: str, content: str) -> frozenset[str]:
    found = set()
    try:
        parts = list(Formatter().parse(content))
    except ValueError as error:
        raise TemplateError(f"{name}: {error}") from error
    for _, field, form, conversion in parts:
        if field is None:
            continue
        # `{whom.owners}` or `{0[key]}` would reach into values; forms are ours to choose.
        if not field.isidentifier() or form or conversion:
            raise TemplateError(f"{name}: a placeholder is a plain name, not {{{field}}}")
        found.add(field)
    return frozenset(found)


def check(contents: Mapping[str, str], tellings: Mapping[str, Telling]) -> dict[str, Template]:
    """Templates by name (`enrolled.township`); TemplateError unless they are just what the tellings need."""
    wanted = {
        f"{told}.{audience}": telling.allowed(audience)
        for told, telling in tellings.items()
        for audience in telling.audiences
    }
    if contents.keys() != wanted.keys():
        missing, extra = wanted.keys() - contents.keys(), contents.keys() - wanted.keys()
        raise TemplateError(f"missing templates: {sorted(missing)}; nobody uses: {sorted(extra)}")
    templates = {name: Template.parse(name, content) for name, content in contents.items()}
    for name, template in templates.items():
        forbidden = template.placeholders - wanted[name]
        if forbidden:
            raise TemplateError(f"{name} may not say {', '.join(sorted(forbidden))}")
    return templates


@cache
def words() -> Mapping[str, str]:
    """Code → Chinese, of programmes, categories, reasons, remedies, changes, sources of data and townships."""
    text = files(__package__).joinpath(FOLDER, "words.json").read_text("utf-8")
    return {code: word for group in json.loads(text).values() for code, word in group.items()}


def word(code: str) -> str:
    """A code in Chinese; one that has no word shows as it is, rather than a message not being sent."""
    return words().get(code, code)


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日"


def _month(value: str) -> str:
    year, month = value.split("-")
    return f"{year}年{int(month)}月"


def _yuan(value: str) -> str:
    return f"{Decimal(value) / 100:,.2f}元"


def _mark(value: str) -> str:
    return "（金额按示例标准测算，不作为发放依据）" if value == "yes" else ""


SPELLING: dict[str, Callable[[str], str]] = {
    "since": _day,
    "on": _day,
    "until": _day,
    "confirmed": _day,
    "month": _month,
    "amount_fen": _yuan,
    "total_fen": _yuan,
    "illustrative": _mark,
    "categories": lambda value: "、".join(word(code) for code in value.split(",") if code),
    "programme": word,
    "reason": word,
    "kind": word,
    "change": word,
    "source": lambda value: word(f"{value}_data"),
    "outcome": word,
    "township": word,
}


def _read() -> dict[str, str]:
    found = files(__package__).joinpath(FOLDER).iterdir()
    return {
        file.name.removesuffix(".txt"): file.read_text("utf-8")
        for file in found
        if file.name.endswith(".txt")
    }


TEMPLATES = check(_read(), TELLINGS)
