"""An office that works until it is killed: `python -m tests.crash.office` and a line of JSON for each life.

Importing the house takes longer than a short life lasts. So this process imports it once and forks a new
process for every life: with nothing opened, no thread, and no memory of an earlier life but its files. It
tells the process ids, and how each life ended, on its standard output.

A life opens the house (all services embedded, or some over Kafka) and works through the script, one command
after another; every command that was committed is a line in the file `done`. A command that was not
acknowledged is given again, under its idempotency key, by the next life. Several processes may share the work.
"""

from __future__ import annotations

import faulthandler
import json
import mmap
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from pydantic import BaseModel, SecretStr

from services.chassis import logs
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.embedded import EmbeddedHost
from services.chassis.refusal import Refused
from services.chassis.settings import Settings
from services.chassis.store import INFRASTRUCTURE
from services.chassis.tokens import Caller
from services.cli.house import ROOMS, House
from services.cli.up import start
from services.notification.channels import ConsoleChannel
from services.notification.outgoing import Outgoing
from services.policy import keeping
from tests.crash import points, script
from tests.papers import DIBAO, text_of

CLERK = UUID("00000000-0000-4000-8000-00000000c1e4")
CALLER = Caller(person=CLERK, post="clerk", department=Department.CIVIL_AFFAIRS)
FAILED = 3


@dataclass(frozen=True, slots=True)
class Life:
    """What one process is to do. `until`: the number of the command before which it stops; else it goes on.

    `point`, `nth`: where it strikes itself, dead (SIGKILL) or, with `pauses`, still (SIGSTOP). `stays`: having
    stopped to give commands it goes on with all else until there is a file `end`.
    """

    folder: str
    seed: int
    names: tuple[str, ...] = tuple(ROOMS)
    until: int | None = None
    point: str = ""
    nth: int = 1
    pauses: bool = False
    stays: bool = False
    kafka: str | None = None
    postgres: str | None = None
    district: str = "431202"
    patience: float = 150.0  # a feed that stands still ends its process before, and says so

    def settings(self) -> Settings:
        return Settings(
            district=self.district,
            data=Path(self.folder),
            token_development=True,
            kafka=self.kafka,
            postgres_url=SecretStr(self.postgres) if self.postgres else None,
            log_level="WARNING",
            idempotency_days=366,  # days pass quickly here
        )


