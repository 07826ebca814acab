"""The channels: how each recipient is reached, as the installation's settings say. Console unless they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.chassis.settings import Settings
from services.notification.channels.console import ConsoleChannel
from services.notification.channels.mail import MailChannel, MailServer
from services.notification.channels.nowhere import NullChannel
from services.notification.channels.webhook import WebhookChannel
from services.notification.outgoing import Channel
from services.notification.settings import NotificationSettings

__all__ = [
    "Channels",
    "ConsoleChannel",
    "MailChannel",
    "MailServer",
    "NullChannel",
    "WebhookChannel",
    "open_channels",
]


@dataclass(frozen=True, slots=True)
class Channels:
    """A channel for every recipient's code; `otherwise` for those that have none of their own."""

    by_recipient: Mapping[str, Channel] = field(default_factory=dict)
    otherwise: Channel = field(default_factory=ConsoleChannel)

    def towards(self, recipient: str) -> Channel:
        return self.by_recipient.get(recipient, self.otherwise)

    def close(self) -> None:
        for channel in (*self.by_recipient.values(), self.otherwise):
            channel.close()


def open_channels(settings: Settings, notify: NotificationSettings) -> Channels:
    """Channels as the settings name them; ValueError where mail is meant and no server is set."""
    return Channels(
        {
            recipient: _channel(recipient, address, settings, notify)
            for recipient, address in notify.recipients.items()
        }
    )


def _channel(recipient: str, address: str, settings: Settings, notify: NotificationSettings) -> Channel:
    scheme = urlsplit(address).scheme
    if scheme == "none":
        return NullChannel()
    if scheme == "console":
        return ConsoleChannel()
    if scheme == "mailto":
        if settings.smtp_host is None:
            raise ValueError(f"{recipient} is reached by mail, but DOUDI_SMTP_HOST is not set")
        password = settings.smtp_password
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=None if password is None else password.get_secret_value(),
        )
        return MailChannel(server, address.removeprefix("mailto:"))
    return WebhookChannel(address, notify.secrets[recipient].get_secret_value())
