"""An event in one sentence, Chinese and English. A type that has no sentence is told by its name."""

from __future__ import annotations

from events.base import Event
from services.history import (
    wording_assistance,
    wording_casework,
    wording_disability,
    wording_duties,
    wording_finance,
    wording_letters,
    wording_living,
    wording_other,
    wording_registry,
    wording_remedies,
    wording_staff,
    wording_tekun,
    wording_verification,
)
from services.history.words import See, Sentence, Words

SENTENCES: dict[type[Event], Sentence] = {
    **wording_registry.WORDING.sentences,
    **wording_assistance.WORDING.sentences,
    **wording_casework.WORDING.sentences,
    **wording_letters.WORDING.sentences,
    **wording_remedies.WORDING.sentences,
    **wording_duties.WORDING.sentences,
    **wording_living.WORDING.sentences,
    **wording_tekun.WORDING.sentences,
    **wording_disability.WORDING.sentences,
    **wording_finance.WORDING.sentences,
    **wording_verification.WORDING.sentences,
    **wording_other.WORDING.sentences,
    **wording_staff.WORDING.sentences,
}


def told(fact: Event, see: See) -> Words:
    sentence = SENTENCES.get(type(fact))
    return Words(fact.TYPE, fact.TYPE) if sentence is None else sentence(fact, see)
