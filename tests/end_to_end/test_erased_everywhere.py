"""A person who went through every part of the house is erased; afterwards nothing in it yields who that was.

Every file, table, topic, lake file, log, answer and export is searched, with every key that is left. Before the erasure the
same search finds each of the person's identifiers: it is not blind.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import assistance as a
from events import registry as r
from services.chassis import letters
from services.chassis.departments import Department
from services.chassis.logs import configure
from services.chassis.runtime import log_of
from services.chassis.work import Work
from services.history.district_log import DistrictLog
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from services.history.library import History
from services.history.proof.auditing import compute, district_log, own_store, stored_tree
from services.history.proof.bundle import Proven, check, prove
from services.history.proof.note import verifier_of
from tests.end_to_end import families
from tests.end_to_end.searching import files, in_bytes, in_words, readable, topics
from tests.end_to_end.systems import CLERK, System
from tests.finance.town import account_number

NAME, PHONE = "滕霁昀", "13987650421"
ADDRESS, REMARKS = "籲癵村纛组9号", "灥灪龘:卧病在床"
ACCOUNT = account_number(77)
NEIGHBOUR = "爨癵驫"
OTHER, TREASURER = UUID(int=0xE1, version=4), UUID(int=0xE2, version=4)
PDF = f"%PDF-1.4\n{NAME}\n%%EOF".encode()


@dataclass
class Life:
    """Of one person, from registration to death, in every service; `number`: the ID number."""

    system: System
    number: str = field(default_factory=lambda: families.id_number("19400115"))
    person: str = ""
    household: str = ""
    case: str = ""
    batch: str = ""
    letter: str = ""
    attachment: str = ""

    @property
    def identifiers(self) -> set[str]:
        return {NAME, self.number, PHONE, ADDRESS, REMARKS, ACCOUNT}

    def lived(self) -> Life:
        said = {"name": NAME, "id_number": self.number, "telephone": PHONE, "synthetic": True}
        self.person = self.system.post("registry", "people", said)["id"]
        self.household = families.register_household(self.system, self.person, address=ADDRESS)
        self._granted()
        self._paid()
        self._letter_waits()
        self.system.post("registry", f"people/{self.person}/death", {"on": families.today(self.system)})
        self.system.settle()
        return self

    def _granted(self) -> None:
        system = self.system
        self.case = families.apply(system, self.household, self.person)
        found = {"means": families.means([self.person])}
        system.post("living", f"cases/{self.case}/acceptance", {})
        self.letter = system.post("living", f"cases/{self.case}/letters", {"kind": "acceptance"})["number"]
        handed = system.client("living").post(
            "evidence", files={"file": ("表.pdf", PDF)}, data={"case": self.case, "kind": "survey_form"}
        ).json()  # fmt: skip
        self.attachment = handed["id"]
        named = {"id": handed["id"], "digest": handed["digest"]}
        survey = {"surveyors": families.SURVEYORS, "remarks": REMARKS, "evidence": [named]}
        system.post("living", f"cases/{self.case}/survey", found | survey)
        system.post("living", f"cases/{self.case}/check", found | {"consistent": True})
        system.post("living", f"cases/{self.case}/assessment", {})
        while families.take_steps(system, self.case):
            system.post("living", f"cases/{self.case}/notice", {})
            system.live_until(system.clock.now() + families.timedelta(days=9))
        system.post("living", f"cases/{self.case}/confirmation", {})
        system.settle()

    def _paid(self) -> None:
        """A month, with the file to the bank and its answer."""
        system = self.system
        treasury = system.client("finance", Department.FINANCE, TREASURER)
        for path, body in (
            ("budget", {"amount_fen": 10**9}),
            ("allocations", {"amount_fen": 10**9, "level": "district"}),
        ):
            assert treasury.post(f"funds/basic-living/2021/{path}", json=body).is_success
        owner = {"household": self.household}
        account = {"holder": self.person, "account": ACCOUNT, "name": NAME, "bank": "ABC", "why": "first"}
        system.post("finance", "accounts", owner | account | {"since": families.today(system)})
        assert system.client("finance", person=OTHER).post("accounts/confirmation", json=owner).is_success
        system.live_until(system.clock.now() + families.timedelta(days=31))
        month = families.today(system)[:7]
        self.batch = system.post("finance", "batches", {"month": month})["batch"]
        while system.post("finance", f"batches/{self.batch}/pieces", {})["left"]:
            pass
        closed = system.post("finance", f"batches/{self.batch}/closure", {})
        assert closed["payments"] == 1
        for path, body in (("approval", {"revision": closed["revision"]}), ("handover", {})):
            assert treasury.post(f"batches/{self.batch}/{path}", json=body).is_success
        assert ACCOUNT in treasury.get(f"batches/{self.batch}/file").text

    def _letter_waits(self) -> None:
        """A fact about the person that a service could not take; what follows about them waits behind it."""
        entry = next(
            one for one in log_of(self.system.house.runtimes["registry"].store)
            if one.envelope.type == r.PersonRegistered.TYPE and str(one.envelope.stream) == self.person
        )  # fmt: skip

        def park(work: Work) -> None:
            letters.park(work, entry, "decide")

        self.system.house.runtimes["notification"].decide(park)

    def answers(self) -> Iterator[tuple[str, bytes]]:
        """What an office that may see names gets, for a purpose: people, timelines, texts, lists, letters, files."""
        office, treasury = Department.CIVIL_AFFAIRS, Department.FINANCE
        asked: list[tuple[str, Department, str, str, Any]] = [
            ("registry", office, "GET", f"people/{self.person}?purpose=核对", None),
            ("registry", office, "GET", f"households/{self.household}?purpose=核对", None),
            ("registry", office, "POST", "people/search", {"id_number": self.number, "purpose": "核对"}),
            ("registry", office, "GET", "households", None),
            ("registry", Department.HEALTH, "POST", "lists", {"as_of": families.today(self.system), "purpose": "核对"}),
            ("living", office, "POST", f"cases/{self.case}/texts", {"purpose": "核对"}),
            ("living", office, "GET", f"cases/{self.case}/letters/pdf?number={self.letter}&purpose=核对", None),
            ("living", office, "GET", f"evidence/{self.attachment}?purpose=核对", None),
            ("living", office, "GET", "cases.csv", None),
            ("notification", Department.DISTRICT, "GET", "letters", None),
            ("finance", treasury, "GET", f"batches/{self.batch}/file", None),
            ("finance", treasury, "GET", "payments/open.csv", None),
            ("history", Department.AUDIT, "GET", f"people/{self.person}/timeline?purpose=核对", None),
            ("history", Department.AUDIT, "GET", f"households/{self.household}/timeline?purpose=核对", None),
            ("history", Department.AUDIT, "GET", f"cases/{self.case}/timeline?purpose=核对", None),
            ("history", Department.AUDIT, "GET", f"people/{self.person}/state", None),
        ]  # fmt: skip
        for service, department, method, path, body in asked:
            answer = self.system.client(service, department).request(method, path, json=body)
            assert answer.status_code < 500, (path, answer.text)
            yield f"{answer.status_code} {service}/{path.partition('?')[0]}", answer.content

    def erase(self) -> None:
        for who in (CLERK, OTHER):
            answer = self.system.client("registry", person=who).post(
                f"people/{self.person}/erasure", json={"reason": "request"}, headers={"Idempotency-Key": str(uuid4())}
            )  # fmt: skip
            assert answer.is_success, answer.text
        assert answer.json()["status"] == "erased"
        self.system.settle()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure("DEBUG", False, stream)
    yield stream
    configure("WARNING", False)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def system(request: pytest.FixtureRequest, tmp_path: Path, log: io.StringIO) -> Iterator[System]:
    kafka = request.getfixturevalue("kafka") if request.param == "kafka" else None
    made = System(tmp_path / "data", kafka=kafka)
    yield made
    made.close()


def lake_of(system: System, folder: Path) -> None:
    """Brought up to the log, as `doudi lake build` does it."""
    log = log_of_district(system)
    ends = {one.source: one.store.head().sequence for one in system.house.runtimes.values()}
    system.eventually(
        lambda: all(one.sequence >= ends[one.source] for one in log.source_states()), "history has everything"
    )
    lake = Lake(folder)
    after = lake.manifest().position if (folder / "manifest.json").exists() else 0
    lake.append(lines_of(log, after))


def topics_of(system: System) -> Iterator[tuple[str, bytes]]:
    if system.settings.kafka is not None:
        yield from topics(system.settings.kafka).items()


def log_of_district(system: System) -> DistrictLog:
    assert system.house.timelines is not None, "history is among the services"
    return system.house.timelines.log


def totals(system: System, folder: Path) -> list[Any]:
    """What was granted and paid, by the lake and by the books."""
    with History.open(folder) as history, history.run("spend") as found:
        spend = list(found.rows())
    month = families.today(system)[:7]
    statement = system.get("finance", f"statement?month={month}")
    assert statement["reconciled"] and spend
    return [spend, statement]


def roots(system: System) -> dict[str, list[bytes]]:
    """Of each service: its tree as stored, out of its own store, and out of history's log."""
    assert system.house.checkpoints is not None
    trees = system.house.checkpoints.trees
    trees.advance()
    found: dict[str, list[bytes]] = {}
    with trees.reading() as snapshot:
        for name, runtime in system.house.runtimes.items():
            size = snapshot.sizes[runtime.source]
            stored = stored_tree(snapshot, runtime.source, [size])
            lines = itertools.islice(own_store(runtime.store), size)
            computed = [
                compute("own store", runtime.source, lines, snapshot, [size]),
                compute(
                    "district log", runtime.source, district_log(snapshot, runtime.source), snapshot, [size]
                ),
            ]
            found[name] = [stored.root, *(one.root for one in computed)]
    return found


