"""The generator writes what is new, refuses what breaks, and leaves older versions as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field

from events.base import CATALOGUE, Event, Lift, upcast
from events.contracting import __main__ as command
from events.contracting import writing
from events.contracting.samples import SampleMissing
from tests.events.shapes import Fields, fact, language

FIRST: Fields = {"amount_fen": (int, ...), "reason": (str, ...)}
Generate = Callable[..., int]


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with language():
        yield


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generate:
    """`make contracts` for a language of these facts only."""

    def run(*types: type[Event], check: bool = False) -> int:
        monkeypatch.setattr(writing, "facts", lambda: {one.SCHEMA: one for one in types})
        return command.main(["--folder", str(tmp_path), *(["--check"] if check else [])])

    return run


def state(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.*"))}


def changed(fields: Fields, **marks: Any) -> type[Event]:
    """The same fact after somebody has edited it."""
    CATALOGUE.pop("registry.Granted.1", None)
    return fact(fields, **marks)


def test_a_new_fact_gets_its_contract_once(generate: Generate, tmp_path: Path) -> None:
    granted = fact(FIRST)
    assert generate(granted, check=True) == 1, "nothing is committed yet"
    assert state(tmp_path) == {}, "checking writes nothing"
    assert generate(granted) == 0
    assert set(state(tmp_path)) == {
        "asyncapi.yaml",
        "examples/registry.Granted.1.json",
        "schemas/registry.Granted.1.json",
    }
    before = state(tmp_path)
    assert generate(granted, check=True) == 0
    assert generate(granted) == 0
    assert state(tmp_path) == before


def test_what_breaks_nobody_is_written(generate: Generate, tmp_path: Path) -> None:
    generate(fact(FIRST))
    more = changed({**FIRST, "months": (int, 1)})
    assert generate(more, check=True) == 1
    assert generate(more) == 0
    assert "months" in state(tmp_path)["schemas/registry.Granted.1.json"]


@pytest.mark.parametrize(
    ("fields", "marks", "said"),
    [
        ({"reason": (str, ...)}, {}, "field `amount_fen`: field removed"),
        ({**FIRST, "months": (int, ...)}, {}, "field `months`: new required field"),
        ({**FIRST, "amount_fen": (str, ...)}, {}, "field `amount_fen`: type changed"),
        (FIRST, {"restricted": True}, "restricted changed"),
        (FIRST, {"name": "Allowed"}, "registry.Granted.1: version lost"),
        (FIRST, {"version": 2}, "registry.Granted.1: version lost"),
    ],
)
def test_what_breaks_somebody_is_refused_and_nothing_written(
    generate: Generate,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    fields: Fields,
    marks: dict[str, Any],
    said: str,
) -> None:
    generate(fact(FIRST))
    before = state(tmp_path)
    broken = changed(fields, **marks)
    for check in (True, False):
        assert generate(broken, check=check) == 1
        error = capsys.readouterr().err
        assert said in error
        assert "Raise the version" in error
        assert "upcaster" in error
    assert state(tmp_path) == before


def whole_yuan(fen: int) -> int:
    if fen % 100:
        raise ValueError("no whole yuan")
    return fen


def test_a_rule_that_no_schema_shows_is_noticed_at_the_golden_example(
    generate: Generate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(fact({"fen": (int, Field(examples=[12345]))}))
    stricter = changed({"fen": (Annotated[int, AfterValidator(whole_yuan)], Field(examples=[12300]))})
    assert generate(stricter) == 1
    assert "field `fen`: golden example unread: Value error, no whole yuan" in capsys.readouterr().err


def test_a_fact_that_no_topic_carries_is_refused(
    generate: Generate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(fact(FIRST, room="nowhere")) == 1
    assert "nowhere.Granted.1: no topic" in capsys.readouterr().err


def test_a_field_for_which_no_sample_fits_is_told_of(generate: Generate) -> None:
    pattern = "^[A-Z]{3}-[0-9]{7}$"
    with pytest.raises(SampleMissing, match=r"code.*examples"):
        generate(fact({"code": (str, Field(pattern=pattern))}))
    assert generate(changed({"code": (str, Field(pattern=pattern, examples=["ABC-1234567"]))})) == 0


def test_a_new_version_leaves_the_old_ones_files_alone(generate: Generate, tmp_path: Path) -> None:
    generate(fact(FIRST))
    before = state(tmp_path)

    @upcast("registry.Granted.1", to="registry.Granted.2")
    def with_months(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "months": 1}

    second = changed({**FIRST, "months": (int, ...)}, version=2)
    assert generate(second) == 0
    after = state(tmp_path)
    for room in ("schemas", "examples"):
        name = f"{room}/registry.Granted.1.json"
        assert after[name] == before[name]
        assert f"{room}/registry.Granted.2.json" in after
    assert "registry.Granted.1" in after["asyncapi.yaml"], "the topic holds it for ever"
    assert "registry.Granted.2" in after["asyncapi.yaml"]


@pytest.mark.parametrize(
    "step",
    [
        lambda data: {**data, "amount_fen": "much"},
        lambda data: {"reason": data["reason"]},
        lambda data: {**data, "amount_fen": data["yuan"] * 100},
        lambda data: None,
    ],
    ids=["another type", "a field missing", "a field that was never there", "nothing"],
)
def test_an_upcaster_that_does_not_lift_the_golden_example_is_refused(
    generate: Generate, capsys: pytest.CaptureFixture[str], step: Lift
) -> None:
    generate(fact(FIRST))
    upcast("registry.Granted.1", to="registry.Granted.2")(step)
    assert generate(changed(FIRST, version=2)) == 1
    assert "registry.Granted.1" in (said := capsys.readouterr().err)
    assert "golden example unread" in said


def test_upcasters_in_a_circle_are_told_of(generate: Generate, capsys: pytest.CaptureFixture[str]) -> None:
    upcast("registry.Granted.1", to="registry.Granted.2")(lambda data: data)
    upcast("registry.Granted.2", to="registry.Granted.1")(lambda data: data)
    assert generate(fact(FIRST, version=3)) == 1
    assert "circle" in capsys.readouterr().err


def test_a_deleted_contract_of_an_old_version_is_noticed(
    generate: Generate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(fact(FIRST))
    upcast("registry.Granted.1", to="registry.Granted.2")(dict)
    second = changed(FIRST, version=2)
    assert generate(second) == 0
    for room in ("schemas", "examples"):
        place = tmp_path / room / "registry.Granted.1.json"
        text = place.read_text()
        place.unlink()
        assert generate(second, check=True) == 1
        assert f"{room}/registry.Granted.1.json" in capsys.readouterr().err
        place.write_text(text)
    assert generate(second, check=True) == 0


def test_an_edited_file_is_noticed(generate: Generate, tmp_path: Path) -> None:
    granted = fact(FIRST)
    generate(granted)
    place = tmp_path / "examples/registry.Granted.1.json"
    example = json.loads(place.read_text())
    example["value"]["reason"] = "edited"
    place.write_text(json.dumps(example))
    assert generate(granted, check=True) == 1
