"""Settings: one table, secrets that do not show, and an environment that is refused when it is unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.chassis.settings import (
    Settings,
    UnsafeEnvironment,
    refuse_unsafe_environment,
    table,
    unknown_variables,
)

SECRET = "s3cret-pass"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DOUDI_{name.upper()}", raising=False)


def test_a_setting_comes_from_its_variable_and_an_argument_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_DISTRICT", "431221")
    monkeypatch.setenv("DOUDI_METRICS_FROM", "10.0.0.0/8, 127.0.0.1")
    settings = Settings(data=Path("elsewhere"))
    assert (settings.district, settings.data, settings.source("living")) == (
        "431221",
        Path("elsewhere"),
        "/431221/living",
    )
    assert [str(one) for one in settings.metrics_from] == ["10.0.0.0/8", "127.0.0.1/32"]


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_POSTGRES_URL", "")
    assert Settings().postgres_url is None


def test_each_service_has_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOUDI_POSTGRES_URL", f"postgresql://doudi:{SECRET}@db/doudi_{{service}}")
    settings = Settings()
    assert settings.postgres("living") == f"postgresql://doudi:{SECRET}@db/doudi_living"
    assert SECRET not in f"{settings!r}{settings.model_dump()}{settings.model_dump_json()}"
    assert Settings(postgres_url=None).postgres("living") is None


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"DISTRICT": "4312"}, "district"),
        ({"PORT": "99999"}, "port"),
        ({"TOKEN_JWKS_URL": "http://keys.example/jwks"}, "https"),
        ({"TOKEN_DEVELOPMENT": "1", "TOKEN_PUBLIC_KEY": "key.pem"}, "choose one"),
        ({"SMTP_HOST": "mail.example", "SMTP_PASSWORD": SECRET, "SMTP_TLS": "none"}, "in clear"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    variables: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"DOUDI_{name}", value)
    with pytest.raises(ValidationError, match=why):
        Settings()


@pytest.mark.parametrize("value", ["1", "y", "true", "Yes", "anything"])
def test_the_option_that_loses_events_stops_the_start(value: str) -> None:
    with pytest.raises(UnsafeEnvironment, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        refuse_unsafe_environment({"POSTGRES_ENABLE_DB_FUNCTIONS": value})


@pytest.mark.parametrize("value", ["", "0", "no", "False", "off"])
def test_switched_off_it_does_not(value: str) -> None:
    refuse_unsafe_environment({"POSTGRES_ENABLE_DB_FUNCTIONS": value})
    refuse_unsafe_environment({})


def test_a_mistyped_variable_is_warned_of_with_the_nearest_setting() -> None:
    found = unknown_variables({"DOUDI_DISTICT": "1", "DOUDI_PORT": "1", "DOUDI_TEST_KAFKA": "1", "HOME": "/"})
    assert found == ["DOUDI_DISTICT is no setting and changes nothing; did you mean DOUDI_DISTRICT?"]


def test_the_page_of_the_settings_is_the_one_generated() -> None:
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == table(), "run: python -m services.chassis.settings"
