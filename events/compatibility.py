"""What may change in a fact without a new version, told from its JSON Schema as it was and as it is.

Two readers must live with a change: today's program reads what was stored before it, and a department's
program written before it reads what we store now. So nothing that was promised may be taken back, and
nothing may come that was ruled out: only a field that may be missing and has a default can be added. Of a
report *to* us only its writers' side counts: what was accepted must be accepted still, more may be.

Words (title, description, examples) are free. A pattern is compared as text: whether another expression
means less cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

WORDS = {"title", "description", "examples", "$comment", "$schema", "$defs", "default", "deprecated"}
STRUCTURE = {"properties", "required", "items", "prefixItems", "additionalProperties", "anyOf", "x-version"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
MISSING = object()


@dataclass(frozen=True, slots=True)
class Break:
    """One way in which a changed fact breaks who reads or writes it. `field` is empty for the whole fact."""

    event: str
    field: str
    rule: str
    what: str

    def __str__(self) -> str:
        where = f"{self.event}, field `{self.field}`" if self.field else self.event
        return f"{where}: {self.rule}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Found:
    """`narrows`: what was accepted no longer is. `widens`: what was ruled out may now come."""

    field: str
    rule: str
    what: str
    narrows: bool = False
    widens: bool = False


def breaks(old: Schema, new: Schema, *, reported: bool = False) -> list[Break]:
    """Every change from `old` to `new`, schemas of one version of one fact, that needs a new version.

    `reported`: the fact is a report to us, so that only its writers have to be spared.
    """
    event = str(old.get("title", ""))
    found = _Comparison(old.get("$defs", {}), new.get("$defs", {})).compare("", old, new)
    return [Break(event, f.field, f.rule, f.what) for f in found if f.narrows or (f.widens and not reported)]


class _Comparison:
    def __init__(self, old_definitions: Schema, new_definitions: Schema) -> None:
        self._old = old_definitions
        self._new = new_definitions
        self._walking: set[tuple[str, str]] = set()

    def compare(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        yield from self._default(field, old, new)
        was, may_be_null = _without_null(old)
        now, may_be_null_now = _without_null(new)
        if may_be_null != may_be_null_now:
            what = "may now be null" if may_be_null_now else "may no longer be null"
            yield _Found(field, "null", what, narrows=may_be_null, widens=may_be_null_now)
        pair = (str(was.get("$ref", "")), str(now.get("$ref", "")))
        if all(pair):
            if pair in self._walking:
                return  # a type that contains itself: its inside is being compared
            self._walking.add(pair)
        yield from self._same_kind(field, _resolve(was, self._old), _resolve(now, self._new))
        self._walking.discard(pair)

    def _same_kind(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        if old.get("type") != new.get("type") or ("anyOf" in old) != ("anyOf" in new):
            what = f"was {_kind(old)} and is {_kind(new)}"
            yield _Found(field, "type changed", what, narrows=True, widens=True)
            return
        yield from _values(field, old, new)
        yield from _bounds(field, old, new)
        yield from _everything_else(field, old, new)
        yield from self._alternatives(field, old, new)
        yield from self._parts(field, old, new)
        if "properties" in old or "properties" in new:
            yield from self._fields(field, old, new)

    def _fields(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needed_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            place = f"{field}.{name}" if field else name
            if name not in after:
                yield _Found(place, "field removed", "who reads it would miss it", narrows=True, widens=True)
                continue
            if name in needed_now - needed:
                yield _Found(place, "field required", "was optional, so it may be missing", narrows=True)
            if name in needed - needed_now:
                yield _Found(place, "field optional", "was always there and may now be missing", widens=True)
            yield from self.compare(place, before[name], after[name])
        for name in after.keys() - before.keys():
            place = f"{field}.{name}" if field else name
            if name in needed_now:
                what = "what is stored has it not; give it a default"
                yield _Found(place, "new required field", what, narrows=True)

    def _parts(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        """Items of a list, values of a dictionary, and whether an object is closed."""
        for keyword, mark in (("items", "[]"), ("additionalProperties", "{}")):
            was, now = old.get(keyword, True), new.get(keyword, True)
            if isinstance(was, Mapping) and isinstance(now, Mapping):
                yield from self.compare(field + mark, was, now)
            elif was != now:
                narrows, widens = now is not True, was is not True
                yield _Found(field, f"{keyword} changed", f"was {was}, is {now}", narrows, widens)
        first, first_now = old.get("prefixItems", ()), new.get("prefixItems", ())
        if len(first) != len(first_now):
            yield _Found(field, "length changed", f"was {len(first)}, is {len(first_now)}", True, True)
        for place, (was, now) in enumerate(zip(first, first_now, strict=False)):
            yield from self.compare(f"{field}[{place}]", was, now)

    def _alternatives(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        was, now = old.get("anyOf", ()), new.get("anyOf", ())
        if len(was) != len(now):
            what = f"had {len(was)} alternatives, has {len(now)}"
            yield _Found(field, "type changed", what, narrows=True, widens=True)
        for one, other in zip(was, now, strict=False):
            yield from self.compare(field, one, other)

    def _default(self, field: str, old: Schema, new: Schema) -> Iterator[_Found]:
        was, now = old.get("default", MISSING), new.get("default", MISSING)
        if MISSING not in (was, now) and (type(was), was) != (type(now), now):
            what = f"was {was!r}, is {now!r}: facts stored without it would say something else"
            yield _Found(field, "default changed", what, narrows=True, widens=True)


def _values(field: str, old: Schema, new: Schema) -> Iterator[_Found]:
    was, now = _allowed(old), _allowed(new)
    if was is None and now is None:
        return
    if was is None or now is None:
        what = "only certain values now" if was is None else "any value now"
        yield _Found(field, "values changed", what, narrows=was is None, widens=now is None)
        return
    if gone := [value for value in was if value not in now]:
        yield _Found(field, "values removed", ", ".join(map(repr, gone)), narrows=True)
    if more := [value for value in now if value not in was]:
        what = f"{', '.join(map(repr, more))}: a reader of today does not know them"
        yield _Found(field, "values added", what, widens=True)


def _bounds(field: str, old: Schema, new: Schema) -> Iterator[_Found]:
    old, new = _inclusive(old), _inclusive(new)
    for keyword in sorted(LOWER | UPPER):
        was, now = old.get(keyword), new.get(keyword)
        if was == now:
            continue
        rises = was is None if keyword in LOWER else now is None
        if was is not None and now is not None:
            rises = now > was
        narrows = rises if keyword in LOWER else not rises
        what = f"{keyword} was {was}, is {now}"
        yield _Found(field, "limit changed", what, narrows=narrows, widens=not narrows)


def _everything_else(field: str, old: Schema, new: Schema) -> Iterator[_Found]:
    """Keywords whose meaning is not weighed: format, pattern, what an id names, restricted ..."""
    weighed = WORDS | STRUCTURE | LOWER | UPPER | {"type", "enum", "const"}
    for keyword in sorted((old.keys() | new.keys()) - weighed):
        was, now = old.get(keyword), new.get(keyword)
        if was == now:
            continue
        rule = {"x-restricted": "restricted changed", "x-type": "renamed"}.get(keyword, f"{keyword} changed")
        both = keyword.startswith("x-")
        narrows, widens = both or now is not None, both or was is not None
        yield _Found(field, rule, f"was {was}, is {now}", narrows=narrows, widens=widens)


def _resolve(node: Schema, definitions: Schema) -> Schema:
    seen = 0
    while "$ref" in node and seen <= len(definitions):
        name = str(node["$ref"]).rpartition("/")[2]
        rest = {keyword: value for keyword, value in node.items() if keyword != "$ref"}
        node, seen = {**definitions[name], **rest}, seen + 1
    return node


def _without_null(node: Schema) -> tuple[Schema, bool]:
    """`anyOf: [X, null]` as X, and whether null was there."""
    choices = node.get("anyOf", ())
    others = [choice for choice in choices if choice.get("type") != "null"]
    if len(others) == len(choices):
        return node, node.get("type") == "null"
    rest = {keyword: value for keyword, value in node.items() if keyword != "anyOf"}
    return ({**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}), True


def _allowed(node: Schema) -> list[Any] | None:
    if "const" in node:
        return [node["const"]]
    values = node.get("enum")
    return None if values is None else list(values)


def _inclusive(node: Schema) -> Schema:
    """Whole numbers above 0 are those from 1 on: two spellings of one limit are no change."""
    limits = dict(node)
    if node.get("type") == "integer":
        for exclusive, inclusive, step in (
            ("exclusiveMinimum", "minimum", 1),
            ("exclusiveMaximum", "maximum", -1),
        ):
            if exclusive in limits:
                limits[inclusive] = limits.pop(exclusive) + step
    return limits


def _kind(node: Schema) -> str:
    return str(node.get("type") or ("one of several types" if "anyOf" in node else "anything"))
