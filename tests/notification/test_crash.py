"""SIGKILL around the other side's answer: the message comes again under its id, and `Sent` is said once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from events.notification import MessageComposed, SendingStarted, Sent
from tests.notification.office_process import Office
from tests.notification.servers import Mailbox, mail_server
from tests.support import CODE

ROOT = Path(__file__).parents[2]
MESSAGES = 3

pytestmark = pytest.mark.crash


def start(folder: Path, mailbox: Mailbox, *linger: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.notification.office_process", str(folder), str(mailbox.port)]
    return subprocess.Popen([*command, *linger], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)


def finish(folder: Path, mailbox: Mailbox) -> None:
    process = start(folder, mailbox)
    process.communicate(timeout=60)
    assert process.returncode == 0


def judge(folder: Path, mailbox: Mailbox) -> Counter[str]:
    """Every message came under one id, in one wording, and was said to be sent once. How often each came."""
    office = Office(folder)
    facts: list[Any] = office.facts()
    composed = [one.message for one in facts if isinstance(one, MessageComposed)]
    sent = [one.message for one in facts if isinstance(one, Sent)]
    begun = Counter(one.message for one in facts if isinstance(one, SendingStarted))
    arrived = Counter(mailbox.ids)
    assert len(composed) == MESSAGES
    assert sorted(sent) == sorted(composed), "each once"
    assert arrived.keys() == {f"<{message}@hecheng.example>" for message in composed}
    assert len(set(mailbox.raw)) == MESSAGES, "the same to the byte"
    for message in composed:
        assert arrived[f"<{message}@hecheng.example>"] <= begun[message], "nothing left without a beginning"
    assert office.notification.store.kept_range("outbox", "", "", 10) == []
    assert office.notification.store.kept_range("started", "", "", 10) == []
    return arrived


def test_killed_between_the_servers_answer_and_our_commit(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        first = start(tmp_path, mailbox, "linger")
        assert first.stdout is not None
        assert first.stdout.readline() == "answered\n"
        kill(first)
        first.stdout.close()
        assert len(mailbox.mails) == 1
        finish(tmp_path, mailbox)
        arrived = judge(tmp_path, mailbox)
    assert sorted(arrived.values()) == [1, 1, 2]
    assert mailbox.ids[0] == mailbox.ids[1], "what is in doubt comes first"
    assert CODE in str(Office(tmp_path).notification.source)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.prove) for seed in range(3, 20))]
)
def test_killed_somewhere_around_the_answer(tmp_path: Path, seed: int) -> None:
    """The server kills its client once it has taken a mail: before it answers, or soon after it did."""
    chance = random.Random(seed)
    # Our commit takes a millisecond or two: half of the kills fall before the answer, the rest around it.
    delay, nth = max(0.0, chance.uniform(-0.003, 0.003)), chance.randint(1, MESSAGES)
    print(f"seed {seed}: killed {delay * 1000:.1f} ms after mail {nth}")
    with mail_server() as mailbox:
        process: list[subprocess.Popen[str]] = []
        started = threading.Event()

        def taken() -> None:
            started.wait()
            if len(mailbox.mails) == nth and process:
                victim = process.pop().pid
                if delay:
                    threading.Timer(delay, os.kill, (victim, signal.SIGKILL)).start()
                else:
                    os.kill(victim, signal.SIGKILL)

        mailbox.taken = taken
        process.append(start(tmp_path, mailbox))
        victim = process[0]
        started.set()
        victim.communicate(timeout=60)
        finish(tmp_path, mailbox)
        arrived = judge(tmp_path, mailbox)
    print(f"seed {seed}: came {sorted(arrived.values())}, first process ended with {victim.returncode}")
    assert sum(arrived.values()) <= MESSAGES + 1
