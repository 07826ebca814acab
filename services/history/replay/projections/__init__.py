"""The projections that come with Doudi: an SQL file each. Light, so that a command's help may name them."""

from __future__ import annotations

from importlib.resources import files


def built_in() -> list[str]:
    """The names of ours."""
    return sorted(
        one.name.removesuffix(".sql") for one in files(__package__).iterdir() if one.name.endswith(".sql")
    )
