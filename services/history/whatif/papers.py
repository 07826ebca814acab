"""The other papers: read from folders, checked beside those in the log, and put in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from events.policy import PaperProposed, PaperPublished
from services.history.audit.reading import Found
from services.history.audit.rows import Rows, papers_on, said
from services.policy.calendars import WorkingDays
from services.policy.checking import check
from services.policy.finding import Refused
from services.policy.paper import Paper
from services.policy.places import Places
from services.policy.reading import ReadPaper, from_canonical, read_paper
from services.policy.rule import Rule
from services.policy.rulebook import Rulebook

STORED = frozenset({PaperProposed.TYPE, PaperPublished.TYPE})


class NoPaper(ValueError):
    """A folder holds no paper."""


def read_folders(folders: Sequence[Path]) -> tuple[ReadPaper, ...]:
    """A folder of a paper, or of folders of papers; NoPaper, or Refused with what is wrong in one."""
    found: list[ReadPaper] = []
    for folder in folders:
        inside = (
            [folder]
            if (folder / "paper.yaml").is_file()
            else sorted(one.parent for one in folder.glob("*/paper.yaml"))
        )
        if not inside:
            raise NoPaper(f"{folder} 中没有政策文件（paper.yaml）。 There is no paper.yaml in {folder}.")
        found += map(read_paper, inside)
    return tuple(found)


def stored(log: Iterable[Found], digests: Sequence[str]) -> tuple[ReadPaper, ...]:
    """Papers that were proposed or published, by the digests of their texts; NoPaper where one is in none of them.
    `log`: events of `STORED`."""
    texts = {one.fact.digest: one.fact.text for one in log if one.fact.digest in digests}
    for digest in digests:
        if digest not in texts:
            raise NoPaper(f"没有该政策文件：{digest}。 No paper of this digest was ever proposed.")
    return tuple(ReadPaper(from_canonical(texts[digest].encode()), Places()) for digest in digests)


def checked(read: Sequence[ReadPaper], others: Sequence[Paper]) -> tuple[Paper, ...]:
    """As `doudi policy check` checks them, beside those in the log that they do not replace. Raises Refused."""
    mine = tuple(one.paper for one in read)
    whole = _joined(tuple(others), mine)
    findings = [
        finding
        for one in read
        for finding in check(one.paper, [p for p in whole if p is not one.paper], one.places)
    ]
    if findings:
        raise Refused(findings)
    return mine


class InForce:
    """The rule of a programme on a day: of the papers that were published by then, or with others joined to them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def rule(self, programme: str, on: date, others: tuple[Paper, ...] = ()) -> Rule | None:
        """None where no paper speaks of the programme that day; Refused where papers do not go together."""
        known = papers_on(self._rows, on)
        book = _together(known.rulebook, known.days, _Same(others)) if others else known.rulebook
        return book.rule(programme, on) if programme in book.programmes(on) else None

    def papers(self, on: date) -> tuple[Paper, ...]:
        return papers_on(self._rows, on).rulebook.papers


class Compared:
    """The rules of a day by run: of the papers in force, and of the others beside them."""

    def __init__(self, in_force: InForce, others: tuple[Paper, ...]) -> None:
        self._in_force, self._others = in_force, others
        self._rules: dict[tuple[str, date], Mapping[str, Rule | None]] = {}

    def rules(self, programme: str, on: date) -> Mapping[str, Rule | None]:
        if (programme, on) not in self._rules:
            other = self._in_force.rule(programme, on, self._others)
            found = {"before": self._in_force.rule(programme, on), "after": other, "static": other}
            self._rules[programme, on] = found
        return self._rules[programme, on]

    def monthly(self, programme: str, month: date) -> bool | None:
        """Whether it is paid month by month, and not once; None where no paper speaks of it."""
        rules = self.rules(programme, month)
        rule = rules["after"] or rules["before"]
        return None if rule is None else (said(rule, "period") or "month") == "month"


class _Same:
    """Papers by identity: their whole text is not hashed each month."""

    def __init__(self, papers: tuple[Paper, ...]) -> None:
        self.papers = papers

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.papers)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and [*map(id, self.papers)] == [*map(id, other.papers)]


@lru_cache(maxsize=16)
def _together(book: Rulebook, days: WorkingDays, others: _Same) -> Rulebook:
    return Rulebook(_joined(book.papers, others.papers), days.is_working)


def _joined(known: tuple[Paper, ...], others: tuple[Paper, ...]) -> tuple[Paper, ...]:
    """One of the same id takes the other's place."""
    ids = {one.identity.id for one in others}
    return (*(one for one in known if one.identity.id not in ids), *others)
