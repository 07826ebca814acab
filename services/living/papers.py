"""The papers a dibao decision rests on, and when each is in force.

The district's own paper of 2020 ran five years and lapsed: a decision dated later that cites it is refused.
The procedure is the one in force on the day of the application and stays with the case; what a family is
entitled to follows the papers in force on the day of the decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from events.assistance import Paper
from services.chassis.refusal import Refused

Act = Literal["grant", "decline", "adjust", "end", "death"]

DISTRICT_2020 = "鹤民发〔2020〕43号"
PROCEDURE_2012 = "民发〔2012〕220号"
PROCEDURE_2021 = "民发〔2021〕57号"
NOTICE_2022 = "民发〔2022〕83号"
LAW_2026 = "社会救助法"


@dataclass(frozen=True, slots=True)
class Validity:
    """A paper by its number, its days in force (`last` included), and its clause for each act."""

    number: str
    title: str
    first: date
    last: date | None
    clauses: dict[Act, str]

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


PAPERS = (
    Validity(
        PROCEDURE_2012,
        "最低生活保障审核审批办法（试行）",
        date(2012, 12, 12),
        date(2021, 6, 30),
        {"grant": "27、29", "decline": "26", "adjust": "32", "end": "32", "death": "32"},
    ),
    Validity(
        DISTRICT_2020,
        "鹤城区建立社会救助兜底保障对象救助帮扶长效机制工作方案",
        date(2020, 7, 27),
        date(2025, 7, 26),
        {"grant": "三(一)1", "decline": "三(一)1"},
    ),
    Validity(
        PROCEDURE_2021,
        "最低生活保障审核确认办法",
        date(2021, 7, 1),
        None,
        {"grant": "21、23", "decline": "21", "adjust": "31、32", "end": "31、32", "death": "31"},
    ),
    Validity(
        NOTICE_2022,
        "关于进一步做好最低生活保障等社会救助兜底保障工作的通知",
        date(2022, 10, 20),
        None,
        {"death": "一(三)"},
    ),
    Validity(
        LAW_2026,
        "中华人民共和国社会救助法",
        date(2026, 7, 1),
        None,
        {"grant": "18", "decline": "18、45", "adjust": "48", "end": "48", "death": "48"},
    ),
)
BY_NUMBER = {paper.number: paper for paper in PAPERS}


def papers_for(act: Act, basis: str, day: date) -> tuple[Paper, ...]:
    """What a decision of `day` rests on: the case's own procedure first, then whatever is in force."""
    own = BY_NUMBER[basis]
    others = (paper for paper in PAPERS if paper is not own and act in paper.clauses and paper.covers(day))
    return tuple(Paper(number=paper.number, clause=paper.clauses[act]) for paper in (own, *others))


def must_be_citable(numbers: Iterable[str], basis: str, day: date) -> None:
    """Refuse a paper that an officer names and that is unknown or not in force on the day of the decision."""
    for number in numbers:
        paper = BY_NUMBER.get(number)
        if paper is None:
            raise Refused("paper-unknown", "引用的文件未登记。", "This paper is not known.", field="papers")
        if number != basis and not paper.covers(day):
            raise Refused(
                "paper-not-in-force",
                f"{number}在{day.isoformat()}不具效力，不得引用。",
                f"{number} is not in force on {day.isoformat()} and cannot be cited.",
                field="papers",
            )
