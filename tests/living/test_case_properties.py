"""Whatever is tried in whatever order: what always holds of a case, and that replay gives what is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import assistance as a
from events import registry as r
from events.ids import CaseId, HouseholdId, PersonId
from services.assistance import application as app
from services.assistance import entitlement as ent
from services.assistance import months, steps
from services.assistance.model import CASE, Case
from services.assistance.procedure import next_steps
from services.assistance.rules import Evidence
from services.chassis.refusal import Refused
from tests.living.office import RURAL, URBAN, VILLAGE, Found, Office, by, having

PEOPLE = tuple(PersonId.of(UUID(int=number, version=4)) for number in range(1, 6))
OFFICER = UUID(int=100, version=4)
SURVEYORS = (UUID(int=101, version=4), UUID(int=102, version=4))
HOUSEHOLD, CASE_ID = HouseholdId.of(UUID(int=7, version=4)), CaseId.of(UUID(int=8, version=4))

sums = st.integers(0, 900_00)
each = st.fixed_dictionaries(
    {
        "wage": st.one_of(st.just(0), sums),
        "in_work": st.booleans(),
        "disability_grade": st.integers(0, 4),
        "seriously_ill": st.booleans(),
        "medical_cost": sums,
        "studying": st.booleans(),
        "schooling_cost": sums,
        "refused_work": st.booleans(),
        "able_to_work": st.booleans(),
    }
).map(lambda told: told if told["studying"] else told | {"schooling_cost": 0})
means = st.builds(
    having,
    st.integers(0, 3000_00),
    within=st.sampled_from([True, True, True, False]),
    unstable=st.booleans(),
    each=st.one_of(st.none(), each),
    first=st.one_of(st.none(), each),
    basic_pension=st.sampled_from([0, 150_00]),
)
reasons = st.sampled_from([None, "户主重病"])
actions = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 45)),
    st.tuples(st.just("inquire"), means),
    st.tuples(st.just("survey"), means),
    st.tuples(st.just("few"), means),
    st.tuples(
        st.sampled_from(["accept", "assess", "steps", "post", "object", "withdraw", "review", "exit"]),
        st.none(),
    ),
    st.tuples(st.just("confirm"), st.tuples(st.sampled_from([None, 1, 500_00]), reasons)),
    st.tuples(st.just("decline"), reasons),
    st.tuples(st.just("conclude"), reasons),
    st.tuples(st.just("hear"), st.none()),
    st.tuples(st.just("home"), st.sets(st.sampled_from(PEOPLE), max_size=5)),
    st.tuples(st.just("death"), st.tuples(st.sampled_from(PEOPLE), st.integers(0, 90))),
    st.tuples(st.just("move"), st.sampled_from([RURAL, URBAN])),
    st.tuples(st.just("away"), st.none()),
)
# Random steps alone seldom reach a grant: some runs begin with one.
TO_GRANT: list[tuple[str, Any]] = [
    ("accept", None), ("inquire", having(100_00)), ("steps", None), ("post", None), ("pass", 8), ("steps", None),
    ("post", None), ("pass", 8), ("steps", None), ("confirm", (None, None)),
]  # fmt: skip
runs = st.tuples(st.booleans(), st.lists(actions, max_size=25)).map(
    lambda drawn: (TO_GRANT if drawn[0] else []) + drawn[1]
)


NOT_POOR = {"未脱贫建档立卡户": "false"}
LAW = date(2026, 7, 1)
starts = st.sampled_from([date(2020, 8, 3), date(2021, 6, 21), date(2025, 7, 8), date(2026, 5, 4), LAW])


class Life:
    """A case and the days around it, without a store; refusals change nothing."""

    def __init__(self, start: date) -> None:
        self.today = start
        self.case: Case = CASE.initial
        self.facts: list[a.CaseFact] = []
        self.members, self.township = PEOPLE[:3], RURAL
        self.take(
            app.apply(
                CASE_ID,
                "dibao",
                HOUSEHOLD,
                self.members,
                RURAL,
                PEOPLE[0],
                consent=True,
                on=self.today,
                today=self.today,
            )
        )

    def take(self, facts: Sequence[a.CaseFact]) -> None:
        for fact in facts:
            self.case = CASE.evolve(self.case, fact)
            self.facts.append(fact)

    def do(self, name: str, value: Any) -> None:
        try:
            getattr(self, name)(value)
        except Refused:
            return

    def pass_(self, days: int) -> None:
        for _ in range(days):
            self.today += timedelta(days=1)
            if self.case.stage == "notice" and self.today > self.case.notice_until:
                self.take(app.end_notice(self.case, today=self.today))
            self.take(months.grant_month(self.case, by(), today=self.today))

    def accept(self, _: None) -> None:
        self.take(app.accept(self.case, by(), on=self.today, today=self.today))

    def steps(self, _: None) -> None:
        while (owed := next_steps(self.case, by(), self.today)) and owed[0].step.stands is None:
            step = owed[0].step.step
            self.take(app.take_step(self.case, by(), step, staff=SURVEYORS, on=self.today, today=self.today))

    def survey(self, found: Found, surveyors: Sequence[UUID] = SURVEYORS) -> None:
        self.take(
            app.survey(
                self.case,
                by(),
                on=self.today,
                surveyors=surveyors,
                means=found(self.case.members),
                remarks=None,
                today=self.today,
            )
        )

    def few(self, found: Found) -> None:
        self.survey(found, SURVEYORS[:1] * 2)

    def inquire(self, found: Found) -> None:
        self.survey(found)
        self.take(
            app.check(
                self.case, on=self.today, means=found(self.case.members), consistent=True, today=self.today
            )
        )
        self.assess(None)

    def assess(self, _: None) -> None:
        self.take(app.assess(self.case, by(), Evidence(), local=NOT_POOR, today=self.today))

    def post(self, _: None) -> None:
        self.take(app.post_notice(self.case, by(), today=self.today))

    def object(self, _: None) -> None:
        self.take(app.lodge_objection(self.case, statement=None, today=self.today))

    def withdraw(self, _: None) -> None:
        self.take(app.withdraw(self.case, reason="request", today=self.today))

    def confirm(self, drawn: tuple[int | None, str | None]) -> None:
        amount, why = drawn
        self.take(
            app.confirm(
                self.case, by(), Evidence(), officer=OFFICER, today=self.today, amount_fen=amount, departs=why
            )
        )

    def decline(self, why: str | None) -> None:
        self.take(app.decline(self.case, by(), Evidence(), officer=OFFICER, today=self.today, departs=why))

    def review(self, _: None) -> None:
        self.take(ent.open_review(self.case, reason="report"))

    def conclude(self, why: str | None) -> None:
        outcome: ent.Outcome | None = "unchanged" if why else None
        self.take(
            ent.conclude_review(
                self.case, by(), Evidence(), officer=OFFICER, today=self.today, outcome=outcome, departs=why
            )
        )

    def hear(self, _: None) -> None:
        self.take(
            ent.conclude_review(
                self.case, by(), Evidence(), officer=OFFICER, today=self.today, heard=self.today
            )
        )

    def exit(self, _: None) -> None:
        self.take(ent.request_exit(self.case, by(), today=self.today))

    def home(self, people: set[PersonId]) -> None:
        self.members = tuple(sorted(people))
        self.follow("member_left", self.today)

    def death(self, drawn: tuple[PersonId, int]) -> None:
        person, ago = drawn
        if person in self.members:
            self.members = tuple(one for one in self.members if one != person)
            self.follow("death", self.today - timedelta(days=ago))

    def move(self, township: str) -> None:
        self.township = township
        self.follow("moved", self.today)

    def away(self, _: None) -> None:
        self.follow("moved_away", self.today, "moved_away")

    def follow(self, reason: str, since: date, gone: Any = "") -> None:
        if not self.members:
            gone = "death" if reason == "death" else "household_gone"
        home = ent.Home(self.members, self.township, gone)
        self.take(ent.follow(self.case, by(), home, ent.Change(reason, since), today=self.today))


def must_hold(facts: Sequence[Any]) -> None:
    """What is true of every case's facts, in the order recorded."""
    names = [type(fact).__name__ for fact in facts]
    months = [fact.month for fact in facts if isinstance(fact, a.MonthGranted)]
    assert months == sorted(set(months)), "one grant a month, in order"
    assert all(fact.amount_fen > 0 for fact in facts if isinstance(fact, a.MonthGranted | a.Adjusted))
    assert all(len(set(f.surveyors)) >= 2 for f in facts if isinstance(f, a.Surveyed))
    ends = [place for place, name in enumerate(names) if name in ("Declined", "Withdrawn", "Exited")]
    assert ends in ([], [len(names) - 1]), "nothing is recorded behind the end"
    if "SubsidyGranted" in names:
        grant = names.index("SubsidyGranted")
        ended = max(place for place, name in enumerate(names[:grant]) if name == "NoticeEnded")
        assert set(names[ended + 1 : grant]) <= {"StepTaken"}, "only steps come between notice and decision"
        posted = max(place for place, name in enumerate(names[:grant]) if name == "NoticePosted")
        assert facts[ended].on > facts[posted].until == facts[posted].on + timedelta(days=7)
        assert names[:posted].count("Surveyed") > names[:posted].count("ObjectionLodged")
        assert names.count("SubsidyGranted") == 1
        assert all(
            fact.month >= f"{facts[grant].since:%Y-%m}"
            for fact in facts
            if fact.TYPE.endswith("MonthGranted")
        )
    else:
        assert not months, "nobody is paid without a grant"
        assert "Exited" not in names
    opened = [fact.number for fact in facts if isinstance(fact, a.ReviewOpened)]
    assert opened == list(range(1, len(opened) + 1))
    members = [fact.members for fact in facts]
    assert all(members), "a case covers somebody"


