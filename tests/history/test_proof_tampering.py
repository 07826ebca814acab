"""Whatever is altered behind a signed checkpoint is found: bytes, order, number, keys."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from events.service import DayClosed
from services.chassis.clock import SimulatedClock
from services.chassis.codec import encode_state, to_headers
from services.chassis.database import SqliteDatabase
from services.history.district_log import DistrictLog
from services.history.proof import keys, leaf
from services.history.proof.auditing import compute, district_log, stored_tree, verdict
from services.history.proof.bundle import Proof, Unproven, check, prove
from services.history.proof.hashing import SHA256
from services.history.proof.keeping import ProofTrees
from services.history.proof.note import COSIGNATURE, Ed25519Signer, split, verifier_of
from services.history.proof.sending import Answer, Away, Witnesses
from services.history.proof.signing import Checkpoints, Inconsistent
from services.history.proof.witness import Refused, Submission, Witness
from tests.history.logs import Logs, src

EVENTS = 700
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ORIGIN = "doudi/431202"


class Town:
    """A log of two services, kept, proven and signed."""

    def __init__(self, folder: Path, events: int = EVENTS) -> None:
        self.folder = folder
        self.logs = Logs()
        self.clock = SimulatedClock(NOW)
        self.database = SqliteDatabase(str(folder / "history.db"))
        self.log = DistrictLog(self.database, [src("registry"), src("living")], self.clock)
        self.checkpoints = self.another()
        self.trees = self.checkpoints.trees
        self.live(events)

    def another(self) -> Checkpoints:
        trees = ProofTrees(self.log)
        return Checkpoints(trees, ORIGIN, self.clock, self.folder / "checkpoint.key", 60)

    def live(self, events: int) -> None:
        for number in range(events):
            name = "living" if number % 3 else "registry"
            self.logs.record(name, self.logs.own(), DayClosed(day=date(2026, 1, 1 + number % 28)))
        self.log.pump(self.logs.feeds())
        self.trees.advance()

    def lines(self, name: str = "living") -> list[leaf.Line]:
        return [leaf.of_state(encode_state(e.envelope, e.data)) for e in self.logs.of[src(name)]]

    def judged(self, lines: Sequence[leaf.Line], name: str = "living") -> str:
        """What an audit says of a place that holds these lines."""
        with self.trees.reading() as snapshot:
            size = snapshot.sizes[src(name)]
            tree = stored_tree(snapshot, src(name), [size])
            return verdict(compute("here", src(name), iter(lines), snapshot, [size]), tree, size, {})

    def sql(self, statement: str, values: Sequence[object] = ()) -> None:
        with sqlite3.connect(self.folder / "history.db") as connection:
            connection.execute(statement, tuple(values))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.database.close()


def detected(stored: bytes, original: leaf.Line, read: Callable[[bytes], leaf.Line] = leaf.of_state) -> bool:
    try:
        return SHA256.leaf(read(stored).leaf) != SHA256.leaf(original.leaf)
    except leaf.Altered:
        return True


def test_the_leaf_is_the_same_from_the_store_the_log_and_the_topic(town: Town) -> None:
    entries = town.logs.of[src("living")]
    from_topic = [leaf.of_message(to_headers(e.envelope), e.data) for e in entries]
    with town.trees.reading() as snapshot:
        assert town.lines() == from_topic == list(district_log(snapshot, src("living")))
    assert leaf.decode(from_topic[0].leaf)[1] == entries[0].data
    assert town.judged(from_topic) == ""


def test_a_random_byte_of_every_event_is_found(town: Town) -> None:
    chance = random.Random(4)
    for entry, line in zip(town.logs.of[src("living")], town.lines(), strict=True):
        state = bytearray(encode_state(entry.envelope, entry.data))
        at = chance.randrange(len(state))
        state[at] ^= chance.randrange(1, 256)
        assert detected(bytes(state), line), (at, bytes(state))


@pytest.mark.prove
def test_a_random_byte_of_ten_thousand_events_is_found(tmp_path: Path) -> None:
    town = Town(tmp_path, 15_000)
    test_a_random_byte_of_every_event_is_found(town)
    town.database.close()


def test_every_byte_of_twenty_events_is_found(town: Town) -> None:
    for entry, line in list(zip(town.logs.of[src("living")], town.lines(), strict=True))[:20]:
        state = encode_state(entry.envelope, entry.data)
        for at in range(len(state)):
            for flip in (0x01, 0x20, 0x80):
                altered = state[:at] + bytes([state[at] ^ flip]) + state[at + 1 :]
                assert detected(altered, line), altered


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: lines[:100] + lines[101:],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:50], lines[51], lines[50], *lines[52:]],
        lambda lines: [*lines[:50], lines[49], *lines[50:]],
        lambda lines: [],
    ],
    ids=["deletion", "truncation", "swap", "insertion", "nothing"],
)
def test_what_is_missing_moved_or_added_is_found(
    town: Town, alter: Callable[[list[leaf.Line]], list[leaf.Line]]
) -> None:
    assert town.judged(town.lines()) == ""
    assert town.judged(alter(town.lines())) != ""


def test_a_cut_off_tree_follows_the_log_and_is_rebuilt_equal(town: Town) -> None:
    with town.trees.reading() as snapshot:
        before = snapshot.session.execute("SELECT * FROM proof_tiles ORDER BY source, level, number")
    assert town.another().trees.advance() == 0
    town.trees.rebuild()
    with town.trees.reading() as snapshot:
        assert before == snapshot.session.execute("SELECT * FROM proof_tiles ORDER BY source, level, number")


def test_a_log_altered_behind_a_checkpoint_is_never_signed(town: Town) -> None:
    assert town.checkpoints.advance() == 1
    town.sql("UPDATE district_log SET data = ? WHERE position = 3", [b'{"day":"2020-01-01"}'])
    town.trees.rebuild()
    town.live(3)
    with pytest.raises(Inconsistent, match="does not continue"):
        town.checkpoints.sign()


def test_an_altered_row_of_the_log_stops_the_trees(town: Town) -> None:
    town.sql("UPDATE district_log SET sequence = 100000 WHERE position = 3")
    town.trees.rebuild()
    assert "columns" in town.trees.unready()[0]


def test_a_proof_holds_offline_and_nothing_altered_does(town: Town) -> None:
    town.checkpoints.sign()
    found = town.checkpoints.public_keys()
    assert found is not None
    trusted = [verifier_of(found.first)]
    entry = town.logs.of[src("living")][300]
    proof = prove(town.trees, ORIGIN, entry.envelope.id)
    assert proof is not None
    proven = check(proof, trusted)
    assert (proven.event, proven.sequence, proven.data) == (entry.envelope.id, 301, entry.data)
    other = prove(town.trees, ORIGIN, town.logs.of[src("living")][301].envelope.id)
    assert other is not None
    forged = [
        proof.model_copy(update={"leaf": other.leaf}),
        proof.model_copy(update={"path": other.path}),
        proof.model_copy(update={"path": proof.path[:-1]}),
        proof.model_copy(update={"head_path": proof.path}),
        proof.model_copy(update={"checkpoint": proof.checkpoint.replace("living", "livinh")}),
    ]
    for one in forged:
        with pytest.raises(Unproven):
            check(one, trusted)
    stranger = Ed25519Signer(ORIGIN, bytes(32)).verifier
    with pytest.raises(Unproven):
        check(proof, [stranger])


def test_old_checkpoints_hold_after_a_change_of_keys_and_new_ones_follow_it(town: Town) -> None:
    town.checkpoints.sign()
    first = town.checkpoints.public_keys()
    assert first is not None
    trusted, event = [verifier_of(first.first)], town.logs.of[src("living")][5].envelope.id
    old = prove(town.trees, ORIGIN, event)
    town.checkpoints.rotate()
    town.live(5)
    town.checkpoints.sign()
    new = prove(town.trees, ORIGIN, event)
    assert old is not None and new is not None
    assert (check(old, trusted).checkpoint, check(new, trusted).checkpoint) == (1, 2)
    with pytest.raises(Unproven):
        check(Proof(**{**new.model_dump(), "keys": ()}), trusted)


def test_a_replaced_key_signs_nothing(town: Town) -> None:
    town.checkpoints.sign()
    file = town.folder / "checkpoint.key"
    file.unlink()
    keys.make(file, ORIGIN)
    town.live(3)
    with pytest.raises(Inconsistent, match="not the key"):
        town.checkpoints.sign()
    file.unlink()
    with pytest.raises(FileNotFoundError):
        town.checkpoints.sign()
    assert town.checkpoints.advance() == 0


def test_a_witness_follows_the_district_and_refuses_another_history(tmp_path: Path) -> None:
    for name in ("a", "b", "witness"):
        (tmp_path / name).mkdir()
    town = Town(tmp_path / "a")
    town.checkpoints.sign()
    found = town.checkpoints.public_keys()
    assert found is not None
    signer = Ed25519Signer("witness", bytes(31) + b"\7", COSIGNATURE)
    witness = Witness(tmp_path / "witness", [verifier_of(found.first)], signer, lambda: 1_800_000_000)
    asked: list[Submission] = []

    def ask(given: Submission) -> Answer:
        asked.append(given)
        try:
            return Answer(cosignature=witness.add(given))
        except Refused as refused:
            return Answer(slug=refused.slug, last=refused.last)

    def away(given: Submission) -> Answer:
        raise Away("closed")

    sending = Witnesses(town.checkpoints, [tmp_path / "drop"], {"w": ask, "away": away})
    assert sending.send_due() == 2
    assert sending.send_due() == 0
    town.checkpoints.rotate()
    town.live(40)
    town.checkpoints.sign()
    assert sending.send_due() == 2
    assert [file.name for file in sorted((tmp_path / "drop").iterdir())] == [
        "0000000001.json",
        "0000000002.json",
    ]
    proof = prove(town.trees, ORIGIN, town.logs.of[src("living")][0].envelope.id)
    assert proof is not None
    assert check(proof, [verifier_of(found.first)], [signer.verifier]).witnesses == ("witness",)
    assert split(witness.last(ORIGIN) or "")[0].startswith("doudi/431202\n2\n")

    # The same key signs another history of the same size: the witness keeps what it has.
    (tmp_path / "b" / "checkpoint.key").write_bytes((tmp_path / "a" / "checkpoint.key").read_bytes())
    (tmp_path / "b" / "checkpoint.key").chmod(0o600)
    other = Town(tmp_path / "b", 900)
    for _ in range(3):
        other.checkpoints.sign()
        other.live(1)
    second = Witnesses(other.checkpoints, [], {"w": ask})
    assert second.send_due() == 0
    assert second.unready()
    with pytest.raises(Refused) as refused:
        witness.add(asked[-1].model_copy(update={"path": asked[-2].head_path, "old": 2}))
    assert refused.value.slug in ("not-signed", "inconsistent", "other-last")
    assert split(witness.last(ORIGIN) or "")[0].startswith("doudi/431202\n2\n")
    town.database.close()
    other.database.close()
