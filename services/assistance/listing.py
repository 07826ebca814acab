"""Reading a table of a view in the order of its log: filtered, and page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from services.chassis.paging import Cursor, Page
from services.chassis.views import ViewReader

ROWS_AT_ONCE = 500
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "One line each."}
}
Row = dict[str, Any]
T = TypeVar("T")


class Place(Cursor):
    """Behind the row opened at this place of the log."""

    opened: int


def rows_after(
    reader: ViewReader,
    table: str,
    names: Sequence[str],
    wanted: Mapping[str, Any],
    after: int,
    limit: int,
    either: tuple[str, str, str] | None = None,
) -> list[Row]:
    """Rows behind `after`. `wanted`: columns and their values, None for any; `either`: two columns of which one must
    have the value that follows them. Names of columns are ours, never a caller's."""
    asked = {column: value for column, value in wanted.items() if value is not None}
    conditions = ["opened > ?", *(f"{column} = ?" for column in asked)]
    values = [after, *asked.values()]
    if either is not None:
        conditions.append(f"({either[0]} = ? OR {either[1]} = ?)")
        values += [either[2], either[2]]
    sql = (
        f"SELECT {', '.join(names)} FROM {{{table}}} WHERE {' AND '.join(conditions)} ORDER BY opened LIMIT ?"
    )
    with reader.reading() as tables:
        return [dict(zip(names, row, strict=True)) for row in tables.execute(sql, (*values, limit))]


def behind(cursor: str | None) -> int:
    """Behind which place a page begins; 0 for the first."""
    place = Place.decode(cursor)
    return place.opened if place else 0


def page(rows: Sequence[Row], limit: int, line: Callable[[Row], T]) -> Page[T]:
    """`rows`: one more than `limit` was read: only so is it known whether a page follows."""
    more = Place(opened=rows[limit - 1]["opened"]).encode() if len(rows) > limit else None
    return Page(items=tuple(line(row) for row in rows[:limit]), next=more)


def pages(read: Callable[[int, int], list[Row]]) -> Iterator[Row]:
    """All rows, `read(after, limit)` by `read(after, limit)`."""
    after = 0
    while rows := read(after, ROWS_AT_ONCE):
        yield from rows
        after = rows[-1]["opened"]


def yes(value: object) -> str:
    return "是" if value else "否"
