"""Where recipients are reached: settings of the installation, never facts of the log.

    DOUDI_NOTIFY_RECIPIENTS='{"township:431202101000": "mailto:office@example.org",
                              "department:finance": "https://finance.example.org/doudi"}'
    DOUDI_NOTIFY_SECRETS='{"department:finance": "whsec_…"}'

The mail server itself is set by `DOUDI_SMTP_…`.
"""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from events.notification import Recipient
from services.notification.addresses import checked_url, secret_bytes

PREFIX = "DOUDI_NOTIFY_"

_RECIPIENT: TypeAdapter[str] = TypeAdapter(Recipient)


def _address(address: str) -> str:
    scheme = urlsplit(address).scheme
    if scheme == "mailto":
        _mail_address(address.removeprefix("mailto:"))
    elif scheme in ("http", "https"):
        checked_url(address)
    elif address not in ("console:", "none:"):
        raise ValueError("an address is mailto:…, https://…, console: or none:")
    return address


def _mail_address(text: str) -> None:
    try:
        found = Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ValueError("not a mail address") from error
    if not found.domain or not text.isascii():
        raise ValueError("a mail address has a domain, and is written in ASCII")


class NotificationSettings(BaseSettings):
    """A recipient without an address is told on the console."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    recipients: dict[str, Annotated[str, AfterValidator(_address)]] = Field(
        default_factory=dict,
        description="JSON: code of a recipient → mailto:…, https://…, console: or none:",
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="JSON: code of a recipient → secret of its webhook's signature, whsec_…, one each",
    )

    @field_validator("recipients")
    @classmethod
    def _codes(cls, recipients: dict[str, str]) -> dict[str, str]:
        for code in recipients:
            _RECIPIENT.validate_python(code)
        return recipients

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        for code, address in self.recipients.items():
            if urlsplit(address).scheme not in ("http", "https"):
                continue
            if code not in self.secrets:
                raise ValueError(f"secrets needs {code}: its receiver must be able to tell our calls")
            secret_bytes(self.secrets[code].get_secret_value())
        # With one secret for two, one department could call another in our name.
        given = [secret.get_secret_value() for secret in self.secrets.values()]
        if len(set(given)) < len(given):
            raise ValueError("every recipient has a secret of its own")
        return self
