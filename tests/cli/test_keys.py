"""The vault's own commands, run as an operator would: a backup put back, a new master key."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from events.ids import PersonId
from events.registry import PersonRegistered
from services.chassis.clock import civil_date
from services.chassis.codec import read
from services.chassis.settings import Settings
from services.cli import app
from services.cli.house import House
from services.registry.acts import Register
from services.registry.identity import IdNumber, check_digit
from services.registry.people import Particulars

WANG = "王小明"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


def doudi(*words: str) -> str:
    told = CliRunner().invoke(app, list(words))
    assert told.exit_code == 0, told.output
    return told.output


def registered(data: Path) -> PersonId:
    house = House(Settings(data=data), names=["registry"])
    number = IdNumber.read("43120219700115001" + check_digit("43120219700115001"), date(2026, 1, 1))
    said = Particulars(name=WANG, id_number=number)
    person = house.runtimes["registry"].decide(
        lambda work: Register(work).register_person(said, synthetic=True)
    )
    house.close()
    return person


def name_in(data: Path) -> str | None:
    """The one registered person's name, as the vault opens it; None once erased."""
    house = House(Settings(data=data), names=["registry"])
    runtime = house.runtimes["registry"]
    facts = [read(entry, runtime.around.keys).data for entry in runtime.log()]
    [fact] = [fact for fact in facts if isinstance(fact, PersonRegistered)]
    erased = runtime.around.keys.is_erased(fact.person)
    name = None if erased else runtime.around.keys.open_text(fact.name)
    house.close()
    return name


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(data: Path) -> None:
    registered(data)
    before = (data / "master.key").read_bytes()
    doudi("vault-rekey", "--data", str(data))
    assert (data / "master.key").read_bytes() != before
    assert (data / "master.key.old").read_bytes() == before
    assert name_in(data) == WANG


def test_a_vault_put_back_from_a_backup_opens_nobody_who_was_erased_since(data: Path, tmp_path: Path) -> None:
    # given a backup, and then an erasure by two people
    person = registered(data)
    doudi("backup", str(tmp_path / "saved"), "--data", str(data))
    assert (tmp_path / "saved" / "vault.sqlite").stat().st_mode & 0o077 == 0
    doudi("erase", str(person), "--by", str(uuid4()), "--data", str(data))
    doudi("erase", str(person), "--by", str(uuid4()), "--data", str(data))
    assert name_in(data) is None
    # when the backup is put back
    told = doudi("vault-restore", str(tmp_path / "saved" / "vault.sqlite"), "--data", str(data))
    # then the person stays erased
    assert "1 erased" in told
    assert name_in(data) is None


def test_one_person_alone_cannot_erase(data: Path) -> None:
    person, clerk = registered(data), str(uuid4())
    doudi("erase", str(person), "--by", clerk, "--data", str(data))
    told = CliRunner().invoke(app, ["erase", str(person), "--by", clerk, "--data", str(data)])
    assert told.exit_code == 2
    assert "two different people" in told.output
    assert name_in(data) == WANG


def test_whoever_is_erased_already_is_said_to_be_so_since_when_and_nothing_is_done(data: Path) -> None:
    person, second = str(registered(data)), str(uuid4())
    doudi("erase", person, "--by", str(uuid4()), "--data", str(data))
    doudi("erase", person, "--by", second, "--data", str(data))
    before = doudi("events", "registry", "--data", str(data))
    told = doudi("erase", person, "--by", second, "--data", str(data))
    assert f"Erased since {civil_date(datetime.now(UTC))} already; nothing was done." in told
    assert doudi("events", "registry", "--data", str(data)) == before


def test_a_wrong_folder_is_refused_and_no_store_is_made_there(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["letters", "registry", "--data", str(tmp_path / "elsewhere")])
    assert told.exit_code == 2 and "--data" in told.output
    assert not (tmp_path / "elsewhere").exists()


def test_an_erasure_for_a_reason_that_is_no_code_is_refused_and_nothing_of_it_is_recorded(data: Path) -> None:
    """The log is for ever and in clear: a text of one's own may name the person."""
    person = registered(data)
    ask = ["erase", str(person), "--data", str(data), "--by"]
    doudi(*ask, str(uuid4()), "--reason", "unlawful")
    told = CliRunner().invoke(app, [*ask, str(uuid4()), "--reason", f"{WANG}要求"])
    assert told.exit_code == 2 and "purpose_fulfilled" in told.output
    assert name_in(data) == WANG and WANG.encode() not in (data / "registry.sqlite").read_bytes()


def test_a_log_of_which_a_piece_is_shown_says_so_beside_it(data: Path) -> None:
    person = registered(data)
    doudi("erase", str(person), "--by", str(uuid4()), "--data", str(data))
    asked = ["events", "registry", "--data", str(data)]
    piece = CliRunner().invoke(app, [*asked, "--limit", "1"])
    assert len(piece.stdout.splitlines()) == 1 and "1 more: --from 2" in piece.stderr
    assert CliRunner().invoke(app, [*asked, "--limit", "2"]).stderr == ""
