"""`nutgraf status`: what there is, what waits and what fails, from the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nutgraf.cli.options import data_option

MAX_FAILING = 20
NEXT_STEPS = {"found": "to fetch", "fetched": "to extract", "extracted": "to write", "written": "to publish"}


@click.command("status", epilog="Example: nutgraf status --json | jq .failing_feeds")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_option
def command(as_json: bool, data_dir: Path | None) -> None:
    """Show counts, what waits for which step, feeds that fail, the database and the disk.

    It reads the store, so that it tells the same whether a server is running or not.
    """
    value = _status(data_dir)
    if as_json:
        import json

        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    from nutgraf.outputs.terminal import printable
    from nutgraf.outputs.wording import counted

    feeds, briefs = counted(value["feeds"], "feed"), counted(value["briefs"], "brief")
    click.echo(f"{feeds} ({len(value['failing_feeds']):,} failing), {briefs}")
    for state, waiting in value["queue"].items():
        click.echo(f"{NEXT_STEPS[state]}: {waiting['ready']:,} ready, {waiting['later']:,} failed, to be retried")
    click.echo(f"set aside: {value['set_aside']:,}; open reports: {value['open_reports']:,}")
    database, disk = value["database"], value["disk"]
    click.echo(f"{database['kind']} {database['version']}: {database['size_bytes'] / 1_000_000:,.1f} MB")
    warning = ", too little: nothing is fetched" if disk["is_low"] else ""
    click.echo(f"disk: {disk['free_bytes'] // 1_000_000:,} MB free{warning}")
    for feed in value["failing_feeds"][:MAX_FAILING]:
        click.echo(f"! {printable(feed['title'])}: {printable(feed['error_message'])} [{feed['error_code']}]")


def _status(data_dir: Path | None) -> dict[str, Any]:
    import shutil
    from dataclasses import asdict
    from datetime import UTC, datetime

    from nutgraf.bootstrap import data_disk, open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.records import ArticleState, FeedState

    settings = settings_from(data_dir)
    store = open_application_store(settings)
    try:
        counts = store.counts()
        queues = store.step_queues(now=datetime.now(UTC))
        failing = [feed for feed in store.list_feeds() if feed.error_code and feed.state is not FeedState.PAUSED]
        facts = store.store_facts()
    finally:
        store.close()
    free_bytes = shutil.disk_usage(data_disk(settings)).free
    return {
        "feeds": counts.feeds,
        "briefs": counts.briefs,
        "set_aside": counts.articles.get(ArticleState.QUARANTINED, 0),
        "open_reports": counts.open_reports,
        "queue": {queue.state.value: {"ready": queue.ready, "later": queue.later} for queue in queues},
        "failing_feeds": [
            {
                "id": feed.id,
                "title": feed.title or feed.url,
                "url": feed.url,
                "error_code": feed.error_code,
                "error_message": feed.error_message,
                "failures": feed.failures,
            }
            for feed in failing
        ],
        "database": asdict(facts),
        "disk": {
            "free_bytes": free_bytes,
            "min_free_bytes": settings.work.min_free_bytes,
            "is_low": free_bytes < settings.work.min_free_bytes,
        },
    }
