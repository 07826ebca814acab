"""The words of remedies: 行政复议登记告知书, 变更决定书, 追回通知书. As in `templates`: facts in, a `Letter` out.

行政复议法 (2023) 20, 62 to 64; 社会救助法 73 and 74, from 2026-07-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from events.remedies import ArrearsGranted, MonthDifference, RecoveryOrdered
from services.assistance.days import months_after
from services.assistance.letters.letter import Letter
from services.assistance.letters.templates import Matter, lettered, under
from services.assistance.letters.wording import chinese_date, chinese_month, yuan

DECISIONS_ZH = {
    "SubsidyGranted": "确认", "Declined": "不予确认", "Adjusted": "调整", "Exited": "停发", "Suspended": "暂停发放",
    "RecoveryOrdered": "责令退回", "FineImposed": "行政处罚",
}  # fmt: skip
OUTCOMES_ZH = {"changed": "变更", "revoked": "撤销", "remade": "撤销并责令重新作出"}


def review_notice(
    matter: Matter, serial: int, on: date, *, contested: str, decided: date, lodged: date, decide_by: date
) -> Letter:
    """行政复议登记告知书: what was contested, who reviews it, by when. `contested`: kind of the decision."""
    return lettered(
        matter,
        "review_notice",
        f"{matter.zh}行政复议登记告知书",
        serial,
        on,
        (
            f"你（户）对{chinese_date(decided)}作出的{matter.zh}{DECISIONS_ZH[contested]}决定不服，"
            f"于{chinese_date(lodged)}申请行政复议。{under(matter)}，已予登记，由{matter.reconsider_at}审理，"
            f"办理期限至{chinese_date(decide_by)}。",
            "复议期间原决定不停止执行；复议决定作出后，本机关将依法执行并书面告知。",
        ),
    )


def changed_decision(
    matter: Matter,
    serial: int,
    on: date,
    *,
    contested: str,
    decided: date,
    by: str,
    paper: str,
    outcome: str,
    amount_fen: int,
    since: date,
    once: bool,
    arrears: ArrearsGranted | None,
) -> Letter:
    """变更决定书: the first decision, the review or judgment that changed it (`by`), the new sum, and what is owed."""
    owed = ""
    if arrears is not None:
        owed = f"{_span(arrears.months)}应补发{yuan(arrears.amount_fen)}，随下一发放批次一次性发放。"
    return lettered(
        matter,
        "changed_decision",
        f"{matter.zh}变更决定书",
        serial,
        on,
        (
            f"本机关于{chinese_date(decided)}作出的{matter.zh}{DECISIONS_ZH[contested]}决定，"
            f"经{by}（{paper}），予以{OUTCOMES_ZH[outcome]}。",
            f"{under(matter)}，现决定："
            + (
                f"一次性发放{matter.allowance}，共{yuan(amount_fen)}。"
                if once
                else f"自{chinese_month(since)}起发放{matter.allowance}，每月{yuan(amount_fen)}。"
            ),
            *((owed,) if owed else ()),
            "本决定取代原决定；原决定及有关材料存档备查。",
        ),
        contestable=True,
    )


def recovery(matter: Matter, serial: int, on: date, order: RecoveryOrdered) -> Letter:
    """追回通知书: which months, how much of each, by when, in how many parts."""
    each = -(-order.amount_fen // order.parts)
    last = months_after(order.first_due, order.parts - 1)
    how = (
        f"请于{chinese_date(order.first_due)}前一次性退回。"
        if order.parts == 1
        else f"分{order.parts}期退回，每月{yuan(each)}，首期{chinese_date(order.first_due)}，"
        f"末期{chinese_date(last)}结清余额。"
    )
    return lettered(
        matter,
        "recovery",
        f"{matter.zh}追回通知书",
        serial,
        on,
        (
            f"经核查，你（户）{_span(order.months)}领取的{matter.allowance}中，有{yuan(order.amount_fen)}不应发放。"
            f"{under(matter)}，责令退回。明细如下：",
            *(
                f"{number}．{one.month}：已领{yuan(one.had_fen)}，应领{yuan(one.due_fen)}"
                for number, one in enumerate(order.months, 1)
            ),
            how,
            "确有困难的，可以书面申请减免。未经书面同意，不从待遇中抵扣。",
        ),
        contestable=True,
    )


def _span(months: Sequence[MonthDifference]) -> str:
    first, last = months[0].month, months[-1].month
    return first if first == last else f"{first}至{last}"
