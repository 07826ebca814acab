"""Webhooks: a CloudEvent in structured JSON, signed as the Standard Webhooks specification says.

The receiver computes HMAC-SHA256 over `id.timestamp.body` with the secret it shares with us, and compares it
with what stands behind `v1,` in `webhook-signature`. It may get a message twice, under the same id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode

import httpx

from events import notification as facts
from services.chassis.clock import Clock, SystemClock
from services.notification.addresses import checked_url, secret_bytes
from services.notification.outgoing import Outgoing, Refused, Unreachable

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
GONE = 410
TIMEOUT = httpx.Timeout(10.0, connect=5.0)


def signature(key: bytes, message: str, timestamp: str, body: bytes) -> str:
    signed = b".".join([message.encode(), timestamp.encode(), body])
    return "v1," + b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class WebhookChannel:
    """`clock` dates the signature: the machine's, since receivers refuse what is older than minutes."""

    kind = facts.Channel.WEBHOOK
    says_names = False  # the receiver looks up whom a number means, and the look-up is recorded
    together = 1

    def __init__(
        self, url: str, secret: str, *, clock: Clock | None = None, timeout: httpx.Timeout = TIMEOUT
    ) -> None:
        self._url = checked_url(url)
        self._key = secret_bytes(secret)
        self._clock = clock or SystemClock()
        # No proxy from the environment: what is said to a department is said to it alone.
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def send(self, message: Outgoing) -> None:
        body = cloud_event(message)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": CONTENT_TYPE,
            "webhook-id": str(message.id),
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._key, str(message.id), timestamp, body),
        }
        try:
            # The answer's body is not read: its status says all, and it could be without end.
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.TimeoutException as error:
            raise Unreachable("http timeout") from error
        except httpx.HTTPError as error:
            raise Unreachable("http no connection") from error
        if status == GONE:
            raise Refused(f"http {status}")
        if not 200 <= status < 300:
            raise Unreachable(f"http {status}")

    def close(self) -> None:
        self._client.close()


def cloud_event(message: Outgoing) -> bytes:
    """CloudEvents 1.0, structured mode; the same to the byte whenever the message is tried again."""
    concerned = [
        f"{kind}/{one}"
        for kind, one in (("person", message.person), ("household", message.household))
        if one is not None
    ]
    event = {
        "specversion": "1.0",
        "id": str(message.id),
        "source": message.source,
        "type": f"notification.{message.template}",
        **({"subject": concerned[0]} if concerned else {}),
        "time": message.composed.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "recipient": message.recipient,
            "about": str(message.about),
            "concerns": concerned,
            "values": dict(message.values),
            "subject": message.subject,
            "text": message.text,
        },
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
