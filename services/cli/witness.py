"""`doudi witness`: keep the last checkpoint of a district outside of it, and sign only what continues it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError

from services.history.proof import keys
from services.history.proof.note import COSIGNATURE, BadNote, good_name
from services.history.proof.witness import Refused, Submission, Witness, trusted_in
from services.history.proof.witness_web import witness_app


def register(app: typer.Typer) -> None:
    app.command()(witness)


def witness(
    trust: Annotated[
        list[str], typer.Option(help="first public key of a district, name+id+base64; may be repeated")
    ],
    state: Annotated[Path, typer.Option(help="folder of this witness: its key, and what it has seen")],
    name: Annotated[str, typer.Option(help="name under which it signs")] = "doudi-witness",
    listen: Annotated[str | None, typer.Option(help="HOST:PORT to be asked at over HTTP")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="look through a folder of dropped checkpoints instead", exists=True)
    ] = None,
) -> None:
    """Witness checkpoints: over HTTP until stopped, or once through a folder (status 1 if one is refused).

    It runs where the district's operator has no access, and needs nothing of the district but its key.
    """
    if (listen is None) == (folder is None) or not good_name(name):
        _fail("give --listen or --folder, and a --name without spaces and plus signs")
    try:
        trusted = trusted_in(trust)
        state.mkdir(parents=True, exist_ok=True)
        signer = keys.load_or_make(state / "witness.key", name, COSIGNATURE)
    except (BadNote, keys.UnusableKey) as error:
        _fail(str(error))
    one = Witness(state, trusted, signer, lambda: int(time.time()))
    typer.echo(f"public key: {signer.verifier.text}")
    if folder is not None:
        raise typer.Exit(_look_through(one, folder))
    host, _, port = (listen or "").rpartition(":")
    if not port.isdigit():
        _fail("--listen takes HOST:PORT")
    uvicorn.run(witness_app(one), host=host.strip("[]"), port=int(port), log_config=None, access_log=False)


def _look_through(one: Witness, folder: Path) -> int:
    """Every checkpoint not signed yet, in order; the signature is written beside it."""
    signed = 0
    for file in sorted(folder.glob("[0-9]*.json")):
        beside = file.with_suffix(f".{one.signer.verifier.id.hex()}.cosigned")
        if beside.exists():
            continue
        try:
            line = one.add(Submission.model_validate_json(file.read_bytes()))
        except ValidationError:
            typer.secho(f"{file.name}: 格式错误 not a submission", err=True, fg="red")
            return 1
        except Refused as refused:
            typer.secho(f"{file.name}: {refused.zh} {refused.en}", err=True, fg="red")
            return 1
        beside.write_text(line, encoding="utf-8")
        signed += 1
    typer.echo(f"{signed} checkpoints signed")
    return 0


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
