"""The facts of assistance, a sentence each. Restricted ones come here only for who may see them."""

from __future__ import annotations

from events import assistance as a
from events.sealed import Sealed
from services.history.words import PROGRAMMES, REASONS, See, Wording, Words, day, of, place, shorts, yuan

WORDING = Wording()


def _departs(reason: Sealed | None, see: See) -> Words:
    if reason is None:
        return Words("", "")
    why = see(reason)
    return Words(f"（与建议不一致：{why.zh}）", f" (departs from the recommendation: {why.en})")


THROUGH = {
    "guardian": Words("，由监护人代为申请", ", through the guardian"),
    "mandated": Words("，委托他人代为申请", ", by mandate"),
    "committee": Words("，由村（居）委会或者民政部门代为申请", ", through the committee"),
    "institution": Words("，由供养机构代为申请", ", through the institution"),
    "discovered": Words("，由乡镇主动发现", ", found by the township"),
}


@WORDING.of(a.Applied)
def _(fact: a.Applied, see: See) -> Words:
    what, on = of(PROGRAMMES, fact.programme), day(fact.on)
    consent = Words("已授权核对", "with consent") if fact.consent else Words("未授权核对", "without consent")
    by = of(THROUGH, fact.through.kind) if fact.through else Words("", "")
    return Words(
        f"{on}申请{what.zh}，{len(fact.members)}人，{consent.zh}{by.zh}",
        f"Applied for {what.en} on {on}, {len(fact.members)} people, {consent.en} to the check of means{by.en}",
    )


@WORDING.of(a.TakenOver)
def _(fact: a.TakenOver, see: See) -> Words:
    what, since, first = of(PROGRAMMES, fact.programme), day(fact.since), f"{fact.first_month:%Y-%m}"
    sum_ = yuan(fact.amount_fen, False)
    return Words(
        f"接续{what.zh}：自{since}起享受（{fact.basis}），每月{sum_.zh}，自{first}起由本系统发放；原决定在本日志之前",
        f"{what.en} taken over: paid since {since} ({fact.basis}), {sum_.en} a month, here from {first} on;"
        " it was decided before this log",
    )


@WORDING.of(a.Accepted)
def _(fact: a.Accepted, see: See) -> Words:
    what, on = of(PROGRAMMES, fact.programme), day(fact.on)
    return Words(
        f"{on}受理{what.zh}申请（程序：{fact.basis}）",
        f"Application for {what.en} accepted on {on} (procedure: {fact.basis})",
    )


def _means(step: Words, fact: a.Surveyed | a.Checked) -> Words:
    means, on = fact.means, day(fact.on)
    if means is None:
        return Words(
            f"{on}{step.zh}：查明{len(fact.findings)}项",
            f"{step.en} on {on}: {len(fact.findings)} things found",
        )
    income = yuan(income_of(means), False)
    own = Words("符合", "within") if means.property_within_rule else Words("不符合", "not within")
    return Words(
        f"{on}{step.zh}：{len(means.members)}人，家庭月收入{income.zh}，财产{own.zh}规定",
        f"{step.en} on {on}: {len(means.members)} people, household income {income.en} a month,"
        f" property {own.en} the rule",
    )


def income_of(means: a.Means) -> int:
    """All of a family's income in fen a month, the basic pension too, before any deduction."""
    together = means.business_income + means.property_income + means.transfer_income + means.basic_pension
    return together + sum(member.wage for member in means.members)


def _for_some(fact: a.CaseFact) -> Words:
    """Of a family of whom not all are admitted: who is."""
    if not fact.admitted:
        return Words("", "")
    return Words(f"其中{shorts(fact.admitted)}（参照单人户）", f" for {shorts(fact.admitted)} alone")


def _papers(grounds: a.Grounds) -> Words:
    said = [f"{paper.number} {paper.clause}".strip() for paper in grounds.papers]
    return Words(f"（依据：{'；'.join(said)}）", f" (under {'; '.join(said)})")


STEPS = {
    "register_relative": Words("近亲属单独登记备案", "registered apart, as a near relative"),
    "request_check": Words("提请信息核对", "check of means requested"),
    "appraisal": Words("民主评议", "democratic appraisal"),
    "appraise": Words("民主评议", "democratic appraisal"),
    "submit": Words("报送县级民政部门", "file sent to the district"),
    "visit": Words("县级入户抽查", "visited by the district"),
    "spot_check": Words("随机抽查", "checked at random"),
    "review": Words("提出审核确认意见", "opinion of the district"),
    "assess_self_care": Words("生活自理能力评估", "self-care assessed"),
    "publish": Words("公布", "published"),
    "complete_papers": Words("补齐手续", "papers completed"),
}


