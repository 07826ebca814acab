"""The facts of disability's own, a sentence each: cards, subsidies' grounds, devices, the sweep, placement and carers."""

from __future__ import annotations

from events import disability as d
from services.history.words import See, Wording, Words, day, of, place, short

WORDING = Wording()

KINDS = {
    "visual": Words("视力", "visual"),
    "hearing": Words("听力", "hearing"),
    "speech": Words("言语", "speech"),
    "physical": Words("肢体", "physical"),
    "intellectual": Words("智力", "intellectual"),
    "mental": Words("精神", "mental"),
    "multiple": Words("多重", "multiple"),
}
BY = {"person": Words("本人", "the person"), "guardian": Words("监护人", "the guardian")}
EXCLUSIONS = {
    "prison": Words("在监狱服刑", "serves a sentence in prison"),
    "full_child_allowance": Words("全额领取孤儿、事实无人抚养儿童保障", "a child on the full allowance"),
    "injury_care": Words("领取工伤保险生活护理费", "paid care by work-injury insurance"),
}
WHY = {
    "death": Words("死亡", "death"),
    "recovered": Words("康复", "recovered"),
    "surrendered": Words("本人申请注销", "given back"),
    "mistake": Words("发证有误", "issued by mistake"),
    "regraded": Words("重新评定", "assessed anew"),
    "renewed": Words("到期换发", "renewed"),
    "replaced": Words("遗失补发", "replaced"),
    "wish": Words("本人意愿", "by wish"),
    "moved": Words("转换机构", "to another place"),
    "other": Words("其他", "other"),
    "carer_died": Words("照护人死亡", "the carer died"),
    "placed": Words("转为集中照护", "placed in an institution"),
    "request": Words("申请解除", "asked for"),
    "person_died": Words("本人死亡", "the person died"),
}
DEVICES = {
    "wheelchair": Words("轮椅", "wheelchair"),
    "walker": Words("助行器", "walker"),
    "care_bed": Words("护理床", "care bed"),
    "prosthesis": Words("假肢", "prosthesis"),
    "hearing_aid": Words("助听器", "hearing aid"),
    "white_cane": Words("盲杖", "white cane"),
}
REHAB = {
    "medical": Words("康复医疗", "medical"),
    "training": Words("康复训练", "training"),
    "orthosis": Words("矫形", "orthosis"),
    "guidance": Words("康复指导", "guidance"),
}
TRAINING = {
    "education": Words("教育培训", "education"),
    "skills": Words("技能培训", "skills"),
    "job_offered": Words("推荐就业", "a job offered"),
    "employed": Words("实现就业", "employed"),
    "self_employed": Words("自主创业扶持", "helped to work for themselves"),
}
WISHES = {"institution": Words("集中照护", "in an institution"), "home": Words("居家照护", "at home")}
BONDS = {
    "kin": Words("亲属", "kin"),
    "neighbour": Words("邻里", "a neighbour"),
    "volunteer": Words("志愿者", "a volunteer"),
    "group": Words("社会组织", "a group"),
}


@WORDING.of(d.CardIssued)
def _(fact: d.CardIssued, see: See) -> Words:
    number, since, until = see(fact.number), day(fact.since), day(fact.until)
    home = Words("（上门评定）", " (assessed at home)") if fact.at_home else Words("", "")
    return Words(
        f"{since}核发残疾人证{number.zh}{home.zh}，有效期至{until}",
        f"Disabled person's card {number.en} issued on {since}{home.en}, valid until {until}",
    )


@WORDING.of(d.CardChanged)
def _(fact: d.CardChanged, see: See) -> Words:
    number, since, until, why = see(fact.number), day(fact.since), day(fact.until), of(WHY, fact.reason)
    return Words(
        f"{since}残疾人证变更为{number.zh}（{why.zh}），有效期至{until}",
        f"Card changed to {number.en} on {since} ({why.en}), valid until {until}",
    )


@WORDING.of(d.CardVoided)
def _(fact: d.CardVoided, see: See) -> Words:
    why, since = of(WHY, fact.reason), day(fact.since)
    return Words(f"{since}残疾人证注销（{why.zh}）", f"Card void from {since} ({why.en})")


@WORDING.of(d.CardExpiring)
def _(fact: d.CardExpiring, see: See) -> Words:
    until = day(fact.until)
    return Words(f"残疾人证{until}到期，提醒换发", f"Card ends on {until}: the holder is reminded")


@WORDING.of(d.CardExpired)
def _(fact: d.CardExpired, see: See) -> Words:
    until = day(fact.until)
    return Words(f"残疾人证{until}到期，未换发", f"Card expired after {until}, not renewed")


@WORDING.of(d.GradeCertified)
def _(fact: d.GradeCertified, see: See) -> Words:
    kind, since = of(KINDS, fact.kind), day(fact.since)
    return Words(
        f"残疾类别{kind.zh}，{fact.grade}级，自{since}起",
        f"Disability {kind.en}, grade {fact.grade}, from {since}",
    )


@WORDING.of(d.CareNeedFound)
def _(fact: d.CareNeedFound, see: See) -> Words:
    found = Words("需要", "needs") if fact.needed else Words("不需要", "needs no")
    on = day(fact.on)
    return Words(f"{on}评估：{found.zh}长期照护", f"Assessed on {on}: {found.en} care for a long time")


