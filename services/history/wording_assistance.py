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


@WORDING.of(a.Applied)
def _(fact: a.Applied, see: See) -> Words:
    what, on = of(PROGRAMMES, fact.programme), day(fact.on)
    consent = Words("已授权核对", "with consent") if fact.consent else Words("未授权核对", "without consent")
    return Words(
        f"{on}申请{what.zh}，{len(fact.members)}人，{consent.zh}",
        f"Applied for {what.en} on {on}, {len(fact.members)} people, {consent.en} to the check of means",
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


def _papers(grounds: a.Grounds) -> Words:
    said = [f"{paper.number} {paper.clause}".strip() for paper in grounds.papers]
    return Words(f"（依据：{'；'.join(said)}）", f" (under {'; '.join(said)})")


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
        return Words(
            f"审核：符合条件，建议每月{amount.zh}", f"Assessed: eligible, {amount.en} a month recommended"
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
    return Words(
        f"审批确认：给予{what.zh}，每月{amount.zh}，自{since}起{departs.zh}{under.zh}",
        f"Granted: {what.en}, {amount.en} a month from {since}{departs.en}{under.en}",
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
    why, under = of(REASONS, fact.reason), _papers(fact.grounds)
    return Words(
        f"自{since}起调整为每月{amount.zh}（{why.zh}）{under.zh}",
        f"Adjusted to {amount.en} a month from {since} ({why.en}){under.en}",
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