@WORDING.of(a.StepTaken)
def _(fact: a.StepTaken, see: See) -> Words:
    step, on = of(STEPS, fact.step), day(fact.on)
    return Words(f"{on}办理：{step.zh}", f"On {on}: {step.en}")


@WORDING.of(a.StepFound)
def _(fact: a.StepFound, see: See) -> Words:
    step, on = of(STEPS, fact.step), day(fact.on)
    return Words(
        f"{on}{step.zh}：查明{len(fact.findings)}项", f"{step.en} on {on}: {len(fact.findings)} things found"
    )


@WORDING.of(a.SupplementAsked)
def _(fact: a.SupplementAsked, see: See) -> Words:
    on = day(fact.on)
    return Words(
        f"{on}一次性告知补正：{'、'.join(fact.missing)}",
        f"On {on} told what is missing: {', '.join(fact.missing)}",
    )


@WORDING.of(a.Surveyed)
def _(fact: a.Surveyed, see: See) -> Words:
    means = _means(Words("入户调查", "Surveyed"), fact)
    if fact.remarks is None:
        return means
    remarks = see(fact.remarks)
    return Words(f"{means.zh}；备注：{remarks.zh}", f"{means.en}; remarks: {remarks.en}")


@WORDING.of(a.Checked)
def _(fact: a.Checked, see: See) -> Words:
    means = _means(Words("经济状况核对", "Means checked"), fact)
    same = Words("与调查一致", "agrees") if fact.consistent else Words("与调查不一致", "disagrees")
    return Words(f"{means.zh}，{same.zh}", f"{means.en}, {same.en} with the survey")


@WORDING.of(a.Assessed)
def _(fact: a.Assessed, see: See) -> Words:
    amount, reason = yuan(fact.amount_fen, fact.grounds.illustrative), of(REASONS, fact.reason)
    if fact.eligible:
        some = _for_some(fact)
        return Words(
            f"审核：符合条件，建议{some.zh}每月{amount.zh}",
            f"Assessed: eligible, {amount.en} a month recommended{some.en}",
        )
    return Words(f"审核：不符合条件（{reason.zh}）", f"Assessed: not eligible ({reason.en})")


