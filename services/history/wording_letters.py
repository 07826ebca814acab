"""Sentences for evidence and letters. Source: events/evidence.py, events/letters.py."""

from __future__ import annotations

from events import evidence as e
from events import letters as letter
from services.history.words import See, Wording, Words, day, of

WORDING = Wording()

KINDS = {
    "acceptance": Words("受理通知书", "letter of acceptance"),
    "supplement": Words("补正告知书", "letter on missing papers"),
    "refusal": Words("不予确认告知书", "letter of refusal"),
    "confirmation": Words("确认告知书", "letter of confirmation"),
    "adjustment": Words("增减停发告知书", "letter on a change of the sum"),
    "public_notice": Words("公示", "public notice"),
    "review_notice": Words("行政复议登记告知书", "letter on a review"),
    "changed_decision": Words("变更决定书", "letter on a changed decision"),
    "recovery": Words("追回通知书", "letter on a recovery"),
}
WAYS = {
    "in_person": Words("直接送达", "handed over"),
    "post": Words("邮寄送达", "by post"),
    "left_at_home": Words("留置送达", "left at home"),
    "public_notice": Words("公告送达", "by public notice"),
}


@WORDING.of(e.EvidenceAttached)
def _(fact: e.EvidenceAttached, see: See) -> Words:
    on, count = day(fact.on), len(fact.attachments)
    return Words(f"{on}附入证据材料{count}份", f"{count} pieces of evidence put to the file on {on}")


@WORDING.of(letter.LetterIssued)
def _(fact: letter.LetterIssued, see: See) -> Words:
    kind, on = of(KINDS, fact.kind), day(fact.on)
    return Words(f"{on}出具{kind.zh}（{fact.number}）", f"{kind.en} {fact.number} issued on {on}")


@WORDING.of(letter.LetterServed)
def _(fact: letter.LetterServed, see: See) -> Words:
    way, on = of(WAYS, fact.how), day(fact.on)
    return Words(f"{on}{way.zh}（{fact.number}）", f"Letter {fact.number} served on {on}, {way.en}")
