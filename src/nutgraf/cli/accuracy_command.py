"""`nutgraf accuracy`: the ledger, in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from nutgraf.cli.options import data_option

_EPILOG = """\b
Examples:
  nutgraf accuracy
  nutgraf accuracy --days 365 --json
"""


@click.command("accuracy", epilog=_EPILOG)
@click.option("--days", type=click.IntRange(1, 3_660), default=30, show_default=True, help="Days up to today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as /accuracy.json has it.")
@data_option
def command(days: int, as_json: bool, data_dir: Path | None) -> None:
    """Show what was published of what quality, by whom, and what turned out to be wrong.

    Days are of UTC. Each count belongs to the day on which it happened.
    """
    import json

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.outputs.ledger_json import ledger_to_dict
    from nutgraf.outputs.ledger_text import format_ledger

    store = open_application_store(settings_from(data_dir))
    try:
        ledger = store.ledger(last=datetime.now(UTC).date(), days=days)
    finally:
        store.close()
    if as_json:
        click.echo(json.dumps(ledger_to_dict(ledger), ensure_ascii=False, indent=2))
    else:
        click.echo(format_ledger(ledger), nl=False)
