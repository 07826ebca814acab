"""Referrals, duties and gaps, a sentence each."""

from __future__ import annotations

from events import assistance as a
from services.chassis.departments import Department
from services.history.words import See, Wording, Words, day

WORDING = Wording()
NEEDS = {
    "medical": Words("医疗困难", "a medical need"),
    "medical_relief": Words("医疗救助需求", "a need of medical relief"),
    "education": Words("教育困难", "a need of schooling"),
    "education_relief": Words("教育救助需求", "a need of education aid"),
    "housing": Words("住房困难", "a need of housing"),
    "employment": Words("就业困难", "a need of work"),
    "drinking_water": Words("安全饮水困难", "a need of safe water"),
    "dibao_check": Words("核查是否符合低保条件", "a check for dibao"),
    "relief_check": Words("核查是否需要临时救助", "a check for temporary relief"),
    "charity": Words("慈善接续救助", "further help by a charity"),
}
DUTIES = {
    "gap_list": Words("应保未保清单", "the list of people missed"),
    "help_continues": Words("脱贫后帮扶核对", "the yearly look at help after poverty"),
    "groups_reported": Words("重点对象分类统计", "the count by priority group"),
}
ANSWERS = {
    "accepted": Words("接收", "accepted"),
    "returned": Words("退回", "returned"),
    "closed": Words("办结", "closed"),
}
CODES = {
    "not_ours": Words("不属本部门职责", "not its task"),
    "not_entitled": Words("不符合条件", "not entitled"),
    "incomplete": Words("信息不全", "incomplete"),
    "helped_already": Words("已获帮扶", "helped already"),
    "not_found": Words("找不到本人", "the person was not found"),
    "helped": Words("已落实帮扶", "helped"),
    "family_declined": Words("家庭不需要", "the family declined"),
    "passed_on": Words("已另行转介", "passed on"),
    "need_gone": Words("困难已消除", "the need is gone"),
    "withdrawn": Words("已撤回", "withdrawn"),
    "covered": Words("已纳入保障", "covered"),
    "applied": Words("已申请", "has applied"),
    "declined": Words("申请未予确认", "refused"),
    "gone": Words("死亡、迁出或者家庭变动", "died, left or changed household"),
    "no_longer_qualifies": Words("不再具有该类别", "no longer of that category"),
    "data_wrong": Words("数据有误", "the data were wrong"),
    "no_paper": Words("没有文件要求", "no paper asks for it"),
    "nobody_left": Words("已无对象", "nobody is left to whom it is owed"),
}


def _of(words: dict[str, Words], code: str) -> Words:
    return words.get(code, Words(code, code))


def _office(code: str) -> Words:
    known = {one.value: one.zh for one in Department}
    return Words(known.get(code, code), code)


@WORDING.of(a.ReferralSent)
def _(fact: a.ReferralSent, see: See) -> Words:
    need, to, on = _of(NEEDS, fact.kind), _office(fact.to), day(fact.on)
    named = Words("（由区指定）", " (named by the district)") if fact.named else Words("", "")
    limit = Words("", "")
    if fact.reply_by is not None:
        mark = Words("〔示例期限〕", " [illustrative]") if fact.illustrative else Words("", "")
        limit = Words(
            f"，应于{day(fact.reply_by)}前答复{mark.zh}", f", to be answered by {day(fact.reply_by)}{mark.en}"
        )
    return Words(
        f"{on}转介{to.zh}{named.zh}：{need.zh}{limit.zh}（依据：{fact.paper.number} {fact.paper.clause}）",
        f"{need.en} referred to {to.en}{named.en} on {on}{limit.en}",
    )


@WORDING.of(a.ReferralAccepted)
def _(fact: a.ReferralAccepted, see: See) -> Words:
    need = _of(NEEDS, fact.kind)
    return Words(f"{day(fact.on)}接收转介：{need.zh}", f"Referral of {need.en} accepted on {day(fact.on)}")


@WORDING.of(a.ReferralReturned)
def _(fact: a.ReferralReturned, see: See) -> Words:
    need, why = _of(NEEDS, fact.kind), _of(CODES, fact.reason)
    return Words(
        f"{day(fact.on)}退回转介：{need.zh}，原因：{why.zh}",
        f"Referral of {need.en} returned on {day(fact.on)}: {why.en}",
    )


@WORDING.of(a.ReferralClosed)
def _(fact: a.ReferralClosed, see: See) -> Words:
    need, result = _of(NEEDS, fact.kind), _of(CODES, fact.result)
    return Words(
        f"{day(fact.on)}转介办结：{need.zh}，结果：{result.zh}",
        f"Referral of {need.en} closed on {day(fact.on)}: {result.en}",
    )


