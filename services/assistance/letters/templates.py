"""The letters of a case, one function a kind: facts in, a `Letter` out, not a word that is not computed.

Names are left to the printing (`name_of`); figures are whole fen. Titles follow 最低生活保障审核确认办法
(民发〔2021〕57号), 特困人员认定办法 (民发〔2021〕43号) and 民发〔2018〕23号 for temporary relief.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from events.ids import CaseId, Concerned
from events.letters import LetterKind
from services.assistance.letters.letter import Clause, Letter, name_of
from services.assistance.letters.numbering import number_of
from services.assistance.letters.offices import Office
from services.assistance.letters.wording import (
    PAID_ONCE,
    PROGRAMMES_ZH,
    chinese_date,
    chinese_month,
    remedies_text,
    yuan,
)
from services.chassis.refusal import Malformed

Change = Literal["raised", "reduced", "stopped", "others"]
CHANGES: dict[Change, str] = {"raised": "增发", "reduced": "减发", "stopped": "停发", "others": "变更"}
"""`others`: the same sum, for others of the family."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What every letter of a case needs: whose, which, where, under which clauses, from which office."""

    case: CaseId
    programme: str
    applicant: Concerned
    office: Office
    applied: date
    clauses: tuple[Clause, ...]
    illustrative: bool
    reconsider_at: str = "怀化市鹤城区人民政府"
    court: str = "有管辖权的人民法院"

    @property
    def zh(self) -> str:
        return PROGRAMMES_ZH[self.programme]

    @property
    def verb(self) -> str:
        """确认 since the papers of 2021; temporary relief is still 批准 (民发〔2018〕23号)."""
        return "批准" if self.programme in PAID_ONCE else "确认"

    @property
    def allowance(self) -> str:
        return {"dibao": "最低生活保障金", "tekun": "救助供养金"}.get(self.programme, "临时救助金")


def acceptance(matter: Matter, serial: int, on: date, *, decide_by: date | None = None) -> Letter:
    """受理通知书: the papers are complete and the periods run. `decide_by`: the last day of the procedure's."""
    last = f"，办理期限至{chinese_date(decide_by)}" if decide_by else ""
    return lettered(
        matter,
        "acceptance",
        f"{matter.zh}申请受理通知书",
        serial,
        on,
        (
            f"你（户）于{chinese_date(matter.applied)}提出的{matter.zh}申请，材料齐备，"
            f"{under(matter)}，决定自{chinese_date(on)}起予以受理{last}。",
            "受理后将依法开展家庭经济状况调查核实，请予配合，并如实提供有关情况。",
        ),
    )


def supplement(matter: Matter, serial: int, on: date, missing: Sequence[str], *, by: date) -> Letter:
    """补正告知书: everything that is missing, told once. Malformed where nothing is."""
    if not missing:
        raise Malformed(
            "letter-nothing-missing",
            "补正告知书须列明所缺材料。",
            "A letter that asks for papers must name them.",
            field="missing",
        )
    return lettered(
        matter,
        "supplement",
        f"{matter.zh}申请材料补正告知书",
        serial,
        on,
        (
            f"你（户）于{chinese_date(matter.applied)}提出的{matter.zh}申请，材料不齐备。"
            f"{under(matter)}，现一次性告知须补齐的材料如下：",
            *(f"{number}．{one}" for number, one in enumerate(missing, 1)),
            f"请于{chinese_date(by)}前补齐。可以通过政务服务平台查询获取的材料，不需要重复提交。",
        ),
    )


def refusal(matter: Matter, serial: int, on: date, reasons: Sequence[str]) -> Letter:
    """不予确认告知书: with every reason, and where to contest it. Malformed without a reason."""
    if not reasons:
        raise Malformed(
            "letter-reason",
            "不予确认须说明理由。",
            "A refusal must give its reasons.",
            field="reasons",
        )
    return lettered(
        matter,
        "refusal",
        f"{matter.zh}不予{matter.verb}告知书",
        serial,
        on,
        (
            f"你（户）于{chinese_date(matter.applied)}提出的{matter.zh}申请，经调查核实，"
            f"{under(matter)}，决定不予{matter.verb}。理由如下：",
            *(f"{number}．{one}" for number, one in enumerate(reasons, 1)),
        ),
        contestable=True,
    )


