"""A lake read with DuckDB: every row, or every event once; nothing outside the lake can be reached.

Of what is selected, `events` has a row for everybody an event concerns, `facts` each event once, under its own
stream. `known_facts` is every event that was known, once, also of other days than those asked for: where a family
lived is told long before the month that is counted. `wanted` says which of them the condition holds for, and
`asked` has one row, the days.
An analyst's SQL runs in here. It is trusted to be well meant and still can neither read a file beside the lake nor
write one anywhere, the lake's own included, so a slip cannot touch the log or what others count from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from services.history.lake.columns import ROW
from services.history.lake.selection import ALL, Selection, day, quoted

MEMORY = "1GB"
READS = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.CREATE})
"""What an analyst's SQL may consist of. DuckDB lets whoever may read a folder write there, too: COPY, ATTACH."""
ARROW_ROWS = 16 * 1024


class BadQuery(ValueError):
    """The analyst's SQL was refused; the message is DuckDB's."""


@contextmanager
def opened(
    folder: Path,
    paths: Iterable[str],
    selection: Selection = ALL,
    *,
    threads: int | None = None,
    memory: str = MEMORY,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which `events` and `facts` are what `selection` leaves of the files.

    BadQuery where the selection's condition does not hold as SQL. What does not fit in `memory` goes to a
    temporary folder, which is gone afterwards.
    """
    with TemporaryDirectory(prefix="doudi-lake-") as spill, duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = {quoted(memory)}")
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        if threads is not None:
            connection.execute(f"SET threads = {threads}")
        connection.execute(f"SET allowed_directories = [{quoted(f'{folder.resolve()}/')}]")
        connection.execute("SET parquet_metadata_cache = true")  # files of a lake never change
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        connection.execute(f"CREATE VIEW lake AS {_from(list(paths))}")
        with asked():
            _must_be_one_condition(connection, selection)
            connection.execute(f"CREATE VIEW events AS SELECT * FROM lake WHERE {selection.condition()}")
            connection.execute(
                "CREATE VIEW known_facts AS"
                f" SELECT * EXCLUDE (entity, own), coalesce({selection.wanted()}, false) AS wanted"
                f" FROM lake WHERE own AND {selection.of_known()}"
            )
        connection.execute("CREATE VIEW facts AS SELECT * EXCLUDE (entity, own) FROM events WHERE own")
        connection.execute(
            f"CREATE VIEW asked AS SELECT {day(selection.since)} AS since, {day(selection.until)} AS until"
        )
        yield connection


def selected(paths: Iterable[str], selection: Selection) -> str:
    """What the view `events` would be over these files: another connection is dearer than a small bucket's fold.

    For a connection that was `opened` with the same selection, and so has tried its condition.
    """
    return f"(SELECT * FROM ({_from(list(paths))}) AS lake WHERE {selection.condition()})"


def batches(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.RecordBatchReader:
    """The rows of a query's last statement, piece by piece; BadQuery where it gives none."""
    found = connection.sql(sql)
    if found is None:
        raise BadQuery("the query gives no rows")
    return found.to_arrow_reader(ARROW_ROWS)


@contextmanager
def asked() -> Iterator[None]:
    """What DuckDB says of an analyst's SQL, as BadQuery."""
    try:
        yield
    except duckdb.Error as error:
        raise BadQuery(f"{type(error).__name__}: {error}") from error


def must_only_read(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """BadQuery for a statement that is neither a query nor makes a view, macro or table to ask, in memory."""
    for statement in connection.extract_statements(sql):
        if statement.type not in READS:
            raise BadQuery(f"a projection reads: no {statement.type.name} statement")


def _must_be_one_condition(connection: duckdb.DuckDBPyConnection, selection: Selection) -> None:
    statements = connection.extract_statements(f"SELECT 1 WHERE {selection.wanted()}")
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise BadQuery("the condition is one condition: it closes no bracket that it did not open")


def _from(paths: list[str]) -> str:
    if paths:
        files = ", ".join(quoted(str(Path(path).resolve())) for path in paths)
        return f"SELECT * FROM read_parquet([{files}], hive_partitioning = false)"
    columns = ", ".join(f"CAST(NULL AS {_sql_type(field.type)}) AS {field.name!r}" for field in ROW)
    return f"SELECT * FROM (SELECT {columns}) WHERE false".replace("'", '"')


def _sql_type(arrow: object) -> str:
    return {
        "string": "VARCHAR",
        "bool": "BOOLEAN",
        "int64": "BIGINT",
        "date32[day]": "DATE",
        "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
        "binary": "BLOB",
    }.get(str(arrow), "VARCHAR[]")
