"""Service of letters, and the last days of the remedies that run from it."""

from __future__ import annotations

from datetime import date

import pytest

from events.evidence import Attachment
from events.letters import LetterIssued, Service
from services.assistance.letters import templates
from services.assistance.letters.numbering import issued
from services.assistance.letters.serving import remedies_from, serve, served_on
from services.chassis.refusal import Conflict, Malformed
from services.policy.calendars import WorkingDays
from tests.assistance.letters_given import ANNA, TODAY, matter

WEEKS = WorkingDays.of(dict.fromkeys(range(2020, 2024), ()))
RECEIPT = Attachment(id=ANNA, kind="receipt", digest="0" * 64, media="image/jpeg", size=1, of=(ANNA,))


def letter() -> LetterIssued:
    return issued(templates.refusal(matter(), 1, TODAY, ["收入高于标准。"]), 1, [matter().applicant])


@pytest.mark.parametrize(
    ("served", "reconsideration", "lawsuit"),
    [
        # 2021-08-20 + 60 days is a Tuesday; six months on is a Sunday, so the Monday after.
        (date(2021, 8, 20), date(2021, 10, 19), date(2022, 2, 21)),
        # The 60th day is a Saturday: Monday. No 31 February: the month's last day, a Monday.
        (date(2021, 8, 31), date(2021, 11, 1), date(2022, 2, 28)),
        # Over the end of a year that is a leap year.
        (date(2020, 8, 29), date(2020, 10, 28), date(2021, 3, 1)),
    ],
)
def test_sixty_days_and_six_months_run_from_the_day_after_and_end_on_a_worked_day(
    served: date, reconsideration: date, lawsuit: date
) -> None:
    found = remedies_from(served, WEEKS)
    assert (found.reconsideration, found.lawsuit, found.provisional) == (reconsideration, lawsuit, False)


def test_a_holiday_moves_the_last_day_and_an_unpublished_year_makes_it_provisional() -> None:
    holiday = WorkingDays.of({2021: [date(2021, 10, 19), date(2021, 10, 20)]})
    found = remedies_from(date(2021, 8, 20), holiday)
    assert found.reconsideration == date(2021, 10, 21)
    assert found.provisional, "the six months end in 2022, of which nothing was published"


@pytest.mark.parametrize("how", ["in_person", "post", "left_at_home"])
def test_a_letter_counts_as_served_on_the_day_it_was_handed_over(how: Service) -> None:
    assert served_on(how, TODAY) == TODAY


def test_a_public_notice_serves_after_sixty_days_and_since_2022_after_thirty() -> None:
    assert served_on("public_notice", date(2021, 12, 31)) == date(2022, 3, 1)
    assert served_on("public_notice", date(2022, 1, 1)) == date(2022, 1, 31)


def test_serving_records_how_and_with_what_proof() -> None:
    fact = serve(letter(), None, "left_at_home", TODAY, TODAY, receipt=RECEIPT)
    assert (fact.number, fact.how, fact.on, fact.receipt) == (letter().number, "left_at_home", TODAY, RECEIPT)
    notice = serve(letter(), None, "public_notice", TODAY, TODAY)
    assert (notice.posted, notice.on) == (TODAY, date(2021, 10, 19))


def test_a_letter_is_served_once_with_proof_and_between_its_day_and_today() -> None:
    served = serve(letter(), None, "post", TODAY, TODAY, receipt=RECEIPT)
    with pytest.raises(Conflict):
        serve(letter(), served, "post", TODAY, TODAY, receipt=RECEIPT)
    with pytest.raises(Malformed):
        serve(letter(), None, "in_person", TODAY, TODAY)
    for done, today in ((date(2021, 8, 19), TODAY), (date(2021, 8, 21), TODAY)):
        with pytest.raises(Malformed):
            serve(letter(), None, "post", done, today, receipt=RECEIPT)
