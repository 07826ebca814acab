"""What a replay gives: rows, however many, kept in files until they are wanted somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from services.chassis import workbook
from services.history import csv_file
from services.history.lake.selection import quoted

if TYPE_CHECKING:
    import polars as pl

_DIGEST = (
    "SELECT count(*), coalesce(sum(md5_number_lower(row)), 0), coalesce(sum(md5_number_upper(row)), 0)"
    " FROM (SELECT CAST(to_json(result) AS VARCHAR) AS row FROM result)"
)


class CannotWrite(ValueError):
    """The result does not fit there; the message says why."""


class Result:
    """Rows in the order in which the projection gave them. `close` forgets them, unless they are kept."""

    def __init__(self, parts: list[Path], temporary: TemporaryDirectory[str] | None = None) -> None:
        self._parts = [part for part in parts if pq.read_schema(part).names]
        self._temporary = temporary

    def __enter__(self) -> Result:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()

    def __len__(self) -> int:
        return sum(pq.read_metadata(part).num_rows for part in self._parts)

    def to_arrow(self) -> pa.Table:
        """All of it, in memory."""
        tables = [pq.read_table(part) for part in self._parts]
        return pa.concat_tables(tables, promote_options="permissive") if tables else pa.table({})

    def to_polars(self) -> pl.DataFrame:
        """All of it, in memory."""
        # Here, and not above: half a second that every other command would wait for.
        import polars as pl

        found = pl.from_arrow(self.to_arrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """One after the other, in memory for a piece."""
        for part in self._parts:
            for batch in pq.ParquetFile(part).iter_batches():
                yield from batch.to_pylist()

    def digest(self) -> str:
        """SHA-256, hexadecimal, over sums of a hash of every row: the same for the same rows in any order."""
        if not self._parts:
            return sha256(b"0 0 0").hexdigest()
        with self._connection() as connection:
            count, lower, upper = connection.execute(_DIGEST).fetchall()[0]
        return sha256(f"{count} {lower} {upper}".encode()).hexdigest()

    def write(self, file: Path) -> None:
        """As `.parquet`, `.csv` or `.xlsx`, by the file's ending; an existing file is replaced."""
        kind = file.suffix.lower()
        if kind not in (".parquet", ".csv", ".xlsx"):
            raise CannotWrite(f"{file.name} is neither .parquet nor .csv nor .xlsx")
        if kind != ".xlsx" and not self._parts:
            raise CannotWrite("the result has no rows")
        # Beside it first: on a full disk what was there is still there.
        fresh = file.with_name(f".{file.name}.new")
        try:
            if kind == ".xlsx":
                self._write_workbook(fresh)
            else:
                with self._connection() as connection:
                    if kind == ".csv":
                        csv_file.write(connection, "FROM result", str(fresh))
                    else:
                        how = "FORMAT parquet, COMPRESSION zstd"
                        connection.execute(f"COPY (FROM result) TO {quoted(str(fresh))} ({how})")
            fresh.replace(file)
        except (OSError, duckdb.IOException) as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise CannotWrite(f"{file} cannot be written: {error}") from error

    def _write_workbook(self, file: Path) -> None:
        if len(self) > workbook.MOST_ROWS:
            raise CannotWrite(
                f"a sheet holds {workbook.MOST_ROWS:,} rows, the result has {len(self):,}: write .parquet"
            )
        names: list[str] = list(
            dict.fromkeys(name for part in self._parts for name in pq.read_schema(part).names)
        )
        lines = ([row.get(name) for name in names] for row in self.rows())
        workbook.write(file, workbook.Sheet("doudi", names, lines))

    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:")
        connection.execute("SET TimeZone = 'UTC'")
        parts = ", ".join(quoted(str(part)) for part in self._parts)
        connection.execute(f"CREATE VIEW result AS FROM read_parquet([{parts}], union_by_name = true)")
        return connection
