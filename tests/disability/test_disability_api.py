"""Over HTTP: the federation's steps, the lists and the sweep's coverage; who may do what, and bad input by field."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from events import living as l
from events.ids import InstitutionId
from services import disability
from services.registry.divisions import hecheng
from tests.disability.town import HERE, OFFICER, Town

FEDERATION = "disabled-federation"


@pytest.fixture
def served(town: Town) -> Town:
    town.serve("disability", disability.routers, disability.VIEWS)
    return town


def post(town: Town, path: str, body: Any, department: str = FEDERATION, **said: Any) -> Any:
    answer = town.client("disability", department, **said).post(path, json=body)
    town.host.drain()
    town.host.follow()
    return answer


def listed(town: Town, name: str, **said: Any) -> list[str]:
    page = town.client("disability", FEDERATION, **said).get(f"/disabled/lists/{name}").json()
    return [one["person"] for one in page["items"]]


@pytest.mark.clause("D5")
@pytest.mark.clause("D7")
def test_from_the_sweep_to_a_carer_the_lists_say_what_is_still_to_do(served: Town) -> None:
    town = served
    home, (mother, son) = town.family(2)
    path = f"/disabled/{son}"
    said = {
        "village": HERE.village,
        "households": [str(home)],
        "suspects": [str(son)],
        "staff": [str(OFFICER)],
    }
    assert post(town, "/sweeps", said | {"households": []}).json()["type"].endswith("sweep-without-list")
    swept = post(town, "/sweeps", said)
    assert (swept.status_code, swept.json()["met"], swept.json()["until"]) == (201, True, "2020-12-31")
    assert listed(town, "suspects") == [str(son)]
    body = {"kind": "physical", "grade": 1, "at_home": True, "assessors": [str(OFFICER)]}
    paid = post(town, f"{path}/assessment", body | {"fee_fen": 100})
    assert (paid.status_code, paid.json()["errors"][0]["field"]) == (422, "fee_fen")
    assert post(town, f"{path}/assessment", body).status_code == 200
    assert listed(town, "suspects") == []
    card = post(town, f"{path}/card", {"number": town.card_number(son, 4, 1), "at_home": True})
    assert card.status_code == 201 and "grade" not in card.json()
    assert listed(town, "without-consent") == [str(son)]
    assert post(town, f"{path}/consent", {"by": "guardian"}, "civil-affairs").status_code == 200
    assert listed(town, "without-consent") == []
    assert post(town, f"{path}/care-need", {"needed": True}).status_code == 200
    cases = town.client("disability").get("/cases").json()["items"]
    assert [one["programme"] for one in cases] == ["disability-care"]
    assert post(town, f"{path}/wish", {"wish": "home", "by": "guardian"}).status_code == 200
    assert listed(town, "without-carer") == [str(son)]
    named = post(town, f"{path}/carer", {"bond": "kin", "carer": str(mother)})
    assert named.json()["cared_for"] is True
    assert listed(town, "without-carer") == []
    for step, more in (
        ("training", {"service": "skills"}),
        ("rehabilitation", {"service": "guidance"}),
        ("employment-referral", {}),
        ("carer/end", {}),
        ("exclusions", {"what": "prison"}),
        ("exclusions/end", {"what": "prison"}),
        ("consent/withdrawal", {}),
    ):
        assert post(town, f"{path}/{step}", more).status_code == 200, step


@pytest.mark.clause("D5")
def test_coverage_is_a_statistic_of_every_village(served: Town) -> None:
    town = served
    home, (person, _) = town.family(2)
    said = {
        "village": HERE.village,
        "households": [str(home)],
        "suspects": [str(person)],
        "staff": [str(OFFICER)],
    }
    post(town, "/sweeps", said)
    reader = town.client("disability", "audit")
    rows = reader.get("/sweeps/coverage").json()
    assert len(rows) == sum(len(hecheng().villages(one.code)) for one in hecheng().townships)
    [swept] = [one for one in rows if one["swept"]]
    assert swept["village"] == HERE.village
    assert [swept[name] for name in ("households", "suspects", "assessed", "cards")] == [1, 1, 0, 0]
    assert all(one["swept"] is None for one in reader.get("/sweeps/coverage?year=2021").json())
    table = reader.get("/sweeps/coverage.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("乡镇街道代码") and len(table) == len(rows) + 1


@pytest.mark.clause("D6")
def test_placement_over_http_and_back_home(served: Town) -> None:
    town = served
    _, (person,) = town.family()
    place = InstitutionId.of(uuid4())
    town.say(
        "living",
        (place, l.InstitutionRegistered(institution=place, title="敬老院", township=HERE.township, beds=1)),
    )
    path = f"/disabled/{person}"
    post(town, f"{path}/card", {"number": town.card_number(person, 4, 2)})
    assert post(town, f"{path}/placement", {"institution": str(place)}).status_code == 422
    post(town, f"{path}/wish", {"wish": "institution", "by": "person"})
    assert listed(town, "wishing-place") == [str(person)]
    assert post(town, f"{path}/placement", {"institution": str(uuid4())}).status_code == 404
    assert post(town, f"{path}/placement", {"institution": str(place)}).json()["institution"] == str(place)
    assert listed(town, "wishing-place") == []
    assert post(town, f"{path}/departure", {"reason": "wish"}).json()["wish"] == "home"


def test_bad_input_is_refused_by_field_and_an_old_version_too(served: Town) -> None:
    town = served
    _, (person,) = town.family()
    path, number = f"/disabled/{person}/card", town.card_number(person, 4, 2)
    for body, field in (
        ({"number": number[:19] + "9"}, "number"),
        ({"number": number[:-2]}, "number"),
        ({"number": number, "since": "2020-02-30"}, "since"),
        ({"number": number, "until": "2019-01-01"}, "until"),
        ({"number": number, "grade": 1}, "grade"),
    ):
        refused = post(town, path, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text
        assert number[:18] not in refused.text
    assert post(town, path, {"number": number}).status_code == 201
    stale = post(town, f"{path}/void", {"reason": "surrendered", "version": 1})
    assert (stale.status_code, stale.json()["type"].rpartition(":")[2]) == (409, "stale-version")
    changed = post(town, f"{path}/change", {"number": number, "reason": "renewed", "version": 2})
    assert changed.status_code == 200
    assert post(town, f"{path}/void", {"reason": "surrendered"}).json()["card_until"] is None


def test_a_township_acts_on_its_own_people_and_other_departments_on_nobody(served: Town) -> None:
    town = served
    _, (person,) = town.family()
    elsewhere = next(one.code for one in hecheng().townships if one.code != HERE.township)
    body = {"number": town.card_number(person)}
    path = f"/disabled/{person}/card"
    assert post(town, path, body, township=elsewhere).status_code == 403
    assert post(town, path, body, "civil-affairs").status_code == 403
    assert post(town, path, body, township=HERE.township).status_code == 201
    assert listed(town, "without-consent", township=HERE.township) == [str(person)]
    assert listed(town, "without-consent", township=elsewhere) == []
    assert listed(town, "cards-ending") == []
    sweep = {"village": HERE.village, "households": [], "staff": [str(OFFICER)]}
    assert post(town, "/sweeps", sweep, township=elsewhere).status_code == 403
