"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from nutgraf.settings import Settings

data_option = click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the database and settings (also NUTGRAF_DATA_DIR). Default: your user data folder.",
)
host_option = click.option("--host", help="Address to listen on. Default: 127.0.0.1.")
port_option = click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on. Default: 8321.")


def settings_from(data_dir: Path | None = None, host: str | None = None, port: int | None = None) -> Settings:
    """Settings with the options that were given on top."""
    from nutgraf.settings import load_settings

    options: dict[str, Any] = {}
    if data_dir is not None:
        options["data_dir"] = data_dir.expanduser().resolve()
    server = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    if server:
        options["server"] = server
    return load_settings(**options)


def shared_settings(settings: Settings) -> Settings:
    """The settings themselves. Raises ConfigError where the database is not one that several processes can share."""
    from nutgraf.bootstrap import is_shared
    from nutgraf.errors import ConfigError

    if not is_shared(settings):
        raise ConfigError(
            'This needs a PostgreSQL database: set database.url = "postgresql://…" in nutgraf.toml '
            "(or NUTGRAF_DATABASE__URL). With SQLite, `nutgraf serve` does everything in one process.",
            code="needs_postgresql",
        )
    return settings
