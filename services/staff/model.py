"""Who may be given which post, who may be away, and who acts in a post on a day. Pure.

Two invariants carry the rest: a post has one holder on any day, and whoever is a deputy is not away
meanwhile. Both hold for days in the past too, so that late news cannot make them untrue afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from events.ids import StaffId
from events.staff import (
    Deputy,
    HandedOver,
    PostAssigned,
    PostClosed,
    PostCreated,
    PostVacated,
    Role,
    RolesChanged,
)
from services.chassis.refusal import Conflict, Malformed, NotFound
from services.staff.member import Leave, Member
from services.staff.post import Post

EARLIEST = date(1949, 10, 1)
AHEAD = timedelta(days=366)
LONGEST_LEAVE = timedelta(days=366)
LONGEST_TERM = timedelta(days=3653)

MemberOf = Callable[[UUID], Member]


def acting_in(post: Post, day: date, member_of: MemberOf) -> UUID | None:
    """Who acts in the post on a day: its holder or, while away, the deputy named for it; None: nobody."""
    holder = post.holder_on(day)
    if holder is None or not post.stands(day):
        return None
    leave = member_of(holder).leave_on(day)
    return holder if leave is None else leave.deputies.get(post.code)


# -- posts ------------------------------------------------------------------------------------------------


def create(post: Post, fact: PostCreated, today: date) -> PostCreated:
    """A new post; its code is free."""
    if post.known:
        raise Conflict("post-exists", "该岗位代码已使用。", "There is a post of this code.", field="post")
    must_be_near(fact.since, today)
    return fact


def change_roles(post: Post, roles: Iterable[Role], since: date, today: date) -> RolesChanged:
    """Other roles from a day on."""
    must_stand(post, since)
    must_be_near(since, today)
    changed = sorted_roles(roles)
    if frozenset(changed) == post.roles_on(since):
        raise Conflict(
            "roles-same", "该岗位已有这些职责。", "The post has these roles already.", field="roles"
        )
    return RolesChanged(post=post.code, roles=changed, since=since)


def close(post: Post, since: date, successor: Post | None, tasks: int, today: date) -> PostClosed:
    """The post ends once nobody holds it any more; open tasks never lose their post."""
    must_stand(post, since)
    must_be_near(since, today)
    if any(one.until is None or one.until > since for one in post.tenures):
        raise Conflict(
            "post-held", "该岗位当日或以后仍有人任职。", "Somebody holds the post then.", field="since"
        )
    if successor is None and tasks:
        raise Malformed(
            "successor-missing",
            "该岗位尚有未办事项，须指定承接岗位。",
            "The post has open tasks: name the post that takes them.",
            field="successor",
        )
    if successor is not None:
        if successor.code == post.code:
            raise Malformed(
                "successor-same", "承接岗位不得是本岗位。", "A post cannot succeed itself.", field="successor"
            )
        must_stand(successor, since, "successor")
    return PostClosed(
        post=post.code, since=since, successor=None if successor is None else successor.code, tasks=tasks
    )


# -- holders ----------------------------------------------------------------------------------------------


def assign(
    post: Post, staff: UUID, member: Member, since: date, until: date | None, today: date
) -> PostAssigned:
    """The post goes to a member of staff for days on which nobody holds it."""
    must_stand(post, since)
    must_be_near(since, today)
    if until is not None and until < since:
        raise _backwards()
    if until is not None and until > today + LONGEST_TERM:
        raise Malformed("term-too-long", "任期不得超过十年。", "A term ends within ten years.", field="until")
    if post.closed is not None and (until is None or until >= post.closed):
        raise _closed(post, "until")
    must_hold_posts(member)
    after = None if until is None else until + timedelta(days=1)
    if any(one.meets(since, after) for one in post.tenures):
        raise Conflict(
            "post-held",
            "该岗位在此期间已有人任职。",
            "Somebody holds the post in these days.",
            field="post",
        )
    return PostAssigned(post=post.code, staff=StaffId.of(staff), since=since, until=until)


def vacate(post: Post, staff: UUID, since: date, today: date) -> PostVacated:
    """The holder leaves the post; what is open in it stays with the post."""
    must_be_known(post)
    must_be_near(since, today)
    if post.holder_on(since) != staff:
        raise Conflict(
            "not-held", "该人员当日不任此岗位。", "They do not hold the post on that day.", field="staff"
        )
    return PostVacated(post=post.code, staff=StaffId.of(staff), since=since)


def hand_over(
    post: Post, staff: UUID, member: Member, since: date, tasks: int, today: date
) -> tuple[tuple[PostVacated | PostAssigned, ...], HandedOver]:
    """The next holder takes the post and its open tasks over: from the holder of that day, who leaves it, or
    from the last one before, where the next one was assigned already."""
    must_stand(post, since)
    must_be_near(since, today)
    must_hold_posts(member)
    held = post.tenure_on(since)
    if held is not None and held.staff == staff:
        if held.since != since or held.taken_over:
            raise Conflict(
                "handed-over",
                "该人员当日并非新到任，或已办理移交。",
                "They do not begin on that day, or have taken over already.",
                field="staff",
            )
        return (), _handed(post, _former(post, since), staff, since, tasks)
    if any(one.since > since for one in post.tenures):
        raise Conflict(
            "post-held", "该岗位此后已另有任命。", "Somebody is assigned to it later.", field="since"
        )
    if held is not None and held.since == since:
        raise Conflict(
            "not-begun",
            "现任者当日才到任，请先撤销其任命。",
            "Its holder only begins on that day.",
            field="since",
        )
    former = _former(post, since)
    takes = PostAssigned(post=post.code, staff=StaffId.of(staff), since=since)
    leaves = () if held is None else (vacate(post, held.staff, since, today),)
    return (*leaves, takes), _handed(post, former, staff, since, tasks)


def _former(post: Post, since: date) -> UUID:
    before = [one.staff for one in post.tenures if one.since < since]
    if not before:
        raise Conflict(
            "nobody-before", "此前无人任该岗位，无从移交。", "Nobody held the post before.", field="post"
        )
    return before[-1]


def _handed(post: Post, former: UUID, staff: UUID, since: date, tasks: int) -> HandedOver:
    return HandedOver(
        post=post.code, former=StaffId.of(former), staff=StaffId.of(staff), since=since, tasks=tasks
    )


# -- leave ------------------------------------------------------------------------------------------------


def must_be_leave(leave: Leave, today: date) -> None:
    """Days that can be a leave's at all: to be asked before anything is compared with them."""
    if leave.until < leave.since:
        raise _backwards()
    must_be_near(leave.since, today)
    if leave.until - leave.since > LONGEST_LEAVE:
        raise Malformed(
            "leave-too-long", "请假不得超过一年。", "A leave lasts a year at most.", field="until"
        )


