"""Facts of staff, a sentence each. Members are told by the beginning of their id, never by name."""

from __future__ import annotations

from events import staff as f
from services.history.words import See, Wording, Words, day, listed, place, short

WORDING = Wording()

ROLES = {
    "clerk": Words("经办", "clerk"),
    "surveyor": Words("入户调查", "surveyor"),
    "checker": Words("核对", "checker"),
    "approver": Words("审核确认", "approver"),
}
RELATIONS = {
    "self": Words("本人", "the same person"),
    "spouse": Words("配偶", "spouse"),
    "parent": Words("父母", "parent"),
    "child": Words("子女", "child"),
    "sibling": Words("兄弟姐妹", "sibling"),
    "grandparent": Words("祖父母、外祖父母", "grandparent"),
    "grandchild": Words("孙子女、外孙子女", "grandchild"),
    "other": Words("其他近亲属", "other near relative"),
}


@WORDING.of(f.StaffRegistered)
def _(fact: f.StaffRegistered, see: See) -> Words:
    name, who = see(fact.name), short(fact.staff)
    if fact.village is not None:
        where = place(fact.village)
        return Words(
            f"登记{where.zh}村（居）委会成员{name.zh}（{who}）",
            f"{name.en} ({who}) of the committee of {where.en} registered",
        )
    return Words(f"登记工作人员{name.zh}（{who}）", f"{name.en} ({who}) of the staff registered")


@WORDING.of(f.StaffCorrected)
def _(fact: f.StaffCorrected, see: See) -> Words:
    name, who = see(fact.name), short(fact.staff)
    return Words(f"工作人员{who}姓名更正为{name.zh}", f"{who} of the staff is called {name.en}")


@WORDING.of(f.PostCreated)
def _(fact: f.PostCreated, see: See) -> Words:
    roles, since = listed(ROLES, fact.roles), day(fact.since)
    return Words(
        f"{fact.department}自{since}起设立岗位{fact.post}“{fact.title}”，职责：{roles.zh}",
        f"{fact.department} has the post {fact.post} from {since}, as {roles.en}",
    )


@WORDING.of(f.RolesChanged)
def _(fact: f.RolesChanged, see: See) -> Words:
    roles, since = listed(ROLES, fact.roles), day(fact.since)
    return Words(
        f"{fact.post}自{since}起职责改为：{roles.zh}", f"{fact.post} acts from {since} as {roles.en}"
    )


@WORDING.of(f.PostClosed)
def _(fact: f.PostClosed, see: See) -> Words:
    since = day(fact.since)
    if fact.successor is None:
        return Words(f"{fact.post}自{since}起撤销", f"{fact.post} is closed from {since}")
    return Words(
        f"{fact.post}自{since}起撤销，{fact.tasks}项由{fact.successor}承接",
        f"{fact.post} is closed from {since}, its {fact.tasks} tasks go to {fact.successor}",
    )


@WORDING.of(f.PostAssigned)
def _(fact: f.PostAssigned, see: See) -> Words:
    who, since = short(fact.staff), day(fact.since)
    if fact.until is not None:
        until = day(fact.until)
        return Words(
            f"{who}自{since}至{until}任{fact.post}", f"{who} holds {fact.post} from {since} to {until}"
        )
    return Words(f"{who}自{since}起任{fact.post}", f"{who} holds {fact.post} from {since}")


@WORDING.of(f.PostVacated)
def _(fact: f.PostVacated, see: See) -> Words:
    who, since = short(fact.staff), day(fact.since)
    return Words(f"{who}自{since}起不再任{fact.post}", f"{who} gives up {fact.post} from {since}")


@WORDING.of(f.HandedOver)
def _(fact: f.HandedOver, see: See) -> Words:
    old, new = short(fact.former), short(fact.staff)
    return Words(
        f"{fact.post}由{old}移交{new}，{fact.tasks}项",
        f"{fact.post} handed over from {old} to {new}, {fact.tasks} tasks",
    )


@WORDING.of(f.LeaveTaken)
def _(fact: f.LeaveTaken, see: See) -> Words:
    who, deputies = short(fact.staff), _deputies(fact.deputies)
    since, until = day(fact.since), day(fact.until)
    return Words(
        f"{who}{since}至{until}请假，{deputies.zh}",
        f"{who} is on leave from {since} to {until}, {deputies.en}",
    )


@WORDING.of(f.LeaveCorrected)
def _(fact: f.LeaveCorrected, see: See) -> Words:
    who, deputies = short(fact.staff), _deputies(fact.deputies)
    since, until = day(fact.since), day(fact.until)
    return Words(
        f"{who}请假更正为{since}至{until}，{deputies.zh}",
        f"{who} is on leave, corrected, from {since} to {until}, {deputies.en}",
    )


@WORDING.of(f.LeaveCancelled)
def _(fact: f.LeaveCancelled, see: See) -> Words:
    who = short(fact.staff)
    return Words(f"{who}取消请假", f"{who} does not go on leave")


@WORDING.of(f.NearRelativeDeclared)
def _(fact: f.NearRelativeDeclared, see: See) -> Words:
    who, person, relation = short(fact.staff), short(fact.person), RELATIONS[fact.relation]
    since = day(fact.since)
    return Words(
        f"工作人员{who}申报与{person}的近亲属关系（{relation.zh}），自{since}起",
        f"{who} of the staff declares {person} a near relative ({relation.en}) from {since}",
    )


@WORDING.of(f.NearRelativeCorrected)
def _(fact: f.NearRelativeCorrected, see: See) -> Words:
    who, person, relation = short(fact.staff), short(fact.person), RELATIONS[fact.relation]
    zh = "（重复登记合并）" if fact.reason == "merged" else ""
    return Words(
        f"工作人员{who}的近亲属申报更正为{person}（{relation.zh}）{zh}",
        f"{who}'s declaration is corrected: {person}, {relation.en}",
    )


@WORDING.of(f.NearRelativeWithdrawn)
def _(fact: f.NearRelativeWithdrawn, see: See) -> Words:
    who, person, since = short(fact.staff), short(fact.person), day(fact.since)
    if fact.reason == "error":
        return Words(
            f"工作人员{who}与{person}的近亲属申报有误，撤销",
            f"{who}'s declaration about {person} was an error and is withdrawn",
        )
    return Words(
        f"工作人员{who}与{person}自{since}起不再是近亲属",
        f"{who} and {person} are no near relatives from {since}",
    )


def _deputies(deputies: tuple[f.Deputy, ...]) -> Words:
    return Words(
        "，".join(f"{one.post}由{short(one.staff)}代理" for one in deputies),
        ", ".join(f"{short(one.staff)} acts in {one.post}" for one in deputies),
    )
