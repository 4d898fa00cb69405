"""All settings with their defaults and meanings: one list, so more than 300 lines.

They are read from environment variables with the prefix `NEWSWIRE_`. The names that are usual for Kafka clients
(`KAFKA_BOOTSTRAP_SERVERS`, …) are accepted too. All errors are reported together at start. `newswire check` prints the
effective values with secrets masked.

A secret may be in a file of the same name in `NEWSWIRE_SECRETS_DIR` instead, as Kubernetes and Compose mount them.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, DirectoryPath, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from service import cpus
from service.contract.field_types import CountryCode
from service.contract.raw_article import InputFormat

BROKER_ADDRESS = re.compile(r"([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
"""Host name, IPv4 address or bracketed IPv6 address, with an optional port."""
MAX_WORKER_PROCESSES = 64
"""For the default as well as for a value that is set."""
LOCAL_BROKER = "127.0.0.1:19092"
"""Address of the built-in Kafka of `newswire up`. It avoids port 9092, which another Kafka may use."""


OBSOLETE = {
    "NEWSWIRE_PAGE": "workers no longer show records; the command `newswire page` does, at the address of "
    "NEWSWIRE_PAGE_HOST and NEWSWIRE_PAGE_PORT",
}
"""Settings of earlier versions, and what to do instead: one that is set is refused, since ignoring it would mislead."""


def _split(value: object) -> object:
    """Split text such as `RO,BG` into a list, because environment variables hold no lists."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _check_brokers(value: str) -> str:
    """Return *value*. Raise `ValueError` if it is no list of brokers that the Kafka clients accept."""
    for broker in value.split(","):
        if not BROKER_ADDRESS.fullmatch(broker.strip()):
            raise ValueError(f"{broker.strip()!r} is not `host:port`; separate several brokers by commas")
    return value


def _check_url(value: str) -> str:
    """Return *value*. Raise `ValueError` if it is no address for HTTP."""
    if not re.fullmatch(r"https?://[^\s/]\S*", value):
        raise ValueError(f"{value!r} is not an address that begins with https:// or http://")
    return value


def _check_base_path(value: str) -> str:
    """Return *value* without a slash at its end. Raise `ValueError` if it is no path."""
    if not re.fullmatch(r"(/[\w.~-]+)*/?", value, re.ASCII):
        raise ValueError(f"{value!r} is not a path such as /newswire")
    return value.rstrip("/")


def _check_instance_id(value: str) -> str:
    """Return *value*. Raise `ValueError` if Kafka does not accept it as the name of a member."""
    if not re.fullmatch(r"[\w.-]{1,249}", value, re.ASCII) or value in {".", ".."}:
        raise ValueError(f"{value!r} is not a name of at most 249 letters, digits, dots, dashes and underscores")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _state_folder() -> Path:
    """Return the user's state directory (XDG Base Directory), or a temporary directory if the user has no home."""
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "newswire"
    try:
        return Path.home() / ".local/state/newswire"
    except RuntimeError:  # a container may run with a uid that no user has
        return Path(tempfile.gettempdir()) / "newswire"


def _kafka(name: str) -> AliasChoices:
    return AliasChoices(f"NEWSWIRE_{name}", f"KAFKA_{name}")


