"""A service that comes back as it was: from an old backup, behind its own topic; and one that went on from there.

It must not take part: others know events that it has never recorded. `doudi restore` builds it anew from what
it has published.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from kafka import KafkaAdminClient

from services.chassis.kafka.topics import create_topics, topic_of
from services.chassis.local_kafka import LocalKafka
from services.chassis.restore import back_up
from services.cli.house import store_files
from tests.crash.judging import Remains, remains
from tests.crash.lives import ROOT, Lives, diary, done, lives, wait_until
from tests.crash.office import FAILED, Life
from tests.crash.test_kafka import district

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

BEFORE, AFTER = 25, 60


def work_until(office: Lives, life: Life, until: int) -> None:
    last = replace(life, until=until, stays=True)
    office.end_together(last, [office.begin(last)])


def put_back(folder: Path, backup: Path, name: str) -> None:
    """What somebody does who has lost a disk and finds an old copy of one store."""
    for leftover in ("-wal", "-shm"):
        (folder / f"{name}.sqlite{leftover}").unlink(missing_ok=True)
    shutil.copy(backup / f"{name}.sqlite", folder / f"{name}.sqlite")


def doudi(life: Life, *words: str) -> str:
    environment = {**os.environ, "DOUDI_DISTRICT": life.district, "DOUDI_DATA": life.folder}
    told = subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


@pytest.mark.parametrize("name", ["living", pytest.param("registry", marks=pytest.mark.prove)])
def test_a_service_restored_from_an_old_backup(tmp_path: Path, kafka: str, name: str) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    folder.mkdir()
    life = Life(str(folder), 31, kafka=kafka, district=district(Random()))
    with lives() as office:
        # given a backup, and work that went on
        work_until(office, life, BEFORE)
        back_up(store_files(life.settings()), backup)
        work_until(office, life, AFTER)
        # when one service comes back as of the backup
        put_back(folder, backup, name)
        old = office.begin(replace(life, names=(name,)))
        # then it does not stay, and says what to do
        assert office.wait(old, 60) == FAILED
        assert f"doudi restore {name}" in diary(life)
        assert done(life) == AFTER, "it has done nothing"
        # when it is restored from its topic
        assert "restored" in doudi(life, "restore", name, "--kafka", kafka, "--yes")
        # then it goes on where it was
        work_until(office, life, AFTER + 20)
    with remains(life) as found:
        found.judge()


@pytest.mark.prove
def test_a_restore_that_is_killed_is_begun_again(tmp_path: Path, kafka: str) -> None:
    life = Life(str(tmp_path), 32, kafka=kafka, district=district(Random()))
    with lives() as office:
        work_until(office, life, AFTER)
        for leftover in tmp_path.glob("living.sqlite*"):
            leftover.unlink()
        # when a restore dies before it is done (its last commit is the fourth at the latest)
        environment = {**os.environ, "DOUDI_DISTRICT": life.district, "DOUDI_DATA": life.folder}
        program = (
            "from tests.crash import points; points.arm('committed, nobody told', 2);"
            f"from services.cli import main; import sys;"
            f"sys.argv[1:] = ['restore', 'living', '--kafka', {kafka!r}, '--yes']; main()"
        )
        died = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True)
        assert died.returncode == -9, died.stderr
        # then the service refuses to start
        half = office.begin(replace(life, names=("living",)))
        assert office.wait(half, 60) == FAILED
        assert "doudi restore living" in diary(life)
        # and a second restore does it
        print(doudi(life, "restore", "living", "--kafka", kafka, "--yes"))
        work_until(office, life, AFTER + 20)
    with remains(life) as found:
        found.judge()


def test_an_embedded_service_alone_from_an_old_backup_notices(tmp_path: Path) -> None:
    """There is no topic to compare with: what the others know of it tells."""
    folder, backup = tmp_path / "data", tmp_path / "backup"
    folder.mkdir()
    life = Life(str(folder), 33)
    with lives() as office:
        office.finish(replace(life, until=BEFORE))
        back_up(store_files(life.settings()), backup)
        office.finish(replace(life, until=AFTER))
        put_back(folder, backup, "registry")
        pid = office.begin(replace(life, until=AFTER, stays=True))
        wait_until(lambda: "old-copy" in diary(life), 30, "the registry stops")
        office.kill(pid)
    with remains(life) as found:
        registry = found.house.runtimes["registry"]
        found.house.close()
    assert "doudi restore registry" in said_by(life, registry.source)


def said_by(life: Life, source: str) -> str:
    """What a feed that stops gives as its reason, from a process that only looks."""
    from services.cli.up import start

    found = Remains(life)
    host = start(found.house)
    try:
        found.house.runtimes["registry"].pump()
        return " ".join(found.house.runtimes["registry"].unready())
    finally:
        host.stop()
        found.house.close()


@pytest.mark.prove
def test_an_old_copy_that_went_on_is_noticed_by_its_relay_and_by_who_reads_it(
    tmp_path: Path, own_kafka: LocalKafka
) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    folder.mkdir()
    life = Life(str(folder), 34, kafka=own_kafka.bootstrap, district=district(Random()))
    with lives() as office:
        work_until(office, life, BEFORE)
        back_up(store_files(life.settings()), backup)
        work_until(office, life, AFTER)
        # when the old copy of the registry records other events than it once did, cut off from Kafka
        put_back(folder, backup, "registry")
        go_on_alone(life)
        # then its relay sees that the topic says something else
        forked = office.begin(replace(life, names=("registry",)))
        assert office.wait(forked, 60) == FAILED
        assert "doudi restore registry" in diary(life)
        # and where the topic was lost too, so that nothing contradicts the copy, living does
        admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
        admin.delete_topics([topic_of("registry")])
        admin.close()
        wait_until(lambda: _made(own_kafka.bootstrap), 30, "an empty topic")
        copy, reader = (office.begin(replace(life, names=(name,), until=0, stays=True))
                        for name in ("registry", "living"))  # fmt: skip
        wait_until(lambda: '"fork"' in diary(life), 150, "living stops at the fork")
        office.kill(copy)
        office.kill(reader)


def _made(bootstrap: str) -> bool:
    create_topics(bootstrap, [topic_of("registry")], 1)
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return topic_of("registry") in admin.list_topics()
    finally:
        admin.close()


def go_on_alone(life: Life) -> None:
    """The registry's store records more than it had published, none of it the same."""
    from tests.crash import script

    found = Remains(life)
    try:
        registry = found.house.runtimes["registry"]
        published = len(found.logs["registry"])
        for serial in range(5000, 5000 + 3 * AFTER):
            command = script.Command(0, "registry", "register person", 0, {"serial": serial})
            registry.decide(lambda work, one=command: script.decide(work, one, {}, 0))
        assert registry.store.head().sequence > published + 2 * AFTER
    finally:
        found.house.close()
