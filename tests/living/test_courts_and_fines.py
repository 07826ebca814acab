"""B1: a court's judgment is carried out like a review's outcome; a fine for deceit has its bounds, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import remedies as m
from events.ids import CaseId, PersonId
from services.assistance.model import Stage
from services.assistance.remedies import court, taking
from services.assistance.remedies.fining import bounds
from services.chassis.refusal import Refused
from tests.living.office import OFFICER, Office
from tests.living.test_remedies import back, contest, decide, decided, granted, letter, refused, serve, slug

pytestmark = pytest.mark.clause("B1")
COURT = "怀化市鹤城区人民法院"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    yield found
    assert found.differs() == []


def sue(office: Office, case: CaseId, by: PersonId, kind: str = "", **said: Any) -> UUID:
    told: dict[str, Any] = {
        "by": by,
        "court": COURT,
        "docket": None,
        "received": None,
        "officer": OFFICER,
    } | said
    first = decided(office, case, kind).id
    return office.living.decide(lambda work: taking.sue(work, case, first, **told))


def rule(office: Office, case: CaseId, lawsuit: UUID, outcome: Any, **said: Any) -> None:
    told = court.Said(outcome, office.today, **({"paper": "（2020）湘1202行初3号"} | said))
    office.do(taking.rule, case, lawsuit, told, OFFICER)


def test_a_refusal_that_a_court_has_changed_is_paid_from_the_first_day(office: Office) -> None:
    case, person = refused(office)
    serve(office, case, "refusal")
    served = office.today
    office.until(date(2020, 11, 20))
    id = sue(office, case, person)
    (filed,) = office.facts(case, m.LawsuitFiled)
    assert (filed.served, filed.until) == (served, served.replace(year=2021, month=served.month - 6))
    assert office.today + timedelta(days=15) <= filed.answer_by <= office.today + timedelta(days=18)
    rule(office, case, id, "changed", amount_fen=200_00)
    (arrears,) = office.facts(case, m.ArrearsGranted)
    assert arrears.amount_fen == len(arrears.months) * 200_00
    told = letter(office, case, "changed_decision")
    assert f"经{COURT}判决（（2020）湘1202行初3号）" in told


def test_what_a_court_orders_to_be_decided_anew_is_inquired_into_again(office: Office) -> None:
    case, person = refused(office)
    id = sue(office, case, person)
    wrong = slug(lambda: rule(office, case, id, "upheld", remake_by=office.today))
    assert wrong.slug == "remake-by"
    rule(office, case, id, "remade", remake_by=office.today + timedelta(days=30))
    (ruled,) = office.facts(case, m.CourtRuled)
    assert ruled.remake_since is not None
    assert office.case(case).stage is Stage.ACCEPTED


def test_a_decision_that_the_court_upholds_stands_and_a_suit_taken_back_is_over(office: Office) -> None:
    case, (person,) = granted(office)
    before = office.names(case)
    rule(office, case, sue(office, case, person), "upheld")
    rule(office, case, sue(office, case, person), "withdrawn", paper=None)
    assert office.names(case)[len(before) :] == ["LawsuitFiled", "CourtRuled"] * 2


def test_a_decision_is_contested_in_one_place_at_a_time_and_each_answers_its_own(office: Office) -> None:
    case, (person,) = granted(office)
    review = contest(office, case, person)
    assert slug(partial(sue, office, case, person)).slug == "contested-already"
    assert slug(lambda: rule(office, case, review, "upheld")).slug == "not-before-the-court"
    decide(office, case, review, "upheld")
    lawsuit = sue(office, case, person)
    assert slug(lambda: decide(office, case, lawsuit, "upheld")).slug == "before-the-court"
    assert slug(lambda: rule(office, case, lawsuit, "upheld", paper=None)).slug == "judgment-paper"
    assert slug(lambda: office.do(taking.extend, case, lawsuit, OFFICER)).slug == "not-to-extend"
    office.until(office.today + timedelta(days=100))
    assert office.facts(case, m.ReviewOverdue) == [], "how long a court takes is not ours to time"


def defrauded(office: Office) -> tuple[CaseId, PersonId, int]:
    """Obtained by deceit, taken back, and ordered back: its sum."""
    case, (person,) = granted(office)
    office.until(date(2020, 11, 2))
    first = decided(office, case, "SubsidyGranted").id
    office.do(taking.end_for_fraud, case, first, OFFICER, since=None, heard=None)
    back(office, case)
    return case, person, office.facts(case, m.RecoveryOrdered)[0].amount_fen


def fine(
    office: Office, case: CaseId, person: PersonId, amount_fen: int, heard: date | None = None
) -> m.FineImposed:
    told: dict[str, Any] = {"person": person, "paper": "鹤民罚〔2020〕1号", "amount_fen": amount_fen}
    return office.living.decide(
        lambda work: taking.fine(work, case, OFFICER, heard=heard or work.today, **told)
    )


def test_deceit_is_fined_within_the_law_of_the_day_once_and_heard(office: Office) -> None:
    case, person, obtained = defrauded(office)
    for wrong in (obtained - 1, 3 * obtained + 1):
        refusal = slug(partial(fine, office, case, person, wrong))
        assert (refusal.slug, refusal.field) == ("fine-out-of-bounds", "amount_fen")
        assert "社会救助暂行办法第六十八条" in refusal.zh
    unheard = slug(partial(fine, office, case, person, obtained, office.today + timedelta(days=1)))
    assert (unheard.slug, unheard.field) == ("fine-unheard", "heard")
    assert slug(partial(fine, office, case, PersonId.of(uuid4()), obtained)).slug == "not-of-the-case"
    fact = fine(office, case, person, 2 * obtained)
    assert (fact.obtained_fen, fact.amount_fen, fact.person) == (obtained, 2 * obtained, person)
    assert slug(partial(fine, office, case, person, obtained)).slug == "nothing-to-fine"


def test_from_july_2026_a_fine_is_twice_what_was_obtained_at_the_most() -> None:
    assert bounds(100_00, date(2026, 6, 30)) == (100_00, 300_00, "社会救助暂行办法第六十八条")
    assert bounds(100_00, date(2026, 7, 1)) == (1, 200_00, "社会救助法第七十三条")


def test_nobody_is_fined_where_nothing_was_obtained_by_deceit(office: Office) -> None:
    case, (person,) = granted(office)
    assert slug(partial(fine, office, case, person, 100_00)).slug == "nothing-to-fine"


def test_a_fine_that_a_court_revoked_is_asked_for_no_more_and_may_be_imposed_anew(office: Office) -> None:
    case, person, obtained = defrauded(office)
    first = fine(office, case, person, 2 * obtained)
    id = sue(office, case, person, "FineImposed")
    with pytest.raises(Refused, match="outcome"):
        rule(office, case, id, "changed", amount_fen=obtained)
    rule(office, case, id, "revoked")
    (waived,) = office.facts(case, m.RecoveryWaived)
    assert (waived.order, waived.why) == (first.fine, "revoked")
    assert office.facts(case, a.ReviewOpened) == []
    assert fine(office, case, person, obtained).amount_fen == obtained
