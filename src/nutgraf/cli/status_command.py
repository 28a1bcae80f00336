"""`nutgraf status`: what there is, what waits and what fails, from the terminal."""

from __future__ import annotations

from datetime import datetime
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
    """Show counts, what waits for which step, running processes, feeds that fail, the database and the disk.

    It reads the store, so that it tells the same whether a server is running or not.
    """
    value = _status(data_dir)
    if as_json:
        import json

        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    from nutgraf.outputs.terminal import printable
    from nutgraf.outputs.wording import counted, queue_count

    feeds, briefs = counted(value["feeds"], "feed"), counted(value["briefs"], "brief")
    click.echo(f"{feeds} ({len(value['failing_feeds']):,} failing), {briefs}")
    for state, waiting in value["queue"].items():
        age = f" (the first for {waiting['oldest_s']:,} s)" if waiting["ready"] else ""
        click.echo(
            f"{NEXT_STEPS[state]}: {queue_count(waiting['ready'])} ready{age}, "
            f"{queue_count(waiting['later'])} failed, to be retried"
        )
    for process in value["processes"]:
        click.echo(f"- {printable(_process_line(process))}")
    if not value["processes"]:
        click.echo("no process is running")
    click.echo(f"set aside: {value['set_aside']:,}; open reports: {value['open_reports']:,}")
    database, disk = value["database"], value["disk"]
    click.echo(f"{database['kind']} {database['version']}: {database['size_bytes'] / 1_000_000:,.1f} MB")
    warning = ", too little: nothing is fetched" if disk["is_low"] else ""
    click.echo(f"disk: {disk['free_bytes'] // 1_000_000:,} MB free{warning}")
    for feed in value["failing_feeds"][:MAX_FAILING]:
        click.echo(f"! {printable(feed['title'])}: {printable(feed['error_message'])} [{feed['error_code']}]")


def _age_s(moment: datetime | None, now: datetime) -> int | None:
    return max(0, round((now - moment).total_seconds())) if moment else None


def _process_line(process: dict[str, Any]) -> str:
    state = "lost: silent" if process["is_lost"] else "seen"
    line = f"{process['role']} {process['name']}: {state} {process['seen_s']:,} s ago"
    if process["queues"]:
        line += f"; {', '.join(process['queues'])}; {process['feeds_under_way']} feeds and "
        line += f"{process['articles_under_way']} articles under way"
    return line + (", scheduling" if process["is_scheduler"] else "")


def _status(data_dir: Path | None) -> dict[str, Any]:
    import shutil
    from dataclasses import asdict
    from datetime import UTC

    from nutgraf.bootstrap import data_disk, open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.records import ArticleState, FeedState

    settings = settings_from(data_dir)
    store = open_application_store(settings)
    try:
        counts = store.counts()
        now = datetime.now(UTC)
        queues = store.step_queues(now=now)
        processes = store.list_workers()
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
        "queue": {
            queue.state.value: {"ready": queue.ready, "later": queue.later, "oldest_s": _age_s(queue.oldest_at, now)}
            for queue in queues
        },
        "processes": [
            {
                "name": process.name,
                "role": process.role,
                "version": process.version,
                "queues": list(process.queues),
                "running_s": _age_s(process.started_at, now),
                "seen_s": _age_s(process.seen_at, now),
                "is_lost": process.is_lost(now),
                "is_scheduler": process.is_scheduler,
                "feeds_under_way": process.feeds_under_way,
                "articles_under_way": process.articles_under_way,
                "totals": process.totals,
            }
            for process in processes
        ],
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
