"""What a reconstruction can no longer show, because somebody was erased: whose, where, since when and why.

The facts, the sums and every proof stay; who it was, and texts and attachments about them, do not (社会救助法 70).
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from events import registry as r
from events.evidence import EvidenceAttached
from events.sealed import Sealed, map_sealed
from services.chassis.work import Keys
from services.history.audit.reading import Found, Log
from services.history.audit.story import day_of
from services.history.audit.verdict import Gone

WORDS = {
    "name": ("姓名、证件号码等身份信息", "name, ID number and whatever else says who this is"),
    "attachment": ("附件", "an attachment"),
}
ERASED = frozenset({r.Erased.TYPE})


def gone(log: Log, keys: Keys, decision: Found) -> tuple[Gone, ...]:
    """Of the case up to the decision, and of everybody whom it covers."""
    e = decision.recorded.envelope
    own = [one for one in log.own(e.stream) if one.recorded.envelope.recordedtime <= e.recordedtime]
    lost: list[tuple[UUID, UUID | None, str]] = []
    erased: dict[UUID, bool] = {}

    def is_erased(owner: UUID) -> bool:
        if owner not in erased:
            erased[owner] = keys.is_erased(owner)
        return erased[owner]

    members = [UUID(int=one.int) for one in decision.fact.members]
    lost += [(one, None, "name") for one in members if is_erased(one)]
    lost += [(owner, one.id, what) for one in own for owner, what in _closed(one) if is_erased(owner)]
    by = _by(log, {owner for owner, _, _ in lost})
    return tuple(_told(owner, event, what, by.get(owner)) for owner, event, what in dict.fromkeys(lost))


def _closed(one: Found) -> Iterator[tuple[UUID, str]]:
    """Whose keys the texts and attachments of a fact need, with the field."""
    texts: list[tuple[UUID, str]] = []

    def collect(field: str, sealed: Sealed) -> Sealed:
        texts.extend((owner, field) for owner in sealed.owners)
        return sealed

    map_sealed(one.fact, collect)
    yield from texts
    if isinstance(one.fact, EvidenceAttached):
        yield from ((UUID(int=owner.int), "attachment") for file in one.fact.attachments for owner in file.of)


def _by(log: Log, owners: set[UUID]) -> dict[UUID, Found]:
    """The erasure of each, also of those whose keys went with another's."""
    found = log.about(sorted(owners), ERASED)
    return {
        UUID(int=id.int): one
        for one in found
        for id in (one.fact.person, *one.fact.merged, *one.fact.households)
    }


def _told(owner: UUID, event: UUID | None, what: str, by: Found | None) -> Gone:
    zh, en = WORDS.get(what, (f"封存内容（{what}）", f"a sealed text ({what})"))
    when = "" if by is None else f"{day_of(by).isoformat()}"
    since, on = (f"（{when}）", f" on {when}") if when else ("", "")
    where, there = (f"事件{str(event)[:8]}的", f" of {str(event)[:8]}") if event is not None else ("", "")
    return Gone(
        person=owner,
        event=event,
        what=what,
        erased=None if by is None else by.id,
        on=None if by is None else day_of(by),
        zh=f"{str(owner)[:8]}：{where}{zh}不能再显示，个人信息已依法删除、密钥已销毁{since}。",
        en=f"{str(owner)[:8]}: {en}{there} can no longer be shown: erased by law{on}, the key is destroyed.",
    )
