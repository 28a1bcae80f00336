"""One settings object: command-line options, then environment, then a TOML file, then the defaults here.

The environment names a setting in capitals with two underscores between the levels:
`NUTGRAF_SERVER__PORT=9000`, `NUTGRAF_DATABASE__URL=postgresql://…`. The file is `nutgraf.toml` in the data folder,
or the one that `NUTGRAF_CONFIG` names. docs/reference/settings.md is made from this module by tools/settings_page.py.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from nutgraf.domain.desk import SettingValue
from nutgraf.errors import ConfigError
from nutgraf.text.secrets import mask_secrets

CONFIG_FILE_NAME = "nutgraf.toml"
DATABASE_FILE_NAME = "nutgraf.db"


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
        description="SQLAlchemy address, such as `postgresql://user@host/name`. Empty: SQLite in the data folder.",
    )


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
    topics: TopicSettings = TopicSettings()
    log: LogSettings = LogSettings()
    _options: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def database_url(self) -> str:
        """Address of the store: the one that is set, else SQLite in the data folder."""
        return self.database.url or f"sqlite:///{self.data_dir / DATABASE_FILE_NAME}"

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
        raise ConfigError(f"Setting {name}: {first['msg']}.", code="bad_setting") from None
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
