"""A lake's folder: events appended in increments, files of a bucket put together, old ones cleared away.

Whatever happens in between, the manifest names whole files only: new files are flushed first, then the
manifest is replaced. What a process left that was killed before that is overwritten or cleared away by the
next writer. Files that were put together into one are kept until nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from services.history.lake.columns import BUCKETS, ROW, SORTED, Laid, place_of
from services.history.lake.locks import nobody_reads, reading, writing
from services.history.lake.manifest import (
    NAME,
    AnotherLog,
    File,
    Manifest,
    NoLake,
    flush,
    flush_folder,
    read_manifest,
    write_manifest,
)

#: A line of the log: its position, the envelope as JSON, the data as stored.
Line = tuple[int, bytes, bytes]
APPENDED_AT_ONCE = 100_000
ROWS_IN_A_GROUP = 64 * 1024
MOST_FILES = 12
"""Of one bucket, before they are put together."""


class Lake:
    """One process writes at a time (`LakeBusy` otherwise), any number read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest:
        """What counts now; NoLake where nothing does."""
        return read_manifest(self.folder)

    @contextmanager
    def reading(self) -> Iterator[Manifest]:
        """The manifest, whose files stay until the block ends."""
        if not self.folder.is_dir():
            raise NoLake(f"{self.folder} holds no lake")
        with reading(self.folder):
            yield self.manifest()

    def paths(self, files: Iterable[File]) -> list[str]:
        return [str(self.folder / file.path) for file in files]

    # -- writing -------------------------------------------------------------------------------------

    def append(self, lines: Iterable[Line], at_once: int = APPENDED_AT_ONCE) -> int:
        """Append lines of the log, in its order and behind those that are here; how many events.

        `at_once` events at most are held in memory; each increment counts, whole, once it is on disk. Lines
        at or before the manifest's position, and of topics those that are here, are left out. AnotherLog where a
        source does not go on behind its last event here.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        total, remaining = 0, iter(lines)
        with writing(self.folder):
            manifest = self._manifest_or_new()
            self._clear(manifest)
            for first in remaining:
                some = chain((first,), islice(remaining, at_once - 1))
                manifest, count = self._increment(manifest, some)
                total += count
            if manifest.generation == 0:
                write_manifest(self.folder, manifest.changed())  # an empty lake is one
        return total

    def follow(
        self,
        behind: Callable[[int], Iterable[Line]],
        most: int | None = None,
        at_once: int = APPENDED_AT_ONCE,
    ) -> int:
        """Append what the log has behind the lake, `most` of it; `behind(position)` reads the log from there on.

        AnotherLog also where the log's line at the lake's end is another, or is not there: a log that was put back
        from a backup, or laid down again from the topics in another order, would be mixed with what is here.
        """
        manifest = self._manifest_or_new()
        position = manifest.position
        lines = iter(behind(max(position - 1, 0)))
        if position:
            place, envelope, _ = next(lines, (0, b"", b""))
            if place != position or not _ends_with(manifest, envelope):
                raise AnotherLog(f"{self.folder} does not end at a line of this log: build it anew")
        return self.append(islice(lines, most), at_once)

    def begin_anew(self) -> None:
        """Let nothing count: to be built from the start. The old files go once nobody reads them."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        with writing(self.folder):
            try:
                old = self.manifest()
            except NoLake:
                old = Manifest()
            retired = (*old.retired, *(file.path for file in old.files))
            fresh = Manifest(generation=old.generation + 1, retired=retired)
            write_manifest(self.folder, fresh)
            self._clear(fresh)

    def compact(self, most: int = 1) -> int:
        """Put the files of every bucket that has more than `most` into one; how many files that spared.

        A bucket at a time, each by a manifest of its own: memory for one bucket.
        """
        spared = 0
        with writing(self.folder):
            manifest = self.manifest()
            for bucket in range(BUCKETS):
                files = manifest.of_bucket(bucket)
                if len(files) > most:
                    manifest = self._put_together(manifest, bucket, files)
                    spared += len(files) - 1
            self._clear(manifest)
        return spared

    # -- the steps -----------------------------------------------------------------------------------

    def _increment(self, manifest: Manifest, lines: Iterable[Line]) -> tuple[Manifest, int]:
        laid = Laid()
        sources, ends = dict(manifest.sources), dict(manifest.ends)
        position = manifest.position
        for place, envelope, data in lines:
            if 0 < place <= position:
                continue
            of = place_of(envelope)
            last, end = sources.get(of.source, 0), ends.get(of.source)
            if place == 0 and of.sequence <= last and (of.sequence < last or end in (None, of.id)):
                continue  # topics are read from their beginning
            if of.sequence <= last or ((end is not None or last == 0) and of.previous != end):
                raise AnotherLog(
                    f"{of.source} {of.sequence} does not follow the last that is here: the lake is of another log"
                )
            laid.add(envelope, data)
            sources[of.source], ends[of.source] = of.sequence, of.id
            position = max(position, place)
        if not len(laid):
            return manifest, 0
        files = [
            self._write(bucket, f"{manifest.generation + 1:08d}", table) for bucket, table in laid.tables()
        ]
        fresh = manifest.changed(
            position=position, sources=sources, ends=ends, files=(*manifest.files, *files)
        )
        self._commit(fresh)
        return fresh, len(laid)

    def _put_together(self, manifest: Manifest, bucket: int, files: tuple[File, ...]) -> Manifest:
        tables = [pq.read_table(path, schema=ROW) for path in self.paths(files)]
        whole = pa.concat_tables(tables).sort_by(_ascending(SORTED))
        one = self._write(bucket, f"{manifest.generation + 1:08d}", whole)
        if one.rows != sum(file.rows for file in files):
            raise ValueError(f"bucket {bucket}: {one.rows} rows are not those that the manifest counts")
        fresh = manifest.changed(
            files=(*(file for file in manifest.files if file.bucket != bucket), one),
            retired=(*manifest.retired, *(file.path for file in files)),
        )
        self._commit(fresh)
        return fresh

    def _write(self, bucket: int, name: str, rows: pa.Table) -> File:
        folder = self.folder / f"bucket={bucket:02d}"
        folder.mkdir(exist_ok=True, mode=0o750)
        path = folder / f"{name}.parquet"
        order = pq.SortingColumn.from_ordering(ROW, [("own", "descending"), *_ascending(SORTED)])
        with pq.ParquetWriter(
            path, ROW, compression="zstd", write_page_index=True, sorting_columns=order
        ) as writer:
            # Each in row groups of its own: whoever asks for every event once reads no text that only a repeat needs.
            for some in (rows.filter(pc.field("own")), rows.filter(~pc.field("own"))):
                if some.num_rows:
                    writer.write_table(some, row_group_size=ROWS_IN_A_GROUP)
        with path.open("rb+") as file:
            digest = sha256(file.read()).hexdigest()
            size = file.tell()
            flush(file.fileno())
        events = pc.sum(rows["own"]).as_py() or 0
        return File(f"{folder.name}/{path.name}", bucket, rows.num_rows, events, size, digest)

    def _commit(self, manifest: Manifest) -> None:
        for bucket in sorted({Path(file.path).parent for file in manifest.files}):
            flush_folder(self.folder / bucket)
        write_manifest(self.folder, manifest)

    def _manifest_or_new(self) -> Manifest:
        if (self.folder / NAME).exists():
            return self.manifest()
        return Manifest()

    def _clear(self, manifest: Manifest) -> None:
        """Remove what does not count; what once counted only while nobody reads."""
        counting = {file.path for file in manifest.files}
        with nobody_reads(self.folder) as free:
            for path in sorted(self.folder.glob("bucket=*/*.parquet")):
                name = f"{path.parent.name}/{path.name}"
                if name not in counting and (free or name not in manifest.retired):
                    path.unlink()
            if free and manifest.retired:
                write_manifest(self.folder, manifest.changed(retired=()))


def _ascending(names: Iterable[str]) -> list[tuple[str, Literal["ascending"]]]:
    return [(name, "ascending") for name in names]


def _ends_with(manifest: Manifest, envelope: bytes) -> bool:
    place = place_of(envelope)
    return manifest.sources.get(place.source) == place.sequence and (
        manifest.ends.get(place.source) in (None, place.id)
    )