@WORDING.of(a.HouseholdChanged)
def _(fact: a.HouseholdChanged, see: See) -> Words:
    why, since = of(REASONS, fact.reason), day(fact.since)
    parts = [Words(f"自{since}起家庭情况变化（{why.zh}）", f"Household changed from {since} ({why.en})")]
    if fact.joined:
        parts.append(Words(f"增加{shorts(fact.joined)}", f"joined: {shorts(fact.joined)}"))
    if fact.left:
        parts.append(Words(f"减少{shorts(fact.left)}", f"left: {shorts(fact.left)}"))
    if fact.township is not None:
        town = place(fact.township)
        parts.append(Words(f"迁至{town.zh}", f"moved to {town.en}"))
    return Words("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


@WORDING.of(a.NoticePosted)
def _(fact: a.NoticePosted, see: See) -> Words:
    on, until = day(fact.on), day(fact.until)
    return Words(f"初审意见公示：{on}至{until}", f"First opinion posted from {on} to {until}")


@WORDING.of(a.ObjectionLodged)
def _(fact: a.ObjectionLodged, see: See) -> Words:
    on = day(fact.on)
    text = see(fact.statement) if fact.statement else None
    return Words(
        f"{on}有人提出异议" + (f"：{text.zh}" if text else ""),
        f"Objection lodged on {on}" + (f": {text.en}" if text else ""),
    )


@WORDING.of(a.NoticeEnded)
def _(fact: a.NoticeEnded, see: See) -> Words:
    on = day(fact.on)
    return Words(f"{on}公示期满无异议", f"Notice ended on {on} without objection")


@WORDING.of(a.SubsidyGranted)
def _(fact: a.SubsidyGranted, see: See) -> Words:
    what, amount = of(PROGRAMMES, fact.programme), yuan(fact.amount_fen, fact.grounds.illustrative)
    since, departs, under = day(fact.since), _departs(fact.departs, see), _papers(fact.grounds)
    if fact.period == "once":
        paid = Words(f"，一次性{amount.zh}", f", {amount.en} once") if fact.amount_fen else Words("", "")
        until = Words(f"，有效至{fact.until}", f" until {fact.until}") if fact.until else Words("", "")
        return Words(
            f"审批确认：给予{what.zh}{paid.zh}，自{since}起{until.zh}{departs.zh}{under.zh}",
            f"Granted: {what.en}{paid.en} from {since}{until.en}{departs.en}{under.en}",
        )
    some = _for_some(fact)
    return Words(
        f"审批确认：给予{some.zh}{what.zh}，每月{amount.zh}，自{since}起{departs.zh}{under.zh}",
        f"Granted: {what.en}{some.en}, {amount.en} a month from {since}{departs.en}{under.en}",
    )


@WORDING.of(a.Declined)
def _(fact: a.Declined, see: See) -> Words:
    what, why, departs = of(PROGRAMMES, fact.programme), of(REASONS, fact.reason), _departs(fact.departs, see)
    under = _papers(fact.grounds)
    return Words(
        f"不予{what.zh}（{why.zh}）{departs.zh}{under.zh}",
        f"Declined: {what.en} ({why.en}){departs.en}{under.en}",
    )


@WORDING.of(a.MonthGranted)
def _(fact: a.MonthGranted, see: See) -> Words:
    what, amount = of(PROGRAMMES, fact.programme), yuan(fact.amount_fen, fact.illustrative)
    return Words(f"{fact.month}月{what.zh}应发{amount.zh}", f"{amount.en} of {what.en} due for {fact.month}")


@WORDING.of(a.ReviewOpened)
def _(fact: a.ReviewOpened, see: See) -> Words:
    why = of(REASONS, fact.reason)
    return Words(f"启动第{fact.number}次复核（{why.zh}）", f"Review {fact.number} opened ({why.en})")


@WORDING.of(a.Reviewed)
def _(fact: a.Reviewed, see: See) -> Words:
    outcome, departs = of(REASONS, fact.outcome), _departs(fact.departs, see)
    return Words(
        f"第{fact.number}次复核结果：{outcome.zh}{departs.zh}",
        f"Review {fact.number} ended: {outcome.en}{departs.en}",
    )


@WORDING.of(a.Adjusted)
def _(fact: a.Adjusted, see: See) -> Words:
    amount, since = yuan(fact.amount_fen, fact.grounds.illustrative), day(fact.since)
    why, under, some = of(REASONS, fact.reason), _papers(fact.grounds), _for_some(fact)
    return Words(
        f"自{since}起{some.zh}调整为每月{amount.zh}（{why.zh}）{under.zh}",
        f"Adjusted to {amount.en} a month from {since}{some.en} ({why.en}){under.en}",
    )


@WORDING.of(a.Withdrawn)
def _(fact: a.Withdrawn, see: See) -> Words:
    why, on = of(REASONS, fact.reason), day(fact.on)
    return Words(f"{on}撤回申请（{why.zh}）", f"Application withdrawn on {on} ({why.en})")


@WORDING.of(a.Exited)
def _(fact: a.Exited, see: See) -> Words:
    what, why, since = of(PROGRAMMES, fact.programme), of(REASONS, fact.reason), day(fact.since)
    under = _papers(fact.grounds)
    return Words(
        f"自{since}起停发{what.zh}（{why.zh}）{under.zh}", f"{what.en} ends from {since} ({why.en}){under.en}"
    )


@WORDING.of(a.ReportSubmitted)
def _(fact: a.ReportSubmitted, see: See) -> Words:
    what, on = of(PROGRAMMES, fact.programme), day(fact.on)
    return Words(
        f"{on}报送{fact.month}{what.zh}月报（第{fact.number}次，{len(fact.figures)}项）",
        f"Report of {what.en} for {fact.month} submitted on {on} (no. {fact.number}, {len(fact.figures)} figures)",
    )


@WORDING.of(a.InstalmentsPlanned)
def _(fact: a.InstalmentsPlanned, see: See) -> Words:
    count, days = len(fact.instalments), "、".join(day(one.due) for one in fact.instalments)
    return Words(f"分{count}次发放：{days}", f"Paid in {count} parts: {days}")


@WORDING.of(a.InstalmentGranted)
def _(fact: a.InstalmentGranted, see: See) -> Words:
    amount, due = yuan(fact.amount_fen, fact.illustrative), day(fact.due)
    return Words(
        f"{due}应发放第{fact.number}次（共{fact.of}次）{amount.zh}",
        f"Part {fact.number} of {fact.of}, {amount.en}, is due on {due}",
    )


@WORDING.of(a.CheckSuggested)
def _(fact: a.CheckSuggested, see: See) -> Words:
    what, why, on = of(PROGRAMMES, fact.towards), of(REASONS, fact.reason), day(fact.on)
    last = (
        Words(f"，{fact.answer_by}前答复", f", to be answered by {fact.answer_by}")
        if fact.answer_by
        else Words("", "")
    )
    return Words(
        f"{on}提出核查{what.zh}（{why.zh}）{last.zh}（依据：{fact.paper} {fact.clause}）",
        f"On {on} a look at {what.en} was asked for ({why.en}){last.en} (under {fact.paper} {fact.clause})",
    )
