"""Whose data: a township's clerk for its own families, one person of two registrations, nothing of the erased (V1, V2)."""

from __future__ import annotations

import pytest

from events import registry as r
from events import verification as v
from events.sealed import Sealed
from services.verification import comparing
from tests.verification.given import OFFICER, TOWN, Bureau, csv_file

pytestmark = pytest.mark.clause("V1", "V2")


def test_a_township_takes_down_the_consents_of_its_own_families_and_leaves_the_rest_to_the_district(
    bureau: Bureau,
) -> None:
    home, (person,) = bureau.household()
    body = {"person": str(person), "household": str(home), "capacity": "member", "since": "2020-08-03"}
    elsewhere, own = bureau.office(township="431202102000"), bureau.office(township=TOWN)
    assert elsewhere.post("/consents", json=body).status_code == 403
    assert own.post("/consents", json=body | {"since": "2020-08-04"}).status_code == 422, "not given yet"
    assert own.post("/consents", json=body | {"scope": ["tax"], "until": "2020-09-01"}).status_code == 201
    shown = own.get("/consents", params={"person": str(person)}).json()["scope"]
    assert shown == [{"source": "tax", "since": "2020-08-03", "until": "2020-09-01", "counts": True}]
    assert elsewhere.get("/consents", params={"person": str(person)}).status_code == 403
    assert own.get("/mismatches").status_code == own.post("/comparisons").status_code == 403
    unknown = body | {"household": str(person)}
    assert bureau.office().post("/consents", json=unknown).status_code == 404


def test_a_row_of_either_number_is_of_the_one_person_whose_registrations_were_merged(bureau: Bureau) -> None:
    _, (person,) = bureau.helped()
    duplicate = bureau.person()
    bureau.say("registry", (person, r.PeopleMerged(person=person, duplicate=duplicate)))
    agreement = bureau.share("vehicles")
    assert bureau.deliver(agreement, bureau.cars(duplicate))["matched"] == 1
    bureau.bureau.decide(lambda work: comparing.begin(work, "2020-Q3", OFFICER))
    bureau.host.drain()
    assert [one.person for one in bureau.found()] == [person]


def test_a_corrected_number_is_found_and_the_mistaken_one_is_nobody_s(bureau: Bureau) -> None:
    _, (person,) = bureau.helped()
    mistaken = bureau.numbers[person]
    other = bureau.person()  # whose number it was meant to be is not what matters: a number of their own
    right = bureau.numbers.pop(other)
    index = bureau.vault.blind_index("id-number", right)
    corrected = r.PersonCorrected(
        person=person, id_number=Sealed.of(right, person), id_index=Sealed.of(index, person)
    )
    bureau.say("registry", (person, corrected))
    agreement = bureau.share("death")
    rows = ((number, "2020-07-01") for number in (right, mistaken))
    row = bureau.deliver(agreement, csv_file(("id_number", "died"), *rows))
    assert (row["matched"], row["strangers"]) == (1, 1)
    assert bureau.records.of(row["feed"], str(person)) != []


def test_nothing_of_an_erased_person_is_kept_matched_or_answered(bureau: Bureau) -> None:
    home, (person, second) = bureau.household(2)
    agreement = bureau.share("vehicles")
    row = bureau.deliver(agreement, bureau.cars(person, second))
    said = bureau.case(home, (person, second))
    bureau.apply(said)
    bureau.say("registry", (person, r.Erased(person=person)))
    bureau.vault.erase(person)
    assert bureau.records.of(row["feed"], str(person)) == []
    assert bureau.records.of(row["feed"], str(second)) != []
    again = bureau.deliver(agreement, bureau.cars(person, second), as_of=bureau.today.replace(day=2))
    assert (again["matched"], again["strangers"]) == (1, 1)
    bureau.accept(said)
    [report] = bureau.facts("verification", v.CheckReported)
    assert [one.person for one in report.findings] == [second]
