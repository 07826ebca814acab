"""Sentences for the middle of a case. Source: events/casework.py."""

from __future__ import annotations

from events import casework as c
from services.history.words import PROGRAMMES, See, Wording, Words, day, of, place, short

WORDING = Wording()

DEMANDED = {
    "drawn": Words("随机抽中", "drawn at random"),
    "kin": Words("近亲属单独登记备案", "kept apart as of a near relative of an official"),
    "complaint": Words("有投诉、举报", "a complaint"),
    "doubt": Words("有疑问", "a doubt"),
}
STEPS = {
    "visit": Words("入户调查", "a visit by the county"),
    "spot_check": Words("抽查核实", "a check by the county"),
}


@WORDING.of(c.RegisteredApart)
def _(fact: c.RegisteredApart, see: See) -> Words:
    on = day(fact.on)
    return Words(
        f"{on}作为经办人员、村（居）委会成员近亲属单独登记备案",
        f"Kept apart on {on}: a member is a near relative of an official or of a village committee",
    )


@WORDING.of(c.StepDemanded)
def _(fact: c.StepDemanded, see: See) -> Words:
    step, why, on = of(STEPS, fact.step), of(DEMANDED, fact.reason), day(fact.on)
    return Words(f"{on}须{step.zh}（{why.zh}）", f"Owes {step.en} since {on}: {why.en}")


@WORDING.of(c.ProcedureChosen)
def _(fact: c.ProcedureChosen, see: See) -> Words:
    what, where, since = of(PROGRAMMES, fact.programme), place(fact.township), day(fact.since)
    who = {"district": Words("区民政局", "the district"), "township": Words("乡镇（街道）", "the township")}[
        fact.by
    ]
    return Words(
        f"自{since}起，{where.zh}的{what.zh}由{who.zh}审核确认",
        f"From {since} on {who.en} decides on {what.en} in {where.en}",
    )


SUSPENDED = {
    "not_cooperating": Words("不配合核查", "the family does not cooperate"),
    "cannot_be_reached": Words("无法联系", "the family cannot be reached"),
    "means_in_doubt": Words("家庭经济状况存疑", "its means are in doubt"),
    "other": Words("其他原因", "another reason"),
}
ANSWERS = {
    "accepted": Words("已接受", "accepted"),
    "refused": Words("无正当理由拒绝", "refused without good reason"),
    "refused_with_reason": Words("有正当理由未接受", "refused with good reason"),
}


@WORDING.of(c.Suspended)
def _(fact: c.Suspended, see: See) -> Words:
    why, since = of(SUSPENDED, fact.reason), day(fact.since)
    until = Words(f"至{day(fact.until)}", f" to {day(fact.until)}") if fact.until else Words("", "")
    return Words(f"自{since}{until.zh}暂停发放（{why.zh}）", f"Suspended from {since}{until.en}: {why.en}")


@WORDING.of(c.Resumed)
def _(fact: c.Resumed, see: See) -> Words:
    since = day(fact.since)
    return Words(f"自{since}起恢复发放", f"Resumed from {since} on")


@WORDING.of(c.MonthWithheld)
def _(fact: c.MonthWithheld, see: See) -> Words:
    why = of(SUSPENDED, fact.reason)
    return Words(f"{fact.month}暂停，未核发（{why.zh}）", f"Nothing granted for {fact.month}: {why.en}")


@WORDING.of(c.WorkOffered)
def _(fact: c.WorkOffered, see: See) -> Words:
    who, on = short(fact.person), day(fact.on)
    return Words(f"{on}向{who}介绍适合的工作", f"Suitable work offered to {who} on {on}")


@WORDING.of(c.WorkAnswered)
def _(fact: c.WorkAnswered, see: See) -> Words:
    who, on, answer = short(fact.person), day(fact.on), of(ANSWERS, fact.answer)
    many = Words(f"，连续第{fact.running}次", f", {fact.running} running") if fact.running else Words("", "")
    return Words(f"{on}{who}对介绍的工作{answer.zh}{many.zh}", f"{who} on {on}: work {answer.en}{many.en}")


@WORDING.of(c.DrawHeld)
def _(fact: c.DrawHeld, see: See) -> Words:
    what, step = of(PROGRAMMES, fact.programme), of(STEPS, fact.step)
    where = Words("全区", "the district") if fact.township is None else place(fact.township)
    count, all = len(fact.drawn), fact.cases
    return Words(
        f"{day(fact.on)}从{where.zh}{fact.month}受理的{what.zh}案件{all}件中随机抽取{count}件（{step.zh}）",
        f"{count} of {all} cases of {what.en} accepted in {fact.month} in {where.en} drawn for {step.en}",
    )
