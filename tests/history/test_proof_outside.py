"""What comes from outside is believed nothing: witnesses that are slow or answer anything, files edited by hand."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from services.history.proof.bundle import Unproven, check, prove, read
from services.history.proof.hashing import HASH_BYTES
from services.history.proof.note import COSIGNATURE, Ed25519Signer, b64, verifier_of
from services.history.proof.sending import Answer, Away, Witnesses, over_http
from services.history.proof.witness import Submission, Witness
from tests.history.logs import src
from tests.history.test_proof_tampering import ORIGIN, Town

HASH = b64(bytes(HASH_BYTES))
LARGE = f"{ORIGIN}\n9999999999999999999\n{HASH}\ntime 2026-11-24T00:00:00Z\n\n\u2014 x {HASH}\n"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, 30)
    made.checkpoints.sign()
    yield made
    made.database.close()


def witness(town: Town, name: str, seed: int) -> Witness:
    public = town.checkpoints.public_keys()
    assert public is not None
    signer = Ed25519Signer(name, bytes([seed] * 32), COSIGNATURE)
    return Witness(town.folder / name, [verifier_of(public.first)], signer, lambda: 1_800_000_000)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(cosignature="signed, believe me"),
        Answer(cosignature="\u2014 court.example AAAA\n"),
        Answer(cosignature=f"\u2014 court.example {HASH}\n\u2014 court.example {HASH}\n"),
        Answer(cosignature="\0"),
        Answer(slug="other-last", last="x\n\ny"),
        Answer(slug="other-last", last=LARGE),
        Answer(slug="x" * 1_000_000),
    ],
)
def test_a_witness_that_answers_anything_makes_history_unready_and_stops_nothing(
    town: Town, answer: Answer
) -> None:
    sending = Witnesses(town.checkpoints, [], {"court": lambda given: answer})
    for _ in range(2):
        assert sending.send_due() == 0
    [why] = sending.unready()
    assert why.startswith("witness court: ") and len(why) < 200


@contextmanager
def answering(pieces: Iterator[bytes]) -> Iterator[str]:
    """A server that sends these, one every tenth of a second, to whoever connects."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
                with connection:
                    for piece in pieces:
                        connection.sendall(piece)
                        time.sleep(0.1)
            except OSError:
                return

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def drops(head: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(600):
        yield b" "


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX:"]
)
def test_a_witness_that_never_comes_to_an_end_holds_nobody_up(town: Town, head: bytes) -> None:
    """By the same loop keys are destroyed and messages leave."""
    with answering(drops(head)) as url:
        sending = Witnesses(town.checkpoints, [town.folder / "drop"], {url: over_http(url, patience=0.5)})
        for handed in (1, 0):
            before = time.monotonic()
            assert sending.send_due() == handed
            assert time.monotonic() - before < 5
    assert sending.unready() == []


def test_what_is_no_answer_is_asked_again_later(town: Town) -> None:
    for told in (b"", b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe", b"HTTP/1.1 500 X\r\n\r\n[]", b"SSH-2.0\r\n"):
        with answering(iter([told])) as url, pytest.raises(Away):
            over_http(url, patience=2)(Submission(old=0, checkpoint="", path=(), head_path=(), sources={}))


def test_every_witness_that_is_named_must_have_signed_whatever_another_sends(town: Town) -> None:
    court, ministry = witness(town, "court", 1), witness(town, "ministry", 2)
    asked = {"court": lambda given: Answer(cosignature=court.add(given))}
    assert Witnesses(town.checkpoints, [], asked).send_due() == 1
    event = town.logs.of[src("living")][0].envelope.id
    proof, public = prove(town.trees, ORIGIN, event), town.checkpoints.public_keys()
    assert proof is not None and public is not None
    trusted = [verifier_of(public.first)]
    spoilt = proof.model_copy(update={"cosignatures": ("anything", *proof.cosignatures)})
    for one in (proof, spoilt):
        assert check(one, trusted, [court.signer.verifier]).witnesses == ("court",)
        with pytest.raises(Unproven, match="ministry"):
            check(one, trusted, [court.signer.verifier, ministry.signer.verifier])


def test_a_folder_that_cannot_be_written_and_a_checkpoint_that_is_gone_make_history_unready(
    town: Town,
) -> None:
    (town.folder / "file").touch()
    sending = Witnesses(town.checkpoints, [town.folder / "file", town.folder / "drop"])
    assert sending.send_due() == 1
    [why] = sending.unready()
    assert "file" in why
    town.live(3)
    town.checkpoints.sign()
    town.sql("DELETE FROM proof_checkpoints WHERE size = 1")
    other = Witnesses(town.checkpoints, [town.folder / "other"])
    assert other.send_due() == 0 and "checkpoint 1 is missing here" in other.unready()[0]


def test_a_file_in_which_not_every_word_counts_is_no_proof(town: Town) -> None:
    proof = prove(town.trees, ORIGIN, town.logs.of[src("living")][0].envelope.id)
    assert proof is not None
    text = proof.model_dump_json()
    assert read(text) == proof == read(json.dumps(json.loads(text), indent=4))
    twice = text.replace("{", '{"leaf": "of another event", ', 1)
    for edited in (twice, "[" * 100_000, text.replace('"keys":[]', '"keys":{}'), "\ufeff" + text):
        with pytest.raises(ValueError):  # noqa: PT011  # of JSON, of the schema, ours
            read(edited)
