"""The vault closes and opens, and keeps its keys through a kill.

One suite over SQLite and PostgreSQL, and so is `test_vault_keeping.py`; what only a file can show (its raw
bytes, its mode) is in `test_vault_files.py`.
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.base import Event, Value
from events.ids import PersonId
from events.sealed import Sealed
from services.chassis.vault import (
    MemoryVault,
    NoKey,
    NotEntitled,
    Tampered,
    Vault,
    WrongMasterKey,
    generate_master_key,
)
from tests.chassis.vaults import EVENT, MASTER, OTHER, OWNER, Noon, closed, opened

# The fixtures `vault_url`, `vault` and `second_vault`.
pytest_plugins = ["tests.chassis.vaults"]


class Member(Value):
    name: Sealed


class VaultTried(Event, shape=True):
    person: PersonId
    name: Sealed
    members: tuple[Member, ...] = ()


# -- closing and opening


def test_what_was_closed_opens_and_does_not_show_in_the_log(vault: Vault) -> None:
    sealed = closed(vault)
    assert "向阳花" not in str(sealed.to_json())
    assert vault.open_text(Sealed.from_json(sealed.to_json())) == "向阳花"


def test_text_in_clear_opens_as_it_is(vault: Vault) -> None:
    assert vault.open_text(Sealed.of("still here", OWNER)) == "still here"


def test_closing_without_a_key_is_refused(vault: Vault) -> None:
    with pytest.raises(NoKey):
        vault.close_text(Sealed.of("x", OWNER), EVENT, "name")


def test_text_that_belongs_to_nobody_is_refused(vault: Vault) -> None:
    with pytest.raises(ValueError, match="belongs to somebody"):
        vault.close_text(Sealed.of("x"), EVENT, "name")
    with pytest.raises(Tampered):
        vault.open_text(replace(closed(vault), owners=()))


def test_the_same_text_closed_twice_gives_two_boxes(vault: Vault) -> None:
    assert closed(vault).box != closed(vault).box


def test_every_text_of_a_fact_is_closed_and_one_closed_before_is_carried_on(vault: Vault) -> None:
    person, member = PersonId(int=OWNER.int), Member(name=Sealed.of("小明", OTHER))
    carried = closed(vault, "elsewhere", uuid4())
    fact = VaultTried(person=person, name=Sealed.of("向阳花", person), members=(member, Member(name=carried)))
    assert vault.owners_of(fact) == {OWNER, OTHER}
    vault.ensure(vault.owners_of(fact))
    sealed = vault.seal_event(fact, event_id := uuid4())
    assert type(sealed) is VaultTried
    assert "小明" not in sealed.model_dump_json()
    assert sealed.members[0].name.field_id == "members.0.name"
    assert sealed.members[0].name.event == event_id
    assert vault.open_text(sealed.members[0].name) == "小明"
    assert sealed.members[1].name is carried


MEMORY = MemoryVault(clock=Noon(), reader="living")


@given(st.text(), st.lists(st.uuids(), min_size=1, max_size=4), st.uuids(), st.text(max_size=20))
def test_any_text_of_any_owners_comes_back(text: str, owners: list[UUID], event: UUID, field: str) -> None:
    MEMORY.ensure(owners)
    sealed = MEMORY.close_text(Sealed.of(text, *owners), event, field)
    assert MEMORY.open_text(Sealed.from_json(sealed.to_json())) == text


@given(st.binary(), st.uuids())
def test_any_restricted_data_comes_back(data: bytes, event: UUID) -> None:
    assert MEMORY.open_data("living", event, MEMORY.close_data("living", event, data)) == data


# -- altered and moved


def test_a_box_moved_to_another_event_field_or_owner_does_not_open(vault: Vault) -> None:
    sealed = closed(vault)
    vault.ensure([OTHER])
    for moved in (
        replace(sealed, event=uuid4()),
        replace(sealed, field_id="address"),
        replace(sealed, owners=(OTHER,)),
        replace(sealed, owners=tuple(sorted((OWNER, OTHER)))),
    ):
        with pytest.raises(Tampered):
            vault.open_text(moved)


def test_the_owners_of_a_joint_text_cannot_be_reordered_repeated_or_left_out(vault: Vault) -> None:
    sealed = closed(vault, "both", OWNER, OTHER)
    assert vault.open_text(sealed) == "both"
    one, two = sealed.owners
    for owners in ((two, one), (one, one, two), (one,), (two,)):
        with pytest.raises(Tampered):
            vault.open_text(replace(sealed, owners=owners))


def test_every_flipped_bit_of_a_box_is_noticed(vault: Vault) -> None:
    sealed = closed(vault)
    raw = base64.urlsafe_b64decode(sealed.box)
    for position in range(len(raw)):
        for bit in range(8):
            altered = bytearray(raw)
            altered[position] ^= 1 << bit
            with pytest.raises(Tampered):
                vault.open_text(replace(sealed, box=base64.urlsafe_b64encode(altered).decode()))


@pytest.mark.parametrize("text", ["", "x", "四个字啊", "五个字是啊"])
def test_every_other_letter_anywhere_in_a_box_is_noticed(vault: Vault, text: str) -> None:
    sealed = closed(vault, text)
    for position, letter in enumerate(sealed.box):
        for other in "ABgw9-_=+/ \n中":
            if other != letter:
                altered = sealed.box[:position] + other + sealed.box[position + 1 :]
                with pytest.raises(Tampered):
                    vault.open_text(replace(sealed, box=altered))


def test_a_box_cut_or_lengthened_is_noticed(vault: Vault) -> None:
    sealed = closed(vault)
    for box in (
        "",
        "A",
        sealed.box[:-1],
        sealed.box[:-4],
        sealed.box + "AAAA",
        sealed.box + "=",
        sealed.box + "\n",
    ):
        with pytest.raises(Tampered):
            vault.open_text(replace(sealed, box=box))


# -- keys


def test_keys_outlive_the_process_that_made_them(vault: Vault, second_vault: Vault) -> None:
    assert second_vault.open_text(closed(vault)) == "向阳花"


def test_another_master_key_is_named_as_such(vault_url: str, vault: Vault) -> None:
    with pytest.raises(WrongMasterKey):
        opened(vault_url, generate_master_key())
    with pytest.raises(WrongMasterKey):
        opened(vault_url, b"short")


def test_eight_threads_that_ensure_the_same_people_end_with_one_key_each(vault_url: str) -> None:
    owners = [uuid4() for _ in range(200)]
    start = threading.Barrier(8)

    def race(number: int) -> list[Sealed]:
        vault = opened(vault_url)
        try:
            start.wait()
            vault.ensure(owners[::-1] if number % 2 else owners)
            return [vault.close_text(Sealed.of("x", owner), EVENT, "name") for owner in owners]
        finally:
            vault.close()

    opened(vault_url).close()
    with ThreadPoolExecutor(8) as pool:
        boxes = list(pool.map(race, range(8)))
    vault = opened(vault_url)
    assert {vault.open_text(box) for made in boxes for box in made} == {"x"}
    vault.close()


def test_threads_that_open_a_new_vault_at_once_agree(vault_url: str) -> None:
    start = threading.Barrier(4)

    def race(_: int) -> str:
        start.wait()
        vault = opened(vault_url)
        digest = vault.blind_index("id_number", "x")
        vault.close()
        return digest

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(race, range(4)))) == 1


def test_a_key_is_durable_before_ensure_returns(vault_url: str) -> None:
    program = (
        "import json, sys, uuid\n"
        "from services.chassis.vault import Vault\n"
        "from tests.chassis.vaults import Noon\n"
        "from events.sealed import Sealed\n"
        f"vault = Vault.open(sys.argv[1], {MASTER!r}, clock=Noon())\n"
        "owner, event = uuid.uuid4(), uuid.uuid4(); vault.ensure([owner])\n"
        "box = vault.close_text(Sealed.of('kept', owner), event, 'name').to_json()\n"
        "print(json.dumps(box), flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, vault_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    vault = opened(vault_url)
    assert vault.open_text(Sealed.from_json(json.loads(line))) == "kept"
    vault.close()


def test_three_thousand_keys_are_made_in_one_go(vault: Vault, second_vault: Vault) -> None:
    owners = [uuid4() for _ in range(3000)]
    vault.ensure(owners)
    vault.ensure([*owners, uuid4()])
    second_vault.preload(owners)


# -- blind index and audiences


def test_a_blind_index_is_equal_for_equal_text_of_one_kind_only(vault: Vault, second_vault: Vault) -> None:
    index = vault.blind_index("id_number", "43120219800101001X")
    assert index == second_vault.blind_index("id_number", "43120219800101001X")
    assert len(index) == 64
    assert index != vault.blind_index("id_number", "431202198001010011")
    assert vault.blind_index("ab", "c") != vault.blind_index("a", "bc")
    assert index != MEMORY.blind_index("id_number", "43120219800101001X")


def test_restricted_data_opens_for_its_service_history_and_audit_only(vault: Vault) -> None:
    living = vault.for_reader("living")
    data = living.close_data("living", EVENT, b'{"income": 1}')
    assert data[:1] == data[-1:] == b'"'
    assert data[1:-1].replace(b"-", b"").replace(b"_", b"").rstrip(b"=").isalnum()
    for reader in ("living", "history", "audit"):
        assert vault.for_reader(reader).open_data("living", EVENT, data) == b'{"income": 1}'
    for reader in ("", "housing"):
        with pytest.raises(NotEntitled):
            vault.for_reader(reader).open_data("living", EVENT, data)
        with pytest.raises(NotEntitled):
            vault.for_reader(reader).audience_key("living")
    with pytest.raises(NotEntitled):
        vault.for_reader("history").close_data("living", EVENT, b"{}")
    assert vault.for_reader("history").audience_key("living") == living.audience_key("living")


def test_restricted_data_altered_or_moved_is_noticed(vault: Vault) -> None:
    living = vault.for_reader("living")
    living.audience_key("living")
    vault.for_reader("housing").audience_key("housing")
    data = living.close_data("living", EVENT, b"{}")
    history = vault.for_reader("history")
    for service, event, altered in (
        ("living", uuid4(), data),
        ("housing", EVENT, data),
        ("living", EVENT, data[1:]),
        ("living", EVENT, b'"'),
        ("living", EVENT, data[:9] + b"\xff" + data[10:]),
        ("living", EVENT, b'"AAAA"'),
    ):
        with pytest.raises(Tampered):
            history.open_data(service, event, altered)
    with pytest.raises(NoKey):
        history.open_data("education", EVENT, data)
