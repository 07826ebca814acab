"""What the vault refuses, by name. No message carries a key, a text or a box."""

from __future__ import annotations

from uuid import UUID


class VaultError(Exception):
    """The vault refuses."""


class NoKey(VaultError):
    """No key was ever made for this name: whoever closes a text calls `ensure` first."""


class Erased(VaultError):
    """The key of this person or household was destroyed, and there will never be another."""

    def __init__(self, owner: UUID) -> None:
        super().__init__(f"{owner} was erased")
        self.owner = owner


class Tampered(VaultError):
    """A box, or a row of the vault, is not what was closed: altered, moved or cut."""


class WrongMasterKey(VaultError):
    """The vault is wrapped by another master key."""


class OpenToOthers(VaultError):
    """The file of the master key can be read by others than its owner."""


class NotEntitled(VaultError):
    """This reader is not in the audience."""


class VaultDiffers(VaultError):
    """A backup is not of this vault, or holds another key for somebody than it does."""
