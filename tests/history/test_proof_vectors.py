"""Trees and notes give what others' implementations give.

Roots and paths: the reference tests of certificate-transparency. Notes: golang.org/x/mod/sumdb/note, and the
examples in c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.history.proof import leaf
from services.history.proof.hashing import SHA256, LibraryHashing
from services.history.proof.note import (
    BadNote,
    Ed25519Signer,
    open_note,
    sign,
    split,
    unb64,
    verifier_of,
)
from services.history.proof.tree import Frontier, Tree
from services.history.proof.verify import consistent, included
from tests.history.tiles import MemoryTiles

LEAVES = [
    bytes.fromhex(one)
    for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETERS_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETERS_NOTE = (
    PETERS_TEXT
    + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def tree() -> Tree:
    made = Tree(MemoryTiles())
    made.append(SHA256.leaves(LEAVES))
    return made


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference(tree: Tree, size: int) -> None:
    frontier = Frontier()
    for one in LEAVES[:size]:
        frontier.add(SHA256.leaf(one))
    assert tree.root(size).hex() == frontier.root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_audit_paths_are_those_of_the_reference(tree: Tree, index: int, size: int) -> None:
    path = tree.inclusion(index, size)
    assert [one.hex() for one in path] == INCLUSION[index, size]
    assert included(SHA256.leaf(LEAVES[index]), index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_paths_are_those_of_the_reference(tree: Tree, first: int, second: int) -> None:
    path = tree.consistency(first, second)
    assert [one.hex() for one in path] == CONSISTENCY[first, second]
    assert consistent(first, second, path, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]))


def test_a_note_is_signed_byte_for_byte_as_others_sign_it() -> None:
    signer = Ed25519Signer("PeterNeumann", unb64(PETERS_SEED)[1:])
    assert signer.verifier.text == PETER
    assert sign(PETERS_TEXT, [signer]) == PETERS_NOTE
    assert open_note(PETERS_NOTE, [verifier_of(PETER)]).text == PETERS_TEXT


def test_the_example_of_another_library_opens() -> None:
    key = verifier_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    note = (
        "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
        "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert open_note(note, [key]).text == "This is an example message.\n"


def test_a_text_may_have_empty_lines() -> None:
    note = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
        "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+"
        "EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    text, [(name, id_, _)] = split(note)
    assert text.endswith("\n\ned è subito sera.\n")
    assert (name, id_.hex()) == ("quasimodo.example/salvatore", "367ba04b")


@pytest.mark.parametrize("at", range(len(PETER)))
def test_no_damaged_key_is_taken(at: int) -> None:
    with pytest.raises(BadNote):
        verifier_of(PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :])


@pytest.mark.parametrize(
    "damaged",
    [
        PETERS_NOTE.replace("cryptography", "cryptographY"),
        PETERS_NOTE[:-1],
        PETERS_NOTE.replace("\n\n", "\n"),
        PETERS_NOTE.replace("\u2014", "-"),
        PETERS_NOTE.replace("x08g", "x08h"),
        PETERS_NOTE.replace("JnAM=", "JnAN="),  # the same bytes in another base64
        PETERS_NOTE + "\n",
        PETERS_TEXT,
        "",
        "\n\n",
    ],
)
def test_no_damaged_note_is_believed(damaged: str) -> None:
    with pytest.raises(BadNote):
        open_note(damaged, [verifier_of(PETER)])


def test_another_hash_can_take_the_place() -> None:
    sm3 = LibraryHashing("sm3")
    tree = Tree(MemoryTiles(), hashing=sm3)
    tree.append(sm3.leaves(LEAVES))
    # GB/T 32905 gives SM3 of "abc", so that the library's is known to be the national one.
    assert sm3._new(b"abc").hexdigest() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert included(sm3.leaf(LEAVES[3]), 3, 8, tree.inclusion(3, 8), tree.root(), sm3)
    with pytest.raises(ValueError, match="32 bytes"):
        LibraryHashing("sha512")


def test_the_leaf_worked_in_the_documentation() -> None:
    """docs/proof.md: whoever makes leaves in another language starts from these bytes."""
    me = b"01931f0a-0000-7000-8000-000000000001"
    headers = {
        "id": me,
        "source": b"/431202/living",
        "type": b"service.DayClosed",
        "dataschema": b"service.DayClosed.1",
        "subject": b"service/living",
        "time": b"2026-01-01T16:00:00Z",
        "effective": b"2026-01-02",
        "recordedtime": b"2026-01-01T16:00:00.000001Z",
        "stream": b"01931f0a-0000-7000-8000-0000000000aa",
        "streamversion": b"1",
        "sequence": b"1",
        "concerns": b"",
        "known": b'{"/431202/registry":3}',
        "decision": me,
        "correlationid": me,
        "depth": b"0",
        "department": b"system",
        "traceparent": b"transport only",
    }
    value = b'{"day":"2026-01-01"}'
    made = leaf.of_message([(f"ce_{name}", raw) for name, raw in headers.items()], value).leaf
    page = (Path(__file__).parents[2] / "docs" / "proof.md").read_text(encoding="utf-8")
    assert len(made) == 428
    assert SHA256.leaf(made).hex() == "cf9a3ddefb48428ebd09b044454556a2cb0e5a512768b8b545a8ed6cc5c2163e"
    assert SHA256.leaf(made).hex() in page
    assert leaf.decode(made) == ({n: r.decode() for n, r in headers.items() if n != "traceparent"}, value)
