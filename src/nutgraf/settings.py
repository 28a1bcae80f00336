"""One settings object: command-line options, then environment, then a TOML file, then the defaults here.

The environment names a setting in capitals with two underscores between the levels:
`NUTGRAF_SERVER__PORT=9000`, `NUTGRAF_DATABASE__URL=postgresql://…`. The file is `nutgraf.toml` in the data folder,
or the one that `NUTGRAF_CONFIG` names. docs/reference/settings.md is made from this module by tools/settings_page.py.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from nutgraf.adapters.llm.registry import PROVIDERS
from nutgraf.domain.desk import SettingValue
from nutgraf.domain.spending import ModelPolicy
from nutgraf.domain.writing_style import LANGUAGES, Length, Tone
from nutgraf.errors import ConfigError
from nutgraf.text.secrets import mask_secrets

CONFIG_FILE_NAME = "nutgraf.toml"
DATABASE_FILE_NAME = "nutgraf.db"
MAX_KEY_BYTES = 8_192
MAX_PASSWORD_BYTES = 1_000


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(_Section):
    """The site."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Anything but a loopback address needs `public_url` or `unprotected`.",
    )
    port: int = Field(default=8321, ge=1, le=65_535, description="Port to listen on.")
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description=(
            "Host names under which the site is reached, beside localhost, the address it listens on and the host of "
            "`public_url`. With any of them readers sign in."
        ),
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[A-Za-z0-9.\-\[\]:]+)?$",
        description=(
            "Where readers reach the site, such as `https://news.example`, without a path. With it readers sign in. "
            "Anywhere but on this machine it must be https: put a proxy that speaks TLS in front."
        ),
    )
    unprotected: bool = Field(
        default=False,
        description="No login although the site can be reached from elsewhere: whoever reaches it may do everything.",
    )


class DatabaseSettings(_Section):
    """The store."""

    url: str = Field(
        default="",
        description=(
            "Address of a PostgreSQL database, such as `postgresql://user@host/name`, which several processes and "
            "machines may share. Empty: SQLite in the data folder."
        ),
    )
    password_file: Path | None = Field(
        default=None, description="File that holds nothing but the password of the user in `url`."
    )

    def full_url(self) -> str:
        """`url` with the password that `password_file` holds. Raises ConfigError."""
        if self.password_file is None:
            return self.url
        parts = urlsplit(self.url)
        if not parts.username or parts.password is not None:
            message = "database.password_file needs a database.url with a user and without a password."
            raise ConfigError(message, code="bad_database_password")
        try:
            with self.password_file.expanduser().open("rb") as file:
                password = file.read(MAX_PASSWORD_BYTES + 1).decode().strip()
        except OSError as error:
            message = f"The password file {self.password_file} cannot be read ({error.strerror})."
            raise ConfigError(message, code="bad_database_password") from None
        except UnicodeDecodeError:
            password = ""
        if not password or len(password) > MAX_PASSWORD_BYTES or not password.isprintable():
            message = f"The password file {self.password_file} does not hold one line of text."
            raise ConfigError(message, code="bad_database_password")
        user, _, host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


class FetchSettings(_Section):
    """The way out."""

    contact: str = Field(
        default="", description="Address or e-mail that publishers see in the User-Agent, so that they can reach you."
    )
    allow_private: tuple[str, ...] = Field(
        default=(),
        description=(
            "Private servers that may be fetched from, each with its port: networks, reached by address only, "
            "such as `192.168.1.0/24:8080`, or names, such as `nas.home:8080`."
        ),
    )
    host_gap_s: float = Field(default=1.0, ge=0, le=60, description="Seconds between two requests to one host.")
    max_body_bytes: int = Field(default=10_000_000, ge=10_000, le=100_000_000, description="Largest document, decoded.")
    total_timeout_s: float = Field(
        default=30.0, gt=0, le=300, description="Longest time for one document, redirects included."
    )


class ScheduleSettings(_Section):
    """When feeds are polled."""

    min_interval_s: int = Field(default=1_800, ge=60, description="Shortest time between two polls of a feed.")
    max_interval_s: int = Field(default=86_400, ge=600, description="Longest time between two polls of a feed.")
    own_interval_s: int = Field(
        default=60, ge=1, description="Time between two polls of feeds from your own networks (`fetch.allow_private`)."
    )