def proven(system: System, decision: UUID) -> Proven:
    """The decision stands under the last checkpoint, checked with the first public key alone."""
    checkpoints = system.house.checkpoints
    assert checkpoints is not None
    proof, keys = prove(checkpoints.trees, checkpoints.origin, decision), checkpoints.public_keys()
    assert proof is not None and keys is not None
    return check(proof, [verifier_of(keys.first)])


def test_after_an_erasure_nothing_in_the_house_says_who_that_was(
    system: System, tmp_path: Path, log: io.StringIO
) -> None:
    families.register_household(system, families.register_person(system, NEIGHBOUR))
    life = Life(system).lived()
    index = system.house.vault.blind_index("id-number", life.number)
    wanted, lake = life.identifiers | {index}, tmp_path / "lake"
    lake_of(system, lake)
    assert {text for _, text in in_words(readable(system, tmp_path), wanted)} == wanted, (
        "the search is not blind"
    )
    before = dict(life.answers())
    assert {text for _, text in in_bytes(before.items(), wanted)} == life.identifiers
    assert {name[:3] for name in before} == {"200"}
    signed, granted = system.house.checkpoints, decision(system)
    assert signed is not None
    signed.trees.advance()
    signed.sign()
    said, counted = proven(system, granted), totals(system, lake)

    life.erase()

    lake_of(system, lake)
    assert in_words(readable(system, tmp_path), wanted) == set()
    assert in_words(readable(system, tmp_path), [NEIGHBOUR]) != set(), "others can be read still"
    after = dict(life.answers())
    assert in_bytes(after.items(), wanted) == set()
    assert {name.partition("/")[0] for name in after if name[:3] in ("404", "409", "410")} == {
        "404 registry", "409 living", "410 living", "409 finance",
    }  # fmt: skip
    assert in_bytes(itertools.chain(files(tmp_path), topics_of(system)), wanted) == set()
    assert in_bytes([("log", log.getvalue().encode())], wanted) == set()

    # What happened stays: proofs verify, every tree is the log's, totals are what they were.
    assert proven(system, granted) == said
    assert all(len(set(found)) == 1 for found in roots(system).values())
    assert totals(system, lake) == counted


