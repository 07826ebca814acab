"""Late news, corrections, mergers, letters and provisional answers, one at a time; and what is refused."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from events import assistance as a
from events import registry as r
from events.ids import Concerned, PersonId
from events.service import DayClosed, Discarded, Listening, Parked, Resumed
from services.chassis.refusal import Malformed, NotFound
from services.history.asof import Answer, AsOf
from services.history.asof.states import CaseState, HouseholdState, PersonState, TownshipState
from services.history.district_log import DistrictLog
from tests.history.logs import CLOCK, Logs, src
from tests.history.worlds import GROUNDS

TOWN, OTHER, VILLAGE = "431202002000", "431202003000", "431202002001"
JANUARY, MARCH, APRIL, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 11), date(2026, 5, 1)


class Office:
    """A registry with one family, and living behind it."""

    def __init__(self, log: DistrictLog) -> None:
        self.log, self.logs = log, Logs()
        self.asof = AsOf(log, CLOCK)
        self.head, self.child = self.logs.person(), self.logs.person()
        self.home = self.logs.household()
        members = tuple(r.Member(person=one, relation="02") for one in (self.head, self.child))
        self.registered = self.logs.record("registry", self.home, r.HouseholdRegistered(
            household=self.home, head=self.head, members=members, township=TOWN, village=VILLAGE, since=JANUARY
        ), effective=JANUARY)  # fmt: skip

    def died(self, person: PersonId, on: date, **more: object) -> UUID:
        fact = r.Died(person=person, household=self.home, on=on)
        return self.logs.record("registry", person, fact, effective=on, **more).envelope.id  # type: ignore[arg-type]  # as `record` takes

    def answer(self, subject: UUID | str, effective: date, known: date, by: str | None = None) -> Answer:
        self.log.pump(self.logs.feeds())
        return self.asof.state(subject, effective=effective, known=known, by=by)

    def person(self, id: UUID, effective: date, known: date, by: str | None = None) -> PersonState:
        state = self.answer(id, effective, known, by).state
        assert isinstance(state, PersonState)
        return state

    def members(self, effective: date, known: date) -> set[UUID]:
        state = self.answer(self.home, effective, known).state
        assert isinstance(state, HouseholdState)
        return {one.person for one in state.members}

    def letter(self, outcome: type[Parked | Resumed | Discarded], about: UUID, sequence: int) -> None:
        more = {} if outcome is Resumed else {"reason": "X"}
        self.logs.record("living", self.logs.own(), outcome(
            letter_source=src("registry"), letter_sequence=sequence, letter=about,
            letter_concerns=(Concerned.of(self.child),), **more,
        ))  # fmt: skip


@pytest.fixture
def office(log: DistrictLog) -> Office:
    return Office(log)


def test_a_death_told_late_was_effective_before_it_was_known(office: Office) -> None:
    office.logs.days(100)  # recorded on 11 April
    office.died(office.child, MARCH)
    assert office.person(office.child, MARCH, date(2026, 4, 10)).alive
    assert not office.person(office.child, MARCH, APRIL).alive
    assert office.person(office.child, date(2026, 2, 28), APRIL).alive
    assert office.members(MARCH, date(2026, 4, 10)) == {office.head, office.child}
    assert office.members(MARCH, APRIL) == {office.head}


def test_a_correction_of_the_same_type_takes_the_place_of_what_it_corrects(office: Office) -> None:
    wrong = office.died(office.child, MARCH)
    office.logs.days(100)
    office.died(office.head, MARCH, corrects=wrong)
    assert not office.person(office.child, MARCH, JANUARY).alive
    assert office.person(office.child, MARCH, APRIL).alive, (
        "it was not the child: found though it names another"
    )
    assert not office.person(office.head, MARCH, APRIL).alive


def test_what_was_wrong_from_the_first_is_right_from_the_first_once_it_is_known(office: Office) -> None:
    office.logs.days(100)
    fact = r.HouseholdCorrected(household=office.home, members=(office.head,), township=OTHER)
    office.logs.record("registry", office.home, fact, corrects=office.registered.envelope.id)
    for known, town in ((JANUARY, TOWN), (APRIL, OTHER)):
        state = office.answer(office.home, JANUARY, known).state
        assert isinstance(state, HouseholdState)
        assert state.township == town
    assert len(office.asof.timeline(office.home, effective=JANUARY, known=APRIL).lines) == 2
    assert len(office.asof.timeline(office.home, effective=JANUARY, known=JANUARY).lines) == 1


def test_before_a_merger_is_known_there_are_two_and_after_it_one_for_all_days(office: Office) -> None:
    twin = office.logs.person()
    fact = r.Categorised(person=twin, category=r.Category.DISABLED, since=JANUARY)
    office.logs.record("registry", twin, fact, effective=JANUARY)
    office.logs.days(100)
    office.logs.record("registry", twin, r.PeopleMerged(person=office.child, duplicate=twin))
    before, after = office.person(office.child, JANUARY, JANUARY), office.person(twin, JANUARY, APRIL)
    assert (before.id, before.same, before.categories) == (office.child, (), ())
    assert [one.category for one in office.person(twin, JANUARY, JANUARY).categories] == ["disabled"]
    assert (after.id, after.same) == (office.child, (twin,))
    assert [one.category for one in after.categories] == ["disabled"]
    assert after.home and after.home.household == office.home


def test_mergers_in_a_circle_do_not_hang(office: Office) -> None:
    for one, other in ((office.head, office.child), (office.child, office.head)):
        office.logs.record("registry", other, r.PeopleMerged(person=one, duplicate=other))
    assert office.person(office.head, APRIL, APRIL)
    assert office.person(office.child, APRIL, APRIL)


def test_a_decider_knows_what_it_listened_to_had_read_and_not_parked(office: Office) -> None:
    types = (r.HouseholdRegistered.TYPE, r.Died.TYPE)
    listening = Listening(sources={src("registry"): types})
    office.logs.record("living", office.logs.own(), listening)
    death = office.died(office.child, JANUARY)
    assert not office.person(office.child, JANUARY, JANUARY).alive
    assert office.answer(office.child, JANUARY, JANUARY, "living").state is None, "nothing read yet"
    office.logs.days(1)
    office.logs.sees("living", "registry", 2)
    office.letter(Parked, death, 2)
    assert office.person(office.child, JANUARY, date(2026, 1, 2), "living").alive, "waits"
    assert office.person(office.child, JANUARY, date(2026, 1, 2), "living").home
    office.logs.days(1)
    office.letter(Resumed, death, 2)
    assert not office.person(office.child, JANUARY, date(2026, 1, 3), "living").alive
    assert office.person(office.child, JANUARY, date(2026, 1, 2), "living").alive, "but not before"


def test_a_letter_discarded_never_counts_for_who_discarded_it(office: Office) -> None:
    office.logs.record("living", office.logs.own(), Listening(sources={src("registry"): (r.Died.TYPE,)}))
    death = office.died(office.child, JANUARY)
    office.logs.sees("living", "registry")
    office.letter(Parked, death, 2)
    office.letter(Discarded, death, 2)
    assert office.answer(office.child, JANUARY, APRIL, "living").state is None
    assert not office.person(office.child, JANUARY, APRIL).alive


def test_a_grant_counts_from_its_day_and_an_exit_ends_the_sum(office: Office) -> None:
    case = office.logs.case()
    about = {"case": case, "programme": "dibao", "household": office.home, "members": (office.head,)}
    tell = office.logs.record
    tell("living", case, a.Applied(**about, applicant=office.head, township=TOWN, consent=True, on=JANUARY))
    for since, fen in ((date(2026, 2, 1), 300_00), (APRIL, 400_00)):
        kind = {"since": since, "amount_fen": fen, "grounds": GROUNDS}
        granted = a.SubsidyGranted(**about, **kind, confirmed=since, officer=office.head)
        fact = granted if fen == 300_00 else a.Adjusted(**about, **kind, reason="adjusted")
        tell("living", case, fact, effective=since)
    tell("living", case, a.MonthGranted(**about, month="2026-02", amount_fen=300_00, illustrative=True),
         effective=date(2026, 2, 1))  # fmt: skip
    tell("living", case, a.Exited(**about, reason="request", since=MAY, grounds=GROUNDS), effective=MAY)

    def state(day: date) -> CaseState:
        found = office.answer(case, day, MAY).state
        assert isinstance(found, CaseState)
        return found

    assert (state(date(2026, 1, 20)).stage, state(date(2026, 1, 20)).amounts) == ("applied", ())
    sums = [(one.since, one.until, one.amount_fen) for one in state(MAY).amounts]
    assert sums == [(date(2026, 2, 1), APRIL, 300_00), (APRIL, MAY, 400_00)]
    assert state(MAY).stage == "exited"
    town = office.answer(TOWN, MARCH, MAY).state
    assert isinstance(town, TownshipState)
    assert (town.households, town.people) == (1, 2)
    assert [(one.programme, one.cases) for one in town.running] == [("dibao", 1)]
    [paid] = town.months
    assert (paid.month, paid.cases, paid.amount_fen, paid.illustrative) == ("2026-02", 1, 300_00, True)


def test_a_month_owed_from_before_the_application_is_the_township_s_in_which_it_was_made(
    office: Office,
) -> None:
    """A subsidy for the disabled is owed from the first of the month in which it was asked for."""
    case, asked = office.logs.case(), date(2026, 2, 10)
    about = {
        "case": case,
        "programme": "disability-care",
        "household": office.home,
        "members": (office.head,),
    }
    applied = a.Applied(**about, applicant=office.head, township=TOWN, consent=True, on=asked)
    office.logs.record("living", case, applied, effective=asked)
    month = a.MonthGranted(**about, month="2026-02", amount_fen=60_00, illustrative=True)
    office.logs.record("living", case, month, effective=date(2026, 2, 1))
    town = office.answer(TOWN, MARCH, MAY).state
    assert isinstance(town, TownshipState)
    assert [(paid.month, paid.amount_fen) for paid in town.months] == [("2026-02", 60_00)]


def test_a_changed_decision_counts_from_its_first_day_once_known_and_before_that_the_first_one_does(
    office: Office,
) -> None:
    case, february = office.logs.case(), date(2026, 2, 1)
    about = {"case": case, "programme": "dibao", "household": office.home, "members": (office.head,)}

    def told(fact: a.CaseFact, since: date) -> UUID:
        return office.logs.record("living", case, fact, effective=since).envelope.id

    told(a.Applied(**about, applicant=office.head, township=TOWN, consent=True, on=JANUARY), JANUARY)
    kind = {"since": february, "amount_fen": 300_00, "grounds": GROUNDS}
    first = told(a.SubsidyGranted(**about, **kind, confirmed=JANUARY, officer=office.head), february)
    more = {"amount_fen": 250_00, "since": APRIL, "grounds": GROUNDS}
    told(a.Adjusted(**about, **more, reason="review"), APRIL)
    before = office.answer(case, MAY, MAY).state
    raised = {"amount_fen": 400_00, "since": february, "grounds": GROUNDS, "replaces": first}
    told(a.Adjusted(**about, **raised, reason="remedy"), february)
    after = office.answer(case, MAY, MAY).state
    assert isinstance(before, CaseState) and isinstance(after, CaseState)
    assert [(one.since, one.amount_fen) for one in before.amounts] == [(february, 300_00), (APRIL, 250_00)]
    assert [(one.since, one.amount_fen) for one in after.amounts] == [(february, 400_00), (APRIL, 250_00)]


def test_an_end_that_was_taken_back_never_was_and_what_was_taken_over_is_granted(office: Office) -> None:
    case = office.logs.case()
    about = {"case": case, "programme": "dibao", "household": office.home, "members": (office.head,)}
    taken = a.TakenOver(
        **about, addressee=office.head, township=TOWN, since=date(2018, 5, 1), amount_fen=417_00, first_month=JANUARY,
        basis="鹤民低〔2018〕77号", review="yearly", review_on=MAY, file="0" * 64, row=2, on=JANUARY, officer=office.head,
    )  # fmt: skip
    office.logs.record("living", case, taken, effective=date(2018, 5, 1))
    ended = a.Exited(**about, reason="request", since=MARCH, grounds=GROUNDS)
    end = office.logs.record("living", case, ended, effective=MARCH).envelope.id
    state = office.answer(case, APRIL, MAY).state
    assert isinstance(state, CaseState) and (state.stage, state.ended) == ("exited", MARCH)
    kind = {"since": MARCH, "amount_fen": 417_00, "grounds": GROUNDS, "replaces": end}
    again = a.SubsidyGranted(**about, **kind, confirmed=APRIL, officer=office.head)
    office.logs.record("living", case, again, effective=MARCH)
    state = office.answer(case, APRIL, MAY).state
    assert isinstance(state, CaseState)
    assert (state.stage, state.ended, state.basis) == ("granted", None, "鹤民低〔2018〕77号")
    assert [(one.since, one.amount_fen) for one in state.amounts] == [
        (date(2018, 5, 1), 417_00), (MARCH, 417_00),
    ]  # fmt: skip


def test_an_answer_past_the_slowest_source_is_provisional_and_names_it(office: Office) -> None:
    for name in ("registry", "living", "notification", "history"):
        day = JANUARY if name == "living" else MARCH
        office.logs.record(name, office.logs.own(), DayClosed(day=day))
    assert office.answer(office.head, JANUARY, JANUARY).lagging == ()
    assert office.answer(office.head, JANUARY, MARCH).lagging == ("living",)
    assert office.answer(office.head, JANUARY, MARCH, "registry").lagging == (), "its own log is complete"
    assert office.answer(office.head, JANUARY, MARCH, "living").lagging == ("living",)


def test_what_cannot_be_answered_is_refused(office: Office) -> None:
    today = CLOCK.now().date()
    with pytest.raises(Malformed, match="known-in-future"):
        office.answer(office.head, today, date(2027, 1, 1))
    with pytest.raises(Malformed, match="unknown-service"):
        office.answer(office.head, today, today, "nobody")
    with pytest.raises(Malformed, match="malformed-id"):
        office.asof.state("abc")
    assert office.answer(str(office.head), today, today).kind == "person", "a text names an id, too"
    for unknown in (office.logs.uuid(), "431202999000"):
        with pytest.raises(NotFound):
            office.answer(unknown, today, today)
    with pytest.raises(NotFound):
        office.asof.state(office.home, "person")
    with pytest.raises(NotFound):
        office.asof.timeline(office.logs.uuid())


def test_an_event_that_cannot_be_read_does_not_count_and_is_named(office: Office) -> None:
    fact = r.Died(person=office.child, on=JANUARY)
    broken = office.logs.record("registry", office.child, fact, data=b'{"person": 1}')
    answer = office.answer(office.child, JANUARY, APRIL)
    assert answer.unreadable == (broken.envelope.id,)
    assert isinstance(answer.state, PersonState) and answer.state.alive


def test_a_decider_does_not_know_what_it_did_not_listen_to_when_it_read_it(office: Office) -> None:
    def listen(*types: str) -> None:
        office.logs.record("living", office.logs.own(), Listening(sources={src("registry"): types}))

    listen(r.Categorised.TYPE)
    office.died(office.child, JANUARY)
    office.logs.sees("living", "registry")
    listen(r.Died.TYPE)
    assert office.answer(office.child, JANUARY, JANUARY, "living").state is None, "passed by unseen"
    office.died(office.head, JANUARY)
    office.logs.sees("living", "registry")
    listen()
    assert not office.person(office.head, JANUARY, JANUARY, "living").alive, (
        "still known though heard no more"
    )
