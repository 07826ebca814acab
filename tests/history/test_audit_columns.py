"""Decisions as sets, from the lake: what comes out equal there is right in the whole account, whatever was done to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pytest
from pydantic import ValidationError

from events import assistance as a
from services.history.audit.columns import from_lake
from services.history.audit.columns.twins import twin_of
from services.history.audit.everything import rules
from services.history.audit.finding import Window
from services.history.audit.lean import LeanLog
from services.history.lake.columns import place_of
from services.history.lake.folder import Lake
from services.history.lake.following import lines_of
from tests.history.audited import Plant, Told, World, told_by
from tests.history.test_audit import before, changed, the
from tests.history.test_audit_plain import by_account
from tests.history.test_audit_remedies import reviewed
from tests.history.test_audit_swept import died_later
from tests.history.test_audit_twins import altered, example
from tests.living.office import Office, having

FACTS = (
    a.Applied, a.HouseholdChanged, a.Checked, a.ReviewOpened, a.ObjectionLodged, a.MonthGranted, a.SubsidyGranted,
    a.Declined, a.Adjusted, a.Exited, a.Reviewed, a.Accepted,
)  # fmt: skip


def equal(world: World, lake: Lake | None = None) -> int | None:
    lake = lake or world.lake()
    with world.auditor.reading(LeanLog) as reader:
        found = from_lake(reader, lake, Window())
    return None if found is None else found[0]


# -- twins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.TYPE)
def test_a_twin_in_sql_takes_nothing_that_the_fact_refuses(fact: type[a.CaseFact]) -> None:
    value = example(fact.SCHEMA)
    value |= {"findings": []} if "findings" in value else {}  # with some, a case is left to the account
    texts = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in (value, *altered(value))]
    texts += [texts[0][:-1] + f',"{name}":null}}' for name in value]  # twice, and the last is what counts
    twin = twin_of(fact)
    with duckdb.connect() as connection:
        connection.register("lines", pa.table({"data": texts}))
        taken = connection.execute(
            f"SELECT data FROM (SELECT data, {twin.read} AS fact FROM lines) WHERE {twin.taken_as('fact')}"
        ).fetchall()
    assert (texts[0],) in taken, "what is recorded"
    for (data,) in taken:
        try:
            again = fact.model_validate_json(data, extra="forbid")
        except ValidationError as refused:
            pytest.fail(f"{data}: {refused}")
        assert again.model_dump_json() == data


# -- faults ------------------------------------------------------------------------------------------------


def checked_afterwards(told: list[Told]) -> Iterable[Told]:
    """The recommendation rests on a check that was recorded behind it."""
    assessed = the(told, a.Assessed)
    check = replace(the(told, a.Checked), id=uuid4(), decision=uuid4(), at=assessed.at + timedelta(minutes=1))
    found = list(changed(a.Checked, _richer)(told))
    place = found.index(next(one for one in found if isinstance(one.fact, a.Assessed)))
    return [*found[: place + 1], check, *found[place + 1 :]]


def _richer(fact: a.Checked) -> dict[str, Any]:
    assert fact.means is not None
    return {"means": fact.means.model_copy(update={"business_income": 1_00})}


def surveyed_again(told: list[Told]) -> Iterable[Told]:
    """A new survey voids the check; the recommendation uses it all the same."""
    survey = the(told, a.Surveyed)
    again = replace(survey, id=uuid4(), decision=uuid4(), at=the(told, a.Assessed).at)
    return before(told, a.Assessed, again)


def of_another_household(told: list[Told]) -> Iterable[Told]:
    """The household changed before the recommendation, which voids what had been found out."""
    fact = the(told, a.Applied).fact
    moved = a.HouseholdChanged(
        case=fact.case, programme=fact.programme, household=fact.household, members=fact.members[:1],
        left=fact.members[1:], reason="member_left", since=the(told, a.Assessed).effective,
    )  # fmt: skip
    one = replace(
        the(told, a.Surveyed), fact=moved, id=uuid4(), decision=uuid4(), at=the(told, a.Assessed).at
    )
    return before(told, a.Assessed, one)


def found_besides(told: list[Told]) -> Iterable[Told]:
    """The survey also found something by the paper's own name, which the recommendation left out."""
    return changed(a.Surveyed, lambda _: {"findings": (a.Finding(name="单人户申请", value=True),)})(told)


