"""A family and its case, step by step through the HTTP APIs, as the township's office would do it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from services.chassis.clock import civil_date
from services.registry.identity import check_digit
from tests.end_to_end.systems import System

TOWNSHIP, VILLAGE = "431202101000", "431202101201"
SURVEYORS = ["00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"]
_serial = count(1)


def id_number(born: str = "19700115") -> str:
    """A valid, made-up number, another each time."""
    body = f"431202{born}{next(_serial) % 1000:03d}"
    return body + check_digit(body)


def register_person(system: System, name: str, born: str = "19700115", **more: Any) -> str:
    body = {"name": name, "id_number": id_number(born), "synthetic": True, **more}
    return str(system.post("registry", "people", body)["id"])


def register_household(system: System, *people: str, **more: Any) -> str:
    head, *others = people
    members = [{"person": head, "relation": "02"}, *({"person": one, "relation": "10"} for one in others)]
    body = {
        "head": head,
        "members": members,
        "township": TOWNSHIP,
        "village": VILLAGE,
        "since": today(system),
    }
    return str(system.post("registry", "households", body | more)["id"])


def registered_poor(system: System, *people: str) -> None:
    for person in people:
        body = {"category": "registered_poor", "since": "2021-01-01"}
        system.post("registry", f"people/{person}/categories", body)


def today(system: System) -> str:
    return civil_date(system.clock.now()).isoformat()


def apply(system: System, household: str, applicant: str) -> str:
    """The application; waits until living has heard of the household."""

    def applied() -> str | None:
        answer = system.client("living").post(
            "cases",
            json={"programme": "dibao", "household": household, "applicant": applicant, "consent": True},
        )
        assert answer.status_code < 500, answer.text
        return answer.json()["case"] if answer.is_success else None

    return str(system.eventually(applied, "living knows the household"))


def members(system: System, case: str) -> list[str]:
    """Whom the case covers."""
    return list(system.get("living", f"cases/{case}")["current"]["members"])


def means(people: list[str], income_fen: int = 20_000) -> dict[str, Any]:
    """A family of grown-ups without work who together get so much in transfers."""
    found = [{"person": person, "age": 50} for person in people]
    return {"members": found, "transfer_income": income_fen, "property_within_rule": True}


def until_notice(system: System, case: str, income_fen: int = 20_000) -> None:
    found = {"means": means(members(system, case), income_fen)}
    system.post("living", f"cases/{case}/acceptance", {})
    system.post("living", f"cases/{case}/survey", found | {"surveyors": SURVEYORS})
    system.post("living", f"cases/{case}/check", found | {"consistent": True})
    system.post("living", f"cases/{case}/assessment", {})
    take_steps(system, case)
    system.post("living", f"cases/{case}/notice", {})


def take_steps(system: System, case: str) -> list[dict[str, Any]]:
    """Every step owed before the next notice or the decision; what is still owed after them."""
    while True:
        owed: list[dict[str, Any]] = system.get("living", f"cases/{case}")["current"]["owed"]
        if not owed or owed[0]["notice"]:
            return owed
        system.post("living", f"cases/{case}/steps", {"step": owed[0]["step"], "staff": SURVEYORS})


def grant(system: System, household: str, applicant: str, income_fen: int = 20_000) -> str:
    """From the application to the grant; the notice's days pass."""
    case = apply(system, household, applicant)
    until_notice(system, case, income_fen)
    system.live_until(system.clock.now() + timedelta(days=9))
    if take_steps(system, case):
        system.post("living", f"cases/{case}/notice", {})
        system.live_until(system.clock.now() + timedelta(days=9))
    system.post("living", f"cases/{case}/confirmation", {})
    system.settle()
    return case