class OfficeClock:
    """The machine's clock, and so many days ahead as the office has let pass; all processes share one file.

    Mapped, so that it is on record the moment it is set, and never goes back when a process dies.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            opened = datetime.combine(script.OPENS, datetime.min.time(), UTC) + timedelta(hours=1)
            offset = round((opened - datetime.now(UTC)).total_seconds() * 1e6)
            temporary = file.with_name(f"{file.name}.{os.getpid()}")
            temporary.write_bytes(offset.to_bytes(8, sys.byteorder, signed=True) + bytes(8))
            with suppress(FileExistsError):
                os.link(temporary, file)  # never in place of one that somebody has mapped already
            temporary.unlink()
        with file.open("r+b") as opened_file:
            self._words = memoryview(mmap.mmap(opened_file.fileno(), 16)).cast("q")

    def now(self) -> datetime:
        offset, days = self._words
        return datetime.now(UTC) + timedelta(microseconds=offset, days=days)

    def days_pass(self, since_opening: int) -> None:
        self._words[1] = max(self._words[1], since_opening)


class Answer(BaseModel):
    id: str


@dataclass
class Done:
    """The file of acknowledged commands: shared by all lives, and by whoever judges them."""

    file: Path

    def read(self) -> Iterator[tuple[int, str]]:
        """Number and answer of each; what another process is writing just now is left for later."""
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                number, _, answer = line.partition(" ")
                yield int(number), answer

    def write(self, number: int, answer: str) -> None:
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{number} {answer}\n".encode())
        finally:
            os.close(descriptor)


class Office:
    def __init__(self, life: Life) -> None:
        self.life = life
        folder = Path(life.folder)
        self.clock = OfficeClock(folder / "clock")
        self.done = Done(folder / "done")
        self.house = House(life.settings(), names=life.names, clock=self.clock)
        self.host = start(self.house)

    def work(self) -> None:
        """One command after the other, in the script's order, by whichever process has its service."""
        answers = dict(self.done.read())
        for command in script.commands(self.life.seed):
            if command.number == self.life.until:
                return
            mine = command.service in self.life.names or (command.service == "clock" and self._leads)
            while command.number not in answers:
                self.must_run()
                answers.update(self.done.read())
                if command.number in answers:
                    break
                if mine:
                    answers[command.number] = self._give(command, answers)
                    self.done.write(command.number, answers[command.number])
                else:
                    time.sleep(0.02)

    def must_run(self) -> None:
        """What `doudi up` does: a host that has failed ends the process."""
        if self.host.failure:
            raise RuntimeError(self.host.failure)

    @property
    def _leads(self) -> bool:
        return "registry" in self.life.names

    def _give(self, command: script.Command, answers: script.Answers) -> str:
        if command.service == "clock":
            self.clock.days_pass(command.days)
            return ""
        runtime = self.house.runtimes[command.service]
        id_ = command.id(self.life.seed)
        state = SimpleNamespace(idempotency_key=str(id_), request_digest=command.name, request_id=id_)
        request: Any = SimpleNamespace(state=state)
        deadline = time.monotonic() + self.life.patience
        while True:
            try:
                return execute(
                    request,
                    runtime,
                    CALLER,
                    Answer,
                    lambda work: Answer(id=script.decide(work, command, answers, self.life.seed)),
                ).id
            except (Refused, *INFRASTRUCTURE):  # what it rests on has not come yet, or the machine is away
                if (told := dict(self.done.read()).get(command.number)) is not None:
                    return told  # somebody else has done it, so long ago that its key is forgotten
                if time.monotonic() > deadline or self.host.failure:
                    raise
                time.sleep(0.01)

    def settle(self) -> None:
        """Stop working by itself; and in one process, let everything that follows happen."""
        self.host.stop()
        if isinstance(self.host, EmbeddedHost):
            while self.host.step() + sum(send() for send in self.host.senders):
                pass
        self.house.close()


def live(life: Life) -> None:
    logs.configure("ERROR")
    faulthandler.register(signal.SIGUSR1)  # where every thread stands, in the diary
    folder = Path(life.folder)

    def arrives(self: ConsoleChannel, message: Outgoing) -> None:
        """Outside the house: what has arrived there cannot be called back."""
        Done(folder / "arrived").write(message.attempt, str(message.id))

    ConsoleChannel.send = arrives  # type: ignore[method-assign]  # the other side, which outlives the process
    if life.point:
        points.arm(life.point, life.nth, signal.SIGSTOP if life.pauses else signal.SIGKILL)
    office = Office(life)
    office.work()
    while life.stays and not (folder / "end").exists():
        office.must_run()
        time.sleep(0.05)
    office.settle()


def main() -> None:
    """Fork a life for every line that comes; end with whoever writes the lines."""
    for id in DIBAO:
        keeping.paper(*text_of(id))  # read once, as the house is imported once
    wakes, wakened = os.pipe()
    os.set_blocking(wakened, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakened)
    living: set[int] = set()
    tell(ready=os.getpid())
    while True:
        came, _, _ = select.select([0, wakes], [], [])
        if wakes in came:
            os.read(wakes, 4096)
            while living and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                living.discard(ended[0])
                tell(ended=ended[0], status=os.waitstatus_to_exitcode(ended[1]))
        if 0 in came:
            line = _line()
            if not line:
                break
            living.add(pid := _fork(json.loads(line)))
            tell(born=pid)
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _line() -> bytes:
    """Unbuffered: what Python had read ahead, `select` would not see."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def _fork(said: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = FAILED
    try:
        life = Life(**{**said, "names": tuple(said["names"])})
        diary = os.open(Path(life.folder) / "diary", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for old, new in ((nothing, 0), (diary, 1), (diary, 2)):
            os.dup2(old, new)
        live(life)
        status = 0
    except BaseException:  # noqa: BLE001  # the only way out of here is the exit below; the diary says why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def tell(**said: Any) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def as_line(life: Life) -> bytes:
    return json.dumps(asdict(life)).encode() + b"\n"


if __name__ == "__main__":
    main()
