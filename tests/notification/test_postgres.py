"""The same on PostgreSQL: composing, sending, and the table of messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from events.notification import Sent
from services import notification
from services.chassis.clock import SeededIds, SimulatedClock
from services.chassis.codec import read
from services.chassis.database import open_database
from services.chassis.embedded import EmbeddedHost
from services.chassis.runtime import Runtime
from services.chassis.store import open_store
from services.chassis.vault import MemoryVault
from services.chassis.views import ViewReader
from services.notification import views
from services.notification.channels import Channels, NullChannel
from services.notification.model import BACK_OFF, State
from services.notification.outgoing import Outgoing, Unreachable
from services.notification.sending import Sender
from tests.notification.upstreams import TOWNSHIP, UPSTREAMS, Family, upstream


class Away(NullChannel):
    away = True

    def send(self, message: Outgoing) -> None:
        if self.away:
            raise Unreachable("http 503")


def test_messages_go_out_and_are_counted_on_postgresql(postgres_url: str) -> None:
    clock, ids = SimulatedClock(datetime(2020, 8, 3, 1, tzinfo=UTC)), SeededIds(1)
    vault = MemoryVault(clock=clock)
    runtimes = [
        Runtime(
            service,
            open_store(postgres_url, service.name),
            district="431202",
            clock=clock,
            ids=ids,
            keys=vault.for_reader(service.name),
        )
        for service in (*map(upstream, UPSTREAMS), notification.SERVICE)
    ]
    host = EmbeddedHost(runtimes)
    mine = runtimes[-1]
    database = open_database(postgres_url, "notification_views")
    try:
        reader = ViewReader(views.MESSAGES, database, mine.store, mine.around.keys)
        channel = Away()
        sender = Sender(mine, Channels({f"township:{TOWNSHIP}": channel}, NullChannel()), clock)
        Family.registered(*runtimes[:2]).grant()
        host.drain()
        assert sender.send_due() == 2
        reader.advance()
        with reader.reading() as tables:
            assert views.counted(tables) == {"sent": 1, "waiting": 1}
            (waiting,) = views.listed(tables, state=State.WAITING)
        assert (waiting.failure, waiting.attempts) == ("http 503", 1)
        channel.away = False
        clock.advance_to(clock.now() + BACK_OFF[0] + timedelta(seconds=1))
        assert sender.send_due() == 1
        reader.advance()
        reader.rebuild()
        with reader.reading() as tables:
            assert views.counted(tables) == {"sent": 2}
            assert views.counted(tables, "department:finance") == {"sent": 1}
        log = [read(entry).data for entry in mine.log()]
        assert sum(isinstance(fact, Sent) for fact in log) == 2
    finally:
        database.close()
        for runtime in runtimes:
            runtime.store.close()
