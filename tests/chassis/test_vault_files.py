"""What lies on the disk: the vault's raw bytes, its modes, and the file of the master key."""

from __future__ import annotations

import random
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.chassis.vault import (
    OpenToOthers,
    Vault,
    WrongMasterKey,
    decode_master_key,
    encode_master_key,
    generate_master_key,
    load_master_key,
)
from services.chassis.vault.cache import Cache
from services.chassis.vault.cipher import Key
from tests.chassis.vaults import MASTER, OTHER, OWNER, Noon, Ticks, closed, opened


def raw(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


def wrapped(vault: Vault, owners: list[UUID]) -> list[bytes]:
    with vault._keyring.store.transaction() as transaction:
        rows = transaction.read("owner", map(str, owners)).values()
        return [row.wrapped for row in rows if row.wrapped is not None]


def test_neither_key_nor_text_ever_lies_in_the_files_and_after_erasure_not_even_wrapped(
    tmp_path: Path,
) -> None:
    vault = opened(f"sqlite:///{tmp_path / 'vault.db'}")
    sealed = closed(vault, "向阳花", OWNER)
    [key], [before] = vault._keyring.load([OWNER]), wrapped(vault, [OWNER])
    assert before in raw(tmp_path)
    assert not any(part in raw(tmp_path) for part in (key.secret, MASTER, "向阳花".encode()))
    vault.erase(OWNER)
    left = raw(tmp_path)
    assert not any(before[start : start + 8] in left for start in range(len(before) - 8))
    assert sealed.box.encode() not in left
    vault.close()


def test_nothing_of_destroyed_keys_is_left_where_pages_were_split_and_joined(tmp_path: Path) -> None:
    vault, chance = opened(f"sqlite:///{tmp_path / 'vault.db'}"), random.Random(7)
    owners = [UUID(int=chance.getrandbits(128)) for _ in range(2000)]
    for start in range(0, len(owners), 40):
        vault.ensure(owners[start : start + 40])
    vault.rewrap(generate_master_key())
    keys = wrapped(vault, owners)
    assert len(keys) == 2000
    assert all(key[:16] in raw(tmp_path) for key in keys[:20])
    for start in range(0, 1500, 100):
        vault.erase(owners[start], owners[start + 1 : start + 100])
    left = raw(tmp_path)
    gone = wrapped(vault, owners[1500:])
    assert [key for key in keys if key not in gone and key[:16] in left] == []
    vault.close()


def test_vault_and_backup_are_readable_for_their_owner_only(tmp_path: Path) -> None:
    vault = opened(f"sqlite:///{tmp_path / 'vault.db'}")
    vault.backup(tmp_path / "backup")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes["vault.db"] == modes["backup"] == 0o600
    assert set(modes) <= {"vault.db", "vault.db-journal", "backup"}
    assert set(modes.values()) == {0o600}
    vault.close()


def test_a_backup_that_fails_leaves_the_older_one(tmp_path: Path) -> None:
    vault = opened(f"sqlite:///{tmp_path / 'vault.db'}")
    vault.backup(tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    vault.close()
    with pytest.raises(Exception, match="closed"):
        vault.backup(tmp_path / "backup")
    assert (tmp_path / "backup").read_bytes() == before
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_a_row_copied_to_another_owner_does_not_unwrap(tmp_path: Path) -> None:
    vault = opened(f"sqlite:///{tmp_path / 'vault.db'}")
    closed(vault, "one", OWNER)
    text = closed(vault, "two", OTHER)
    with vault._keyring.store.transaction(write=True) as transaction:
        row = transaction.read("owner", [str(OWNER)])[str(OWNER)]
        transaction.replace([type(row)("owner", str(OTHER), row.version, row.wrapped)])
    again = opened(f"sqlite:///{tmp_path / 'vault.db'}")
    with pytest.raises(Exception, match="does not unwrap"):
        again.open_text(text)
    again.close()
    vault.close()


def test_an_address_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="a vault is at"):
        Vault.open("mysql://x", MASTER, clock=Noon())


# -- the master key's file


def test_the_master_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def load(_: int) -> bytes:
        start.wait()
        return load_master_key(tmp_path / "master")

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load, range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert stat.S_IMODE((tmp_path / "master").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["master"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    load_master_key(tmp_path / "master")
    (tmp_path / "master").chmod(mode)
    with pytest.raises(OpenToOthers):
        load_master_key(tmp_path / "master")


def test_a_missing_master_key_is_not_made_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_master_key(tmp_path / "master", create=False)


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", "中"])
def test_what_is_no_master_key_is_refused(text: str) -> None:
    with pytest.raises(WrongMasterKey):
        decode_master_key(text)


def test_a_master_key_survives_being_written_as_text() -> None:
    key = generate_master_key()
    assert decode_master_key(encode_master_key(key) + "\n") == key


# -- keys at hand


def test_no_more_keys_than_the_limit_are_kept_and_none_past_its_minute() -> None:
    ticks = Ticks()
    cache: Cache[int] = Cache(ticks, limit=3)
    for name in range(5):
        cache.put(name, Key.of(bytes(32), ticks()), cache.generation)
    assert [cache.get(name) is not None for name in range(5)] == [False, False, True, True, True]
    ticks.seconds += 60
    assert cache.get(4) is None
    cache.put(9, Key.of(bytes(32), ticks()), cache.generation)
    assert len(cache) == 1


def test_a_key_read_before_an_erasure_is_not_kept_after_it() -> None:
    cache: Cache[int] = Cache(Ticks())
    before = cache.generation
    cache.clear()
    cache.put(1, Key.of(bytes(32), 1000.0), before)
    assert cache.get(1) is None


def test_a_vault_with_more_people_than_it_may_keep_at_hand_opens_them_all() -> None:
    vault = Vault.open("memory:", MASTER, clock=Noon(), cached=10)
    texts = [closed(vault, str(number), uuid4()) for number in range(50)]
    assert [vault.open_text(text) for text in texts] == [str(number) for number in range(50)]
    assert len(vault._keyring._owners) == 10
