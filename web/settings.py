"""Settings from the environment: each with its unit, its default and the reason for it.

Every variable begins with `MUSTER_`; a test keeps docs/settings.md complete. What cannot be used safely is refused
when the settings are read, with a sentence that says what to set instead; an instance that nobody but its own machine
can reach is excused from that. A variable's name with `_FILE` behind it names a file that holds the value, as
orchestrators hand out secrets.
"""

from __future__ import annotations

import os
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_KEY_MIN_CHARACTERS = 32
"""As hexadecimal digits, 128 bits."""

METRICS_TOKEN_MIN_CHARACTERS = 16

SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("give an address such as https://muster.example.com")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("give the address alone: no user, no query and no fragment")
    return value.rstrip("/")


def _database_url(value: str) -> str:
    if urlsplit(value).scheme not in ("sqlite", "postgres", "postgresql"):
        raise ValueError("give sqlite://PATH or postgres://user:password@host:port/name")
    return value


def _replica_url(value: str) -> str:
    if urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise ValueError("give postgres://user:password@host:port/name")
    return value


def _rate_limit_url(value: str) -> str:
    if value != "memory" and urlsplit(value).scheme not in ("redis", "rediss"):
        raise ValueError("give memory, or redis://host:port")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().strip()) < SECRET_KEY_MIN_CHARACTERS:
        raise ValueError(f"give at least {SECRET_KEY_MIN_CHARACTERS} random characters, or leave the variable unset")
    return value


def _metrics_token(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().strip()) < METRICS_TOKEN_MIN_CHARACTERS:
        raise ValueError(f"give at least {METRICS_TOKEN_MIN_CHARACTERS} characters, or leave the variable unset")
    return value


def _smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in SMTP_SCHEMES or not parts.hostname:
        raise ValueError("give smtp://, smtps:// or smtp+starttls://, with user:password@ where needed, and the host")
    return value


def _trusted_proxies(value: str) -> str:
    for peer in filter(None, (part.strip() for part in value.split(","))):
        try:
            network = ip_network(peer)
        except ValueError:
            raise ValueError(f"{peer} is not an address such as 10.0.0.5 or a network such as 10.0.0.0/8") from None
        if network.prefixlen == 0:
            raise ValueError(f"{peer} would let every client say which address it comes from; name the proxies")
    return value


