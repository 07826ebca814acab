"""Notification in a process of its own, to be killed: composes once, then sends by mail until it dies.

    python -m tests.notification.office_process FOLDER PORT [linger]

With `linger` it says `answered` when the mail server has answered, and waits there to be killed.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

from events.notification import MessageComposed
from services import notification
from services.chassis.clock import SystemClock, SystemIds
from services.chassis.codec import read
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import Vault
from services.notification.channels import Channels, MailChannel, MailServer, NullChannel
from services.notification.outgoing import Outgoing
from services.notification.sending import Sender
from tests.notification.upstreams import TOWNSHIP, UPSTREAMS, Family, upstream

MASTER_KEY = bytes(32)


class Lingering(MailChannel):
    def send(self, message: Outgoing) -> None:
        super().send(message)
        print("answered", flush=True)
        time.sleep(60)


class Office:
    """Opens, or opens again, what lies in the folder."""

    def __init__(self, folder: Path) -> None:
        clock, ids = SystemClock(), SystemIds()
        vault = Vault.open(f"sqlite:///{folder}/vault.db", MASTER_KEY, clock=clock)
        runtimes = [
            Runtime(
                service,
                open_store(f"sqlite:///{folder}/{service.name}.db", service.name),
                district="431202",
                clock=clock,
                ids=ids,
                keys=vault.for_reader(service.name),
            )
            for service in (*map(upstream, UPSTREAMS), notification.SERVICE)
        ]
        self.registry, self.living, *_, self.notification = runtimes
        self.host = EmbeddedHost(runtimes)

    def compose(self) -> None:
        for _ in range(3):
            Family.registered(self.registry, self.living).accept()
        self.host.drain()

    def sender(self, channel: MailChannel) -> Sender:
        """Nobody else sends from this store: what is in doubt is so at once."""
        channels = Channels({f"township:{TOWNSHIP}": channel}, NullChannel())
        return Sender(self.notification, channels, SystemClock(), in_doubt_after=timedelta(0))

    def facts(self) -> list[object]:
        return [read(entry, self.notification.around.keys).data for entry in self.notification.log()]


def main(folder: str, port: str, *linger: str) -> None:
    office = Office(Path(folder))
    if not any(isinstance(fact, MessageComposed) for fact in office.facts()):
        office.compose()
    server = MailServer("127.0.0.1", int(port), "doudi@hecheng.example", "none")
    channel = (Lingering if linger else MailChannel)(server, "office@huangjinao.example")
    sender = office.sender(channel)
    while sender.send_due():
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
