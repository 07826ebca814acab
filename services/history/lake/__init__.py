"""The lake: the district log laid out in columns, for whoever counts over all of it.

A folder of Parquet files (zstd) in 64 buckets, by a hash of whom an event concerns. An event lies there once
for its own stream (`own`) and once for everybody else it concerns, so a timeline is read from one bucket,
and a total over events is taken where `own` holds. A bucket is sorted by entity and then as things were
recorded. `manifest.json` names the files that count; it is replaced in one step, after they are written.

It holds no direct identifier: sealed texts are left out, and with them what clerks write freely. What
restricted facts say stays as it is stored, closed under their service's audience key, in a column of its
own (`closed`); their other columns are empty. The lake is built from the log and can be thrown away.

Its rooms: `clearing` (what of a fact may lie here), `columns` (how), `manifest`, `folder` (appending and
compacting), `following` (as part of a running host), `reading` (with DuckDB), `checking`.
"""
