"""B1: whatever is contested, suspended, ended and made good in whatever order, no month is had twice, and replaying the
log gives the same state."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import assistance as a
from events import registry as r
from events import remedies as m
from services.assistance import steps, suspension
from services.assistance.model import CASE
from services.assistance.remedies import taking
from services.assistance.remedies.decisions import decisions_of
from services.assistance.remedies.difference import balance
from services.assistance.remedies.taking import Said
from services.chassis.refusal import Refused
from services.chassis.work import Work
from tests.living.office import OFFICER, Office, having

OUTCOMES = st.sampled_from(("upheld", "changed", "revoked", "withdrawn"))
acts = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 45)),
    st.tuples(st.just("contest"), st.integers(0, 3)),
    st.tuples(st.just("decide"), OUTCOMES),
    st.tuples(st.just("review"), st.integers(0, 3), OUTCOMES),
    st.tuples(st.just("review"), st.just(-1), OUTCOMES),
    st.tuples(st.just("suspend")),
    st.tuples(st.just("lift")),
    st.tuples(st.just("exit")),
    st.tuples(st.just("fraud")),
    st.tuples(st.just("die"), st.integers(0, 60)),
    st.tuples(st.just("order"), st.integers(1, 900_00) | st.none()),
    st.tuples(st.just("waive")),
)


class Played:
    """One case and what is done with it; refusals are expected and change nothing."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        household, people = self.office.family(1)
        self.person = people[0]
        self.case = self.office.grant(household, self.person, having(300_00))

    def act(self, act: tuple[object, ...]) -> None:
        if act[0] == "pass":
            self.office.until(self.office.today + timedelta(days=int(str(act[1]))))
        elif act[0] == "die":
            day = self.office.today - timedelta(days=int(str(act[1])))
            if self.office.living.decide(lambda work: work.fact("person", self.person))["died"] is None:
                self.office.tell(r.Died(person=self.person, on=day))
        else:
            with suppress(Refused):
                self.office.living.decide(lambda work: getattr(self, str(act[0]))(work, *act[1:]))

    def contest(self, work: Work, which: int) -> None:
        found = decisions_of(work, self.case)
        taking.contest(
            work, self.case, found[which % len(found)].id, by=self.person, authority="district_government",
            officer=OFFICER,
        )  # fmt: skip

    def decide(self, work: Work, outcome: m.Outcome) -> None:
        for open_ in steps.case_of(work, self.case).remedies.contests:
            first = next(one for one in decisions_of(work, self.case) if one.id == open_.decision)
            fixed = (first.amount_fen or 0) + 10_00 if outcome == "changed" else None
            taking.decide(
                work, self.case, open_.id, Said(outcome, work.today, "复〔2020〕1号", fixed), OFFICER
            )
            return

    def review(self, work: Work, which: int, outcome: m.Outcome) -> None:
        self.contest(work, which)
        self.decide(work, outcome)

    def suspend(self, work: Work) -> None:
        found, by = steps.case_and_papers(work, self.case)
        steps.record(
            work, self.case,
            suspension.suspend(
                found, by, reason="other", since=None, until=None, heard=True, officer=OFFICER, today=work.today
            ),
        )  # fmt: skip

    def lift(self, work: Work) -> None:
        taking.lift(work, self.case, OFFICER)

    def exit(self, work: Work) -> None:
        steps.request_exit(work, self.case)

    def fraud(self, work: Work) -> None:
        first = decisions_of(work, self.case)[-1]
        taking.end_for_fraud(work, self.case, first.id, OFFICER, since=None, heard=None)

    def order(self, work: Work, amount_fen: int | None) -> None:
        taking.order_back(work, self.case, OFFICER, amount_fen=amount_fen)

    def waive(self, work: Work) -> None:
        for order in steps.case_of(work, self.case).remedies.orders:
            taking.waive(work, self.case, order, "hardship", OFFICER)

    def must_hold(self) -> None:
        facts = self.office.facts(self.case)
        months = Counter(one.month for one in facts if isinstance(one, a.MonthGranted))
        assert max(months.values(), default=0) <= 1, "a month is granted once"
        had, shares = Counter[str](), dict[UUID, Counter[str]]()
        for one in facts:
            if isinstance(one, a.MonthGranted):
                had[one.month] += one.amount_fen
            elif isinstance(one, m.ArrearsGranted):
                assert one.amount_fen == sum(part.due_fen - part.had_fen for part in one.months)
                for part in one.months:
                    assert part.had_fen == had[part.month], "arrears know what was had"
                    had[part.month] = part.due_fen
            elif isinstance(one, m.RecoveryOrdered):
                assert one.amount_fen <= sum(part.had_fen - part.due_fen for part in one.months)
                assert all(part.had_fen == had[part.month] for part in one.months), (
                    "an order knows what was had"
                )
                shares[one.order] = Counter({part.month: fen for part, fen in m.shares(one)})
                had.subtract(shares[one.order])
            elif isinstance(one, m.RecoveryWaived) and one.why == "revoked":
                had.update(shares.pop(one.order, {}))  # it comes back, or never went
        case = self.office.case(self.case)
        assert {line.month: line.had_fen for line in balance(case)} | {
            month: fen for month, fen in had.items() if fen
        } == {line.month: line.had_fen for line in balance(case)}
        assert all(fen >= 0 for fen in had.values())
        assert CASE.of(facts) == case, "replaying the log gives the same state"
        assert self.office.differs() == [], "and the same rows"
        assert not self.office.living.failing, "and nothing stays due"


@pytest.mark.clause("B1")
@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(acts, min_size=6, max_size=22))
def test_no_month_is_had_twice_and_replay_equals_state(history: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = Played(Path(folder))
        for act in [("pass", 40), *history]:
            played.act(act)
        played.must_hold()
