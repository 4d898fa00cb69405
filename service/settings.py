"""Every setting, its default and its meaning.

Read from the environment with the prefix `NEWSWIRE_`; the names that Kafka users know (`KAFKA_BOOTSTRAP_SERVERS`, …)
are taken too. All errors are told at once, at start. `newswire check` prints the values in force, secrets masked.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service import cpus
from service.contract.records import CountryCode, InputFormat  # noqa: TC001 - pydantic reads the annotations at run time

BROKER = re.compile(r"([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")  # a name, an IPv4 or a bracketed IPv6 address
MOST_PROCESSES = 64  # whether set or by default
LOCAL_BROKER = "127.0.0.1:19092"
"""Where the built-in Kafka of `newswire up` listens; away from 9092, where another Kafka may be."""


OBSOLETE = {
    "NEWSWIRE_PAGE": "workers no longer show records; the command `newswire page` does, at the address of "
    "NEWSWIRE_PAGE_HOST and NEWSWIRE_PAGE_PORT",
}
"""Settings of earlier versions, and what to do instead: one that is set is refused, since ignoring it would mislead."""


def _split(value: object) -> object:
    """Accept `RO,BG` where a list is asked for: environment variables hold no lists."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _hosts(value: str) -> str:
    """Refuse a list of brokers that the Kafka clients would not understand."""
    for broker in value.split(","):
        if not BROKER.fullmatch(broker.strip()):
            raise ValueError(f"{broker.strip()!r} is not `host:port`; separate several brokers by commas")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _state_folder() -> Path:
    """Return the user's folder for state (XDG), or one for temporary files where the user has no home."""
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "newswire"
    try:
        return Path.home() / ".local/state/newswire"
    except RuntimeError:  # a container may run under a number that no user has
        return Path(tempfile.gettempdir()) / "newswire"


def _kafka(name: str) -> AliasChoices:
    return AliasChoices(f"NEWSWIRE_{name}", f"KAFKA_{name}")


class Settings(BaseSettings):
    """The settings of the service. Each has a default that works."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSWIRE_", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    # Kafka
    bootstrap_servers: Annotated[str, AfterValidator(_hosts)] = Field(
        default=LOCAL_BROKER,
        validation_alias=_kafka("BOOTSTRAP_SERVERS"),
        description="Brokers, `host:port`, separated by commas. Where none is given, `newswire up` starts one here.",
    )
    security_protocol: Annotated[Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)] = (
        Field(
            default="PLAINTEXT",
            validation_alias=_kafka("SECURITY_PROTOCOL"),
            description="How to talk to the brokers.",
        )
    )
    sasl_mechanism: Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], BeforeValidator(_upper)] = Field(
        default="SCRAM-SHA-512", validation_alias=_kafka("SASL_MECHANISM"), description="How to prove who we are."
    )
    sasl_username: str | None = Field(
        default=None, validation_alias=_kafka("SASL_USERNAME"), description="User name for SASL."
    )
    sasl_password: SecretStr | None = Field(
        default=None, validation_alias=_kafka("SASL_PASSWORD"), description="Password for SASL; never logged."
    )
    ssl_cafile: Path | None = Field(
        default=None, validation_alias=_kafka("SSL_CAFILE"), description="CA certificates (PEM); the system's if unset."
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
        description="Consumer group: workers of one group share the partitions.",
    )
    raw_topic: str = Field(default="newswire.raw", description="Topic of raw articles.")
    enriched_topic: str = Field(default="newswire.enriched", description="Topic of enriched records.")
    dead_letter_topic: str = Field(default="newswire.dead-letter", description="Topic of refused articles.")
    parked_topic: str = Field(default="newswire.parked", description="Topic of dead letters replayed too often.")
    delivery: Literal["at_least_once", "exactly_once"] = Field(
        default="at_least_once", description="What a consumer of the records can count on."
    )
    compression: Literal["none", "gzip", "lz4", "zstd"] = Field(
        default="none",
        description="How records are compressed; `zstd` makes them a quarter, for consumers that know it.",
    )
    superseded: Literal["mark", "drop"] = Field(
        default="mark",
        description="What becomes of an article when a later version of it is out: `mark` publishes it with the header "
        "`newswire.superseded`, `drop` does not publish it.",
    )

    # Enrichment
    input_format: Literal["auto"] | InputFormat = Field(
        default="auto", description="Format of the raw articles; `auto`: found by content, message by message."
    )
    model: str = Field(
        default="newswire", description="`newswire`, which ships with the service, or any installed spaCy pipeline."
    )
    watched: Annotated[tuple[CountryCode, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("RO", "BG", "HU", "SK"), description="Countries to watch, ISO 3166-1 alpha-2, separated by commas."
    )
    languages: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        default=("en",), description="Languages that are enriched; others pass with status `unsupported_language`."
    )

    # Work
    worker_processes: int = Field(
        default_factory=lambda: min(cpus.usable(), MOST_PROCESSES),
        ge=1,
        le=MOST_PROCESSES,
        description="Processes that enrich articles.",
    )
    article_timeout_seconds: float = Field(
        default=30.0,  # 500 kB take 13 s of a 2.6 GHz core; a slower machine has twice that
        gt=0,
        description="Most processor time for one article, and a third of the time by the clock; then: `timeout`.",
    )
    max_article_bytes: int = Field(
        default=500_000,  # 80,000 words, as long as a book
        ge=1_000,
        description="Longest value that is taken; a longer one is refused `too_large`.",
    )
    max_record_bytes: int = Field(
        default=4_000_000, ge=10_000, description="Longest record that is sent; the topics' max.message.bytes."
    )

    crash_limit: int = Field(
        default=10,
        ge=1,
        description="After this many articles in a row crashed their process, the worker reads nothing until "
        "`newswire resume`.",
    )
    refusal_limit: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="If more than this share of the last 500 articles was refused, the worker reads nothing until "
        "`newswire resume`; 1 never holds.",
    )

    replay_attempts: int = Field(
        default=3, ge=1, description="Times an article is tried; `newswire dead-letters replay` then parks it."
    )

    # Watching over it
    web_host: str = Field(default="127.0.0.1", description="Address of /metrics, /livez and /readyz.")
    web_port: int = Field(default=6066, ge=0, le=65535, description="Port of /metrics, /livez and /readyz.")
    page_host: str = Field(
        default="127.0.0.1",
        description="Address that `newswire page` listens on. The page shows the text of articles and asks for no "
        "password.",
    )
    page_port: int = Field(default=6067, ge=0, le=65535, description="Port of `newswire page`.")
    stall_seconds: float = Field(
        default=120.0,
        gt=0,
        description="Seconds without a delivered article, while articles wait and no worker process is at work on one "
        "within its time limit; then the worker exits and is restarted. A blocked event loop ends it after as long.",
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        default="INFO", description="Least level that is logged."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="`auto`: colours on a terminal, JSON lines elsewhere."
    )
    data_dir: Path = Field(
        default_factory=_state_folder,
        description="State of the built-in Kafka: `newswire` in the user's state folder if not given.",
    )

    @model_validator(mode="after")
    def _refuse_obsolete_settings(self) -> Settings:
        for name, value in os.environ.items():
            if value and (hint := OBSOLETE.get(name.upper())):
                raise ValueError(f"{name} is obsolete, so remove it: {hint}")
        return self

    @model_validator(mode="after")
    def _sasl_needs_a_user(self) -> Settings:
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"security_protocol is {self.security_protocol}, so set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
            )
        return self
