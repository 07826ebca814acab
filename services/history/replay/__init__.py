"""Replay: the whole history counted again, by a projection of ours or of the analyst's own.

A projection is one SQL file over the lake's views, or one Python file with `initial` and `evolve`: a fold
for every key (`KEY = "entity"`, bucket by bucket, in parallel) or one over the whole history in the order in
which it was recorded. It is the analyst's code and runs as such; what it gets is rows of the lake, so it
cannot send, pay, or write to a log.

Its rooms: `sources` (a lake, the district log, Kafka; all become a lake, so all give the same result),
`fact` (what a fold is given), `projection`, `folding`, `checkpoint`, `running`, `result`, `projections/`.
"""
