"""What history keeps of its proofs was altered under it: it signs nothing more, says why, and ends nobody's process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.history.proof.signing import Inconsistent
from tests.history.test_proof_tampering import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, 300)
    made.checkpoints.sign()
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ("DELETE FROM proof_tiles WHERE source LIKE '%living'", "doudi rebuild history"),
        ("DELETE FROM proof_tiles WHERE source NOT LIKE '/%'", "a stored tree lacks"),
        ("UPDATE proof_checkpoints SET note = 'x'", "not as it was signed"),
        (
            "UPDATE proof_checkpoints SET note = replace(note, 'time 2026', 'time 2027')",
            "not as it was signed",
        ),
        ("DELETE FROM proof_checkpoints", "they are gone"),
        ("DELETE FROM proof_keys", "the keys that signed them are gone"),
        ("UPDATE proof_keys SET note = 'x', key = 'x'", "not as it was signed"),
    ],
)
def test_it_signs_nothing_more_and_says_why(town: Town, altered: str, why: str) -> None:
    town.sql(altered)
    for _ in range(2):
        town.live(7)
        town.clock.advance_to(town.clock.now() + timedelta(hours=3))
        assert town.checkpoints.advance() == 0
    assert any(why in one for one in [*town.trees.unready(), *town.checkpoints.unready()])


def test_a_tree_that_lost_a_part_is_made_anew_from_the_log_and_goes_on(town: Town) -> None:
    town.sql("DELETE FROM proof_tiles WHERE source LIKE '%living'")
    town.live(7)
    assert town.trees.unready()
    town.trees.rebuild()
    town.clock.advance_to(town.clock.now() + timedelta(hours=3))
    assert town.checkpoints.advance() == 1
    assert town.trees.unready() == town.checkpoints.unready() == []


def test_asked_to_sign_it_says_the_same(town: Town) -> None:
    town.sql("UPDATE proof_checkpoints SET note = replace(note, 'time 2026', 'time 2027')")
    town.live(7)
    with pytest.raises(Inconsistent, match="not as it was signed"):
        town.checkpoints.sign()
