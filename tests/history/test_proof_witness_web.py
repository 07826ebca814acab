"""A witness over HTTP answers by status, and believes nothing malformed."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from services.history.proof.note import COSIGNATURE, Ed25519Signer, open_note, verifier_of
from services.history.proof.signing import public_keys
from services.history.proof.witness import Witness, submission
from services.history.proof.witness_web import witness_app
from tests.history.test_proof_tampering import ORIGIN, Town


def test_a_checkpoint_is_signed_once_and_others_are_refused(tmp_path: Path) -> None:
    town = Town(tmp_path, 30)
    note = town.checkpoints.sign()
    assert note is not None
    with town.trees.reading() as snapshot:
        found = public_keys(snapshot.session, ORIGIN)
        given = submission(snapshot, note, None, ()).model_dump()
    assert found is not None
    signer = Ed25519Signer("court.example", bytes(31) + b"\1", COSIGNATURE)
    witness = Witness(tmp_path / "w", [verifier_of(found.first)], signer, lambda: 1_800_000_000)
    client = TestClient(witness_app(witness))
    assert client.get("/checkpoints", params={"origin": ORIGIN}).status_code == 404
    assert client.post("/checkpoints", content=b"{").status_code == 400
    assert client.post("/checkpoints", content=b"x" * (2 << 20)).status_code == 413
    assert client.post("/checkpoints", json=given | {"checkpoint": "x"}).status_code == 400
    other = note.replace(ORIGIN, "doudi/430000")
    assert client.post("/checkpoints", json=given | {"checkpoint": other}).status_code == 404
    later = note.replace("time 2026", "time 2027")
    assert client.post("/checkpoints", json=given | {"checkpoint": later}).status_code == 403
    assert client.post("/checkpoints", json=given | {"sources": {}}).status_code == 422
    answer = client.post("/checkpoints", json=given)
    assert answer.status_code == 200
    assert open_note(note + answer.json()["cosignature"], [verifier_of(client.get("/key").text)])
    again = client.post("/checkpoints", json=given)
    assert (again.status_code, again.json()["last"]) == (409, note)
    assert client.get("/checkpoints", params={"origin": ORIGIN}).text == note
    town.database.close()
