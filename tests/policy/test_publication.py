"""Papers are proposed by one person and published by another; the log alone gives every service its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events.ids import CaseId
from events.policy import CalendarPublished, DayOff, PaperProposed, PaperPublished, PaperWithdrawn
from services import policy
from services.chassis.clock import civil_date, midnight
from services.chassis.folding import Fold
from services.chassis.refusal import Conflict, NotFound, Refused
from services.chassis.service import Service
from services.chassis.work import Work
from services.policy import keeping, steps
from services.policy.finding import Refused as PaperRefused
from services.policy.paper import Paper
from tests.policy.heating import APPROVER, AUTHOR, digest_of, heating, text_of
from tests.support import District


def deciding() -> Service:
    """A service that decides by the papers it has kept."""
    service = Service("living", listens=("policy",))
    service.stream(CaseId, Fold(None))
    service.keep(PaperPublished)(keeping.published)
    service.keep(CalendarPublished)(keeping.calendar)
    return service


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE, deciding()]) as district:
        yield district
        assert district.differences("policy") == []
        assert district.differences("living") == []


def do(district: District, step: Callable[..., Any], *values: Any, service: str = "policy") -> Any:
    found = district.runtime(service).decide(lambda work: step(work, *values))
    district.host.drain()
    return found


def publish(district: District, paper: Paper) -> PaperPublished:
    do(district, steps.propose, text_of(paper), AUTHOR)
    found: PaperPublished = do(district, steps.approve, digest_of(paper), APPROVER)
    return found


def tomorrow(district: District, days: int = 1) -> None:
    district.clock.advance_to(midnight(civil_date(district.clock.now()) + timedelta(days=days)))
    district.host.settle(civil_date(district.clock.now()))


def sum_at_seventy(district: District, on: date | None = None) -> int | None:
    """What the deciding service pays at seventy; None where it has no rule."""

    def decide(work: Work) -> int | None:
        try:
            rule = keeping.rulebook_of(work, on).rule("heating", on or work.today)
        except PaperRefused:
            return None
        return rule.decide({"年龄": 70}).amount_fen

    return district.runtime("living").decide(decide)


def test_a_paper_is_published_whole_by_two_people_and_counts_from_the_next_day(district: District) -> None:
    paper = heating()
    found = publish(district, paper)
    assert (found.text, found.digest) == (text_of(paper), digest_of(paper))
    assert (found.author, found.approver) == (AUTHOR, APPROVER)
    assert found.effective == date(2020, 8, 4)
    assert sum_at_seventy(district) is None
    tomorrow(district)
    assert sum_at_seventy(district) == 120_00


def test_a_paper_of_the_future_counts_from_the_day_it_comes_into_force(district: District) -> None:
    found = publish(district, heating(in_force={"from": "2020-09-01"}))
    assert found.effective == date(2020, 9, 1)
    [entry] = [one for one in district.log("policy") if isinstance(one.data, PaperPublished)]
    assert entry.envelope.effective == date(2020, 9, 1)


def test_an_author_cannot_approve_their_own_paper(district: District) -> None:
    paper = heating()
    do(district, steps.propose, text_of(paper), AUTHOR)
    with pytest.raises(Refused, match="two-people"):
        do(district, steps.approve, digest_of(paper), AUTHOR)
    assert district.facts("policy", PaperPublished) == []


def test_the_same_text_is_not_published_twice(district: District) -> None:
    paper = heating()
    publish(district, paper)
    with pytest.raises(Conflict, match="paper-published"):
        do(district, steps.propose, text_of(paper), AUTHOR)
    with pytest.raises(Conflict, match="paper-published"):
        do(district, steps.approve, digest_of(paper), APPROVER)


def test_a_new_text_takes_the_place_of_the_old_one_and_the_old_one_stays_for_its_days(
    district: District,
) -> None:
    publish(district, heating())
    tomorrow(district, 10)
    publish(district, heating(sum_of="150.00"))
    tomorrow(district)
    assert sum_at_seventy(district) == 150_00
    assert sum_at_seventy(district, date(2020, 8, 10)) == 120_00


def test_of_two_texts_published_on_one_day_the_later_counts(district: District) -> None:
    publish(district, heating(sum_of="150.00"))
    publish(district, heating(sum_of="130.00"))
    tomorrow(district)
    assert sum_at_seventy(district) == 130_00


def test_one_proposal_of_a_paper_waits_at_a_time_and_can_be_taken_back(district: District) -> None:
    first, second = heating(), heating(sum_of="150.00")
    do(district, steps.propose, text_of(first), AUTHOR)
    with pytest.raises(Conflict, match="paper-proposed"):
        do(district, steps.propose, text_of(second), AUTHOR)
    do(district, steps.withdraw, digest_of(first), APPROVER)
    with pytest.raises(NotFound):
        do(district, steps.approve, digest_of(first), APPROVER)
    do(district, steps.propose, text_of(second), AUTHOR)
    kinds = [PaperProposed, PaperWithdrawn, PaperProposed]
    assert [type(one) for one in district.facts("policy", *kinds)] == kinds


def test_an_id_and_a_document_number_belong_together(district: District) -> None:
    publish(district, heating())
    with pytest.raises(Conflict, match="paper-number"):
        do(district, steps.propose, text_of(heating(number="鹤民发〔2020〕100号")), AUTHOR)
    other = heating("heating-again", in_force={"from": "2021-01-01"}, supersedes=["heating-2020"])
    with pytest.raises(Conflict, match="paper-number"):
        do(district, steps.propose, text_of(other), AUTHOR)


def test_a_paper_that_fails_a_check_is_refused_with_its_findings(district: District) -> None:
    wrong = heating(outline={"一": "谁能享受"})
    with pytest.raises(PaperRefused) as refused:
        do(district, steps.propose, text_of(wrong), AUTHOR)
    assert any("二" in one.zh for one in refused.value.findings)
    assert district.facts("policy", PaperProposed) == []


def test_a_paper_is_checked_again_when_it_is_approved(district: District) -> None:
    first, second = heating(), heating("heating-again", "鹤民发〔2020〕100号")
    do(district, steps.propose, text_of(first), AUTHOR)
    do(district, steps.propose, text_of(second), AUTHOR)
    do(district, steps.approve, digest_of(first), APPROVER)
    with pytest.raises(PaperRefused, match="heating"):  # by now the two would contradict each other
        do(district, steps.approve, digest_of(second), APPROVER)


@pytest.mark.parametrize("text", ["{}", "[]", "no paper", '{"identity": {}}'])
def test_what_is_no_canonical_text_is_refused(district: District, text: str) -> None:
    with pytest.raises(PaperRefused):
        do(district, steps.propose, text, AUTHOR)
    with pytest.raises(PaperRefused):
        do(district, steps.propose, text_of(heating()) + "\n", AUTHOR)


def test_a_text_longer_than_a_mebibyte_is_refused(district: District) -> None:
    long = text_of(heating(notes=["长" * (steps.MOST_BYTES // 3)]))
    with pytest.raises(Refused, match="paper-too-large"):
        do(district, steps.propose, long, AUTHOR)


def test_an_altered_text_is_noticed() -> None:
    with pytest.raises(keeping.Altered):
        keeping.paper("0" * 64, text_of(heating()))


def test_a_published_calendar_reaches_every_service_and_the_last_one_of_a_year_counts(
    district: District,
) -> None:
    def working(work: Work) -> tuple[date, bool]:
        return keeping.working_days(work).after(date(2020, 9, 30), 1)

    assert district.runtime("living").decide(working) == (date(2020, 10, 1), True)
    off = [DayOff(on=date(2020, 10, day), occasion="国庆节") for day in (1, 2, 5, 6, 7, 8)]
    do(district, steps.publish_calendar, 2020, off[:-1], [], "国办发明电〔2019〕16号", AUTHOR)
    do(district, steps.publish_calendar, 2020, off, [], "国办发明电〔2019〕16号", AUTHOR)
    assert district.runtime("living").decide(working) == (date(2020, 10, 9), False)


@pytest.mark.parametrize(
    ("holidays", "weekends", "rule"),
    [
        ([date(2021, 1, 1)], [], "calendar-days"),
        ([date(2020, 10, 1), date(2020, 10, 1)], [], "calendar-days"),
        ([date(2020, 10, 3)], [], "calendar-holiday"),
        ([], [date(2020, 10, 9)], "calendar-weekend"),
    ],
)
def test_a_calendar_names_days_of_its_year_that_differ_from_the_week(
    district: District, holidays: list[date], weekends: list[date], rule: str
) -> None:
    def off(days: list[date]) -> list[DayOff]:
        return [DayOff(on=day, occasion="国庆节") for day in days]

    with pytest.raises(Refused, match=rule):
        do(district, steps.publish_calendar, 2020, off(holidays), off(weekends), "通知", UUID(int=1))


def test_papers_that_need_each_other_are_published_together_or_not_at_all(district: District) -> None:
    whole = heating()
    standard = Paper.model_validate(
        {
            "identity": whole.identity.model_dump(by_alias=True)
            | {"id": "heating-standard", "number": "鹤民发〔2020〕98号", "title": "取暖标准"},
            "parameters": [one.model_dump(by_alias=True) for one in whole.parameters],
        }
    )
    beside = whole.examples[0].model_copy(update={"together_with": (standard.identity.id,)})
    rules = whole.model_copy(update={"parameters": (), "examples": (beside,)})
    texts = [text_of(standard), text_of(rules)]
    for text in texts:
        with pytest.raises(PaperRefused):
            do(district, steps.propose, text, AUTHOR)
    do(district, steps.propose_together, texts, AUTHOR)
    with pytest.raises(PaperRefused):
        do(district, steps.approve, digest_of(rules), APPROVER)
    do(district, steps.approve_together, [digest_of(standard), digest_of(rules)], APPROVER)
    tomorrow(district)
    assert sum_at_seventy(district) == 120_00
