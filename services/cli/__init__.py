"""The command `doudi`: the only place that knows every service."""

from __future__ import annotations

import typer

from services.chassis.garbage import look_rarely
from services.cli import demo, keys, operate, policy, show, up

app = typer.Typer(
    name="doudi",
    help="Doudi (兜底): a district's register of beneficiaries, kept as a history of events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold personal data
)
for commands in (demo, up, show, operate, keys, policy):
    commands.register(app)


def main() -> None:
    look_rarely()
    app()
