"""`nutgraf quarantine`: what was set aside and why, and trying it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nutgraf.cli.options import data_option

if TYPE_CHECKING:
    from nutgraf.domain.records import FeedRecord, QuarantineRecord

MAX_LISTED = 1_000

_EPILOG = """\b
Examples:
  nutgraf quarantine list
  nutgraf quarantine list --json | jq .articles[].error_code
  nutgraf quarantine replay 17 23
  nutgraf quarantine replay --all
"""


@click.group("quarantine", epilog=_EPILOG)
def command() -> None:
    """Articles of which no brief could be made and feeds that ended: each with its reason."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--limit", type=click.IntRange(1, MAX_LISTED), default=100, show_default=True, help="Most articles.")
@data_option
def list_set_aside(as_json: bool, limit: int, data_dir: Path | None) -> None:
    """List what is set aside, the latest first."""
    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.records import FeedState

    store = open_application_store(settings_from(data_dir))
    try:
        articles = store.list_quarantine(limit=limit)
        feeds = [feed for feed in store.list_feeds() if feed.state is FeedState.GONE]
    finally:
        store.close()
    if as_json:
        import json

        value = {"articles": [_article(item) for item in articles], "feeds": [_feed(feed) for feed in feeds]}
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    for item in articles:
        click.echo(f"{item.article_id}\t{item.since:%Y-%m-%d %H:%M}\t{item.title or item.url}")
        click.echo(f"\t{item.error_message} [{item.error_code}]")
    for feed in feeds:
        click.echo(f"feed {feed.id}\t{feed.title or feed.url}")
        click.echo(f"\t{feed.error_message} [{feed.error_code}]")
    if not articles and not feeds:
        click.echo("Nothing is set aside.")


@command.command("replay")
@click.argument("article_ids", metavar="[ID]...", nargs=-1, type=click.IntRange(1))
@click.option("--feed", "feed_ids", multiple=True, type=click.IntRange(1), help="A feed that ended, by its number.")
@click.option("--all", "is_all", is_flag=True, help="Every article that is set aside, and every feed that ended.")
@data_option
def replay(article_ids: tuple[int, ...], feed_ids: tuple[int, ...], is_all: bool, data_dir: Path | None) -> None:
    """Try articles (by the numbers of `list`) and feeds again, from their first step."""
    from datetime import UTC, datetime

    from nutgraf.bootstrap import open_application_store
    from nutgraf.cli.options import settings_from
    from nutgraf.domain.ids import ArticleId, FeedId
    from nutgraf.domain.records import FeedState

    if not (article_ids or feed_ids or is_all):
        raise click.UsageError("Name what to try again, or say --all.")
    store = open_application_store(settings_from(data_dir))
    now = datetime.now(UTC)
    replayed = 0
    try:
        for article_id in article_ids:
            store.replay(ArticleId(article_id), now=now)
            replayed += 1
        while is_all and (items := store.list_quarantine(limit=MAX_LISTED)):
            for item in items:
                store.replay(item.article_id, now=now)
            replayed += len(items)
        gone = [feed.id for feed in store.list_feeds() if is_all and feed.state is FeedState.GONE]
        again = [*map(FeedId, feed_ids), *gone]
        for feed_id in again:
            store.poll_soon(feed_id, now=now)
    finally:
        store.close()
    click.echo(f"{replayed:,} articles and {len(again):,} feeds will be tried again.")
    click.echo("A running Nutgraf takes them up by itself; else `nutgraf poll --due` does.")


def _article(item: QuarantineRecord) -> dict[str, Any]:
    return {
        "id": item.article_id,
        "url": item.url,
        "title": item.title,
        "feed": item.feed_title,
        "step": item.step.value,
        "error_code": item.error_code,
        "error_message": item.error_message,
        "since": item.since.isoformat(),
    }


def _feed(feed: FeedRecord) -> dict[str, Any]:
    return {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "error_code": feed.error_code,
        "error_message": feed.error_message,
        "since": feed.last_poll_at.isoformat() if feed.last_poll_at else None,
    }
