"""What verification keeps beside its log.

Of the registry what `services.registry.keeping` folds: people and ID numbers. Of each
domain whose recipients are compared, with its name behind: `recipient-…` (person → running cases, each with its
household and programme) and `covered-…` (case → its people). Of policy: calendars. Of its own: `consent` (person → source →
since, until), `supporters` (household → people outside it), `share` (source → the agreement in force), `share-until`,
`share-ended` (agreement), `feed` (source → the newest file), `feed-file` (**the claim** that a file is taken once), `check-of`
(case → its check that runs), `asked` (check → people), `checks-of` (person → checks), `to-answer` (source|check), `to-tell`
(department → corrections not told yet, the first day of them), `schedule`, `comparing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from events import assistance as a
from events import verification as v
from events.base import Recorded
from events.ids import CheckId
from services.chassis.service import Service, Shelf
from services.verification.sources import EVERY

CHECKED: tuple[str, ...] = ("living",)
"""Domains whose applicants are checked of their means, by every source that delivers."""
COMPARED: tuple[str, ...] = (*CHECKED, "disability")
"""Domains whose recipients are compared, and whose other cases are checked, with the sources that the papers of their programmes
declare."""


def keep_recipients(service: Service, source: str) -> None:
    """Who is helped now, by the grants of one domain."""
    kind, of_case = f"recipient-{source}", f"covered-{source}"

    def cover(shelf: Shelf, told: a.CaseFact, members: list[str]) -> None:
        case = str(told.case)
        for person in shelf.get(of_case, case) or ():
            cases = {one: home for one, home in (shelf.get(kind, person) or {}).items() if one != case}
            shelf.put(kind, person, cases) if cases else shelf.drop(kind, person)
        for person in members:
            said = {case: [str(told.household), told.programme]}
            shelf.put(kind, person, (shelf.get(kind, person) or {}) | said)
        shelf.put(of_case, case, members) if members else shelf.drop(of_case, case)

    def granted(shelf: Shelf, fact: Recorded[a.SubsidyGranted]) -> None:
        if fact.data.period != "once":
            cover(shelf, fact.data, [str(one) for one in fact.data.members])

    def changed(shelf: Shelf, fact: Recorded[a.HouseholdChanged]) -> None:
        if shelf.get(of_case, fact.data.case) is not None:
            cover(shelf, fact.data, [str(one) for one in fact.data.members])

    def ended(shelf: Shelf, fact: Recorded[a.Exited]) -> None:
        cover(shelf, fact.data, [])

    service.keep(a.SubsidyGranted, of=source)(granted)
    service.keep(a.HouseholdChanged, of=source)(changed)
    service.keep(a.Exited, of=source)(ended)


def keep_own(service: Service) -> None:
    keep: Callable[..., Any] = service.keep
    keep(v.ConsentGiven)(_consented)
    keep(v.ConsentWithdrawn)(_withdrawn)
    keep(v.ShareGranted)(_granted)
    keep(v.ShareEnded)(_share_ended)
    keep(v.FeedReceived)(_received)
    keep(v.CheckOwed)(_owed)
    keep(v.CheckRequested)(_requested)
    keep(v.CheckReported)(_reported)
    keep(v.CheckClosed)(_closed)


def _consented(shelf: Shelf, fact: Recorded[v.ConsentGiven]) -> None:
    told = fact.data
    known = shelf.get("consent", told.person) or {}
    given = {source: [told.since.isoformat(), told.until.isoformat()] for source in told.scope}
    shelf.put("consent", told.person, known | given)
    if told.capacity == "supporter":
        others = shelf.get("supporters", told.household) or []
        shelf.put("supporters", told.household, sorted({*others, str(told.person)}))


def _withdrawn(shelf: Shelf, fact: Recorded[v.ConsentWithdrawn]) -> None:
    shelf.drop("consent", fact.data.person)


def _granted(shelf: Shelf, fact: Recorded[v.ShareGranted]) -> None:
    shelf.put("share", fact.data.source, str(fact.data.agreement))


def _share_ended(shelf: Shelf, fact: Recorded[v.ShareEnded]) -> None:
    shelf.put("share-ended", fact.data.agreement, True)
    if shelf.get("share", fact.data.source) == str(fact.data.agreement):
        shelf.drop("share", fact.data.source)
        shelf.drop("feed", fact.data.source)


def file_key(agreement: object, as_of: object, digest: str) -> str:
    return f"{agreement}|{as_of}|{digest}"


def _received(shelf: Shelf, fact: Recorded[v.FeedReceived]) -> None:
    told = fact.data
    row = {"feed": str(told.feed), "agreement": str(told.agreement), "as_of": told.as_of.isoformat()}
    counts = {
        name: getattr(told, name) for name in ("rows", "matched", "strangers", "refused", "late", "current")
    }
    beyond = {"beyond": [*told.beyond], "beyond_other": told.beyond_other}
    shelf.put("feed-file", file_key(told.agreement, told.as_of, told.digest), {**row, **counts, **beyond})
    if told.current:
        shelf.put("feed", told.source, row)


def _owed(shelf: Shelf, fact: Recorded[v.CheckOwed]) -> None:
    shelf.put("check-of", fact.data.case, str(fact.data.check))
    _ask_about(shelf, fact.data.check, fact.data.members)


def _requested(shelf: Shelf, fact: Recorded[v.CheckRequested]) -> None:
    _ask_about(shelf, fact.data.check, fact.data.people)
    for source in fact.data.sources:
        shelf.put("to-answer", f"{source}|{fact.data.check}", True)


def _reported(shelf: Shelf, fact: Recorded[v.CheckReported]) -> None:
    if fact.data.unused is None:
        shelf.drop("to-answer", f"{fact.data.source}|{fact.data.check}")


def _closed(shelf: Shelf, fact: Recorded[v.CheckClosed]) -> None:
    told = fact.data
    if shelf.get("check-of", told.case) == str(told.check):
        shelf.drop("check-of", told.case)
    for source in EVERY:
        shelf.drop("to-answer", f"{source}|{told.check}")
    for person in shelf.get("asked", told.check) or ():
        _asked_about(shelf, person, str(told.check), False)
    shelf.drop("asked", told.check)


def _ask_about(shelf: Shelf, check: CheckId, people: Iterable[object]) -> None:
    shelf.put("asked", check, [str(one) for one in people])
    for person in people:
        _asked_about(shelf, person, str(check), True)


def _asked_about(shelf: Shelf, person: object, check: str, whether: bool) -> None:
    others = [one for one in shelf.get("checks-of", person) or () if one != check]
    now = [*others, check] if whether else others
    shelf.put("checks-of", person, now) if now else shelf.drop("checks-of", person)
