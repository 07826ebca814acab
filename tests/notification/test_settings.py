"""Where recipients are reached: told once at start-up, refused when it would be unsafe."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from services.chassis.settings import Settings
from services.notification.channels import (
    ConsoleChannel,
    MailChannel,
    NullChannel,
    WebhookChannel,
    open_channels,
)
from services.notification.settings import NotificationSettings

SECRET = "whsec_" + "A" * 32
TOWN, FINANCE, HEALTH = "township:431202101000", "department:finance", "department:health"


def settings(
    monkeypatch: pytest.MonkeyPatch, recipients: Mapping[str, str], secrets: Mapping[str, str] | None = None
) -> NotificationSettings:
    monkeypatch.setenv("DOUDI_NOTIFY_RECIPIENTS", json.dumps(recipients))
    monkeypatch.setenv("DOUDI_NOTIFY_SECRETS", json.dumps(secrets or {}))
    return NotificationSettings()


def test_without_settings_everybody_is_told_on_the_console() -> None:
    channels = open_channels(Settings(), NotificationSettings())
    assert isinstance(channels.towards(TOWN), ConsoleChannel)


def test_each_recipient_is_reached_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    notify = settings(
        monkeypatch,
        {TOWN: "mailto:office@example.org", FINANCE: "https://finance.example.org/doudi", HEALTH: "none:"},
        {FINANCE: SECRET},
    )
    channels = open_channels(Settings(smtp_host="mail.example.org"), notify)
    assert isinstance(channels.towards(TOWN), MailChannel)
    assert isinstance(channels.towards(FINANCE), WebhookChannel)
    assert isinstance(channels.towards(HEALTH), NullChannel)
    assert isinstance(channels.towards("department:education"), ConsoleChannel)
    assert SECRET not in repr(notify)
    channels.close()


@pytest.mark.parametrize(
    "recipients",
    [
        {"finance": "console:"},
        {"township:4312": "console:"},
        {FINANCE: "finance@example.org"},
        {FINANCE: "mailto:nobody"},
        {FINANCE: "mailto:a@example.org\nBcc: b@example.org"},
        {FINANCE: "ftp://example.org"},
        {FINANCE: "http://finance.example.org/doudi"},
        {FINANCE: "https://user:word@finance.example.org/doudi"},
        {FINANCE: "https:///doudi"},
    ],
)
def test_an_address_that_is_none_or_unsafe_is_refused(
    monkeypatch: pytest.MonkeyPatch, recipients: dict[str, str]
) -> None:
    with pytest.raises(ValidationError):
        settings(monkeypatch, recipients, {FINANCE: SECRET})


@pytest.mark.parametrize("secret", [None, "whsec_", "whsec_AAAA", "not base64!"])
def test_a_webhook_needs_a_secret_worth_the_name(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, {FINANCE: "https://f.example/"}, {} if secret is None else {FINANCE: secret})
    assert secret is None or secret not in str(refused.value) or secret == "whsec_"


def test_two_receivers_do_not_share_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {FINANCE: "https://f.example/", HEALTH: "http://127.0.0.1:9000/"}
    with pytest.raises(ValidationError, match="of its own"):
        settings(monkeypatch, urls, {FINANCE: SECRET, HEALTH: SECRET})


def test_mail_needs_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="DOUDI_SMTP_HOST"):
        open_channels(Settings(), settings(monkeypatch, {TOWN: "mailto:office@example.org"}))
