"""B1, B6: at least three cases in ten are drawn, by a draw that anybody can repeat; doubts and complaints all count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import assistance as a
from events import casework as c
from events.ids import CaseId
from services.assistance import drawing, draws, steps
from services.assistance.model import CASE
from services.chassis.refusal import Conflict
from services.living import SERVICE
from tests.assistance.kernel import OFFICER, Kernel
from tests.living.office import RURAL, URBAN
from tests.living.tekun import TekunOffice

IDS = st.sets(st.uuids(version=4), min_size=1, max_size=40)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as office:
        yield office
        assert office.differences("living") == []


def accepted(office: Kernel, count: int, township: str = RURAL) -> list[CaseId]:
    cases = []
    for _ in range(count):
        household, people = office.family(1, township)
        case = office.runtime("living").decide(
            lambda work, household=household, people=people: steps.apply(
                work, "dibao", household, people[0], consent=True
            )
        )
        office.runtime("living").decide(lambda work, case=case: steps.accept(work, case))
        cases.append(case)
    office.host.follow()
    return cases


def hold(office: Kernel, **said: Any) -> Any:
    body = {"programme": "dibao", "month": "2020-08"} | said
    answer = office.client("living").post("/draws", json=body)
    office.host.follow()
    return answer


@pytest.mark.clause("B1")
@given(cases=IDS, share=st.sampled_from(["0.3", "0.30", "0.01", "1", "0.5"]), seed=st.text(max_size=20))
def test_at_least_the_share_is_drawn_rounded_up_and_the_order_told_does_not_matter(
    cases: set[UUID], share: str, seed: str
) -> None:
    drawn = drawing.drawn(sorted(cases), Decimal(share), seed)
    assert set(drawn) <= cases and len(set(drawn)) == len(drawn)
    assert len(drawn) - 1 < Decimal(share) * len(cases) <= len(drawn)
    assert drawn == drawing.drawn(sorted(cases, reverse=True), Decimal(share), seed)


@pytest.mark.clause("B1")
def test_every_case_is_drawn_equally_often() -> None:
    cases = [UUID(int=number, version=4) for number in range(10)]
    times = dict.fromkeys(cases, 0)
    for number in range(2000):
        for one in drawing.drawn(cases, Decimal("0.3"), str(number)):
            times[one] += 1
    assert all(500 <= count <= 700 for count in times.values()), times


@pytest.mark.clause("B1")
def test_the_draw_can_be_repeated_from_the_log_alone(office: Kernel) -> None:
    accepted(office, 7)
    accepted(office, 2, URBAN)
    office.until(date(2020, 9, 1))
    answer = hold(office, township=RURAL)
    assert answer.status_code == 201, answer.text
    log = list(office.log("living"))
    (held,) = [one for one in log if isinstance(one.data, c.DrawHeld)]
    told: Any = held.data
    # Not with our own function: as somebody would who reads the fact's description only.
    places = {one.data.case: one.data.township for one in log if isinstance(one.data, a.Applied)}
    listed = sorted(
        str(one.data.case)
        for one in log
        if isinstance(one.data, a.Accepted)
        and one.data.on.isoformat()[:7] == told.month
        and places[one.data.case] == RURAL
    )
    assert told.digest == sha256("".join(f"{one}\n" for one in listed).encode()).hexdigest()
    assert told.anchor == held.envelope.previous
    words = f"{told.programme}|{told.step}|{told.month}|{told.township}|{told.digest}|{told.anchor}"
    assert told.seed == sha256(words.encode()).hexdigest()
    ranked = sorted(listed, key=lambda one: sha256(f"{told.seed}|{one}".encode()).hexdigest())
    assert [str(one) for one in told.drawn] == sorted(ranked[:3])
    assert (told.cases, told.share) == (7, "0.3")


@pytest.mark.clause("B1")
def test_drawn_cases_owe_the_visit_and_are_listed(office: Kernel) -> None:
    accepted(office, 4)
    office.until(date(2020, 9, 1))
    draw = hold(office).json()
    assert (draw["cases"], draw["drawn"], draw["step"], draw["clause"]) == (4, 2, "visit", "第二十六条")
    client = office.client("living")
    lines = client.get("/demanded-steps", params={"draw": draw["draw"]}).json()["items"]
    assert [(one["reason"], one["taken"]) for one in lines] == [("drawn", None)] * 2
    (held,) = office.facts("living", c.DrawHeld)
    assert sorted(one["case"] for one in lines) == [str(one) for one in held.drawn]
    owed = client.get(f"/cases/{lines[0]['case']}").json()["current"]["owed"]
    assert "visit" in [one["step"] for one in owed]
    assert client.get(f"/draws/{draw['draw']}").json() == draw
    assert client.get("/draws").json()["items"] == [draw]
    table = client.get("/demanded-steps.csv").text
    assert table.count("随机抽中") == 2
    assert office.client("living", township=URBAN).get("/demanded-steps").json()["items"] == []


@pytest.mark.clause("B1")
@pytest.mark.parametrize(
    ("said", "status", "slug"),
    [
        ({"month": "2020-09"}, 422, "month-not-over"),
        ({"month": "2020-07"}, 422, "nothing-to-draw"),
        ({"township": URBAN}, 422, "nothing-to-draw"),
        ({"programme": "unheard-of"}, 422, "programme-unknown"),
        ({"month": "2020-13"}, 422, "validation"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    office: Kernel, said: dict[str, str], status: int, slug: str
) -> None:
    accepted(office, 1)
    office.until(date(2020, 9, 1))
    answer = hold(office, **said)
    assert answer.status_code == status
    assert slug in answer.text
    assert office.facts("living", c.DrawHeld) == []


@pytest.mark.clause("B1")
def test_nobody_draws_twice_until_the_result_pleases(office: Kernel) -> None:
    accepted(office, 3)
    accepted(office, 3, URBAN)
    office.until(date(2020, 9, 1))
    assert hold(office, township=RURAL).status_code == 201
    assert hold(office, township=RURAL).status_code == 409
    assert hold(office).status_code == 409, "the township would be drawn twice"
    assert hold(office, township=URBAN).status_code == 201
    assert (
        office.client("living", township=RURAL)
        .post("/draws", json={"programme": "dibao", "month": "2020-08"})
        .status_code
        == 403
    )


@pytest.mark.clause("B1")
def test_of_two_officers_who_draw_at_once_one_draws(office: Kernel) -> None:
    accepted(office, 3)
    office.until(date(2020, 9, 1))
    first, second = office.runtime("living"), office.another(SERVICE)
    came = list[bool]()

    def draw(work: Any) -> None:
        draws.hold(work, "dibao", "2020-08", OFFICER)
        if not came:
            came.append(True)
            first.decide(lambda work: draws.hold(work, "dibao", "2020-08", uuid4()))

    with pytest.raises(Conflict) as refused:
        second.decide(draw)
    assert refused.value.slug == "draw-held"
    assert len(office.facts("living", c.DrawHeld)) == 1


@pytest.mark.clause("B1")
def test_a_complaint_makes_a_case_owe_the_visit_once(office: Kernel) -> None:
    (case,) = accepted(office, 1)
    client = office.client("living")
    answer = client.post(f"/cases/{case}/demands", json={"reason": "complaint"})
    assert answer.status_code == 200, answer.text
    assert "visit" in [one["step"] for one in answer.json()["owed"]]
    again = client.post(f"/cases/{case}/demands", json={"reason": "doubt"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:doudi:problem:nothing-to-demand")
    office.until(date(2020, 9, 1))
    hold(office)
    assert [one.reason for one in office.facts("living", c.StepDemanded)] == ["complaint"]


@pytest.mark.clause("B6")
def test_tekun_files_are_drawn_too_and_the_decision_waits_for_the_check(tmp_path: Path) -> None:
    office = TekunOffice(tmp_path, start=date(2021, 7, 26))
    case = office.opinion(*office.alone())
    office.do(steps.post_notice, case)
    office.until(date(2021, 8, 3))
    held = office.living.decide(lambda work: draws.hold(work, "tekun", "2021-07", OFFICER))
    assert (held.step, held.drawn) == ("spot_check", (case,))
    office.do(steps.take_step, case, "submit", (OFFICER,))
    office.do(steps.take_step, case, "review", (OFFICER,))
    with pytest.raises(Conflict) as refused:
        office.do(steps.confirm, case, OFFICER)
    assert refused.value.slug == "step-owed"
    office.do(steps.take_step, case, "spot_check", (OFFICER,))
    office.do(steps.confirm, case, OFFICER)
    assert office.living.decide(lambda work: work.load(CASE, case)).demanded == ("spot_check",)
    assert office.differs() == []
