"""The few things that differ from service to service: who collects, who sends, who has a gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services import disability, notification, registry, verification
from services.chassis.embedded import Collector
from services.chassis.gate import Gate
from services.chassis.runtime import Runtime
from services.chassis.shedding import Shedding
from services.cli.house import House
from services.history.proof.sending import Witnesses, over_http
from services.notification.channels import Channels, open_channels
from services.notification.sending import Sender
from services.notification.settings import NotificationSettings

Sends = Callable[[], int]


def collectors_of(house: House) -> list[Collector]:
    """The district log, where history runs here."""
    if house.timelines is None:
        return []
    log = house.timelines.log
    stores = {runtime.source: runtime.store for runtime in house.runtimes.values()}
    if set(log.sources) <= set(stores) and house.settings.kafka is None:
        log.ends = lambda source: stores[source].head().sequence
    return [log]


def senders_of(house: House, channels: Channels | None = None) -> list[Sends]:
    """What leaves the house: messages by their channels, checkpoints, and keys that were to be destroyed."""
    senders: list[Sends] = []
    runtime = house.runtimes.get(registry.SERVICE.name)
    if runtime is not None:
        senders.append(registry.KeyDestroyer.of(runtime))
    runtime = house.runtimes.get(notification.SERVICE.name)
    if runtime is not None:
        channels = channels or open_channels(house.settings, NotificationSettings())
        senders.append(Sender(runtime, channels, house.clock).send_due)
    runtime = house.runtimes.get(verification.SERVICE.name)
    if runtime is not None:
        # Leaves nothing, but reads what no replay has.
        senders.append(verification.Doer(runtime, _records(house, runtime)).step)
    # They keep an index of ID numbers, as the registry does.
    numbered = (verification.SERVICE.name, disability.SERVICE.name)
    senders += [Shedding(house.runtimes[name].store) for name in numbered if name in house.runtimes]
    if house.checkpoints is not None:
        asked = {url: over_http(url) for url in house.settings.witnesses}
        witnesses = Witnesses(house.checkpoints, house.settings.checkpoint_folders, asked)
        house.checkpoints.alarms.append(witnesses.unready)
        senders.append(witnesses.send_due)
    return senders


def gates_of(house: House) -> list[tuple[Runtime, Gate, Any]]:
    """Where departments' own systems report: the service that decides, the gate that reads for it, and where that puts
    what is no fact."""
    gates: list[tuple[Runtime, Gate, Any]] = []
    runtime = house.runtimes.get(registry.SERVICE.name)
    if runtime is not None:
        gates.append((runtime, registry.GATE, None))
    runtime = house.runtimes.get(verification.SERVICE.name)
    if runtime is not None:
        gates.append((runtime, verification.GATE, _records(house, runtime)))
    return gates


def _records(house: House, runtime: Runtime) -> verification.Records:
    """Departments' files beside the log, for as long as the house is open."""
    records = verification.Records.open(house.settings, runtime.around.keys)
    house.closing.append(records.close)
    return records
