"""A real Apache Kafka on this machine, without containers: for `doudi kafka` and for the tests.

One node in KRaft mode on loopback. Maven resolves the jars once into a cache; Java 17 or later runs them.
It can be killed and started again on the same port and data, to see what a service does when its broker dies.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree

POM = Path(__file__).resolve().parents[2] / "deploy" / "kafka" / "pom.xml"
HOW_TO_GET = "install Java 17 or later and Maven (Debian: apt-get install openjdk-17-jre-headless maven)"

CLUSTER = "ZG91ZGktbG9jYWwtMDAwMQ"
SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
"""
# The last two: a killed broker is let in again only when its old session has run out (9 s by default).

# Quick to start rather than quick in the long run: a test's broker lives for a minute.
JVM = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-Dlog4j2.level=WARN",
    "-Djava.awt.headless=true",
)


class KafkaUnavailable(RuntimeError):
    """No Kafka can run here; the message says what is missing and how to get it."""


def find_java() -> Path:
    """The first Java of version 17 or later: that of JAVA_HOME, else the one on PATH."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (shutil.which("java", path=f"{home}/bin") if home else None, shutil.which("java")):
        if candidate and _java_version(candidate) >= 17:
            return Path(candidate)
    raise KafkaUnavailable(f"no Java 17 or later found: {HOW_TO_GET}")


def _java_version(java: str) -> int:
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def resolve_jars() -> Path:
    """The folder with Kafka's jars: DOUDI_KAFKA_LIBS, the cache, or fetched into the cache by Maven."""
    if given := os.environ.get("DOUDI_KAFKA_LIBS"):
        return Path(given)
    if not POM.exists():
        raise KafkaUnavailable("run from a checkout, or name a folder of Kafka's jars in DOUDI_KAFKA_LIBS")
    version = ElementTree.parse(POM).findtext(".//{*}kafka.version")
    cache = Path(os.environ.get("DOUDI_CACHE") or Path.home() / ".cache" / "doudi")
    jars = cache / f"kafka-{version}"
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable(f"Kafka's jars are not in {jars} and there is no Maven: {HOW_TO_GET}")
    cache.mkdir(parents=True, exist_ok=True)
    # Fetched beside and renamed: a half-filled folder, or two processes at once, must never look complete.
    with tempfile.TemporaryDirectory(dir=cache, prefix=".kafka-") as temporary:
        fetched = Path(temporary) / "jars"
        command = [maven, "-B", "-q", "-f", str(POM), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={fetched}"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise KafkaUnavailable(f"Maven could not fetch Kafka's jars:\n{answer.stdout}{answer.stderr}")
        with contextlib.suppress(OSError):  # another process was first
            fetched.rename(jars)
    return jars


def free_ports(count: int) -> list[int]:
    """Free loopback ports below the range that the kernel gives to outgoing connections.

    A port of that range could be taken by any client while the broker is down, even by a client that
    calls this very port and so connects to itself.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in found:
                found.append(port)
    return found


class LocalKafka:
    """One broker. Its data lies in `folder`, or in a temporary one that goes when the context ends."""

    def __init__(
        self, folder: Path | None = None, *, port: int | None = None, patience: float = 60.0
    ) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="doudi-kafka-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        free, self._controller = free_ports(2)
        self.port = port or free
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "LocalKafka":
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the running broker."""
        return self._process.pid if self._process else None

    def start(self) -> "LocalKafka":
        """Start the broker, also one that was stopped or killed, and wait until it answers."""
        if self._process:
            return self
        java = [str(find_java()), *JVM, "-cp", f"{resolve_jars()}/*"]
        settings = self._prepare(java)
        with (self.folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*java, "kafka.Kafka", str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for us: we then stop the broker in good order
            )
        self._watch = end_with_us(self._process.pid, signal.SIGKILL)
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        """Stop in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: as when the machine dies. The data stays; `start` continues on it."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop for good and remove the temporary data."""
        if self._temporary:
            self.kill()
            self._temporary.cleanup()
        else:
            self.stop()

    def _prepare(self, java: list[str]) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data"
        settings = self.folder / "server.properties"
        settings.write_text(SERVER_PROPERTIES.format(port=self.port, controller=self._controller, data=data))
        if not (data / "meta.properties").exists():
            command = [*java, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(settings)]
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            if answer.returncode != 0:
                raise KafkaUnavailable(f"Kafka's storage was not formatted:\n{answer.stdout}{answer.stderr}")
        return settings

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + self._patience
        # Ours must live too: what answers could be another broker on the port that ours did not get.
        while not answers(self.bootstrap) or self._process.poll() is not None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                log = (self.folder / "kafka.log").read_text(errors="replace")
                raise KafkaUnavailable(f"Kafka did not start at {self.bootstrap}:\n{log[-4000:]}")
            time.sleep(0.05)

    def _end(self, how: signal.Signals) -> None:
        process, watch = self._process, self._watch
        self._process = self._watch = None
        if watch:
            watch.kill()
            watch.communicate()
        if process:
            process.send_signal(how)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def end_with_us(pid: int, how: signal.Signals) -> subprocess.Popen[bytes]:
    """Signal `pid` should this process die without stopping it: the pipe then closes."""
    command = ["sh", "-c", f"read _; kill -{how.value} {pid}"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)


def answers(bootstrap: str) -> bool:
    """Whether a Kafka is there and has its broker registered."""
    from kafka import KafkaAdminClient  # only here: the module also serves where no client is installed
    from kafka.errors import KafkaError

    host, port = bootstrap.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        admin = KafkaAdminClient(
            bootstrap_servers=bootstrap, bootstrap_timeout_ms=2000, request_timeout_ms=2000
        )
    except (OSError, KafkaError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()