class WorkSettings(_Section):
    """How much is done at once."""

    processes: int = Field(
        default=0, ge=0, le=64, description="Processes that parse, extract and write. 0: one for each core, at most 4."
    )
    max_feeds: int = Field(
        default=256, ge=1, le=1_000, description="Feeds polled at once: more than may hang at the same time."
    )
    max_articles: int = Field(default=16, ge=1, le=1_000, description="Articles under way at once.")
    max_lag: int = Field(
        default=2_000,
        ge=10,
        description="On PostgreSQL: articles in line to be extracted or written above which fetching waits.",
    )
    lost_after_s: float = Field(
        default=20.0,
        ge=1,
        le=600,
        description="On PostgreSQL: seconds without a sign of life after which others take over a worker's work.",
    )
    process_memory_bytes: int = Field(
        default=1_500_000_000, ge=300_000_000, description="Memory limit of each such process."
    )
    min_free_bytes: int = Field(
        default=500_000_000,
        ge=0,
        description="Nothing is fetched while the disk that holds the data has less room than this. 0: never mind.",
    )


class PictureSettings(_Section):
    """Publishers' pictures, fetched and kept by Nutgraf, so that readers' browsers ask nobody else."""

    icons: bool = Field(default=True, description="Show publishers' icons; a letter stands where there is none.")
    lead: bool = Field(default=True, description="Show the lead pictures of articles.")
    max_total_bytes: int = Field(
        default=200_000_000, ge=1_000_000, description="Room for pictures in the database; the oldest make room."
    )


class RetentionSettings(_Section):
    """How long things are kept."""

    keep_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days that briefs are kept which no reader saved and nobody corrected or reported. 0: for ever.",
    )
    old_text_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days that an article's earlier text is kept once a later one replaced it. 0: for ever.",
    )


