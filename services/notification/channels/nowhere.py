"""Sends nothing and says that it did: for simulations, and for whoever is to be left out."""

from __future__ import annotations

from events import notification as facts
from services.notification.outgoing import Outgoing


class NullChannel:
    kind = facts.Channel.NONE
    says_names = False
    together = 500

    def send(self, message: Outgoing) -> None:
        return None

    def close(self) -> None:
        return None