class Settings(BaseSettings):
    """The settings of the service. Each has a default that works."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSWIRE_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    secrets_dir: DirectoryPath | None = Field(
        default=None,
        description="Directory of files with the names of settings, each with its value, for secrets. A variable wins "
        "over a file.",
    )

    # Kafka
    bootstrap_servers: Annotated[str, AfterValidator(_check_brokers)] = Field(
        default=LOCAL_BROKER,
        validation_alias=_kafka("BOOTSTRAP_SERVERS"),
        description="Brokers as `host:port`, separated by commas. If unset, `newswire up` starts a local broker.",
    )
    security_protocol: Annotated[Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)] = (
        Field(
            default="PLAINTEXT",
            validation_alias=_kafka("SECURITY_PROTOCOL"),
            description="Protocol of the connection to the brokers.",
        )
    )
    sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"], BeforeValidator(_upper)
    ] = Field(
        default="SCRAM-SHA-512",
        validation_alias=_kafka("SASL_MECHANISM"),
        description="SASL mechanism for authentication: `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512` or `OAUTHBEARER`.",
    )
    sasl_username: str | None = Field(
        default=None, validation_alias=_kafka("SASL_USERNAME"), description="User name for SASL."
    )
    sasl_password: SecretStr | None = Field(
        default=None, validation_alias=_kafka("SASL_PASSWORD"), description="Password for SASL. Never logged."
    )
    sasl_oauthbearer_token_file: Path | None = Field(
        default=None,
        validation_alias=_kafka("SASL_OAUTHBEARER_TOKEN_FILE"),
        description="File with the access token for OAUTHBEARER. It is read for each connection.",
    )
    sasl_oauthbearer_token_endpoint_url: Annotated[str, AfterValidator(_check_url)] | None = Field(
        default=None,
        validation_alias=_kafka("SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL"),
        description="Token endpoint for OAUTHBEARER, if there is no token file. Tokens are got by the client "
        "credentials grant.",
    )
    sasl_oauthbearer_client_id: str | None = Field(
        default=None,
        validation_alias=_kafka("SASL_OAUTHBEARER_CLIENT_ID"),
        description="Client id for the token endpoint.",
    )
    sasl_oauthbearer_client_secret: SecretStr | None = Field(
        default=None,
        validation_alias=_kafka("SASL_OAUTHBEARER_CLIENT_SECRET"),
        description="Client secret for the token endpoint. Never logged.",
    )
    sasl_oauthbearer_scope: str | None = Field(
        default=None,
        validation_alias=_kafka("SASL_OAUTHBEARER_SCOPE"),
        description="Scope to ask the token endpoint for. If unset, the server decides.",
    )
    ssl_cafile: Path | None = Field(
        default=None,
        validation_alias=_kafka("SSL_CAFILE"),
        description="CA certificates (PEM). If unset, those of the system.",
    )
    ssl_certfile: Path | None = Field(
        default=None, validation_alias=_kafka("SSL_CERTFILE"), description="Client certificate (PEM) for mutual TLS."
    )
    ssl_keyfile: Path | None = Field(
        default=None, validation_alias=_kafka("SSL_KEYFILE"), description="Key of the client certificate (PEM)."
    )
    group: str = Field(
        default="newswire-enricher",
        validation_alias=AliasChoices("NEWSWIRE_GROUP", "KAFKA_GROUP_ID"),
        description="Consumer group. Workers of the same group share the partitions.",
    )
    group_instance_id: Annotated[str, AfterValidator(_check_instance_id)] | None = Field(
        default=None,
        validation_alias=_kafka("GROUP_INSTANCE_ID"),
        description="Name of this worker in its group (static membership), which no other worker may have and which "
        "must be the same after a restart. A worker that is back within 45 s then gets its partitions without a "
        "rebalance. If unset, each start joins as a new member.",
    )
    raw_topic: str = Field(default="newswire.raw", description="Topic of raw articles.")
    enriched_topic: str = Field(default="newswire.enriched", description="Topic of enriched records.")
    events_topic: str | None = Field(
        default=None,
        description="Topic of flat events, one message per event of a record. If unset, none are written. The declared "
        "topic is `newswire.events`.",
    )
    dead_letter_topic: str = Field(default="newswire.dead-letter", description="Topic of refused articles.")
    parked_topic: str = Field(
        default="newswire.parked", description="Topic of dead letters that were replayed too often."
    )
    delivery: Literal["at_least_once", "exactly_once"] = Field(
        default="at_least_once", description="Delivery guarantee for the records."
    )
    compression: Literal["none", "gzip", "lz4", "zstd"] = Field(
        default="gzip",
        description="Compression of what is written. `gzip` shrinks it to a quarter or less, and every Kafka client "
        "reads it. `zstd` does so in a fraction of the CPU time, if all consumers can read it.",
    )
    superseded: Literal["mark", "drop"] = Field(
        default="mark",
        description="What to do with an article after a later version of it was published: `mark` publishes it with "
        "the header `newswire.superseded`, `drop` does not publish it.",
    )

    # Enrichment
    input_format: Literal["auto"] | InputFormat = Field(
        default="auto", description="Format of the raw articles. `auto` detects it for every message."
    )
    model: str = Field(
        default="newswire",
        description="Language model: `newswire`, which is included, or the name of an installed spaCy pipeline.",
    )
    watched: Annotated[tuple[CountryCode, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("RO", "BG", "HU", "SK"),
        description="Countries to watch: ISO 3166-1 alpha-2 codes, separated by commas.",
    )
    languages: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("en",),
        description="Languages to enrich. Articles in others are published with status `unsupported_language`.",
    )

    # Work
    worker_processes: int = Field(
        default_factory=lambda: min(cpus.usable(), MAX_WORKER_PROCESSES),
        ge=1,
        le=MAX_WORKER_PROCESSES,
        description="Number of worker processes, which enrich the articles.",
    )
    article_timeout_seconds: float = Field(
        default=30.0,  # 500 kB take 13 s on a 2.6 GHz core; a slower machine may need twice that
        gt=0,
        description="CPU seconds allowed per article. The wall-clock limit is three times this. An article that "
        "exceeds either is refused as `timeout`.",
    )
    max_article_bytes: int = Field(
        default=500_000,  # 80,000 words, the length of a book
        ge=1_000,
        description="Maximum size of an article's value. A larger one is refused as `too_large`.",
    )
    max_record_bytes: int = Field(
        default=4_000_000,
        ge=10_000,
        description="Maximum size of a record. Also limited by the topics' max.message.bytes.",
    )

    crash_limit: int = Field(
        default=10,
        ge=1,
        description="After this many consecutive articles have crashed their worker process, the worker stops reading "
        "until `newswire resume`.",
    )
    refusal_limit: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="If more than this share of the last 500 articles was refused, the worker stops reading until "
        "`newswire resume`. 1 disables the limit.",
    )

    replay_attempts: int = Field(
        default=3,
        ge=1,
        description="Number of attempts per article. After that, `newswire dead-letters replay` parks its dead letter.",
    )

    # Feeds
    feed_interval_seconds: float = Field(
        default=300.0,
        ge=1,
        description="Seconds between two polls of a feed by `newswire feed`. A server that asks for more gets it.",
    )
    feed_allow_private: bool = Field(
        default=False,
        description="Whether `newswire feed` reads feeds on private addresses and on this machine.",
    )
    feed_port: int = Field(default=6069, ge=0, le=65535, description="Port of /metrics and /livez of `newswire feed`.")

    # Monitoring
    web_host: str = Field(
        default="127.0.0.1", description="Address of /metrics, /livez and /readyz, also of `newswire feed`."
    )
    web_port: int = Field(default=6066, ge=0, le=65535, description="Port of /metrics, /livez and /readyz.")
    page_host: str = Field(
        default="127.0.0.1",
        description="Address that `newswire page` listens on. The page shows the text of articles.",
    )
    page_port: int = Field(default=6067, ge=0, le=65535, description="Port of `newswire page`.")
    serve_host: str = Field(default="127.0.0.1", description="Address that `newswire serve` listens on.")
    serve_port: int = Field(default=6068, ge=0, le=65535, description="Port of `newswire serve`.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("localhost",),
        description="Host names that `newswire page` and `newswire serve` answer to, separated by commas, besides "
        "addresses; `*` for any. Behind a proxy, the name that it passes on.",
    )
    base_path: Annotated[str, AfterValidator(_check_base_path)] = Field(
        default="",
        description="Path before those of `newswire page` and `newswire serve`, such as `/newswire`, if a proxy passes "
        "it on. Probes and metrics stay where they are.",
    )
    access_token: SecretStr | None = Field(
        default=None,
        description="Token that `newswire page` and `newswire serve` ask for, as `Authorization: Bearer` or as the "
        "password in a browser. If unset, they ask for none. Never logged.",
    )
    serve_max_requests: int = Field(
        default=256,  # some three seconds of work for two cores
        ge=1,
        description="Number of requests that `newswire serve` enriches at once. A further one is answered with 503.",
    )
    serve_max_batch_bytes: int = Field(
        default=10_000_000,
        ge=1_000,
        description="Maximum size of a batch that `newswire serve` accepts. Each article in it has its own limit.",
    )
    stall_seconds: float = Field(
        default=120.0,
        gt=0,
        description="Exit, in order to be restarted, after this many seconds without a delivered article, if articles "
        "are waiting and no worker process is working on one within its time limit. Also the time after which a "
        "worker with a blocked event loop exits.",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO", description="Minimum level to log."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="`auto` means coloured text on a terminal and JSON lines elsewhere."
    )
    data_dir: Path = Field(
        default_factory=_state_folder,
        description="Data directory of the built-in Kafka, and of what `newswire feed` has sent. By default `newswire` "
        "in the user's state directory.",
    )

    @model_validator(mode="after")
    def _refuse_obsolete_settings(self) -> Settings:
        for name, value in os.environ.items():
            if value and (hint := OBSOLETE.get(name.upper())):
                raise ValueError(f"{name} is obsolete, so remove it: {hint}")
        return self

    @model_validator(mode="after")
    def _sasl_needs_credentials(self) -> Settings:
        if not self.security_protocol.startswith("SASL"):
            return self
        if self.sasl_mechanism == "OAUTHBEARER":
            endpoint = self.sasl_oauthbearer_token_endpoint_url
            complete = endpoint and self.sasl_oauthbearer_client_id and self.sasl_oauthbearer_client_secret
            needed = "KAFKA_SASL_OAUTHBEARER_TOKEN_FILE, or _TOKEN_ENDPOINT_URL, _CLIENT_ID and _CLIENT_SECRET"
            if bool(self.sasl_oauthbearer_token_file) == bool(endpoint):
                raise ValueError(f"sasl_mechanism is OAUTHBEARER, so set one of these: {needed}")
            if endpoint and not complete:
                raise ValueError(f"the client id or the client secret is missing; set {needed}")
        elif not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"security_protocol is {self.security_protocol}, so set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from the directory that the environment names."""
        folder = os.environ.get("NEWSWIRE_SECRETS_DIR")
        if not folder or not Path(folder).is_dir():  # the field reports a wrong one
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, folder)