FAULTS: dict[str, Plant] = {
    "news of afterwards": checked_afterwards,
    "a check that a survey voided": surveyed_again,
    "what was found of another household": of_another_household,
    "a finding left out": found_besides,
    "declined though it is due": changed(a.SubsidyGranted, lambda fact: {"amount_fen": 0}),
    "asked for apart": changed(a.Applied, lambda _: {"apart": True}),
}


@pytest.mark.parametrize("plant", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_does_not_come_out_equal_and_the_account_is_the_same(tmp_path: Path, plant: Plant) -> None:
    world = World(tmp_path, plant)
    try:
        assert equal(world) == 0
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


def tampered(world: World, fact: type[a.CaseFact], change: Callable[[str], str]) -> None:
    with world.database.transaction() as session:
        [(position, data)] = session.execute(
            "SELECT position, data FROM district_log WHERE dataschema = ?", (fact.SCHEMA,)
        )
        session.execute(
            "UPDATE district_log SET data = ? WHERE position = ?",
            (change(bytes(data).decode()).encode(), position),
        )


@pytest.mark.parametrize(
    ("fact", "more"),
    [
        (a.Assessed, '"amount_fen":53500'),
        (a.Assessed, '"inputs":[]'),
        (a.SubsidyGranted, '"amount_fen":53500'),
        (a.Checked, '"means":null'),
        (a.Applied, '"township":"431202001000"'),
    ],
)
def test_a_field_that_stands_twice_does_not_come_out_equal(
    tmp_path: Path, fact: type[a.CaseFact], more: str
) -> None:
    world = World(tmp_path)
    try:
        tampered(world, fact, lambda data: f"{data[:-1]},{more}}}")
        assert equal(world) == 0
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


# -- sums that a month made another -------------------------------------------------------------------------


@cache
def raised(start: date, end: date) -> tuple[Told, ...]:
    """A grant, and a sum that follows what the papers of another month say."""
    with TemporaryDirectory() as folder:
        office = Office(Path(folder), start)
        household, people = office.family(2)
        office.grant(household, people[0], having(300_00, basic_pension=103_00))
        office.until(end)
        return told_by(office)


MONTHS = {
    "another standard": (date(2024, 10, 8), date(2024, 12, 2)),
    "other papers, which ask for more, while the case's own has lapsed": (date(2021, 5, 6), date(2021, 8, 3)),
}


@pytest.mark.parametrize("days", MONTHS.values(), ids=MONTHS.keys())
def test_a_sum_that_a_month_made_another_comes_out_equal(tmp_path: Path, days: tuple[date, date]) -> None:
    world = World(tmp_path, base=lambda: raised(*days))
    try:
        assert equal(world) == 2
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


OF_A_MONTH: dict[str, Plant] = {
    "another sum": changed(a.Adjusted, lambda fact: {"amount_fen": fact.amount_fen + 1_00}),
    "a month before": changed(
        a.Adjusted, lambda fact: {"since": (fact.since - timedelta(days=1)).replace(day=1)}
    ),
    "fewer people": changed(a.Adjusted, lambda fact: {"members": fact.members[:1]}),
    "by a review's decision": changed(a.Adjusted, lambda _: {"reason": "remedy"}),
    "on means that nobody checked": checked_afterwards,
}


@pytest.mark.parametrize("days", MONTHS.values(), ids=MONTHS.keys())
@pytest.mark.parametrize("plant", OF_A_MONTH.values(), ids=OF_A_MONTH.keys())
def test_a_sum_that_the_month_did_not_make_does_not_come_out_equal(
    tmp_path: Path, plant: Plant, days: tuple[date, date]
) -> None:
    world = World(tmp_path, plant, lambda: raised(*days))
    try:
        assert (equal(world) or 0) < 2
        assert rules(world.auditor, lake=world.lake()) == by_account(world)
    finally:
        world.close()


# -- which lake --------------------------------------------------------------------------------------------


def test_what_the_lake_does_not_have_yet_is_taken_from_the_log(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        granted = next(
            position
            for position, envelope, _ in lines_of(world.log, 0)
            if b'"assistance.SubsidyGranted"' in envelope
        )
        lake = Lake(tmp_path / "behind")
        lake.append(line for line in lines_of(world.log, 0) if line[0] < granted)
        assert equal(world, lake) == 0
        assert rules(world.auditor, lake=lake) == by_account(world)
        lake.append(lines_of(world.log, granted - 1))
        assert equal(world, lake) == 1
    finally:
        world.close()


class Garbled(World):
    """With checks that open and are no fact at all."""

    told_instead = b"{"

    def _closed(self, one: Told) -> bytes | None:
        if not isinstance(one.fact, a.Checked):
            return super()._closed(one)
        return self.keys.for_reader(one.service).close_data(one.service, one.id, self.told_instead)


def test_what_is_restricted_is_opened_and_what_others_closed_is_left_to_the_account(tmp_path: Path) -> None:
    world = World(tmp_path, sealed=True)
    try:
        lake = world.lake()
        assert equal(world, lake) == 1
        assert rules(world.auditor, lake=lake) == by_account(world)
        with world.auditor.reading(LeanLog) as reader:
            reader.log.opener = world.keys.for_reader("finance")
            found = from_lake(reader, lake, Window())
        assert found is not None and found[0] == 0
    finally:
        world.close()


@pytest.mark.parametrize("text", [b"{", b"", b"\xff", b'"x"', b"null"], ids=repr)
def test_a_restricted_fact_that_is_no_fact_makes_its_case_doubtful_and_nothing_else(
    tmp_path: Path, text: bytes
) -> None:
    class Planted(Garbled):
        told_instead = text

    world = Planted(tmp_path, sealed=True)
    try:
        assert equal(world) == 0
    finally:
        world.close()


def test_a_lake_of_another_log_and_none_at_all_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    world, other = World(tmp_path / "one"), World(tmp_path / "other", base=reviewed)
    try:
        assert equal(world, other.lake()) is None
        assert equal(world, Lake(tmp_path / "nothing")) is None
        assert rules(world.auditor, lake=other.lake()) == by_account(world)
    finally:
        world.close()
        other.close()


def named_otherwise(told: list[Told]) -> Iterable[Told]:
    """As many events, and the last of the service is another."""
    last = [one for one in told if one.service == "living"][-1]
    return [replace(one, id=uuid4()) if one is last else one for one in told]


def test_a_lake_of_another_log_of_the_same_length_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    world, other = World(tmp_path / "one"), World(tmp_path / "other", named_otherwise)
    try:
        assert equal(other, other.lake()) == 1
        assert equal(world, other.lake()) is None
    finally:
        world.close()
        other.close()


def test_a_lake_that_lacks_an_event_is_left_aside(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        lines, lake = list(lines_of(world.log, 0)), Lake(tmp_path / "gap")
        end = place_of(lines[-1][1]).source
        gone = max(at for at, line in enumerate(lines) if place_of(line[1]).source != end)
        lake.append(line for at, line in enumerate(lines) if at != gone)
        assert equal(world, lake) is None
    finally:
        world.close()


def test_a_lake_that_does_not_say_how_far_of_the_log_it_is_is_left_aside(tmp_path: Path) -> None:
    world = World(tmp_path)
    try:
        lake = Lake(tmp_path / "elsewhere")
        lake.append((0, envelope, data) for _, envelope, data in lines_of(world.log, 0))
        assert equal(world, lake) is None
    finally:
        world.close()


def test_who_died_since_the_lake_ends_is_looked_at_alone(tmp_path: Path) -> None:
    world = World(tmp_path, died_later)
    try:
        died = next(place for place, envelope, _ in lines_of(world.log, 0) if b'"registry.Died"' in envelope)
        lake = Lake(tmp_path / "behind")
        lake.append(line for line in lines_of(world.log, 0) if line[0] < died)
        assert equal(world, lake) == 0
        assert rules(world.auditor, lake=lake) == by_account(world)
    finally:
        world.close()
