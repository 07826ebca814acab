"""The vault forgets for ever whom it must forget, comes back from a backup, and changes its master key."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.sealed import Sealed
from services.chassis.vault import (
    Erased,
    MemoryVault,
    Vault,
    VaultDiffers,
    WrongMasterKey,
    generate_master_key,
)
from tests.chassis.vaults import EVENT, MASTER, OTHER, OWNER, Noon, Ticks, closed, opened

# The fixtures `vault_url`, `vault` and `second_vault`.
pytest_plugins = ["tests.chassis.vaults"]


# -- erasure


def test_after_an_erasure_nothing_of_the_person_opens_and_no_key_is_made_again(vault: Vault) -> None:
    sealed, merged = closed(vault), uuid4()
    joint = closed(vault, "both", OWNER, OTHER)
    vault.erase(OWNER, merged=[merged])
    for text in (sealed, joint):
        with pytest.raises(Erased) as refused:
            vault.open_text(text)
        assert refused.value.owner == OWNER
    for owner in (OWNER, merged):
        assert vault.is_erased(owner)
        with pytest.raises(Erased):
            vault.ensure([OTHER, owner])
        with pytest.raises(Erased):
            vault.close_text(Sealed.of("again", owner), EVENT, "name")
    assert vault.erased() == {OWNER, merged}
    assert not vault.is_erased(OTHER)
    assert vault.open_text(closed(vault, "alone", OTHER)) == "alone"


def test_erasing_again_changes_nothing(vault: Vault) -> None:
    vault.erase(OWNER)
    vault.erase(OWNER, [OTHER])
    vault.reapply([OWNER])
    assert vault.erased() == {OWNER, OTHER}


def test_after_an_erasure_elsewhere_a_key_at_hand_lives_for_less_than_a_minute(
    vault_url: str, vault: Vault
) -> None:
    ticks = Ticks()
    here = opened(vault_url, ticks=ticks)
    texts = closed(here), closed(here, "both", OWNER, OTHER)
    ticks.seconds += 30
    here.open_text(texts[1])
    vault.erase(OWNER)
    ticks.seconds += 29.9
    assert [here.open_text(text) for text in texts] == ["向阳花", "both"]
    ticks.seconds += 0.2
    for text in texts:
        with pytest.raises(Erased):
            here.open_text(text)
    here.close()


def test_an_erasure_racing_the_making_of_a_key_always_wins(vault_url: str) -> None:
    vaults = [opened(vault_url) for _ in range(4)]
    for _ in range(20):
        owner, start = uuid4(), threading.Barrier(4)

        def race(number: int, owner: UUID = owner, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                vaults[number].erase(owner) if number == 0 else vaults[number].ensure([owner])
            except Erased:
                assert number != 0

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(race, range(4)))
        with pytest.raises(Erased):
            vaults[0].ensure([owner])
    for vault in vaults:
        vault.close()


# -- backup and restore


def test_a_restored_vault_opens_all_but_who_was_erased_since(
    vault: Vault, vault_url: str, tmp_path: Path
) -> None:
    kept, lost, living = uuid4(), uuid4(), vault.for_reader("living")
    boxes = closed(vault, "kept", kept), closed(vault, "lost", lost), closed(vault, "both", kept, lost)
    data, index = living.close_data("living", EVENT, b"{}"), vault.blind_index("id_number", "x")
    vault.backup(tmp_path / "backup")
    later = closed(vault, "later", uuid4())
    vault.erase(OTHER)

    for restored in (vault, MemoryVault(MASTER, clock=Noon())):
        restored.restore(tmp_path / "backup", erased=[lost])
        assert restored.open_text(boxes[0]) == "kept"
        assert restored.blind_index("id_number", "x") == index
        assert restored.for_reader("audit").open_data("living", EVENT, data) == b"{}"
        for text in boxes[1:]:
            with pytest.raises(Erased):
                restored.open_text(text)
    assert vault.open_text(later) == "later"
    assert vault.erased() == {OTHER, lost}


def test_a_tombstone_of_the_backup_stays_in_force(vault: Vault, tmp_path: Path) -> None:
    vault.erase(OWNER)
    vault.backup(tmp_path / "backup")
    restored = MemoryVault(MASTER, clock=Noon())
    restored.restore(tmp_path / "backup", erased=[])
    assert restored.is_erased(OWNER)
    restored.ensure([OTHER])
    restored.restore(tmp_path / "backup", erased=[OTHER])
    assert restored.erased() == {OWNER, OTHER}


def test_the_backup_of_another_vault_is_refused_and_changes_nothing(vault: Vault, tmp_path: Path) -> None:
    sealed = closed(vault)
    for master, refusal in ((MASTER, VaultDiffers), (generate_master_key(), WrongMasterKey)):
        other = MemoryVault(master, clock=Noon())
        other.ensure([OWNER])
        other.backup(tmp_path / "other")
        with pytest.raises(refusal):
            vault.restore(tmp_path / "other", erased=[OWNER])
    assert vault.open_text(sealed) == "向阳花"
    assert vault.erased() == set()
    with pytest.raises(FileNotFoundError):
        vault.restore(tmp_path / "missing", erased=[])


# -- the master key


def test_after_a_change_only_the_new_master_key_opens(vault: Vault, vault_url: str, tmp_path: Path) -> None:
    sealed, new = closed(vault), generate_master_key()
    vault.ensure(uuid4() for _ in range(1200))
    index = vault.blind_index("id_number", "x")
    vault.backup(tmp_path / "backup")
    vault.erase(OTHER)
    vault.rewrap(new)
    with pytest.raises(WrongMasterKey):
        opened(vault_url)
    changed = opened(vault_url, new)
    assert changed.open_text(sealed) == "向阳花"
    assert changed.blind_index("id_number", "x") == index
    assert changed.is_erased(OTHER)
    with pytest.raises(WrongMasterKey):
        changed.restore(tmp_path / "backup", [])
    changed.restore(tmp_path / "backup", [], master_key=MASTER)
    vault.ensure([uuid4()])
    changed.close()


def test_a_process_that_still_has_the_old_master_key_is_told_and_adds_nothing(
    vault: Vault, second_vault: Vault
) -> None:
    sealed = closed(vault)
    vault.rewrap(generate_master_key())
    with pytest.raises(WrongMasterKey):
        second_vault.open_text(sealed)
    with pytest.raises(WrongMasterKey):
        second_vault.ensure([uuid4()])
    with pytest.raises(WrongMasterKey):
        second_vault.rewrap(generate_master_key())


@pytest.mark.parametrize("writes", range(1, 9))
def test_a_change_of_the_master_key_cut_short_anywhere_goes_on(
    vault: Vault, vault_url: str, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = [uuid4() for _ in range(1200)]
    vault.ensure(owners)
    boxes = [closed(vault, "x", owner) for owner in owners]
    store, left, new = vault._keyring.store, writes, generate_master_key()
    transaction = store.transaction

    def dying(write: bool = False) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return transaction(write)

    with monkeypatch.context() as patch:
        patch.setattr(store, "transaction", dying)
        with suppress(KeyboardInterrupt):
            vault.rewrap(new)
    for master in (new, newer := generate_master_key()):
        half = opened(vault_url, new)
        assert {half.open_text(box) for box in boxes} == {"x"}
        half.ensure([uuid4()])
        half.rewrap(master)
        half.close()
    whole = opened(vault_url, newer)
    with whole._keyring.store.transaction() as reading:
        assert not reading.page("master")
        assert len({row.version for row in reading.every("owner")}) == 1
    assert {whole.open_text(box) for box in boxes} == {"x"}
    whole.close()
