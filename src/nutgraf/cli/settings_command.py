"""`nutgraf settings`: every setting as it is in force."""

from __future__ import annotations

from pathlib import Path

import click

from nutgraf.cli.options import data_option


@click.command("settings", epilog="Example: nutgraf settings --changed")
@click.option("--changed", "only_changed", is_flag=True, help="Only those that are set somewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_option
def command(only_changed: bool, as_json: bool, data_dir: Path | None) -> None:
    """Show every setting, its value and where it comes from: option, environment, file or default.

    Passwords are masked.
    """
    import json
    from dataclasses import asdict

    from nutgraf.cli.options import settings_from
    from nutgraf.settings import describe_settings

    found = [
        setting
        for setting in describe_settings(settings_from(data_dir))
        if setting.source != "default" or not only_changed
    ]
    if as_json:
        click.echo(json.dumps([asdict(setting) for setting in found], ensure_ascii=False, indent=2))
        return
    for setting in found:
        click.echo(f"{setting.name} = {setting.value or '(empty)'}  [{setting.source}]")
