"""The places between two steps of the chassis where a process may be struck dead.

`arm` wraps the steps; the process that passes the chosen place for the n-th time kills itself with SIGKILL:
no `finally`, no flush, no closing of files runs.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from kafka import KafkaProducer

from services.chassis.kafka.relay import Relay
from services.chassis.runtime import Runtime
from services.chassis.store_postgres import PostgresStore
from services.chassis.store_sqlite import SqliteStore
from services.chassis.vault.keyring import Keyring
from services.chassis.views import ViewReader
from services.history.district_log import DistrictLog
from services.notification.channels import ConsoleChannel

#: name: (where, the method, before it or behind it, how often it is passed in a second or two)
POINTS: dict[str, tuple[type, str, str, int]] = {
    "before the keys are made": (Keyring, "ensure", "before", 20),
    "keys made, nothing recorded": (Keyring, "ensure", "behind", 20),
    "decided, not committed": (SqliteStore, "commit", "before", 60),
    "in the middle of the transaction": (SqliteStore, "_write", "behind", 60),
    "committed, nobody told": (SqliteStore, "commit", "behind", 60),
    "taken, the feed not told": (Runtime, "take_all", "behind", 30),
    "before a view goes on": (ViewReader, "advance", "before", 40),
    "in the middle of a view's transaction": (ViewReader, "_read_on", "behind", 40),
    "view went on": (ViewReader, "advance", "behind", 40),
    "in the middle of the district log's transaction": (DistrictLog, "_write", "behind", 15),
    "district log went on": (DistrictLog, "take", "behind", 15),
    "sending begun, nothing sent": (ConsoleChannel, "send", "before", 4),
    "sent, nothing said": (ConsoleChannel, "send", "behind", 4),
}
ON_POSTGRES: dict[str, tuple[type, str, str, int]] = {
    "decided, not committed, on PostgreSQL": (PostgresStore, "commit", "before", 30),
    "committed, nobody told, on PostgreSQL": (PostgresStore, "commit", "behind", 30),
}
OVER_KAFKA: dict[str, tuple[type, str, str, int]] = {
    "relay has begun, nothing sent": (KafkaProducer, "begin_transaction", "behind", 6),
    "relay has sent, not committed": (KafkaProducer, "flush", "behind", 6),
    "relay is committing": (KafkaProducer, "commit_transaction", "before", 6),
    "relay has committed": (KafkaProducer, "commit_transaction", "behind", 6),
    "relay has fenced its rivals": (KafkaProducer, "init_transactions", "behind", 1),
    "relay knows where to go on": (Relay, "_connect", "behind", 1),
}
ALL = {**ON_POSTGRES, **POINTS, **OVER_KAFKA}


def arm(name: str, nth: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Strike the process at the n-th passing of the point."""
    owner, method, when, _ = ALL[name]
    step: Callable[..., Any] = getattr(owner, method)
    lock = threading.Lock()
    left = nth

    def passing() -> None:
        nonlocal left
        with lock:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), sign)

    def wrapped(*values: Any, **named: Any) -> Any:
        if when == "before":
            passing()
        result = step(*values, **named)
        if when == "behind":
            passing()
        return result

    setattr(owner, method, wrapped)
