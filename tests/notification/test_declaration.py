"""No replay can send: what composes and keeps does not know of an outside. And a replay is right."""

from __future__ import annotations

import ast
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import services.notification
from events.notification import SendingStarted, Sent
from services import notification
from services.notification.channels import Channels
from services.notification.sending import Sender
from tests.notification.upstreams import Family, upstream
from tests.support import District

PACKAGE = Path(services.notification.__file__).parent
OUTSIDE = {"smtplib", "httpx", "services.notification.channels", "services.notification.sending"}


def test_importing_the_declaration_imports_no_channel() -> None:
    script = (
        "import sys, services.notification\n"
        "print(sorted(m for m in sys.modules if m.startswith('services.notification.') or m == 'smtplib'))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parents[1], capture_output=True, text=True, check=True
    )
    loaded = set(ast.literal_eval(result.stdout))
    assert "services.notification.reactions" in loaded
    assert not {name for name in loaded if name.startswith(tuple(OUTSIDE))}


def test_only_the_channels_reach_the_network_and_only_the_sender_calls_them() -> None:
    importers: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {node.module or ""}
            else:
                continue
            for name in names & (OUTSIDE | {"socket", "services.notification.outgoing"}):
                importers.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    assert importers == {
        "smtplib": {"channels/mail.py"},
        "httpx": {"channels/webhook.py"},
        "services.notification.outgoing": {
            "sending.py",
            *(f"channels/{one}.py" for one in ("__init__", "console", "mail", "nowhere", "webhook")),
        },
    }


class Counting:
    """A channel that counts, to see that nothing comes."""

    kind = notification.notification.Channel.NONE
    says_names = False
    together = 1

    def __init__(self) -> None:
        self.sent = 0

    def send(self, message: object) -> None:
        self.sent += 1

    def close(self) -> None:
        return None


def test_a_replay_and_a_rebuilt_view_send_nothing_and_give_the_same(tmp_path: Path) -> None:
    with District(tmp_path, [upstream("registry"), upstream("living"), notification.SERVICE]) as district:
        family = Family.registered(district.runtime("registry"), district.runtime("living"))
        family.accept()
        family.grant()
        readers = district.serve("notification", notification.routers, notification.VIEWS)
        channel = Counting()
        sender = Sender(district.runtime("notification"), Channels({}, channel), district.clock)
        district.host.senders.append(sender.send_due)
        district.host.drain()
        assert channel.sent == 3
        district.host.follow()
        before = district.client("notification").get("/messages").json()
        log = list(district.log("notification"))

        assert district.differences("notification") == []  # reconstructs from the logs alone
        readers["messages"].rebuild()
        assert district.client("notification").get("/messages").json() == before
        assert list(district.log("notification")) == log
        district.clock.advance_to(district.clock.now() + timedelta(days=1))
        district.host.drain()
        assert channel.sent == 3
        assert len(district.facts("notification", Sent)) == len(
            district.facts("notification", SendingStarted)
        )
