"""The master key: 32 random bytes that wrap every key of the vault, kept in a file only its owner reads.

The file holds the key as base64 on one line, so that the same text can stand in an environment variable.
Whoever has both this key and the vault's database can open everything: keep them, and their backups, apart.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
import tempfile
from pathlib import Path

from services.chassis.vault.cipher import KEY_BYTES, new_secret
from services.chassis.vault.errors import OpenToOthers, WrongMasterKey


def generate_master_key() -> bytes:
    """32 random bytes."""
    return new_secret()


def encode_master_key(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def decode_master_key(text: str) -> bytes:
    """The key from its text; WrongMasterKey where the text is no key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as unreadable:
        raise WrongMasterKey("the master key is not base64") from unreadable
    if len(key) != KEY_BYTES:
        raise WrongMasterKey(f"the master key has {len(key)} bytes, not {KEY_BYTES}")
    return key


def load_master_key(path: str | Path, create: bool = True) -> bytes:
    """The key in the file, made there if it is missing and `create`.

    FileNotFoundError without `create`; OpenToOthers where group or world have any right on the file.
    """
    path = Path(path)
    if create and not path.exists():
        _make(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with open(descriptor, encoding="ascii", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if mode & 0o077:
            raise OpenToOthers(f"{path} has mode {mode:04o}; chmod 600 it, and consider the key known")
        return decode_master_key(file.read(1024))


def _make(path: Path) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            os.fchmod(descriptor, 0o600)
            file.write(encode_master_key(generate_master_key()) + "\n")
            file.flush()
            os.fsync(descriptor)
        try:
            # A link, not a rename: a rename would replace the key that another process just made and used.
            os.link(temporary, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        os.unlink(temporary)


def sync_folder(folder: Path) -> None:
    """Makes names created in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
