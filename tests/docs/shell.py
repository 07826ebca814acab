"""Runs the commands of a page as a newcomer types them; variables are kept from block to block."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.docs.pages import ROOT, Block

PATIENCE_SECONDS = 120.0


class Shell:
    """`folder` stands for the checkout; `instead` says what other texts stand for (ports that are taken)."""

    def __init__(self, folder: Path, instead: Mapping[str, str], **environment: str) -> None:
        self.folder = folder
        self._instead = instead
        self._kept: dict[str, str] = {}
        bin = folder / ".venv" / "bin"
        bin.mkdir(parents=True)
        (bin / "activate").write_text(f'PATH="{bin}:$PATH"\n')
        # What `make demo` would have installed.
        self._command(bin / "doudi", f'exec "{sys.executable}" -m services.cli "$@"')
        self._command(bin / "python", f'exec "{sys.executable}" "$@"')
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DOUDI_")}
        self._environment = clean | {"PYTHONPATH": str(ROOT), "PATH": f"{bin}:{os.environ['PATH']}"}
        self._environment |= environment

    def said(self, text: str) -> str:
        for old, new in self._instead.items():
            text = text.replace(old, new)
        return text

    def run(self, block: Block) -> str:
        """What a block prints; AssertionError, with the place on the page, if a command of it fails."""
        names = re.findall(r"^([A-Z]+)=", block.text, re.MULTILINE)
        keep = "".join(f"printf '%s' \"${name}\" > .kept.{name}\n" for name in names)
        script = f"set -euo pipefail\n{self.said(block.text)}{keep}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self._environment | self._kept,
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{script}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        for name in names:
            self._kept[name] = (self.folder / f".kept.{name}").read_text()
        return done.stdout

    @contextmanager
    def running(self, block: Block, output: Path) -> Iterator[subprocess.Popen[bytes]]:
        """A block that runs until stopped, while the context lasts; what it prints is added to `output`."""
        with output.open("ab") as file:
            # exec: the last command becomes the process that the signals reach.
            *first, last = self.said(block.text).strip().split("\n")
            assignments = re.match(r"(?:[A-Z_]+=\S+ )*", last)
            assert assignments is not None
            script = "\n".join([*first, f"{assignments[0]}exec {last[assignments.end() :]}"])
            process = subprocess.Popen(
                ["bash", "-c", script], cwd=self.folder, env=self._environment | self._kept,
                stdout=file, stderr=file,
            )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @staticmethod
    def _command(path: Path, line: str) -> None:
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
