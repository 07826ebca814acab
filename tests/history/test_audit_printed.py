"""A reconstruction on paper: it says what the JSON says, in Chinese that can be read and searched."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.history.audit.printed import BLANK, content, to_pdf
from services.history.audit.verdict import OUTCOME_WORDS, Outcome, Reconstruction
from tests.history.audited import World


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Reconstruction:
    world = World(tmp_path_factory.mktemp("world"))
    try:
        one = world.auditor.reconstruct(world.decision())
        return one.model_copy(update={"recordedtime": one.recordedtime.replace(microsecond=17)})
    finally:
        world.close()


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_it_says_every_check_every_input_and_every_step_of_the_arithmetic(found: Reconstruction) -> None:
    said = text_of(to_pdf(found))
    for part in found.parts:
        assert part.zh.replace(" ", "") in said
        assert all(check.zh.replace(" ", "") in said for check in part.checks)
    assert all(one.name in said for one in found.inputs if one.name != "decision_day") and "决定日" in said
    assert all(one.name in said for one in found.arithmetic)
    words = (OUTCOME_WORDS[Outcome.KEPT], OUTCOME_WORDS[Outcome.OPEN])
    assert all(word in said for word in (*words, "534.00", "Illustrative"))
    assert BLANK not in said
    assert "最低生活保障：确认给予" in said and '{"' not in said, "in words, not in codes"


def test_the_same_reconstruction_gives_the_same_bytes(found: Reconstruction) -> None:
    assert to_pdf(found) == to_pdf(Reconstruction.model_validate_json(found.model_dump_json()))


def test_a_character_beyond_the_font_is_marked_and_never_left_out_in_silence(found: Reconstruction) -> None:
    rare = found.model_copy(update={"zh": "含𰻝字"})
    assert f"含{BLANK}字" in text_of(to_pdf(rare))
    assert "𰻝" in str(content(rare)["verdict"])


def test_the_file_stands_by_itself(found: Reconstruction, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(to_pdf(found))
    reader = PdfReader(file)
    assert reader.metadata is not None and reader.metadata.title == "决定复原报告 Reconstruction"
    assert b"pdfaid" in file.read_bytes()
