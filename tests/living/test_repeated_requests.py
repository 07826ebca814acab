"""A request repeated under its Idempotency-Key has its effect once, also where the service was restored in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from events.service import Answered
from services import living, policy
from services.chassis.clock import civil_date
from services.chassis.database import open_database
from services.chassis.metrics import Metrics
from services.chassis.restore import restore
from services.chassis.runtime import Runtime, log_of
from services.chassis.store import open_store
from services.chassis.tokens import tokens_of
from services.chassis.views import ViewReader
from services.chassis.web import create_app
from tests.living.office import registry
from tests.living.test_living_api import family, problem
from tests.papers import publish_shipped
from tests.support import CODE, District

KEY = {"Idempotency-Key": "110101199003070000, second counter"}


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [policy.SERVICE, registry(), living.SERVICE]) as district:
        publish_shipped(district.runtime("policy"))
        district.host.drain()
        district.serve("living", living.routers, living.VIEWS)
        yield district
        assert district.differences("living") == []


@pytest.fixture
def asked(district: District) -> dict[str, Any]:
    household, people = family(district)
    return {"programme": "dibao", "household": household, "applicant": people[0], "consent": True}


def restored(district: District, of: TestClient) -> tuple[Runtime, TestClient]:
    """Living from the logs alone, its store lost; and a client that speaks to it as the one given does."""
    keys = district.vault.for_reader("living")
    store = open_store(f"sqlite:///{district.folder / 'restored'}.db", "living")
    stores = {one.source: one.store for one in map(district.runtime, ("living", *living.SERVICE.listens))}
    restore(living.SERVICE, CODE, keys, store, lambda source: log_of(stores[source]))
    runtime = Runtime(living.SERVICE, store, district=CODE, clock=district.clock, ids=district.ids, keys=keys)
    views = open_database(f"sqlite:///{district.folder / 'restored-views'}.db", "living")
    readers = {view.name: ViewReader(view, views, store, keys) for view in living.VIEWS}
    app = create_app(
        "living", "living", "restored", living.routers(runtime, readers),
        settings=district.settings, tokens=tokens_of(district.settings), metrics=Metrics("living"),
    )  # fmt: skip
    return runtime, TestClient(app, headers=of.headers, raise_server_exceptions=False)


def test_a_restored_service_gives_the_first_answer_again_and_does_nothing_twice(
    district: District, asked: dict[str, Any]
) -> None:
    # given an application under a key, and a store that is lost and built anew from the log
    clerk = district.client("living")
    first = clerk.post("/cases", json=asked, headers=KEY)
    assert first.status_code == 201
    runtime, again = restored(district, clerk)
    before = runtime.store.head()
    # when the clerk's program, which never heard the answer, asks again
    repeated = again.post("/cases", json=asked, headers=KEY)
    # then it gets the first answer, and nothing was recorded
    assert (repeated.status_code, repeated.json()) == (201, first.json())
    assert runtime.store.head() == before
    # and another body under the key is refused
    other = asked | {"findings": [{"name": "x", "value": 1}]}
    problem(again.post("/cases", json=other, headers=KEY), 422, "idempotency-key-reused")
    runtime.store.close()


def test_a_key_is_remembered_for_its_days_and_then_asked_anew(
    district: District, asked: dict[str, Any]
) -> None:
    # given an answer that is remembered for seven days
    clerk, living_ = district.client("living"), district.runtime("living")
    clerk.post("/cases", json=asked, headers=KEY)
    (answered,) = district.facts("living", Answered)
    assert answered.until == civil_date(district.clock.now()) + timedelta(days=7)
    # when its last day has come, then it is still there; and a day later it is gone, restored or not
    for days, remembered in ((7, True), (1, False)):
        district.clock.advance_to(district.clock.now() + timedelta(days=days))
        for name in ("living", *living.SERVICE.listens):
            district.runtime(name).close_day(civil_date(district.clock.now()))
        district.host.drain()
        rows = dict(living_.store.kept_range("idempotency", "", "", 10))
        assert list(rows) == ([answered.key] if remembered else [])
        assert district.differences("living") == []
    problem(clerk.post("/cases", json=asked, headers=KEY), 409, "case-exists")


def test_the_log_tells_nobody_the_key_nor_the_answer(district: District, asked: dict[str, Any]) -> None:
    case = district.client("living").post("/cases", json=asked, headers=KEY).json()["case"]
    entries = list(log_of(district.runtime("living").store))
    (answer,) = (one for one in entries if one.envelope.type == Answered.TYPE)
    assert answer.envelope.audience == "living", "closed to every other department"
    assert case.encode() not in answer.data
    assert not any(KEY["Idempotency-Key"].encode() in one.data for one in entries)


def test_a_request_that_is_refused_leaves_no_answer(district: District, asked: dict[str, Any]) -> None:
    clerk = district.client("living")
    problem(clerk.post("/cases", json=asked | {"consent": False}, headers=KEY), 422, "consent-needed")
    assert district.facts("living", Answered) == []
    assert clerk.post("/cases", json=asked, headers=KEY).status_code == 201, "the key is still free"
