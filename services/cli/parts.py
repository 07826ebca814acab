"""The few things that differ from service to service: who collects, who sends, who has a gate."""

from __future__ import annotations

from collections.abc import Callable

from services import notification, registry
from services.chassis.embedded import Collector
from services.chassis.gate import Gate
from services.chassis.runtime import Runtime
from services.cli.house import House
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
    """What leaves the house: messages by their channels, and keys that were to be destroyed."""
    senders: list[Sends] = []
    runtime = house.runtimes.get(registry.SERVICE.name)
    if runtime is not None:
        senders.append(registry.KeyDestroyer.of(runtime))
    runtime = house.runtimes.get(notification.SERVICE.name)
    if runtime is not None:
        channels = channels or open_channels(house.settings, NotificationSettings())
        senders.append(Sender(runtime, channels, house.clock).send_due)
    return senders


def gates_of(house: House) -> list[tuple[Runtime, Gate]]:
    """Where departments' own systems report: the service that decides, and the gate that reads for it."""
    runtime = house.runtimes.get(registry.SERVICE.name)
    return [] if runtime is None else [(runtime, registry.GATE)]