def must_have_been_heard(facts: Sequence[a.CaseFact]) -> None:
    """Under the law of 2026 nothing is lowered or ended by an office that has not heard the family."""
    current, heard, tapers = 0, False, False
    for fact in facts:
        if isinstance(fact, a.Reviewed):
            heard = fact.heard is not None
        if isinstance(fact, a.Adjusted) and fact.reason != "death":
            assert heard or (fact.amount_fen >= current and fact.reason != "taper"), fact
            tapers = fact.reason == "taper"
        if isinstance(fact, a.Exited):
            assert fact.reason != "no_longer_eligible" or heard
            assert fact.reason != "taper_ended" or tapers
        if isinstance(fact, a.SubsidyGranted | a.Adjusted):
            current = fact.amount_fen


@settings(max_examples=300, deadline=None)
@given(starts, runs)
def test_any_sequence_of_steps_keeps_what_always_holds(start: date, run: list[tuple[str, Any]]) -> None:
    life = Life(start)
    for name, value in run:
        life.do("pass_" if name == "pass" else name, value)
    must_hold(life.facts)
    if start >= LAW:
        must_have_been_heard(life.facts)
    assert CASE.of(life.facts) == life.case


homes = st.lists(
    st.one_of(
        st.tuples(st.just("die"), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(0, 5)),
        st.tuples(st.just("join"), st.tuples(st.integers(0, 5), st.integers(0, 1))),
        st.tuples(st.just("merge"), st.integers(0, 1)),
        st.tuples(st.just("same"), st.tuples(st.integers(0, 5), st.integers(0, 5))),
        st.tuples(st.just("away"), st.integers(0, 1)),
        st.tuples(st.just("move"), st.integers(0, 1)),
        st.tuples(st.just("pass"), st.integers(1, 40)),
        st.tuples(st.just("work"), st.integers(0, 1)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(homes)
def test_whatever_happens_at_home_replay_gives_what_is_kept(run: list[tuple[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        district = TwoFamilies(Office(Path(folder)))
        for name, value in run:
            getattr(district, name)(value) if name != "pass" else district.days(value)
        district.must_hold()


class TwoFamilies:
    """Two households, three people each, both with a granted allowance."""

    def __init__(self, office: Office) -> None:
        self.office = office
        homes = [office.family(3), office.family(3)]
        self.households = [home for home, _ in homes]
        self.people = homes[0][1] + homes[1][1]
        self.cases = [office.post(home, people[0]) for home, people in homes]
        office.ready(*self.cases)
        for case in self.cases:
            office.do(steps.confirm, case, OFFICER)

    def days(self, count: int) -> None:
        self.office.until(self.office.today + timedelta(days=count))

    def row(self, kind: str, key: object) -> Any:
        return self.office.living.store.kept(kind, str(key))

    def where(self, number: int) -> HouseholdId | None:
        row = self.row("person", self.people[number])
        return HouseholdId.of(row["household"]) if row["household"] else None

    def die(self, number: int) -> None:
        person = self.people[number]
        if self.row("person", person)["died"] is None:
            day = self.office.today - timedelta(days=number * 9)
            self.office.tell(r.Died(person=person, household=self.where(number), on=day))

    def leave(self, number: int) -> None:
        home = self.where(number)
        if home is not None:
            person, today = self.people[number], self.office.today
            self.office.tell(r.MemberLeft(household=home, person=person, since=today, reason="work"))

    def join(self, drawn: tuple[int, int]) -> None:
        number, home = drawn
        row = self.row("person", self.people[number])
        if row["died"] is None and row["merged_into"] is None and not self.gone(home):
            self.office.tell(
                r.MemberJoined(
                    household=self.households[home], person=self.people[number], relation="99",
                    since=self.office.today, reason="return",
                )
            )  # fmt: skip

    def gone(self, home: int) -> bool:
        return bool(self.row("household", self.households[home])["gone"])

    def merge(self, home: int) -> None:
        if not self.gone(0) and not self.gone(1):
            absorbed = self.households[1 - home]
            people = [PersonId.of(one) for one in self.row("household", absorbed)["members"]]
            members = tuple(r.Member(person=one, relation="99") for one in people)
            self.office.tell(
                r.HouseholdsMerged(
                    household=self.households[home],
                    absorbed=absorbed,
                    members=members,
                    since=self.office.today,
                )
            )

    def same(self, drawn: tuple[int, int]) -> None:
        one, other = drawn
        rows = [self.row("person", self.people[number]) for number in drawn]
        if one != other and not any(row["merged_into"] or row["died"] for row in rows):
            self.office.tell(r.PeopleMerged(person=self.people[one], duplicate=self.people[other]))

    def away(self, home: int) -> None:
        if not self.gone(home):
            members = tuple(
                PersonId.of(one) for one in self.row("household", self.households[home])["members"]
            )
            self.office.tell(
                r.HouseholdMovedAway(
                    household=self.households[home], members=members, since=self.office.today
                )
            )

    def move(self, home: int) -> None:
        if not self.gone(home):
            members = tuple(
                PersonId.of(one) for one in self.row("household", self.households[home])["members"]
            )
            self.office.tell(
                r.HouseholdMoved(
                    household=self.households[home], members=members, township=URBAN,
                    village=VILLAGE[URBAN], since=self.office.today,
                )
            )  # fmt: skip

    def work(self, number: int) -> None:
        """Conclude the review that is open, as assessed."""
        case = self.cases[number]
        if self.office.case(case).review_open:
            self.office.look_into(case, having(200_00))
            self.office.do(steps.conclude_review, case, OFFICER)

    def must_hold(self) -> None:
        office = self.office
        assert office.differs() == []
        assert office.living.store.kept_range("letter", "", "", 10) == []
        covered: list[PersonId] = []
        for case_id, household in zip(self.cases, self.households, strict=True):
            must_hold(office.facts(case_id))
            case = office.case(case_id)
            if case.running:
                assert {str(one) for one in case.members} == set(self.row("household", household)["members"])
                assert self.row("case-of-household", household) == {str(case_id): "dibao"}
                covered += case.members
        assert len(covered) == len(set(covered)), "nobody is covered twice"
        claimed = {key for key, _ in office.living.store.kept_range("case-of-person", "", "", 100)}
        assert claimed == {str(one) for one in covered}