@WORDING.of(d.SubsidyConsentGiven)
def _(fact: d.SubsidyConsentGiven, see: See) -> Words:
    by, on = of(BY, fact.by), day(fact.on)
    return Words(
        f"{on}{by.zh}同意两项补贴免申即享", f"On {on} {by.en} agreed to both subsidies without applying"
    )


@WORDING.of(d.SubsidyConsentWithdrawn)
def _(fact: d.SubsidyConsentWithdrawn, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}撤回对两项补贴的同意", f"Consent to the subsidies withdrawn on {on}")


@WORDING.of(d.ExclusionNoted)
def _(fact: d.ExclusionNoted, see: See) -> Words:
    what, since = of(EXCLUSIONS, fact.what), day(fact.since)
    return Words(f"自{since}起{what.zh}", f"From {since}: {what.en}")


@WORDING.of(d.ExclusionEnded)
def _(fact: d.ExclusionEnded, see: See) -> Words:
    what, until = of(EXCLUSIONS, fact.what), day(fact.until)
    return Words(f"{what.zh}至{until}为止", f"Until {until}: {what.en}")


@WORDING.of(d.DeviceFitted)
def _(fact: d.DeviceFitted, see: See) -> Words:
    what, on = of(DEVICES, fact.device), day(fact.on)
    return Words(
        f"{on}适配{what.zh}，使用年限{fact.years}年",
        f"Fitted with a {what.en} on {on}, for {fact.years} years",
    )


@WORDING.of(d.RehabGiven)
def _(fact: d.RehabGiven, see: See) -> Words:
    what, on = of(REHAB, fact.service), day(fact.on)
    return Words(f"{on}提供康复服务：{what.zh}", f"Rehabilitation on {on}: {what.en}")


@WORDING.of(d.HomeAdapted)
def _(fact: d.HomeAdapted, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}家庭无障碍改造验收合格", f"Home made free of barriers, accepted on {on}")


@WORDING.of(d.TrainingGiven)
def _(fact: d.TrainingGiven, see: See) -> Words:
    what, on = of(TRAINING, fact.service), day(fact.on)
    return Words(f"{on}培训就业服务：{what.zh}", f"Training and work on {on}: {what.en}")


@WORDING.of(d.SweepHeld)
def _(fact: d.SweepHeld, see: See) -> Words:
    on, where = day(fact.on), place(fact.village)
    return Words(
        f"{on}在{where.zh}摸底，走访{len(fact.households)}户（{fact.year}年度）",
        f"Sweep of {fact.year} in {where.en} on {on}: {len(fact.households)} families called on",
    )


@WORDING.of(d.SuspectFound)
def _(fact: d.SuspectFound, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}摸底发现疑似残疾，待评定", f"Found on {on} as perhaps disabled: to be assessed")


@WORDING.of(d.HomeAssessed)
def _(fact: d.HomeAssessed, see: See) -> Words:
    on, where = day(fact.on), Words("上门", " at home") if fact.at_home else Words("", "")
    if fact.kind is None:
        return Words(f"{on}{where.zh}评定：不构成残疾", f"Assessed{where.en} on {on}: not disabled")
    kind = of(KINDS, fact.kind)
    return Words(
        f"{on}{where.zh}评定：{kind.zh}{fact.grade}级，未收费",
        f"Assessed{where.en} on {on}: {kind.en}, grade {fact.grade}, free of charge",
    )


@WORDING.of(d.CareWishRecorded)
def _(fact: d.CareWishRecorded, see: See) -> Words:
    wish, by, on = of(WISHES, fact.wish), of(BY, fact.by), day(fact.on)
    return Words(f"{on}{by.zh}意愿：{wish.zh}", f"Wish of {by.en} on {on}: {wish.en}")


@WORDING.of(d.PlacedInCare)
def _(fact: d.PlacedInCare, see: See) -> Words:
    since, where = day(fact.since), short(fact.institution)
    return Words(f"{since}入住机构{where}集中照护", f"Cared for in the institution {where} from {since}")


@WORDING.of(d.LeftCare)
def _(fact: d.LeftCare, see: See) -> Words:
    why, since = of(WHY, fact.reason), day(fact.since)
    return Words(f"{since}离开照护机构（{why.zh}）", f"Left the institution on {since} ({why.en})")


@WORDING.of(d.CarerNamed)
def _(fact: d.CarerNamed, see: See) -> Words:
    bond, since = of(BONDS, fact.bond), day(fact.since)
    if fact.carer is not None:
        who = Words(short(fact.carer), short(fact.carer))
    else:
        who = see(fact.carer_name) if fact.carer_name is not None else Words("", "")
    return Words(f"{since}落实照护人：{bond.zh}{who.zh}", f"Carer named on {since}: {bond.en} {who.en}")


@WORDING.of(d.CarerGone)
def _(fact: d.CarerGone, see: See) -> Words:
    why, since = of(WHY, fact.reason), day(fact.since)
    return Words(f"{since}照护人不再照护（{why.zh}）", f"Without the carer from {since} ({why.en})")
