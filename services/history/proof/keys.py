"""The private key that signs checkpoints (or witnesses them): a file of its owner's alone, one line, never logged.

The line is the one of C2SP's tools, PRIVATE+KEY+name+id+base64. Whoever has it can sign a false history for
those who have no witness: keep it, and its backups, apart from the log.
"""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path

from services.chassis.vault.master import sync_folder
from services.history.proof.note import ED25519, BadNote, Ed25519Signer, b64, unb64

_PREFIX = "PRIVATE+KEY+"


class UnusableKey(Exception):
    """The file is no key, is another's key, or is open to others."""


def load(path: Path, name: str, kind: int = ED25519) -> Ed25519Signer:
    """The key in the file; FileNotFoundError, UnusableKey."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if mode & 0o077:
            raise UnusableKey(f"{path} has mode {mode:04o}; chmod 600 it, and consider the key known: rotate")
        text = file.read(4096).strip()
    try:
        raw = unb64(text.removeprefix(_PREFIX).split("+", 2)[2])
    except (IndexError, BadNote) as error:
        raise UnusableKey(f"{path} holds no key") from error
    if len(raw) != 33 or raw[0] != kind:
        raise UnusableKey(f"{path} holds no key of this kind")
    signer = Ed25519Signer(name, raw[1:], kind)
    if text != _text(signer, raw):
        raise UnusableKey(f"{path} is the key of another name, or damaged")
    return signer


def make(path: Path, name: str, kind: int = ED25519) -> Ed25519Signer:
    """A new key in a new file of mode 0600; FileExistsError where there is one."""
    raw = bytes([kind]) + secrets.token_bytes(32)
    signer = Ed25519Signer(name, raw[1:], kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            file.write(_text(signer, raw) + "\n")
            file.flush()
            os.fsync(descriptor)
        os.link(temporary, path)  # never over the key that another process has just made
        sync_folder(path.parent)
    finally:
        os.unlink(temporary)
    return signer


def load_or_make(path: Path, name: str, kind: int = ED25519) -> Ed25519Signer:
    if not path.exists():
        try:
            return make(path, name, kind)
        except FileExistsError:
            pass  # another process was quicker
    return load(path, name, kind)


def _text(signer: Ed25519Signer, raw: bytes) -> str:
    verifier = signer.verifier
    return f"{_PREFIX}{verifier.name}+{verifier.id.hex()}+{b64(raw)}"