class Settings(BaseSettings):
    """How this instance runs. Raises pydantic's ValidationError for what cannot be used."""

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_",
        # A refused value may hold a password: it is not repeated in the message.
        hide_input_in_errors=True,
        frozen=True,
    )

    data_dir: Path = Field(
        Path("./muster-data"),
        description="Folder of everything Muster writes: the embedded database, the secret key made at the first "
        "start, mail that no SMTP server takes. One folder, so that it is easily kept and easily thrown away.",
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        "",
        validate_default=False,
        repr=False,
        description="`sqlite://PATH` or `postgres://user:password@host:port/name`. Default: "
        "`sqlite://./muster-data/muster.db`, in the data folder, so that a first start needs no database server.",
    )
    database_pool_size: int = Field(
        16,
        ge=1,
        le=500,
        description="PostgreSQL connections of one process, at most. Default 16: more than two cores can keep busy, "
        "and six processes still fit under a server's usual 100.",
    )
    database_replica_url: Annotated[str, AfterValidator(_replica_url)] | None = Field(
        None,
        repr=False,
        description="`postgres://…` of a read replica that follows `MUSTER_DATABASE_URL`: GraphQL queries and "
        "exports by API token are answered from it, a moment behind. Default: none. SCIM, writes and the product's own "
        "pages never read from it, as they must see what was written just before.",
    )
    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Default: this machine alone, so that nothing is open by accident.",
    )
    port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on. Default 8000; 0 takes any free one.")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Processes that answer requests, as `muster serve --workers`. Default 1: SQLite has one writer at "
        "a time whatever their number; with PostgreSQL, one for each core.",
    )
    drain_s: int = Field(
        0,
        ge=0,
        le=600,
        description="Seconds from SIGTERM to the stop, in which the server is not ready and still answers, so that a "
        "balancer can turn away from it. Default 0: where nobody asks for `/readyz`, waiting helps nobody.",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] | None = Field(
        None,
        description="The public address, in links, SCIM's `meta.location` and the SCIM API URL. Default: "
        "`http://HOST:PORT`. An identity provider in the cloud needs a public https address. Never taken from a "
        "request: a forged Host header must not end up in a letter.",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = Field(
        None,
        description="Signs cursors and one-time links: at least 32 random characters, the same for every process. "
        "Default: made at the first start and kept in the data folder.",
    )
    smtp_url: Annotated[str, AfterValidator(_smtp_url)] | None = Field(
        None,
        repr=False,
        description="`smtp://`, `smtps://` or `smtp+starttls://`, as in "
        "`smtp+starttls://user:password@mail.example.com:587`. Default: none; "
        "letters are written as `.eml` files into the data folder, so that nobody is mailed by a trial.",
    )
    mail_from: str | None = Field(
        None, description="Sender of every letter, needed with `MUSTER_SMTP_URL`: `Muster <muster@example.com>`."
    )
    trusted_proxies: Annotated[str, AfterValidator(_trusted_proxies)] = Field(
        "",
        description="Addresses or networks, with commas between, whose `X-Forwarded-*` headers are believed. "
        "Default: nobody's, for anybody can send them.",
    )
    rate_limit_url: Annotated[str, AfterValidator(_rate_limit_url)] = Field(
        "memory",
        description="Where rate limits are counted: `memory`, or `redis://host:port` where several hosts share them. "
        "Default `memory`: each worker takes its part of a limit, and nothing else has to run.",
    )
    scim_writes_per_s: int = Field(
        100,
        ge=0,
        le=100_000,
        description="SCIM writes per second and token, with bursts of four times as many; 0 turns the limit off. "
        "Default 100: several times what a provider sends, and still a bound on one that loops.",
    )
    sso_private_hosts: str = Field(
        "",
        description="Hosts of identity providers within one's own network, with commas between: "
        "`idp.internal.example`. Default: none; what an administrator gives as an address must not make Muster ask its "
        "own network.",
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_metrics_token)] | None = Field(
        None,
        description="The bearer token that `/metrics` wants, at least 16 characters. Default: none, and `/metrics` is "
        "not there; how busy a directory is, is nobody else's business.",
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="`console` for people, `json`, one object a line, for a log collector."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged. `debug` adds internals, never a secret or a statement's values."
    )

    @property
    def public_url(self) -> str:
        """The address that others are told, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def metrics_secret(self) -> str | None:
        """The token that `/metrics` wants; None where there are no metrics."""
        return None if self.metrics_token is None else self.metrics_token.get_secret_value().strip()

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        for name in cls.model_fields:
            variable = f"MUSTER_{name.upper()}"
            file = os.environ.get(f"{variable}_FILE")
            if not file:
                continue
            if variable in os.environ:
                raise ValueError(f"{variable} and {variable}_FILE are both set: keep one.")
            try:
                given[name] = Path(file).read_text().strip()
            except (OSError, UnicodeDecodeError) as problem:
                why = problem.strerror if isinstance(problem, OSError) else "it is no text"
                raise ValueError(f"{variable}_FILE={file} can't be read: {why}.") from None
        return given

    @model_validator(mode="after")
    def _in_the_data_folder(self) -> Settings:
        if not self.database_url:
            # The model is frozen for its users; while it is made, what follows from other fields is filled in.
            object.__setattr__(self, "database_url", f"sqlite://{self.data_dir}/muster.db")
        return self

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.smtp_url and not self.mail_from:
            raise ValueError("MUSTER_SMTP_URL is set without MUSTER_MAIL_FROM: say whom the letters come from.")
        if self.database_replica_url and self.database_url.startswith("sqlite:"):
            raise ValueError(
                "MUSTER_DATABASE_REPLICA_URL is set, but the database is SQLite, which no replica follows: "
                "set MUSTER_DATABASE_URL to the PostgreSQL server that the replica follows, or leave it unset."
            )
        if is_loopback(self.host) and is_loopback(urlsplit(self.public_url).hostname or ""):
            return self
        if not self.base_url:
            raise ValueError(
                f"MUSTER_HOST={self.host} can be reached from other machines, but MUSTER_BASE_URL does not say under "
                "which address: set it, for example to https://muster.example.com."
            )
        if not self.base_url.startswith("https://"):
            raise ValueError(
                f"MUSTER_BASE_URL={self.base_url} would send tokens in the clear: give an https:// address, "
                "and let a proxy in front of Muster hold the certificate."
            )
        if not self.database_url.startswith("sqlite:") and self.secret_key is None:
            raise ValueError(
                "A PostgreSQL database may serve several hosts, which must share one key: set MUSTER_SECRET_KEY, "
                "for example to what `openssl rand -hex 32` prints."
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine and nobody else's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def signing_key(settings: Settings) -> bytes:
    """The key for cursors and one-time links; made in the data folder where none was given, and then kept.

    Processes that start at the same time get the same one. Raises OSError when the folder can't be written.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    kept = settings.data_dir / "secret.key"
    if not kept.exists():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = settings.data_dir / f".secret.key.{secrets.token_hex(8)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, kept)  # refuses where another process was first, and never shows half a key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kept.read_bytes()
