"""Every setting in one table: an environment variable each, `DOUDI_` before its name.

`python -m services.chassis.settings` writes the table of docs/settings.md to standard output.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DOUDI_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LISTS = ("metrics_from", "checkpoint_folders", "witnesses")


class UnsafeEnvironment(Exception):
    """The environment asks for something that would lose events or open a door."""


def _fetched_safely(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("must be https (http only to this machine): whoever can change it can sign tokens")
    return url


def _listed(value: object) -> object:
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """What an installation may choose. Secrets never show in a print or a log."""

    # What was set is not quoted in errors: an address of a database carries its password.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    district: str = Field(default="431202", pattern=r"^\d{6}$", description="GB/T 2260 code of the district")
    data: Path = Field(
        default=Path("var"), description="folder of the stores, keys and attachments of an embedded host"
    )
    evidence: Path | None = Field(
        default=None, description="folder of attachments, encrypted; unset: `evidence` in the data folder"
    )
    evidence_limit: int = Field(
        default=10 << 20, ge=1024, description="bytes of an attachment; `import_limit` bounds it too"
    )
    lake: Path | None = Field(
        default=None,
        description="folder of the lake that history appends to as it runs; unset: `lake` in the data folder; `off`: none",
    )
    postgres_url: SecretStr | None = Field(
        default=None,
        description="stores on PostgreSQL, a schema each; `{service}` stands for the service; unset: SQLite",
    )
    vault_url: SecretStr | None = Field(
        default=None, description="the vault's own PostgreSQL database; unset: SQLite in the data folder"
    )
    master_key_file: Path | None = Field(
        default=None,
        description="file of the vault's master key; unset: made in the data folder, for development",
    )
    master_key: SecretStr | None = Field(
        default=None, description="the master key itself, base64, where secrets come as variables"
    )
    checkpoint_key: Path | None = Field(
        default=None,
        description="file (mode 0600) of the key that signs checkpoints; unset: made in the data folder",
    )
    checkpoint_minutes: int = Field(
        default=60,
        ge=1,
        description="minutes after which a checkpoint is signed, also before the day is closed",
    )
    checkpoint_folders: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(), description="folders outside, where every checkpoint is dropped, comma-separated"
    )
    witnesses: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="addresses of witnesses that checkpoints are sent to, comma-separated"
    )
    kafka: str | None = Field(
        default=None, description="bootstrap servers, host:port,…; unset: the embedded feed"
    )
    partition: int = Field(
        default=0, ge=0, description="partition of this district in every topic, bound for ever"
    )
    partitions: int = Field(
        default=1, ge=1, le=1000, description="partitions of a topic that does not exist yet, one a district"
    )

    host: str = Field(default="127.0.0.1", description="address the web listens on")
    port: int = Field(default=8350, ge=0, le=65_535, description="port the web listens on; 0: any free one")
    body_limit: int = Field(default=1 << 20, ge=1024, description="bytes a request body may have")
    import_limit: int = Field(default=32 << 20, ge=1024, description="bytes of an uploaded roster")
    roster_rows: int = Field(default=50_000, ge=1, description="rows of an uploaded roster")
    idempotency_days: int = Field(
        default=7, ge=1, le=366, description="days an Idempotency-Key is remembered"
    )
    metrics_from: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="networks that may read /metrics without a token, comma-separated",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="from this level up; what Kafka's client tells of its connections from `DEBUG` only",
    )
    log_console: bool = Field(default=False, description="logs for reading by eye instead of JSON lines")

    token_issuer: str = Field(default="doudi", min_length=1, description="`iss` that tokens must have")
    token_audience: str = Field(default="doudi", min_length=1, description="`aud` that tokens must have")
    token_jwks_url: Annotated[str, AfterValidator(_fetched_safely)] | None = Field(
        default=None, description="where the signer of tokens publishes its keys (JWKS), https"
    )
    token_public_key: Path | None = Field(
        default=None, description="PEM file of the signer's public key instead"
    )
    token_development: bool = Field(
        default=False, description="accept tokens of `doudi token`, signed with a key in the data folder"
    )

    smtp_host: str | None = Field(default=None, description="mail server; unset: no mail is sent")
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="its port")
    smtp_from: str = Field(default="doudi@localhost", description="sender of mails")
    smtp_user: str | None = Field(default=None, description="login at the mail server")
    smtp_password: SecretStr | None = Field(default=None, description="its password")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`none` is refused with a password, unless the server is this machine"
    )

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, values: object) -> object:
        if isinstance(values, dict):
            return values | {k: _listed(values[k]) for k in _LISTS if k in values}
        return values

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        sources = (self.token_jwks_url, self.token_public_key, self.token_development or None)
        if sum(source is not None for source in sources) > 1:
            raise ValueError("choose one of token_jwks_url, token_public_key and token_development")
        if self.smtp_password and self.smtp_tls == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError("smtp_password would travel in clear: set smtp_tls")
        return self

    def postgres(self, service: str) -> str | None:
        """Connection string of a service's own database; None where stores are SQLite files."""
        if self.postgres_url is None:
            return None
        return self.postgres_url.get_secret_value().replace("{service}", service)

    def source(self, service: str) -> str:
        """CloudEvents `source` of a service here: `/431202/living`."""
        return f"/{self.district}/{service}"


def refuse_unsafe_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Raise UnsafeEnvironment where the environment switches on what loses events."""
    value = environment.get("POSTGRES_ENABLE_DB_FUNCTIONS", "").strip().lower()
    if value not in ("", "0", "n", "no", "f", "false", "off"):
        raise UnsafeEnvironment(
            "POSTGRES_ENABLE_DB_FUNCTIONS is set. With it the event store inserts without the table lock, so "
            "that events can become visible out of the order of their numbers: whoever follows the log then "
            "misses some for ever, and positions are dropped silently. Unset it and start again."
        )


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A warning for each DOUDI_ variable that is no setting, with the nearest that is one."""
    # Others read these: tests name their servers by them.
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    others = {f"{PREFIX}{name}" for name in ("CACHE", "KAFKA_LIBS", "REQUIRE_BROKERS")}
    warnings = []
    for name in sorted(environment):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in known | others:
            continue
        if upper.startswith((f"{PREFIX}TEST_", f"{PREFIX}NOTIFY_")):
            continue
        nearest = difflib.get_close_matches(upper, known, 1, 0.0)
        warnings.append(f"{name} is no setting and changes nothing; did you mean {nearest[0]}?")
    return warnings


def table() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable. This page is written by `python -m services.chassis.settings`.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, tuple):
            default = ",".join(map(str, default))
        shown = (
            ""
            if default in (None, "")
            else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        lines.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    closing = (
        "`POSTGRES_ENABLE_DB_FUNCTIONS` must not be set: services refuse to start with it, since it loses "
        "events for whoever follows the log. `DOUDI_TEST_…` variables concern only the tests."
    )
    return "\n".join([*lines, "", closing, ""])


if __name__ == "__main__":
    print(table(), end="")
