"""What goes wrong in an analyst's own file, or on the way out, is said in a sentence, and nothing is lost by it."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.history.library import History
from services.history.replay import running
from services.history.replay.failing import FoldFailed
from services.history.replay.projection import BadProjection, fold_of, load
from services.history.replay.result import CannotWrite
from tests.history.lake.days import district, household_of

HERE = Path(__file__).parent
FOLD = HERE / "folds.py"


@pytest.mark.parametrize("text", ["x = 1", "def initial(): ...", "initial = {}\ndef evolve(s, f): ...",
    "def initial(): ...\ndef evolve(s, f): ...\nKEY = 'name'",
    "def initial(): ...\ndef evolve(s, f): ...\nCOLUMNS = ('nothing',)", "def initial(: ...", "import nothing_such",
    "def initial(): ...\ndef evolve(s): ..."])  # fmt: skip
def test_a_file_that_is_no_fold_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "fold.py").write_text(text)
    with pytest.raises(BadProjection):
        load(str(tmp_path / "fold.py"))


def test_a_fold_that_fails_says_so_and_leaves_no_part_half_written(history: History, tmp_path: Path) -> None:
    shutil.copy(FOLD, tmp_path / "bad.py")
    with (tmp_path / "bad.py").open("a") as file:
        file.write("\n\ndef result(state):\n    raise LookupError('here')\n")
    with pytest.raises(FoldFailed, match=r"bad\.py, line 20 at household .*: LookupError: here"):
        history.run(tmp_path / "bad.py", work=tmp_path / "work", processes=2)
    assert not list((tmp_path / "work").glob("*.new"))


def test_in_another_process_a_fold_that_fails_says_the_same(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SOON", 0)
    monkeypatch.setattr(running, "WORTH", 0)
    monkeypatch.setattr(running, "SHARES", 1)
    elsewhere = "import multiprocessing, os\nKEY = 'household'\ndef initial(): return 0\n"
    elsewhere += "def evolve(s, f): return s if multiprocessing.parent_process() is None else "
    (tmp_path / "bad.py").write_text(f"{elsewhere}1 / s\n", encoding="utf-8")
    with pytest.raises(FoldFailed, match=r"bad\.py, line 4 at household .*: ZeroDivisionError"):
        history.run(tmp_path / "bad.py", processes=2)
    (tmp_path / "bad.py").write_text(f"{elsewhere}os._exit(9)\n", encoding="utf-8")
    with pytest.raises(FoldFailed, match="a process ended before it was done"):
        history.run(tmp_path / "bad.py", processes=2)


def test_a_fold_is_not_given_less_than_it_asks_for(history: History, tmp_path: Path) -> None:
    """A field that it does not name, a type that there is not: each would be a sum of nothing, and nobody told."""
    (tmp_path / "less.py").write_text(
        "KEY = 'household'\nCOLUMNS = ('month',)\ndef initial(): return 0\n"
        "def evolve(s, f): return s + (f.amount_fen or 0)\n",
        encoding="utf-8",
    )
    with pytest.raises(FoldFailed, match=r"line 4 .*COLUMNS does not name 'amount_fen'"):
        history.run(tmp_path / "less.py", processes=1)
    misspelt = fold_of(
        {"initial": int, "evolve": lambda s, f: s + 1, "TYPES": ("assistance.MonthGrante",)},
        name="x",
        digest="",
    )
    for ask in (lambda: history.run(misspelt), lambda: history.state(household_of(district(), 0), misspelt)):
        with pytest.raises(BadProjection, match="no type assistance"):
            ask()


def test_what_fits_no_table_is_named_by_its_column(history: History) -> None:
    odd = fold_of(
        {"initial": object, "evolve": lambda s, f: s, "result": lambda s: {"it": s}}, name="x", digest=""
    )
    with pytest.raises(FoldFailed, match="column it fits no table"):
        history.run(odd)


@contextmanager
def full_disk(bytes_: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# What openpyxl had begun, its own destructors complain of.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.xlsx"])
def test_on_a_full_disk_what_was_there_before_is_still_there(
    history: History, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(b"last month's")
    with history.run("timelines") as found:
        with full_disk(1000), pytest.raises(CannotWrite, match=name):
            found.write(tmp_path / name)
        assert (tmp_path / name).read_bytes() == b"last month's" and not list(tmp_path.glob(".*.new"))
        found.write(tmp_path / name)
        assert len((tmp_path / name).read_bytes()) > 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "nowhere/out.csv"), "cannot be written"),
        (("--out", "nowhere/out.xlsx"), "cannot be written"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "--from is after --to"),
        (("--where", "nothing = 1"), "nothing"),
        (("--work", "/proc/doudi"), "/proc/doudi"),
    ],
)
def test_the_command_refuses_in_a_sentence(history: History, words: tuple[str, ...], said: str) -> None:
    asked = ["replay", str(FOLD), "--source", str(history.lake.folder), *words]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 2 and said in told.stderr and "Traceback" not in told.output


OF_ITS_OWN = """
from dataclasses import dataclass, field

@dataclass
class Counted:
    facts: int = 0
    types: set = field(default_factory=set)

def initial(): return Counted()

def evolve(state, fact):
    state.facts += 1
    state.types.add(fact.type)
    return state

def result(state): return {"facts": state.facts, "types": len(state.types)}
"""


def test_a_state_of_a_class_of_the_file_is_kept_and_gone_on_with(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SAVED_EVERY", 25)
    (tmp_path / "counted.py").write_text(OF_ITS_OWN, encoding="utf-8")
    again: list[int] = []

    def stop(reached: int, of: int) -> None:
        if reached == 75:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.run(tmp_path / "counted.py", work=tmp_path / "work", progress=stop)
    with (
        history.run(
            tmp_path / "counted.py", work=tmp_path / "work", progress=lambda now, of: again.append(now)
        ) as found,
        history.run(tmp_path / "counted.py") as fresh,
    ):
        assert [*found.rows()] == [*fresh.rows()] and again[0] == 75


def test_a_state_that_cannot_be_kept_is_told_at_once_and_only_where_it_would_be_kept(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "SAVED_EVERY", 25)
    text = "def initial(): return [lambda: 0, 0]\ndef evolve(s, f): return [s[0], s[1] + 1]\ndef result(s): return s[1]\n"
    (tmp_path / "odd.py").write_text(text, encoding="utf-8")
    with history.run(tmp_path / "odd.py") as found:
        assert [*found.rows()] == [{"value": history.manifest.events}]
    done: list[int] = []
    with pytest.raises(FoldFailed, match="cannot be kept"):
        history.run(tmp_path / "odd.py", work=tmp_path / "work", progress=lambda now, of: done.append(now))
    assert done == [0]
