"""The console: a message as a line of the log. For development, and for whoever has no address yet."""

from __future__ import annotations

import structlog

from events import notification as facts
from services.notification.outgoing import Outgoing

log = structlog.get_logger(__name__)


class ConsoleChannel:
    kind = facts.Channel.CONSOLE
    says_names = False  # logs hold nothing personal
    together = 500

    def send(self, message: Outgoing) -> None:
        log.info(
            "message",
            message=str(message.id),
            template=message.template,
            recipient=message.recipient,
            about=str(message.about),
            attempt=message.attempt,
            subject=message.subject,
        )

    def close(self) -> None:
        return None
