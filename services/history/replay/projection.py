"""A projection: one of ours by its name, or the analyst's own file, SQL or Python."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from services.history.lake.columns import AS_RECORDED
from services.history.replay.fact import COLUMNS, Fact
from services.history.replay.failing import place_in, told
from services.history.replay.projections import built_in

KEYS = ("entity", "stream", "household", "case", "person")


class BadProjection(ValueError):
    """The file is none; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Sql:
    name: str
    text: str

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fold:
    """`key`: by what it is folded, None for the whole history in the order in which it was recorded.

    `types`: the only ones that it is given, all if empty; `columns`: what it is given of them.
    `result(state)` gives a row, several, or None; without it the state itself is the row.
    """

    name: str
    digest: str
    initial: Callable[[], Any]
    evolve: Callable[[Any, Fact], Any]
    key: str | None = None
    types: tuple[str, ...] = ()
    columns: tuple[str, ...] = COLUMNS
    result: Callable[[Any], Any] | None = None
    path: Path | None = None
    """The file, where it can be loaded again by another process."""

    def rows(self, key: str | None, state: Any) -> list[dict[str, Any]]:
        """What the state of a key comes to, as rows of the result."""
        found = state if self.result is None else self.result(state)
        if found is None:
            return []
        found = found if isinstance(found, (list, tuple)) else [found]
        own = {} if key is None or self.key is None else {self.key: key}
        return [own | (dict(row) if isinstance(row, dict) else {"value": row}) for row in found]


Projection = Sql | Fold


def load(name: str) -> Projection:
    """Ours of this name, or the file; BadProjection where it is neither or lacks something."""
    if name in built_in():
        text = (files(__package__) / "projections" / f"{name}.sql").read_text(encoding="utf-8")
        return Sql(name, text)
    path = Path(name)
    if not path.is_file():
        raise BadProjection(
            f"no projection {name}: ours are {', '.join(built_in())}; others are files, .sql or .py"
        )
    if path.suffix == ".sql":
        try:
            return Sql(path.stem, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise BadProjection(f"{name} is no UTF-8 text") from error
    if path.suffix == ".py":
        return load_fold(path)
    raise BadProjection(f"{name} is neither .sql nor .py")


def load_fold(path: Path) -> Fold:
    text = path.read_bytes()
    digest = sha256(text).hexdigest()
    # A module that can be found by its name: the state of a fold may be of a class that the file defines, and a
    # checkpoint names that.
    module = ModuleType(f"doudi_fold_{digest}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        place = place_in(str(path), error) or path.name
        raise BadProjection(f"{place}: {told(error)}") from error
    return fold_of(vars(module), name=path.stem, digest=digest, path=path.resolve())


def fold_of(said: dict[str, Any], *, name: str, digest: str, path: Path | None = None) -> Fold:
    """From the names that a file defines: initial, evolve, and KEY, TYPES, COLUMNS, result where it has them."""
    begin, evolve, result = said.get("initial"), said.get("evolve"), said.get("result")
    if begin is None or not callable(evolve):
        raise BadProjection(f"{name}: a fold defines initial and evolve(state, fact)")
    key = said.get("KEY")
    if key is not None and key not in KEYS:
        raise BadProjection(f"{name}: KEY is one of {', '.join(KEYS)}, or None for the whole history")
    if result is not None and not callable(result):
        raise BadProjection(f"{name}: result is a function of the state")
    types, columns = tuple(said.get("TYPES", ())), tuple(said.get("COLUMNS", COLUMNS))
    if "json" in columns:
        raise BadProjection(f"{name}: the column is named data")
    if unknown := sorted(set(columns) - set(COLUMNS)):
        raise BadProjection(f"{name}: no column {', '.join(unknown)}; there are {', '.join(COLUMNS)}")
    for function, given in ((begin, ()), (evolve, ("state", "fact")), (result, ("state",))):
        _must_take(name, function, given)
    # A fold over the whole history must be able to say where it stands.
    own = {"entity"} if key else {*AS_RECORDED}
    needed = tuple(column for column in COLUMNS if column in {*columns, *own})
    if not callable(begin):
        # One value for all keys would be shared, and changed, by all of them.
        raise BadProjection(f"{name}: initial is a function without arguments that gives a fresh state")
    return Fold(name, digest, begin, evolve, key, types, needed, result, path)


def _must_take(name: str, function: Any, given: tuple[str, ...]) -> None:
    try:
        inspect.signature(function).bind(*given)
    except ValueError:
        return  # of a type like `list`, nothing is known
    except TypeError as error:
        if callable(function):
            called = f"{getattr(function, '__name__', 'it')}({', '.join(given)})"
            raise BadProjection(f"{name}: called as {called}: {error}") from error
