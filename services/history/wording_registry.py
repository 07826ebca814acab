"""The registry's facts, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable

from events import registry as r
from events.sealed import Sealed
from services.history.words import (
    CATEGORIES,
    REASONS,
    See,
    Wording,
    Words,
    day,
    listed,
    of,
    place,
    short,
    shorts,
)

WORDING = Wording()

_FIELDS = {
    "name": Words("姓名", "name"),
    "id_number": Words("证件号码", "ID number"),
    "sex": Words("性别", "sex"),
    "born": Words("出生日期", "date of birth"),
    "ethnicity": Words("民族", "ethnicity"),
    "telephone": Words("联系电话", "telephone"),
    "township": Words("乡镇街道", "township"),
    "village": Words("村（社区）", "village"),
    "address": Words("住址", "address"),
}


def _named(fields: Iterable[tuple[str, object]], see: See) -> Words:
    """The fields that a correction names, each with its new value."""
    parts: list[Words] = []
    for name, value in fields:
        if value is None or name not in _FIELDS:
            continue
        if isinstance(value, Sealed):
            shown = see(value)
        elif name in ("township", "village"):
            shown = place(str(value))
        else:
            shown = Words(str(value), str(value))
        parts.append(Words(_FIELDS[name].zh + "为" + shown.zh, f"{_FIELDS[name].en}: {shown.en}"))
    return Words("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


@WORDING.of(r.PersonRegistered)
def _(fact: r.PersonRegistered, see: See) -> Words:
    name, number = see(fact.name), see(fact.id_number)
    born = day(fact.born)
    mark = Words("（演示数据）", " (synthetic)") if fact.synthetic else Words("", "")
    return Words(
        f"登记人员{name.zh}{mark.zh}，证件号码{number.zh}，{born}出生",
        f"Person registered{mark.en}: {name.en}, ID {number.en}, born {born}",
    )


@WORDING.of(r.PersonCorrected)
def _(fact: r.PersonCorrected, see: See) -> Words:
    what = _named(fact, see)
    return Words(f"更正人员登记：{what.zh}", f"Person corrected: {what.en}")


@WORDING.of(r.PeopleMerged)
def _(fact: r.PeopleMerged, see: See) -> Words:
    one, other = short(fact.person), short(fact.duplicate)
    return Words(
        f"重复登记合并：{other}与{one}为同一人", f"Registrations merged: {other} is the same person as {one}"
    )


@WORDING.of(r.Died)
def _(fact: r.Died, see: See) -> Words:
    who, on = short(fact.person), day(fact.on)
    return Words(f"人员{who}于{on}死亡", f"Person {who} died on {on}")


@WORDING.of(r.HouseholdRegistered)
def _(fact: r.HouseholdRegistered, see: See) -> Words:
    count, head = len(fact.members), short(fact.head)
    town, village = place(fact.township), place(fact.village)
    address = see(fact.address) if fact.address else Words("", "")
    return Words(
        f"登记家庭，{count}人，户主{head}，住{town.zh}{village.zh}{address.zh}",
        f"Household registered: {count} members, head {head}, {town.en}, {village.en} {address.en}".rstrip(),
    )


@WORDING.of(r.HouseholdCorrected)
def _(fact: r.HouseholdCorrected, see: See) -> Words:
    what = _named(fact, see)
    return Words(f"更正家庭登记：{what.zh}", f"Household corrected: {what.en}")


@WORDING.of(r.MemberJoined)
def _(fact: r.MemberJoined, see: See) -> Words:
    who, since, why = short(fact.person), day(fact.since), of(REASONS, fact.reason)
    return Words(
        f"成员{who}自{since}起入户（{why.zh}）", f"Member {who} joined the household from {since} ({why.en})"
    )


@WORDING.of(r.MemberLeft)
def _(fact: r.MemberLeft, see: See) -> Words:
    who, since, why = short(fact.person), day(fact.since), of(REASONS, fact.reason)
    return Words(
        f"成员{who}自{since}起离户（{why.zh}）", f"Member {who} left the household from {since} ({why.en})"
    )


@WORDING.of(r.HeadChanged)
def _(fact: r.HeadChanged, see: See) -> Words:
    new, old, since = short(fact.head), short(fact.former), day(fact.since)
    return Words(f"户主自{since}起由{old}变更为{new}", f"Head changed from {old} to {new} from {since}")


@WORDING.of(r.HouseholdSplit)
def _(fact: r.HouseholdSplit, see: See) -> Words:
    into, who, since = short(fact.into), shorts(fact.members), day(fact.since)
    return Words(f"分户：{who}自{since}起另立一户{into}", f"Split: {who} form household {into} from {since}")


@WORDING.of(r.HouseholdsMerged)
def _(fact: r.HouseholdsMerged, see: See) -> Words:
    one, other, since = short(fact.household), short(fact.absorbed), day(fact.since)
    return Words(
        f"并户：{other}自{since}起并入{one}", f"Merged: household {other} is part of {one} from {since}"
    )


@WORDING.of(r.HouseholdMoved)
def _(fact: r.HouseholdMoved, see: See) -> Words:
    town, village, since = place(fact.township), place(fact.village), day(fact.since)
    return Words(
        f"家庭自{since}起迁至{town.zh}{village.zh}",
        f"Household moved to {town.en}, {village.en} from {since}",
    )


@WORDING.of(r.HouseholdMovedAway)
def _(fact: r.HouseholdMovedAway, see: See) -> Words:
    since = day(fact.since)
    return Words(f"家庭自{since}起迁出本区", f"Household left the district from {since}")


@WORDING.of(r.HouseholdClosed)
def _(fact: r.HouseholdClosed, see: See) -> Words:
    why, since = of(REASONS, fact.reason), day(fact.since)
    return Words(f"家庭自{since}起销户（{why.zh}）", f"Household closed from {since} ({why.en})")


@WORDING.of(r.Categorised)
def _(fact: r.Categorised, see: See) -> Words:
    what, since = of(CATEGORIES, fact.category), day(fact.since)
    card = Words("", "")
    if fact.until is not None:
        until, grade = day(fact.until), see(fact.grade) if fact.grade else Words("", "")
        card = Words(
            f"（残疾人证等级{grade.zh}，有效期至{until}）",
            f" (card of grade {grade.en}, valid until {until})",
        )
    return Words(f"自{since}起认定为{what.zh}{card.zh}", f"Category {what.en} from {since}{card.en}")


@WORDING.of(r.CategoryEnded)
def _(fact: r.CategoryEnded, see: See) -> Words:
    what, until, why = of(CATEGORIES, fact.category), day(fact.until), of(REASONS, fact.reason)
    return Words(f"自{until}起不再是{what.zh}（{why.zh}）", f"No longer {what.en} from {until} ({why.en})")


@WORDING.of(r.Enrolled)
def _(fact: r.Enrolled, see: See) -> Words:
    what, since = listed(CATEGORIES, fact.categories), day(fact.since)
    return Words(
        f"自{since}起纳入兜底保障对象（{what.zh}；依据{fact.clause}）",
        f"Enrolled as a beneficiary from {since} ({what.en}; clause {fact.clause})",
    )


@WORDING.of(r.Recategorised)
def _(fact: r.Recategorised, see: See) -> Words:
    what, since = listed(CATEGORIES, fact.categories), day(fact.since)
    return Words(f"对象类别自{since}起为{what.zh}", f"Categories from {since}: {what.en}")


@WORDING.of(r.Exited)
def _(fact: r.Exited, see: See) -> Words:
    why, since = of(REASONS, fact.reason), day(fact.since)
    return Words(
        f"自{since}起退出兜底保障（{why.zh}；依据{fact.clause}）",
        f"No beneficiary from {since} ({why.en}; clause {fact.clause})",
    )


@WORDING.of(r.RosterImported)
def _(fact: r.RosterImported, see: See) -> Words:
    return Words(
        f"导入花名册：{fact.rows}行，新增{fact.registered}，更新{fact.updated}，"
        f"无变化{fact.unchanged}，退回{fact.refused}",
        f"Roster imported: {fact.rows} rows, {fact.registered} registered, {fact.updated} updated, "
        f"{fact.unchanged} unchanged, {fact.refused} refused",
    )


@WORDING.of(r.ListIssued)
def _(fact: r.ListIssued, see: See) -> Words:
    as_of = day(fact.as_of)
    return Words(
        f"向{fact.department}提供截至{as_of}的名单，{fact.households}户",
        f"List as of {as_of} given to {fact.department}: {fact.households} households",
    )


@WORDING.of(r.LookedUp)
def _(fact: r.LookedUp, see: See) -> Words:
    return Words(
        f"按证件号码查询（用途：{fact.purpose}）", f"Looked up by ID number (purpose: {fact.purpose})"
    )


@WORDING.of(r.Restricted)
def _(fact: r.Restricted, see: See) -> Words:
    return Words("个人信息限制处理，仅予保存", "Personal data restricted: stored only")


@WORDING.of(r.ErasureRequested)
def _(fact: r.ErasureRequested, see: See) -> Words:
    return Words("申请删除个人信息", "Erasure requested")


@WORDING.of(r.Erased)
def _(fact: r.Erased, see: See) -> Words:
    return Words("个人信息已删除，密钥已销毁", "Personal data erased: the keys are destroyed")
