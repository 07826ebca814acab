"""Whatever happens in whatever order: no mismatch without consent in date, each resolved once and heard, and what is
kept follows from the logs (V1, V3).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import verification as v
from events.base import Recorded
from events.ids import AgreementId, HouseholdId, MismatchId, PersonId
from services.chassis.refusal import Refused
from services.verification import checking, comparing, consent, mismatch, sharing
from tests.verification.given import OFFICER, Bureau, csv_file

SOURCES: tuple[v.Source, ...] = ("vehicles", "deposits")
FAMILIES = 3
which = st.integers(0, FAMILIES - 1)
source = st.sampled_from(SOURCES)
acts = st.one_of(
    st.tuples(st.just("apply"), which),
    st.tuples(st.just("accept"), which),
    st.tuples(st.just("grant"), which),
    st.tuples(st.just("consent"), which, st.lists(source, min_size=1, max_size=2, unique=True), st.integers(1, 120)),
    st.tuples(st.just("withdraw"), which),
    st.tuples(st.just("share"), source),
    st.tuples(st.just("unshare"), source),
    st.tuples(st.just("deliver"), source, st.lists(which, max_size=3), st.integers(0, 100)),
    st.tuples(st.just("compare")),
    st.tuples(st.just("days"), st.sampled_from((1, 40, 100))),
    st.tuples(st.just("dispute"), which),
    st.tuples(st.just("hear"), which),
    st.tuples(st.just("resolve"), which, st.sampled_from(("confirmed", "data_wrong", "known"))),
)  # fmt: skip


class Played:
    """One history: refusals are expected and change nothing."""

    def __init__(self, folder: Path) -> None:
        self.bureau = Bureau(folder)
        self.families = [self.bureau.household() for _ in range(FAMILIES)]
        self.cases = [self.bureau.case(home, members) for home, members in self.families]
        self.agreements: dict[v.Source, AgreementId] = {}

    def act(self, act: tuple[object, ...]) -> None:
        with suppress(Refused):
            getattr(self, str(act[0]))(*act[1:])
        self.bureau.host.drain()

    def of(self, who: int) -> tuple[HouseholdId, PersonId]:
        home, (person,) = self.families[who]
        return home, person

    def apply(self, who: int) -> None:
        self.bureau.apply(self.cases[who])

    def accept(self, who: int) -> None:
        self.bureau.accept(self.cases[who])

    def grant(self, who: int) -> None:
        self.bureau.grant(self.cases[who])

    def consent(self, who: int, scope: list[v.Source], days: int) -> None:
        home, person = self.of(who)
        until = self.bureau.today + timedelta(days=days)
        since = self.bureau.today
        self.bureau.bureau.decide(
            lambda work: consent.give(work, person, home, "member", scope=scope, since=since, until=until)
        )

    def withdraw(self, who: int) -> None:
        _, person = self.of(who)

        def decide(work: checking.Work) -> None:
            consent.withdraw(work, person, OFFICER)
            checking.consent_over(work, person)

        self.bureau.bureau.decide(decide)

    def share(self, source: v.Source) -> None:
        self.agreements[source] = self.bureau.share(source)

    def unshare(self, source: v.Source) -> None:
        if source in self.agreements:
            self.bureau.bureau.decide(lambda work: sharing.end(work, self.agreements[source], "suspended"))

    def deliver(self, source: v.Source, people: list[int], age: int) -> None:
        if source not in self.agreements:
            return
        numbers = [self.bureau.numbers[self.of(one)[1]] for one in people]
        headings = ("id_number", "kind", "registered") if source == "vehicles" else ("id_number", "balance")
        values = ("car", "2018-01-01") if source == "vehicles" else ("50000",)
        content = csv_file(headings, *((number, *values) for number in numbers))
        self.bureau.deliver(self.agreements[source], content, self.bureau.today - timedelta(days=age))

    def compare(self) -> None:
        period, _ = comparing.period_of(self.bureau.today, 3)
        self.bureau.bureau.decide(lambda work: comparing.begin(work, period, OFFICER))

    def days(self, count: int) -> None:
        self.bureau.clock.advance_to(self.bureau.clock.now() + timedelta(days=count))
        self.bureau.host.settle(self.bureau.today)

    def a_mismatch(self, which: int) -> MismatchId:
        found = self.bureau.found()
        return found[which % len(found)].mismatch if found else MismatchId.of(self.bureau.ids.random())

    def dispute(self, which: int) -> None:
        it = self.a_mismatch(which)
        self.bureau.bureau.decide(lambda work: mismatch.dispute(work, it, "不是我的", OFFICER))

    def hear(self, which: int) -> None:
        it = self.a_mismatch(which)
        self.bureau.bureau.decide(lambda work: mismatch.hear(work, it, None, work.today, OFFICER))

    def resolve(self, which: int, result: mismatch.Result) -> None:
        it = self.a_mismatch(which)
        self.bureau.bureau.decide(lambda work: mismatch.resolve(work, it, result, OFFICER))


def consented(log: list[Recorded], upto: int, person: PersonId, source: v.Source, day: date) -> bool:
    """By brute force over the log: the last word of the person before an event."""
    until: date | None = None
    for one in log:
        told = one.data
        if one.envelope.sequence >= upto:
            break
        if isinstance(told, v.ConsentGiven) and told.person == person and source in told.scope:
            until = told.until
        elif isinstance(told, v.ConsentWithdrawn) and told.person == person:
            until = None
    return until is not None and day < until


def judge(played: Played) -> None:
    bureau = played.bureau
    log = list(bureau.log("verification"))
    heard: set[MismatchId] = set()
    resolved: Counter[MismatchId] = Counter()
    for one in log:
        told = one.data
        if isinstance(told, v.MismatchFound):
            assert consented(log, one.envelope.sequence, told.person, told.source, told.on)
        elif isinstance(told, v.CheckReported):
            for finding in told.findings:
                assert consented(log, one.envelope.sequence, finding.person, told.source, told.on)
        elif isinstance(told, v.MismatchHeard):
            heard.add(told.mismatch)
        elif isinstance(told, v.MismatchResolved):
            assert told.mismatch in heard
            resolved[told.mismatch] += 1
    assert all(count == 1 for count in resolved.values())
    found = [one.data.mismatch for one in log if isinstance(one.data, v.MismatchFound)]
    assert len(found) == len(set(found))
    assert bureau.differences("verification") == []
    assert bureau.bureau.unready() == []


def play(acts: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = Played(Path(folder))
        try:
            for act in acts:
                played.act(act)
            judge(played)
        finally:
            played.bureau.close()


QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
    phases=(Phase.generate, Phase.explicit),
)  # fmt: skip


@pytest.mark.clause("V1", "V3")
@QUICK
@given(st.lists(acts, min_size=5, max_size=25))
def test_no_mismatch_without_consent_and_each_is_resolved_once(acts: list[tuple[object, ...]]) -> None:
    play(
        [
            ("share", "vehicles"),
            ("apply", 0),
            ("grant", 0),
            ("deliver", "vehicles", [0, 1], 0),
            *acts,
            ("compare",),
        ]
    )


@pytest.mark.prove
@pytest.mark.clause("V1", "V3")
@settings(QUICK, max_examples=300, derandomize=False, phases=tuple(Phase))
@given(st.lists(acts, min_size=5, max_size=60))
def test_the_same_in_long_histories(acts: list[tuple[object, ...]]) -> None:
    play(acts)
