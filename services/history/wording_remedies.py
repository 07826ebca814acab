"""Sentences for what is contested and made good. Source: events/remedies.py."""

from __future__ import annotations

from events import remedies as m
from services.history.words import See, Wording, Words, day, of, yuan

WORDING = Wording()

KINDS = {
    "reconsideration": Words("行政复议", "administrative review"),
    "report": Words("举报", "a report"),
}
AUTHORITIES = {
    "district_government": Words("区人民政府", "the district's government"),
    "department_above": Words("上一级民政部门", "the department above"),
}
OUTCOMES = {
    "upheld": Words("维持", "upheld"),
    "changed": Words("变更", "changed"),
    "revoked": Words("撤销", "revoked"),
    "dismissed": Words("驳回", "dismissed"),
    "withdrawn": Words("撤回", "withdrawn"),
    "remade": Words("撤销并责令重新作出", "revoked, to be decided anew"),
    "founded": Words("属实", "founded"),
    "unfounded": Words("不属实", "unfounded"),
}
WHY = {
    "changed_decision": Words("决定变更", "a changed decision"),
    "suspension_lifted": Words("暂停解除", "a suspension that was lifted"),
    "death": Words("死亡后多发", "had after a death"),
    "exit": Words("终止后多发", "had after the end"),
    "fraud": Words("骗取", "obtained by deceit"),
    "hardship": Words("生活困难", "hardship"),
    "no_estate": Words("无遗产", "nothing was left behind"),
    "error_of_office": Words("机关差错", "an error of the office"),
    "revoked": Words("追回决定被撤销", "the order was revoked"),
    "other": Words("其他原因", "another reason"),
}


@WORDING.of(m.ContestedDecision)
def _(fact: m.ContestedDecision, see: See) -> Words:
    kind, on, until = of(KINDS, fact.kind), day(fact.on), day(fact.decide_by)
    who = of(AUTHORITIES, fact.authority) if fact.authority else Words("本机关", "the office")
    served = f"（{day(fact.served)}送达）" if fact.served else ""
    return Words(
        f"{on}登记{kind.zh}{served}，由{who.zh}于{until}前办结",
        f"{kind.en} taken down on {on}, to be decided by {who.en} until {until}",
    )


@WORDING.of(m.ReviewExtended)
def _(fact: m.ReviewExtended, see: See) -> Words:
    until = day(fact.decide_by)
    return Words(f"复议期限延长至{until}", f"The review may take until {until}")


@WORDING.of(m.ReviewOverdue)
def _(fact: m.ReviewOverdue, see: See) -> Words:
    until = day(fact.decide_by)
    return Words(f"复议、举报事项逾期未决（应于{until}前）", f"Not decided by {until}")


@WORDING.of(m.ReviewDecided)
def _(fact: m.ReviewDecided, see: See) -> Words:
    outcome, on = of(OUTCOMES, fact.outcome), day(fact.on)
    paper = f"（{fact.paper}）" if fact.paper else ""
    fixed = Words("", "") if fact.amount_fen is None else yuan(fact.amount_fen, False)
    sum_ = Words(f"，每月{fixed.zh}", f": {fixed.en} a month") if fixed.zh else fixed
    return Words(f"{on}结果：{outcome.zh}{paper}{sum_.zh}", f"Decided on {on}: {outcome.en}{sum_.en}")


@WORDING.of(m.LawsuitFiled)
def _(fact: m.LawsuitFiled, see: See) -> Words:
    received, until = day(fact.received), day(fact.answer_by)
    return Words(
        f"{received}收到{fact.court}送达的行政诉讼起诉状，应于{until}前答辩",
        f"Sued at {fact.court}: received on {received}, to be answered by {until}",
    )


@WORDING.of(m.CourtRuled)
def _(fact: m.CourtRuled, see: See) -> Words:
    outcome, on = of(OUTCOMES, fact.outcome), day(fact.on)
    paper = f"（{fact.paper}）" if fact.paper else ""
    fixed = Words("", "") if fact.amount_fen is None else yuan(fact.amount_fen, False)
    return Words(
        f"{on}{fact.court}裁判：{outcome.zh}{paper}{fixed.zh and f'，金额{fixed.zh}'}",
        f"{fact.court} ruled on {on}: {outcome.en}{fixed.en and f', {fixed.en}'}",
    )


@WORDING.of(m.FineImposed)
def _(fact: m.FineImposed, see: See) -> Words:
    sum_, obtained = yuan(fact.amount_fen, fact.illustrative), yuan(fact.obtained_fen, fact.illustrative)
    return Words(
        f"行政处罚（{fact.paper}）：骗取{obtained.zh}，罚款{sum_.zh}（{fact.clause}），缴入国库",
        f"Fined {sum_.en} for {obtained.en} obtained by deceit; it goes to the treasury",
    )


@WORDING.of(m.ArrearsGranted)
def _(fact: m.ArrearsGranted, see: See) -> Words:
    why, sum_, months = of(WHY, fact.why), yuan(fact.amount_fen, fact.illustrative), len(fact.months)
    return Words(
        f"补发{months}个月差额{sum_.zh}（{why.zh}）",
        f"{sum_.en} owed for {months} months, because of {why.en}",
    )


@WORDING.of(m.RecoveryOrdered)
def _(fact: m.RecoveryOrdered, see: See) -> Words:
    why, sum_, first = of(WHY, fact.why), yuan(fact.amount_fen, fact.illustrative), day(fact.first_due)
    return Words(
        f"责令退回{sum_.zh}（{why.zh}），分{fact.parts}期，首期{first}",
        f"{sum_.en} is to come back ({why.en}) in {fact.parts} parts from {first} on",
    )


@WORDING.of(m.RecoveryWaived)
def _(fact: m.RecoveryWaived, see: See) -> Words:
    why = of(WHY, fact.why)
    return Words(f"免除尚未追回部分（{why.zh}）", f"What is still open need not come back: {why.en}")