def by_an_event(told: dict[str, Any]) -> dict[str, Any] | None:
    """The key may be gone before history has heard why."""
    return told if told["gone"] and all(one["erased"] for one in told["gone"]) else None


def decision(system: System) -> UUID:
    return next(one.envelope.id for one in system.log("living") if isinstance(one.data, a.SubsidyGranted))


def test_a_reconstruction_says_what_can_no_longer_be_shown_and_why(system: System) -> None:
    life = Life(system).lived()
    path = f"decisions/{decision(system)}/reconstruction"
    before = system.get("history", path)
    assert before["gone"] == []
    life.erase()
    told = system.eventually(lambda: by_an_event(system.get("history", path)), "history has the erasure")
    erased = next(one for one in system.log("registry") if isinstance(one.data, r.Erased))
    assert {one["what"] for one in told["gone"]} == {"name", "attachment", "remarks", "words"}
    for one in told["gone"]:
        assert one["person"] == life.person
        assert one["erased"] == str(erased.envelope.id)
        assert one["on"] == families.today(system) and one["on"] in one["zh"] and "密钥已销毁" in one["zh"]
    # The decision itself is as well founded as before.
    assert [part["verdict"] for part in told["parts"]] == [part["verdict"] for part in before["parts"]]
    assert told["amount_fen"] == told["again_fen"] == before["amount_fen"]


def test_an_address_outlives_whoever_is_erased_while_somebody_lived_there_too(system: System) -> None:
    one, other = (families.register_person(system, name) for name in (NAME, NEIGHBOUR))
    home = families.register_household(system, one, other, address=ADDRESS)
    for person in (one, other):
        system.post("registry", f"people/{person}/death", {"on": families.today(system)})
    shown = system.client("registry")
    for person, address in ((one, ADDRESS), (other, None)):
        Life(system, person=person).erase()
        assert shown.get(f"households/{home}?purpose=核对").json()["address"] == address
    [*_, last] = system.facts("registry", r.Erased)
    assert [str(one) for one in last.households] == [home]
