"""What is asked of the same papers again and again while they are checked one after another: asked once.

Eleven papers checked beside each other are the same eleven papers, eleven times.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from services.policy.language.kinds import Kind, Survey
from services.policy.language.wrong import Wrong
from services.policy.paper import Paper
from services.policy.places import Path
from services.policy.rulebook import Edition, Rulebook

MOST: Final = 16
"""Rulebooks that are kept: their papers and compiled rules with them."""


class Surveyed(NamedTuple):
    """`wrong`: the part, where in it, and what is wrong, in the order in which they were found."""

    scope: dict[str, Kind]
    broken: set[str]
    wrong: list[tuple[object, Path, Wrong]]


_alone: Final = Lock()
_kept: dict[frozenset[int], Rulebook] = {}
_surveyed: WeakKeyDictionary[Rulebook, dict[Edition, Surveyed]] = WeakKeyDictionary()


def rulebook_of(papers: Iterable[Paper]) -> Rulebook:
    """The same rulebook for the same papers, whatever their order. Raises Refused like `Rulebook`.

    Without a calendar of working days: what is decided by it counts for a check only.
    """
    papers = tuple(papers)
    # An address stands for a paper while the rulebook that is kept under it holds that paper. Twice the same paper is
    # for the rulebook to refuse.
    key = frozenset(map(id, papers))
    with _alone:
        found = _kept.get(key)
        if found is None or len(papers) != len(key):
            found = Rulebook(papers)
            while len(_kept) >= MOST:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found


def surveyed(rulebook: Rulebook, edition: Edition) -> Surveyed:
    """The kinds of everything in a definition that the rulebook has; nothing of it depends on the day."""
    with _alone:
        known = _surveyed.setdefault(rulebook, {})
    if edition not in known:
        wrong: list[tuple[object, Path, Wrong]] = []

        def tell(part: object, within: Path, one: Wrong) -> None:
            wrong.append((part, within, one))

        survey = Survey(rulebook.of_edition(edition), tell)
        known[edition] = Surveyed(survey.scope, survey.broken, wrong)
    return known[edition]