@WORDING.of(a.ReferralOverdue)
def _(fact: a.ReferralOverdue, see: See) -> Words:
    need, to = _of(NEEDS, fact.kind), _office(fact.to)
    return Words(
        f"转介逾期：{need.zh}，{to.zh}应于{day(fact.reply_by)}前答复",
        f"Referral of {need.en} overdue: {to.en} was to answer by {day(fact.reply_by)}",
    )


@WORDING.of(a.ReferralAnswered)
def _(fact: a.ReferralAnswered, see: See) -> Words:
    what = ANSWERS[fact.answer]
    return Words(f"{day(fact.on)}答复转介：{what.zh}", f"Referral {what.en} on {day(fact.on)}")


@WORDING.of(a.ReferralAnswerNotUsed)
def _(fact: a.ReferralAnswerNotUsed, see: See) -> Words:
    need, what = _of(NEEDS, fact.kind), ANSWERS[fact.answer]
    return Words(
        f"转介答复未采用：{need.zh}，{what.zh}（{fact.why}）",
        f"An answer to the referral of {need.en} was not used: {what.en} ({fact.why})",
    )


@WORDING.of(a.DutyArose)
def _(fact: a.DutyArose, see: See) -> Words:
    what = _of(DUTIES, fact.code)
    mark = Words("〔示例周期〕", " [illustrative]") if fact.illustrative else Words("", "")
    until = Words("", "")
    if fact.until is not None:
        until = Words(f"，截止{day(fact.until)}", f", until {day(fact.until)}")
    return Words(
        f"应履行{what.zh}（{fact.period}）{fact.count}次{until.zh}{mark.zh}"
        f"（依据：{fact.paper.number} {fact.paper.clause}）",
        f"Owed {fact.count} times for {fact.period}: {what.en}{until.en}{mark.en}",
    )


@WORDING.of(a.ServiceDelivered)
def _(fact: a.ServiceDelivered, see: See) -> Words:
    what = _of(DUTIES, fact.code)
    return Words(
        f"{day(fact.on)}履行{what.zh}（{fact.period}第{fact.number}次）",
        f"Delivered on {day(fact.on)}: {what.en}, number {fact.number} of {fact.period}",
    )


@WORDING.of(a.DutyMet)
def _(fact: a.DutyMet, see: See) -> Words:
    what = _of(DUTIES, fact.code)
    late = Words("（逾期完成）", " (late)") if fact.late else Words("", "")
    return Words(f"{what.zh}（{fact.period}）已完成{late.zh}", f"Met for {fact.period}: {what.en}{late.en}")


@WORDING.of(a.DutyOverdue)
def _(fact: a.DutyOverdue, see: See) -> Words:
    what = _of(DUTIES, fact.code)
    soft = Words("（力争类，仅提示）", " (soft: only flagged)") if fact.soft else Words("", "")
    return Words(
        f"{what.zh}（{fact.period}）逾期：应{fact.count}次，已{fact.delivered}次{soft.zh}",
        f"Overdue for {fact.period}: {what.en}, {fact.delivered} of {fact.count}{soft.en}",
    )


@WORDING.of(a.DutyLapsed)
def _(fact: a.DutyLapsed, see: See) -> Words:
    what, why = _of(DUTIES, fact.code), _of(CODES, fact.reason)
    return Words(f"{what.zh}不再履行：{why.zh}", f"No longer owed: {what.en}; {why.en}")


@WORDING.of(a.HelpContinued)
def _(fact: a.HelpContinued, see: See) -> Words:
    return Words(
        f"{day(fact.lifted)}脱贫，{len(fact.cases)}项帮扶继续（脱贫不脱政策），每年核对",
        f"Out of poverty on {day(fact.lifted)}: {len(fact.cases)} measures go on, looked at yearly",
    )


@WORDING.of(a.GapDetected)
def _(fact: a.GapDetected, see: See) -> Words:
    return Words(
        f"{fact.month}比对：符合条件未纳入低保、特困，列入清单",
        f"Listed in {fact.month}: qualifies by the data and is not covered",
    )


@WORDING.of(a.GapClosed)
def _(fact: a.GapClosed, see: See) -> Words:
    why = _of(CODES, fact.reason)
    return Words(f"{day(fact.on)}应保未保销号：{why.zh}", f"Taken off the list on {day(fact.on)}: {why.en}")


@WORDING.of(a.GapListMade)
def _(fact: a.GapListMade, see: See) -> Words:
    qualify = sum(one.qualify for one in fact.townships)
    covered = sum(one.covered for one in fact.townships)
    gaps = sum(one.gaps for one in fact.townships)
    return Words(
        f"{fact.month}应保尽保比对：符合条件{qualify}人，已保障{covered}人，未保障{gaps}人",
        f"Comparison of {fact.month}: {qualify} qualify, {covered} covered, {gaps} missed",
    )
