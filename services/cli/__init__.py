"""The command `doudi`: the only place that knows every service."""

from __future__ import annotations

import typer

from services.chassis.garbage import look_rarely
from services.cli import (
    audit,
    demo,
    evidence,
    finance,
    keys,
    operate,
    policy,
    replay,
    show,
    up,
    verification,
    whatif,
    witness,
)

app = typer.Typer(
    name="doudi",
    help="Doudi (兜底): a district's register of beneficiaries, kept as a history of events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold personal data
)
for commands in (
    demo, up, show, operate, keys, policy, evidence, audit, witness, replay, whatif, finance, verification,
):  # fmt: skip
    commands.register(app)


def main() -> None:
    look_rarely()
    app()
