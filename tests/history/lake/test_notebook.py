"""The notebook of the docs runs from its first cell to its last."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from services.history.lake.folder import Lake, Line

ROOT = Path(__file__).parents[3]


def test_the_notebook_runs(lake: Lake, lines: list[Line], monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append(iter(lines))
    monkeypatch.setenv("DOUDI_HISTORY", str(lake.folder))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "docs" / "notebooks" / "replay.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = "".join(str(cell.get("outputs", "")) for cell in notebook.cells)
    assert "illustrative_fen" in shown and "assistance.MonthGranted" in shown
