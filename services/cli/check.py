"""Replaying the logs must give the very state that the services hold: for the demo and `doudi verify`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console

from events.base import Entry
from services.chassis.reconstruct import differences, reconstruct
from services.chassis.runtime import log_of
from services.cli.house import House

SHOWN = 5


def check(house: House, console: Console) -> bool:
    """Replay every service from the logs alone, up to where it is, and print which of its rows differ.

    Services may go on meanwhile: each is compared as of one moment.
    """
    good = True
    stores = {runtime.source: runtime.store for runtime in house.runtimes.values()}

    def logs(source: str) -> Iterable[Entry]:
        return log_of(stores[source])

    for name, runtime in house.runtimes.items():
        broken: list[str] = []
        own = runtime.source

        def watched(source: str, own: str = own, broken: list[str] = broken) -> Iterable[Entry]:
            # On the way: reading every log once more, for its order alone, would take as long again.
            return in_order(logs(source), broken) if source == own else logs(source)

        there = runtime.store.snapshot()
        was = reconstruct(
            runtime.service,
            house.settings.district,
            runtime.around.keys,
            watched,
            upto=there.sequence,
            positions=there.positions,
        )
        found = differences(was, there.rows)
        good = good and not found and not broken
        verdict = "[green]same[/]" if not found and not broken else "[red]DIFFERENT[/]"
        console.print(f"  {name:<14}{there.sequence:>8,} events  {len(was.rows):>7,} rows kept  {verdict}")
        for what in (*found[:SHOWN], *broken[:SHOWN]):
            console.print(f"    [red]{what}[/]")
    return good


def in_order(entries: Iterable[Entry], broken: list[str]) -> Iterator[Entry]:
    """The entries of one log as they come. Where its order is broken (sequence, previous, rising time) is
    added to `broken`."""
    previous: Entry | None = None
    for entry in entries:
        e = entry.envelope
        before = previous.envelope if previous else None
        if e.previous != (before and before.id) or e.sequence != (before.sequence if before else 0) + 1:
            broken.append(f"sequence {e.sequence} does not follow its predecessor")
        if before and e.recordedtime <= before.recordedtime:
            broken.append(f"sequence {e.sequence} is not later than its predecessor")
        previous = entry
        yield entry
