"""Every fact is told in Chinese and English; sums on illustrative figures and what is closed are marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from events import assistance as a
from events import registry as r
from events.base import CATALOGUE, Entry, Event
from events.ids import CaseId, HouseholdId, PersonId
from events.sealed import Sealed
from services.chassis.clock import FixedClock
from services.chassis.vault import MemoryVault
from services.history.lines import Sight, line
from services.history.timelines import Found
from services.history.wording import SENTENCES, told
from services.history.words import CATEGORIES, ERASED, SEALED, Words, yuan
from services.registry.divisions import hecheng
from tests.history.logs import Logs

PERSON, HOME = PersonId.of(UUID(int=1 << 100)), HouseholdId.of(UUID(int=2 << 100))
CASE = CaseId.of(UUID(int=3 << 100))
CLOCK = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
GROUNDS = a.Grounds(
    papers=(a.Paper(number="怀民发〔2020〕15号", clause="一"),),
    language="1",
    rows=("dibao",),
    illustrative=True,
)
ABOUT: dict[str, Any] = {"case": CASE, "programme": "dibao", "household": HOME, "members": (PERSON,)}


def blind(sealed: Sealed) -> Words:
    return SEALED


@pytest.fixture
def vault() -> Iterator[MemoryVault]:
    vault = MemoryVault(clock=CLOCK, reader="history")
    vault.ensure([PERSON])
    yield vault
    vault.close()


def registered(vault: MemoryVault) -> Entry:
    fact = r.PersonRegistered(
        person=PERSON,
        name=Sealed.of("钟秀英", PERSON),
        id_number=Sealed.of("431202196001011234", PERSON),
        id_index=Sealed.of("00", PERSON),
        sex="2",
        born=date(1960, 1, 1),
    )
    event = UUID(int=77)
    return Logs().record("registry", PERSON, vault.seal_event(fact, event), id=event)


def test_every_fact_of_the_catalogue_has_a_sentence() -> None:
    facts = [fact for fact in CATALOGUE.values() if fact.__module__.startswith("events.")]
    assert [fact.SCHEMA for fact in facts if fact not in SENTENCES] == []


def test_every_category_has_a_chinese_word() -> None:
    assert {category.value for category in r.Category} <= CATEGORIES.keys()


def test_a_sum_is_told_in_yuan_and_fen_and_marked_where_the_figure_is_illustrative() -> None:
    assert yuan(123456789, False).zh == "1,234,567.89元"
    assert yuan(5, True) == Words("0.05元〔示例标准〕", "0.05 yuan [illustrative]")
    assert yuan(-101, False).zh == "-1.01元"


def test_a_grant_and_its_months_are_told_with_the_mark() -> None:
    grant = a.SubsidyGranted(
        **ABOUT,
        amount_fen=45000,
        since=date(2026, 2, 1),
        confirmed=date(2026, 1, 20),
        officer=UUID(int=9),
        grounds=GROUNDS,
    )
    month = a.MonthGranted(**ABOUT, month="2026-02", amount_fen=45000, illustrative=True)
    granted = "审批确认：给予最低生活保障，每月450.00元〔示例标准〕，自2026-02-01起"
    assert told(grant, blind).zh == f"{granted}（依据：怀民发〔2020〕15号 一）"
    assert told(month, blind).zh == "2026-02月最低生活保障应发450.00元〔示例标准〕"
    assert "[illustrative]" in told(month, blind).en


def test_a_place_is_told_by_its_name() -> None:
    where = {"township": hecheng().townships[0].code, "village": "431202999999"}
    moved = r.HouseholdMoved(household=HOME, members=(PERSON,), since=date(2026, 1, 1), **where)
    assert f"迁至{hecheng().townships[0].name}431202999999" in told(moved, blind).zh


def test_a_name_is_shown_only_where_it_was_opened(vault: MemoryVault) -> None:
    entry = registered(vault)
    sight = Sight(vault)
    assert "登记人员（已封存），证件号码（已封存）" in line(Found(1, "own", entry), sight).zh
    fact = sight.fact(entry)
    assert isinstance(fact, r.PersonRegistered)
    sight.opened({fact.name.box: vault.open_text(fact.name)})
    assert "登记人员钟秀英，证件号码（已封存）" in line(Found(1, "own", entry), sight).zh


def test_of_an_erased_person_it_is_told_that_the_text_is_gone(vault: MemoryVault) -> None:
    entry = registered(vault)
    vault.erase(PERSON)
    shown = line(Found(1, "own", entry), Sight(vault))
    assert f"登记人员{ERASED.zh}" in shown.zh
    assert "(erased)" in shown.en


def test_a_restricted_fact_is_told_only_to_who_is_entitled(vault: MemoryVault) -> None:
    means = a.Means(members=(a.MemberMeans(person=PERSON, age=40, wage=98700),), property_within_rule=True)
    fact = a.Checked(**ABOUT, on=date(2026, 1, 2), means=means, consistent=True)
    event = UUID(int=5)
    closed = vault.for_reader("living").close_data("living", event, fact.model_dump_json().encode())
    entry = Logs().record("living", CASE, fact, id=event, data=closed, audience="living")
    hidden = line(Found(1, "own", entry), Sight(vault))
    assert hidden.zh == "assistance.Checked（不公开）"
    assert hidden.en == "assistance.Checked (restricted)"
    assert "987.00元" in line(Found(1, "own", entry), Sight(vault, restricted=True)).zh


def test_a_type_that_nobody_here_knows_is_told_by_its_name(vault: MemoryVault) -> None:
    fact = r.Died(person=PERSON, on=date(2026, 1, 1))
    entry = Logs().record("medical", PERSON, fact, schema="medical.Admitted.1", data=b'{"ward": 3}')
    shown = line(Found(1, "own", entry), Sight(vault))
    assert (shown.zh, shown.en) == ("medical.Admitted", "medical.Admitted")


def test_data_that_is_not_of_its_type_does_not_take_the_timeline_away(vault: MemoryVault) -> None:
    fact = r.Died(person=PERSON, on=date(2026, 1, 1))
    entry = Logs().record("registry", PERSON, fact, data=b'{"ward": 3}')
    assert line(Found(1, "own", entry), Sight(vault)).zh == "registry.Died（无法读取）"


def test_a_day_late_is_not_late_and_more_than_a_day_is(vault: MemoryVault) -> None:
    def recorded(effective: date, back: timedelta) -> bool:
        logs = Logs()
        fact: Event = r.Died(person=PERSON, on=effective)
        entry = logs.record("registry", PERSON, fact, effective=effective, time=logs.now - back)
        return line(Found(1, "own", entry), Sight(vault)).late

    assert not recorded(date(2025, 12, 31), timedelta(hours=20))
    assert recorded(date(2025, 12, 30), timedelta())
    assert recorded(date(2026, 1, 1), timedelta(hours=25))
