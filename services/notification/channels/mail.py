"""Mail: one recipient, plain UTF-8 text, a Message-ID that says which message it is, however often sent."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

from events import notification as facts
from services.chassis.settings import LOOPBACK
from services.notification.outgoing import Outgoing, Refused, Unreachable

SECONDS = 20.0
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls`: `starttls`, `tls` from the first byte, or `none`. `trust`: for a private authority."""

    host: str
    port: int
    sender: str
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    trust: ssl.SSLContext | None = None
    seconds: float = SECONDS

    @property
    def domain(self) -> str:
        return Address(addr_spec=self.sender).domain

    @property
    def confidential(self) -> bool:
        return self.tls != "none" or self.host in LOOPBACK

    def connect(self) -> smtplib.SMTP:
        context = self.trust or ssl.create_default_context()
        if self.tls == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        connection = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        if self.tls == "starttls":
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection


class MailChannel:
    kind = facts.Channel.MAIL
    together = 1

    def __init__(self, server: MailServer, address: str) -> None:
        self._server = server
        self._address = Address(addr_spec=address)

    @property
    def says_names(self) -> bool:
        return self._server.confidential  # a name does not cross a network in clear

    def send(self, message: Outgoing) -> None:
        letter = self.letter(message)
        try:
            connection = self._server.connect()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_kind(error)) from error
        try:
            if self._server.user is not None:
                connection.login(self._server.user, self._server.password or "")
            connection.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise _refused(code) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            # Login or sender not accepted: our settings are at fault, not this message.
            raise Unreachable(_kind(error)) from error
        finally:
            _leave(connection)

    def letter(self, message: Outgoing) -> EmailMessage:
        """The mail; the same to the byte whenever the message is tried again."""
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self._server.sender
        letter["To"] = self._address
        letter["Subject"] = message.subject
        letter["Date"] = message.composed
        letter["Message-ID"] = f"<{message.id}@{self._server.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text, charset="utf-8", cte="base64")
        return letter

    def close(self) -> None:
        return None


def _leave(connection: smtplib.SMTP) -> None:
    # What the server says to our goodbye says nothing about the mail, which it has taken or refused by now.
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _refused(code: int) -> Refused | Unreachable:
    return (Refused if code >= PERMANENT else Unreachable)(f"smtp {code}")


def _kind(error: Exception) -> str:
    """In words of ours; smtplib's own errors are OSErrors too, so they come first."""
    match error:
        case smtplib.SMTPResponseException():
            return f"smtp {error.smtp_code}"
        case smtplib.SMTPServerDisconnected():
            return "smtp dropped"
        case smtplib.SMTPNotSupportedError():
            return "smtp not supported"
        case smtplib.SMTPException():
            return "smtp protocol"
        case TimeoutError():
            return "smtp timeout"
        case ssl.SSLError():
            return "smtp tls"
        case _:
            return "smtp no connection"
