"""What verification does by itself with what lies beside the log: answers checks, compares, disposes. In pieces.

It reads the departments' rows, which replay never reaches; what it finds is recorded in ordinary decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from events import verification as v
from events.ids import AgreementId, CheckId, ComparisonId, FeedId
from services.chassis.runtime import Runtime
from services.chassis.work import Work
from services.verification import checking, comparing, sending
from services.verification.records import Records
from services.verification.sources import EVERY, SOURCES

CHECKS_AT_ONCE = 100


class Doer:
    """`step` does the next piece of each; how much was done. Nothing is looked for while nothing was recorded."""

    def __init__(self, runtime: Runtime, records: Records, size: int = comparing.PIECE) -> None:
        self._runtime = runtime
        self._records = records
        self._size = size
        self._seen = -1
        self._forgotten: set[str] = set()
        self._destroyed: set[str] = set()

    def step(self) -> int:
        revision = self._runtime.store.head().revision
        if revision == self._seen:
            return 0
        done = self._answer() + self._compare() + self._dispose()
        if not done:
            self._seen = revision
        return done

    # -- checks ------------------------------------------------------------------------------------------

    def _answer(self) -> int:
        look, done = self._runtime.looking(), 0
        for source in EVERY:
            feed = look.fact("feed", source)
            if feed is None or self._records.lost(UUID(feed["feed"])):
                continue  # "nothing on record" would not be true
            for key, _ in look.facts("to-answer", f"{source}|", f"{source}|~", CHECKS_AT_ONCE):
                check = CheckId(key.partition("|")[2])
                done += self._runtime.decide(self._report(check, source, feed["feed"]))
        return done

    def _report(self, check: CheckId, source: v.Source, feed: str) -> Callable[..., bool]:
        def decide(work: Work) -> bool:
            row = work.fact("feed", source)
            if work.fact("to-answer", f"{source}|{check}") is None or row is None or row["feed"] != feed:
                return False  # answered, closed or overtaken meanwhile
            people = work.load(checking.CHECK, check).people
            identifier = FeedId(feed)
            found = {one: self._records.of(identifier, str(one)) for one in people}
            unused = checking.report(work, check, source, date.fromisoformat(row["as_of"]), found, identifier)
            if unused is not None:
                checking.close(work, check, "consent_withdrawn" if unused == "no_consent" else unused)
            return True

        return decide

    # -- comparison --------------------------------------------------------------------------------------

    def _compare(self) -> int:
        running = self._runtime.looking().fact("comparing", "now")
        if running is None:
            return 0
        identifier = ComparisonId(running)
        self._runtime.decide(lambda work: comparing.go_on(work, self._records, identifier, self._size))
        return 1

    # -- disposal ----------------------------------------------------------------------------------------

    def _dispose(self) -> int:
        """Files that a newer one replaced, once no comparison uses them; everything of the erased."""
        look = self._runtime.looking()
        if look.fact("comparing", "now") is not None:
            return 0
        wanted = {row["feed"] for _, row in look.facts("feed", limit=len(SOURCES))}
        erased = {person for person, _ in look.facts("erased", limit=10**6)} - self._forgotten
        if erased:
            self._records.forget(erased)
            self._forgotten |= erased
        return self._finish() + self._give_up() + self._destroy_keys() + self._records.keep_only(wanted)

    def _finish(self) -> int:
        """Of files that were cut off: kept where their event is recorded, else gone; the department sends it again."""
        cut_off = self._records.unfinished(self._runtime.looking().today)
        if not cut_off:
            return 0
        known = {row["feed"] for _, row in self._runtime.looking().facts("feed-file", limit=10**6)}
        for feed in cut_off:
            (self._records.taken if str(feed) in known else self._records.drop)(feed)
        return len(cut_off)

    def _give_up(self) -> int:
        """Files of an earlier day that a department did not send to their end."""
        cut_off = self._records.pieces.unfinished(self._runtime.looking().today)
        for one in cut_off:
            sending.give_up(self._runtime, self._records, one, self._runtime.cause())
        return len(cut_off)

    def _destroy_keys(self) -> int:
        """Of agreements that are over: what was sent under them is opened no more, wherever it lies."""
        over = {one for one, _ in self._runtime.looking().facts("share-ended", limit=10**6)} - self._destroyed
        for one in over:
            sending.destroy_key(self._runtime, AgreementId(one))
        self._destroyed |= over
        return len(over)
