"""An event in one sentence, Chinese and English. A type that has no sentence is told by its name."""

from __future__ import annotations

from events.base import Event
from services.history import wording_assistance, wording_other, wording_registry
from services.history.words import See, Sentence, Words

SENTENCES: dict[type[Event], Sentence] = {
    **wording_registry.WORDING.sentences,
    **wording_assistance.WORDING.sentences,
    **wording_other.WORDING.sentences,
}


def told(fact: Event, see: See) -> Words:
    sentence = SENTENCES.get(type(fact))
    return Words(fact.TYPE, fact.TYPE) if sentence is None else sentence(fact, see)
