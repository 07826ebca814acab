"""Two days on the command line, from and to: an answer about no day at all would read as if all were well."""

from __future__ import annotations

from datetime import datetime

import typer


def in_order(asked: typer.Context, said: datetime | None) -> datetime | None:
    """For both options: whichever is read second finds the other."""
    since, until = asked.params.get("since"), asked.params.get("until")
    if said is not None and ((since and said < since) or (until and said > until)):
        raise typer.BadParameter("--to is before --from")
    return said