def confirmation(
    matter: Matter, serial: int, on: date, amount_fen: int, since: date, members: Sequence[UUID] = ()
) -> Letter:
    """确认告知书: how much, from when, for whom. Temporary relief is a sum paid once."""
    once = matter.programme in PAID_ONCE
    sum_text = (
        f"给予一次性{matter.allowance}{yuan(amount_fen)}"
        if once
        else f"自{chinese_month(since)}起发放{matter.allowance}，每月{yuan(amount_fen)}"
    )
    covered = _for_whom(members)
    return lettered(
        matter,
        "confirmation",
        f"{matter.zh}{matter.verb}告知书",
        serial,
        on,
        (
            f"你（户）于{chinese_date(matter.applied)}提出的{matter.zh}申请，经审核，{under(matter)}，"
            f"予以{matter.verb}，{sum_text}。",
            *covered,
            "家庭人口、收入或者财产状况发生变化的，应当及时告知。",
        ),
        contestable=True,
    )


def adjustment(
    matter: Matter,
    serial: int,
    on: date,
    change: Change,
    reasons: Sequence[str],
    *,
    before_fen: int,
    after_fen: int,
    since: date,
    members: Sequence[UUID] = (),
) -> Letter:
    """增发、减发、停发告知书, with the names of a family of whom some are admitted. Malformed where the sums do not say what
    the title does, or no reason is given."""
    fits = {
        "raised": after_fen > before_fen,
        "reduced": 0 < after_fen < before_fen,
        "stopped": after_fen == 0,
        "others": after_fen == before_fen and len(members) > 0,
    }
    if not fits[change] or not reasons:
        raise Malformed(
            "letter-adjustment",
            "调整告知书的金额、类型与理由须相符。",
            "The sums, the kind of change and the reasons of an adjustment must agree.",
            field="change",
        )
    to = "" if change == "stopped" else f"，由每月{yuan(before_fen)}调整为每月{yuan(after_fen)}"
    if change == "others":
        to = f"的保障人员，每月{yuan(after_fen)}不变"
    return lettered(
        matter,
        "adjustment",
        f"{matter.zh}{CHANGES[change]}告知书",
        serial,
        on,
        (
            f"经核查，你（户）的家庭状况发生变化。{under(matter)}，决定自{chinese_month(since)}起"
            f"{CHANGES[change]}{matter.allowance}{to}。理由如下：",
            *(f"{number}．{one}" for number, one in enumerate(reasons, 1)),
            *_for_whom(members),
        ),
        contestable=True,
    )


def _for_whom(members: Sequence[UUID]) -> tuple[str, ...]:
    return (f"保障人员{len(members)}人：{'、'.join(map(name_of, members))}。",) if members else ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a public notice: the applicant, how many are covered, what is intended."""

    applicant: Concerned
    members: int
    amount_fen: int


def public_notice(matter: Matter, serial: int, on: date, listed: Sequence[Listed], *, until: date) -> Letter:
    """公示: names, number of people and intended sum; never an address, an ID number or an illness (社会救助法 69)."""
    if not listed:
        raise Malformed("letter-notice-empty", "公示名单为空。", "The notice names nobody.", field="listed")
    each = "" if matter.programme in PAID_ONCE else "每月"
    return lettered(
        matter,
        "public_notice",
        f"{matter.zh}公示",
        serial,
        on,
        (
            f"{under(matter)}，现将拟{matter.verb}的{matter.zh}对象公示如下，"
            f"公示期自{chinese_date(on)}至{chinese_date(until)}：",
            *(
                f"{number}．{name_of(one.applicant)}，保障{one.members}人，拟{each}{yuan(one.amount_fen)}"
                for number, one in enumerate(listed, 1)
            ),
            "公示期内如有异议，可以向本单位提出，本单位将重新调查核实。",
        ),
        to_somebody=False,
    )


def lettered(
    matter: Matter,
    kind: LetterKind,
    title: str,
    serial: int,
    on: date,
    paragraphs: tuple[str, ...],
    *,
    contestable: bool = False,
    to_somebody: bool = True,
) -> Letter:
    return Letter(
        kind=kind,
        programme=matter.programme,
        case=matter.case,
        title=title,
        number=number_of(matter.programme, kind, matter.office, on.year, serial),
        on=on,
        office=matter.office,
        addressee=matter.applicant if to_somebody else None,
        paragraphs=paragraphs,
        clauses=matter.clauses,
        remedies=remedies_text(matter.reconsider_at, matter.court) if contestable else (),
        illustrative=matter.illustrative,
    )


def under(matter: Matter) -> str:
    return f"根据{'、'.join(map(str, matter.clauses))}"