def deputies_for(
    staff: UUID,
    leave: Leave,
    held: Iterable[str],
    other_leaves: Iterable[Leave],
    stands_in: Iterable[Leave],
    member_of: MemberOf,
) -> tuple[Deputy, ...]:
    """The deputies of a leave, once everything about it holds.

    `held`: the posts that the member holds on any of its days, each of which needs a deputy. `other_leaves`:
    the member's own. `stands_in`: leaves of others in which the member is a deputy.
    """
    if any(leave.meets(one.since, one.until) for one in other_leaves):
        raise Conflict("leave-overlaps", "该期间已有请假。", "There is a leave in these days.", field="since")
    if any(leave.meets(one.since, one.until) for one in stands_in):
        raise Conflict(
            "is-deputy",
            "该人员在此期间代理他人岗位，请先更换代理人。",
            "They are a deputy in these days: name another one there first.",
            field="since",
        )
    _must_cover(leave.deputies, set(held))
    for deputy in leave.deputies.values():
        _must_be_free(staff, deputy, member_of(deputy), leave)
    return tuple(Deputy(post=post, staff=StaffId.of(by)) for post, by in sorted(leave.deputies.items()))


def _must_cover(deputies: Mapping[str, UUID], held: set[str]) -> None:
    if not held:
        raise Conflict(
            "holds-no-post", "该人员在此期间不任任何岗位。", "They hold no post in these days.", field="staff"
        )
    if missing := sorted(held - deputies.keys()):
        raise Malformed(
            "deputy-missing",
            f"请为岗位{'、'.join(missing)}指定代理人。",
            f"Name a deputy for {', '.join(missing)}.",
            field="deputies",
        )
    if strange := sorted(deputies.keys() - held):
        raise Malformed(
            "deputy-superfluous",
            f"该人员在此期间不任岗位{'、'.join(strange)}。",
            f"They do not hold {', '.join(strange)} in these days.",
            field="deputies",
        )


def _must_be_free(staff: UUID, deputy: UUID, member: Member, leave: Leave) -> None:
    must_hold_posts(member, "deputies")
    if deputy == staff:
        raise Malformed("deputy-self", "代理人不得是本人。", "Nobody is their own deputy.", field="deputies")
    if any(leave.meets(one.since, one.until) for one in member.leaves.values()):
        raise Conflict(
            "deputy-on-leave",
            "代理人在此期间也请假。",
            "The deputy is away in these days.",
            field="deputies",
        )


# -- what all of them ask ---------------------------------------------------------------------------------


def sorted_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each once, in one order: two with the same roles are the same."""
    return tuple(sorted(set(roles)))


def must_be_known(post: Post, field: str = "post") -> None:
    if not post.known:
        raise NotFound("没有该岗位。", "There is no such post.", field=field)


def must_stand(post: Post, day: date, field: str = "post") -> None:
    must_be_known(post, field)
    if day < post.since:
        raise Conflict(
            "post-not-yet", "当日尚未设立该岗位。", "There is no such post yet on that day.", field="since"
        )
    if not post.stands(day):
        raise _closed(post, field)


def must_be_member(member: Member, field: str = "staff") -> None:
    if not member.known:
        raise NotFound("未登记该工作人员。", "No such member of staff is registered.", field=field)


def must_hold_posts(member: Member, field: str = "staff") -> None:
    must_be_member(member, field)
    if member.capacity != "staff":
        raise Conflict(
            "not-staff",
            "村（居）委会成员不任岗位。",
            "Members of a village committee hold no post.",
            field=field,
        )


def must_be_near(day: date, today: date, field: str = "since") -> None:
    """Late news is welcome, and plans for a year ahead; anything else is a slip of the pen."""
    if not EARLIEST <= day <= today + AHEAD:
        raise Malformed(
            "day-out-of-range",
            "日期不得早于1949年10月1日，也不得晚于一年以后。",
            "A day between 1 October 1949 and a year ahead.",
            field=field,
        )


def _closed(post: Post, field: str) -> Conflict:
    return Conflict("post-closed", f"该岗位自{post.closed}起撤销。", "The post is closed then.", field=field)


def _backwards() -> Malformed:
    return Malformed(
        "until-before-since", "结束日期早于开始日期。", "It ends before it begins.", field="until"
    )
