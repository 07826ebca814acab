"""A projection run over a lake: SQL by DuckDB, folds by key on every core, a fold over all in order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from services.history.lake.folder import Lake
from services.history.lake.manifest import Manifest
from services.history.lake.reading import asked, batches, must_only_read, opened
from services.history.lake.selection import ALL, Selection, quoted
from services.history.replay.checkpoint import AnotherReplay, Checkpoint, Reached, alone
from services.history.replay.failing import FoldFailed, blamed
from services.history.replay.folding import (
    Bucket,
    PartWriter,
    Share,
    end_with_its_parent,
    fold_buckets,
    fold_share,
    recorded,
)
from services.history.replay.projection import Fold, Projection, Sql
from services.history.replay.projections import LIVED
from services.history.replay.result import Result

#: How much is done, of how much.
Progress = Callable[[int, int], None]
SAVED_EVERY = 50_000
SOON, WORTH = 0.5, 6.0
"""Of the processor, in seconds: after which a fold tells how long it will take, and what it must still take before
other processes are started for it. To start takes each of them two or three."""
SHARES = 4
"""For each process: one that is slow is not waited for at the end, and progress is seen."""


def run(
    projection: Projection,
    lake: Lake,
    selection: Selection = ALL,
    *,
    work: Path | None = None,
    processes: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Result:
    """Run it over what the lake holds now.

    `work`: a folder in which a fold that was cut off goes on (AnotherReplay where it is of another); without
    it nothing is left behind. `processes`: as many as there are cores, unless said. An SQL projection is
    seconds of work: it is not resumed. BadQuery for SQL that does not hold; FoldFailed for what a fold raises.
    """
    with lake.reading() as manifest, _folder(work) as (folder, temporary), ExitStack() as stack:
        if isinstance(projection, Sql):
            return Result([_query(projection, lake, manifest, selection, folder, progress)], temporary)
        stack.enter_context(alone(folder))
        checkpoint = Checkpoint.begin(folder, projection, selection, manifest)
        _must_hold(lake, manifest, checkpoint)
        with blamed(projection.evolve):
            if projection.key is None:
                parts = [_fold_all(projection, lake, manifest, checkpoint, progress, kept=work is not None)]
            else:
                parts = _fold_by_key(projection, lake, manifest, checkpoint, processes, progress)
        return Result(parts, temporary)


@contextmanager
def _folder(work: Path | None) -> Iterator[tuple[Path, TemporaryDirectory[str] | None]]:
    if work is not None:
        yield work, None
        return
    temporary = TemporaryDirectory(prefix="doudi-replay-")
    try:
        yield Path(temporary.name), temporary
    except BaseException:
        temporary.cleanup()
        raise


def _must_hold(lake: Lake, manifest: Manifest, checkpoint: Checkpoint) -> None:
    """AnotherReplay where the history that it began with is not the beginning of this one."""
    if checkpoint.ends == manifest.ends:
        return
    ids = ", ".join(map(quoted, checkpoint.ends.values())) or "NULL"
    with opened(lake.folder, lake.paths(manifest.files), checkpoint.selection) as connection:
        rows = connection.execute(f"SELECT source, id FROM lake WHERE own AND id IN ({ids})").fetchall()
    if dict(rows) != checkpoint.ends:
        raise AnotherReplay(f"{checkpoint.folder} is of another history")


def _query(
    query: Sql, lake: Lake, manifest: Manifest, selection: Selection, folder: Path, progress: Progress
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    into = folder / "result.parquet"
    progress(0, manifest.events)
    with opened(lake.folder, lake.paths(manifest.files), selection) as connection, asked():
        must_only_read(connection, query.text)
        connection.execute(LIVED)
        reader = batches(connection, query.text)
        with pq.ParquetWriter(into, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
    progress(manifest.events, manifest.events)
    return into


def _fold_by_key(
    fold: Fold,
    lake: Lake,
    manifest: Manifest,
    checkpoint: Checkpoint,
    processes: int | None,
    progress: Progress,
) -> list[Path]:
    buckets = [
        Bucket(tuple(lake.paths(files)), sum(file.rows for file in files), checkpoint.part(bucket))
        for bucket in checkpoint.missing()
        for files in [manifest.of_bucket(bucket)]
    ]
    done = manifest.rows - sum(bucket.rows for bucket in buckets)
    progress(done, manifest.rows)
    processes = 1 if fold.path is None else processes or os.cpu_count() or 1
    began, here = time.process_time(), 0
    for bucket in fold_buckets(fold, lake.folder, checkpoint.selection, buckets):
        here += bucket.rows
        progress(done + here, manifest.rows)
        spent, left = time.process_time() - began, manifest.rows - done - here
        if processes > 1 and spent >= SOON and spent * left > WORTH * here:
            break
    if remaining := [bucket for bucket in buckets if not bucket.into.exists()]:
        _fold_elsewhere(fold, lake, checkpoint, remaining, processes, manifest.rows, progress)
    return [checkpoint.part(bucket) for bucket in range(manifest.buckets)]


def _fold_elsewhere(
    fold: Fold,
    lake: Lake,
    checkpoint: Checkpoint,
    buckets: Sequence[Bucket],
    processes: int,
    of: int,
    progress: Progress,
) -> None:
    assert fold.path is not None
    done = of - sum(bucket.rows for bucket in buckets)
    count = min(processes * SHARES, len(buckets))
    shares = [
        Share(lake.folder, checkpoint.selection, fold.path, fold.digest, tuple(buckets[start::count]))
        for start in range(count)
    ]
    # Spawned, not forked: DuckDB and Arrow have threads, and a fork would take their locks along, held.
    with ProcessPoolExecutor(
        min(processes, count), mp_context=get_context("spawn"), initializer=end_with_its_parent
    ) as pool:
        try:
            for future in as_completed([pool.submit(fold_share, share) for share in shares]):
                progress(done := done + future.result(), of)
        except BrokenProcessPool as error:
            raise FoldFailed(
                f"{fold.name}: a process ended before it was done, for want of memory perhaps: take fewer"
                " (--processes); with --work what is done is kept"
            ) from error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fold_all(
    fold: Fold, lake: Lake, manifest: Manifest, checkpoint: Checkpoint, progress: Progress, *, kept: bool
) -> Path:
    reached = checkpoint.reached()
    state, count = (fold.initial(), 0) if reached is None else (reached.state, reached.facts)
    after = None if reached is None else reached.after
    progress(count, manifest.events)
    evolve = fold.evolve
    with opened(lake.folder, lake.paths(manifest.files), checkpoint.selection) as connection:
        for fact in recorded(connection, fold, after):
            state = evolve(state, fact)
            count += 1
            # The first, too: that a state cannot be kept is better told at once than after an hour.
            if kept and (count == 1 or count % SAVED_EVERY == 0):
                checkpoint.reach(
                    Reached(count, (fact.recordedtime.isoformat(), fact.source, fact.sequence), state)
                )
            if count % SAVED_EVERY == 0:
                progress(count, manifest.events)
    into = checkpoint.part(0)
    with PartWriter(into) as part:
        part.write(fold.rows(None, state))
    progress(manifest.events, manifest.events)
    return into