class ModelSettings(_Section):
    """The language model that writes; where none is set the built-in writer does."""

    provider: str = Field(
        default="",
        description=f"Who runs the model: {', '.join(PROVIDERS)}. Empty with `url` set: openai-compatible.",
    )
    url: str = Field(
        default="",
        description=(
            "Address of the model's host, such as `http://127.0.0.1:11434/v1`. Empty: the provider's usual one. It may "
            "be on this machine or in your network."
        ),
    )
    name: str = Field(default="", max_length=200, description="The model's name as its host knows it.")
    key: SecretStr = Field(
        default=SecretStr(""),
        max_length=MAX_KEY_BYTES,
        description="The host's API key; better set in the environment or in `key_file`. Never shown.",
    )
    key_file: Path | None = Field(default=None, description="File that holds nothing but the key.")
    schema_mode: Literal["auto", "native", "tool", "prompted"] = Field(
        default="auto",
        description=(
            "How the shape of an answer is asked for: by the host's own JSON schema, as a tool's arguments, or in "
            "words. `auto` starts with the first and remembers which one works."
        ),
    )
    temperature: float | None = Field(
        default=None, ge=0, le=2, description="How freely the model chooses its words. Empty: as its host has it."
    )
    max_output_tokens: int = Field(
        default=1_200,
        ge=200,
        le=32_000,
        description="Tokens that an answer may have at least. Raise it for models that think before they answer.",
    )
    timeout_s: float = Field(
        default=120.0, ge=1, le=1_800, description="Longest time for one answer. A model on a processor may need more."
    )
    connect_timeout_s: float = Field(default=10.0, gt=0, le=60, description="Longest time to reach the host.")
    max_attempts: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Requests for one answer where the host is busy or fails, the first included.",
    )
    max_concurrent: int = Field(default=2, ge=1, le=256, description="Requests under way at once.")
    requests_per_minute: int = Field(
        default=0, ge=0, le=100_000, description="Most requests in a minute. 0: as many as the host takes."
    )
    requests_per_day: int = Field(default=0, ge=0, description="Most requests to this provider in a day. 0: no limit.")
    tokens_per_day: int = Field(
        default=0, ge=0, description="Most tokens of this provider in a day, in and out. 0: no limit."
    )
    dollars_per_day: Decimal = Field(
        default=Decimal(0), ge=0, le=1_000_000, description="Most US dollars for this provider in a day. 0: no limit."
    )
    input_price: Decimal | None = Field(
        default=None,
        ge=0,
        le=100_000,
        description=(
            "US dollars for a million tokens in. With `output_price` it stands for the price that Nutgraf knows; 0 for "
            "a model of your own that costs nothing."
        ),
    )
    output_price: Decimal | None = Field(
        default=None, ge=0, le=100_000, description="US dollars for a million tokens out."
    )

    @property
    def is_set(self) -> bool:
        """Whether there is a model at all."""
        return bool(self.provider or self.url)

    @property
    def provider_name(self) -> str:
        """The provider: as set, else a host that speaks as OpenAI does."""
        return self.provider or "openai-compatible"

    @property
    def host_url(self) -> str:
        """Where the model is: as set, else the provider's usual address; without a slash at its end."""
        return (self.url or PROVIDERS[self.provider_name].url).rstrip("/")

    @field_validator("provider")
    @classmethod
    def _must_be_known(cls, value: str) -> str:
        if value and value not in PROVIDERS:
            raise ValueError(f"must be one of {', '.join(PROVIDERS)}")
        return value

    @field_validator("url")
    @classmethod
    def _must_be_plain(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_plain = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            is_plain = False
        if value and not (is_plain and value.isprintable() and not any(sign in value for sign in "@?# ")):
            raise ValueError("must be an http or https address without a name, a password, a query or a fragment")
        return value

    @model_validator(mode="after")
    def _must_be_complete(self) -> Self:
        if not self.is_set:
            if self.name or self.key.get_secret_value() or self.key_file:
                raise ValueError("needs `provider` or `url` beside `name` and `key`")
            return self
        if not self.name:
            raise ValueError("needs `name`: the model's name as its host knows it")
        if not self.host_url:
            raise ValueError(f"needs `url`: the provider {self.provider_name} has no usual address")
        if (self.input_price is None) != (self.output_price is None):
            raise ValueError("needs `input_price` and `output_price` together")
        if self.key_file and self.key.get_secret_value():
            raise ValueError("has both `key` and `key_file`; keep one")
        return self

    def read_key(self) -> SecretStr:
        """The key as set or as its file holds it, empty where there is none. Raises ConfigError."""
        if self.key_file is None:
            key = self.key.get_secret_value().strip()
        else:
            try:
                with self.key_file.expanduser().open("rb") as file:
                    key = file.read(MAX_KEY_BYTES + 1).decode("ascii").strip()
            except OSError as error:
                message = f"The key file {self.key_file} cannot be read ({error.strerror})."
                raise ConfigError(message, code="bad_model_key") from None
            except UnicodeDecodeError:
                key = "\0"
        if len(key) > MAX_KEY_BYTES or not (key.isascii() and key.isprintable()) or " " in key:
            raise ConfigError("The model's key is not one line of plain characters.", code="bad_model_key")
        return SecretStr(key)


class BackupModelSettings(ModelSettings):
    """The language model that is asked where the first one fails."""


class ModelUseSettings(_Section):
    """How much language models may be used, in a day and for whom."""

    policy: ModelPolicy = Field(
        default=ModelPolicy.ALWAYS,
        description=(
            "Whose briefs a model writes where a feed says nothing else: `always`, `on_demand` (a reader asks for it) "
            "or `never`."
        ),
    )
    requests_per_day: int = Field(default=2_000, ge=0, description="Most requests in a day. 0: no limit.")
    tokens_per_day: int = Field(default=2_000_000, ge=0, description="Most tokens in a day, in and out. 0: no limit.")
    dollars_per_day: Decimal = Field(
        default=Decimal(0),
        ge=0,
        le=1_000_000,
        description="Most US dollars in a day. 0: no limit. With a limit no model is asked whose price is unknown.",
    )
    feed_requests_per_day: int = Field(default=0, ge=0, description="Most requests in a day for each feed.")
    feed_tokens_per_day: int = Field(default=0, ge=0, description="Most tokens in a day for each feed.")
    feed_dollars_per_day: Decimal = Field(
        default=Decimal(0), ge=0, le=1_000_000, description="Most US dollars in a day for each feed."
    )
    reader_requests_per_day: int = Field(
        default=40, ge=0, description="Most requests in a day for what one reader asks for."
    )
    reader_tokens_per_day: int = Field(
        default=0, ge=0, description="Most tokens in a day for what one reader asks for."
    )
    reader_dollars_per_day: Decimal = Field(
        default=Decimal(0), ge=0, le=1_000_000, description="Most US dollars in a day for what one reader asks for."
    )
    time_zone: str = Field(
        default="UTC", max_length=64, description="Time zone whose midnight begins a new day, such as `Europe/Berlin`."
    )
    keep_answers: int = Field(
        default=20_000, ge=0, le=1_000_000, description="Answers kept, so that nothing is paid for twice. 0: none."
    )
    keep_answers_days: int = Field(default=90, ge=1, le=3_650, description="Days that an answer is kept.")

    @field_validator("time_zone")
    @classmethod
    def _must_be_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
        return value


class WritingSettings(_Section):
    """How the language model writes."""

    language: str = Field(
        default="",
        description=(
            "Language of its briefs, such as `en` or `de`. Empty: each article's own. Translated sentences are marked "
            "as weak: only names, figures and cited words can be compared across languages."
        ),
    )
    tone: Tone = Field(default=Tone.PLAIN, description="How its sentences sound: `plain`, `formal` or `lively`.")
    length: Length = Field(default=Length.STANDARD, description="How much it writes: `short`, `standard` or `full`.")
    wait_for_model: bool = Field(
        default=False,
        description=(
            "Where the model cannot be reached, try an article again some times before the built-in writer writes it. "
            "Else that one writes at once."
        ),
    )

    @field_validator("language")
    @classmethod
    def _must_be_known(cls, value: str) -> str:
        if value and value not in LANGUAGES:
            raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
        return value


class TopicSettings(_Section):
    """Topics."""

    taxonomy: Path | None = Field(
        default=None, description="Your own taxonomy file. Empty: the one that comes with Nutgraf."
    )


class LogSettings(_Section):
    """Logs, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe messages that are shown."
    )
    format: Literal["text", "json"] = Field(default="text", description="`text` for people, `json` for machines.")


class TraceSettings(_Section):
    """OpenTelemetry traces; they need the extra `nutgraf[traces]`."""

    url: str = Field(
        default="",
        description="Where to send traces (OTLP over HTTP), such as `http://127.0.0.1:4318/v1/traces`. Empty: nowhere.",
    )
    share: float = Field(default=1.0, ge=0, le=1, description="Share of articles and polls of which traces are sent.")


class Settings(BaseSettings):
    """Everything that can be set. Frozen; made by `load_settings`."""

    model_config = SettingsConfigDict(env_prefix="NUTGRAF_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("nutgraf", appauthor=False),
        description="Folder for the database and everything else that is kept. `--data` on the command line.",
    )
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    fetch: FetchSettings = FetchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    work: WorkSettings = WorkSettings()
    pictures: PictureSettings = PictureSettings()
    retention: RetentionSettings = RetentionSettings()
    model: ModelSettings = ModelSettings()
    backup_model: BackupModelSettings = BackupModelSettings()
    model_use: ModelUseSettings = ModelUseSettings()
    writing: WritingSettings = WritingSettings()
    topics: TopicSettings = TopicSettings()
    log: LogSettings = LogSettings()
    traces: TraceSettings = TraceSettings()
    _options: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _must_have_a_first_model(self) -> Self:
        if self.backup_model.is_set and not self.model.is_set:
            raise ValueError("`backup_model` is set, but `model` is not")
        return self

    @property
    def database_url(self) -> str:
        """Address of the store: the one that is set, else SQLite in the data folder. Raises ConfigError."""
        return self.database.full_url() or f"sqlite:///{self.data_dir / DATABASE_FILE_NAME}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options of the command line first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _config_file(init_settings))


def load_settings(**options: Any) -> Settings:
    """Settings with `options` (as of the command line; nested ones as dicts) above all else.

    Raises ConfigError naming the setting and what is wrong with it.
    """
    try:
        settings = Settings(**options)
        settings._options = options
        return settings
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        what = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"Setting {name}: {what}.", code="bad_setting") from None
    except SettingsError as error:  # a whole section in one variable of the environment that is not JSON
        raise ConfigError(f"The environment: {error}.", code="bad_setting") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The settings file is not valid TOML: {error}.", code="bad_settings_file") from None
    except OSError as error:
        raise ConfigError(f"The settings file cannot be read: {error}.", code="bad_settings_file") from None


def describe_settings(settings: Settings) -> list[SettingValue]:
    """Every setting as it is in force, where it comes from and what it is for; passwords are masked.

    Raises ConfigError where the settings file has gone or cannot be read any more.
    """
    options = settings._options
    env = EnvSettingsSource(Settings)()
    path = _config_file(InitSettingsSource(Settings, options))
    file = TomlConfigSettingsSource(Settings, path)()
    layers = (("option", options), ("environment", env), ("file", file))
    found = []
    for name, field in _all_fields():
        source = next((source for source, values in layers if _is_given(values, name)), "default")
        value: Any = settings
        for part in name.split("."):
            value = getattr(value, part)
        found.append(SettingValue(name, _shown(value), source, field.description or ""))
    return found


def _all_fields() -> Iterator[tuple[str, FieldInfo]]:
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from ((f"{name}.{inner}", value) for inner, value in section.model_fields.items())
        else:
            yield name, field


def _is_given(values: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(values, Mapping) or part not in values:
            return False
        values = values[part]
    return True


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value >= 100_000:
        return f"{value:_}"  # as TOML and the environment may have it, too
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    return mask_secrets(text)


def _config_file(init_settings: PydanticBaseSettingsSource) -> Path | None:
    named = os.environ.get("NUTGRAF_CONFIG")
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise ConfigError(f"The settings file {path} (NUTGRAF_CONFIG) is not there.", code="bad_settings_file")
        return path
    given = init_settings().get("data_dir") or os.environ.get("NUTGRAF_DATA_DIR")
    folder = Path(given) if given else platformdirs.user_data_path("nutgraf", appauthor=False)
    return folder / CONFIG_FILE_NAME
