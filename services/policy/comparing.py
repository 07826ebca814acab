"""What differs between two papers, a line a difference, named by part and not by place in a list."""

from __future__ import annotations

from collections.abc import Iterator

from services.policy.paper import Paper

NAMES = ("name", "id", "step", "programme", "procedure", "duty", "referral", "from")
"""Fields by which the members of a list are told apart."""


def differences(before: Paper, after: Paper) -> Iterator[str]:
    """`- programmes/dibao/formulas/差额/formula: max(0, …)`: taken away; `+`: new; both, one behind the other: changed."""
    old, new = (
        paper.model_dump(mode="json", by_alias=True, exclude_defaults=True) for paper in (before, after)
    )
    yield from _compared("", old, new)


def _compared(path: str, old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    old, new = _keyed(old), _keyed(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}/{key}" if path else str(key)
            if key not in new:
                yield f"- {inner}: {_short(old[key])}"
            elif key not in old:
                yield f"+ {inner}: {_short(new[key])}"
            else:
                yield from _compared(inner, old[key], new[key])
        if {key for key in old if key in new} and list(filter(new.__contains__, old)) != list(
            filter(old.__contains__, new)
        ):
            yield f"~ {path}: in another order"
        return
    yield f"- {path}: {_short(old)}"
    yield f"+ {path}: {_short(new)}"


def _keyed(value: object) -> object:
    """A list of named parts as a mapping by their names; anything else as it is."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return value
    for name in NAMES:
        names = [one.get(name) for one in value]
        if value and all(isinstance(one, str) for one in names) and len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))
    return value


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:199] + "…"
