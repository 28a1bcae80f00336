"""`nutgraf costs`: what language models took, in the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from nutgraf.cli.options import data_option

_EPILOG = """\b
Examples:
  nutgraf costs
  nutgraf costs --days 90 --json
"""


@click.command("costs", epilog=_EPILOG)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Days up to today.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; money in millionths of a US dollar.")
@data_option
def command(days: int, as_json: bool, data_dir: Path | None) -> None:
    """Show what language models took and cost, by model, feed and purpose.

    Days are of `model_use.time_zone`. Where nobody knows a price, this says so and counts the tokens.
    """
    import json

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.model_wiring import budgets_of
    from nutgraf.outputs.costs import costs_to_dict, format_costs

    settings = settings_from(data_dir)
    store = open_application_store(settings)
    try:
        costs = store.costs(last=budgets_of(settings).day(datetime.now(UTC)), days=days)
    finally:
        store.close()
    if as_json:
        click.echo(json.dumps(costs_to_dict(costs), ensure_ascii=False, indent=2))
    else:
        click.echo(format_costs(costs), nl=False)
