"""The facts of living's own, a sentence each: self-care, carers, places, intended ends of tekun persons."""

from __future__ import annotations

from events import living as l
from services.history.words import See, Wording, Words, day, of, place, yuan

WORDING = Wording()

GRADES = {
    "self": Words("全自理", "self-reliant"),
    "semi": Words("半护理", "partly dependent"),
    "full": Words("全护理", "fully dependent"),
}
MODES = {"scattered": Words("分散供养", "at home"), "centralised": Words("集中供养", "in an institution")}
WHY = {
    "expired": Words("到期", "expired"),
    "carer_died": Words("照料人死亡", "the carer died"),
    "carer_dependent": Words("照料人自己不能自理", "the carer cannot care for themselves"),
    "placed": Words("转为集中供养", "placed in an institution"),
    "support_ended": Words("供养终止", "the support ended"),
    "request": Words("申请解除", "asked for"),
    "wish": Words("本人意愿", "by wish"),
    "moved": Words("转换机构或床位", "to another place"),
    "other": Words("其他", "other"),
}


@WORDING.of(l.SelfCareAssessed)
def _(fact: l.SelfCareAssessed, see: See) -> Words:
    grade, money, on = of(GRADES, fact.grade), yuan(fact.care_fen, fact.illustrative), day(fact.on)
    return Words(
        f"{on}评估生活自理能力：{fact.unmet}项未达到，{grade.zh}，照料护理费每月{money.zh}",
        f"Self-care assessed on {on}: {fact.unmet} items not met, {grade.en}, {money.en} a month for care",
    )


@WORDING.of(l.SelfCareReassessed)
def _(fact: l.SelfCareReassessed, see: See) -> Words:
    grade, money, on = of(GRADES, fact.grade), yuan(fact.care_fen, fact.illustrative), day(fact.on)
    return Words(
        f"{on}复核评估：{fact.unmet}项未达到，{grade.zh}，照料护理费每月{money.zh}",
        f"Self-care assessed again on {on}: {fact.unmet} items not met, {grade.en}, {money.en} a month for care",
    )


@WORDING.of(l.SelfCareChangeReported)
def _(fact: l.SelfCareChangeReported, see: See) -> Words:
    on, by = day(fact.on), day(fact.reassess_by)
    return Words(
        f"{on}报告生活自理能力变化，须在{by}前复核评估",
        f"A change of self-care reported on {on}; to be assessed again by {by}",
    )


@WORDING.of(l.ReassessmentOverdue)
def _(fact: l.ReassessmentOverdue, see: See) -> Words:
    by = day(fact.reassess_by)
    return Words(f"复核评估逾期（期限{by}）", f"Reassessment overdue (by {by})")


@WORDING.of(l.PlacementWishRecorded)
def _(fact: l.PlacementWishRecorded, see: See) -> Words:
    wish, on = of(MODES, fact.wish), day(fact.on)
    return Words(f"{on}登记供养意愿：{wish.zh}", f"Wish recorded on {on}: {wish.en}")


@WORDING.of(l.InstitutionRegistered)
def _(fact: l.InstitutionRegistered, see: See) -> Words:
    town = place(fact.township)
    return Words(
        f"登记供养机构：{fact.title}（{town.zh}），床位{fact.beds}张",
        f"Institution registered: {fact.title} ({town.en}), {fact.beds} beds",
    )


@WORDING.of(l.PlacedInInstitution)
def _(fact: l.PlacedInInstitution, see: See) -> Words:
    since = day(fact.since)
    return Words(
        f"{since}入住供养机构，床位{fact.bed}", f"Moved into an institution on {since}, bed {fact.bed}"
    )


@WORDING.of(l.LeftInstitution)
def _(fact: l.LeftInstitution, see: See) -> Words:
    why, since = of(WHY, fact.reason), day(fact.since)
    return Words(f"{since}离开供养机构（{why.zh}）", f"Left the institution on {since} ({why.en})")


@WORDING.of(l.CareAgreementSigned)
def _(fact: l.CareAgreementSigned, see: See) -> Words:
    since, until, money = day(fact.since), day(fact.until), yuan(fact.amount_fen, fact.illustrative)
    return Words(
        f"签订照料护理协议：{since}至{until}，每月{fact.hours}小时、{money.zh}",
        f"Care agreed from {since} to {until}: {fact.hours} hours and {money.en} a month",
    )


@WORDING.of(l.CareVisitRecorded)
def _(fact: l.CareVisitRecorded, see: See) -> Words:
    on = day(fact.on)
    well = Words("正常", "all well") if fact.well else Words("有异常", "something amiss")
    return Words(f"{on}探访：{well.zh}", f"Visited on {on}: {well.en}")


@WORDING.of(l.CareVisitMissed)
def _(fact: l.CareVisitMissed, see: See) -> Words:
    by = day(fact.missed)
    return Words(f"到{by}没有探访", f"No visit by {by}")


@WORDING.of(l.CareAgreementEnded)
def _(fact: l.CareAgreementEnded, see: See) -> Words:
    why, since = of(WHY, fact.reason), day(fact.since)
    return Words(f"{since}照料护理协议终止（{why.zh}）", f"Care agreement ended on {since} ({why.en})")


@WORDING.of(l.EndNoticePosted)
def _(fact: l.EndNoticePosted, see: See) -> Words:
    on, until = day(fact.on), day(fact.until)
    return Words(f"拟终止救助供养公示：{on}至{until}", f"Intended end shown from {on} to {until}")


@WORDING.of(l.EndObjectionLodged)
def _(fact: l.EndObjectionLodged, see: See) -> Words:
    on, by = day(fact.on), day(fact.decide_by)
    return Words(
        f"{on}对拟终止提出异议，须在{by}前决定", f"Objection to the end on {on}; to be decided by {by}"
    )


@WORDING.of(l.EndNoticeEnded)
def _(fact: l.EndNoticeEnded, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}拟终止公示期满无异议", f"Intended end shown for its days by {on}, without objection")


@WORDING.of(l.EndDropped)
def _(fact: l.EndDropped, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}不予终止，继续供养", f"The support goes on, as found on {on}")


@WORDING.of(l.SupportEnded)
def _(fact: l.SupportEnded, see: See) -> Words:
    since = day(fact.since)
    return Words(f"自{since}起供养终止", f"The support ends from {since}")
