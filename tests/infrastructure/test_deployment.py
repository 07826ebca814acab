"""docker-compose.yml, its secrets and its databases fit each other; no secret has a default."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from jsonschema import Draft7Validator

from services.cli.house import ROOMS
from tests.infrastructure.postgres import find_binaries

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
# schema/compose-spec.json of github.com/compose-spec/compose-spec at 170098b (Apache-2.0), as it is.
OFFICIAL = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
SERVICES = tuple(ROOMS)


@pytest.fixture(scope="module")
def system() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE)["services"]


def test_it_is_valid_by_the_public_schema_and_names_nothing_that_is_not_there(system: dict[str, Any]) -> None:
    whole = yaml.safe_load(COMPOSE)
    assert [error.message for error in Draft7Validator(OFFICIAL).iter_errors(whole)] == []
    used = {volume.split(":")[0] for service in system.values() for volume in service.get("volumes", ())}
    folders = {one for one in used if one.startswith(".")}
    assert used - folders == set(whole["volumes"])
    assert all((ROOT / one).exists() for one in folders)
    for service in system.values():
        for name, condition in service.get("depends_on", {}).items():
            assert condition == {"condition": "service_healthy"} and "healthcheck" in system[name]
    misspelt = whole | {"services": {"living": {"depend_on": {}}}}
    assert not Draft7Validator(OFFICIAL).is_valid(misspelt)


def test_every_service_runs_alone_unprivileged_on_its_own_database(system: dict[str, Any]) -> None:
    assert set(system) == {"kafka", "postgres", "insight", *SERVICES}
    for name in SERVICES:
        service = system[name]
        assert service["command"] == ["up", name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert set(service["depends_on"]) == {"kafka", "postgres"}
        assert f"{name.upper()}_DB_PASSWORD" in service["environment"]["DOUDI_POSTGRES_URL"]
        assert f"{name.upper()}_DB_PASSWORD" in system["postgres"]["environment"]
    published = [port for service in system.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert len(set(published)) == len(published)


def test_the_figures_have_no_database_and_no_key(system: dict[str, Any]) -> None:
    insight = system["insight"]
    assert insight["command"] == ["up", "insight"] and insight["read_only"] and insight["cap_drop"] == ["ALL"]
    assert set(insight["environment"]) == {"DOUDI_KAFKA", "DOUDI_TOKEN_JWKS_URL"}
    assert set(insight["depends_on"]) == {"kafka"} and "volumes" not in insight


def test_every_secret_is_asked_for_and_none_has_a_default() -> None:
    asked = re.findall(r"\$\{(\w+)(:?[^}]*)\}", COMPOSE)
    assert all(rule.startswith(":?") for _, rule in asked)
    lines = (ROOT / "deploy" / ".env.example").read_text().splitlines()
    offered = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert offered == dict.fromkeys((name for name, _ in asked), "")


def test_the_images_are_those_that_the_jars_and_the_tests_name(system: dict[str, Any]) -> None:
    pom = (ROOT / "deploy" / "kafka" / "pom.xml").read_text()
    version = re.search(r"<kafka.version>(.*)</kafka.version>", pom)
    assert version and system["kafka"]["image"] == f"apache/kafka:{version[1]}"
    assert "auto.create.topics.enable=false" in (ROOT / "services/chassis/local_kafka.py").read_text()
    assert system["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_no_service_can_open_the_database_of_another(own_postgres: str) -> None:
    names = (*SERVICES, "vault")
    passwords = {f"{name.upper()}_DB_PASSWORD": f"secret{name}" for name in names}
    psql = [find_binaries() / "psql", own_postgres, "-q", "-f", ROOT / "deploy" / "postgres" / "init.sql"]
    done = subprocess.run(psql, env=passwords, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    address = own_postgres.split("@")[1].split("/")[0]
    for role in names:
        for database in names:
            url = f"postgresql://doudi_{role}:secret{role}@{address}/doudi_{database}"
            if role == database:
                psycopg.connect(url).close()
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(url)


def test_a_missing_password_stops_the_set_up_of_the_databases(own_postgres: str) -> None:
    psql = [find_binaries() / "psql", own_postgres, "-q", "-f", ROOT / "deploy" / "postgres" / "init.sql"]
    done = subprocess.run(psql, env={}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert (
        "doudi_registry"
        not in subprocess.run(
            [find_binaries() / "psql", own_postgres, "-c", r"\du"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    )
